//! The exponential linear unit (Clevert et al., *Fast and Accurate Deep Network Learning by Exponential Linear Units*, 2016).

use super::{Elu, Function, Numbers, Subject};

impl Function for Elu {
    const SUBJECT: Subject = Subject::Value;

    #[inline(always)]
    fn value<N: Numbers>(x: N) -> N {
        x.number(0.0).above(x, x.exp_m1(), x)
    }

    #[inline(always)]
    fn slope<N: Numbers>(y: N) -> N {
        y.above(y.number(0.0), y.number(1.0), y + 1.0)
    }
}
