//! What a step of the decoder becomes before the output layer.

use crate::attention::Score;
use burn::module::Module;
use burn::nn::{Linear, LinearConfig};
use burn::tensor::{Device, Tensor};
use serde::{Deserialize, Serialize};

/// How the decoder looks at the source.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum AttentionKind {
    /// Not at all (Sutskever et al. 2014, <https://arxiv.org/abs/1409.3215>; Cho et al. 2014, <https://arxiv.org/abs/1406.1078>).
    None,
    /// Before a step, by the output before: what is seen is part of the step's input (Bahdanau et al. 2015).
    Additive,
    /// After a step, by its output (Luong et al. 2015).
    Dot,
    /// After a step, by its output, with a matrix between (Luong et al. 2015).
    General,
}

impl AttentionKind {
    /// How steps are compared.
    pub(super) fn score(self) -> Option<Score> {
        match self {
            AttentionKind::None => None,
            AttentionKind::Additive => Some(Score::Additive),
            AttentionKind::Dot => Some(Score::Dot),
            AttentionKind::General => Some(Score::General),
        }
    }
}

/// What a step gave, what it saw and what it read, as one vector.
///
/// ```text
/// none              y
/// dot, general      tanh(W [c; y])                                                  Luong et al. 2015, equation 5
/// additive          max(t_{2i-1}, t_{2i}),   t = U y + V e + C c + b                Bahdanau et al. 2015, appendix A.2.2
/// ```
///
/// The appendix has the state before the step where its equation 4 has the one after: `y` is after.
#[derive(Module, Debug)]
pub(super) struct Readout {
    linear: Option<Linear>,
    #[module(skip)]
    kind: AttentionKind,
    #[module(skip)]
    d_output: usize,
}

impl Readout {
    pub(super) fn new(
        kind: AttentionKind,
        d_embedding: usize,
        seen: usize,
        output: usize,
        device: &Device,
    ) -> Self {
        let linear = match kind {
            AttentionKind::None => None,
            AttentionKind::Dot | AttentionKind::General => {
                let config = LinearConfig::new(seen + output, output).with_bias(false);
                Some(config.init(device))
            }
            AttentionKind::Additive => {
                let config = LinearConfig::new(output + d_embedding + seen, 2 * output);
                Some(config.init(device))
            }
        };
        Readout {
            linear,
            kind,
            d_output: output,
        }
    }

    pub(super) fn d_output(&self) -> usize {
        self.d_output
    }

    /// What steps gave, `[batch, steps, d_output]`, what they read and what they saw, as vectors of the same shape.
    pub(super) fn forward(
        &self,
        y: Tensor<3>,
        read: Tensor<3>,
        seen: Option<Tensor<3>>,
    ) -> Tensor<3> {
        match (&self.linear, seen) {
            (Some(linear), Some(seen)) => match self.kind {
                AttentionKind::Additive => {
                    let [batch, steps, _] = y.dims();
                    let all = linear.forward(Tensor::cat(vec![y, read, seen], 2));
                    let pairs = all.reshape([batch, steps, self.d_output, 2]);
                    pairs.max_dim(3).squeeze_dim(3)
                }
                _ => linear.forward(Tensor::cat(vec![seen, y], 2)).tanh(),
            },
            _ => y,
        }
    }
}
