//! The echo state network: H. Jaeger, *The "Echo State" Approach to Analysing and Training Recurrent Neural
//! Networks* (2001), <https://www.ai.rug.nl/minds/uploads/EchoStatesTechRep.pdf>, with the leak of H. Jaeger, M.
//! Lukoševičius, D. Popovici and U. Siewert, *Optimization and Applications of Echo State Networks with
//! Leaky-Integrator Neurons* (2007), <https://doi.org/10.1016/j.neunet.2007.04.016>.
//!
//! ```text
//! x(n) = (1 - a) x(n-1) + a tanh(W^in u(n) + W x(n-1))     the reservoir: an echo of the input so far
//! y(n) = W^out x(n)                                        the readout, which is all that is trained
//! ```
//!
//! `W^in` and `W` are drawn once and stay as they are: they are stored with a model, and have no gradient. `W^in` is
//! uniform in `±input_scaling`. Of `W` a share `connectivity` is not zero, at least one number a unit, and it is
//! scaled so that its largest eigenvalue is `spectral_radius` in size: the closer to 1, the longer the echo.
//! `a` is the key `leak`. This page is the reservoir; the readout is the linear map of a network, or the one that
//! [`ridge`](crate::ridge) solves for. The state is called `h` and the input `x`, as elsewhere here.

use crate::card::Card;
use crate::gates::Gates;
use crate::invalid::{self, Invalid};
use burn::module::Param;
use burn::tensor::{Device, Distribution, Tensor};
use rekindle_engine::{Next, Step, tanh};

fn esn(k: &Step, leak: f64) -> Next {
    let h = k.state("h");
    let n = tanh(k.affine("n", h));
    match leak == 1.0 {
        true => k.next(n),
        false => k.next((1.0 - leak) * h + leak * n),
    }
}

crate::cell! {
    /// The cell of this page, as a Burn module.
    pub struct Esn: 1
}

crate::cell_config! {
    /// Configuration of [`Esn`].
    pub struct EsnConfig: Esn, bias: false {
        /// How large the largest eigenvalue of `W` is.
        spectral_radius: f64 = 0.9,
        /// `a`: the share of the state that is new at every step.
        leak: f64 = 1.0,
        /// How large the numbers of `W^in`, and of the biases, are.
        input_scaling: f64 = 1.0,
        /// The share of the numbers of `W` that are not zero.
        connectivity: f64 = 0.1,
    }
    equations: |config, k| esn(k, config.leak);
    valid: EsnConfig::check;
    begin: EsnConfig::draw;
    forms: |usual| vec![EsnConfig {
        leak: 0.3,
        spectral_radius: 1.2,
        input_scaling: 0.5,
        connectivity: 1.0,
        bias: true,
        ..usual
    }];
}

impl EsnConfig {
    fn check(&self) -> Result<(), Invalid> {
        invalid::step_size("leak", self.leak)?;
        invalid::step_size("connectivity", self.connectivity)?;
        for (key, value) in [
            ("spectral_radius", self.spectral_radius),
            ("input_scaling", self.input_scaling),
        ] {
            if !(value.is_finite() && value > 0.0) {
                return Err(Invalid::new(key, value, "a number greater than 0"));
            }
        }
        Ok(())
    }

    /// The scheme of `init` has no say in a reservoir.
    fn draw(&self, mut gates: Gates, device: &Device) -> Gates {
        let scale = Distribution::Uniform(-self.input_scaling, self.input_scaling);
        let [d_input, units] = gates.input.weight.dims();
        gates.input.weight = Param::from_tensor(Tensor::random([d_input, units], scale, device));
        let hidden = gates.hidden.as_mut().expect("a reservoir recurs");
        hidden.weight = Param::from_tensor(self.reservoir(units, device));
        for bias in [&mut gates.input.bias, &mut hidden.bias] {
            if bias.is_some() {
                *bias = Some(Param::from_tensor(Tensor::random([units], scale, device)));
            }
        }
        gates.fixed()
    }

    /// `W`, `[units, units]`.
    fn reservoir(&self, units: usize, device: &Device) -> Tensor<2> {
        let random = |from| {
            let numbers = Distribution::Uniform(from, 1.0);
            Tensor::<2>::random([units, units], numbers, device)
        };
        let chance = random(0.0);
        // The column's least, so that every unit hears another, and `W` is never nilpotent.
        let least = chance.clone().min_dim(0).clamp_min(self.connectivity);
        let silent = chance.greater(least.expand([units, units]));
        let weight = random(-1.0).mask_fill(silent, 0.0);
        let radius = spectral_radius(weight.clone());
        weight.mul_scalar(self.spectral_radius / radius)
    }
}

/// The largest size of an eigenvalue: `‖Aⁿ‖^(1/n)` for `n = 2²⁰`, found by squaring, with the norm kept apart.
fn spectral_radius(matrix: Tensor<2>) -> f64 {
    let (mut power, mut logarithm, mut share) = (matrix, 0.0, 1.0);
    for _ in 0..20 {
        let norm = power.clone().square().sum().sqrt().into_scalar::<f64>();
        if norm == 0.0 {
            return 0.0;
        }
        logarithm += norm.ln() * share;
        share /= 2.0;
        let unit = power.div_scalar(norm);
        power = unit.clone().matmul(unit);
    }
    logarithm.exp()
}

/// What the table of cells says of it.
pub(crate) const CARD: Card = Card {
    name: "esn",
    title: "Echo state network",
    authors: "Jaeger; Jaeger et al.",
    year: 2007,
    url: "https://doi.org/10.1016/j.neunet.2007.04.016",
    gates: &[(
        "n",
        "what a unit of the reservoir makes of the input and of the others",
    )],
    oracle: "float64 code written from the paper",
};
