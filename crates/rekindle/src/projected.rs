//! Cells whose input enters by linear projections alone: what can stand before and behind these, and the recurrence by itself.

use crate::sequence::Sequence;
use burn::nn::Linear;
use burn::tensor::Tensor;

/// What the projections of a cell read, and what becomes of what they give. Each is known by its name, that of the cell's field: `q`, `k`,
/// `v`. A tensor, `[batch, time, d_input]`, is read by all of them, and nothing becomes of what they give.
pub trait Inputs {
    /// What the projection reads: `[batch, time, d_input]`.
    fn read(&self, projection: &'static str) -> Tensor<3>;

    /// What becomes of what the projection gave, `[batch, time, width]`.
    fn given(&self, projection: &'static str, y: Tensor<3>) -> Tensor<3> {
        let _ = projection;
        y
    }

    /// A projection of what it reads.
    fn through(&self, projection: &'static str, map: &Linear) -> Tensor<3> {
        self.given(projection, map.forward(self.read(projection)))
    }
}

impl Inputs for Tensor<3> {
    fn read(&self, _: &'static str) -> Tensor<3> {
        self.clone()
    }
}

/// A cell whose input enters by linear projections alone, so that published layers can put something between it and them: a short
/// convolution of what a projection gives, a mixing of what it reads with the step before.
///
/// ```
/// # use burn::tensor::{Device, Distribution, Tensor};
/// use rekindle::{Cell, CellConfig, cells::DeltaNetConfig};
/// let device = Device::flex();
/// let cell = DeltaNetConfig::new(32).init(24, &device);
/// let x: Tensor<3> = Tensor::random([8, 50, 24], Distribution::Default, &device); // [batch, time, features]
/// let projected = cell.projected().expect("a cell with projections");
/// let vectors = projected.vectors(&x);
/// let states = cell.initial(8, &device).to_vec();
/// let (y, states) = projected.scan_vectors(vectors, &x.into(), states); // what `scan` gives
/// # assert_eq!((y.dims(), states.len()), ([8, 50, 32], 2));
/// ```
pub trait Projected {
    /// The names of the projections, and the widths of what they give.
    fn projections(&self) -> Vec<(&'static str, usize)>;

    /// What steps are made of, `[batch, time, heads, width]` each, in the order of the cell's file.
    fn vectors(&self, inputs: &dyn Inputs) -> Vec<Tensor<4>>;

    /// A whole sequence from its first step on, of the lengths of `x`: the output, `[batch, time, d_output]`, zero beyond a row's length,
    /// and the states after each row's last real step.
    fn scan_vectors(
        &self,
        vectors: Vec<Tensor<4>>,
        x: &Sequence,
        states: Vec<Tensor<2>>,
    ) -> (Tensor<3>, Vec<Tensor<2>>);
}
