//! The LSTM with a matrix memory, mLSTM: M. Beck et al., *xLSTM: Extended Long Short-Term Memory* (2024),
//! <https://arxiv.org/abs/2405.04517>.
//!
//! ```text
//! ĩ_t = w_i x_t + b_i                              input gate, as a logarithm
//! f_t = σ(w_f x_t + b_f)                           forget gate
//! o_t = σ(W_o x_t + b_o)                           output gate
//! m_t = max(ln f_t + m_{t-1}, ĩ_t, -40)            the scale of the memory, as a logarithm
//! i'_t = exp(ĩ_t - m_t)                            the gates at that scale, never above 1
//! f'_t = exp(ln f_t + m_{t-1} - m_t)
//! C_t = f'_t C_{t-1} + i'_t k_t v_tᵀ               the memory
//! n_t = f'_t n_{t-1} + i'_t k_t                    how much was written where
//! h_t = o_t * (C_tᵀ q_t / max(|n_tᵀ q_t|, exp(-m_t)))
//! ```
//!
//! `q_t = W_q x_t + b_q`, `k_t = W_k x_t / √d_key + b_k`, `v_t = W_v x_t + b_v`; `C` is the transpose of the
//! paper's. The scale `m` keeps the exponential input gate from overflowing and drops out of `h`; where the paper
//! writes `max(|nᵀ q|, 1)`, the 1 stands for numbers without that scale, `exp(-m_t)` with it. Here `m` is never
//! below -40, so that `exp(-m)` is a number. What the paper's block has around the cell is left out.

use super::algebra::{by_heads, outer, read, rows};
use super::cell::{MatrixCell, matrix_cell};
use super::chunkwise::{Terms, chunkwise};
use super::config::{Maker, matrix_config};
use super::heads::Heads;
use crate::card::Card;
use crate::pointwise::{log_sigmoid, sigmoid};
use burn::nn::Linear;
use burn::tensor::{Tensor, TensorData};

const EQUATIONS: &str = "\
m' = max(log f + m, i, -40)
C' = exp(log f + m - m') C + exp(i - m') k v^T
n' = exp(log f + m - m') n + exp(i - m') k
h' = o * (C'^T q) / max(|n'^T q|, exp(-m'))
q = W_q x + b_q; k = W_k x / sqrt(d_key) + b_k; v = W_v x + b_v
i = W_i x + b_i; f = sigmoid(W_f x + b_f); o = sigmoid(W_o x + b_o)
";

/// Below every logarithm of a gate.
const NEVER: f64 = -1e30;

/// The least scale. It drops out of `h` as every other does, and `exp(-m)`, which is squared in the gradient, stays a
/// number.
const LEAST: f64 = -40.0;

matrix_cell! {
    /// The cell of this page, as a Burn module.
    pub struct MLstm: 6, 3 {
        /// `W_q` and `b_q`: weight `[d_input, heads * d_key]`.
        q: Linear,
        /// `W_k` and `b_k`: weight `[d_input, heads * d_key]`.
        k: Linear,
        /// `W_v` and `b_v`: weight `[d_input, heads * d_value]`.
        v: Linear,
        /// `w_i` and `b_i`: weight `[d_input, heads]`.
        i: Linear,
        /// `w_f` and `b_f`: weight `[d_input, heads]`.
        f: Linear,
        /// `W_o` and `b_o`: weight `[d_input, heads * d_value]`.
        o: Linear,
    }
    input: v;
    output: "h";
    memory: "C" d_key d_value, "n" d_key 1, "m" 1 1;
}

impl MatrixCell<6, 3> for MLstm {
    /// `q`, `k`, `v`, the logarithms of the input and the forget gate, and the output gate.
    fn project(&self, x: Tensor<3>) -> [Tensor<4>; 6] {
        let Heads { count, d_key, .. } = self.heads;
        let of = |map: &Linear| by_heads(map.forward(x.clone()), count);
        let k = x.clone().matmul(self.k.weight.val().unsqueeze());
        let k = k.mul_scalar((d_key as f64).powf(-0.5));
        let k = match &self.k.bias {
            Some(bias) => k + bias.val().unsqueeze(),
            None => k,
        };
        let k = by_heads(k, count);
        let (i, log_f) = (of(&self.i), log_sigmoid(of(&self.f)));
        [of(&self.q), k, of(&self.v), i, log_f, sigmoid(of(&self.o))]
    }

    fn step(&self, at: [Tensor<3>; 6], memory: [Tensor<4>; 3]) -> (Tensor<3>, [Tensor<4>; 3]) {
        let ([q, k, v, i, log_f, o], [c, n, m]) = (at, memory);
        let kept = rows(log_f) + m;
        let m = kept.clone().max_pair(rows(i.clone().clamp_min(LEAST)));
        let f = (kept - m.clone()).exp();
        let i = (rows(i) - m.clone()).exp();
        let c = f.clone() * c + i.clone() * outer(k.clone(), v);
        let n = f * n + i * rows(k);
        let least = m.clone().neg().exp().squeeze_dim(3);
        let weight = read(&n, q.clone()).abs().max_pair(least);
        (o * read(&c, q) / weight, [c, n, m])
    }

