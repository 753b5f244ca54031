//! How forecasts are judged: by each target in its unit, and by all of them without one.

use super::spec::ForecastSpec;
use crate::{
    data::{message::listed, number::stored},
    metric::{Evaluation, Metric},
};

/// The mean absolute change of each target over the training rows: from row to row, or over a season that is shorter than
/// they are. It is the error of a forecast that learns nothing, on the rows that are learned from (Hyndman & Koehler,
/// *Another look at measures of forecast accuracy*, 2006).
/// Those of several series are taken together, each within itself.
pub(super) fn steps(
    train: &[&[f64]],
    columns: usize,
    targets: &[usize],
    season: usize,
) -> Vec<f64> {
    let longest = train.iter().map(|own| own.len() / columns).max();
    let back = match (1..longest.unwrap_or(0)).contains(&season) {
        true => season,
        false => 1,
    };
    let step = |&target: &usize| {
        let changes = train.iter().flat_map(|own| {
            let value = move |row: usize| own[row * columns + target];
            let rows = back..own.len() / columns;
            rows.map(move |row| (value(row) - value(row - back)).abs())
        });
        // Those from or to a missing value are not known.
        let known = changes.filter(|change| !change.is_nan());
        let (sum, count) = known.fold((0.0, 0_usize), |(sum, n), change| (sum + change, n + 1));
        stored(sum / count.max(1) as f64)
    };
    targets.iter().map(step).collect()
}

/// The errors of forecasts, by target.
pub(super) struct Errors {
    absolute: Vec<f64>,
    /// The root of the sum of their squares, which themselves may be too small or too large for a number.
    lengths: Vec<f64>,
    /// The rows that were forecast.
    rows: usize,
}

impl Errors {
    pub(super) fn new(targets: usize) -> Self {
        Errors {
            absolute: vec![0.0; targets],
            lengths: vec![0.0; targets],
            rows: 0,
        }
    }

    /// Counts a forecast beside what came, `[horizon, targets]` each.
    pub(super) fn add(&mut self, forecast: &[f64], truth: &[f64]) {
        let targets = self.absolute.len();
        for (i, (f, t)) in forecast.iter().zip(truth).enumerate() {
            self.absolute[i % targets] += (f - t).abs();
            let length = &mut self.lengths[i % targets];
            *length = length.hypot(f - t);
        }
        self.rows += truth.len() / targets;
    }

    /// Mean absolute and root mean squared error of each target, in its unit; and the mean over the targets of the first as
    /// a share of what the target changes by. The latter is comparable across units, so where there are several targets it
    /// stands first. The loss is the mean of the squares of the scaled errors. `None` where nothing was forecast.
    pub(super) fn evaluation(&self, spec: &ForecastSpec) -> Option<Evaluation> {
        let targets = self.absolute.len();
        let rows = self.rows as f64;
        let named = |figure: &str, target: usize| match targets {
            1 => figure.to_string(),
            _ => format!("{figure} ({})", spec.columns[spec.targets[target]]),
        };
        let of = |target: usize| {
            [
                Metric::lower(&named("MAE", target), self.absolute[target] / rows),
                Metric::lower(&named("RMSE", target), self.lengths[target] / rows.sqrt()),
            ]
        };
        let shares = self.absolute.iter().zip(&spec.steps);
        let shares = shares.filter(|(_, step)| **step > 0.0);
        let shares: Vec<f64> = shares.map(|(sum, step)| sum / rows / step).collect();
        let mut metrics: Vec<Metric> = (0..targets).flat_map(of).collect();
        if !shares.is_empty() {
            let mase = shares.iter().sum::<f64>() / shares.len() as f64;
            let place = if targets == 1 { metrics.len() } else { 0 };
            metrics.insert(place, Metric::lower("MASE", mase));
        }
        let scaled = |target: usize| {
            (self.lengths[target] / spec.scaler.std[spec.targets[target]]).powi(2) / rows
        };
        let loss = (0..targets).map(scaled).sum::<f64>() / targets as f64;
        (self.rows > 0).then_some(Evaluation { metrics, loss })
    }
}

