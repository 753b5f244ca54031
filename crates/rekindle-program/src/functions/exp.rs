//! The exponential function; infinite beyond the largest number, as IEEE 754 has it.

use super::{Exp, Function, Numbers, Subject};

impl Function for Exp {
    const SUBJECT: Subject = Subject::Value;

    #[inline(always)]
    fn value<N: Numbers>(x: N) -> N {
        x.exp()
    }

    #[inline(always)]
    fn slope<N: Numbers>(y: N) -> N {
        y
    }
}
