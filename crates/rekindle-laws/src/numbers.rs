//! Tensors on the host, in f64: where laws prepare inputs and compare outputs.

use burn::tensor::{DType, TensorData};
use std::collections::BTreeMap;
use std::ops::Range;

/// Tensors by name.
pub type Named = BTreeMap<String, Numbers>;

/// A tensor on the host, in row-major order.
#[derive(Clone, Debug, PartialEq)]
pub struct Numbers {
    /// The shape.
    pub shape: Vec<usize>,
    /// The elements.
    pub values: Vec<f64>,
}

impl Numbers {
    /// `scale * cos(0.7 n + 0.01 n² + phase)` at element `n`, as the oracles have it: closed-form
    /// numbers without rank, period or symmetry that could hide an exchange.
    pub fn wave(shape: &[usize], scale: f64, phase: f64) -> Self {
        let value = |n: usize| {
            let n = n as f64;
            scale * (0.7 * n + 0.01 * n * n + phase).cos()
        };
        Numbers {
            shape: shape.to_vec(),
            values: (0..shape.iter().product()).map(value).collect(),
        }
    }

    /// The same number everywhere.
    pub fn full(shape: &[usize], value: f64) -> Self {
        Numbers {
            shape: shape.to_vec(),
            values: vec![value; shape.iter().product()],
        }
    }

    /// The elements as a device computes with them.
    pub fn data(&self, dtype: DType) -> TensorData {
        TensorData::new(self.values.clone(), self.shape.clone()).convert_dtype(dtype)
    }

    /// How many elements stand before an index along an axis, in the axis, and behind it.
    fn split(&self, axis: usize) -> (usize, usize, usize) {
        let outer = self.shape[..axis].iter().product();
        let inner = self.shape[axis + 1..].iter().product();
        (outer, self.shape[axis], inner)
    }

    /// A range along an axis.
    pub fn narrow(&self, axis: usize, range: Range<usize>) -> Self {
        let (outer, size, inner) = self.split(axis);
        let mut shape = self.shape.clone();
        shape[axis] = range.len();
        let rows = (0..outer).flat_map(|o| {
            let start = o * size * inner;
            &self.values[start + range.start * inner..start + range.end * inner]
        });
        Numbers {
            values: rows.copied().collect(),
            shape,
        }
    }

    /// Tensors one behind the other along an axis.
    pub fn cat(parts: &[Numbers], axis: usize) -> Self {
        let (outer, ..) = parts[0].split(axis);
        let mut shape = parts[0].shape.clone();
        shape[axis] = parts.iter().map(|p| p.shape[axis]).sum();
        let mut values = Vec::new();
        for o in 0..outer {
            for part in parts {
                let (_, size, inner) = part.split(axis);
                values.extend_from_slice(&part.values[o * size * inner..(o + 1) * size * inner]);
            }
        }
        Numbers { shape, values }
    }

    /// The same with zeros behind it, up to a size of an axis.
    pub fn lengthened(self, axis: usize, size: usize) -> Self {
        let mut shape = self.shape.clone();
        shape[axis] = size - shape[axis];
        Numbers::cat(&[self, Numbers::full(&shape, 0.0)], axis)
    }

    /// The elementwise sum.
    ///
    /// # Panics
    ///
    /// If the shapes differ.
    pub fn plus(mut self, other: &Numbers) -> Self {
        assert_eq!(self.shape, other.shape);
        for (a, b) in self.values.iter_mut().zip(&other.values) {
            *a += b;
        }
        self
    }

    /// The square root of the sum of squares.
    pub fn norm(&self) -> f64 {
        self.values.iter().map(|v| v * v).sum::<f64>().sqrt()
    }
}

impl From<TensorData> for Numbers {
    fn from(data: TensorData) -> Self {
        Numbers {
            shape: data.shape().to_vec(),
            values: data.iter().collect(),
        }
    }
}
