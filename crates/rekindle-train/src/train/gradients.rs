//! The norm of the gradient of all parameters together, and clipping by it.
//!
//! Burn clips each parameter by its own norm; recurrent networks are trained with the global one
//! (Pascanu et al. 2013, <https://arxiv.org/abs/1211.5063>), which keeps the direction.

use burn::module::{Module, ModuleVisitor, Param};
use burn::optim::GradientsParams;
use burn::tensor::Tensor;

struct Squares<'g> {
    gradients: &'g GradientsParams,
    /// What is taken from them.
    less: Option<&'g GradientsParams>,
    sum: Option<Tensor<1>>,
}

impl ModuleVisitor for Squares<'_> {
    fn visit_float<const D: usize>(&mut self, param: &Param<Tensor<D>>) {
        if let Some(gradient) = self.gradients.get::<D>(param.id) {
            let less = self.less.and_then(|less| less.get::<D>(param.id));
            let gradient = match less {
                Some(less) => gradient - less,
                None => gradient,
            };
            let squares = gradient.square().sum();
            self.sum = Some(match self.sum.take() {
                Some(sum) => sum + squares,
                None => squares,
            });
        }
    }
}

impl Squares<'_> {
    /// The root of the sum of all.
    fn norm<M: Module>(mut self, module: &M) -> f64 {
        module.visit(&mut self);
        let sum = self.sum.map_or(0.0, |sum| sum.into_scalar::<f32>());
        f64::from(sum).sqrt()
    }
}

struct Scale<'g> {
    gradients: &'g mut GradientsParams,
    factor: f64,
}

impl ModuleVisitor for Scale<'_> {
    fn visit_float<const D: usize>(&mut self, param: &Param<Tensor<D>>) {
        if let Some(gradient) = self.gradients.remove::<D>(param.id) {
            self.gradients
                .register(param.id, gradient.mul_scalar(self.factor));
        }
    }
}

/// The Euclidean norm of all gradients together.
pub(crate) fn norm<M: Module>(module: &M, gradients: &GradientsParams) -> f64 {
    let squares = Squares {
        gradients,
        less: None,
        sum: None,
    };
    squares.norm(module)
}

/// The Euclidean distance between two gradients of the same parameters.
pub(crate) fn distance<M: Module>(module: &M, a: &GradientsParams, b: &GradientsParams) -> f64 {
    let squares = Squares {
        gradients: a,
        less: Some(b),
        sum: None,
    };
    squares.norm(module)
}

/// Shortens the gradients, all by the same factor, until their norm is `most`; returns the norm
/// before.
pub(crate) fn clip<M: Module>(module: &M, gradients: &mut GradientsParams, most: f64) -> f64 {
    let norm = norm(module, gradients);
    if most > 0.0 && norm > most {
        let factor = most / norm;
        module.visit(&mut Scale { gradients, factor });
    }
    norm
}

#[cfg(test)]
mod tests {
    use super::*;
    use burn::nn::LinearConfig;
    use burn::tensor::Device;

    #[test]
    fn the_norm_is_that_of_all_parameters_together() {
        let device = Device::flex().autodiff();
        let linear = LinearConfig::new(2, 1).init(&device);
        let x: Tensor<2> = Tensor::from_data([[3.0, 4.0]], &device);
        // d/dw = (3, 4), d/db = 12: the norm is 13 where the sum is taken twelvefold for the bias.
        let bias = linear.bias.as_ref().expect("a bias").val();
        let loss = linear.weight.val().transpose().mul(x).sum() + bias.mul_scalar(12.0);
        let mut gradients = GradientsParams::from_grads(loss.backward(), &linear);
        assert!((clip(&linear, &mut gradients, 6.5) - 13.0).abs() < 1e-5);
        assert!((norm(&linear, &gradients) - 6.5).abs() < 1e-5);
        assert!((clip(&linear, &mut gradients, 100.0) - 6.5).abs() < 1e-5);
        assert!((norm(&linear, &gradients) - 6.5).abs() < 1e-5);
    }
}
