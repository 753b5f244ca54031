//! A network that reads one row of symbols and writes another.
//!
//! I. Sutskever, O. Vinyals, Q. Le: Sequence to sequence learning with neural networks, 2014, <https://arxiv.org/abs/1409.3215>; with
//! attention, D. Bahdanau, K. Cho, Y. Bengio: Neural machine translation by jointly learning to align and translate, ICLR 2015,
//! <https://arxiv.org/abs/1409.0473>, and M.-T. Luong, H. Pham, C. Manning: Effective approaches to attention-based neural machine
//! translation, EMNLP 2015, <https://arxiv.org/abs/1508.04025>.
//!
//! ```text
//! source -> vectors -> encoder, in one or both directions -> memory k_1..k_S, final states
//! what it ended with -> bridge -> the decoder's first states
//! target, one step behind -> vectors e -> decoder -> y; attention: c = Σ_j a_j k_j -> readout -> W · + b -> log softmax
//! ```

mod bridge;
mod config;
mod readout;
mod write;
mod writer;

pub use bridge::BridgeKind;
pub use config::EncoderDecoderConfig;
pub use readout::AttentionKind;
pub use write::Writing;
pub use writer::{Read, Writer};

use crate::search::{Found, Search};
use crate::tokens::Tokens;
use burn::module::Module;
use burn::nn::Embedding;
use burn::tensor::{Device, Int, Tensor};
use rekindle::{AnyCell, Recurrent};

/// Recurrent layers that read a row of symbols, and others that write another one.
///
/// ```
/// # use burn::tensor::Device;
/// use rekindle_models::encoder_decoder::EncoderDecoderConfig;
/// use rekindle_models::{Search, Tokens};
/// let device = Device::flex();
/// let network = EncoderDecoderConfig::new(30, 40).with_d_embedding(16).init(&device);
/// let source = Tokens::of(&[vec![3, 4, 5], vec![6]], &device);
/// // Symbols 0 and 1 begin and end a row, as its writer wants it.
/// let target = Tokens::of(&[vec![0, 7, 8, 1], vec![0, 9, 1]], &device);
/// let loss = network.loss(&source, &target); // the mean over symbols, [1]
/// let found = network.write(&[3, 4, 5], &Search::greedy(10), 0, 1, &device);
/// # assert_eq!((loss.dims(), found.len()), ([1], 1));
/// ```
#[derive(Module, Debug)]
pub struct EncoderDecoder {
    source: Embedding,
    encoder: Recurrent<AnyCell>,
    writer: Writer,
}

impl EncoderDecoder {
    /// Reads sources.
    pub fn read(&self, source: &Tokens) -> Read {
        let vectors = source.sequence(self.source.forward(source.data().clone()));
        let (y, ended) = self.encoder.forward(vectors.clone(), None);
        let symbols = source.data().clone();
        self.writer.look_at(&vectors.with(y), ended, symbols)
    }

    /// What writes the target.
    pub fn writer(&self) -> &Writer {
        &self.writer
    }

    /// The logarithms of the probabilities of the symbol behind each of the target's; see [`Writer::forward`].
    ///
    /// # Panics
    ///
    /// If the batches differ.
    pub fn forward(&self, source: &Read, target: &Tensor<2, Int>) -> Tensor<3> {
        self.writer.forward(source, target, 0.0)
    }

    /// The mean over the symbols behind the first of each row of the target of `-log p`, a single number.
    ///
    /// # Panics
    ///
    /// If the batches differ, or a row of the target has one symbol only.
    pub fn loss(&self, source: &Tokens, target: &Tokens) -> Tensor<1> {
        self.loss_sampled(source, target, 0.0)
    }

    /// The same with scheduled sampling; see [`Writer::forward`].
    ///
    /// # Panics
    ///
    /// If the batches differ, or a row of the target has one symbol only.
    pub fn loss_sampled(&self, source: &Tokens, target: &Tokens, sampled: f64) -> Tensor<1> {
        self.loss_smoothed(source, target, sampled, 0.0)
    }

    /// The same with label smoothing; see [`Writer::loss_smoothed`].
    ///
    /// # Panics
    ///
    /// If the batches differ, a row of the target has one symbol only, or the share is not at least 0 and less than 1.
    pub fn loss_smoothed(
        &self,
        source: &Tokens,
        target: &Tokens,
        sampled: f64,
        smoothing: f64,
    ) -> Tensor<1> {
        let source = self.read(source);
        self.writer
            .loss_smoothed(&source, target, sampled, smoothing)
    }

    /// The rows that a search finds for a source, the best first: each begins behind the symbol `begin` and ends before `end`.
    ///
    /// # Panics
    ///
    /// If the source is empty.
    pub fn write(
        &self,
        source: &[usize],
        search: &Search,
        begin: usize,
        end: usize,
        device: &Device,
    ) -> Vec<Found> {
        let source = self.read(&Tokens::of(&[source], device));
        self.writer.write(source, search, begin, end)
    }
}
