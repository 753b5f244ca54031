//! What is expected behind a window: one value each, and its distribution or quantiles where these are asked for.

use super::{
    config::{ForecastConfig, MEDIAN},
    spec::ForecastSpec,
};
use crate::{metric::Metric, tasks::prediction::Prediction};
use burn::tensor::Tensor;
use rekindle_models::distribution::{Distribution, scores::quantile_loss};

/// What is expected behind a window, in the units of the table.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Outlook {
    /// The forecast, `[horizon, targets]`; of distributions and quantiles the median.
    pub(super) values: Vec<f64>,
    /// The quantiles of these levels, rising, `[horizon, targets]` each.
    pub(super) quantiles: Vec<(f64, Vec<f64>)>,
    /// The parameters of each distribution, `[horizon, targets]`; none without such.
    pub(super) parameters: Vec<Vec<f64>>,
}

impl ForecastSpec {
    /// What a network's outputs, `[windows, outputs]`, say behind windows whose last known targets these are: changes from them, which
    /// are added in f64, so that no digit of a large number is lost; or counts.
    pub(super) fn outlooks(
        &self,
        config: &ForecastConfig,
        outputs: Tensor<2>,
        last: &[Vec<f64>],
    ) -> Vec<Outlook> {
        let n = self.targets.len();
        let each = config.horizon * n;
        let Some(said) = self.of_each(config) else {
            let outputs = outputs.into_data();
            let changes: Vec<f64> = outputs.iter::<f64>().collect();
            let of = |(changes, last): (&[f64], &Vec<f64>)| {
                let value = |(i, change): (usize, &f64)| last[i % n] + change * self.step(i % n);
                Outlook {
                    values: changes.iter().enumerate().map(value).collect(),
                    quantiles: Vec::new(),
                    parameters: Vec::new(),
                }
            };
            return changes.chunks(each).zip(last).map(of).collect();
        };
        let distribution = &said.distribution;
        let parameters = distribution.said_of(said.parameters(outputs));
        let levels = config.levels();
        let of = |(parameters, last): (&[Vec<f64>], &Vec<f64>)| {
            let moved = parameters.iter().enumerate().map(|(i, parameters)| {
                moved(distribution, parameters, last[i % n], self.step(i % n))
            });
            let parameters: Vec<Vec<f64>> = moved.collect();
            let quantile = |level: f64| -> Vec<f64> {
                let each = parameters.iter();
                each.map(|of| distribution.quantile(of, level)).collect()
            };
            let quantiles = levels.iter().map(|&level| (level, quantile(level)));
            Outlook {
                values: quantile(MEDIAN),
                quantiles: quantiles.collect(),
                parameters,
            }
        };
        parameters.chunks(each).zip(last).map(of).collect()
    }

    /// The unit of a target's changes.
    fn step(&self, target: usize) -> f64 {
        self.scaler.std[self.targets[target]]
    }

    /// What is expected, target by target.
    pub(super) fn said(&self, outlook: &Outlook) -> Vec<Prediction> {
        let n = self.targets.len();
        let of = |all: &[f64], target: usize| -> Vec<f64> {
            all.iter().copied().skip(target).step_by(n).collect()
        };
        let said = |(target, column): (usize, String)| Prediction::Values {
            column,
            values: of(&outlook.values, target),
            quantiles: outlook
                .quantiles
                .iter()
                .map(|(level, values)| (*level, of(values, target)))
                .collect(),
        };
        self.target_names()
            .into_iter()
            .enumerate()
            .map(said)
            .collect()
    }
}

/// The parameters of a value whose change from a last one, in a unit, has these; counts are no changes.
fn moved(distribution: &Distribution, parameters: &[f64], last: f64, unit: f64) -> Vec<f64> {
    let place = |change: f64| last + change * unit;
    match (distribution, parameters) {
        (Distribution::Normal, &[mean, deviation]) => vec![place(mean), deviation * unit],
        (Distribution::StudentT, &[freedom, mean, deviation]) => {
            vec![freedom, place(mean), deviation * unit]
        }
        (Distribution::NegativeBinomial, counts) => counts.to_vec(),
        (_, quantiles) => quantiles.iter().map(|&change| place(change)).collect(),
    }
}

