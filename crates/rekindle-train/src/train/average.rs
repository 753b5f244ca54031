//! A running average of the weights.

use burn::module::{Module, ModuleMapper, ModuleVisitor, Param};
use burn::tensor::Tensor;

/// The share of an exponential moving average that stays at the `n`th update, counted from 0: `decay`, and less in the first updates,
/// of which nothing should be left in a short run: (1 + n) / (10 + n), as TensorFlow has it.
pub(crate) fn exponential(decay: f64, n: u64) -> f64 {
    let n = n as f64;
    decay.min((1.0 + n) / (10.0 + n))
}

/// The share of a mean that stays when the weights of one more update are added to those of `n`.
pub(crate) fn mean(n: u64) -> f64 {
    let n = n as f64;
    n / (n + 1.0)
}

/// Moves an average, of which this share stays, towards weights, both without gradients.
pub(crate) fn moved<M: Module>(average: M, weights: &M, stays: f64) -> M {
    let mut flat = Flat::default();
    weights.visit(&mut flat);
    average.map(&mut Towards {
        weights: flat.0.into_iter(),
        stays,
    })
}

/// Every parameter of a module, flat.
#[derive(Default)]
struct Flat(Vec<Tensor<1>>);

impl ModuleVisitor for Flat {
    fn visit_float<const D: usize>(&mut self, param: &Param<Tensor<D>>) {
        self.0.push(param.val().flatten(0, D - 1));
    }
}

/// Moves each parameter towards that of the same place.
struct Towards {
    weights: std::vec::IntoIter<Tensor<1>>,
    stays: f64,
}

impl ModuleMapper for Towards {
    fn map_float<const D: usize>(&mut self, param: Param<Tensor<D>>) -> Param<Tensor<D>> {
        let weights = self.weights.next();
        let weights = weights.expect("a module and its average have the same parameters");
        let stays = self.stays;
        param.map(|average| {
            let weights = weights.reshape(average.dims());
            average.mul_scalar(stays) + weights.mul_scalar(1.0 - stays)
        })
    }
}

#[cfg(all(test, feature = "flex"))]
mod tests {
    use super::*;
    use burn::nn::{Linear, LinearConfig};
    use burn::tensor::Device;

    fn linear(weight: f32, bias: f32) -> Linear {
        let device = Device::flex();
        let mut linear = LinearConfig::new(1, 1).init(&device);
        linear.weight = Param::from_tensor(Tensor::from_data([[weight]], &device));
        linear.bias = Some(Param::from_tensor(Tensor::from_data([bias], &device)));
        linear
    }

    #[test]
    fn the_average_follows_the_weights() {
        let (mut average, mut right) = (linear(1.0, -2.0), [1.0, -2.0]);
        for n in 0..40 {
            let weights = [n as f32, 3.0];
            let stays = exponential(0.6, n);
            average = moved(average, &linear(weights[0], weights[1]), stays);
            // 1/10, 2/11, ..., and 0.6 from (1 + n) / (10 + n) = 13/21 on, n = 12.
            let stays = if n < 12 {
                (1 + n) as f64 / (10 + n) as f64
            } else {
                0.6
            };
            right = [0, 1].map(|i| stays * right[i] + (1.0 - stays) * f64::from(weights[i]));
        }
        let bias = average.bias.expect("a bias").val().into_scalar::<f32>();
        let found = [average.weight.val().into_scalar::<f32>(), bias];
        for (found, right) in found.into_iter().zip(right) {
            assert!((f64::from(found) - right).abs() < 1e-4, "{found} {right}");
        }
    }

    #[test]
    fn a_mean_is_that_of_all_weights() {
        let average = (1..7).fold(linear(3.0, -1.0), |average, n| {
            moved(average, &linear(3.0 + n as f32, -1.0), mean(n))
        });
        // 3, 4, ..., 9
        let found: f32 = average.weight.val().into_scalar();
        assert!((found - 6.0).abs() < 1e-5, "{found}");
    }
}
