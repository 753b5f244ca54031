//! What a step of the decoder becomes before the output layer.

use super::config::AttentionKind;
use burn::module::Module;
use burn::nn::{Linear, LinearConfig};
use burn::tensor::{Device, Tensor};

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
