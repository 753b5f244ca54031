//! The integer below.

use super::{Floor, Function, Numbers, Subject};

impl Function for Floor {
    const SUBJECT: Subject = Subject::Value;
    const FLAT: bool = true;

    #[inline(always)]
    fn value<N: Numbers>(x: N) -> N {
        x.floor()
    }

    #[inline(always)]
    fn slope<N: Numbers>(y: N) -> N {
        y.number(0.0)
    }
}
