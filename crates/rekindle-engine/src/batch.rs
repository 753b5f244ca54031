//! What a pass goes over: rows of a batch, and the order in which their steps are read.

use burn::tensor::Tensor;

/// The rows of a batch.
#[derive(Clone, Debug)]
pub struct Batch<'b> {
    /// `[batch, time, d_input]`.
    pub x: Tensor<3>,
    /// Row `i` has `lengths[i]` real steps, from 1 to `time`; all of them `time` where `None`.
    pub lengths: Option<&'b [usize]>,
    /// The states to begin with: `[batch, width]` each.
    pub state: Vec<Tensor<2>>,
    /// The order in which steps are read.
    pub direction: Direction,
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
