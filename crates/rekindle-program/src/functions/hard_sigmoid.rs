//! A sigmoid of three lines, as PyTorch defines it.

use super::{Function, HardSigmoid, Numbers, Subject};

impl Function for HardSigmoid {
    // Not the value: it is rounded to 0 and 1 before the argument has reached -3 and 3.
    const SUBJECT: Subject = Subject::Argument;
    const LIMITS: Option<[f64; 2]> = Some([0.0, 1.0]);

    #[inline(always)]
    fn value<N: Numbers>(x: N) -> N {
        x.mul_add(x.number(1.0 / 6.0), x.number(0.5))
            .at_most(1.0)
            .at_least(0.0)
    }

    #[inline(always)]
    fn slope<N: Numbers>(x: N) -> N {
        let zero = x.number(0.0);
        let below = x.number(3.0).above(x, x.number(1.0 / 6.0), zero);
        x.above(x.number(-3.0), below, zero)
    }
}
