//! DeltaNet: I. Schlag, K. Irie and J. Schmidhuber, *Linear Transformers Are Secretly Fast Weight
//! Programmers* (2021), <https://arxiv.org/abs/2102.11174>, in the form of S. Yang et al., *Parallelizing Linear
//! Transformers with the Delta Rule over Sequence Length* (2024), <https://arxiv.org/abs/2406.06484>.
//!
//! ```text
//! β_t = σ(W_β x_t + b_β)                           how much of the old value is replaced
//! S_t = S_{t-1} + β_t k_t (v_t - S_{t-1}ᵀ k_t)ᵀ    the memory: what the key finds moves towards the value
//! o_t = S_tᵀ q_t                                   what a query finds there
//! ```
//!
//! `q_t` and `k_t` are `silu(W x_t)` divided by their length (with 1e-6 added to its square), `v_t = silu(W_v
//! x_t)`. The convolutions before and the normalisation behind the recurrence are left out.

use super::algebra::{by_heads, outer, read};
use super::cell::{MatrixCell, Recurrence, matrix_cell};
use super::chunkwise::{Terms, chunkwise};
use super::config::matrix_config;
use crate::card::Card;
use crate::pointwise::{sigmoid, silu, unit};
use crate::projected::Inputs;
use burn::nn::Linear;
use burn::tensor::Tensor;

const EQUATIONS: &str = "\
S' = S + beta k (v - S^T k)^T
o' = S'^T q
q = silu(W_q x) / |silu(W_q x)|; k = silu(W_k x) / |silu(W_k x)|; v = silu(W_v x)
beta = sigmoid(W_beta x + b_beta)
";

matrix_cell! {
    /// The cell of this page, as a Burn module.
    pub struct DeltaNet: 4, 1 {
        /// `W_q`: weight `[d_input, heads * d_key]`.
        q: Linear,
        /// `W_k`: weight `[d_input, heads * d_key]`.
        k: Linear,
        /// `W_v`: weight `[d_input, heads * d_value]`.
        v: Linear,
        /// `W_β` and `b_β`: weight `[d_input, heads]`.
        beta: Linear,
    }
    projections: q k v beta;
}

impl MatrixCell<4, 1> for DeltaNet {
    fn project(&self, x: &dyn Inputs) -> [Tensor<4>; 4] {
        let of = |name, map: &Linear| by_heads(x.through(name, map), self.heads.count);
        let [q, k] = [("q", &self.q), ("k", &self.k)].map(|(name, map)| unit(silu(of(name, map))));
        [
            q,
            k,
            silu(of("v", &self.v)),
            sigmoid(of("beta", &self.beta)),
        ]
    }
}

impl Recurrence<4, 1> for DeltaNet {
    fn step(&self, at: [Tensor<3>; 4], memory: [Tensor<4>; 1]) -> (Tensor<3>, [Tensor<4>; 1]) {
        let ([q, k, v, beta], [s]) = (at, memory);
        let error = v - read(&s, k.clone());
        let s = s + outer(beta * k, error);
        (read(&s, q), [s])
    }

    fn scan(
        &self,
        over: [Tensor<4>; 4],
        memory: [Tensor<4>; 1],
        keep: Option<&Tensor<4>>,
    ) -> (Tensor<4>, [Tensor<4>; 1]) {
        let ([q, k, v, beta], [s]) = (over, memory);
        let written = beta * k.clone();
        let terms = Terms::new(q, written.clone(), v).correcting(k, written.neg());
        let (o, s) = chunkwise(terms.held(keep), s);
        (o, [s])
    }
}

matrix_config! {
    /// Configuration of [`DeltaNet`].
    pub struct DeltaNetConfig: DeltaNet, bias: false {
        /// Whether the writing strength's map carries a bias `b_β`. The layers of flash-linear-attention have none.
        beta_bias: bool = true,
    }
    equations: |_| EQUATIONS;
    init: |config, m| DeltaNet {
        q: m.keys(),
        k: m.keys(),
        v: m.values(),
        beta: m.strength(config.beta_bias),
        heads: m.heads,
    };
    forms: |usual| vec![DeltaNetConfig { beta_bias: false, ..usual }];
}

/// What the table of cells says of it.
pub(crate) const CARD: Card = Card {
    name: "delta_net",
    title: "DeltaNet",
    authors: "Schlag et al.; Yang et al.",
    year: 2024,
    url: "https://arxiv.org/abs/2406.06484",
    gates: &[
        ("q", "query: what is asked of the memory"),
        ("k", "key: where in the memory is written"),
        ("v", "value: what the key shall find there"),
        (
            "beta",
            "writing strength: how far what it finds moves there",
        ),
    ],
    oracle: "float64 code written from the paper; fla-core 0.6.0, step by step",
};
