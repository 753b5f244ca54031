//! DeltaProduct: J. Siems et al., *DeltaProduct: Improving State-Tracking in Linear RNNs via Householder
//! Products* (2025), <https://arxiv.org/abs/2502.10297>.
//!
//! ```text
//! S_{t,0} = S_{t-1}
//! S_{t,j} = S_{t,j-1} + β_{t,j} k_{t,j} (v_{t,j} - S_{t,j-1}ᵀ k_{t,j})ᵀ      for j = 1 to n: n writings a step
//! S_t = S_{t,n}
//! o_t = S_tᵀ q_t                                                             what a query finds there
//! ```
//!
//! It is [DeltaNet](crate::cells::DeltaNet) with `n = householders` writings a step, each with a key, a value and a
//! strength of its own, so that a step can turn the memory, and not only reflect it: the more, the more
//! it can count and permute. `β_{t,j} = 2 σ(W_β x_t + b_β)`, between 0 and 2: with negative eigenvalues, as the
//! paper's results on state tracking have it.

use super::algebra::{by_heads, outer, read};
use super::cell::{MatrixCell, Recurrence, matrix_cell};
use super::chunkwise::{Terms, chunkwise};
use super::config::matrix_config;
use super::heads::Heads;
use crate::card::Card;
use crate::invalid::Invalid;
use crate::pointwise::{sigmoid, silu, unit};
use crate::projected::Inputs;
use burn::nn::Linear;
use burn::tensor::Tensor;

const EQUATIONS: &str = "\
for j = 1 to householders: S = S + beta_j k_j (v_j - S^T k_j)^T
S' = S
o' = S'^T q
q = silu(W_q x) / |silu(W_q x)|; k = silu(W_k x) / |silu(W_k x)|, each k_j; v = silu(W_v x)
beta = 2 * sigmoid(W_beta x + b_beta)
";

matrix_cell! {
    /// The cell of this page, as a Burn module.
    pub struct DeltaProduct: 4, 1 {
        /// `W_q`: weight `[d_input, heads * d_key]`.
        q: Linear,
        /// `W_k`: weight `[d_input, heads * householders * d_key]`.
        k: Linear,
        /// `W_v`: weight `[d_input, heads * householders * d_value]`.
        v: Linear,
        /// `W_β` and `b_β`: weight `[d_input, heads * householders]`.
        beta: Linear,
        /// `n`.
        householders: usize,
    }
    projections: q k v beta;
}

impl DeltaProduct {
    /// `[batch, time, heads, n * width]` with every writing a step: `[batch, n * time, heads, width]`.
    fn as_steps(&self, t: Tensor<4>) -> Tensor<4> {
        let ([batch, time, heads, width], n) = (t.dims(), self.householders);
        let t = t.reshape([batch, time, heads, n, width / n]);
        t.swap_dims(2, 3)
            .reshape([batch, time * n, heads, width / n])
    }
}

impl MatrixCell<4, 1> for DeltaProduct {
    /// Keys, values and strengths of all writings of a head stand side by side.
    fn project(&self, x: &dyn Inputs) -> [Tensor<4>; 4] {
        let Heads { count, d_key, .. } = self.heads;
        let of = |name, map: &Linear| by_heads(x.through(name, map), count);
        let k = silu(of("k", &self.k));
        let dims @ [batch, time, ..] = k.dims();
        let each = k.reshape([batch, time, count * self.householders, d_key]);
        let k = unit(each).reshape(dims);
        let beta = sigmoid(of("beta", &self.beta)).mul_scalar(2.0);
        [
            unit(silu(of("q", &self.q))),
            k,
            silu(of("v", &self.v)),
            beta,
        ]
    }
}

impl Recurrence<4, 1> for DeltaProduct {
    fn step(&self, at: [Tensor<3>; 4], memory: [Tensor<4>; 1]) -> (Tensor<3>, [Tensor<4>; 1]) {
        let ([q, k, v, beta], [mut s]) = (at, memory);
        let Heads { d_key, d_value, .. } = self.heads;
        for j in 0..self.householders {
            let k = k.clone().narrow(2, j * d_key, d_key);
            let v = v.clone().narrow(2, j * d_value, d_value);
            let beta = beta.clone().narrow(2, j, 1);
            let error = v - read(&s, k.clone());
            s = s + outer(beta * k, error);
        }
        (read(&s, q), [s])
    }

    /// Every writing is a step, and what is read behind the last of each is the output.
    fn scan(
        &self,
        over: [Tensor<4>; 4],
        memory: [Tensor<4>; 1],
        keep: Option<&Tensor<4>>,
    ) -> (Tensor<4>, [Tensor<4>; 1]) {
        let ([q, k, v, beta], [s]) = (over, memory);
        let n = self.householders;
        let [k, v, beta] = [k, v, beta].map(|t| self.as_steps(t));
        let q = self.as_steps(q.repeat_dim(3, n));
        let keep = keep.map(|keep| self.as_steps(keep.clone().repeat_dim(3, n)));
        let written = beta * k.clone();
        let terms = Terms::new(q, written.clone(), v).correcting(k, written.neg());
        let (o, s) = chunkwise(terms.held(keep.as_ref()), s);
        let [batch, steps, heads, d_value] = o.dims();
        let o = o.reshape([batch, steps / n, n, heads, d_value]);
        (o.narrow(2, n - 1, 1).squeeze_dim(2), [s])
    }
}

matrix_config! {
    /// Configuration of [`DeltaProduct`].
    pub struct DeltaProductConfig: DeltaProduct, bias: false {
        /// `n`: the number of writings a step.
        householders: usize = 2,
    }
    equations: |_| EQUATIONS;
    valid: |config| match config.householders {
        1..=64 => Ok(()),
        n => Err(Invalid::new("householders", n, "from 1 to 64")),
    };
    init: |config, m| {
        let (n, Heads { count, d_key, d_value }) = (config.householders, m.heads);
        DeltaProduct {
            q: m.keys(),
            k: m.map(n * count * d_key),
            v: m.map(n * count * d_value),
            beta: m.gates(n * count),
            householders: n,
            heads: m.heads,
        }
    };
    forms: |usual| vec![DeltaProductConfig { householders: 3, ..usual }];
}

/// What the table of cells says of it.
pub(crate) const CARD: Card = Card {
    name: "delta_product",
    title: "DeltaProduct",
    authors: "Siems et al.",
    year: 2025,
    url: "https://arxiv.org/abs/2502.10297",
    gates: &[
        ("q", "query: what is asked of the memory"),
        (
            "k",
            "keys: where in the memory is written, one writing after the other",
        ),
        ("v", "values: what the keys shall find there"),
        (
            "beta",
            "writing strengths: how far what they find moves there",
        ),
    ],
    oracle: "float64 code written from the paper; fla-core 0.6.0, step by step",
};
