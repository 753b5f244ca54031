//! Rows of the host become sequences that a network's layers read.

use super::net::Net;
use crate::data::reading::Steps;
use burn::tensor::{Device, Int, Tensor, TensorData};
use rekindle::Sequence;
use rekindle_models::{Tokens, encoder_decoder::Read};

impl Net {
    /// Rows as the layers read them: symbols as their vectors, and all padded to the longest.
    pub(crate) fn sequence(&self, rows: &Steps, device: &Device) -> Sequence {
        let lengths = rows.lengths();
        let (batch, time) = (lengths.len(), lengths.iter().copied().max().unwrap_or(1));
        let data = match rows {
            Steps::Symbols(rows) => self.embedded(rows, time, device),
            Steps::Words { words, letters } => {
                let vectors = self.embedded(words, time, device);
                let letters: Vec<Vec<usize>> = letters
                    .iter()
                    .flatten()
                    .map(|word| word.iter().map(|&letter| letter as usize).collect())
                    .collect();
                let network = self.letters().expect("a network that reads letters");
                let read = network.read(&Tokens::of(&letters, device), &lengths);
                Tensor::cat(vec![vectors, read], 2)
            }
            Steps::Numbers { width, rows } => {
                let rows = rows.iter().map(|row| row.iter().copied());
                let data = padded(rows, time * width);
                Tensor::from_data(TensorData::new(data, [batch, time, *width]), device)
            }
        };
        if lengths.iter().all(|&length| length == time) {
            return Sequence::new(data);
        }
        let padded = Sequence::padded(data, lengths);
        padded.expect("the time axis is the longest of at least one step")
    }

    /// What layers give for rows of symbols, ready to be written of.
    ///
    /// # Panics
    ///
    /// If the network writes nothing, or the rows are none of symbols.
    pub(crate) fn look(&self, rows: &Steps, device: &Device) -> Read {
        let Steps::Symbols(symbols) = rows else {
            unreachable!("what is written of is a row of symbols");
        };
        let x = self.sequence(rows, device);
        let [_, time, _] = x.data().dims();
        let (y, ended) = self.read(x.clone(), None);
        let ended = ended.stack().expect("what writes stands behind a stack");
        self.writer()
            .look_at(&x.with(y), ended, indices(symbols, time, device))
    }

    /// The vectors of symbols, `[batch, time, width]`.
    fn embedded(&self, rows: &[Vec<u32>], time: usize, device: &Device) -> Tensor<3> {
        self.embed(indices(rows, time, device))
    }
}

/// Symbols, `[batch, time]`.
fn indices(rows: &[Vec<u32>], time: usize, device: &Device) -> Tensor<2, Int> {
    let batch = rows.len();
    let rows = rows.iter().map(|row| row.iter().map(|&s| s as i32));
    Tensor::from_data(TensorData::new(padded(rows, time), [batch, time]), device)
}

/// Rows one after the other, each padded to a length.
fn padded<T: Copy + Default>(
    rows: impl ExactSizeIterator<Item = impl Iterator<Item = T>>,
    length: usize,
) -> Vec<T> {
    let mut all = Vec::with_capacity(rows.len() * length);
    for row in rows {
        let end = all.len() + length;
        all.extend(row);
        all.resize(end, T::default());
    }
    all
}

#[cfg(all(test, feature = "flex"))]
mod tests {
    use super::*;
    use crate::model::{config::ModelConfig, front::Front, shape::NetShape};

    #[test]
    fn rows_are_padded_where_they_differ() {
        let device = Device::flex();
        let model: ModelConfig =
            toml::from_str("cell = { kind = \"gru\", d_hidden = 3 }").expect("a model");
        let shape = NetShape::of(Front::Features(2), 1);
        let net = Net::new(shape, &model, &device).expect("a network");
        let sequence = |rows: [&[f32]; 2]| {
            let rows = rows.map(<[f32]>::to_vec).to_vec();
            net.sequence(&Steps::Numbers { width: 2, rows }, &device)
        };
        let level = sequence([&[1.0, 2.0], &[3.0, 4.0]]);
        assert_eq!((level.data().dims(), level.lengths()), ([2, 1, 2], None));
        let padded = sequence([&[1.0, 2.0], &[3.0, 4.0, 5.0, 6.0]]);
        assert_eq!(padded.lengths(), Some(&[1, 2][..]));
        let numbers: Vec<f32> = padded.into_data().into_data().iter::<f32>().collect();
        assert_eq!(numbers, [1.0, 2.0, 0.0, 0.0, 3.0, 4.0, 5.0, 6.0]);
    }
}
