//! The head of a network: what the layers give becomes outputs.

use burn::module::Param;
use burn::nn::{Linear, LinearConfig};
use burn::tensor::{Device, Tensor};

/// The head: a matrix and a bias.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Head {
    /// The number of outputs a step.
    pub outputs: usize,
    /// Whether the matrix is the embedding itself (Press & Wolf 2017, arXiv 1608.05859).
    pub tied: bool,
}

impl Head {
    /// How many numbers its matrix has, behind layers of this width.
    pub(super) fn numbers(self, d_output: usize) -> f64 {
        match self.tied {
            true => 0.0,
            false => d_output as f64 * self.outputs as f64,
        }
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
