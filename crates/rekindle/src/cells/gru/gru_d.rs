//! The GRU for series with missing values, GRU-D: Z. Che, S. Purushotham, K. Cho, D. Sontag and Y. Liu, *Recurrent
//! Neural Networks for Multivariate Time Series with Missing Values* (2016), <https://arxiv.org/abs/1606.01865>.
//!
//! ```text
//! m_t = 0 where x_t is missing, else 1
//! δ_t = 1 + (1 - m_{t-1}) * δ_{t-1}        δ_1 = 0          since when nothing has been observed
//! γ_x = exp(-max(0, w_γx * δ_t + b_γx))                     an old observation counts for less
//! γ_h = exp(-max(0, W_γh δ_t + b_γh))                       and so does the memory
//! x̂_t = m_t * x_t + (1 - m_t) * (γ_x * x_t' + (1 - γ_x) * x̃)
//! ĥ_{t-1} = γ_h * h_{t-1}
//! r_t = σ(W_r x̂_t + U_r ĥ_{t-1} + V_r m_t + b_r)
//! z_t = σ(W_z x̂_t + U_z ĥ_{t-1} + V_z m_t + b_z)
//! n_t = tanh(W_n x̂_t + U_n (r_t * ĥ_{t-1}) + V_n m_t + b_n)
//! h_t = (1 - z_t) * ĥ_{t-1} + z_t * n_t
//! ```
//!
//! A GRU whose input may lack values: each of them is NaN in `x`. In its place stands what was observed last, `x_t'`,
//! which fades into the mean `x̃`; the gates see which values are real. A value that is missing has no gradient. Where
//! nothing is missing, `m` is 1 and `δ` is 1 from the second step on.
//!
//! The mask and `δ` are no inputs: `m` is found from `x`, and steps are a unit of time apart, where the paper has time stamps.
//! The states are `h`, `last`, the last observation less the mean, and `delta`, the next step's `δ`, so that a series in
//! parts is the whole. Before the first observation stands the mean. It is one number for all features, the key `mean`: the
//! tasks standardise their series, so that 0 is the mean of each.
//!
//! It is no set of equations of the engine, which multiplies the input before it looks at it.

use crate::card::Card;
use crate::cell::{Cell, CellConfig, unroll};
use crate::extent::Extent;
use crate::init::Init;
use crate::invalid::{self, Invalid};
use crate::pointwise::sigmoid;
use crate::sequence::Sequence;
use burn::module::{Module, Param};
use burn::nn::Linear;
use burn::tensor::activation::{relu, tanh};
use burn::tensor::{Device, Distribution, Tensor};
use rekindle_engine::{Direction, Program};

/// The cell of this page, as a Burn module.
#[derive(Module, Debug)]
pub struct GruD {
    /// `W` and `b` of r, z, n: weight `[d_input, 3 * d_hidden]`.
    pub ih: Linear,
    /// `U` of r, z, n: weight `[d_hidden, 3 * d_hidden]`.
    pub hh: Linear,
    /// `V` of r, z, n: weight `[d_input, 3 * d_hidden]`.
    pub mh: Linear,
    /// `W_γh` and `b_γh`: weight `[d_input, d_hidden]`.
    pub gamma_h: Linear,
    /// `w_γx`: `[d_input]`.
    pub gamma_x: Param<Tensor<1>>,
    /// `b_γx`: `[d_input]`.
    pub b_gamma_x: Option<Param<Tensor<1>>>,
    mean: f64,
}

