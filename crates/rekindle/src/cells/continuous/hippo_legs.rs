//! The network with a HiPPO memory over all that was: A. Gu, T. Dao, S. Ermon, A. Rudra and C. Ré, *HiPPO: Recurrent
//! Memory with Optimal Polynomial Projections* (2020), <https://arxiv.org/abs/2008.07669>, with the scaled Legendre
//! measure, LegS.
//!
//! ```text
//! f_t = L_f (x_t; h_{t-1}) + b                              one number is written
//! c_t = Ā_k c_{t-1} + B̄_k f_t        k = t - 1              coefficients of Legendre polynomials over all steps
//! g_t = σ(W_g (x_t; c_t) + b_g)
//! h_t = (1 - g_t) * h_{t-1} + g_t * tanh(W_h (x_t; c_t) + b_h)
//! Ā_k = (1 + A / 2k)⁻¹ (1 - A / 2k)        B̄_k = (1 + A / 2k)⁻¹ B / k
//! A_ij = √(2i + 1) √(2j + 1) where i > j, i + 1 where i = j, else 0        B_i = √(2i + 1)
//! ```
//!
//! `c` is the polynomial that is nearest to what was written since the beginning, stretched as time goes by, so that no time
//! scale has to be chosen. Nothing of `Ā_k` and `B̄_k` is learned. The first step, whose `k` is 0, knows one number and
//! makes a constant of it: `c_1 = (f_1, 0, ..)`.
//!
//! The order within a step is that of the authors' code, where the gate sees the new memory; the paper's figure has `h_t`
//! from `c_{t-1}` and `f_t` from `h_t`. Their code keeps a table of `Ā_k` and `B̄_k`, and stops counting at its end, at
//! `max_length`. Here they are made when their step comes, in `N²` operations, so that no sequence is too long. Which step
//! it is, the state `t` counts, for each row. The memory is called `c`, the number written `f`, as in the paper.
//!
//! It is no set of equations of the engine, whose values all have the width of the state, and whose matrices are the same
//! at every step.

use crate::card::Card;
use crate::cell::{Cell, CellConfig, unroll};
use crate::extent::Extent;
use crate::init::Init;
use crate::invalid::{self, Invalid};
use crate::pointwise::sigmoid;
use crate::sequence::Sequence;
use burn::module::Module;
use burn::nn::Linear;
use burn::tensor::activation::tanh;
use burn::tensor::{Device, Tensor, TensorData};
use rekindle_engine::{Direction, Program};

/// The largest memory: its matrices have a million numbers a step.
const MOST: usize = 1 << 10;

/// The cell of this page, as a Burn module.
#[derive(Module, Debug)]
pub struct HippoLegs {
    /// What is written of the input, with the bias: weight `[d_input, 1]`.
    pub xf: Linear,
    /// What is written of `h`: weight `[d_hidden, 1]`.
    pub hf: Linear,
    /// What the candidate and the gate see of the input, with their biases: weight `[d_input, 2 * d_hidden]`.
    pub ih: Linear,
    /// What they see of the memory: weight `[memory, 2 * d_hidden]`.
    pub ch: Linear,
}

impl HippoLegs {
    /// The maps of the input, side by side: of the number written, of the candidate and of the gate.
    fn mapped<const D: usize>(&self, x: Tensor<D>) -> Tensor<D> {
        Tensor::cat(vec![self.xf.forward(x.clone()), self.ih.forward(x)], D - 1)
    }

    /// One step behind the maps of the input. `counts` are the steps that each row has behind it, or one number where
    /// all have as many.
    fn next(
        &self,
        x: Tensor<2>,
        [h, c, t]: [Tensor<2>; 3],
        counts: &[f64],
    ) -> (Tensor<2>, [Tensor<2>; 3]) {
        let units = self.d_output();
        let f = x.clone().narrow(1, 0, 1) + self.hf.forward(h.clone());
        let c = remembered(c, f, counts);
        let seen = x.narrow(1, 1, 2 * units) + self.ch.forward(c.clone());
        let candidate = tanh(seen.clone().narrow(1, 0, units));
        let gate = sigmoid(seen.narrow(1, units, units));
        let h = h.clone() + gate * (candidate - h);
        (h.clone(), [h, c, t + 1.0])
    }
}

