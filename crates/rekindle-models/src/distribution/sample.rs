//! Drawing numbers.

use super::Distribution;
use rand::Rng;
use rand::distr::StandardUniform;
use rand_distr::{Distribution as _, Gamma, Poisson, StandardNormal, StudentT};

impl Distribution {
    /// A number drawn from a distribution of these parameters, as [`said`](Distribution::said) gives them: of quantiles by a straight
    /// line between each and the next, beyond the outermost those themselves. Where a parameter is no finite number, as those of a
    /// network are whose training failed, what is drawn is NaN.
    ///
    /// # Panics
    ///
    /// If they are not this distribution's.
    pub fn sample<R: Rng + ?Sized>(&self, parameters: &[f64], random: &mut R) -> f64 {
        if parameters.iter().any(|parameter| !parameter.is_finite()) {
            return f64::NAN;
        }
        match (self, parameters) {
            (Distribution::Normal, &[mean, deviation]) => {
                let normal: f64 = StandardNormal.sample(random);
                mean + deviation * normal
            }
            (Distribution::StudentT, &[freedom, mean, deviation]) => {
                let t = StudentT::new(freedom).expect("a positive number of degrees");
                mean + deviation * t.sample(random)
            }
            (Distribution::NegativeBinomial, &[mean, alpha]) => {
                // Counts of a Poisson process whose rate is drawn from a gamma distribution.
                let rate = Gamma::new(1.0 / alpha, mean * alpha).expect("positive parameters");
                let rate = rate.sample(random);
                match Poisson::new(rate) {
                    Ok(counts) => counts.sample(random),
                    // A rate that rounds to zero, or one beyond 1e19, of which the spread is below f64's digits.
                    Err(_) => rate,
                }
            }
            (Distribution::Quantiles(levels), quantiles) => {
                assert_eq!(levels.len(), quantiles.len(), "a quantile a level");
                between(levels, quantiles, StandardUniform.sample(random))
            }
            _ => panic!("{} parameters are not those of {self:?}", parameters.len()),
        }
    }
}

/// The number at a level, by a straight line between the two levels about it.
pub(super) fn between(levels: &[f64], quantiles: &[f64], level: f64) -> f64 {
    let above = levels.partition_point(|&l| l < level);
    if above == 0 {
        return quantiles[0];
    }
    if above == levels.len() {
        return quantiles[above - 1];
    }
    let share = (level - levels[above - 1]) / (levels[above] - levels[above - 1]);
    quantiles[above - 1] + share * (quantiles[above] - quantiles[above - 1])
}

#[cfg(test)]
mod tests {
    use super::*;
    use rand::SeedableRng;
    use rand_chacha::ChaCha8Rng;

    /// Mean and variance of many numbers.
    fn moments(distribution: &Distribution, parameters: &[f64]) -> [f64; 2] {
        let mut random = ChaCha8Rng::seed_from_u64(1);
        let count = 200_000;
        let drawn: Vec<f64> = (0..count)
            .map(|_| distribution.sample(parameters, &mut random))
            .collect();
        let mean = drawn.iter().sum::<f64>() / count as f64;
        let variance = drawn.iter().map(|z| (z - mean).powi(2)).sum::<f64>() / count as f64;
        [mean, variance]
    }

    #[test]
    fn what_is_no_number_gives_none() {
        let mut random = ChaCha8Rng::seed_from_u64(1);
        let quantiles = Distribution::Quantiles(vec![0.1, 0.9]);
        let cases = [
            (Distribution::Normal, 2),
            (Distribution::StudentT, 3),
            (Distribution::NegativeBinomial, 2),
            (quantiles, 2),
        ];
        for (distribution, count) in cases {
            for (place, wrong) in (0..count).flat_map(|p| [(p, f64::NAN), (p, f64::INFINITY)]) {
                let mut parameters = vec![1.0; count];
                parameters[place] = wrong;
                assert!(distribution.sample(&parameters, &mut random).is_nan());
            }
        }
        // The mean of a rate of 1e30 whose shape is 1e6: a thousandth of it about that.
        let many = Distribution::NegativeBinomial.sample(&[1e30, 1e-6], &mut random);
        assert!((many / 1e30 - 1.0).abs() < 0.01, "{many}");
    }

    #[test]
    fn moments_of_what_is_drawn_are_those_of_the_distribution() {
        // Of Student's t: σ² ν / (ν - 2). Of counts: μ + α μ². Of a line from 0 to 1 with an eighth at each end: 1/2, and
        // (1/2)² / 4 + ∫ from 1/8 to 7/8.
        let line = Distribution::Quantiles(vec![0.125, 0.875]);
        let inner: f64 = 0.75 / 12.0;
        let cases = [
            (Distribution::Normal, vec![1.5, 2.0], [1.5, 4.0]),
            (
                Distribution::StudentT,
                vec![8.0, -1.0, 1.5],
                [-1.0, 2.25 * 8.0 / 6.0],
            ),
            (
                Distribution::NegativeBinomial,
                vec![3.0, 0.5],
                [3.0, 3.0 + 4.5],
            ),
            (line, vec![0.0, 1.0], [0.5, 0.25 * 0.25 + inner]),
        ];
        for (distribution, parameters, right) in cases {
            let found = moments(&distribution, &parameters);
            for (found, right) in found.into_iter().zip(right) {
                let close = (found - right).abs() < 0.03 * right.abs();
                assert!(close, "{distribution:?}: {found} for {right}");
            }
        }
    }
}
