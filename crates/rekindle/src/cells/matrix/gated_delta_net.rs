//! Gated DeltaNet: S. Yang, J. Kautz and A. Hatamizadeh, *Gated Delta Networks: Improving Mamba2 with Delta
//! Rule* (2024), <https://arxiv.org/abs/2412.06464>.
//!
//! ```text
//! α_t = exp(-exp(A_log) softplus(W_α x_t + b_α))           how much of the memory stays, as in Mamba-2
//! β_t = σ(W_β x_t + b_β)                                   how much of the old value is replaced
//! S_t = α_t (I - β_t k_t k_tᵀ) S_{t-1} + β_t k_t v_tᵀ      the memory
//! o_t = S_tᵀ q_t                                           what a query finds there
//! ```
//!
//! `q_t`, `k_t` and `v_t` are those of [DeltaNet](crate::cells::DeltaNet); the convolutions before, the normalisation and
//! the gate behind the recurrence are left out.

use super::algebra::{by_heads, outer, read, rows};
use super::cell::{MatrixCell, Recurrence, matrix_cell};
use super::chunkwise::{Terms, chunkwise};
use super::config::matrix_config;
use super::decay::{a_log, time_step};
use crate::card::Card;
use crate::pointwise::{sigmoid, silu, softplus, unit};
use crate::projected::Inputs;
use burn::module::Param;
use burn::nn::Linear;
use burn::tensor::Tensor;

const EQUATIONS: &str = "\
S' = alpha (I - beta k k^T) S + beta k v^T
o' = S'^T q
q = silu(W_q x) / |silu(W_q x)|; k = silu(W_k x) / |silu(W_k x)|; v = silu(W_v x)
alpha = exp(-exp(a_log) * softplus(W_alpha x + b_alpha)); beta = sigmoid(W_beta x + b_beta)
";

matrix_cell! {
    /// The cell of this page, as a Burn module.
    pub struct GatedDeltaNet: 5, 1 {
        /// `W_q`: weight `[d_input, heads * d_key]`.
        q: Linear,
        /// `W_k`: weight `[d_input, heads * d_key]`.
        k: Linear,
        /// `W_v`: weight `[d_input, heads * d_value]`.
        v: Linear,
        /// `W_β` and `b_β`: weight `[d_input, heads]`.
        beta: Linear,
        /// `W_α` and `b_α`: weight `[d_input, heads]`.
        alpha: Linear,
        /// `A_log`: `[heads]`.
        a_log: Param<Tensor<1>>,
    }
    projections: q k v beta alpha;
}

impl MatrixCell<5, 1> for GatedDeltaNet {
    fn project(&self, x: &dyn Inputs) -> [Tensor<4>; 5] {
        let count = self.heads.count;
        let of = |name, map: &Linear| by_heads(x.through(name, map), count);
        let [q, k] = [("q", &self.q), ("k", &self.k)].map(|(name, map)| unit(silu(of(name, map))));
        let rate = self.a_log.val().exp().neg().reshape([1, 1, count, 1]);
        let log_alpha = softplus(of("alpha", &self.alpha)) * rate;
        [
            q,
            k,
            silu(of("v", &self.v)),
            sigmoid(of("beta", &self.beta)),
            log_alpha,
        ]
    }
}

impl Recurrence<5, 1> for GatedDeltaNet {
    fn step(&self, at: [Tensor<3>; 5], memory: [Tensor<4>; 1]) -> (Tensor<3>, [Tensor<4>; 1]) {
        let ([q, k, v, beta, log_alpha], [s]) = (at, memory);
        let left = s.clone() - outer(beta.clone() * k.clone(), read(&s, k.clone()));
        let s = rows(log_alpha.exp()) * left + outer(beta * k, v);
        (read(&s, q), [s])
    }

    fn scan(
        &self,
        over: [Tensor<4>; 5],
        memory: [Tensor<4>; 1],
        keep: Option<&Tensor<4>>,
    ) -> (Tensor<4>, [Tensor<4>; 1]) {
        let ([q, k, v, beta, log_alpha], [s]) = (over, memory);
        let written = beta * k.clone();
        let found = k * log_alpha.clone().exp();
        let terms = Terms::new(q, written.clone(), v)
            .decaying(log_alpha)
            .correcting(found, written.neg());
        let (o, s) = chunkwise(terms.held(keep), s);
        (o, [s])
    }
}

matrix_config! {
    /// Configuration of [`GatedDeltaNet`].
    pub struct GatedDeltaNetConfig: GatedDeltaNet, bias: false {
        /// Whether the writing strength's map carries a bias `b_β`. The layers of flash-linear-attention have none.
        beta_bias: bool = true,
    }
    equations: |_| EQUATIONS;
    init: |config, m| GatedDeltaNet {
        q: m.keys(),
        k: m.keys(),
        v: m.values(),
        beta: m.strength(config.beta_bias),
        alpha: time_step(m.gate(), &m),
        a_log: a_log(&m),
        heads: m.heads,
    };
    forms: |usual| vec![GatedDeltaNetConfig { beta_bias: false, ..usual }];
}

/// What the table of cells says of it.
pub(crate) const CARD: Card = Card {
    name: "gated_delta_net",
    title: "Gated DeltaNet",
    authors: "Yang et al.",
    year: 2024,
    url: "https://arxiv.org/abs/2412.06464",
    gates: &[
        ("q", "query: what is asked of the memory"),
        ("k", "key: where in the memory is written"),
        ("v", "value: what the key shall find there"),
        (
            "beta",
            "writing strength: how far what it finds moves there",
        ),
        ("alpha", "forget gate: how much of the memory stays"),
    ],
    oracle: "float64 code written from the paper; fla-core 0.6.0, step by step",
};
