//! What is expected behind a window: one value each, and quantiles where these are asked for.

use super::{
    config::{ForecastConfig, MEDIAN},
    spec::ForecastSpec,
};
use crate::{metric::Metric, tasks::prediction::Prediction};
use burn::tensor::Tensor;
use rekindle_models::distribution::scores::quantile_loss;

/// What is expected behind a window, in the units of the table.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Outlook {
    /// The forecast, `[horizon, targets]`; of quantiles the median.
    pub(super) values: Vec<f64>,
    /// The quantiles of these levels, rising, `[horizon, targets]` each.
    pub(super) quantiles: Vec<(f64, Vec<f64>)>,
}

impl ForecastSpec {
    /// What a network's outputs, `[windows, outputs]`, say behind windows whose last known targets these are: changes from them, which
    /// are added in f64, so that no digit of a large number is lost.
    pub(super) fn outlooks(
        &self,
        config: &ForecastConfig,
        outputs: Tensor<2>,
        last: &[Vec<f64>],
    ) -> Vec<Outlook> {
        let n = self.targets.len();
        let each = config.horizon * n;
        // The changes of every number, by their level.
        let changes: Vec<Vec<f64>> = match config.distribution() {
            Some(distribution) => distribution.said(outputs),
            None => {
                let outputs = outputs.into_data();
                outputs.iter::<f64>().map(|change| vec![change]).collect()
            }
        };
        let levels = &config.quantiles;
        let middle = levels
            .iter()
            .position(|&level| level == MEDIAN)
            .unwrap_or(0);
        let of = |(changes, last): (&[Vec<f64>], &Vec<f64>)| {
            let values = |place: usize| -> Vec<f64> {
                let value = |(i, change): (usize, &Vec<f64>)| {
                    last[i % n] + change[place] * self.scaler.std[self.targets[i % n]]
                };
                changes.iter().enumerate().map(value).collect()
            };
            let quantiles = levels.iter().enumerate();
            Outlook {
                values: values(middle),
                quantiles: quantiles.map(|(i, &level)| (level, values(i))).collect(),
            }
        };
        changes.chunks(each).zip(last).map(of).collect()
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

/// How quantiles do, by target.
pub(super) struct Spread {
    levels: Vec<f64>,
    /// The sum of the losses of all levels.
    losses: Vec<f64>,
    /// The values that lie between the lowest and the highest.
    within: Vec<usize>,
    rows: usize,
}

impl Spread {
    pub(super) fn new(levels: &[f64], targets: usize) -> Self {
        Spread {
            levels: levels.to_vec(),
            losses: vec![0.0; targets],
            within: vec![0; targets],
            rows: 0,
        }
    }

    /// Counts quantiles beside what came, `[horizon, targets]`.
    pub(super) fn add(&mut self, quantiles: &[(f64, Vec<f64>)], truth: &[f64]) {
        let targets = self.losses.len();
        let (Some((_, low)), Some((_, high))) = (quantiles.first(), quantiles.last()) else {
            return;
        };
        for (i, &value) in truth.iter().enumerate() {
            let losses = quantiles
                .iter()
                .map(|(level, values)| quantile_loss(*level, values[i], value));
            self.losses[i % targets] += losses.sum::<f64>();
            self.within[i % targets] += usize::from((low[i]..=high[i]).contains(&value));
        }
        self.rows += truth.len() / targets;
    }

    /// The mean loss over levels of each target, in its unit, and the share of values between the outermost quantiles, beside the share
    /// that should lie there; nothing without quantiles.
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
            [
                Metric::lower(
                    &named("quantile loss".into(), target),
                    self.losses[target] / terms,
                ),
                Metric::higher(
                    &named(format!("share within {wanted:.0} %"), target),
                    within,
                ),
            ]
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

    #[test]
    fn quantiles_are_judged_by_their_losses_and_by_what_lies_within() {
        let mut spread = Spread::new(&[0.1, 0.5, 0.9], 2);
        let quantiles = |[low, middle, high]: [[f64; 2]; 3]| {
            [
                (0.1, low.to_vec()),
                (0.5, middle.to_vec()),
                (0.9, high.to_vec()),
            ]
        };
        spread.add(
            &quantiles([[0.0, 0.0], [1.0, 1.0], [2.0, 2.0]]),
            &[1.5, 3.0],
        );
        spread.add(
            &quantiles([[0.0, 0.0], [1.0, 1.0], [2.0, 2.0]]),
            &[-1.0, 2.0],
        );
        let found = spread.metrics(&spec());
        // 2 max(l (z - q), (l - 1)(z - q)): of 1.5 they are 0.3, 0.5 and 0.1, of -1 they are 1.8, 2 and 0.6; of 3 they are 0.6, 2 and 1.8, of 2
        // they are 0.4, 1 and 0.
        let right = [
            ("quantile loss (a)", 5.3 / 6.0),
            ("share within 80 % (a)", 0.5),
            ("quantile loss (b)", 5.8 / 6.0),
            ("share within 80 % (b)", 0.5),
        ];
        for (metric, (name, value)) in found.iter().zip(right) {
            assert_eq!(metric.name, name);
            assert!((metric.value - value).abs() < 1e-12, "{metric} {value}");
        }
        assert_eq!(found.len(), right.len());
        assert!(Spread::new(&[], 2).metrics(&spec()).is_empty());
    }
}
