//! The non-saturating recurrent unit: S. Chandar, C. Sankar, E. Vorontsov, S. E. Kahou and Y. Bengio, *Towards
//! Non-saturating Recurrent Units for Modelling Long-term Dependencies* (2019), <https://arxiv.org/abs/1902.06704>.
//!
//! ```text
//! h_t = relu(W_i x_t + W_h h_{t-1} + W_c m_{t-1} + b)       what is shown
//! m_t = m_{t-1} + Σ_i α_i v_i - Σ_i β_i w_i                 a flat memory, into which heads write and erase
//! α, β = relu(A (h_t; m_{t-1}) + a)                         how much each of the heads writes, and erases
//! v = relu(p qᵀ) / ‖·‖₅, head by head                       along which direction; w likewise
//! p, q = P (h_t; m_{t-1}) + b
//! ```
//!
//! No gate and no squashing function, so that nothing saturates. The directions of all `k` heads, `k` times the
//! width of the memory, are the outer product of two vectors of the root of that many numbers, which keeps `P` small. As
//! in the authors' code the heads see the input by `h_t`. There they are averaged, and rectified only where an option
//! says so, which here is the key `rectified`. Without biases `a` and `b` are gone as well.
//!
//! It is no set of equations of the engine, whose values all have the width of the state.

use crate::card::Card;
use crate::cell::{Cell, CellConfig, unroll};
use crate::extent::Extent;
use crate::init::Init;
use crate::invalid::{self, Invalid};
use crate::sequence::Sequence;
use burn::module::Module;
use burn::nn::Linear;
use burn::tensor::activation::relu;
use burn::tensor::{Device, Tensor};
use rekindle_engine::{Direction, Program};

/// Below every largest number and every norm, unless all are 0.
const LEAST: f64 = 1e-30;

/// The cell of this page, as a Burn module.
#[derive(Module, Debug)]
pub struct Nru {
    /// `W_i` and `b`: weight `[d_input, d_hidden]`.
    pub ih: Linear,
    /// `W_h`: weight `[d_hidden, d_hidden]`.
    pub hh: Linear,
    /// `W_c`: weight `[memory, d_hidden]`.
    pub mh: Linear,
    /// What the heads make of `h`, with biases, and of the memory, in the order `α`, `β`, `p` and `q` of what is
    /// written, `p` and `q` of what is erased: weight `[d_hidden, 2 * heads + 4 * √(heads * memory)]`.
    pub hv: Linear,
    /// The same of the memory: weight `[memory, ..]`.
    pub mv: Linear,
    heads: usize,
    rectified: bool,
}

impl Nru {
    /// One step behind `W_i x + b`.
    fn next(&self, x: Tensor<2>, [h, m]: [Tensor<2>; 2]) -> (Tensor<2>, [Tensor<2>; 2]) {
        let h = relu(x + self.hh.forward(h) + self.mh.forward(m.clone()));
        let seen = self.hv.forward(h.clone()) + self.mv.forward(m.clone());
        let k = self.heads;
        let root = (seen.dims()[1] - 2 * k) / 4;
        let part = |from: usize, width: usize| seen.clone().narrow(1, from, width);
        let pair = |n: usize| [0, 1].map(|i| part(2 * k + (2 * n + i) * root, root));
        let written = self.along(part(0, k), pair(0));
        let erased = self.along(part(k, k), pair(1));
        let m = m + written - erased;
        (h.clone(), [h, m])
    }

    /// `Σ_i α_i v_i`, with the directions from their two factors.
    fn along(&self, alpha: Tensor<2>, [p, q]: [Tensor<2>; 2]) -> Tensor<2> {
        let [rows, root] = p.dims();
        let [p, q] = [p, q].map(scaled);
        let v = p.unsqueeze_dim::<3>(2) * q.unsqueeze_dim::<3>(1);
        let v = v.reshape([rows, self.heads, root * root / self.heads]);
        let (alpha, v) = match self.rectified {
            true => (relu(alpha), relu(v)),
            false => (alpha, v),
        };
        let v = scaled(v);
        let fourth = v.clone().square().square();
        let sum = (fourth * v.clone().abs()).sum_dim(2).clamp_min(LEAST);
        // ndarray takes roots by an exponent in f32.
        let norm = sum.log().mul_scalar(0.2).exp();
        let directed = v / norm * alpha.unsqueeze_dim::<3>(2);
        directed.sum_dim(1).squeeze_dim(1)
    }
}

/// Rows divided by their largest number, so that no power of it overflows. A direction stays what it is, and so
/// the number needs no gradient.
fn scaled<const D: usize>(rows: Tensor<D>) -> Tensor<D> {
    let largest = rows.clone().detach().abs().max_dim(D - 1);
    rows / largest.clamp_min(LEAST)
}

