//! The parameters of a program, and the order in which a sequence is read.

use burn::tensor::Tensor;

/// The parameters of a program, as tensors.
///
/// `G` is the number of input blocks, `K` that of recurrent blocks, `H` is `d_hidden`, and `P` the
/// width of what the recurrent products take (`H`, or `d_projection`).
#[derive(Clone, Debug)]
pub struct Weights {
    /// `W` of every input block: `[d_input, G * H]`.
    pub input: Tensor<2>,
    /// `b` of every input block, zero for one that has none: `[G * H]`.
    pub input_bias: Option<Tensor<1>>,
    /// `U` of every recurrent block, `[P, K * H]`, where there is any.
    pub hidden: Option<Tensor<2>>,
    /// `d` of every recurrent block, zero for one that has none: `[K * H]`.
    pub hidden_bias: Option<Tensor<1>>,
    /// The learned vectors, and the learned scalars for every unit: `[H]` each.
    pub vectors: Vec<Tensor<1>>,
    /// `R`: `[H, P]`.
    pub projection: Option<Tensor<2>>,
    /// What the operand of every recurrent product is multiplied by, `[batch, P]`: the mask of
    /// variational dropout. It is a constant, to which no gradient goes.
    pub mask: Option<Tensor<2>>,
}

impl Weights {
    /// The mask as what it is, a constant.
    pub(crate) fn constant_mask(&self) -> Option<Tensor<2>> {
        let mask = self.mask.clone()?;
        // A leaf stays one when it is detached.
        Some(mask.detach().set_require_grad(false))
    }
}

/// The order in which a sequence is read.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Direction {
    /// From the first step to the last.
    #[default]
    Forward,
    /// From the last real step of each row to the first.
    Reverse,
}

impl Direction {
    /// `forward` or `reverse`, as in the names of tensors.
    pub fn name(self) -> &'static str {
        match self {
            Direction::Forward => "forward",
            Direction::Reverse => "reverse",
        }
    }

    /// The steps of a sequence in reading order.
    pub fn steps(self, time: usize) -> Box<dyn Iterator<Item = usize>> {
        match self {
            Direction::Forward => Box::new(0..time),
            Direction::Reverse => Box::new((0..time).rev()),
        }
    }
}
