//! The number of real steps of each row of a batch.

use core::fmt;

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

impl core::error::Error for LengthError {}

/// Checks lengths against a batch: one number a row, from 1 to `time`.
///
/// # Errors
///
/// If their number is not `batch`, or one is 0 or beyond `time`.
pub fn check_lengths(lengths: &[usize], batch: usize, time: usize) -> Result<(), LengthError> {
    if lengths.len() != batch {
        let lengths = lengths.len();
        return Err(LengthError::Rows { lengths, batch });
    }
    match lengths.iter().position(|n| !(1..=time).contains(n)) {
        None => Ok(()),
        Some(row) => Err(LengthError::Range {
            row,
            length: lengths[row],
            time,
        }),
    }
}
