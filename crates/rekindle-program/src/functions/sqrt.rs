//! The square root; NaN below 0.

use super::{Function, Numbers, Sqrt, Subject};

impl Function for Sqrt {
    const SUBJECT: Subject = Subject::Value;

    #[inline(always)]
    fn value<N: Numbers>(x: N) -> N {
        x.sqrt()
    }

    #[inline(always)]
    fn slope<N: Numbers>(y: N) -> N {
        // The root of -0 is -0.
        y.number(0.5) / y.positive_zero()
    }
}
