//! A network that reads one row of symbols and writes another.
//!
//! ```text
//! source -> vectors -> encoder, in one or both directions -> memory k_1..k_S, final states
//! final states -> bridge -> the decoder's first states
//! target, one step behind -> vectors e -> decoder -> y; attention: c = Σ_j a_j k_j -> readout -> W · + b -> log softmax
//! ```

mod bridge;
mod config;
mod readout;
mod write;

pub use bridge::BridgeKind;
pub use config::EncoderDecoderConfig;
pub use readout::AttentionKind;
pub use write::Writing;

use crate::attention::{Attention, Memory};
use crate::steps::mean_loss;
use crate::tokens::Tokens;
use bridge::Bridge;
use burn::module::Module;
use burn::nn::{Embedding, Linear};
use burn::tensor::activation::{log_softmax, sigmoid, softmax};
use burn::tensor::{Distribution, IndexingUpdateOp, Int, Tensor};
use readout::Readout;
use rekindle::{AnyCell, Recurrent, States};

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
    bridge: Bridge,
    target: Embedding,
    decoder: Recurrent<AnyCell>,
    attention: Option<Attention>,
    readout: Readout,
    output: Linear,
    /// Of what a step saw, gave and read: whether it says something of its own or copies.
    copy: Option<Linear>,
    #[module(skip)]
    placement: AttentionKind,
    #[module(skip)]
    input_feeding: bool,
}

/// A source that was read: what the decoder begins with, and looks at.
#[derive(Clone, Debug)]
pub struct Read {
    /// The states that the decoder begins with.
    states: States<Vec<Tensor<2>>>,
    /// What attention looks at.
    memory: Option<Memory>,
    /// The symbols of the source.
    symbols: Tensor<2, Int>,
}

/// What steps of the decoder gave.
struct Steps {
    /// `[batch, steps, d_output]`
    y: Tensor<3>,
    /// What they read: `[batch, steps, d_embedding]`.
    read: Tensor<3>,
    /// What they saw, `[batch, steps, d_memory]`, and how much of each symbol of the source, `[batch, steps, source]`.
    seen: Option<(Tensor<3>, Tensor<3>)>,
    /// What goes into the output layer: `[batch, steps, d_output]`.
    readout: Tensor<3>,
}

impl EncoderDecoder {
    /// Reads sources.
    pub fn read(&self, source: &Tokens) -> Read {
        let vectors = source.sequence(self.source.forward(source.data().clone()));
        let (y, ended) = self.encoder.forward(vectors.clone(), None);
        let memory = vectors.with(y);
        let states = self.bridge.cross(ended, &self.decoder);
        let states = states.unwrap_or_else(|| {
            let [batch, ..] = memory.data().dims();
            let shape = [batch, 1, self.decoder.d_input()];
            let like = (&memory.data().device(), memory.data().dtype());
            self.decoder.initial(&Tensor::zeros(shape, like))
        });
        Read {
            states,
            memory: self.attention.as_ref().map(|a| a.memory(&memory)),
            symbols: source.data().clone(),
        }
    }

    /// The logarithms of the probabilities of the symbol behind each of the target's, `[batch, steps, target]`, when the decoder reads
    /// the target as it is: teacher forcing.
    ///
    /// # Panics
    ///
    /// If the batches differ.
    pub fn forward(&self, source: &Read, target: &Tensor<2, Int>) -> Tensor<3> {
        self.forward_sampled(source, target, 0.0)
    }

