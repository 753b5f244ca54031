//! How far an update moves the weights.

use burn::module::{Module, ModuleVisitor, Param};
use burn::tensor::Tensor;

/// Every parameter of a module, flat, without gradients.
#[derive(Default)]
struct Flat(Vec<Tensor<1>>);

impl ModuleVisitor for Flat {
    fn visit_float<const D: usize>(&mut self, param: &Param<Tensor<D>>) {
        let value = param.val();
        let value = match value.device().is_autodiff() {
            true => value.inner(),
            false => value,
        };
        self.0.push(value.flatten(0, D - 1));
    }
}

fn flat<M: Module>(module: &M) -> Vec<Tensor<1>> {
    let mut flat = Flat::default();
    module.visit(&mut flat);
    flat.0
}

fn norm(parts: impl Iterator<Item = Tensor<1>>) -> f64 {
    let squares = parts.map(|p| p.square().sum());
    let sum = squares.reduce(|a, b| a + b);
    sum.map_or(0.0, |sum| f64::from(sum.into_scalar::<f32>()).sqrt())
}

/// The norm of the difference between a module before and after an update, by the norm before.
pub(crate) fn update_ratio<M: Module>(before: &M, after: &M) -> f64 {
    let (before, after) = (flat(before), flat(after));
    let pairs = before.iter().zip(&after);
    let moved = norm(pairs.map(|(b, a)| a.clone() - b.clone()));
    moved / norm(before.into_iter()).max(f64::MIN_POSITIVE)
}

#[cfg(all(test, feature = "flex"))]
mod tests {
    use super::*;
    use burn::nn::LinearConfig;
    use burn::tensor::Device;

    #[test]
    fn all_parameters_count_together() {
        let linear = |weight: f32, bias: f32| {
            let mut linear = LinearConfig::new(1, 1).init(&Device::flex().autodiff());
            let device = linear.weight.val().device();
            linear.weight = Param::from_tensor(Tensor::from_data([[weight]], &device));
            linear.bias = Some(Param::from_tensor(Tensor::from_data([bias], &device)));
            linear
        };
        let ratio = update_ratio(&linear(3.0, 4.0), &linear(3.3, 4.4));
        assert!((ratio - 0.1).abs() < 1e-6, "{ratio}");
    }
}
