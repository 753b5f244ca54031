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

use super::algebra::by_heads;
use super::cell::{MatrixCell, Recurrence, matrix_cell};
use super::config::{Maker, matrix_config};
use super::heads::Heads;
use super::mlstm_memory::MLstmMemory;
use crate::card::Card;
use crate::pointwise::{log_sigmoid, sigmoid};
use crate::projected::Inputs;
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
    projections: q k v i f o;
    output: "h";
    memory: "C" d_key d_value, "n" d_key 1, "m" 1 1;
}

impl MatrixCell<6, 3> for MLstm {
    /// `q`, `k`, `v`, the logarithms of the input and the forget gate, and the output gate.
    fn project(&self, x: &dyn Inputs) -> [Tensor<4>; 6] {
        let Heads { count, d_key, .. } = self.heads;
        let of = |name, map: &Linear| by_heads(x.through(name, map), count);
        let k = x.read("k").matmul(self.k.weight.val().unsqueeze());
        let k = k.mul_scalar((d_key as f64).powf(-0.5));
        let k = match &self.k.bias {
            Some(bias) => k + bias.val().unsqueeze(),
            None => k,
        };
        let k = by_heads(x.given("k", k), count);
        let (i, log_f) = (of("i", &self.i), log_sigmoid(of("f", &self.f)));
        [
            of("q", &self.q),
            k,
            of("v", &self.v),
            i,
            log_f,
            sigmoid(of("o", &self.o)),
        ]
    }
}

impl Recurrence<6, 3> for MLstm {
    fn step(&self, at: [Tensor<3>; 6], memory: [Tensor<4>; 3]) -> (Tensor<3>, [Tensor<4>; 3]) {
        let [q, k, v, i, log_f, o] = at;
        let ([h, weight], memory) = MLstmMemory::read_step([q, k, v, i, log_f], memory);
        (o * h / weight, memory)
    }

    fn scan(
        &self,
        over: [Tensor<4>; 6],
        memory: [Tensor<4>; 3],
        keep: Option<&Tensor<4>>,
    ) -> (Tensor<4>, [Tensor<4>; 3]) {
        let [q, k, v, i, log_f, o] = over;
        let of = MLstmMemory::of(self.heads);
        let ([h, weight], memory) = of.read_scan([q, k, v, i, log_f], memory, keep);
        (o * h / weight, memory)
    }
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
    equations: |_| EQUATIONS;
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
