//! The convolutional GRU: N. Ballas, L. Yao, C. Pal and A. Courville, *Delving Deeper into Convolutional
//! Networks for Learning Video Representations* (2015), <https://arxiv.org/abs/1511.06432>.
//!
//! ```text
//! z_t = σ(W_z * x_t + U_z * h_{t-1})                   update gate: how much of the candidate is taken
//! r_t = σ(W_r * x_t + U_r * h_{t-1})                   reset gate: how much of the memory the candidate sees
//! h̃_t = tanh(W * x_t + U * (r_t ⊙ h_{t-1}))            candidate: what could replace the memory
//! h_t = (1 - z_t) h_{t-1} + z_t h̃_t                    the memory and the output, one and the same
//! ```
//!
//! `*` is a convolution over a line, a plane or a volume, with stride 1 and zeros beyond the border; pictures
//! are `[channels * points]` with the channels first, and the state has `d_hidden` channels. Here `z` takes the
//! new, where [`Gru`](crate::cells::Gru)'s keeps the old. Every gate has a bias, which the paper leaves out of its
//! equations. The candidate is called `n`; blocks are stacked z, r, n.
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
use burn::module::Module;
use burn::tensor::{Device, Tensor};
use rekindle_engine::{Direction, Program};

const EQUATIONS: &str = "\
z = sigmoid(W_z * x + U_z * h + b_z)
r = sigmoid(W_r * x + U_r * h + b_r)
n = tanh(W_n * x + U_n * (r h) + b_n)
h' = (1 - z) h + z n
* is a convolution over space; x is [channels * points], the state is [d_hidden * points]
";

/// The cell of this page, as a Burn module.
#[derive(Module, Debug)]
pub struct ConvGru {
    /// `W` and `b`, blocks z, r, n: weight `[3 * d_hidden, channels, kernel, ..]`.
    pub ih: Convolution,
    /// `U_z` and `U_r`: weight `[2 * d_hidden, d_hidden, kernel, ..]`.
    pub hh: Convolution,
    /// `U`, of the candidate: weight `[d_hidden, d_hidden, kernel, ..]`.
    pub hn: Convolution,
    d_hidden: usize,
    #[module(skip)]
    space: Vec<usize>,
}

impl ConvGru {
    /// One step behind the convolution of the input, `a`.
    fn next(&self, a: Tensor<2>, [h]: [Tensor<2>; 1]) -> (Tensor<2>, [Tensor<2>; 1]) {
        let width = h.dims()[1];
        let of = |t: &Tensor<2>, n: usize| t.clone().narrow(1, n * width, width);
        let u = self.hh.forward(h.clone(), &self.space);
        let z = sigmoid(of(&a, 0) + of(&u, 0));
        let r = sigmoid(of(&a, 1) + of(&u, 1));
        let n = of(&a, 2) + self.hn.forward(r * h.clone(), &self.space);
        let h = h.clone() + z * (n.tanh() - h);
        (h.clone(), [h])
    }
}

impl Cell for ConvGru {
    type State = [Tensor<2>; 1];

    fn d_input(&self) -> usize {
        self.ih.channels() * points(&self.space)
    }

    fn d_output(&self) -> usize {
        self.d_hidden * points(&self.space)
    }

    fn states(&self) -> Vec<(String, usize)> {
        vec![("h".to_string(), self.d_output())]
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
        let a = self.ih.over_time(x, &self.space);
        unroll(&a, state, direction, |a, state| self.next(a, state))
    }
}

crate::config! {
    /// Configuration of [`ConvGru`].
    pub struct ConvGruConfig {
        /// The number of channels of the state, at every point.
        d_hidden: usize,
        /// The points in each of one to three dimensions: `[height, width]`. Their product divides the width of
        /// the input; what is left are its channels. By default a single point.
        space: Vec<usize> = vec![1],
        /// The width of the kernels in every dimension, an odd number.
        kernel: usize = 3,
        /// Whether the convolution of the input carries a bias.
        bias: bool = true,
        /// How the parameters begin.
        init: Init = Init::default(),
    }
}

impl CellConfig for ConvGruConfig {
    type Cell = ConvGru;

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
        let line = ConvGruConfig {
            space: vec![3],
            bias: false,
            ..usual.clone()
        };
        let point = |space: &[usize]| ConvGruConfig {
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

    fn init(&self, d_input: usize, device: &Device) -> ConvGru {
        let shape = Shape {
            d_input,
            d_hidden: self.d_hidden,
            space: &self.space,
            kernel: self.kernel,
        };
        ConvGru {
            ih: Convolution::input(&shape.input(3), self.bias, self.init, device),
            hh: Convolution::hidden(&shape.hidden(2), self.init, device),
            hn: Convolution::hidden(&shape.hidden(1), self.init, device),
            d_hidden: self.d_hidden,
            space: self.space.clone(),
        }
    }
}

/// What the table of cells says of it.
pub(crate) const CARD: Card = Card {
    name: "conv_gru",
    title: "Convolutional GRU (1, 2 and 3 dimensions)",
    authors: "Ballas et al.",
    year: 2015,
    url: "https://arxiv.org/abs/1511.06432",
    gates: &[
        ("z", "update gate: how much of the candidate is taken"),
        ("r", "reset gate: how much of the memory the candidate sees"),
        ("n", "candidate: what could replace the memory"),
    ],
    oracle: "float64 code written from the paper",
};