impl ForecastSpec {
    /// The targets that MASE leaves out.
    pub(super) fn note(&self) -> Option<String> {
        let still = self.steps.iter().zip(&self.targets);
        let still = still.filter(|(step, _)| **step == 0.0);
        let names: Vec<String> = still.map(|(_, &t)| self.columns[t].clone()).collect();
        let verb = match names.len() {
            0 => return None,
            1 => "does",
            _ => "do",
        };
        Some(format!(
            "{} {verb} not change over the training part, so MASE leaves out what has no scale",
            listed(&names)
        ))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::data::Scaler;

    fn spec(targets: &[usize], steps: &[f64]) -> ForecastSpec {
        ForecastSpec {
            columns: ["power", "price"].map(String::from).to_vec(),
            targets: targets.to_vec(),
            scaler: Scaler {
                mean: vec![0.0; 2],
                std: vec![1.0; 2],
            },
            steps: steps.to_vec(),
            indicators: Vec::new(),
            known: Vec::new(),
            schema: None,
            spacing: None,
        }
    }

    fn figures(errors: &Errors, spec: &ForecastSpec) -> Vec<(String, f64)> {
        let found = errors.evaluation(spec).expect("rows were forecast");
        found
            .metrics
            .into_iter()
            .map(|m| (m.name, m.value))
            .collect()
    }

    #[test]
    fn a_step_is_the_mean_change_from_row_to_row_or_over_a_season() {
        // power: 0 4 1 7, changes 4, 3, 6; over two rows 1, 3. price is constant.
        let train = [0.0, 5.0, 4.0, 5.0, 1.0, 5.0, 7.0, 5.0];
        let close = |a: f64, b: f64| assert!((a - b).abs() < 1e-12, "{a} {b}");
        let step = |season| steps(&[&train], 2, &[0, 1], season);
        close(step(0)[0], 13.0 / 3.0);
        close(step(2)[0], 2.0);
        assert_eq!(step(0)[1], 0.0);
        // A second series adds its own change, 2, and none from the first to it.
        let both = steps(&[&train, &[50.0, 5.0, 52.0, 5.0]], 2, &[0], 0);
        close(both[0], 15.0 / 4.0);
        // A season as long as the training part is none.
        close(step(4)[0], 13.0 / 3.0);
    }

    #[test]
    fn targets_are_judged_in_their_units_and_all_of_them_without_one() {
        let mut errors = Errors::new(2);
        // Errors of power 1000 and -3000, of price 0.01 and 0.03.
        errors.add(&[2000.0, 1.01], &[1000.0, 1.0]);
        errors.add(&[2000.0, 1.03], &[5000.0, 1.0]);
        let found = figures(&errors, &spec(&[0, 1], &[1000.0, 0.04]));
        let wanted = [
            // 2000 / 1000 = 2 and 0.02 / 0.04 = 0.5, whose mean is 1.25.
            ("MASE", 1.25),
            ("MAE (power)", 2000.0),
            ("RMSE (power)", 5e6_f64.sqrt()),
            ("MAE (price)", 0.02),
            ("RMSE (price)", 5e-4_f64.sqrt()),
        ];
        assert_eq!(found.len(), wanted.len());
        for ((name, value), (wanted_name, wanted)) in found.iter().zip(wanted) {
            assert_eq!(name, wanted_name);
            assert!((value - wanted).abs() < 1e-9 * wanted, "{name}: {value}");
        }
    }

    #[test]
    fn one_target_needs_no_name() {
        let mut errors = Errors::new(1);
        errors.add(&[1.0, 5.0], &[0.0, 2.0]);
        let found = figures(&errors, &spec(&[1], &[4.0]));
        assert_eq!(found[0], ("MAE".into(), 2.0));
        assert_eq!(found[1].0, "RMSE");
        assert_eq!(found[2], ("MASE".into(), 0.5));
        assert!(Errors::new(1).evaluation(&spec(&[1], &[4.0])).is_none());
    }

    #[test]
    fn errors_of_every_size_are_judged() {
        // Errors of 3 and 4 in units of any size: the mean of their squares is 12.5.
        for size in [1e-300, 1e-170, 1e139] {
            let mut errors = Errors::new(1);
            errors.add(&[3.0 * size, 4.0 * size], &[0.0, 0.0]);
            let mut spec = spec(&[0], &[size]);
            spec.scaler.std[0] = size;
            let found = errors.evaluation(&spec).expect("rows were forecast");
            let rmse = found.metrics[1].value / size;
            assert!((rmse - 12.5_f64.sqrt()).abs() < 1e-12, "{found:?}");
            assert!((found.loss - 12.5).abs() < 1e-12, "{found:?}");
        }
    }

    #[test]
    fn what_does_not_change_has_no_scale() {
        let mut errors = Errors::new(2);
        errors.add(&[1.0, 1.0], &[0.0, 0.0]);
        let still = spec(&[0, 1], &[4.0, 0.0]);
        assert_eq!(figures(&errors, &still)[0], ("MASE".into(), 0.25));
        let note = still.note().expect("a note");
        assert!(note.starts_with("`price` does not change"), "{note}");
        assert_eq!(spec(&[0, 1], &[4.0, 1.0]).note(), None);
        let none = figures(&errors, &spec(&[0, 1], &[0.0, 0.0]));
        assert_eq!(none[0].0, "MAE (power)");
    }
}