impl GruD {
    /// `x̂`, `m` and `δ` of a step side by side, `[batch, 3 * d_input]`, and `last` and `delta` behind it.
    fn imputed(&self, x: Tensor<2>, [last, delta]: [Tensor<2>; 2]) -> (Tensor<2>, [Tensor<2>; 2]) {
        let missing = x.clone().is_nan();
        let age = delta.clone() * self.gamma_x.val().unsqueeze();
        let age = match &self.b_gamma_x {
            Some(bias) => age + bias.val().unsqueeze(),
            None => age,
        };
        let faded = fading(age) * last.clone() + self.mean;
        // Chosen, and not multiplied by the mask: 0 times NaN is NaN, in a gradient as well.
        let x = x.mask_where(missing.clone(), faded);
        let last = (x.clone() - self.mean).mask_where(missing.clone(), last);
        let observed = delta.ones_like().mask_fill(missing.clone(), 0.0);
        let next = delta.clone().mask_fill(missing.bool_not(), 0.0) + 1.0;
        (Tensor::cat(vec![x, observed, delta], 1), [last, next])
    }

    /// What the gates see of the input and the mask, and `γ_h`, of `x̂`, `m` and `δ` side by side.
    fn mapped<const D: usize>(&self, seen: Tensor<D>) -> Tensor<D> {
        let width = self.d_input();
        let [x, observed, delta] = [0, 1, 2].map(|i| seen.clone().narrow(D - 1, i * width, width));
        let gates = self.ih.forward(x) + self.mh.forward(observed);
        Tensor::cat(vec![gates, fading(self.gamma_h.forward(delta))], D - 1)
    }

    /// `U` of r and z, and of n, which takes another vector.
    fn recurrent(&self) -> [Tensor<2>; 2] {
        let (weight, units) = (self.hh.weight.val(), self.d_output());
        [
            weight.clone().narrow(1, 0, 2 * units),
            weight.narrow(1, 2 * units, units),
        ]
    }

    /// `h` behind what was mapped.
    fn next(&self, mapped: Tensor<2>, h: Tensor<2>, [u_rz, u_n]: [Tensor<2>; 2]) -> Tensor<2> {
        let units = self.d_output();
        let part =
            |from: usize, count: usize| mapped.clone().narrow(1, from * units, count * units);
        let h = h * part(3, 1);
        let gates = sigmoid(part(0, 2) + h.clone().matmul(u_rz));
        let [r, z] = [0, 1].map(|i| gates.clone().narrow(1, i * units, units));
        let n = tanh(part(2, 1) + (r * h.clone()).matmul(u_n));
        h.clone() + z * (n - h)
    }
}

/// `exp(-max(0, x))`
fn fading<const D: usize>(x: Tensor<D>) -> Tensor<D> {
    relu(x).neg().exp()
}

impl Cell for GruD {
    type State = [Tensor<2>; 3];

    fn d_input(&self) -> usize {
        self.ih.weight.dims()[0]
    }

    fn d_output(&self) -> usize {
        self.hh.weight.dims()[0]
    }

    fn states(&self) -> Vec<(String, usize)> {
        let width = self.d_input();
        let named = [("h", self.d_output()), ("last", width), ("delta", width)];
        named
            .map(|(name, width)| (name.to_string(), width))
            .to_vec()
    }

    /// Before the first step no time has passed: there is nothing to be learned.
    fn reads(&self, state: usize) -> bool {
        state != 2
    }

    fn step(&self, x: Tensor<2>, [h, last, delta]: Self::State) -> (Tensor<2>, Self::State) {
        let (seen, [last, delta]) = self.imputed(x, [last, delta]);
        let h = self.next(self.mapped(seen), h, self.recurrent());
        (h.clone(), [h, last, delta])
    }

    /// What is missing is filled in first, step by step, and then mapped for all steps at once.
    fn scan(
        &self,
        x: &Sequence,
        [h, last, delta]: Self::State,
        direction: Direction,
    ) -> (Tensor<3>, Self::State) {
        let (seen, [last, delta]) = unroll(x, [last, delta], direction, |x, state| {
            self.imputed(x, state)
        });
        let weights = self.recurrent();
        let mapped = x.with(self.mapped(seen));
        let (y, [h]) = unroll(&mapped, [h], direction, |x, [h]| {
            let h = self.next(x, h, weights.clone());
            (h.clone(), [h])
        });
        (y, [h, last, delta])
    }
}

