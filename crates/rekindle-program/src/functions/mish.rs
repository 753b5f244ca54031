//! Mish (Misra, *Mish: A Self Regularized Non-Monotonic Activation Function*, 2020).
//!
//! With `e = exp(x)` and `n = (1 + e)² - 1`, `tanh(log(1 + e))` is `n / (n + 2)`, in which no digits cancel.

use super::{Function, Mish, Numbers, Subject};

/// Here the tanh is 1 and its derivative 0, to a rounding of f64, and the squares are still within the range of f32.
const END: f64 = 20.0;

impl Function for Mish {
    const SUBJECT: Subject = Subject::Argument;

    #[inline(always)]
    fn value<N: Numbers>(x: N) -> N {
        let e = x.at_most(END).exp();
        let n = e * (e + 2.0);
        x.least() * (n / (n + 2.0))
    }

    #[inline(always)]
    fn slope<N: Numbers>(x: N) -> N {
        // n / (n + 2) + x 4 e (1 + e) / (n + 2)²
        let x = x.at_most(END).least();
        let e = x.exp();
        let n = e * (e + 2.0);
        let all = n + 2.0;
        (n + x * (e * (e + 1.0) * 4.0) / all) / all
    }
}
