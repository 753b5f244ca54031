//! A padded batch of sequences, with the length of each row.

use burn::tensor::{Bool, Tensor, TensorData};
use std::fmt;

/// A batch of sequences. It flows from the loader to the loss, so that padding is never forgotten.
#[derive(Clone, Debug)]
pub struct Sequence {
    /// `[batch, time, features]`; whatever stands beyond a row's length is ignored.
    pub data: Tensor<3>,
    /// The number of real steps of each row; `None` where every row fills the time axis.
    pub lengths: Option<Lengths>,
}

/// The number of real steps of each row: at least one, at most the time axis, in any order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Lengths(Vec<usize>);

/// Why a list of lengths does not fit a batch.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum LengthError {
    /// The list has another number of rows than the batch.
    Rows {
        /// The number of lengths.
        lengths: usize,
        /// The rows of the batch.
        batch: usize,
    },
    /// A length is zero or beyond the time axis.
    Range {
        /// The row of the batch, from 0.
        row: usize,
        /// Its length.
        length: usize,
        /// The size of the time axis.
        time: usize,
    },
}

impl fmt::Display for LengthError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            LengthError::Rows { lengths, batch } => {
                write!(f, "{lengths} lengths are given for a batch of {batch} rows")
            }
            LengthError::Range { row, length, time } => write!(
                f,
                "the length of row {row} is {length}; it must be from 1 to {time}, the time axis"
            ),
        }
    }
}

impl std::error::Error for LengthError {}

impl Lengths {
    /// Checks the lengths against a batch.
    ///
    /// # Errors
    ///
    /// If their number is not `batch`, or one is 0 or beyond `time`.
    pub fn new(lengths: Vec<usize>, batch: usize, time: usize) -> Result<Self, LengthError> {
        if lengths.len() != batch {
            let lengths = lengths.len();
            return Err(LengthError::Rows { lengths, batch });
        }
        match lengths.iter().position(|&n| n == 0 || n > time) {
            None => Ok(Lengths(lengths)),
            Some(row) => Err(LengthError::Range {
                row,
                length: lengths[row],
                time,
            }),
        }
    }

    /// The lengths, one a row.
    pub fn as_slice(&self) -> &[usize] {
        &self.0
    }
}

impl Sequence {
    /// A batch whose rows all fill the time axis.
    pub fn new(data: Tensor<3>) -> Self {
        Sequence {
            data,
            lengths: None,
        }
    }

    /// A padded batch: row `i` has `lengths[i]` real steps.
    ///
    /// # Errors
    ///
    /// If the lengths do not fit the data.
    pub fn padded(data: Tensor<3>, lengths: Vec<usize>) -> Result<Self, LengthError> {
        let [batch, time, _] = data.dims();
        let lengths = Some(Lengths::new(lengths, batch, time)?);
        Ok(Sequence { data, lengths })
    }

    /// The lengths, if rows differ from the time axis.
    pub fn lengths(&self) -> Option<&[usize]> {
        self.lengths.as_ref().map(Lengths::as_slice)
    }

    /// `[batch, time]`, true at the padding; `None` where there is none.
    pub fn padding(&self) -> Option<Tensor<2, Bool>> {
        let [batch, time, _] = self.data.dims();
        let lengths = self.lengths()?;
        if lengths.iter().all(|&n| n == time) {
            return None;
        }
        let mask: Vec<bool> = lengths
            .iter()
            .flat_map(|&n| (0..time).map(move |t| t >= n))
            .collect();
        let data = TensorData::new(mask, [batch, time]);
        Some(Tensor::from_data(data, &self.data.device()))
    }

    /// The same batch with zeros in the padding, whatever stood there, NaN included.
    pub fn cleared(mut self) -> Self {
        if let Some(mask) = self.padding() {
            let mask = mask.unsqueeze_dim::<3>(2).expand(self.data.dims());
            self.data = self.data.mask_fill(mask, 0.0);
        }
        self
    }

    /// The same lengths with other data of the same batch and time.
    pub fn with(&self, data: Tensor<3>) -> Self {
        Sequence {
            data,
            lengths: self.lengths.clone(),
        }
    }
}

impl From<Tensor<3>> for Sequence {
    fn from(data: Tensor<3>) -> Self {
        Sequence::new(data)
    }
}
