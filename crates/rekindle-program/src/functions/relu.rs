//! The rectifier (Nair and Hinton, *Rectified Linear Units Improve Restricted Boltzmann Machines*, 2010).

use super::{Function, Numbers, Relu, Subject};

impl Function for Relu {
    const SUBJECT: Subject = Subject::Value;

    #[inline(always)]
    fn value<N: Numbers>(x: N) -> N {
        x.at_least(0.0)
    }

    #[inline(always)]
    fn slope<N: Numbers>(y: N) -> N {
        let zero = y.number(0.0);
        y.above(zero, y.number(1.0), zero)
    }
}
