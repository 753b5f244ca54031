//! Quantiles of a distribution, and its score beside a number.

use super::Distribution;
use super::sample::between;
use super::scores::quantile_loss;
use special::{Beta, Error};
use std::f64::consts::{PI, SQRT_2};

/// The levels outside of which counts are not added up.
const TAILS: [f64; 2] = [1e-12, 1.0 - 1e-12];

/// How many counts are added up at most; of more, so many levels of their quantiles are.
const COUNTS: f64 = 16384.0;
const LEVELS: usize = 1000;

impl Distribution {
    /// The quantile of a level between 0 and 1, of parameters as [`said`](Distribution::said) gives them; of quantiles by a straight line
    /// between each and the next, beyond the outermost those themselves. NaN where a parameter is no finite number.
    ///
    /// # Panics
    ///
    /// If they are not this distribution's.
    pub fn quantile(&self, parameters: &[f64], level: f64) -> f64 {
        if parameters.iter().any(|parameter| !parameter.is_finite()) {
            return f64::NAN;
        }
        match (self, parameters) {
            (Distribution::Normal, &[mean, deviation]) => {
                mean + deviation * SQRT_2 * (2.0 * level - 1.0).inv_error()
            }
            (Distribution::StudentT, &[freedom, mean, deviation]) => {
                mean + deviation * student_quantile(freedom, level)
            }
            (Distribution::NegativeBinomial, &[mean, alpha]) => {
                Counts::new(mean, alpha).quantile(level)
            }
            (Distribution::Quantiles(levels), quantiles) => {
                assert_eq!(levels.len(), quantiles.len(), "a quantile a level");
                between(levels, quantiles, level)
            }
            _ => panic!("{} parameters are not those of {self:?}", parameters.len()),
        }
    }

    /// The continuous ranked probability score beside a number, `∫ (F(x) - [z ≤ x])² dx`, in its unit (Gneiting & Raftery 2007): less is
    /// better. Of normal and Student's t distributions in closed form (Jordan, Krüger & Lerch 2019, <https://arxiv.org/abs/1709.04743>), of
    /// counts their sum, of quantiles the mean of their losses. NaN where a parameter is no finite number.
    ///
    /// # Panics
    ///
    /// If the parameters are not this distribution's.
    pub fn crps(&self, parameters: &[f64], number: f64) -> f64 {
        if parameters.iter().any(|parameter| !parameter.is_finite()) {
            return f64::NAN;
        }
        match (self, parameters) {
            (Distribution::Normal, &[mean, deviation]) => {
                let z = (number - mean) / deviation;
                let density = (-z * z / 2.0).exp() / (2.0 * PI).sqrt();
                let spread = PI.sqrt().recip();
                deviation * (z * (z / SQRT_2).error() + 2.0 * density - spread)
            }
            (Distribution::StudentT, &[freedom, mean, deviation]) => {
                let z = (number - mean) / deviation;
                let halves = 0.5f64.ln_beta(freedom / 2.0);
                let tail = (freedom + 1.0) / 2.0 * (z * z / freedom).ln_1p();
                let density = (-tail - halves).exp() / freedom.sqrt();
                let density = 2.0 * density * (freedom + z * z) / (freedom - 1.0);
                let ratio = 0.5f64.ln_beta(freedom - 0.5) - 2.0 * halves;
                let spread = 2.0 * freedom.sqrt() / (freedom - 1.0) * ratio.exp();
                deviation * (z * (2.0 * student(freedom, z) - 1.0) + density - spread)
            }
            (Distribution::NegativeBinomial, &[mean, alpha]) => {
                Counts::new(mean, alpha).score(number)
            }
            (Distribution::Quantiles(levels), quantiles) => {
                let losses = levels.iter().zip(quantiles);
                let losses =
                    losses.map(|(&level, &quantile)| quantile_loss(level, quantile, number));
                losses.sum::<f64>() / levels.len() as f64
            }
            _ => panic!("{} parameters are not those of {self:?}", parameters.len()),
        }
    }
}

/// The cumulative function of Student's t distribution.
fn student(freedom: f64, t: f64) -> f64 {
    let inside = freedom / (freedom + t * t);
    let tail = inside.inc_beta(freedom / 2.0, 0.5, (freedom / 2.0).ln_beta(0.5)) / 2.0;
    if t > 0.0 { 1.0 - tail } else { tail }
}

/// Its inverse.
fn student_quantile(freedom: f64, level: f64) -> f64 {
    let tail = 2.0 * level.min(1.0 - level);
    let inside = tail.inv_inc_beta(freedom / 2.0, 0.5, (freedom / 2.0).ln_beta(0.5));
    let t = (freedom * (1.0 - inside) / inside).sqrt();
    if level < 0.5 { -t } else { t }
}

/// A negative binomial distribution, of the variance `μ + α μ²`: `Γ(k + r) / (k! Γ(r)) p^r (1 - p)^k`, `r = 1 / α`, `p = r / (r + μ)`.
struct Counts {
    r: f64,
    p: f64,
}

impl Counts {
    fn new(mean: f64, alpha: f64) -> Self {
        let r = alpha.recip();
        Counts {
            r,
            p: r / (r + mean),
        }
    }

    /// The probability of a count.
    fn density(&self, k: f64) -> f64 {
        let Counts { r, p } = *self;
        let ways = -(k + 1.0).ln_beta(r) - (k + r).ln();
        (ways + r * p.ln() + k * (-p).ln_1p()).exp()
    }

    /// That of no more than a count.
    fn up_to(&self, k: f64) -> f64 {
        let Counts { r, p } = *self;
        p.inc_beta(r, k + 1.0, r.ln_beta(k + 1.0))
    }

    /// The least count that is reached with so much probability.
    fn quantile(&self, level: f64) -> f64 {
        let (mut low, mut high) = (-1.0, 0.0);
        while self.up_to(high) < level && high < f64::MAX / 4.0 {
            (low, high) = (high, 2.0 * high + 1.0);
        }
        // Between two numbers of 2^53 and more, f64 has none.
        while high - low > 1.0 + high * f64::EPSILON {
            let middle = low + ((high - low) / 2.0).floor();
            match self.up_to(middle) < level {
                true => low = middle,
                false => high = middle,
            }
        }
        high
    }

    /// `Σ_k (F(k) - [z ≤ k])²`, from the lower tail to the upper one, and beyond these to the number.
    fn score(&self, number: f64) -> f64 {
        let [low, high] = TAILS.map(|level| self.quantile(level));
        if high - low > COUNTS {
            let of = |at: usize| {
                let level = (at as f64 + 0.5) / LEVELS as f64;
                quantile_loss(level, self.quantile(level), number)
            };
            return (0..LEVELS).map(of).sum::<f64>() / LEVELS as f64;
        }
        let mut sum = (low - number).max(0.0) + (number - (high + 1.0)).max(0.0);
        let (mut density, mut below) = (self.density(low), self.up_to(low));
        let mut k = low;
        while k <= high {
            let is_reached = f64::from(u8::from(number <= k));
            sum += (below - is_reached).powi(2);
            density *= (k + self.r) / (k + 1.0) * (1.0 - self.p);
            below += density;
            k += 1.0;
        }
        sum
    }
}
