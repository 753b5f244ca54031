//! The recurrence of Mamba-2, state space duality: T. Dao and A. Gu, *Transformers are SSMs: Generalized
//! Models and Efficient Algorithms Through Structured State Space Duality* (2024),
//! <https://arxiv.org/abs/2405.21060>.
//!
//! ```text
//! Δ_t = softplus(W_Δ x_t + b_Δ)            the step in time, a head its own
//! h_t = exp(Δ_t A) h_{t-1} + Δ_t B_t x_tᵀ  the memory fades by one share, which the input decides
//! y_t = h_tᵀ C_t + D x_t                   what is read, and what is passed on
//! ```
//!
//! `A < 0` and `D` are a number a head, `A = -exp(A_log)`. `x_t` (after `W_x`) has the heads' values, `B_t = W_B
//! x_t` and `C_t = W_C x_t` are the same for all heads, as in the paper's models. The convolution before, the
//! gate and the normalisation behind the recurrence are left out. As linear attention, it is `q = C`, `k =
//! Δ B`, `v = x`; this is also called simple gated linear attention.

use super::algebra::{by_heads, outer, read, rows};
use super::cell::{MatrixCell, Recurrence, matrix_cell};
use super::chunkwise::{Terms, chunkwise};
use super::config::matrix_config;
use super::decay::{a_log, time_step};
use super::heads::Heads;
use crate::card::Card;
use crate::pointwise::softplus;
use crate::projected::Inputs;
use burn::module::Param;
use burn::nn::Linear;
use burn::tensor::Tensor;

const EQUATIONS: &str = "\
h' = exp(dt A) h + dt B v^T
y' = h'^T C + D v
dt = softplus(W_dt x + b_dt); B = W_b x; C = W_c x; v = W_x x; A = -exp(a_log)
";

matrix_cell! {
    /// The cell of this page, as a Burn module.
    pub struct Mamba2: 5, 1 {
        /// `W_x`: weight `[d_input, heads * d_value]`.
        x: Linear,
        /// `W_B`: weight `[d_input, d_key]`.
        b: Linear,
        /// `W_C`: weight `[d_input, d_key]`.
        c: Linear,
        /// `W_Δ` and `b_Δ`: weight `[d_input, heads]`.
        dt: Linear,
        /// `A_log`: `[heads]`.
        a_log: Param<Tensor<1>>,
        /// `D`: `[heads]`.
        d: Param<Tensor<1>>,
    }
    projections: x b c dt;
    output: "y";
    memory: "h" d_key d_value;
}

impl Mamba2 {
    /// `D v`, on the last two axes.
    fn passed<const D: usize>(&self, v: Tensor<D>) -> Tensor<D> {
        let d = self.d.val().reshape([self.heads.count, 1]);
        v * d.unsqueeze()
    }
}

impl MatrixCell<5, 1> for Mamba2 {
    fn project(&self, x: &dyn Inputs) -> [Tensor<4>; 5] {
        let Heads { count, d_key, .. } = self.heads;
        let of_all = |name, map: &Linear| {
            let shared = by_heads(x.through(name, map), 1);
            let [batch, time, ..] = shared.dims();
            shared.expand([batch, time, count, d_key])
        };
        let v = by_heads(x.through("x", &self.x), count);
        let dt = softplus(by_heads(x.through("dt", &self.dt), count));
        let a = self.a_log.val().exp().neg().reshape([1, 1, count, 1]);
        [
            of_all("c", &self.c),
            of_all("b", &self.b),
            v,
            dt.clone(),
            dt * a,
        ]
    }
}

impl Recurrence<5, 1> for Mamba2 {
    fn step(&self, at: [Tensor<3>; 5], memory: [Tensor<4>; 1]) -> (Tensor<3>, [Tensor<4>; 1]) {
        let ([c, b, v, dt, dt_a], [h]) = (at, memory);
        let h = rows(dt_a.exp()) * h + rows(dt) * outer(b, v.clone());
        (read(&h, c) + self.passed(v), [h])
    }

    fn scan(
        &self,
        over: [Tensor<4>; 5],
        memory: [Tensor<4>; 1],
        keep: Option<&Tensor<4>>,
    ) -> (Tensor<4>, [Tensor<4>; 1]) {
        let ([c, b, v, dt, dt_a], [h]) = (over, memory);
        let terms = Terms::new(c, dt * b, v.clone()).decaying(dt_a).held(keep);
        let (y, h) = chunkwise(terms, h);
        (y + self.passed(v), [h])
    }
}

matrix_config! {
    /// Configuration of [`Mamba2`]; `d_key` is the paper's `N`, and the width of a head's value its `P`.
    pub struct Mamba2Config: Mamba2, bias: false {}
    equations: |_| EQUATIONS;
    init: |_, m| Mamba2 {
        x: m.values(),
        b: m.map(m.heads.d_key),
        c: m.map(m.heads.d_key),
        dt: time_step(m.gate(), &m),
        a_log: a_log(&m),
        d: m.filled(m.heads.count, 1.0),
        heads: m.heads,
    };
}

/// What the table of cells says of it.
pub(crate) const CARD: Card = Card {
    name: "mamba2",
    title: "State space duality (Mamba-2, simple GLA)",
    authors: "Dao & Gu",
    year: 2024,
    url: "https://arxiv.org/abs/2405.21060",
    gates: &[
        ("x", "value: what is written"),
        ("b", "key: where in the memory is written"),
        ("c", "query: what is asked of the memory"),
        (
            "dt",
            "step in time: how much is forgotten and how much is written",
        ),
    ],
    oracle: "float64 code written from the paper; fla-core 0.6.0, step by step",
};
