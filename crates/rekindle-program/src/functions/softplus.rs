//! A smooth rectifier (Dugas et al., *Incorporating Second-Order Functional Knowledge*, 2001).

use super::{Function, Numbers, Softplus, Subject};

impl Function for Softplus {
    const SUBJECT: Subject = Subject::Argument;

    #[inline(always)]
    fn value<N: Numbers>(x: N) -> N {
        // No overflow: max(x, 0) + ln(1 + exp(-|x|)).
        (-x.abs()).exp().ln_1p_add(x.at_least(0.0))
    }

    #[inline(always)]
    fn slope<N: Numbers>(x: N) -> N {
        x.sigmoid()
    }
}
