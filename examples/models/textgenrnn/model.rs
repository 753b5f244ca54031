//! The network: symbols are embedded, read by two LSTMs, and what all three see is averaged by attention and mapped to probabilities.

use std::collections::HashMap;
use std::error::Error;

use burn::tensor::{Device, Int, Tensor, TensorData, activation};
use rekindle::{AnyCell, AnyCellConfig, Recurrent, RecurrentConfig};
use rekindle_interop::{formats::keras::read, keras::take, tensor};

/// The symbols that the network sees, and the units of an LSTM.
const WINDOW: usize = 40;
const UNITS: usize = 128;

/// The network of textgenrnn.
pub(crate) struct Network {
    /// The number of each symbol; 0 stands before a text that is shorter than the window.
    vocabulary: HashMap<String, i64>,
    embedding: Tensor<2>,
    lstms: [Recurrent<AnyCell>; 2],
    attention: Tensor<2>,
    kernel: Tensor<2>,
    bias: Tensor<2>,
}

impl Network {
    /// The network of a file of Keras' weights and one of symbols.
    pub(crate) fn read(
        weights: &[u8],
        vocabulary: &[u8],
        device: &Device,
    ) -> Result<Self, Box<dyn Error>> {
        let model = read(weights)?;
        let lstm = |name: &str, d_input: usize| -> Result<_, Box<dyn Error>> {
            let cell = AnyCellConfig::named("lstm", UNITS).ok_or("no lstm")?;
            let layer = RecurrentConfig::new(cell).init(d_input, device);
            Ok(take(layer, &model, Some(name))?.0)
        };
        let embedding = tensor::<2>(model.tensors(), "embedding.embedding.embeddings:0", device)?;
        let d_embedding = embedding.dims()[1];
        Ok(Network {
            vocabulary: serde_json::from_slice(vocabulary)?,
            embedding,
            lstms: [lstm("rnn_1", d_embedding)?, lstm("rnn_2", UNITS)?],
            attention: tensor(model.tensors(), "attention.attention.attention_W:0", device)?,
            kernel: tensor(model.tensors(), "output.output.kernel:0", device)?,
            bias: tensor::<1>(model.tensors(), "output.output.bias:0", device)?.unsqueeze(),
        })
    }

    /// The numbers of a text's symbols, behind the one that begins every text.
    pub(crate) fn symbols(&self, text: &str) -> Vec<i64> {
        let begin = self.vocabulary["<s>"];
        let number = |letter: char| self.vocabulary.get(letter.to_string().as_str());
        let letters = text
            .chars()
            .map(|letter| number(letter).copied().unwrap_or(0));
        std::iter::once(begin).chain(letters).collect()
    }

    /// The symbol of a number, where there is one.
    pub(crate) fn symbol(&self, number: i64) -> Option<&str> {
        let mut all = self.vocabulary.iter();
        all.find(|(_, known)| **known == number)
            .map(|(symbol, _)| symbol.as_str())
    }

    /// The probability of every symbol behind each of these texts, `[texts, symbols]`.
    pub(crate) fn next(&self, texts: &[&[i64]]) -> Tensor<2> {
        let device = self.embedding.device();
        let mut padded = Vec::with_capacity(texts.len() * WINDOW);
        for text in texts {
            let seen = &text[text.len().saturating_sub(WINDOW)..];
            padded.extend(std::iter::repeat_n(0, WINDOW - seen.len()));
            padded.extend_from_slice(seen);
        }
        let rows = texts.len();
        let numbers = TensorData::new(padded, [rows * WINDOW]);
        let numbers = Tensor::<1, Int>::from_data(numbers, &device);
        let embedded = self.embedding.clone().select(0, numbers);
        let embedded = embedded.reshape([rows, WINDOW, self.embedding.dims()[1]]);
        let first = self.lstms[0].forward(embedded.clone(), None).0;
        let second = self.lstms[1].forward(first.clone(), None).0;
        let seen = Tensor::cat(vec![embedded, first, second], 2);
        let attention = seen.clone().matmul(self.attention.clone().unsqueeze());
        let mean = (seen * activation::softmax(attention, 1))
            .sum_dim(1)
            .squeeze_dim::<2>(1);
        activation::softmax(mean.matmul(self.kernel.clone()) + self.bias.clone(), 1)
    }
}
