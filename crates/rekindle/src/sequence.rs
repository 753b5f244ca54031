//! A padded batch of sequences, with the length of each row.

use burn::tensor::{Bool, Int, Tensor, TensorData};
use rekindle_engine::{LengthError, check_lengths};

/// A batch of sequences. It flows from the loader to the loss, so that padding is never forgotten.
///
/// Its lengths always fit its data.
#[derive(Clone, Debug)]
pub struct Sequence {
    data: Tensor<3>,
    lengths: Option<Vec<usize>>,
}

impl Sequence {
    /// A batch whose rows all fill the time axis.
    pub fn new(data: Tensor<3>) -> Self {
        Sequence {
            data,
            lengths: None,
        }
    }

    /// A padded batch: row `i` has `lengths[i]` real steps, at least one, at most the time axis, in any order.
    ///
    /// # Errors
    ///
    /// If there is not one a row, or one is 0 or beyond the time axis.
    pub fn padded(data: Tensor<3>, lengths: Vec<usize>) -> Result<Self, LengthError> {
        let [batch, time, _] = data.dims();
        check_lengths(&lengths, batch, time)?;
        let lengths = Some(lengths);
        Ok(Sequence { data, lengths })
    }

    /// `[batch, time, features]`; whatever stands beyond a row's length is ignored.
    pub fn data(&self) -> &Tensor<3> {
        &self.data
    }

    /// The data without the lengths.
    pub fn into_data(self) -> Tensor<3> {
        self.data
    }

    /// The number of real steps of each row; `None` where every row fills the time axis.
    pub fn lengths(&self) -> Option<&[usize]> {
        self.lengths.as_deref()
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

    /// The same batch with the real steps of each row in the opposite order, its padding where it was.
    pub fn reversed(&self) -> Self {
        let [batch, time, _] = self.data.dims();
        let steps = |n: usize| (0..n).rev().chain(n..time).map(|t| t as i32);
        let full = vec![time; batch];
        let lengths = self.lengths().unwrap_or(&full);
        let order: Vec<i32> = lengths.iter().flat_map(|&n| steps(n)).collect();
        let order = TensorData::new(order, [batch, time, 1]);
        let order: Tensor<3, Int> = Tensor::from_data(order, &self.data.device());
        self.with(self.data.clone().gather(1, order.expand(self.data.dims())))
    }

    /// The same lengths with other data of the same batch and time.
    ///
    /// # Panics
    ///
    /// If the batch or the time is another.
    pub fn with(&self, data: Tensor<3>) -> Self {
        let (ours, [batch, time, _]) = (self.data.dims(), data.dims());
        assert!(
            ours[..2] == [batch, time],
            "the data is {:?}, but the lengths are those of [batch, time] = {:?}",
            data.dims(),
            &ours[..2]
        );
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
