//! Distributions in place of numbers: what a network says of a number, and how sure it is.
//!
//! D. Salinas, V. Flunkert, J. Gasthaus, T. Januschowski: DeepAR: probabilistic forecasting with autoregressive recurrent networks,
//! International Journal of Forecasting 2020, <https://arxiv.org/abs/1704.04110>; quantiles: R. Wen et al., 2017,
//! <https://arxiv.org/abs/1711.11053>, here as sums of positive steps, so that none crosses another.
//!
//! ```text
//! normal              μ = o_1,  σ = softplus(o_2)
//! student_t           ν = 2 + softplus(o_1),  μ = o_2,  σ = softplus(o_3)                    heavy tails
//! negative_binomial   μ = softplus(o_1),  α = softplus(o_2),  variance μ + α μ²             counts
//! quantiles           q_1 = o_1,  q_k = q_{k-1} + softplus(o_k)                             loss: Σ_k 2 max(l_k (z - q_k), (l_k - 1)(z - q_k))
//! ```

mod gamma;
mod quantile;
mod sample;
pub mod scores;

use burn::tensor::activation::softplus;
use burn::tensor::{Tensor, TensorData};
use gamma::ln_gamma_ratio;
use rekindle::Invalid;
use serde::{Deserialize, Serialize};

/// What a network says of each number.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Distribution {
    /// A normal distribution.
    Normal,
    /// Student's t distribution, of more than two degrees of freedom, so that it has a variance.
    StudentT,
    /// A negative binomial distribution, of counts.
    NegativeBinomial,
    /// Quantiles of these levels, which rise.
    Quantiles(Vec<f64>),
}

/// The least width of a distribution: a narrower one is a number, whose density no type holds.
const LEAST: f64 = 1e-6;

impl Distribution {
    /// Checks the levels of quantiles.
    ///
    /// # Errors
    ///
    /// If there is none, one is not between 0 and 1, or they do not rise.
    pub fn validate(&self) -> Result<(), Invalid> {
        let Distribution::Quantiles(levels) = self else {
            return Ok(());
        };
        let inside = levels.iter().all(|&level| level > 0.0 && level < 1.0);
        let rise = levels.windows(2).all(|two| two[0] < two[1]);
        match inside && rise && !levels.is_empty() {
            true => Ok(()),
            false => {
                let expected = "at least one level between 0 and 1, each larger than the one before: [0.1, 0.5, 0.9]";
                Err(Invalid::new("quantiles", format!("{levels:?}"), expected))
            }
        }
    }

    /// How many outputs a number takes.
    pub fn outputs(&self) -> usize {
        match self {
            Distribution::Normal | Distribution::NegativeBinomial => 2,
            Distribution::StudentT => 3,
            Distribution::Quantiles(levels) => levels.len(),
        }
    }

    /// Checks that numbers can be what such a distribution gives.
    ///
    /// # Errors
    ///
    /// If a count is below zero or not whole; the message has its place.
    pub fn takes(&self, numbers: &[f32]) -> Result<(), Untaken> {
        if *self != Distribution::NegativeBinomial {
            return Ok(());
        }
        let count = |number: f32| number >= 0.0 && number.fract() == 0.0;
        match numbers.iter().position(|&number| !count(number)) {
            None => Ok(()),
            Some(place) => Err(Untaken {
                place,
                number: numbers[place],
            }),
        }
    }

    /// The parameters that outputs stand for: `[rows, numbers * outputs]` becomes `[rows, numbers]` for each of them, in the order
    /// of the page.
    ///
    /// # Panics
    ///
    /// If there are not as many outputs for every number.
    pub fn parameters(&self, outputs: Tensor<2>) -> Vec<Tensor<2>> {
        let [rows, width] = outputs.dims();
        let each = self.outputs();
        assert!(
            width.is_multiple_of(each),
            "{width} outputs are no {each} for every number"
        );
        let outputs = outputs.reshape([rows, width / each, each]);
        let output =
            |place: usize| -> Tensor<2> { outputs.clone().narrow(2, place, 1).squeeze_dim(2) };
        let positive = |place: usize| softplus(output(place), 1.0) + LEAST;
        match self {
            Distribution::Normal => vec![output(0), positive(1)],
            Distribution::StudentT => vec![positive(0) + 2.0, output(1), positive(2)],
            Distribution::NegativeBinomial => vec![positive(0), positive(1)],
            Distribution::Quantiles(levels) => {
                let mut quantiles = vec![output(0)];
                for place in 1..levels.len() {
                    let below = quantiles[place - 1].clone();
                    quantiles.push(below + softplus(output(place), 1.0));
                }
                quantiles
            }
        }
    }

