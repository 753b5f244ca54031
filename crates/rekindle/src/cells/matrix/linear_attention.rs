//! Linear attention as a recurrence: A. Katharopoulos, A. Vyas, N. Pappas and F. Fleuret, *Transformers
//! are RNNs: Fast Autoregressive Transformers with Linear Attention* (2020),
//! <https://arxiv.org/abs/2006.16236>.
//!
//! ```text
//! S_t = S_{t-1} + φ(k_t) v_tᵀ              the memory: everything written so far, none of it ever lost
//! z_t = z_{t-1} + φ(k_t)                   how much was written where
//! o_t = S_tᵀ φ(q_t) / (z_tᵀ φ(q_t))        a mean of all values, weighted by how like the query their keys are
//! φ(x) = elu(x) + 1
//! ```
//!
//! `q_t = W_q x_t`, `k_t = W_k x_t` and `v_t = W_v x_t`, for each head its own. Added to what is divided by is 1e-20 (in the
//! authors' code 1e-6), so that a memory into which nothing was written reads as zero.

use super::algebra::{by_heads, outer, read, rows};
use super::cell::{MatrixCell, Recurrence, matrix_cell};
use super::chunkwise::{Terms, chunkwise};
use super::config::matrix_config;
use crate::card::Card;
use crate::projected::Inputs;
use burn::nn::Linear;
use burn::tensor::Tensor;

const EQUATIONS: &str = "\
S' = S + phi(k) v^T
z' = z + phi(k)
o' = (S'^T phi(q)) / (z'^T phi(q))
q = W_q x; k = W_k x; v = W_v x; phi(x) = elu(x) + 1
";

matrix_cell! {
    /// The cell of this page, as a Burn module.
    pub struct LinearAttention: 3, 2 {
        /// `W_q`: weight `[d_input, heads * d_key]`.
        q: Linear,
        /// `W_k`: weight `[d_input, heads * d_key]`.
        k: Linear,
        /// `W_v`: weight `[d_input, heads * d_value]`.
        v: Linear,
    }
    projections: q k v;
    output: "o";
    memory: "S" d_key d_value, "z" d_key 1;
}

impl MatrixCell<3, 2> for LinearAttention {
    fn project(&self, x: &dyn Inputs) -> [Tensor<4>; 3] {
        let of = |name, map: &Linear| by_heads(x.through(name, map), self.heads.count);
        [
            asked(of("q", &self.q)),
            feature(of("k", &self.k)),
            of("v", &self.v),
        ]
    }
}

impl Recurrence<3, 2> for LinearAttention {
    fn step(&self, at: [Tensor<3>; 3], memory: [Tensor<4>; 2]) -> (Tensor<3>, [Tensor<4>; 2]) {
        let ([q, k, v], [s, z]) = (at, memory);
        let s = s + outer(k.clone(), v);
        let z = z + rows(k);
        (read(&s, q.clone()) / read(&z, q).add_scalar(LEAST), [s, z])
    }

    /// `z` is one more column of `S`, into which 1 is written.
    fn scan(
        &self,
        over: [Tensor<4>; 3],
        memory: [Tensor<4>; 2],
        keep: Option<&Tensor<4>>,
    ) -> (Tensor<4>, [Tensor<4>; 2]) {
        let [q, k, v] = over;
        let d_value = self.heads.d_value;
        let one = v.clone().narrow(3, 0, 1).ones_like();
        let v = Tensor::cat(vec![v, one], 3);
        let s = Tensor::cat(memory.to_vec(), 3);
        let (o, s) = chunkwise(Terms::new(q, k, v).held(keep), s);
        let split = |t: Tensor<4>| [t.clone().narrow(3, 0, d_value), t.narrow(3, d_value, 1)];
        let [o, weight] = split(o);
        (o / weight.add_scalar(LEAST), split(s))
    }
}

/// Added to the weight that is divided by: where nothing was written that a float can hold, nothing is read.
const LEAST: f64 = 1e-20;

/// `elu(x) + 1`.
fn feature(x: Tensor<4>) -> Tensor<4> {
    let below = x.clone().clamp_max(0.0).exp();
    chosen(x, below)
}

/// `x + 1` where `x` is positive, another number elsewhere. A sum of two clamped parts would have the derivative of both
/// at 0.
fn chosen(x: Tensor<4>, otherwise: Tensor<4>) -> Tensor<4> {
    let positive = x.clone().greater_elem(0.0);
    otherwise.mask_where(positive, x.add_scalar(1.0))
}

/// The same of a query, divided by the largest of its exponentials: that drops out of what is read, and without it
/// all of them could round to zero.
fn asked(q: Tensor<4>) -> Tensor<4> {
    let below = q.clone().clamp_max(0.0);
    let largest = below.clone().detach().max_dim(3);
    chosen(q, (below - largest).exp())
}

matrix_config! {
    /// Configuration of [`LinearAttention`].
    pub struct LinearAttentionConfig: LinearAttention, bias: false {}
    equations: |_| EQUATIONS;
    init: |_, m| LinearAttention { q: m.keys(), k: m.keys(), v: m.values(), heads: m.heads };
}

/// What the table of cells says of it.
pub(crate) const CARD: Card = Card {
    name: "linear_attention",
    title: "Linear attention",
    authors: "Katharopoulos et al.",
    year: 2020,
    url: "https://arxiv.org/abs/2006.16236",
    gates: &[
        ("q", "query: what is asked of the memory"),
        ("k", "key: where in the memory is written"),
        ("v", "value: what is written"),
    ],
    oracle: "float64 code written from the paper; fla-core 0.6.0, step by step",
};

#[cfg(test)]
mod tests {
    use super::*;
    use burn::tensor::Device;

    #[test]
    fn the_derivative_of_a_feature_is_one_at_zero_and_above() {
        let device = Device::flex().autodiff();
        for of in [feature, asked] {
            let x = Tensor::<4>::from_data([[[[-1.0, 0.0, 2.0]]]], &device).require_grad();
            let y = of(x.clone());
            let slope = x.grad(&y.clone().sum().backward()).expect("a gradient");
            let e = (-1f32).exp();
            for (found, right) in [(y.inner(), [e, 1.0, 3.0]), (slope, [e, 1.0, 1.0])] {
                let found: Vec<f32> = found.into_data().try_into_vec().expect("f32");
                let apart = found.iter().zip(right).map(|(a, b)| (a - b).abs());
                assert!(apart.fold(0.0, f32::max) < 1e-6, "{found:?}, not {right:?}");
            }
        }
    }
}