    /// The same, but a step reads what the network finds most probable, in place of the target's symbol, with this probability:
    /// scheduled sampling (Bengio et al. 2015, <https://arxiv.org/abs/1506.03099>). The first symbol of a row is always the target's.
    ///
    /// # Panics
    ///
    /// If the batches differ.
    pub fn forward_sampled(
        &self,
        source: &Read,
        target: &Tensor<2, Int>,
        sampled: f64,
    ) -> Tensor<3> {
        let ([batch, time], [rows, _]) = (target.dims(), source.symbols.dims());
        assert!(
            batch == rows,
            "the target has {batch} rows, but the source has {rows}"
        );
        let apart = self.input_feeding || self.placement == AttentionKind::Additive;
        if !apart && sampled == 0.0 {
            let read = self.target.forward(target.clone());
            let (y, _) = self
                .decoder
                .forward(read.clone(), Some(source.states.clone()));
            return self.log_probs(self.seen_after(y, read, source), source);
        }
        let mut writing = self.begin(source);
        let mut said = Vec::with_capacity(time);
        for t in 0..time {
            let symbols: Tensor<1, Int> = target.clone().narrow(1, t, 1).squeeze_dim(1);
            let symbols = match said.last() {
                Some(before) if sampled > 0.0 => mixed(symbols, before, sampled),
                _ => symbols,
            };
            let (log_probs, next) = self.step(source, symbols, writing);
            said.push(log_probs.unsqueeze_dim::<3>(1));
            writing = next;
        }
        Tensor::cat(said, 1)
    }

    /// The mean over the symbols behind the first of each row of the target of `-log p`, a single number.
    ///
    /// # Panics
    ///
    /// If the batches differ, or a row of the target has one symbol only.
    pub fn loss(&self, source: &Tokens, target: &Tokens) -> Tensor<1> {
        self.loss_sampled(source, target, 0.0)
    }

    /// The same with scheduled sampling; see [`forward_sampled`](EncoderDecoder::forward_sampled).
    ///
    /// # Panics
    ///
    /// If the batches differ, or a row of the target has one symbol only.
    pub fn loss_sampled(&self, source: &Tokens, target: &Tokens, sampled: f64) -> Tensor<1> {
        let time = target.data().dims()[1];
        let short = target.lengths().iter().position(|&length| length < 2);
        assert!(
            short.is_none(),
            "row {} of the target has one symbol only, and nothing behind it",
            short.unwrap_or(0)
        );
        let read = target.data().clone().narrow(1, 0, time - 1);
        let wanted = target.data().clone().narrow(1, 1, time - 1);
        let log_probs = self.forward_sampled(&self.read(source), &read, sampled);
        let lengths: Vec<usize> = target.lengths().iter().map(|n| n - 1).collect();
        mean_loss(log_probs, wanted, &lengths)
    }

    /// What steps that look after themselves gave.
    fn seen_after(&self, y: Tensor<3>, read: Tensor<3>, source: &Read) -> Steps {
        let seen = self.look(y.clone(), source);
        let context = seen.as_ref().map(|(context, _)| context.clone());
        let readout = self.readout.forward(y.clone(), read.clone(), context);
        Steps {
            y,
            read,
            seen,
            readout,
        }
    }

    fn look(&self, queries: Tensor<3>, source: &Read) -> Option<(Tensor<3>, Tensor<3>)> {
        let (attention, memory) = (self.attention.as_ref()?, source.memory.as_ref()?);
        Some(attention.forward(queries, memory))
    }

    /// The logarithms of the probabilities of the next symbols.
    fn log_probs(&self, steps: Steps, source: &Read) -> Tensor<3> {
        let logits = self.output.forward(steps.readout);
        let (Some(copy), Some((context, weights))) = (&self.copy, steps.seen) else {
            return log_softmax(logits, 2);
        };
        let own = sigmoid(copy.forward(Tensor::cat(vec![context, steps.y, steps.read], 2)));
        let copied = weights * (own.clone().neg() + 1.0);
        let symbols = source.symbols.clone().unsqueeze_dim::<3>(1);
        let symbols = symbols.expand(copied.dims());
        let all = (softmax(logits, 2) * own).scatter(2, symbols, copied, IndexingUpdateOp::Add);
        // A probability of zero has no logarithm; one that rounds to it costs what the least number costs.
        all.clamp_min(f32::MIN_POSITIVE).log()
    }
}

/// The symbols of some rows, each with this probability that which was found most probable behind the symbol before.
fn mixed(symbols: Tensor<1, Int>, before: &Tensor<3>, sampled: f64) -> Tensor<1, Int> {
    let found: Tensor<1, Int> = before.clone().detach().argmax(2).flatten(0, 2);
    let drawn: Tensor<1> = Tensor::random(symbols.dims(), Distribution::Default, &symbols.device());
    symbols.mask_where(drawn.lower_elem(sampled), found)
}
