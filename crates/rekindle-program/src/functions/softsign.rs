//! A squashing function with slow tails (Turian et al., *Quadratic Features and Deep Architectures for Chunking*, 2009).

use super::{Function, Numbers, Softsign, Subject};

impl Function for Softsign {
    const SUBJECT: Subject = Subject::Value;
    const LIMITS: Option<[f64; 2]> = Some([-1.0, 1.0]);

    #[inline(always)]
    fn value<N: Numbers>(x: N) -> N {
        let x = x.finite();
        x / (x.abs() + 1.0)
    }

    #[inline(always)]
    fn slope<N: Numbers>(y: N) -> N {
        let rest = y.number(1.0) - y.abs();
        rest * rest
    }
}
