//! The hyperbolic tangent.

use super::{Function, Numbers, Subject, Tanh};

impl Function for Tanh {
    const SUBJECT: Subject = Subject::Value;
    const LIMITS: Option<[f64; 2]> = Some([-1.0, 1.0]);

    #[inline(always)]
    fn value<N: Numbers>(x: N) -> N {
        x.tanh()
    }

    #[inline(always)]
    fn slope<N: Numbers>(y: N) -> N {
        y.number(1.0) - y * y
    }
}
