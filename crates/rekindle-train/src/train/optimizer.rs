//! The optimizers of a training run, all with the same decay of the weights.

use crate::config::training::{Optimizer as Chosen, TrainConfig};
use burn::module::ParamGroup;
use burn::optim::{
    AdaGradConfig, AdafactorConfig, AdamWConfig, AdanConfig, AdjustLrFn, LambConfig, LionConfig,
    ModuleOptimizer, MuonConfig, Optimizer, RmsPropConfig, SgdConfig, momentum::MomentumConfig,
};
use burn::tensor::{Device, Tensor};

/// The optimizer that a config asks for.
pub(crate) fn optimizer(train: &TrainConfig) -> ModuleOptimizer {
    let decay = train.weight_decay();
    let adam = || {
        let config = AdamWConfig::new().with_epsilon(1e-8);
        config.with_weight_decay(decay as f32)
    };
    match train.optimizer {
        Chosen::Adam | Chosen::AdamW => adam().init(),
        Chosen::Sgd => {
            let momentum = (train.momentum() > 0.0)
                .then(|| MomentumConfig::new().with_momentum(train.momentum()));
            decayed(SgdConfig::new().with_momentum(momentum).build(), decay)
        }
        Chosen::Rmsprop => decayed(RmsPropConfig::new().build(), decay),
        Chosen::Adagrad => decayed(AdaGradConfig::new().build(), decay),
        Chosen::Adafactor => {
            // The step size is the schedule's alone.
            let config = AdafactorConfig::new().with_relative_step(false);
            decayed(config.with_scale_parameter(false).build(), decay)
        }
        Chosen::Adan => decayed(AdanConfig::new().build(), decay),
        Chosen::Lamb => decayed(LambConfig::new().build(), decay),
        Chosen::Lion => decayed(LionConfig::new().build(), decay),
        Chosen::Muon => {
            let config = MuonConfig::new().with_adjust_lr_fn(AdjustLrFn::MatchRmsAdamW);
            let rule = config.build();
            let matrices = ParamGroup::from_regex(MATRICES).expect("a pattern");
            adam()
                .init()
                .with_group(matrices, Decayed { rule, decay }, None)
        }
    }
}

/// The matrices of the recurrent layers, by their paths in a network.
const MATRICES: &str = r"(^|\.)recurrent\..*\.weight$";

fn decayed<R: Optimizer + 'static>(rule: R, decay: f64) -> ModuleOptimizer {
    Decayed { rule, decay }.into()
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
        // But LAMB, whose steps are as long as the weights are.
        for optimizer in [
            Chosen::Adam,
            Chosen::AdamW,
            Chosen::Sgd,
            Chosen::Rmsprop,
            Chosen::Adagrad,
            Chosen::Adafactor,
            Chosen::Adan,
            Chosen::Lion,
            Chosen::Muon,
        ] {
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
    fn lion_goes_by_the_sign_of_its_momentum() {
        // Three steps of the step size against gradients that never change.
        let found = after(3, Chosen::Lion, 0.0);
        assert!((found[0] - 2.7).abs() < 1e-6 && (found[1] + 4.3).abs() < 1e-6);
    }

    #[test]
    fn muon_takes_orthogonal_steps_as_long_as_those_of_adamw() {
        #[derive(burn::module::Module, Debug)]
        struct Layers {
            recurrent: Vec<Linear>,
            output: Linear,
        }
        let device = Device::flex().autodiff();
        let linear = || {
            let mut linear: Linear = LinearConfig::new(2, 2).init(&device);
            linear.weight = Param::from_tensor(Tensor::zeros([2, 2], &device));
            linear
        };
        let layers = Layers {
            recurrent: vec![linear()],
            output: linear(),
        };
        // The gradient of each weight: [[3, 0.3], [-0.6, 2]].
        let cost = Tensor::<2>::from_data([[3.0, 0.3], [-0.6, 2.0]], &device);
        let weights = [&layers.recurrent[0], &layers.output].map(|linear| linear.weight.val());
        let [recurrent, output] = weights.map(|weight| (weight * cost.clone()).sum());
        let gradients = GradientsParams::from_grads((recurrent + output).backward(), &layers);
        let train = TrainConfig {
            optimizer: Chosen::Muon,
            ..TrainConfig::default()
        };
        let layers = super::optimizer(&train).step(0.1, layers, gradients);
        let numbers = |linear: &Linear| -> Vec<f32> {
            linear.weight.val().into_data().iter::<f32>().collect()
        };
        // AdamW's first step is the step size against each sign.
        let signs = numbers(&layers.output);
        let right = [-0.1, -0.1, 0.1, -0.1];
        assert!(signs.iter().zip(right).all(|(a, b)| (a - b).abs() < 1e-6));
        // Muon's is a rotation, but for what five steps of Newton and Schulz leave: its singular values lie between 0.68 and 1.13
        // (Jordan 2024), times 0.2 √2 times the step size.
        let step = numbers(&layers.recurrent[0]);
        let [a, b, c, d] = [0, 1, 2, 3].map(|i| f64::from(step[i]) / (0.1 * 0.2 * 2f64.sqrt()));
        let (trace, determinant) = (a * a + b * b + c * c + d * d, a * d - b * c);
        let root = (trace * trace / 4.0 - determinant * determinant)
            .max(0.0)
            .sqrt();
        let singular = [trace / 2.0 - root, trace / 2.0 + root].map(f64::sqrt);
        assert!(
            singular.iter().all(|s| (0.65..1.2).contains(s)),
            "{singular:?}"
        );
        assert!(a < 0.0 && d < 0.0);
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
