//! The time mixing of RWKV-4: B. Peng et al., *RWKV: Reinventing RNNs for the Transformer Era* (2023),
//! <https://arxiv.org/abs/2305.13048>.
//!
//! ```text
//! r_t = W_r (μ_r * x_t + (1 - μ_r) * x_{t-1})               receptance, a gate
//! k_t = W_k (μ_k * x_t + (1 - μ_k) * x_{t-1})               keys: how much the input counts
//! v_t = W_v (μ_v * x_t + (1 - μ_v) * x_{t-1})               values
//! a_t = e^{-w} * a_{t-1} + e^{k_t} * v_t                    fading sum of the values
//! b_t = e^{-w} * b_{t-1} + e^{k_t}                          fading sum of their weights
//! wkv_t = (a_{t-1} + e^{u + k_t} * v_t) / (b_{t-1} + e^{u + k_t})
//! o_t = W_o (σ(r_t) * wkv_t)                                the output
//! ```
//!
//! No exponential is ever taken of a large number: `a` and `b` are stored divided by `e^m`, where the
//! state `m` is the largest exponent in them, as in the appendix of the paper. `w = e^{decay}`.
//! Inputs are as wide as the memory in the paper; here they are mapped to that width by the one
//! block of the input, `e`, and `e = 1` is the paper's cell. The last input is the state `p`. `μ`, `u`
//! and `w` begin as those of the first layer of the authors' networks.

use crate::card::Card;
use crate::fading::Average;
use burn::tensor::Tensor;
use rekindle_engine::{Next, Step, exp, sigmoid};

fn rwkv4(k: &Step) -> Next {
    let [_o, p, a, b, m] = k.state(["o", "p", "a", "b", "m"]);
    let x = k.plain_input("e");
    let [u, decay] = k.vector(["u", "decay"]);
    let [r, key, v] = ["r", "k", "v"].map(|block| {
        let mu = k.vector(format!("mu_{block}").as_str());
        k.plain_hidden(block, mu * x + (1.0 - mu) * p)
    });
    let past = Average::stored([a, b, m]);
    let wkv = past.with(u + key, v).value();
    let next = past.scaled(-exp(decay)).with(key, v);
    let o = k.plain_hidden("o", sigmoid(r) * wkv);
    k.next([o, x, next.sum, next.weight, next.most])
}

crate::cell! {
    /// The cell of this page, as a Burn module.
    pub struct Rwkv4: 5
}

crate::cell_config! {
    /// Configuration of [`Rwkv4`]. None of its products has a bias.
    pub struct Rwkv4Config: Rwkv4 {}
    equations: |_, k| rwkv4(k);
    begin: |config, gates, device| {
        let units = config.d_hidden;
        let vector = |value: &dyn Fn(usize) -> f64| {
            let values: Vec<f64> = (0..units).map(value).collect();
            Tensor::from_data(values.as_slice(), device)
        };
        let share = |unit: usize, of: usize| unit as f64 / of.max(1) as f64;
        let mu = vector(&|unit| share(unit, units));
        gates
            .with_vector("u", vector(&|unit| 0.3_f64.ln() + 0.5 * (((unit + 1) % 3) as f64 - 1.0)))
            .with_vector("decay", vector(&|unit| 8.0 * share(unit, units - 1).powf(0.7) - 5.0))
            .with_vector("mu_r", mu.clone().sqrt())
            .with_vector("mu_k", mu.clone())
            .with_vector("mu_v", mu)
    };
}

/// What the table of cells says of it.
pub(crate) const CARD: Card = Card {
    name: "rwkv4",
    title: "Time mixing of RWKV-4",
    authors: "Peng et al.",
    year: 2023,
    url: "https://arxiv.org/abs/2305.13048",
    gates: &[("e", "the input, as wide as the memory")],
    oracle: "float64 code written from the paper",
};
