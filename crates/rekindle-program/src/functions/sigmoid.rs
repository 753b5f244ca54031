//! The logistic function: how far a gate is open.

use super::{Function, Numbers, Sigmoid, Subject};

impl Function for Sigmoid {
    const SUBJECT: Subject = Subject::Value;
    const LIMITS: Option<[f64; 2]> = Some([0.0, 1.0]);

    #[inline(always)]
    fn value<N: Numbers>(x: N) -> N {
        x.sigmoid()
    }

    #[inline(always)]
    fn slope<N: Numbers>(y: N) -> N {
        y.times_rest()
    }
}