crate::config! {
    /// Configuration of [`GruD`].
    pub struct GruDConfig {
        /// The number of units.
        d_hidden: usize,
        /// `x̃`: what a missing value fades into, the mean of every feature.
        mean: f64 = 0.0,
        /// Whether the gates and the decays carry a bias.
        bias: bool = true,
        /// How the parameters begin.
        init: Init = Init::default(),
    }
}

impl CellConfig for GruDConfig {
    type Cell = GruD;

    fn new(d_hidden: usize) -> Self {
        Self::usual(d_hidden)
    }

    fn validate(&self) -> Result<(), Invalid> {
        invalid::width("d_hidden", self.d_hidden)?;
        invalid::finite("mean", self.mean)
    }

    fn d_output(&self) -> usize {
        self.d_hidden
    }

    fn program(&self) -> Option<Program> {
        None
    }

    fn equations(&self) -> String {
        let bias = |of: &str| match self.bias {
            true => format!(" + {of}"),
            false => String::new(),
        };
        let b_ih = bias("b_ih");
        format!(
            "m = 0 where x is missing, which is NaN, else 1\n\
             x_ = x where m, else exp(-relu(gamma_x delta{})) last + mean\n\
             h_ = exp(-relu(W_gamma_h delta{})) h\n\
             r, z = sigmoid(W_ih x_{b_ih} + W_hh h_ + W_mh m)\n\
             n = tanh(W_ih x_{b_ih} + W_hh (r h_) + W_mh m)\n\
             h' = (1 - z) h_ + z n\n\
             last' = x - mean where m, else last\n\
             delta' = 1 where m, else delta + 1\n",
            bias("b_gamma_x"),
            bias("b_gamma_h"),
        )
    }

    fn own_scan(&self) -> Option<&'static str> {
        Some("step by step, the input mapped for all steps at once")
    }

    fn takes_missing(&self) -> bool {
        true
    }

    fn extent(&self, d_input: usize) -> Extent {
        let [d_input, units] = [d_input, self.d_hidden].map(|n| n as f64);
        Extent {
            weights: 7.0 * d_input * units,
            recurrent: 3.0 * units * units,
            state: units + 2.0 * d_input,
            step: 4.0 * units,
        }
    }

    fn forms(d_hidden: usize) -> Vec<Self> {
        let usual = Self::new(d_hidden);
        let other = GruDConfig {
            mean: 0.7,
            bias: false,
            ..usual.clone()
        };
        vec![usual, other]
    }

    fn drawn(self, init: Init) -> Self {
        Self { init, ..self }
    }

    fn init(&self, d_input: usize, device: &Device) -> GruD {
        let (units, init) = (self.d_hidden, self.init);
        let map = |weight: Tensor<2>, bias| init.map(weight, bias, units, device);
        let gates = |from: usize| init.input([from, 3, units], device);
        // Below 0 a decay is 1 and flat, so that it would never learn.
        let decay = Distribution::Uniform(0.0, 1.0 / (units as f64).sqrt());
        let decay = Tensor::<1>::random([d_input], decay, device);
        let b_gamma_x = || init.vector(d_input, units, device).detach();
        GruD {
            ih: map(gates(d_input), self.bias),
            hh: map(init.hidden([units, 3, units], device), false),
            mh: map(gates(d_input), false),
            gamma_h: map(init.linear([d_input, units], units, device), self.bias),
            gamma_x: Param::from_tensor(decay.detach()),
            b_gamma_x: self.bias.then(|| Param::from_tensor(b_gamma_x())),
            mean: self.mean,
        }
    }
}

/// What the table of cells says of it.
pub(crate) const CARD: Card = Card {
    name: "gru_d",
    title: "GRU for missing values, GRU-D",
    authors: "Che et al.",
    year: 2016,
    url: "https://arxiv.org/abs/1606.01865",
    gates: &[
        ("r", "reset gate: how much of the memory the candidate sees"),
        ("z", "update gate: how much of the candidate is taken"),
        ("n", "candidate: what could be written"),
    ],
    oracle: "float64 code written from the paper; torch.nn.GRUCell where nothing decays",
};