/// How distributions and quantiles do, by target.
pub(super) struct Spread {
    levels: Vec<f64>,
    /// The distribution, where its score is a figure of its own.
    distribution: Option<Distribution>,
    /// The sum of the losses of all levels.
    losses: Vec<f64>,
    /// The sum of the scores of the distributions.
    scores: Vec<f64>,
    /// The values that lie between the lowest and the highest.
    within: Vec<usize>,
    rows: usize,
}

impl Spread {
    pub(super) fn new(config: &ForecastConfig, targets: usize) -> Self {
        Spread {
            levels: config.levels(),
            distribution: config.distribution.clone(),
            losses: vec![0.0; targets],
            scores: vec![0.0; targets],
            within: vec![0; targets],
            rows: 0,
        }
    }

    /// Counts what was expected beside what came, `[horizon, targets]`.
    pub(super) fn add(&mut self, outlook: &Outlook, truth: &[f64]) {
        let targets = self.losses.len();
        let quantiles = &outlook.quantiles;
        let (Some((_, low)), Some((_, high))) = (quantiles.first(), quantiles.last()) else {
            return;
        };
        for (i, &value) in truth.iter().enumerate() {
            let losses = quantiles
                .iter()
                .map(|(level, values)| quantile_loss(*level, values[i], value));
            self.losses[i % targets] += losses.sum::<f64>();
            self.within[i % targets] += usize::from((low[i]..=high[i]).contains(&value));
            if let Some(distribution) = &self.distribution {
                self.scores[i % targets] += distribution.crps(&outlook.parameters[i], value);
            }
        }
        self.rows += truth.len() / targets;
    }

