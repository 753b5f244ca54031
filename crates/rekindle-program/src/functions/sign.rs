//! The sign of a number.

use super::{Function, Numbers, Sign, Subject};

impl Function for Sign {
    const SUBJECT: Subject = Subject::Value;
    const FLAT: bool = true;

    #[inline(always)]
    fn value<N: Numbers>(x: N) -> N {
        x.sign()
    }

    #[inline(always)]
    fn slope<N: Numbers>(y: N) -> N {
        y.number(0.0)
    }
}
