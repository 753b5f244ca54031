//! Normalisation of a step's features.

use burn::module::{Initializer, Module, Param};
use burn::nn::{LayerNorm, LayerNormConfig};
use burn::tensor::{Device, Tensor};
use serde::{Deserialize, Serialize};

/// How features are normalised.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum NormKind {
    /// By their root mean square (Zhang & Sennrich 2019, <https://arxiv.org/abs/1910.07467>).
    #[default]
    Rms,
    /// By mean and deviation (Ba et al. 2016, <https://arxiv.org/abs/1607.06450>).
    Layer,
    /// The same without a bias.
    LayerWithoutBias,
}

/// A normalisation over the last dimension.
#[derive(Module, Debug)]
pub(super) struct Norm {
    rms: Option<Rms>,
    layer: Option<LayerNorm>,
}

impl Norm {
    pub(super) fn new(kind: NormKind, width: usize, epsilon: f64, device: &Device) -> Self {
        let rms = Rms {
            gamma: Initializer::Ones.init([width], device),
            epsilon,
        };
        let layer = |bias| {
            let layer = LayerNormConfig::new(width).with_epsilon(epsilon);
            Some(layer.with_bias(bias).init(device))
        };
        let (rms, layer) = match kind {
            NormKind::Rms => (Some(rms), None),
            NormKind::Layer => (None, layer(true)),
            NormKind::LayerWithoutBias => (None, layer(false)),
        };
        Norm { rms, layer }
    }

    /// The number of features.
    pub(super) fn width(&self) -> usize {
        let rms = self.rms.as_ref().map(|rms| rms.gamma.dims());
        let layer = self.layer.as_ref().map(|layer| layer.gamma.dims());
        let [width] = rms.or(layer).unwrap_or_default();
        width
    }

    pub(super) fn forward<const D: usize>(&self, x: Tensor<D>) -> Tensor<D> {
        match (&self.rms, &self.layer) {
            (Some(rms), _) => rms.forward(x),
            (None, Some(layer)) => layer.forward(x),
            (None, None) => x,
        }
    }

    /// Of each of some groups of features by itself, with the same factors for all: `[batch, time, groups * width]`.
    pub(super) fn grouped(&self, x: Tensor<3>, groups: usize) -> Tensor<3> {
        let [batch, time, width] = x.dims();
        let parts = x.reshape([batch, time, groups, width / groups]);
        self.forward(parts).reshape([batch, time, width])
    }
}

/// `γ (x - mean) / √(variance + ε) + β` of each of some heads by itself, with `γ` and `β` of its own for every feature: group
/// normalisation.
#[derive(Module, Debug)]
pub(super) struct HeadNorm {
    gamma: Param<Tensor<1>>,
    beta: Option<Param<Tensor<1>>>,
    #[module(skip)]
    heads: usize,
    #[module(skip)]
    epsilon: f64,
}

impl HeadNorm {
    pub(super) fn new(
        heads: usize,
        width: usize,
        bias: bool,
        epsilon: f64,
        device: &Device,
    ) -> Self {
        HeadNorm {
            gamma: Initializer::Ones.init([width], device),
            beta: bias.then(|| Initializer::Zeros.init([width], device)),
            heads,
            epsilon,
        }
    }

    /// `[batch, time, width]`
    pub(super) fn forward(&self, x: Tensor<3>) -> Tensor<3> {
        let [batch, time, width] = x.dims();
        let x = x.reshape([batch, time, self.heads, width / self.heads]);
        let x = x.clone() - x.mean_dim(3);
        let variance = x.clone().square().mean_dim(3);
        let x = x / (variance + self.epsilon).sqrt();
        let y = x.reshape([batch, time, width]) * self.gamma.val().unsqueeze();
        match &self.beta {
            Some(beta) => y + beta.val().unsqueeze(),
            None => y,
        }
    }
}

/// `γ x / √(mean x² + ε)`, in the type of `x`: Burn's takes the mean in f32, whatever the type.
#[derive(Module, Debug)]
struct Rms {
    gamma: Param<Tensor<1>>,
    #[module(skip)]
    epsilon: f64,
}

impl Rms {
    fn forward<const D: usize>(&self, x: Tensor<D>) -> Tensor<D> {
        let mean = x.clone().square().mean_dim(D - 1);
        x / (mean + self.epsilon).sqrt() * self.gamma.val().unsqueeze()
    }
}
