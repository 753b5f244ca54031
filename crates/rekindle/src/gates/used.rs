//! The weights as the equations use them.

use super::Gates;
use super::stored::every_bias;
use burn::nn::Linear;
use burn::tensor::Tensor;

/// The weights of equations as they use them, whatever is stored: matrices put together and mapped, and everything for every block.
/// What runs the equations elsewhere needs nothing else.
#[derive(Clone, Debug)]
pub struct Used {
    /// `W` of all input blocks side by side, `[d_input, G * d_hidden]`.
    pub input: Tensor<2>,
    /// `b` of all input blocks, zero where a block has none; `[G * d_hidden]`.
    pub input_bias: Option<Tensor<1>>,
    /// `U` of all recurrent blocks side by side, `[width of what they take, K * d_hidden]`.
    pub hidden: Option<Tensor<2>>,
    /// `d` of all recurrent blocks, zero where a block has none; `[K * d_hidden]`.
    pub hidden_bias: Option<Tensor<1>>,
    /// Vectors and scalars in the program's order, `[d_hidden]` each.
    pub vectors: Vec<Tensor<1>>,
    /// `R`, `[d_hidden, d_projection]`.
    pub projection: Option<Tensor<2>>,
}

impl Gates {
    /// The weights as the equations use them.
    pub fn used(&self) -> Used {
        let bias = |linear: &Linear, has: &[bool]| {
            let stored = linear.bias.as_ref()?.val();
            Some(every_bias(stored, has, self.d_hidden()))
        };
        let input = self.input.weight.val();
        let hidden = self.hidden.as_ref();
        Used {
            vectors: self.every_vector(&input),
            input_bias: bias(&self.input, self.program().input_biases()),
            hidden: self.recurrent_weights(),
            hidden_bias: hidden.and_then(|linear| bias(linear, self.program().hidden_biases())),
            projection: self.projection.as_ref().map(|linear| linear.weight.val()),
            input: self
                .structure
                .input(self.program().inputs(), input, &self.constants),
        }
    }
}
