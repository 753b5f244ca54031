//! The recurrence of RWKV-7, *Goose*: B. Peng et al., *RWKV-7 "Goose" with Expressive Dynamic State
//! Evolution* (2025), <https://arxiv.org/abs/2503.14456>.
//!
//! ```text
//! w_t = exp(-e^(-1/2) σ(λ_w + B_w tanh(A_w x_t)))          how much of each row of the memory stays
//! a_t = σ(λ_a + B_a A_a x_t)                               how much of what a key finds is replaced
//! κ_t = k_t * ξ / ‖k_t * ξ‖                                the key by which is removed
//! k̃_t = k_t * (1 + (a_t - 1) * α)                          the key by which is written
//! S_t = diag(w_t) S_{t-1} - (a_t * κ_t) (κ_tᵀ S_{t-1}) + k̃_t v_tᵀ
//! o_t = S_tᵀ r_t
//! ```
//!
//! `r_t = W_r x_t` receives (a query), `k_t = W_k x_t`, `v_t = W_v x_t`; `S` is the transpose of the paper's
//! `wkv`. Lengths are those of a head, with 1e-6 added to their square. The mixing of `x_t` with `x_{t-1}` and of
//! values with those of the first layer, the normalisation, the bonus and the gate behind the recurrence
//! are left out.

use super::algebra::{by_heads, outer, read, rows};
use super::cell::{MatrixCell, Recurrence, matrix_cell};
use super::chunkwise::{Terms, chunkwise};
use super::config::matrix_config;
use crate::card::Card;
use crate::invalid;
use crate::pointwise::{sigmoid, unit};
use crate::projected::Inputs;
use burn::module::Param;
use burn::nn::Linear;
use burn::tensor::Tensor;

const EQUATIONS: &str = "\
S' = diag(w) S - (a * kappa) (kappa^T S) + (k * (1 + (a - 1) * alpha)) v^T
o' = S'^T r
w = exp(-exp(-0.5) * sigmoid(W_w_up tanh(W_w_down x) + b_w_up))
a = sigmoid(W_a_up W_a_down x + b_a_up); kappa = (k * xi) / |k * xi|
r = W_r x; k = W_k x; v = W_v x
";

matrix_cell! {
    /// The cell of this page, as a Burn module.
    pub struct Rwkv7: 6, 1 {
        /// `W_r`: weight `[d_input, heads * d_key]`.
        r: Linear,
        /// `W_k`: weight `[d_input, heads * d_key]`.
        k: Linear,
        /// `W_v`: weight `[d_input, heads * d_value]`.
        v: Linear,
        /// `A_w`: weight `[d_input, rank]`.
        w_down: Linear,
        /// `B_w` and `λ_w`: weight `[rank, heads * d_key]`.
        w_up: Linear,
        /// `A_a`: weight `[d_input, rank]`.
        a_down: Linear,
        /// `B_a` and `λ_a`: weight `[rank, heads * d_key]`.
        a_up: Linear,
        /// `ξ`: `[heads * d_key]`.
        xi: Param<Tensor<1>>,
        /// `α`: `[heads * d_key]`.
        alpha: Param<Tensor<1>>,
    }
    projections: r k v w_down a_down;
}

impl MatrixCell<6, 1> for Rwkv7 {
    /// `r`, `k̃`, `v`, the logarithm of `w`, `κ` and `a * κ`.
    fn project(&self, x: &dyn Inputs) -> [Tensor<4>; 6] {
        let of = |t: Tensor<3>| by_heads(t, self.heads.count);
        let w = self.w_up.forward(x.through("w_down", &self.w_down).tanh());
        let log_w = sigmoid(of(w)).mul_scalar(-(-0.5f64).exp());
        let a = sigmoid(self.a_up.forward(x.through("a_down", &self.a_down)));
        let k = x.through("k", &self.k);
        let kappa = unit(of(k.clone() * self.xi.val().unsqueeze()));
        let less = a.clone().sub_scalar(1.0) * self.alpha.val().unsqueeze();
        let written = of(k * less.add_scalar(1.0));
        let (r, v) = (of(x.through("r", &self.r)), of(x.through("v", &self.v)));
        [r, written, v, log_w, kappa.clone(), of(a) * kappa]
    }
}

impl Recurrence<6, 1> for Rwkv7 {
    fn step(&self, at: [Tensor<3>; 6], memory: [Tensor<4>; 1]) -> (Tensor<3>, [Tensor<4>; 1]) {
        let ([r, k, v, log_w, kappa, a_kappa], [s]) = (at, memory);
        let removed = outer(a_kappa, read(&s, kappa));
        let s = rows(log_w.exp()) * s - removed + outer(k, v);
        (read(&s, r), [s])
    }

    fn scan(
        &self,
        over: [Tensor<4>; 6],
        memory: [Tensor<4>; 1],
        keep: Option<&Tensor<4>>,
    ) -> (Tensor<4>, [Tensor<4>; 1]) {
        let ([r, k, v, log_w, kappa, a_kappa], [s]) = (over, memory);
        let terms = Terms::new(r, k, v)
            .decaying(log_w)
            .correcting(kappa, a_kappa.neg());
        let (o, s) = chunkwise(terms.held(keep), s);
        (o, [s])
    }
}

matrix_config! {
    /// Configuration of [`Rwkv7`].
    pub struct Rwkv7Config: Rwkv7, bias: false {
        /// The rank of the maps to `w` and `a`; by default the paper's 64, or that of all keys where it is less.
        #[serde(skip_serializing_if = "Option::is_none")]
        rank: Option<usize> = None,
    }
    equations: |_| EQUATIONS;
    valid: |config| config.rank.map_or(Ok(()), |rank| invalid::width("rank", rank));
    init: |config, m| {
        let keys = m.heads.count * m.heads.d_key;
        let rank = config.rank.unwrap_or(keys.min(64));
        let [w_down, w_up] = m.narrow(rank, keys);
        let [a_down, a_up] = m.narrow(rank, keys);
        Rwkv7 {
            r: m.keys(),
            k: m.keys(),
            v: m.values(),
            w_down,
            w_up,
            a_down,
            a_up,
            xi: m.filled(keys, 0.85),
            alpha: m.filled(keys, 1.0),
            heads: m.heads,
        }
    };
}

/// What the table of cells says of it.
pub(crate) const CARD: Card = Card {
    name: "rwkv7",
    title: "RWKV-7 (Goose)",
    authors: "Peng et al.",
    year: 2025,
    url: "https://arxiv.org/abs/2503.14456",
    gates: &[
        ("r", "receptance: what is asked of the memory"),
        (
            "k",
            "key: where in the memory is written, and what is removed there",
        ),
        ("v", "value: what is written"),
        ("w", "decay: how much of each row of the memory stays"),
        (
            "a",
            "learning rate: how much of what the key finds is removed",
        ),
    ],
    oracle: "float64 code written from the paper; fla-core 0.6.0, step by step",
};
