//! The convolutional LSTM: X. Shi et al., *Convolutional LSTM Network: A Machine Learning Approach for
//! Precipitation Nowcasting* (2015), <https://arxiv.org/abs/1506.04214>.
//!
//! ```text
//! i_t = σ(W_xi * X_t + W_hi * H_{t-1} + W_ci ∘ C_{t-1} + b_i)      how much of the candidate is written
//! f_t = σ(W_xf * X_t + W_hf * H_{t-1} + W_cf ∘ C_{t-1} + b_f)      how much of the memory is kept
//! C_t = f_t ∘ C_{t-1} + i_t ∘ tanh(W_xc * X_t + W_hc * H_{t-1} + b_c)
//! o_t = σ(W_xo * X_t + W_ho * H_{t-1} + W_co ∘ C_t + b_o)          how much of the memory is shown
//! H_t = o_t ∘ tanh(C_t)
//! ```
//!
//! `*` is a convolution over a line, a plane or a volume, with stride 1 and zeros beyond the border; `∘` is
//! the product number by number. An input is a picture, `[channels * points]` with the channels first; so are
//! the states, with `d_hidden` channels. The peepholes `W_c` are the key `peepholes`, off by default, as Keras
//! and others leave them out. Blocks are stacked i, f, c, o, as Keras has them.
//!
//! It is no set of equations of the engine, whose products are matrices. The convolution of the input is
//! computed for all steps at once.

use super::kernel::Convolution;
use super::space::{Shape, check, fits, points};
use crate::card::Card;
use crate::cell::{Cell, CellConfig, unroll};
use crate::init::Init;
use crate::invalid::Invalid;
use crate::pointwise::sigmoid;
use crate::sequence::Sequence;
use burn::module::{Module, Param};
use burn::tensor::{Device, Tensor};
use rekindle_engine::{Direction, Program};

const EQUATIONS: &str = "\
i = sigmoid(W_i * x + U_i * h + b_i)
f = sigmoid(W_f * x + U_f * h + b_f)
c' = f c + i tanh(W_c * x + U_c * h + b_c)
o = sigmoid(W_o * x + U_o * h + b_o)
h' = o tanh(c')
* is a convolution over space; x is [channels * points], states are [d_hidden * points]
with peepholes, p_i c, p_f c and p_o c' are added inside of the gates
";

/// The cell of this page, as a Burn module.
#[derive(Module, Debug)]
pub struct ConvLstm {
    /// `W` and `b`, blocks i, f, c, o: weight `[4 * d_hidden, channels, kernel, ..]`.
    pub ih: Convolution,
    /// `U`: weight `[4 * d_hidden, d_hidden, kernel, ..]`.
    pub hh: Convolution,
    /// `W_ci`, `[d_hidden * points]`.
    pub p_i: Option<Param<Tensor<1>>>,
    /// `W_cf`.
    pub p_f: Option<Param<Tensor<1>>>,
    /// `W_co`.
    pub p_o: Option<Param<Tensor<1>>>,
    d_hidden: usize,
    #[module(skip)]
    space: Vec<usize>,
}

impl ConvLstm {
    /// One step behind the convolution of the input, `z`.
    fn next(&self, z: Tensor<2>, [h, c]: [Tensor<2>; 2]) -> (Tensor<2>, [Tensor<2>; 2]) {
        let width = h.dims()[1];
        let z = z + self.hh.forward(h, &self.space);
        let gate = |n: usize| z.clone().narrow(1, n * width, width);
        let seen = |gate: Tensor<2>, p: &Option<Param<Tensor<1>>>, c: &Tensor<2>| match p {
            Some(p) => gate + p.val().unsqueeze() * c.clone(),
            None => gate,
        };
        let i = sigmoid(seen(gate(0), &self.p_i, &c));
        let f = sigmoid(seen(gate(1), &self.p_f, &c));
        let c = f * c + i * gate(2).tanh();
        let o = sigmoid(seen(gate(3), &self.p_o, &c));
        let h = o * c.clone().tanh();
        (h.clone(), [h, c])
    }
}

impl Cell for ConvLstm {
    type State = [Tensor<2>; 2];

    fn d_input(&self) -> usize {
        self.ih.channels() * points(&self.space)
    }

    fn d_output(&self) -> usize {
        self.d_hidden * points(&self.space)
    }

    fn states(&self) -> Vec<(String, usize)> {
        let state = |name: &str| (name.to_string(), self.d_output());
        vec![state("h"), state("c")]
    }

