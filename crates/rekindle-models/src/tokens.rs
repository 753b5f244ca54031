//! A padded batch of tokens, with the length of each row.

use crate::steps::real;
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

    /// Each row without its last token, `[batch, time - 1]`, and what follows each of these.
    ///
    /// # Panics
    ///
    /// If a row has one token only.
    pub(crate) fn followed(&self) -> (Tensor<2, Int>, Following) {
        let short = self.lengths.iter().position(|&length| length < 2);
        assert!(
            short.is_none(),
            "row {} has one token only, and nothing behind it",
            short.unwrap_or(0)
        );
        let time = self.data.dims()[1];
        let following = Following {
            tokens: self.data.clone().narrow(1, 1, time - 1),
            lengths: self.lengths.iter().map(|length| length - 1).collect(),
        };
        (self.data.clone().narrow(1, 0, time - 1), following)
    }
}

/// What follows the tokens of a padded batch, one by one.
pub(crate) struct Following {
    /// `[batch, time]`
    tokens: Tensor<2, Int>,
    lengths: Vec<usize>,
}

impl Following {
    /// The mean over these tokens of their losses, where `log_probs` is `[batch, time, tokens]`: `-log p` of the token, of which the
    /// share `smoothing` is that of every token alike.
    ///
    /// # Panics
    ///
    /// If the share is not at least 0 and less than 1.
    pub(crate) fn loss(self, log_probs: Tensor<3>, smoothing: f64) -> Tensor<1> {
        assert!(
            (0.0..1.0).contains(&smoothing),
            "labels are smoothed by a share of at least 0 and less than 1, not {smoothing}"
        );
        let time = self.tokens.dims()[1];
        let padding = real(&self.lengths, time, &log_probs.device()).bool_not();
        let own = log_probs.clone().gather(2, self.tokens.unsqueeze_dim(2));
        let log_prob = match smoothing > 0.0 {
            true => own.mul_scalar(1.0 - smoothing) + log_probs.mean_dim(2).mul_scalar(smoothing),
            false => own,
        };
        let sum = log_prob.squeeze_dim::<2>(2).mask_fill(padding, 0.0).sum();
        // Burn divides a gradient by a scalar in f32, whatever the type; it multiplies in full.
        sum.mul_scalar(-1.0 / self.lengths.iter().sum::<usize>() as f64)
    }
}
