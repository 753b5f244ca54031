//! The network of every task: symbols or features, recurrent layers, a linear output.

use super::shape::{Inputs, NetShape};
use crate::error::Result;
use burn::module::{Module, Param};
use burn::nn::{Embedding, EmbeddingConfig, Initializer, Linear, LinearConfig};
use burn::tensor::{Device, Int, Tensor};
use rekindle::{AnyCell, Recurrent, RecurrentConfig, Sequence, States};

/// The states of a network's recurrent layers.
pub type NetStates = States<Vec<Tensor<2>>>;

/// An embedding where the task has symbols, recurrent layers, and a linear output: the article's
/// `o_t = softmax(V s_t)`, without the softmax, which belongs to the loss.
#[derive(Module, Debug)]
pub struct Net {
    embedding: Option<Embedding>,
    recurrent: Recurrent<AnyCell>,
    output: Option<Linear>,
    /// The bias of an output that is tied to the embedding.
    tied_bias: Option<Param<Tensor<1>>>,
}

impl Net {
    /// A network with fresh parameters.
    ///
    /// # Errors
    ///
    /// If the layers do not take inputs of this width, or the output is tied to an embedding of
    /// another width than the layers' output.
    pub fn new(shape: NetShape, model: &RecurrentConfig, device: &Device) -> Result<Net> {
        shape.fits(model)?;
        let d_input = shape.d_input();
        let embedding = match shape.inputs {
            Inputs::Features(_) => None,
            Inputs::Symbols { count, width } => {
                // A tied embedding is also an output matrix, and begins as small as one.
                let std = if shape.tied {
                    (width as f64).powf(-0.5)
                } else {
                    1.0
                };
                let init = Initializer::Normal { mean: 0.0, std };
                let config = EmbeddingConfig::new(count, width).with_initializer(init);
                Some(config.init(device))
            }
        };
        let recurrent = model.init(d_input, device);
        let d_output = recurrent.d_output();
        let bias = || Param::from_tensor(Tensor::zeros([shape.outputs], device));
        Ok(Net {
            embedding,
            recurrent,
            output: (!shape.tied).then(|| LinearConfig::new(d_output, shape.outputs).init(device)),
            tied_bias: shape.tied.then(bias),
        })
    }

    /// The vectors of symbols: `[batch, time]` to `[batch, time, width]`.
    ///
    /// # Panics
    ///
    /// If the network takes features.
    pub fn embed(&self, symbols: Tensor<2, Int>) -> Tensor<3> {
        let embedding = self.embedding.as_ref().expect("a network of symbols");
        embedding.forward(symbols)
    }

    /// The recurrent layers over a batch.
    pub fn read(
        &self,
        x: impl Into<Sequence>,
        states: Option<NetStates>,
    ) -> (Tensor<3>, NetStates) {
        self.recurrent.forward(x, states)
    }

    /// The outputs of rows: `[rows, d_output]` to `[rows, outputs]`.
    pub fn output(&self, rows: Tensor<2>) -> Tensor<2> {
        match (&self.output, &self.embedding, &self.tied_bias) {
            (Some(linear), ..) => linear.forward(rows),
            (None, Some(embedding), Some(bias)) => {
                rows.matmul(embedding.weight.val().transpose()) + bias.val().unsqueeze()
            }
            _ => unreachable!("a network has an output matrix or an embedding in its place"),
        }
    }

    /// The outputs at every step: `[batch, time, d_output]` to `[batch * time, outputs]`.
    pub fn output_each(&self, y: Tensor<3>) -> Tensor<2> {
        let [batch, time, width] = y.dims();
        self.output(y.reshape([batch * time, width]))
    }

    /// The recurrent layers.
    pub fn recurrent(&self) -> &Recurrent<AnyCell> {
        &self.recurrent
    }
}
