//! What writes a row, looking at one that was read.

use super::bridge::Bridge;
use super::readout::{AttentionKind, Readout};
use crate::attention::{Attention, Memory};
use crate::tokens::Tokens;
use burn::module::Module;
use burn::nn::{Embedding, Linear};
use burn::tensor::activation::{log_softmax, sigmoid, softmax};
use burn::tensor::{Distribution, IndexingUpdateOp, Int, Tensor};
use rekindle::{AnyCell, EngineConfig, Recurrent, Sequence, States};

/// Recurrent layers that write a row of symbols, of what others gave for a row that they read.
#[derive(Module, Debug)]
pub struct Writer {
    pub(super) bridge: Bridge,
    pub(super) target: Embedding,
    pub(super) decoder: Recurrent<AnyCell>,
    pub(super) attention: Option<Attention>,
    pub(super) readout: Readout,
    pub(super) output: Linear,
    /// Of what a step saw, gave and read: whether it says something of its own or copies.
    pub(super) copy: Option<Linear>,
    #[module(skip)]
    pub(super) placement: AttentionKind,
    #[module(skip)]
    pub(super) input_feeding: bool,
}

/// A source that was read: what the decoder begins with, and looks at.
#[derive(Clone, Debug)]
pub struct Read {
    /// The states that the decoder begins with.
    pub(super) states: States<Vec<Tensor<2>>>,
    /// What attention looks at.
    pub(super) memory: Option<Memory>,
    /// The symbols of the source.
    pub(super) symbols: Tensor<2, Int>,
}

/// What steps of the decoder gave.
pub(super) struct Steps {
    /// `[batch, steps, d_output]`
    pub(super) y: Tensor<3>,
    /// What they read: `[batch, steps, d_embedding]`.
    pub(super) read: Tensor<3>,
    /// What they saw, `[batch, steps, d_memory]`, and how much of each symbol of the source, `[batch, steps, source]`.
    pub(super) seen: Option<(Tensor<3>, Tensor<3>)>,
    /// What goes into the output layer: `[batch, steps, d_output]`.
    pub(super) readout: Tensor<3>,
}

impl Writer {
    /// What was read, ready to be written of: what layers gave at its steps, `[batch, time, features]`, the states that they ended with,
    /// and its symbols, `[batch, time]`.
    pub fn look_at(
        &self,
        memory: &Sequence,
        ended: States<Vec<Tensor<2>>>,
        symbols: Tensor<2, Int>,
    ) -> Read {
        let states = self.bridge.cross(ended, &self.decoder);
        let states = states.unwrap_or_else(|| {
            let [batch, ..] = memory.data().dims();
            let shape = [batch, 1, self.decoder.d_input()];
            let like = (&memory.data().device(), memory.data().dtype());
            self.decoder.initial(&Tensor::zeros(shape, like))
        });
        Read {
            states,
            memory: self.attention.as_ref().map(|a| a.memory(memory)),
            symbols,
        }
    }

    /// The recurrent layers.
    pub fn recurrent(&self) -> &Recurrent<AnyCell> {
        &self.decoder
    }

    /// Has their equations run in another way.
    pub fn set_engine(&mut self, engine: EngineConfig) {
        self.decoder.set_engine(engine);
    }

    /// The logarithms of the probabilities of the symbol behind each of the target's, `[batch, steps, target]`, when the decoder reads
    /// the target as it is: teacher forcing. With the probability `sampled` a step reads what the network finds most probable, in place of the
    /// target's symbol: scheduled sampling (Bengio et al. 2015, <https://arxiv.org/abs/1506.03099>). The first symbol of a row is always
    /// the target's.
    ///
    /// # Panics
    ///
    /// If the batches differ.
    pub fn forward(&self, source: &Read, target: &Tensor<2, Int>, sampled: f64) -> Tensor<3> {
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

    /// The mean over the symbols behind the first of each row of the target of `-log p`, a single number; `sampled` as for
    /// [`forward`](Writer::forward).
    ///
    /// # Panics
    ///
    /// If the batches differ, or a row of the target has one symbol only.
    pub fn loss(&self, source: &Read, target: &Tokens, sampled: f64) -> Tensor<1> {
        self.loss_smoothed(source, target, sampled, 0.0)
    }

    /// The same with label smoothing (Szegedy et al. 2016, <https://arxiv.org/abs/1512.00567>): this share of what is wanted is every
    /// symbol alike.
    ///
    /// # Panics
    ///
    /// If the batches differ, a row of the target has one symbol only, or the share is not at least 0 and less than 1.
    pub fn loss_smoothed(
        &self,
        source: &Read,
        target: &Tokens,
        sampled: f64,
        smoothing: f64,
    ) -> Tensor<1> {
        let (read, following) = target.followed();
        following.loss(self.forward(source, &read, sampled), smoothing)
    }

    /// What steps that look after themselves gave.
    pub(super) fn seen_after(&self, y: Tensor<3>, read: Tensor<3>, source: &Read) -> Steps {
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

    pub(super) fn look(&self, queries: Tensor<3>, source: &Read) -> Option<(Tensor<3>, Tensor<3>)> {
        let (attention, memory) = (self.attention.as_ref()?, source.memory.as_ref()?);
        Some(attention.forward(queries, memory))
    }

    /// The logarithms of the probabilities of the next symbols.
    pub(super) fn log_probs(&self, steps: Steps, source: &Read) -> Tensor<3> {
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
