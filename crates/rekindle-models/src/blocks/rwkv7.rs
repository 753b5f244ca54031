//! RWKV-7's time mixing: its cell, and what the paper has about it.
//!
//! B. Peng et al.: RWKV-7 "Goose" with Expressive Dynamic State Evolution, 2025, <https://arxiv.org/abs/2503.14456>.
//!
//! ```text
//! x^p_t = x_t + μ_p * (x_{t-1} - x_t)                               what each projection reads, and the gate
//! v_t = W_v x^v_t + (v¹_t - W_v x^v_t) * σ(λ_v + B_v A_v x^v_t)     above the first block, whose values are v¹
//! y_t = norm_heads(cell) + (Σ r_t * k̃_t * ρ) v_t                    the bonus of the present step, a number a head
//! o_t = W_o (y_t * B_g σ(A_g x^g_t))
//! ```

use super::norm::HeadNorm;
use super::past::begun;
use super::shift::{Shifted, shares};
use super::state::MixerState;
use burn::module::{Initializer, Module, Param};
use burn::nn::{Linear, LinearConfig};
use burn::tensor::activation::sigmoid;
use burn::tensor::{Device, Tensor};
use rekindle::cells::{Rwkv7, Rwkv7Config};
use rekindle::{Cell, CellConfig, Inputs, Invalid, Projected, Sequence, State, width};
use serde::{Deserialize, Serialize};
use std::cell::RefCell;

/// Configuration of RWKV-7's time mixing.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TimeMixConfig {
    /// The rank of the gate's map.
    pub gate_rank: usize,
    /// The rank of the map that says how much of the first block's values is taken.
    pub value_rank: usize,
    /// The cell.
    pub cell: Rwkv7Config,
}

impl TimeMixConfig {
    /// Ranks and heads of a width as fla has them: heads of 64, where the width can be parted so.
    pub fn new(d_model: usize) -> Self {
        let rank = |factor: f64| {
            let rank = (factor * (d_model as f64).sqrt() / 32.0).round() * 32.0;
            (rank as usize).max(32).min(d_model)
        };
        let usual = Rwkv7Config::new(d_model);
        let heads = match d_model.is_multiple_of(64) {
            true => d_model / 64,
            false => usual.heads,
        };
        TimeMixConfig {
            gate_rank: rank(5.0),
            value_rank: rank(1.7),
            cell: usual.with_heads(heads).with_rank(Some(rank(2.5))),
        }
    }

    rekindle::setters! {
        gate_rank: usize,
        value_rank: usize,
        cell: Rwkv7Config,
    }

    pub(super) fn validate(&self) -> Result<(), Invalid> {
        width("gate_rank", self.gate_rank)?;
        width("value_rank", self.value_rank)?;
        self.cell.validate().map_err(|e| e.under("cell"))
    }

    /// `depth` is the block's place among all, from 0 to nearly 1.
    pub(super) fn init(
        &self,
        d_model: usize,
        epsilon: f64,
        depth: f64,
        device: &Device,
    ) -> TimeMix {
        let linear = |from, to, bias| LinearConfig::new(from, to).with_bias(bias).init(device);
        let cell = self.cell.init(d_model, device);
        let (heads, d_output) = (self.cell.heads, self.cell.d_hidden);
        let mu = |power: f64| shares(d_model, power * (1.0 - depth), device);
        let keys = cell.r.weight.dims()[1];
        TimeMix {
            mu_r: mu(0.2),
            mu_w: mu(0.9),
            mu_k: mu(0.7),
            mu_v: mu(0.7),
            mu_a: mu(0.9),
            mu_g: mu(0.2),
            values: (depth > 0.0).then(|| Narrow {
                down: linear(d_model, self.value_rank, false),
                up: linear(self.value_rank, d_output, true),
            }),
            gate: Narrow {
                down: linear(d_model, self.gate_rank, false),
                up: linear(self.gate_rank, d_output, false),
            },
            rho: Initializer::Constant { value: -0.04 }.init([keys], device),
            norm: HeadNorm::new(
                heads,
                d_output,
                true,
                epsilon * (d_output / heads) as f64,
                device,
            ),
            output: linear(d_output, d_model, false),
            cell,
            heads,
        }
    }
}

