//! A padded batch of tokens, with the length of each row.

use burn::tensor::{Device, Int, Tensor, TensorData};
use rekindle::Sequence;

/// A padded batch of tokens: numbers from 0 that stand for symbols, words or labels.
#[derive(Clone, Debug)]
pub struct Tokens {
    data: Tensor<2, Int>,
    lengths: Vec<usize>,
}

impl Tokens {
    /// Rows of any lengths, side by side; zeros stand behind the short ones.
    ///
    /// # Panics
    ///
    /// If there is no row, or one is empty.
    pub fn of<R: AsRef<[usize]>>(rows: &[R], device: &Device) -> Self {
        let lengths: Vec<usize> = rows.iter().map(|row| row.as_ref().len()).collect();
        let empty = lengths.iter().position(|&length| length == 0);
        assert!(
            empty.is_none() && !rows.is_empty(),
            "a batch has at least one row, and a row at least one token: row {} has none",
            empty.unwrap_or(0)
        );
        let time = lengths.iter().copied().max().expect("at least one row");
        let padded = rows.iter().flat_map(|row| {
            let tokens = row.as_ref().iter().map(|&token| token as i32);
            tokens.chain(std::iter::repeat(0)).take(time)
        });
        let data = TensorData::new(padded.collect::<Vec<i32>>(), [rows.len(), time]);
        Tokens {
            data: Tensor::from_data(data, device),
            lengths,
        }
    }

    /// `[batch, time]`; what stands beyond a row's length means nothing.
    pub fn data(&self) -> &Tensor<2, Int> {
        &self.data
    }

    /// The number of tokens of each row.
    pub fn lengths(&self) -> &[usize] {
        &self.lengths
    }

    /// The vectors of the tokens, `[batch, time, width]`, as a batch of these lengths.
    pub(crate) fn sequence(&self, vectors: Tensor<3>) -> Sequence {
        let [_, time] = self.data.dims();
        match self.lengths.iter().all(|&length| length == time) {
            true => Sequence::new(vectors),
            false => Sequence::padded(vectors, self.lengths.clone()).expect("the lengths fit"),
        }
    }
}
