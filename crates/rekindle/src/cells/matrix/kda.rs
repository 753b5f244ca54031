//! Kimi delta attention, KDA: the Kimi team, *Kimi Linear: An Expressive, Efficient Attention Architecture*
//! (2025), <https://arxiv.org/abs/2510.26692>.
//!
//! ```text
//! α_t = exp(-exp(A_log) softplus(W_α² W_α¹ x_t + b_α))             how much of each row of the memory stays
//! β_t = σ(W_β x_t + b_β)                                           how much of the old value is replaced
//! S_t = (I - β_t k_t k_tᵀ) diag(α_t) S_{t-1} + β_t k_t v_tᵀ        the memory
//! o_t = S_tᵀ q_t                                                   what a query finds there
//! ```
//!
//! It is [Gated DeltaNet](crate::cells::GatedDeltaNet) with a gate a row of the memory in place of one a head, by a
//! map of low rank; `q_t`, `k_t` and `v_t` are those of [DeltaNet](crate::cells::DeltaNet). The convolutions before, the
//! normalisation and the gate behind the recurrence are left out.

use super::algebra::{by_heads, outer, read, rows};
use super::cell::{MatrixCell, Recurrence, matrix_cell};
use super::chunkwise::{Terms, chunkwise};
use super::config::matrix_config;
use super::decay::{a_log, time_step};
use crate::card::Card;
use crate::invalid;
use crate::pointwise::{sigmoid, silu, softplus, unit};
use crate::projected::Inputs;
use burn::module::Param;
use burn::nn::Linear;
use burn::tensor::Tensor;

const EQUATIONS: &str = "\
S' = (I - beta k k^T) diag(alpha) S + beta k v^T
o' = S'^T q
q = silu(W_q x) / |silu(W_q x)|; k = silu(W_k x) / |silu(W_k x)|; v = silu(W_v x)
alpha = exp(-exp(a_log) * softplus(W_alpha_up W_alpha_down x + b_alpha_up))
beta = sigmoid(W_beta x + b_beta)
";

matrix_cell! {
    /// The cell of this page, as a Burn module.
    pub struct Kda: 5, 1 {
        /// `W_q`: weight `[d_input, heads * d_key]`.
        q: Linear,
        /// `W_k`: weight `[d_input, heads * d_key]`.
        k: Linear,
        /// `W_v`: weight `[d_input, heads * d_value]`.
        v: Linear,
        /// `W_β` and `b_β`: weight `[d_input, heads]`.
        beta: Linear,
        /// `W_α¹`: weight `[d_input, rank]`.
        alpha_down: Linear,
        /// `W_α²` and `b_α`: weight `[rank, heads * d_key]`.
        alpha_up: Linear,
        /// `A_log`: `[heads]`.
        a_log: Param<Tensor<1>>,
    }
    projections: q k v beta alpha_down;
}

impl MatrixCell<5, 1> for Kda {
    fn project(&self, x: &dyn Inputs) -> [Tensor<4>; 5] {
        let count = self.heads.count;
        let of = |name, map: &Linear| by_heads(x.through(name, map), count);
        let [q, k] = [("q", &self.q), ("k", &self.k)].map(|(name, map)| unit(silu(of(name, map))));
        let rate = self.a_log.val().exp().neg().reshape([1, 1, count, 1]);
        let alpha = self
            .alpha_up
            .forward(x.through("alpha_down", &self.alpha_down));
        let log_alpha = softplus(by_heads(alpha, count)) * rate;
        [
            q,
            k,
            silu(of("v", &self.v)),
            sigmoid(of("beta", &self.beta)),
            log_alpha,
        ]
    }
}

impl Recurrence<5, 1> for Kda {
    fn step(&self, at: [Tensor<3>; 5], memory: [Tensor<4>; 1]) -> (Tensor<3>, [Tensor<4>; 1]) {
        let ([q, k, v, beta, log_alpha], [s]) = (at, memory);
        let s = rows(log_alpha.exp()) * s;
        let error = v - read(&s, k.clone());
        let s = s + outer(beta * k, error);
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
    /// Configuration of [`Kda`].
    pub struct KdaConfig: Kda, bias: false {
        /// The rank of the gate's map; by default, as in the paper, the width of a head's values.
        #[serde(skip_serializing_if = "Option::is_none")]
        rank: Option<usize> = None,
        /// Whether the writing strength's map carries a bias `b_β`. The layers of flash-linear-attention have none.
        beta_bias: bool = true,
    }
    equations: |_| EQUATIONS;
    valid: |config| config.rank.map_or(Ok(()), |rank| invalid::width("rank", rank));
    init: |config, m| {
        let rank = config.rank.unwrap_or(m.heads.d_value);
        let [alpha_down, alpha_up] = m.narrow(rank, m.heads.count * m.heads.d_key);
        Kda {
            q: m.keys(),
            k: m.keys(),
            v: m.values(),
            beta: m.strength(config.beta_bias),
            alpha_down,
            alpha_up: time_step(alpha_up, &m),
            a_log: a_log(&m),
            heads: m.heads,
        }
    };
    forms: |usual| vec![KdaConfig { beta_bias: false, ..usual }];
}

/// What the table of cells says of it.
pub(crate) const CARD: Card = Card {
    name: "kda",
    title: "Kimi delta attention",
    authors: "Kimi team",
    year: 2025,
    url: "https://arxiv.org/abs/2510.26692",
    gates: &[
        ("q", "query: what is asked of the memory"),
        ("k", "key: where in the memory is written"),
        ("v", "value: what the key shall find there"),
        (
            "beta",
            "writing strength: how far what it finds moves there",
        ),
        (
            "alpha",
            "forget gate: how much of each row of the memory stays",
        ),
    ],
    oracle: "float64 code written from the paper; fla-core 0.6.0, step by step",
};