    /// The loss of each number, `[rows, numbers]`: `-log p(z)`, or of quantiles the sum of their losses.
    ///
    /// # Panics
    ///
    /// If there are not as many outputs for every number.
    pub fn losses(&self, outputs: Tensor<2>, numbers: Tensor<2>) -> Tensor<2> {
        self.losses_of(self.parameters(outputs), numbers)
    }

    /// The same of parameters, as [`parameters`](Distribution::parameters) gives them.
    ///
    /// # Panics
    ///
    /// If they are not this distribution's.
    pub fn losses_of(&self, parameters: Vec<Tensor<2>>, numbers: Tensor<2>) -> Tensor<2> {
        let z = numbers;
        match (self, parameters.as_slice()) {
            (Distribution::Normal, [mean, deviation]) => {
                let apart = (z - mean.clone()) / deviation.clone();
                let density = apart.powi_scalar(2).mul_scalar(0.5) + deviation.clone().log();
                density + 0.5 * std::f64::consts::TAU.ln()
            }
            (Distribution::StudentT, [freedom, mean, deviation]) => {
                let apart = ((z - mean.clone()) / deviation.clone()).powi_scalar(2);
                let half = freedom.clone().mul_scalar(0.5);
                let tail = (half.clone() + 0.5) * (apart / freedom.clone()).log1p();
                let ratio = ln_gamma_ratio(half, Tensor::full_like(freedom, 0.5));
                let scale = deviation.clone().log() + freedom.clone().log().mul_scalar(0.5);
                tail + scale - ratio + 0.5 * std::f64::consts::PI.ln()
            }
            (Distribution::NegativeBinomial, [mean, alpha]) => {
                let r = alpha.clone().recip();
                let one = Tensor::ones_like(&z);
                let ways = ln_gamma_ratio(one, z.clone()) - ln_gamma_ratio(r.clone(), z.clone());
                let share = (mean.clone() * alpha.clone()).log1p();
                let counts = z * ((r.clone() + mean.clone()).log() - mean.clone().log());
                ways + r * share + counts
            }
            (Distribution::Quantiles(levels), quantiles) => {
                let losses = levels.iter().zip(quantiles).map(|(&level, quantile)| {
                    let above = z.clone() - quantile.clone();
                    let (up, down) = (above.clone() * level, above * (level - 1.0));
                    up.max_pair(down).mul_scalar(2.0)
                });
                losses
                    .reduce(|sum, loss| sum + loss)
                    .expect("at least one level")
            }
            _ => unreachable!("a distribution has its parameters"),
        }
    }

    /// The mean loss, a single number.
    ///
    /// # Panics
    ///
    /// If there are not as many outputs for every number.
    pub fn loss(&self, outputs: Tensor<2>, numbers: Tensor<2>) -> Tensor<1> {
        self.losses(outputs, numbers).mean()
    }

    /// The parameters of every number on the host, number by number.
    pub fn said(&self, outputs: Tensor<2>) -> Vec<Vec<f64>> {
        self.said_of(self.parameters(outputs))
    }

    /// The same of parameters, as [`parameters`](Distribution::parameters) gives them.
    pub fn said_of(&self, parameters: Vec<Tensor<2>>) -> Vec<Vec<f64>> {
        let parameters = parameters.into_iter();
        let data: Vec<TensorData> = parameters.map(Tensor::into_data).collect();
        let each: Vec<Vec<f64>> = data
            .iter()
            .map(|data| data.iter::<f64>().collect())
            .collect();
        (0..each[0].len())
            .map(|number| each.iter().map(|parameter| parameter[number]).collect())
            .collect()
    }
}

/// A number that a distribution of counts never gives.
#[derive(Clone, Debug, PartialEq)]
pub struct Untaken {
    /// Its place among those that were checked.
    pub place: usize,
    /// The number.
    pub number: f32,
}

impl std::fmt::Display for Untaken {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(
            f,
            "{} is no count, and a negative binomial distribution gives counts only; choose normal or student_t",
            self.number
        )
    }
}

impl std::error::Error for Untaken {}
