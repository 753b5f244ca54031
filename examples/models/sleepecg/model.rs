//! The classifier: features are normalised, mixed, read in both directions by two GRUs, and mapped to probabilities.

use std::error::Error;

use burn::tensor::{Device, Tensor, activation};
use rekindle::{AnyCell, AnyCellConfig, Recurrent, RecurrentConfig, Sequence};
use rekindle_interop::{formats::keras::read, keras::take, tensor};

/// What the classifier tells apart, in the order of its outputs.
pub(crate) const STAGES: [&str; 4] = ["undefined", "non-REM", "REM", "wake"];

/// The features of an epoch.
pub(crate) const FEATURES: usize = 36;

/// The classifier of sleepecg.
pub(crate) struct Classifier {
    /// `gamma`, `beta`, the mean and the variance of each feature.
    normal: [Tensor<3>; 4],
    mix: Dense,
    recurrent: Recurrent<AnyCell>,
    last: Dense,
}

struct Dense {
    kernel: Tensor<3>,
    bias: Tensor<3>,
}

impl Classifier {
    /// The classifier of a `.keras` file's content.
    pub(crate) fn read(bytes: &[u8], device: &Device) -> Result<Self, Box<dyn Error>> {
        let model = read(bytes)?;
        let gru = AnyCellConfig::named("gru", 8).ok_or("no gru")?;
        let config = RecurrentConfig {
            layers: 2,
            bidirectional: true,
            ..RecurrentConfig::new(gru)
        };
        let (recurrent, _) = take(config.init(64, device), &model, None)?;
        let vector = |layer: &str, number: usize| -> Result<Tensor<3>, Box<dyn Error>> {
            let name = format!("layers.{layer}.vars.{number}");
            Ok(tensor::<1>(model.tensors(), &name, device)?.unsqueeze())
        };
        let dense = |layer: &str| -> Result<Dense, Box<dyn Error>> {
            let name = format!("layers.{layer}.vars.0");
            Ok(Dense {
                kernel: tensor::<2>(model.tensors(), &name, device)?.unsqueeze(),
                bias: vector(layer, 1)?,
            })
        };
        let normal = |number| vector("batch_normalization", number);
        Ok(Classifier {
            normal: [normal(0)?, normal(1)?, normal(2)?, normal(3)?],
            mix: dense("dense")?,
            recurrent,
            last: dense("dense_1")?,
        })
    }

    /// The probability of each stage, `[nights, epochs, 4]`, of features `[nights, epochs, 36]`. A night may be shorter than others.
    pub(crate) fn stages(
        &self,
        x: Tensor<3>,
        lengths: Vec<usize>,
    ) -> Result<Tensor<3>, Box<dyn Error>> {
        let [gamma, beta, mean, variance] = &self.normal;
        let x = (x - mean.clone()) / variance.clone().add_scalar(1e-3).sqrt();
        let x = activation::relu(self.mix.forward(x * gamma.clone() + beta.clone()));
        let (y, _) = self.recurrent.forward(Sequence::padded(x, lengths)?, None);
        Ok(activation::softmax(self.last.forward(y), 2))
    }
}

impl Dense {
    fn forward(&self, x: Tensor<3>) -> Tensor<3> {
        x.matmul(self.kernel.clone()) + self.bias.clone()
    }
}