/// `Ā_k c + B̄_k f`, row by row where counts differ.
fn remembered(c: Tensor<2>, f: Tensor<2>, counts: &[f64]) -> Tensor<2> {
    let order = c.dims()[1];
    let (device, dtype) = (c.device(), c.dtype());
    let matrices: Vec<f64> = counts.iter().flat_map(|&k| transition(order, k)).collect();
    let data = TensorData::new(matrices, [counts.len(), order + 1, order]).convert_dtype(dtype);
    let matrices = Tensor::<3>::from_data(data, (&device, dtype));
    let both = Tensor::cat(vec![c, f], 1);
    match counts.len() {
        1 => both.matmul(matrices.squeeze_dim(0)),
        _ => both.unsqueeze_dim::<3>(1).matmul(matrices).squeeze_dim(1),
    }
}

/// The columns of `Ā_k`, one after the other, and `B̄_k` behind them: `[order + 1, order]`.
///
/// Below its diagonal `A` is an outer product, and so forward substitution needs but the sum of what it has found.
fn transition(order: usize, k: f64) -> Vec<f64> {
    let mut rows = vec![0.0; (order + 1) * order];
    if k <= 0.0 {
        rows[order * order] = 1.0;
        return rows;
    }
    let root = |n: usize| (2.0 * n as f64 + 1.0).sqrt();
    // (1 + A / 2k) y = right, from the first place where it is not 0.
    let solve = |y: &mut [f64], first: usize, right: &dyn Fn(usize) -> f64| {
        let mut sum = 0.0;
        for (n, y) in y.iter_mut().enumerate().skip(first) {
            *y = (2.0 * k * right(n) - root(n) * sum) / (2.0 * k + n as f64 + 1.0);
            sum += root(n) * *y;
        }
    };
    let (columns, written) = rows.split_at_mut(order * order);
    for (j, column) in columns.chunks_exact_mut(order).enumerate() {
        // 1 - A / 2k is twice 1, less 1 + A / 2k.
        solve(column, j, &|n| if n == j { 2.0 } else { 0.0 });
        column[j] -= 1.0;
    }
    solve(written, 0, &|n| root(n) / k);
    rows
}

/// How many steps each row has behind it, by its state `t`; of a state that is no count, the nearest whole number.
fn counted(t: &Tensor<2>) -> Vec<f64> {
    let nearest = |t: f64| (t + 0.5).floor();
    t.to_data().iter::<f64>().map(nearest).collect()
}

/// The counts as one number, where all rows have as many.
fn joined(mut counts: Vec<f64>) -> Vec<f64> {
    if counts.iter().all(|count| *count == counts[0]) {
        counts.truncate(1);
    }
    counts
}

impl Cell for HippoLegs {
    type State = [Tensor<2>; 3];

    fn d_input(&self) -> usize {
        self.ih.weight.dims()[0]
    }

    fn d_output(&self) -> usize {
        self.hf.weight.dims()[0]
    }

    fn states(&self) -> Vec<(String, usize)> {
        let order = self.ch.weight.dims()[0];
        let named = [("h", self.d_output()), ("c", order), ("t", 1)];
        named
            .map(|(name, width)| (name.to_string(), width))
            .to_vec()
    }

    /// Neither a count nor what is remembered before the first step can be learned: that step makes its memory anew.
    fn reads(&self, state: usize) -> bool {
        state == 0
    }

    fn step(&self, x: Tensor<2>, state: Self::State) -> (Tensor<2>, Self::State) {
        let counts = joined(counted(&state[2]));
        self.next(self.mapped(x), state, &counts)
    }

