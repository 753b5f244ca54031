//! The memory of the [mLSTM](crate::cells::MLstm) by itself: the equations of that page but for the maps before it and the output gate.

use super::algebra::{by_heads, outer, read, rows};
use super::cell::{Recurrence, Sizes, states};
use super::chunkwise::{Terms, chunkwise};
use super::heads::Heads;
use super::scan::scan_vectors;
use crate::pointwise::log_sigmoid;
use crate::sequence::Sequence;
use burn::tensor::Tensor;

/// Below every logarithm of a gate.
const NEVER: f64 = -1e30;

/// The least scale. It drops out of `h` as every other does, and `exp(-m)`, which is squared in the gradient, stays a
/// number.
const LEAST: f64 = -40.0;

/// The memory of the mLSTM without the maps before it and the output gate behind, for layers that have their own.
#[derive(Clone, Copy, Debug)]
pub struct MLstmMemory {
    heads: Heads,
}

impl MLstmMemory {
    /// A memory of heads, each with keys and values of these widths.
    pub fn new(heads: usize, d_key: usize, d_value: usize) -> Self {
        MLstmMemory::of(Heads {
            count: heads,
            d_key,
            d_value,
        })
    }

    pub(super) fn of(heads: Heads) -> Self {
        MLstmMemory { heads }
    }

    /// The states before the first step, zeros for each row of `x`: those of the cell.
    pub fn initial(&self, x: &Tensor<3>) -> Vec<Tensor<2>> {
        let batch = x.dims()[0];
        let like = (&x.device(), x.dtype());
        let states = states(self).into_iter();
        states
            .map(|(_, width)| Tensor::zeros([batch, width], like))
            .collect()
    }

    /// A whole sequence from its first step on, of the lengths of `x`: `q`, `k` and `v`, `[batch, time, heads * width]`, and what the input
    /// and the forget gate are made of, `[batch, time, heads]`: `ĩ`, and `f̃` of `f = σ(f̃)`. Gives `h` without the output gate, `[batch,
    /// time, heads * d_value]`, zero beyond a row's length, and the states after each row's last real step.
    ///
    /// # Panics
    ///
    /// If a shape does not fit.
    pub fn sequence(
        &self,
        [q, k, v, i, f]: [Tensor<3>; 5],
        x: &Sequence,
        states: Vec<Tensor<2>>,
    ) -> (Tensor<3>, Vec<Tensor<2>>) {
        let [q, k, v, i, f] = [q, k, v, i, f].map(|t| by_heads(t, self.heads.count));
        scan_vectors(self, vec![q, k, v, i, log_sigmoid(f)], x, states)
    }
}

impl Sizes<3> for MLstmMemory {
    const OUTPUT: &'static str = "h";

    fn heads(&self) -> Heads {
        self.heads
    }

    fn memory(&self) -> [(&'static str, usize, usize); 3] {
        let Heads { d_key, d_value, .. } = self.heads;
        [("C", d_key, d_value), ("n", d_key, 1), ("m", 1, 1)]
    }
}

impl Recurrence<5, 3> for MLstmMemory {
    fn step(&self, at: [Tensor<3>; 5], memory: [Tensor<4>; 3]) -> (Tensor<3>, [Tensor<4>; 3]) {
        let ([h, weight], memory) = MLstmMemory::read_step(at, memory);
        (h / weight, memory)
    }

    fn scan(
        &self,
        over: [Tensor<4>; 5],
        memory: [Tensor<4>; 3],
        keep: Option<&Tensor<4>>,
    ) -> (Tensor<4>, [Tensor<4>; 3]) {
        let ([h, weight], memory) = self.read_scan(over, memory, keep);
        (h / weight, memory)
    }
}

impl MLstmMemory {
    /// One step: what is read, what it is divided by, and the new memory.
    pub(super) fn read_step(
        at: [Tensor<3>; 5],
        memory: [Tensor<4>; 3],
    ) -> ([Tensor<3>; 2], [Tensor<4>; 3]) {
        let ([q, k, v, i, log_f], [c, n, m]) = (at, memory);
        let kept = rows(log_f) + m;
        let m = kept.clone().max_pair(rows(i.clone().clamp_min(LEAST)));
        let f = (kept - m.clone()).exp();
        let i = (rows(i) - m.clone()).exp();
        let c = f.clone() * c + i.clone() * outer(k.clone(), v);
        let n = f * n + i * rows(k);
        let least = m.clone().neg().exp().squeeze_dim(3);
        let weight = read(&n, q.clone()).abs().max_pair(least);
        ([read(&c, q), weight], [c, n, m])
    }

    /// The same over time. `n` is one more column of `C`, into which 1 is written; the scale is found first.
    pub(super) fn read_scan(
        &self,
        over: [Tensor<4>; 5],
        memory: [Tensor<4>; 3],
        keep: Option<&Tensor<4>>,
    ) -> ([Tensor<4>; 2], [Tensor<4>; 3]) {
        let ([q, k, v, i, log_f], [c, n, m]) = (over, memory);
        let held = |i: Tensor<4>| match keep {
            None => i,
            Some(keep) => {
                let never = keep.clone().neg().add_scalar(1.0).mul_scalar(NEVER);
                i * keep.clone() + never
            }
        };
        let log_f = keep.iter().fold(log_f, |f, &keep| f * keep.clone());
        let m = m.swap_dims(1, 2);
        let after = scales(log_f.clone(), held(i.clone().clamp_min(LEAST)), m.clone());
        let i = held(i);
        let time = after.dims()[1];
        let before = match time {
            1 => m,
            _ => Tensor::cat(vec![m, after.clone().narrow(1, 0, time - 1)], 1),
        };
        let k = k * (i - after.clone()).exp();
        let decay = log_f + before - after.clone();
        let one = v.clone().narrow(3, 0, 1).ones_like();
        let v = Tensor::cat(vec![v, one], 3);
        let (h, c) = chunkwise(
            Terms::new(q, k, v).decaying(decay),
            Tensor::cat(vec![c, n], 3),
        );
        let d_value = self.heads.d_value;
        let split = |t: Tensor<4>| [t.clone().narrow(3, 0, d_value), t.narrow(3, d_value, 1)];
        let [h, weight] = split(h);
        let weight = weight.abs().max_pair(after.clone().neg().exp());
        let [c, n] = split(c);
        let m = after.narrow(1, time - 1, 1).swap_dims(1, 2);
        ([h, weight], [c, n, m])
    }
}

/// `m_t = max(a_t + m_{t-1}, b_t)` at every step, all `[batch, time, heads, 1]`, from `m`, `[batch, 1, heads, 1]`.
///
/// Two steps are a step of the same form, so that the reach of each is doubled again and again.
fn scales(mut a: Tensor<4>, mut b: Tensor<4>, m: Tensor<4>) -> Tensor<4> {
    let dims @ [_, time, ..] = a.dims();
    let mut reach = 1;
    while reach < time {
        let mut edge = dims;
        edge[1] = reach;
        let options = (&a.device(), a.dtype());
        let earlier = |t: &Tensor<4>, fill: f64| {
            let begin = Tensor::full(edge, fill, options);
            Tensor::cat(vec![begin, t.clone().narrow(1, 0, time - reach)], 1)
        };
        let (a_before, b_before) = (earlier(&a, 0.0), earlier(&b, NEVER));
        b = b.max_pair(b_before + a.clone());
        a = a + a_before;
        reach *= 2;
    }
    b.max_pair(a + m)
}
