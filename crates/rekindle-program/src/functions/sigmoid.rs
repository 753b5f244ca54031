//! The logistic function: how far a gate is open.

use super::{Function, Numbers, Sigmoid, Subject};

impl Function for Sigmoid {
    const SUBJECT: Subject = Subject::Value;

    #[inline(always)]
    fn value<N: Numbers>(x: N) -> N {
        x.sigmoid()
    }

    #[inline(always)]
    fn slope<N: Numbers>(y: N) -> N {
        y.times_rest()
    }
}
