//! The optimizers of a training run, all with the same decay of the weights.

use crate::config::training::{Optimizer as Chosen, TrainConfig};
use burn::optim::{
    AdamWConfig, ModuleOptimizer, Optimizer, RmsPropConfig, SgdConfig, momentum::MomentumConfig,
};
use burn::tensor::{Device, Tensor};

/// The optimizer that a config asks for.
pub(crate) fn optimizer(train: &TrainConfig) -> ModuleOptimizer {
    let decay = train.weight_decay();
    match train.optimizer {
        Chosen::Adam | Chosen::AdamW => AdamWConfig::new()
            .with_epsilon(1e-8)
            .with_weight_decay(decay as f32)
            .init(),
        Chosen::Sgd => {
            let momentum = MomentumConfig::new().with_momentum(0.9);
            let rule = SgdConfig::new().with_momentum(Some(momentum)).build();
            Decayed { rule, decay }.into()
        }
        Chosen::Rmsprop => {
            let rule = RmsPropConfig::new().build();
            Decayed { rule, decay }.into()
        }
    }
}

/// A rule whose weights shrink by `rate * decay` of themselves before each step (decoupled; Loshchilov & Hutter 2019).
/// Burn's own decay of these rules is added to the gradient, and so goes through the momentum and the scale.
#[derive(Clone)]
struct Decayed<R> {
    rule: R,
    decay: f64,
}

impl<R: Optimizer> Optimizer for Decayed<R> {
    type State<const D: usize> = R::State<D>;

    fn step<const D: usize>(
        &self,
        rate: f64,
        weights: Tensor<D>,
        gradient: Tensor<D>,
        state: Option<Self::State<D>>,
    ) -> (Tensor<D>, Option<Self::State<D>>) {
        let weights = match self.decay > 0.0 {
            true => weights.mul_scalar(1.0 - rate * self.decay),
            false => weights,
        };
        self.rule.step(rate, weights, gradient, state)
    }

    fn to_device<const D: usize>(state: Self::State<D>, device: &Device) -> Self::State<D> {
        R::to_device(state, device)
    }
}

#[cfg(all(test, feature = "flex"))]
mod tests {
    use super::*;
    use burn::module::Param;
    use burn::nn::{Linear, LinearConfig};
    use burn::optim::GradientsParams;

    /// The weight, first 3, and the bias, first -4, of `y = 2 w + b` after some updates that lower `y`.
    fn after(updates: usize, optimizer: Chosen, weight_decay: f64) -> [f32; 2] {
        let device = Device::flex().autodiff();
        let mut linear: Linear = LinearConfig::new(1, 1).init(&device);
        linear.weight = Param::from_tensor(Tensor::from_data([[3.0]], &device));
        linear.bias = Some(Param::from_tensor(Tensor::from_data([-4.0], &device)));
        let train = TrainConfig {
            optimizer,
            weight_decay: Some(weight_decay),
            ..TrainConfig::default()
        };
        let mut rule = super::optimizer(&train);
        for _ in 0..updates {
            let x: Tensor<2> = Tensor::from_data([[2.0]], &device);
            let gradients = linear.forward(x).sum().backward();
            let gradients = GradientsParams::from_grads(gradients, &linear);
            linear = rule.step(0.1, linear, gradients);
        }
        let bias = linear.bias.as_ref().expect("a bias").val();
        [
            linear.weight.val().into_scalar::<f32>(),
            bias.into_scalar::<f32>(),
        ]
    }

    #[test]
    fn the_weights_decay_with_every_optimizer() {
        for optimizer in [Chosen::Adam, Chosen::AdamW, Chosen::Sgd, Chosen::Rmsprop] {
            // The gradients are the same in both, so that the steps d1 and d2 are: w0 + d1 + d2 without decay.
            let (w0, shrunk) = ([3.0, -4.0], 1.0 - 0.1 * 0.5);
            let (once, plain) = (after(1, optimizer, 0.0), after(2, optimizer, 0.0));
            let found = after(2, optimizer, 0.5);
            for i in 0..2 {
                let (d1, d2) = (once[i] - w0[i], plain[i] - once[i]);
                let right = (w0[i] * shrunk + d1) * shrunk + d2;
                assert!(
                    (found[i] - right).abs() < 1e-5,
                    "{optimizer:?}: {} {right}",
                    found[i]
                );
            }
        }
    }

    #[test]
    fn adam_is_that_of_its_paper() {
        // Algorithm 1 of Kingma & Ba for the gradients 2 of the weight and 1 of the bias, three times over.
        let [b1, b2, epsilon, rate] = [0.9_f64, 0.999, 1e-8, 0.1];
        let found = after(3, Chosen::Adam, 0.0);
        for (found, (mut weight, gradient)) in found.into_iter().zip([(3.0, 2.0), (-4.0, 1.0_f64)])
        {
            let (mut first, mut second) = (0.0, 0.0);
            for t in 1..=3 {
                first = b1 * first + (1.0 - b1) * gradient;
                second = b2 * second + (1.0 - b2) * gradient * gradient;
                let corrected = (first / (1.0 - b1.powi(t)), second / (1.0 - b2.powi(t)));
                weight -= rate * corrected.0 / (corrected.1.sqrt() + epsilon);
            }
            assert!((f64::from(found) - weight).abs() < 1e-5, "{found} {weight}");
        }
    }

    #[test]
    fn adamw_decays_by_a_hundredth_of_the_step_size_unless_told_otherwise() {
        let decay = |optimizer| {
            let train = TrainConfig {
                optimizer,
                ..TrainConfig::default()
            };
            train.weight_decay()
        };
        assert_eq!([Chosen::Adam, Chosen::AdamW].map(decay), [0.0, 0.01]);
    }
}