/// A map of low rank.
#[derive(Module, Debug)]
struct Narrow {
    down: Linear,
    up: Linear,
}

/// RWKV-7's time mixing.
#[derive(Module, Debug)]
pub struct TimeMix {
    mu_r: Param<Tensor<1>>,
    mu_w: Param<Tensor<1>>,
    mu_k: Param<Tensor<1>>,
    mu_v: Param<Tensor<1>>,
    mu_a: Param<Tensor<1>>,
    mu_g: Param<Tensor<1>>,
    /// How much of the first block's values is taken; none in the first.
    values: Option<Narrow>,
    gate: Narrow,
    /// `ρ`, `[heads * d_key]`
    rho: Param<Tensor<1>>,
    cell: Rwkv7,
    norm: HeadNorm,
    output: Linear,
    #[module(skip)]
    heads: usize,
}

/// What the projections of the cell read and become.
struct Mixed<'a> {
    of: &'a TimeMix,
    shifted: &'a Shifted,
    /// The values of the first block, which are those of this one where there were none before.
    first: RefCell<&'a mut Option<Tensor<3>>>,
}

impl Inputs for Mixed<'_> {
    fn read(&self, projection: &'static str) -> Tensor<3> {
        self.shifted.mixed(match projection {
            "r" => &self.of.mu_r,
            "k" => &self.of.mu_k,
            "v" => &self.of.mu_v,
            "w_down" => &self.of.mu_w,
            "a_down" => &self.of.mu_a,
            other => unreachable!("RWKV-7 has no projection {other}"),
        })
    }

    fn given(&self, projection: &'static str, y: Tensor<3>) -> Tensor<3> {
        let mut first = self.first.borrow_mut();
        match (projection, &self.of.values, &**first) {
            ("v", Some(map), Some(first)) => {
                let share = map.up.forward(map.down.forward(self.read("v")));
                y.clone() + (first.clone() - y) * sigmoid(share)
            }
            ("v", ..) => {
                **first = Some(y.clone());
                y
            }
            _ => y,
        }
    }
}

impl TimeMix {
    /// What is remembered before the first step of a batch.
    pub(super) fn initial(&self, x: &Tensor<3>) -> MixerState {
        let [batch, ..] = x.dims();
        let [d_model] = self.mu_r.dims();
        let zeros = self.cell.initial(batch, &x.device());
        MixerState {
            tails: vec![begun(x, 1, d_model)],
            states: State::into_parts(zeros.map(|state| state.cast(x.dtype()))),
        }
    }

    /// `[batch, time, d_model]` to the same shape, and what is remembered then. `first` holds the values of the first block.
    pub(super) fn forward(
        &self,
        x: &Sequence,
        state: MixerState,
        first: &mut Option<Tensor<3>>,
    ) -> (Tensor<3>, MixerState) {
        let [batch, time, _] = x.data().dims();
        let (before, states) = state.behind_one();
        let (shifted, after) = Shifted::new(x, before);
        let mixed = Mixed {
            of: self,
            shifted: &shifted,
            first: RefCell::new(first),
        };
        let vectors = self.cell.vectors(&mixed);
        // r, k̃ and v are the first three of the cell's vectors.
        let (r, k, v) = (vectors[0].clone(), vectors[1].clone(), vectors[2].clone());
        let (y, states) = self.cell.scan_vectors(vectors, x, states);
        let [.., d_key] = r.dims();
        let rho = self.rho.val().reshape([1, 1, self.heads, d_key]);
        let bonus = (r * k * rho).sum_dim(3) * v;
        let [_, _, width] = y.dims();
        let y = self.norm.forward(y) + bonus.reshape([batch, time, width]);
        let gate = sigmoid(self.gate.down.forward(shifted.mixed(&self.mu_g)));
        let y = self.output.forward(y * self.gate.up.forward(gate));
        let tails = vec![after];
        (y, MixerState { tails, states })
    }
}