    fn scan(
        &self,
        x: &Sequence,
        state: Self::State,
        direction: Direction,
    ) -> (Tensor<3>, Self::State) {
        // Read once: at every step, the host would wait for the device.
        let before = counted(&state[2]);
        let time = x.data().dims()[1];
        // In reverse, shorter rows begin later. Forward they end earlier, and what they count from then on is not kept.
        let late: Vec<usize> = match (direction, x.lengths()) {
            (Direction::Reverse, Some(lengths)) => lengths.iter().map(|n| time - n).collect(),
            _ => vec![0; before.len()],
        };
        let mut steps = 0_usize;
        let mapped = x.with(self.mapped(x.data().clone()));
        unroll(&mapped, state, direction, |x, state| {
            let rows = before.iter().zip(&late);
            let counts = rows.map(|(k, late)| k + steps.saturating_sub(*late) as f64);
            let counts = joined(counts.collect());
            steps += 1;
            self.next(x, state, &counts)
        })
    }
}

crate::config! {
    /// Configuration of [`HippoLegs`].
    pub struct HippoLegsConfig {
        /// The number of units.
        d_hidden: usize,
        /// `N`: how many coefficients describe what was written. The paper's experiments have as many as units, up to
        /// 512. In training `N²` numbers are kept a step, and as many for every row where rows are not at the same step.
        memory: usize = 64,
        /// Whether the maps of the input carry a bias.
        bias: bool = true,
        /// How the parameters begin.
        init: Init = Init::default(),
    }
}

impl CellConfig for HippoLegsConfig {
    type Cell = HippoLegs;

    fn new(d_hidden: usize) -> Self {
        Self::usual(d_hidden)
    }

    fn validate(&self) -> Result<(), Invalid> {
        invalid::width("d_hidden", self.d_hidden)?;
        match self.memory {
            1..=MOST => Ok(()),
            _ => Err(Invalid::new("memory", self.memory, "from 1 to 1024")),
        }
    }

    fn d_output(&self) -> usize {
        self.d_hidden
    }

    fn program(&self) -> Option<Program> {
        None
    }

    fn equations(&self) -> String {
        let bias = |of: &str| match self.bias {
            true => format!(" + b_{of}"),
            false => String::new(),
        };
        format!(
            "f = W_xf x{} + W_hf h\n\
             c' = A_t c + B_t f, not learned; at the first step (f, 0, ..)\n\
             n, g = W_ih x{} + W_ch c'\n\
             h' = (1 - sigmoid(g)) h + sigmoid(g) tanh(n)\n\
             t' = t + 1\n",
            bias("xf"),
            bias("ih"),
        )
    }

    fn own_scan(&self) -> Option<&'static str> {
        Some("step by step, the input mapped for all steps at once")
    }

    fn extent(&self, d_input: usize) -> Extent {
        let [d_input, units, memory] = [d_input, self.d_hidden, self.memory].map(|n| n as f64);
        Extent {
            weights: 2.0 * (d_input + memory) * units,
            recurrent: 0.0,
            state: units + memory,
            step: 3.0 * units + memory,
        }
    }

    fn forms(d_hidden: usize) -> Vec<Self> {
        let usual = Self::new(d_hidden);
        let small = HippoLegsConfig {
            memory: 5,
            bias: false,
            ..usual.clone()
        };
        vec![usual, small]
    }

    fn drawn(self, init: Init) -> Self {
        Self { init, ..self }
    }

    fn init(&self, d_input: usize, device: &Device) -> HippoLegs {
        let (units, init) = (self.d_hidden, self.init);
        let map = |weight: Tensor<2>, bias| init.map(weight, bias, units, device);
        let number = |from: usize| init.linear([from, 1], units, device);
        let pair = |from: usize| init.input([from, 2, units], device);
        HippoLegs {
            xf: map(number(d_input), self.bias),
            hf: map(number(units), false),
            ih: map(pair(d_input), self.bias),
            ch: map(pair(self.memory), false),
        }
    }
}

/// What the table of cells says of it.
pub(crate) const CARD: Card = Card {
    name: "hippo_legs",
    title: "Network with a HiPPO memory, LegS",
    authors: "Gu et al.",
    year: 2020,
    url: "https://arxiv.org/abs/2008.07669",
    gates: &[
        ("f", "what is written into the memory"),
        (
            "n",
            "candidate: what the units make of the input and the memory",
        ),
        ("g", "gate: how much of the candidate is taken"),
    ],
    oracle: "float64 code of the authors' form, with torch's solve_triangular",
};
