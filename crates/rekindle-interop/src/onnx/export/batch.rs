//! What a batch knows when the model runs.

use super::drawing::{Drawing, Value};
use crate::formats::Dtype;
use crate::formats::onnx::Setting;

/// What a batch knows when the model runs.
#[derive(Clone, Debug)]
pub struct Batch {
    /// The number of rows, as a list of one.
    rows: Value,
    /// Of padded batches.
    padded: Option<Padded>,
}

/// What a padded batch knows.
#[derive(Clone, Debug)]
pub struct Padded {
    /// The lengths, `[batch]` of 32-bit integers.
    pub lengths: Value,
    /// The same as `[1, batch, 1]` of 64 bits.
    pub wide: Value,
    /// The steps, `[time, 1, 1]`.
    pub steps: Value,
    /// Whether a step of a row is real, `[time, batch, 1]`.
    pub real: Value,
}

impl Batch {
    /// That of an input whose first axes are batch and time, with lengths as an input of the model or without.
    pub fn new(drawing: &mut Drawing, x: &str, lengths: bool) -> Self {
        let shape = drawing.node("Shape", &[x], vec![]);
        let first = drawing.integers(&[0]);
        let rows = drawing.node("Gather", &[&shape, &first], vec![]);
        let padded = lengths.then(|| {
            let lengths = drawing.typed_input("lengths", Dtype::I32, &["batch"]);
            // 7 stands for integers of 64 bits.
            let wide = drawing.node("Cast", &[&lengths], vec![("to", Setting::Integer(7))]);
            let axes = drawing.integers(&[0, 2]);
            let wide = drawing.node("Unsqueeze", &[&wide, &axes], vec![]);
            let time = drawing.at(&shape, 0, 1);
            let (zero, one) = (drawing.integer(0), drawing.integer(1));
            let steps = drawing.node("Range", &[&zero, &time, &one], vec![]);
            let axes = drawing.integers(&[1, 2]);
            let steps = drawing.node("Unsqueeze", &[&steps, &axes], vec![]);
            let real = drawing.node("Less", &[&steps, &wide], vec![]);
            Padded {
                lengths,
                wide,
                steps,
                real,
            }
        });
        Batch { rows, padded }
    }

    /// What it knows of padding, if it may be padded.
    pub fn padded(&self) -> Option<&Padded> {
        self.padded.as_ref()
    }

    /// `[batch, time, features]` as `[time, batch, features]`, with zeros in the padding, whatever stands there.
    pub fn entered(&self, drawing: &mut Drawing, x: &str) -> Value {
        let x = drawing.transposed(x);
        self.cleared(drawing, &x, 0.0)
    }

    /// `[time, batch, features]` with a number in the padding.
    pub fn cleared(&self, drawing: &mut Drawing, x: &str, number: f32) -> Value {
        match &self.padded {
            None => x.to_owned(),
            Some(padded) => {
                let number = drawing.single(number);
                drawing.node("Where", &[&padded.real, x, &number], vec![])
            }
        }
    }

    /// A row of numbers, the same for each row of the batch.
    pub(super) fn each(&self, drawing: &mut Drawing, row: &str, width: usize) -> Value {
        let width = drawing.integers(&[width as i64]);
        let shape = drawing.node(
            "Concat",
            &[&self.rows, &width],
            vec![("axis", Setting::Integer(0))],
        );
        drawing.node("Expand", &[row, &shape], vec![])
    }
}
