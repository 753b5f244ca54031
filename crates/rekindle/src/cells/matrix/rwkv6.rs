//! The recurrence of RWKV-6, *Finch*: B. Peng et al., *Eagle and Finch: RWKV with Matrix-Valued States and
//! Dynamic Recurrence* (2024), <https://arxiv.org/abs/2404.05892>.
//!
//! ```text
//! w_t = exp(-exp(λ + B_w tanh(A_w x_t)))           how much of each row of the memory stays
//! o_t = (S_{t-1} + diag(u) k_t v_tᵀ)ᵀ r_t          the memory before this step, and this step by itself
//! S_t = diag(w_t) S_{t-1} + k_t v_tᵀ               the memory
//! ```
//!
//! `r_t = W_r x_t` receives (a query), `k_t = W_k x_t`, `v_t = W_v x_t`. `u` is the bonus for the present
//! step, which the memory holds only behind it. The mixing of `x_t` with `x_{t-1}` before, the normalisation and
//! the gate behind the recurrence are left out.

use super::algebra::{by_heads, outer, read, rows};
use super::cell::{MatrixCell, Recurrence, matrix_cell};
use super::chunkwise::{Terms, chunkwise};
use super::config::matrix_config;
use crate::card::Card;
use crate::invalid;
use crate::projected::Inputs;
use burn::module::Param;
use burn::nn::Linear;
use burn::tensor::Tensor;

const EQUATIONS: &str = "\
o' = (S + diag(u) k v^T)^T r
S' = diag(w) S + k v^T
w = exp(-exp(W_w_up tanh(W_w_down x) + b_w_up))
r = W_r x; k = W_k x; v = W_v x
";

matrix_cell! {
    /// The cell of this page, as a Burn module.
    pub struct Rwkv6: 4, 1 {
        /// `W_r`: weight `[d_input, heads * d_key]`.
        r: Linear,
        /// `W_k`: weight `[d_input, heads * d_key]`.
        k: Linear,
        /// `W_v`: weight `[d_input, heads * d_value]`.
        v: Linear,
        /// `A_w`: weight `[d_input, rank]`.
        w_down: Linear,
        /// `B_w` and `λ`: weight `[rank, heads * d_key]`.
        w_up: Linear,
        /// `u`: `[heads * d_key]`.
        u: Param<Tensor<1>>,
    }
    projections: r k v w_down;
}

impl Rwkv6 {
    /// `u`, `[heads, d_key]`.
    fn bonus(&self) -> Tensor<2> {
        self.u.val().reshape([self.heads.count, self.heads.d_key])
    }
}

impl MatrixCell<4, 1> for Rwkv6 {
    fn project(&self, x: &dyn Inputs) -> [Tensor<4>; 4] {
        let of = |name, map: &Linear| by_heads(x.through(name, map), self.heads.count);
        let w = self.w_up.forward(x.through("w_down", &self.w_down).tanh());
        let log_w = by_heads(w, self.heads.count).exp().neg();
        [of("r", &self.r), of("k", &self.k), of("v", &self.v), log_w]
    }
}

impl Recurrence<4, 1> for Rwkv6 {
    fn step(&self, at: [Tensor<3>; 4], memory: [Tensor<4>; 1]) -> (Tensor<3>, [Tensor<4>; 1]) {
        let ([r, k, v, log_w], [s]) = (at, memory);
        let kv = outer(k, v);
        let u = rows(self.bonus().unsqueeze());
        let o = read(&(s.clone() + u * kv.clone()), r);
        (o, [rows(log_w.exp()) * s + kv])
    }

    fn scan(
        &self,
        over: [Tensor<4>; 4],
        memory: [Tensor<4>; 1],
        keep: Option<&Tensor<4>>,
    ) -> (Tensor<4>, [Tensor<4>; 1]) {
        let ([r, k, v, log_w], [s]) = (over, memory);
        let terms = Terms {
            bonus: Some(self.bonus()),
            ..Terms::new(r, k, v).decaying(log_w)
        };
        let (o, s) = chunkwise(terms.held(keep), s);
        (o, [s])
    }
}

matrix_config! {
    /// Configuration of [`Rwkv6`].
    pub struct Rwkv6Config: Rwkv6, bias: false {
        /// The rank of the map to `w`; by default the paper's 64, or that of all keys where it is less.
        #[serde(skip_serializing_if = "Option::is_none")]
        rank: Option<usize> = None,
    }
    equations: |_| EQUATIONS;
    valid: |config| config.rank.map_or(Ok(()), |rank| invalid::width("rank", rank));
    init: |config, m| {
        let keys = m.heads.count * m.heads.d_key;
        let rank = config.rank.unwrap_or(keys.min(64));
        let [w_down, w_up] = m.narrow(rank, keys);
        Rwkv6 {
            r: m.keys(),
            k: m.keys(),
            v: m.values(),
            w_down,
            w_up,
            u: m.vector(keys),
            heads: m.heads,
        }
    };
}

/// What the table of cells says of it.
pub(crate) const CARD: Card = Card {
    name: "rwkv6",
    title: "RWKV-6 (Finch)",
    authors: "Peng et al.",
    year: 2024,
    url: "https://arxiv.org/abs/2404.05892",
    gates: &[
        ("r", "receptance: what is asked of the memory"),
        ("k", "key: where in the memory is written"),
        ("v", "value: what is written"),
        ("w", "decay: how much of each row of the memory stays"),
    ],
    oracle: "float64 code written from the paper; fla-core 0.6.0, step by step",
};