    fn space(&self) -> &[usize] {
        &self.space
    }

    fn step(&self, x: Tensor<2>, state: Self::State) -> (Tensor<2>, Self::State) {
        self.next(self.ih.forward(x, &self.space), state)
    }

    fn scan(
        &self,
        x: &Sequence,
        state: Self::State,
        direction: Direction,
    ) -> (Tensor<3>, Self::State) {
        let z = self.ih.over_time(x, &self.space);
        unroll(&z, state, direction, |z, state| self.next(z, state))
    }
}

crate::config! {
    /// Configuration of [`ConvLstm`].
    pub struct ConvLstmConfig {
        /// The number of channels of each state, at every point.
        d_hidden: usize,
        /// The points in each of one to three dimensions: `[height, width]`. Their product divides the width of
        /// the input; what is left are its channels. By default a single point.
        space: Vec<usize> = vec![1],
        /// The width of the kernels in every dimension, an odd number.
        kernel: usize = 3,
        /// Whether gates see the memory, as in the paper.
        peepholes: bool = false,
        /// Whether the convolution of the input carries a bias.
        bias: bool = true,
        /// How the parameters begin.
        init: Init = Init::default(),
    }
}

impl CellConfig for ConvLstmConfig {
    type Cell = ConvLstm;

    fn new(d_hidden: usize) -> Self {
        Self::usual(d_hidden)
    }

    fn validate(&self) -> Result<(), Invalid> {
        check(self.d_hidden, &self.space, self.kernel)
    }

    fn d_output(&self) -> usize {
        self.d_hidden * points(&self.space)
    }

    fn program(&self) -> Option<Program> {
        None
    }

    fn equations(&self) -> String {
        EQUATIONS.to_string()
    }

    fn own_scan(&self) -> Option<&'static str> {
        Some("step by step, the input convolved for all steps at once")
    }

    fn fits(&self, d_input: usize) -> Result<(), Invalid> {
        fits(&self.space, d_input)
    }

    /// One a number of dimensions, those beyond the first with kernels of one point.
    fn forms(d_hidden: usize) -> Vec<Self> {
        let usual = Self::new(d_hidden);
        let line = ConvLstmConfig {
            space: vec![3],
            peepholes: true,
            bias: false,
            ..usual.clone()
        };
        let point = |space: &[usize]| ConvLstmConfig {
            space: space.to_vec(),
            kernel: 1,
            ..usual.clone()
        };
        let (plane, volume) = (point(&[2, 2]), point(&[1, 2, 2]));
        vec![usual, line, plane, volume]
    }

    fn drawn(self, init: Init) -> Self {
        Self { init, ..self }
    }

    fn init(&self, d_input: usize, device: &Device) -> ConvLstm {
        let shape = Shape {
            d_input,
            d_hidden: self.d_hidden,
            space: &self.space,
            kernel: self.kernel,
        };
        let mut ih = Convolution::input(&shape.input(4), self.bias, self.init, device);
        if let Some(bias) = &mut ih.bias {
            let forget = self.d_hidden..2 * self.d_hidden;
            let begun = bias.val();
            let shifted = begun.clone().slice([forget.clone()]);
            let shifted = shifted.add_scalar(self.init.forget_bias());
            *bias = Param::from_tensor(begun.slice_assign([forget], shifted).detach());
        }
        let width = self.d_hidden * points(&self.space);
        let peephole = || {
            let begun = self.init.vector(width, self.d_hidden, device);
            self.peepholes.then(|| Param::from_tensor(begun.detach()))
        };
        ConvLstm {
            ih,
            hh: Convolution::hidden(&shape.hidden(4), self.init, device),
            p_i: peephole(),
            p_f: peephole(),
            p_o: peephole(),
            d_hidden: self.d_hidden,
            space: self.space.clone(),
        }
    }
}

/// What the table of cells says of it.
pub(crate) const CARD: Card = Card {
    name: "conv_lstm",
    title: "Convolutional LSTM (1, 2 and 3 dimensions)",
    authors: "Shi et al.",
    year: 2015,
    url: "https://arxiv.org/abs/1506.04214",
    gates: &[
        ("i", "input gate: how much of the candidate is written"),
        ("f", "forget gate: how much of each memory is kept"),
        ("c", "candidate: what could be written"),
        ("o", "output gate: how much of the memory is shown"),
    ],
    oracle: "Keras 3.15.1; with peepholes, float64 code written from the paper",
};
