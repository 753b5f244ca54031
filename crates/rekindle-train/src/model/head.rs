//! The head of a network: what the layers give becomes outputs.

use burn::module::Param;
use burn::nn::{Linear, LinearConfig};
use burn::tensor::{Device, Tensor};
use rekindle_models::crf::Crf;

/// The head: a matrix and a bias, and perhaps a field over what they give.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Head {
    /// The number of outputs a step.
    pub outputs: usize,
    /// Whether the matrix is the embedding itself (Press & Wolf 2017, arXiv 1608.05859).
    pub tied: bool,
    /// Whether the outputs of a row's steps are scored together, by a conditional random field.
    pub crf: bool,
}

impl Head {
    /// How many numbers its matrices have, behind layers of this width.
    pub(super) fn numbers(self, d_output: usize) -> f64 {
        let outputs = self.outputs as f64;
        let own = if self.tied {
            0.0
        } else {
            d_output as f64 * outputs
        };
        let field = if self.crf { outputs * outputs } else { 0.0 };
        own + field
    }

    /// The field, where there is one.
    pub(super) fn init_crf(self, device: &Device) -> Option<Crf> {
        self.crf.then(|| Crf::new(self.outputs, device))
    }

    /// Its parameters, behind layers of this width: a matrix with its bias, or the bias alone where the matrix is tied.
    pub(super) fn init(
        self,
        d_output: usize,
        device: &Device,
    ) -> (Option<Linear>, Option<Param<Tensor<1>>>) {
        match self.tied {
            true => {
                let bias = Tensor::zeros([self.outputs], device);
                (None, Some(Param::from_tensor(bias)))
            }
            false => (
                Some(LinearConfig::new(d_output, self.outputs).init(device)),
                None,
            ),
        }
    }
}
