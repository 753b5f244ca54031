//! The sigmoid linear unit, or swish (Elfwing et al., *Sigmoid-Weighted Linear Units*, 2018).

use super::{Function, Numbers, Silu, Subject};

impl Function for Silu {
    const SUBJECT: Subject = Subject::Argument;

    #[inline(always)]
    fn value<N: Numbers>(x: N) -> N {
        x.least() * x.sigmoid()
    }

    #[inline(always)]
    fn slope<N: Numbers>(x: N) -> N {
        let (s, one) = (x.sigmoid(), x.number(1.0));
        s * x.finite().mul_add(one - s, one)
    }
}
