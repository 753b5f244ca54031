//! The cosine of an angle, however large; on graphics devices as exact as theirs is.

use super::{Cos, Function, Numbers, Subject};

impl Function for Cos {
    const SUBJECT: Subject = Subject::Argument;

    #[inline(always)]
    fn value<N: Numbers>(x: N) -> N {
        x.cos()
    }

    #[inline(always)]
    fn slope<N: Numbers>(x: N) -> N {
        -x.sin()
    }
}
