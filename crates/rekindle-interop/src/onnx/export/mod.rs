//! Layers become models.
//!
//! | here | writes |
//! |---|---|
//! | `drawing.rs` | a model, node by node |
//! | `batch.rs` | what a batch knows: its size, its lengths |
//! | `layers.rs` | the layers of a `Recurrent`: directions, states, merging |
//! | `settled.rs`, `operator.rs` | a cell whose equations an operator has |
//! | `scan.rs`, `functions.rs` | any other cell's, as a `Scan` whose body is the program |

mod batch;
mod drawing;
mod functions;
mod layers;
mod operator;
mod scan;
mod settled;

pub use batch::Batch;
pub use drawing::{Drawing, Value};
pub use layers::layers;

use burn::tensor::Tensor;
use rekindle::{Cell, Recurrent};

use crate::error::WeightError;
use crate::formats::onnx::{Model, OPSETS};

/// How a model is written.
#[derive(Clone, Debug)]
pub struct Options {
    /// The version of ONNX's operators, one of [`OPSETS`].
    pub opset: i64,
    /// Whether the model takes `lengths`, `[batch]` of 32-bit integers, for batches whose rows are padded.
    pub lengths: bool,
    /// Whether the model takes the states before the first step, and gives those behind the last: `state.<name>` and `next.<name>`.
    pub states: bool,
}

impl Default for Options {
    /// The oldest operators that there are, without lengths and states.
    fn default() -> Self {
        Options {
            opset: *OPSETS.start(),
            lengths: false,
            states: false,
        }
    }
}

/// A model of a layer, in 32 bits, to which weights that have more are rounded: from `x`, `[batch, time, d_input]`, to `y`, `[batch, time, d_output]`.
///
/// # Errors
///
/// If a cell is no set of equations, or the version of the operators is none that is written.
pub fn export<C: Cell>(
    layer: &Recurrent<C>,
    options: &Options,
) -> Result<Model<'static>, WeightError> {
    let mut drawing = Drawing::new(options.opset)?;
    let x = drawing.input("x", &["batch", "time", &layer.d_input().to_string()]);
    let batch = Batch::new(&mut drawing, &x, options.lengths);
    let x = batch.entered(&mut drawing, &x);
    let y = layers(&mut drawing, layer, x, &batch, options.states)?;
    let y = drawing.transposed(&y);
    drawing.output("y", &y, &["batch", "time", &layer.d_output().to_string()]);
    Ok(drawing.model())
}

/// The numbers of a weight, rounded to 32 bits if they have more.
fn numbers<const D: usize>(tensor: Tensor<D>) -> Matrix {
    let data = tensor.into_data();
    Matrix {
        shape: data.shape().to_vec(),
        numbers: data.iter().collect(),
    }
}

/// Numbers on the host, in rows.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Matrix {
    shape: Vec<usize>,
    numbers: Vec<f32>,
}

impl Matrix {
    /// Columns from one on, so many: of a vector its elements.
    fn columns(&self, first: usize, count: usize) -> Matrix {
        let (width, rows) = match self.shape[..] {
            [rows, width] => (width, rows),
            _ => (self.numbers.len(), 1),
        };
        let each = (0..rows).flat_map(|row| &self.numbers[row * width + first..][..count]);
        let mut shape = self.shape.clone();
        let last = shape.len() - 1;
        shape[last] = count;
        Matrix {
            numbers: each.copied().collect(),
            shape,
        }
    }

    /// The blocks of columns at these places, side by side.
    fn blocks(&self, units: usize, places: &[usize]) -> Matrix {
        let parts: Vec<Matrix> = places
            .iter()
            .map(|place| self.columns(place * units, units))
            .collect();
        let width = places.len() * units;
        let (rows, shape) = match self.shape[..] {
            [rows, _] => (rows, vec![rows, width]),
            _ => (1, vec![width]),
        };
        let row = |row: usize| {
            let parts = parts.iter();
            parts.flat_map(move |part| &part.numbers[row * units..][..units])
        };
        Matrix {
            numbers: (0..rows).flat_map(row).copied().collect(),
            shape,
        }
    }

    /// A matrix turned, as rows of operators are columns here.
    fn turned(&self) -> Matrix {
        let [rows, width] = self.shape[..] else {
            return self.clone();
        };
        let each = (0..width).flat_map(|column| (0..rows).map(move |row| row * width + column));
        Matrix {
            shape: vec![width, rows],
            numbers: each.map(|at| self.numbers[at]).collect(),
        }
    }

    /// Parts below one another, as rows.
    fn below(parts: Vec<Matrix>) -> Matrix {
        let mut shape = parts[0].shape.clone();
        shape[0] = parts.iter().map(|part| part.shape[0]).sum();
        Matrix {
            numbers: parts.into_iter().flat_map(|part| part.numbers).collect(),
            shape,
        }
    }

    /// Zeros of the same shape.
    fn zeros(&self) -> Matrix {
        Matrix {
            shape: self.shape.clone(),
            numbers: vec![0.0; self.numbers.len()],
        }
    }

    /// A row of zeros.
    fn zero(width: usize) -> Matrix {
        Matrix {
            shape: vec![width],
            numbers: vec![0.0; width],
        }
    }
}
