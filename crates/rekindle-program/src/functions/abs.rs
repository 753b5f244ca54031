//! The magnitude of a number.

use super::{Abs, Function, Numbers, Subject};

impl Function for Abs {
    const SUBJECT: Subject = Subject::Argument;

    #[inline(always)]
    fn value<N: Numbers>(x: N) -> N {
        x.abs()
    }

    #[inline(always)]
    fn slope<N: Numbers>(x: N) -> N {
        x.sign()
    }
}
