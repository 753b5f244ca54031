//! The real-gated linear recurrent unit of Griffin, RG-LRU: S. De, S. L. Smith, A. Fernando, A. Botev and others,
//! *Griffin: Mixing Gated Linear Recurrences with Local Attention for Efficient Language Models* (2024),
//! <https://arxiv.org/abs/2402.19427>.
//!
//! ```text
//! r_t = σ(W_a x_t + b_a)                                    recurrence gate
//! i_t = σ(W_x x_t + b_x)                                    input gate
//! log a_t = -c softplus(Λ) * r_t                            c = 8
//! h_t = a_t * h_{t-1} + √(1 - a_t²) * (i_t * x_t)
//! ```
//!
//! A diagonal, real recurrence: the gates see the input only, and the memory forgets by a rate of its own, which the
//! recurrence gate can bring near to not forgetting at all. `Λ` begins such that `a` at an open gate is uniform in
//! [0.9, 0.999]. At a gate that is all but shut `a` rounds to 1, where the root has no derivative: the authors' code bounds
//! that by 1000, and here `1 - a²` is at least as much as that takes. The gates' matrices are full, as in the paper's
//! equations; the authors' code has them block diagonal, and sets the factor of the input to 1 at the first step.

use crate::card::Card;
use burn::tensor::{Distribution, Tensor};
use rekindle_engine::{Next, Step, exp, max, sigmoid, softplus, sqrt};

/// `c`
const SHARPNESS: f64 = 8.0;
/// The least `1 - a²`: there the derivative of its root is 1000.
const LEAST: f64 = 2.5e-7;

fn rg_lru(k: &Step) -> Next {
    let h = k.state("h");
    let [r, i] = k.input(["r", "i"]).map(sigmoid);
    let log_a = -SHARPNESS * softplus(k.vector("lambda")) * r;
    let fresh = sqrt(max(1.0 - exp(2.0 * log_a), k.constant(LEAST)));
    k.next(exp(log_a) * h + fresh * (i * k.raw()))
}

crate::cell! {
    /// The cell of this page, as a Burn module.
    pub struct RgLru: 1
}

crate::cell_config! {
    /// Configuration of [`RgLru`].
    pub struct RgLruConfig: RgLru {}
    equations: |_, k| rg_lru(k);
    begin: |config, gates, device| {
        // softplus(Λ) = -ln(u) / c
        let u = Tensor::<1>::random([config.d_hidden], Distribution::Uniform(0.9, 0.999), device);
        let lambda = u.powf_scalar(-1.0 / SHARPNESS).sub_scalar(1.0).log();
        gates.with_vector("lambda", lambda)
    };
}

/// What the table of cells says of it.
pub(crate) const CARD: Card = Card {
    name: "rg_lru",
    title: "Real-gated linear recurrent unit",
    authors: "De et al.",
    year: 2024,
    url: "https://arxiv.org/abs/2402.19427",
    gates: &[
        ("r", "recurrence gate: how fast the memory fades"),
        ("i", "input gate: how much of the input is written"),
    ],
    oracle: "float64 code written from the paper",
};

#[cfg(all(test, feature = "flex"))]
mod tests {
    use super::*;
    use crate::cell::{Cell, CellConfig};
    use burn::tensor::Device;
    use rekindle_engine::Direction;

    #[test]
    fn a_gate_that_is_shut_leaves_gradients_finite() {
        let device = Device::flex().autodiff();
        let cell = RgLruConfig::new(8).init(8, &device);
        // Far beyond where the logistic function rounds to 0 and to 1.
        let signs = (0..8 * 6).map(|i| if i % 3 == 0 { 400.0 } else { -250.0 });
        let data = burn::tensor::TensorData::new(signs.collect::<Vec<f32>>(), [1, 6, 8]);
        let x = Tensor::<3>::from_data(data, &device).require_grad();
        let state = cell.initial(1, &device);
        let (y, _) = cell.scan(&x.clone().into(), state, Direction::Forward);
        let gradient = x.grad(&y.sum().backward()).expect("a gradient");
        let numbers: Vec<f32> = gradient.into_data().iter().collect();
        assert!(numbers.iter().all(|g| g.is_finite()), "{numbers:?}");
    }
}
