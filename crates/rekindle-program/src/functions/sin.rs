//! The sine of an angle, however large; on graphics devices as exact as theirs is.

use super::{Function, Numbers, Sin, Subject};

impl Function for Sin {
    const SUBJECT: Subject = Subject::Argument;

    #[inline(always)]
    fn value<N: Numbers>(x: N) -> N {
        x.sin()
    }

    #[inline(always)]
    fn slope<N: Numbers>(x: N) -> N {
        x.cos()
    }
}
