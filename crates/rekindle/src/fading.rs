//! Averages weighted with exponentials, without ever taking one of a large number.

use rekindle_engine::{Var, abs, exp, floor, max};

/// A sum of values with weights `e^exponent`, the sum of the weights, and the largest exponent `m` in
/// them; both sums are stored divided by `e^m`.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Average<'k> {
    /// The sum of the weighted values.
    pub sum: Var<'k>,
    /// The sum of the weights.
    pub weight: Var<'k>,
    /// The largest exponent.
    pub most: Var<'k>,
}

impl<'k> Average<'k> {
    /// The average in three states. Where nothing was added yet, they are zero, and any exponent is
    /// larger.
    pub(crate) fn stored([sum, weight, most]: [Var<'k>; 3]) -> Self {
        // 1 where the weight is 0, and 0 elsewhere; no gradient goes through it.
        let empty = floor(1.0 / (1.0 - floor(-abs(weight))));
        Average {
            sum,
            weight,
            most: most - FAR * empty,
        }
    }

    /// The same with all weights times `e^exponent`.
    pub(crate) fn scaled(self, exponent: Var<'k>) -> Self {
        Average {
            most: self.most + exponent,
            ..self
        }
    }

    /// The same with one more value.
    pub(crate) fn with(self, exponent: Var<'k>, value: Var<'k>) -> Self {
        let most = max(self.most, exponent);
        let (old, new) = (exp(self.most - most), exp(exponent - most));
        Average {
            sum: old * self.sum + new * value,
            weight: old * self.weight + new,
            most,
        }
    }

    /// The average.
    pub(crate) fn value(self) -> Var<'k> {
        self.sum / self.weight
    }
}

/// Further than exponents are apart.
const FAR: f64 = 1e4;

#[cfg(test)]
mod tests {
    use super::Average;
    use crate::cell::Cell;
    use crate::gates::{GateSizes, Gates};
    use burn::module::Param;
    use burn::tensor::{Device, Tensor};
    use rekindle_engine::{Next, Step};

    crate::cell! {
        /// The average of the second input, weighted with `e` to the power of the first.
        struct Averaged: 4
    }

    fn averaged(k: &Step) -> Next {
        let [_y, sum, weight, most] = k.state(["y", "sum", "weight", "most"]);
        let [exponent, value] = k.plain_input(["exponent", "value"]);
        let average = Average::stored([sum, weight, most]).with(exponent, value);
        k.next([average.value(), average.sum, average.weight, average.most])
    }

    #[test]
    fn no_exponent_is_too_small_or_too_large() {
        let device = Device::flex();
        let mut gates = Gates::new(averaged, GateSizes::new(2, 1), &device);
        gates.input.weight = Param::from_tensor(Tensor::eye(2, &device));
        let cell = Averaged { gates };
        // f32 holds e^x from -103 to 88.
        for least in [-1000.0, -200.0, 0.0, 200.0, 1000.0] {
            let mut state = cell.initial(1, &device);
            let inputs = [(0.0, 3.0), (0.0, 5.0), (2.0_f32.ln(), 8.0), (1000.0, 7.0)];
            for ((more, value), expected) in inputs.into_iter().zip([3.0, 4.0, 6.0, 7.0]) {
                let x = Tensor::<2>::from_data([[least + more, value]], &device);
                let (y, next) = cell.step(x, state);
                let y = y.into_scalar::<f32>();
                assert!(
                    (y - expected).abs() < 1e-4,
                    "{y} for {expected} from {least}"
                );
                state = next;
            }
        }
    }
}
