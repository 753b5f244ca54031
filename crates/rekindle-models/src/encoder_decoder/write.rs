//! Writing a row, symbol by symbol.

use super::AttentionKind;
use super::writer::{Read, Steps, Writer};
use crate::search::{Found, Generator, Search};
use burn::tensor::{Int, Tensor, TensorData};
use rekindle::States;

/// How far rows are written.
#[derive(Clone, Debug)]
pub struct Writing {
    states: States<Vec<Tensor<2>>>,
    /// What the next step looks by, or reads beside its symbol: `[batch, d_output]`.
    before: Tensor<2>,
}

impl Writer {
    /// Nothing written yet.
    pub fn begin(&self, source: &Read) -> Writing {
        let states = source.states.clone();
        let before = match self.placement {
            // The output of a cell is the first part of its state.
            AttentionKind::Additive => {
                let top = states.layers.last().expect("at least one layer");
                top.forward[0].clone()
            }
            _ => {
                let [batch, _] = source.symbols.dims();
                let like = (&source.symbols.device(), self.output.weight.dtype());
                Tensor::zeros([batch, self.decoder.d_output()], like)
            }
        };
        Writing { states, before }
    }

    /// Reads a symbol of each row, `[batch]`; gives the logarithms of the probabilities of the next, `[batch, target]`.
    pub fn step(
        &self,
        source: &Read,
        symbols: Tensor<1, Int>,
        writing: Writing,
    ) -> (Tensor<2>, Writing) {
        let read = self.target.forward(symbols.unsqueeze_dim::<2>(1));
        let step = |x: Tensor<3>, states| self.decoder.forward(x, Some(states));
        let (steps, states) = match self.placement {
            AttentionKind::Additive => {
                let query = writing.before.unsqueeze_dim::<3>(1);
                let seen = self.look(query, source).expect("a network with attention");
                let x = Tensor::cat(vec![read.clone(), seen.0.clone()], 2);
                let (y, states) = step(x, writing.states);
                let context = Some(seen.0.clone());
                let readout = self.readout.forward(y.clone(), read.clone(), context);
                let seen = Some(seen);
                (
                    Steps {
                        y,
                        read,
                        seen,
                        readout,
                    },
                    states,
                )
            }
            _ => {
                let x = match self.input_feeding {
                    true => Tensor::cat(vec![read.clone(), writing.before.unsqueeze_dim(1)], 2),
                    false => read.clone(),
                };
                let (y, states) = step(x, writing.states);
                (self.seen_after(y, read, source), states)
            }
        };
        let before = match self.placement {
            AttentionKind::Additive => steps.y.clone(),
            _ => steps.readout.clone(),
        };
        let writing = Writing {
            states,
            before: before.squeeze_dim(1),
        };
        (self.log_probs(steps, source).squeeze_dim(1), writing)
    }

    /// The rows that a search finds for one source, the best first: each begins behind the symbol `begin` and ends before `end`.
    pub fn write(&self, source: Read, search: &Search, begin: usize, end: usize) -> Vec<Found> {
        let writing = self.begin(&source);
        search.run(self, (source, writing), begin, end)
    }

    /// For each of some sources the row that the most probable symbol each time makes, behind the symbol `begin` and up to `end`, which it
    /// does not have, or as long as is said: what a [greedy](Search::greedy) search finds for each, for all at once.
    pub fn greedy(
        &self,
        source: &Read,
        longest: usize,
        begin: usize,
        end: usize,
    ) -> Vec<Vec<usize>> {
        let [batch, _] = source.symbols.dims();
        let device = source.symbols.device();
        let mut rows = vec![Vec::new(); batch];
        let mut ended = vec![false; batch];
        let mut writing = self.begin(source);
        let mut symbols = vec![begin as i32; batch];
        for _ in 0..longest {
            let read = TensorData::new(symbols, [batch]);
            let (log_probs, next) = self.step(source, Tensor::from_data(read, &device), writing);
            writing = next;
            let best = log_probs.argmax(1).into_data();
            symbols = best.iter::<i64>().map(|symbol| symbol as i32).collect();
            for ((row, ended), &symbol) in rows.iter_mut().zip(&mut ended).zip(&symbols) {
                *ended |= symbol as usize == end;
                if !*ended {
                    row.push(symbol as usize);
                }
            }
            if ended.iter().all(|&ended| ended) {
                break;
            }
        }
        rows
    }
}

impl Generator for Writer {
    type State = (Read, Writing);

    fn next(&self, tokens: &[usize], (read, writing): Self::State) -> (Vec<f32>, Self::State) {
        let tokens: Vec<i32> = tokens.iter().map(|&token| token as i32).collect();
        let tokens = TensorData::new(tokens.clone(), [tokens.len()]);
        let tokens = Tensor::from_data(tokens, &read.symbols.device());
        let (log_probs, writing) = self.step(&read, tokens, writing);
        let log_probs = log_probs.into_data().iter::<f32>().collect();
        (log_probs, (read, writing))
    }

    fn rows(&self, (read, writing): Self::State, rows: &[usize]) -> Self::State {
        let [had, _] = read.symbols.dims();
        let rows: Vec<i32> = rows.iter().map(|&row| row as i32).collect();
        let count = rows.len();
        let at: Tensor<1, Int> =
            Tensor::from_data(TensorData::new(rows, [count]), &read.symbols.device());
        let writing = Writing {
            states: writing.states.rows(at.clone()),
            before: writing.before.select(0, at.clone()),
        };
        // All rows of a search are written from one source.
        let read = match count == had {
            true => read,
            false => Read {
                states: read.states.rows(at.clone()),
                memory: read.memory.map(|memory| memory.rows(at.clone())),
                symbols: read.symbols.select(0, at),
            },
        };
        (read, writing)
    }
}
