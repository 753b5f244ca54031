//! Retention, the recurrence of RetNet: Y. Sun et al., *Retentive Network: A Successor to Transformer
//! for Large Language Models* (2023), <https://arxiv.org/abs/2307.08621>.
//!
//! ```text
//! S_n = γ S_{n-1} + k_n v_nᵀ               the memory fades by the same share every step
//! o_n = S_nᵀ q_n                           what a query finds there
//! γ = 1 - 2^(-5-h)                         for head h = 0, 1, ...: some heads forget fast, some slowly
//! ```
//!
//! `q_n = W_q x_n`, `k_n = W_k x_n / √d_key` and `v_n = W_v x_n`. This is the retention itself; what the
//! paper's layer has around it is left out: the rotation of keys and queries by their position (xPos), the
//! normalisation of each head's output and the gate behind it.

use super::algebra::{by_heads, outer, read, rows};
use super::cell::{MatrixCell, Recurrence, matrix_cell};
use super::chunkwise::{Terms, chunkwise};
use super::config::matrix_config;
use super::heads::Heads;
use crate::card::Card;
use crate::projected::Inputs;
use burn::nn::Linear;
use burn::tensor::{Tensor, TensorData};

const EQUATIONS: &str = "\
S' = gamma S + k v^T
o' = S'^T q
q = W_q x; k = W_k x / sqrt(d_key); v = W_v x
gamma = 1 - 2^(-5 - head), head = 0, 1, ...
";

matrix_cell! {
    /// The cell of this page, as a Burn module.
    pub struct RetNet: 4, 1 {
        /// `W_q`: weight `[d_input, heads * d_key]`.
        q: Linear,
        /// `W_k`: weight `[d_input, heads * d_key]`.
        k: Linear,
        /// `W_v`: weight `[d_input, heads * d_value]`.
        v: Linear,
    }
    projections: q k v;
}

impl MatrixCell<4, 1> for RetNet {
    fn project(&self, x: &dyn Inputs) -> [Tensor<4>; 4] {
        let Heads { count, d_key, .. } = self.heads;
        let of = |name, map: &Linear| by_heads(x.through(name, map), count);
        let k = of("k", &self.k).mul_scalar((d_key as f64).powf(-0.5));
        let log_gamma = |head: usize| (-(-5.0 - head as f64).exp2()).ln_1p();
        let log_gamma: Vec<f64> = (0..count).map(log_gamma).collect();
        let data = TensorData::new(log_gamma, [1, 1, count, 1]);
        let log_gamma = Tensor::<4>::from_data(data, (&k.device(), k.dtype()));
        let [batch, time, ..] = k.dims();
        let log_gamma = log_gamma.expand([batch, time, count, 1]);
        [of("q", &self.q), k, of("v", &self.v), log_gamma]
    }
}

impl Recurrence<4, 1> for RetNet {
    fn step(&self, at: [Tensor<3>; 4], memory: [Tensor<4>; 1]) -> (Tensor<3>, [Tensor<4>; 1]) {
        let ([q, k, v, log_gamma], [s]) = (at, memory);
        let s = rows(log_gamma.exp()) * s + outer(k, v);
        (read(&s, q), [s])
    }

    fn scan(
        &self,
        over: [Tensor<4>; 4],
        memory: [Tensor<4>; 1],
        keep: Option<&Tensor<4>>,
    ) -> (Tensor<4>, [Tensor<4>; 1]) {
        let ([q, k, v, log_gamma], [s]) = (over, memory);
        let (o, s) = chunkwise(Terms::new(q, k, v).decaying(log_gamma).held(keep), s);
        (o, [s])
    }
}

matrix_config! {
    /// Configuration of [`RetNet`].
    pub struct RetNetConfig: RetNet, bias: false {}
    d_key: |d_value| d_value.div_ceil(2);
    equations: |_| EQUATIONS;
    init: |_, m| RetNet { q: m.keys(), k: m.keys(), v: m.values(), heads: m.heads };
}

/// What the table of cells says of it.
pub(crate) const CARD: Card = Card {
    name: "retnet",
    title: "Retention (RetNet)",
    authors: "Sun et al.",
    year: 2023,
    url: "https://arxiv.org/abs/2307.08621",
    gates: &[
        ("q", "query: what is asked of the memory"),
        ("k", "key: where in the memory is written"),
        ("v", "value: what is written"),
    ],
    oracle: "float64 code written from the paper; fla-core 0.6.0, step by step",
};
