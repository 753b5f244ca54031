//! The leaky rectifier (Maas et al., *Rectifier Nonlinearities Improve Neural Network Acoustic Models*, 2013).

use super::{Function, LeakyRelu, Numbers, Subject};

impl Function for LeakyRelu {
    const SUBJECT: Subject = Subject::Value;

    #[inline(always)]
    fn value<N: Numbers>(x: N) -> N {
        x.number(0.0).above(x, x * 0.01, x)
    }

    #[inline(always)]
    fn slope<N: Numbers>(y: N) -> N {
        y.above(y.number(0.0), y.number(1.0), y.number(0.01))
    }
}