impl Cell for Nru {
    type State = [Tensor<2>; 2];

    fn d_input(&self) -> usize {
        self.ih.weight.dims()[0]
    }

    fn d_output(&self) -> usize {
        self.hh.weight.dims()[0]
    }

    fn states(&self) -> Vec<(String, usize)> {
        let memory = self.mh.weight.dims()[0];
        vec![
            ("h".to_string(), self.d_output()),
            ("m".to_string(), memory),
        ]
    }

    fn step(&self, x: Tensor<2>, state: Self::State) -> (Tensor<2>, Self::State) {
        self.next(self.ih.forward(x), state)
    }

    fn scan(
        &self,
        x: &Sequence,
        state: Self::State,
        direction: Direction,
    ) -> (Tensor<3>, Self::State) {
        let x = x.with(self.ih.forward(x.data().clone()));
        unroll(&x, state, direction, |x, state| self.next(x, state))
    }
}

crate::config! {
    /// Configuration of [`Nru`].
    pub struct NruConfig {
        /// The number of units.
        d_hidden: usize,
        /// The width of the memory; times `heads`, it is a square.
        memory: usize = 64,
        /// `k`: how many heads write, and how many erase.
        heads: usize = 4,
        /// Whether what the heads write and erase, and how much, is rectified.
        rectified: bool = true,
        /// Whether the maps of the input and of the heads carry a bias.
        bias: bool = true,
        /// How the parameters begin.
        init: Init = Init::default(),
    }
}

impl CellConfig for NruConfig {
    type Cell = Nru;

    fn new(d_hidden: usize) -> Self {
        Self::usual(d_hidden)
    }

    fn validate(&self) -> Result<(), Invalid> {
        invalid::width("d_hidden", self.d_hidden)?;
        invalid::width("memory", self.memory)?;
        invalid::width("heads", self.heads)?;
        let directions = self.memory * self.heads;
        match directions.isqrt().pow(2) == directions {
            true => Ok(()),
            false => Err(Invalid::new(
                "memory",
                self.memory,
                &format!(
                    "such that {} heads times it are a square, as 16 and 64 are",
                    self.heads
                ),
            )),
        }
    }

    fn d_output(&self) -> usize {
        self.d_hidden
    }

    fn program(&self) -> Option<Program> {
        None
    }

    fn equations(&self) -> String {
        let relu = |of: &str| match self.rectified {
            true => format!("relu({of})"),
            false => of.to_string(),
        };
        format!(
            "h' = relu(W_ih x + b_ih + W_hh h + W_mh m)\n\
             m' = m + sum over heads of {} v - {} w\n\
             alpha, beta, p_v, q_v, p_w, q_w = W_hv h' + b_hv + W_mv m\n\
             v = {}, w = {}, in heads and each of them divided by its 5-norm\n",
            relu("alpha"),
            relu("beta"),
            relu("p_v q_v^T"),
            relu("p_w q_w^T"),
        )
    }

    fn own_scan(&self) -> Option<&'static str> {
        Some("step by step, the input mapped for all steps at once")
    }

    fn extent(&self, d_input: usize) -> Extent {
        let [d_input, units, memory] = [d_input, self.d_hidden, self.memory].map(|n| n as f64);
        Extent {
            weights: (d_input + memory) * units,
            recurrent: units * units,
            state: units + memory,
            step: 2.0 * units + memory,
        }
    }

    fn forms(d_hidden: usize) -> Vec<Self> {
        let usual = Self::new(d_hidden);
        let plain = NruConfig {
            memory: 16,
            heads: 1,
            rectified: false,
            bias: false,
            ..usual.clone()
        };
        vec![usual, plain]
    }

    fn drawn(self, init: Init) -> Self {
        Self { init, ..self }
    }

    fn init(&self, d_input: usize, device: &Device) -> Nru {
        let (units, memory, init) = (self.d_hidden, self.memory, self.init);
        let heads = 2 * self.heads + 4 * (memory * self.heads).isqrt();
        let map = |weight: Tensor<2>, bias| init.map(weight, bias, units, device);
        let linear = |from: usize, to: usize| init.linear([from, to], units, device);
        Nru {
            ih: map(linear(d_input, units), self.bias),
            hh: map(init.hidden([units, 1, units], device), false),
            mh: map(linear(memory, units), false),
            hv: map(linear(units, heads), self.bias),
            mv: map(linear(memory, heads), false),
            heads: self.heads,
            rectified: self.rectified,
        }
    }
}

/// What the table of cells says of it.
pub(crate) const CARD: Card = Card {
    name: "nru",
    title: "Non-saturating recurrent unit",
    authors: "Chandar et al.",
    year: 2019,
    url: "https://arxiv.org/abs/1902.06704",
    gates: &[("h", "what is shown of the input and the memory")],
    oracle: "float64 code of the authors' form",
};
