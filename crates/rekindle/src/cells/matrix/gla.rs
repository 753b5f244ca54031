//! Gated linear attention, GLA: S. Yang, B. Wang, Y. Shen, R. Panda and Y. Kim, *Gated Linear Attention
//! Transformers with Hardware-Efficient Training* (2023), <https://arxiv.org/abs/2312.06635>.
//!
//! ```text
//! α_t = σ(W_α² W_α¹ x_t + b_α)^(1/τ)       how much of each row of the memory stays
//! S_t = diag(α_t) S_{t-1} + k_t v_tᵀ       the memory
//! o_t = S_tᵀ q_t                           what a query finds there
//! ```
//!
//! `q_t = W_q x_t / √d_key`, `k_t = W_k x_t` and `v_t = W_v x_t`; `τ` is 16, and the gate's map has rank
//! 16. The paper divides nothing by `√d_key`, its code does. The normalisation and the output gate behind
//! the recurrence are left out.

use super::algebra::{by_heads, outer, read, rows};
use super::cell::{MatrixCell, Recurrence, matrix_cell};
use super::chunkwise::{Terms, chunkwise};
use super::config::matrix_config;
use super::heads::Heads;
use crate::card::Card;
use crate::invalid;
use crate::pointwise::log_sigmoid;
use crate::projected::Inputs;
use burn::nn::Linear;
use burn::tensor::Tensor;

/// `τ`: the gate is taken to the power of its inverse.
const TAU: f64 = 16.0;

const EQUATIONS: &str = "\
S' = diag(alpha) S + k v^T
o' = S'^T q
q = W_q x / sqrt(d_key); k = W_k x; v = W_v x
alpha = sigmoid(W_alpha_up W_alpha_down x + b_alpha_up)^(1/16)
";

matrix_cell! {
    /// The cell of this page, as a Burn module.
    pub struct Gla: 4, 1 {
        /// `W_q`: weight `[d_input, heads * d_key]`.
        q: Linear,
        /// `W_k`: weight `[d_input, heads * d_key]`.
        k: Linear,
        /// `W_v`: weight `[d_input, heads * d_value]`.
        v: Linear,
        /// `W_α¹`: weight `[d_input, rank]`.
        alpha_down: Linear,
        /// `W_α²` and `b_α`: weight `[rank, heads * d_key]`.
        alpha_up: Linear,
    }
    projections: q k v alpha_down;
}

impl MatrixCell<4, 1> for Gla {
    fn project(&self, x: &dyn Inputs) -> [Tensor<4>; 4] {
        let Heads { count, d_key, .. } = self.heads;
        let of = |name, map: &Linear| by_heads(x.through(name, map), count);
        let q = of("q", &self.q).mul_scalar((d_key as f64).powf(-0.5));
        let alpha = self
            .alpha_up
            .forward(x.through("alpha_down", &self.alpha_down));
        let log_alpha = log_sigmoid(by_heads(alpha, count)).mul_scalar(1.0 / TAU);
        [q, of("k", &self.k), of("v", &self.v), log_alpha]
    }
}

impl Recurrence<4, 1> for Gla {
    fn step(&self, at: [Tensor<3>; 4], memory: [Tensor<4>; 1]) -> (Tensor<3>, [Tensor<4>; 1]) {
        let ([q, k, v, log_alpha], [s]) = (at, memory);
        let s = rows(log_alpha.exp()) * s + outer(k, v);
        (read(&s, q), [s])
    }

    fn scan(
        &self,
        over: [Tensor<4>; 4],
        memory: [Tensor<4>; 1],
        keep: Option<&Tensor<4>>,
    ) -> (Tensor<4>, [Tensor<4>; 1]) {
        let ([q, k, v, log_alpha], [s]) = (over, memory);
        let (o, s) = chunkwise(Terms::new(q, k, v).decaying(log_alpha).held(keep), s);
        (o, [s])
    }
}

matrix_config! {
    /// Configuration of [`Gla`].
    pub struct GlaConfig: Gla, bias: false {
        /// The rank of the gate's map.
        rank: usize = 16,
    }
    d_key: |d_value| d_value.div_ceil(2);
    equations: |_| EQUATIONS;
    valid: |config| invalid::width("rank", config.rank);
    init: |config, m| {
        let [alpha_down, alpha_up] = m.narrow(config.rank, m.heads.count * m.heads.d_key);
        Gla { q: m.keys(), k: m.keys(), v: m.values(), alpha_down, alpha_up, heads: m.heads }
    };
}

/// What the table of cells says of it.
pub(crate) const CARD: Card = Card {
    name: "gla",
    title: "Gated linear attention",
    authors: "Yang et al.",
    year: 2023,
    url: "https://arxiv.org/abs/2312.06635",
    gates: &[
        ("q", "query: what is asked of the memory"),
        ("k", "key: where in the memory is written"),
        ("v", "value: what is written"),
        (
            "alpha",
            "forget gate: how much of each row of the memory stays",
        ),
    ],
    oracle: "float64 code written from the paper; fla-core 0.6.0, step by step",
};