    /// Of each target, in its unit, the mean score of distributions, the mean loss over levels, and the share of values between the outermost
    /// quantiles, beside the share that should lie there; nothing without quantiles.
    pub(super) fn metrics(&self, spec: &ForecastSpec) -> Vec<Metric> {
        let (Some(low), Some(high)) = (self.levels.first(), self.levels.last()) else {
            return Vec::new();
        };
        let targets = self.losses.len();
        let named = |figure: String, target: usize| match targets {
            1 => figure,
            _ => format!("{figure} ({})", spec.columns[spec.targets[target]]),
        };
        let terms = self.rows as f64 * self.levels.len() as f64;
        let wanted = 100.0 * (high - low);
        let of = |target: usize| {
            let within = self.within[target] as f64 / self.rows as f64;
            let score = self.scores[target] / self.rows as f64;
            let score = Metric::lower(&named("CRPS".into(), target), score);
            let scores = self.distribution.iter().map(move |_| score.clone());
            scores.chain([
                Metric::lower(
                    &named("quantile loss".into(), target),
                    self.losses[target] / terms,
                ),
                Metric::higher(
                    &named(format!("share within {wanted:.0} %"), target),
                    within,
                ),
            ])
        };
        match self.rows {
            0 => Vec::new(),
            _ => (0..targets).flat_map(of).collect(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::data::Scaler;

    fn spec() -> ForecastSpec {
        ForecastSpec {
            columns: ["a", "b"].map(String::from).to_vec(),
            targets: vec![0, 1],
            scaler: Scaler {
                mean: vec![0.0; 2],
                std: vec![1.0, 10.0],
            },
            steps: vec![1.0; 2],
            indicators: Vec::new(),
            known: Vec::new(),
            schema: None,
            spacing: None,
        }
    }

    /// A forecast of one row with these keys.
    fn config(keys: &str) -> ForecastConfig {
        toml::from_str(&format!("file = \"a.csv\"\n{keys}")).expect("keys of a forecast")
    }

    fn outlook(quantiles: [[f64; 2]; 3]) -> Outlook {
        let [low, middle, high] = quantiles.map(|values| values.to_vec());
        Outlook {
            values: middle.clone(),
            quantiles: vec![(0.1, low), (0.5, middle), (0.9, high)],
            parameters: Vec::new(),
        }
    }

    fn close(found: &[Metric], right: &[(&str, f64)]) {
        for (metric, (name, value)) in found.iter().zip(right) {
            assert_eq!(metric.name, *name);
            assert!((metric.value - value).abs() < 1e-9, "{metric} {value}");
        }
        assert_eq!(found.len(), right.len());
    }

    #[test]
    fn quantiles_are_judged_by_their_losses_and_by_what_lies_within() {
        let mut spread = Spread::new(&config("quantiles = [0.1, 0.5, 0.9]"), 2);
        let said = outlook([[0.0, 0.0], [1.0, 1.0], [2.0, 2.0]]);
        spread.add(&said, &[1.5, 3.0]);
        spread.add(&said, &[-1.0, 2.0]);
        // 2 max(l (z - q), (l - 1)(z - q)): of 1.5 they are 0.3, 0.5 and 0.1, of -1 they are 1.8, 2 and 0.6; of 3 they are 0.6, 2 and 1.8, of 2
        // they are 0.4, 1 and 0.
        let right = [
            ("quantile loss (a)", 5.3 / 6.0),
            ("share within 80 % (a)", 0.5),
            ("quantile loss (b)", 5.8 / 6.0),
            ("share within 80 % (b)", 0.5),
        ];
        close(&spread.metrics(&spec()), &right);
        let none = Spread::new(&config(""), 2).metrics(&spec());
        assert!(none.is_empty());
    }

    /// Two windows of one row and two targets: outputs are changes in units of the deviations, 1 and 10, or counts in units of the means.
    #[test]
    fn distributions_are_in_the_units_of_the_table() {
        let device = burn::tensor::Device::flex();
        // softplus(0.5413...) = 1; the least width of 1e-6 is added.
        let one = (1f64.exp() - 1.0).ln();
        let outputs = |rows: Vec<Vec<f64>>| {
            let shape = [rows.len(), rows[0].len()];
            Tensor::<2>::from_data(burn::tensor::TensorData::new(rows.concat(), shape), &device)
        };
        let spec = spec();
        let said = spec.outlooks(
            &config("distribution = \"normal\""),
            outputs(vec![vec![2.0, one, -1.0, one]]),
            &[vec![100.0, 7.0]],
        );
        // Medians 100 + 2 and 7 - 10; the quantiles of 0.1 and 0.9 lie 1.2815515655446004 deviations of 1 and 10 away.
        let away = 1.281_551_565_544_600_4;
        let right = [
            [102.0 - away, -3.0 - 10.0 * away],
            [102.0, -3.0],
            [102.0 + away, -3.0 + 10.0 * away],
        ];
        for ((level, found), (wanted, right)) in said[0]
            .quantiles
            .iter()
            .zip([0.1, 0.5, 0.9].iter().zip(right))
        {
            assert_eq!(level, wanted);
            for (found, right) in found.iter().zip(right) {
                assert!((found - right).abs() < 1e-4, "{found} {right}");
            }
        }
        assert_eq!(said[0].values, said[0].quantiles[1].1);
        // Of counts whose mean in training was 20 a mean of 20 * 1; whatever came last.
        let mut spec = spec;
        spec.scaler.mean = vec![20.0, 0.0];
        let config = config("distribution = \"negative_binomial\"");
        let said = spec.outlooks(
            &config,
            outputs(vec![vec![one, one, one, one]]),
            &[vec![3.0, 5.0]],
        );
        let parameters = &said[0].parameters;
        assert!((parameters[0][0] - 20.0).abs() < 1e-3 && (parameters[1][0] - 1.0).abs() < 1e-3);
        // A variance of 20 + 20²: geometric with p = 1/21, whose median is the least k with 1 - (20/21)^(k + 1) >= 1/2, 14.
        assert_eq!(said[0].values[0], 14.0);
    }
}