    /// `n` is one more column of `C`, into which 1 is written; the scale is found first.
    fn scan(
        &self,
        over: [Tensor<4>; 6],
        memory: [Tensor<4>; 3],
        keep: Option<&Tensor<4>>,
    ) -> (Tensor<4>, [Tensor<4>; 3]) {
        let ([q, k, v, i, log_f, o], [c, n, m]) = (over, memory);
        let held = |i: Tensor<4>| match keep {
            None => i,
            Some(keep) => {
                let never = keep.clone().neg().add_scalar(1.0).mul_scalar(NEVER);
                i * keep.clone() + never
            }
        };
        let log_f = keep.iter().fold(log_f, |f, &keep| f * keep.clone());
        let m = m.swap_dims(1, 2);
        let after = scales(log_f.clone(), held(i.clone().clamp_min(LEAST)), m.clone());
        let i = held(i);
        let time = after.dims()[1];
        let before = match time {
            1 => m,
            _ => Tensor::cat(vec![m, after.clone().narrow(1, 0, time - 1)], 1),
        };
        let k = k * (i - after.clone()).exp();
        let decay = log_f + before - after.clone();
        let one = v.clone().narrow(3, 0, 1).ones_like();
        let v = Tensor::cat(vec![v, one], 3);
        let (h, c) = chunkwise(
            Terms::new(q, k, v).decaying(decay),
            Tensor::cat(vec![c, n], 3),
        );
        let d_value = self.heads.d_value;
        let split = |t: Tensor<4>| [t.clone().narrow(3, 0, d_value), t.narrow(3, d_value, 1)];
        let [h, weight] = split(h);
        let weight = weight.abs().max_pair(after.clone().neg().exp());
        let [c, n] = split(c);
        let m = after.narrow(1, time - 1, 1).swap_dims(1, 2);
        (o * h / weight, [c, n, m])
    }
}

/// `m_t = max(a_t + m_{t-1}, b_t)` at every step, all `[batch, time, heads, 1]`, from `m`, `[batch, 1, heads, 1]`.
///
/// Two steps are a step of the same form, so that the reach of each is doubled again and again.
fn scales(mut a: Tensor<4>, mut b: Tensor<4>, m: Tensor<4>) -> Tensor<4> {
    let dims @ [_, time, ..] = a.dims();
    let mut reach = 1;
    while reach < time {
        let mut edge = dims;
        edge[1] = reach;
        let options = (&a.device(), a.dtype());
        let earlier = |t: &Tensor<4>, fill: f64| {
            let begin = Tensor::full(edge, fill, options);
            Tensor::cat(vec![begin, t.clone().narrow(1, 0, time - reach)], 1)
        };
        let (a_before, b_before) = (earlier(&a, 0.0), earlier(&b, NEVER));
        b = b.max_pair(b_before + a.clone());
        a = a + a_before;
        reach *= 2;
    }
    b.max_pair(a + m)
}

/// Biases of forget gates that begin from 3 to 6, head by head, as the authors' do, so that a new network
/// remembers.
fn remembering(mut map: Linear, m: &Maker<'_>) -> Linear {
    let count = m.heads.count;
    let of = |head: usize| 3.0 + 3.0 * head as f64 / (count - 1).max(1) as f64;
    let values: Vec<f64> = (0..count).map(of).collect();
    map.bias = Some(m.begun(Tensor::from_data(
        TensorData::new(values, [count]),
        m.device,
    )));
    map
}

matrix_config! {
    /// Configuration of [`MLstm`].
    pub struct MLstmConfig: MLstm, bias: true {}
    equations: EQUATIONS;
    init: |_, m| MLstm {
        q: m.keys(),
        k: m.keys(),
        v: m.values(),
        i: m.gate(),
        f: remembering(m.gate(), &m),
        o: m.values(),
        heads: m.heads,
    };
}

/// What the table of cells says of it.
pub(crate) const CARD: Card = Card {
    name: "mlstm",
    title: "LSTM with a matrix memory (mLSTM)",
    authors: "Beck et al.",
    year: 2024,
    url: "https://arxiv.org/abs/2405.04517",
    gates: &[
        ("q", "query: what is asked of the memory"),
        ("k", "key: where in the memory is written"),
        ("v", "value: what is written"),
        ("i", "input gate: how much is written, without a bound"),
        ("f", "forget gate: how much of the memory stays"),
        ("o", "output gate: how much of what is read is shown"),
    ],
    oracle: "float64 code written from the paper; mlstm_kernels 2.0.6, step by step",
};
