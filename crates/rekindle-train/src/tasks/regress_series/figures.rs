//! How numbers are judged that a network predicts.

use crate::{
    data::scaler::Scaler,
    metric::{Baselines, Evaluation, Metric},
};

/// Mean absolute and root mean squared error in the target's unit, and R², the share of the variance that is explained; the latter is
/// left out where all that is right is one number. The loss is the mean of the squares of the scaled errors.
pub(super) fn evaluation(predicted: &[f64], right: &[f64], scale: &Scaler) -> Evaluation {
    let rows = right.len() as f64;
    let errors = || predicted.iter().zip(right).map(|(p, r)| p - r);
    let absolute: f64 = errors().map(f64::abs).sum();
    let mean = right.iter().sum::<f64>() / rows;
    let (error, spread) = (
        length(errors()),
        length(right.iter().map(|value| value - mean)),
    );
    let mut metrics = vec![
        Metric::lower("MAE", absolute / rows),
        Metric::lower("RMSE", error / rows.sqrt()),
    ];
    let differ = right.iter().any(|value| *value != right[0]);
    metrics.extend(differ.then(|| Metric::higher("R²", 1.0 - (error / spread).powi(2))));
    Evaluation {
        metrics,
        loss: (error / scale.std[0]).powi(2) / rows,
    }
}

/// The root of the sum of squares, which themselves may be too small or too large for a number.
fn length(values: impl Iterator<Item = f64>) -> f64 {
    values.fold(0.0, f64::hypot)
}

/// The same figures of two numbers that are predicted every time: the mean of the training part, which has the least squared error
/// there, and its median, which has the least absolute one; of the mean alone where no row trains.
pub(super) fn baselines(train: &[f64], right: &[f64], scale: &Scaler) -> Baselines {
    let mean = ("mean of the training part", scale.mean[0]);
    let median = median(train).map(|median| ("median of the training part", median));
    let always = [Some(mean), median].into_iter().flatten();
    let figures = always.flat_map(|(name, value)| {
        let found = evaluation(&vec![value; right.len()], right, scale);
        let metrics = found.metrics.into_iter();
        metrics.map(move |metric| (name.to_owned(), metric))
    });
    figures.collect()
}

/// The number in the middle, or halfway between the two that are there; none of none.
fn median(all: &[f64]) -> Option<f64> {
    let mut sorted = all.to_vec();
    sorted.sort_by(f64::total_cmp);
    let middle = sorted.len() / 2;
    let above = *sorted.get(middle)?;
    Some(match sorted.len() % 2 {
        0 => sorted[middle - 1] + (above - sorted[middle - 1]) / 2.0,
        _ => above,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn scale(mean: f64, std: f64) -> Scaler {
        Scaler {
            mean: vec![mean],
            std: vec![std],
        }
    }

    fn values(metrics: &[Metric]) -> Vec<(&str, f64)> {
        metrics
            .iter()
            .map(|metric| (metric.name.as_str(), metric.value))
            .collect()
    }

    #[test]
    fn errors_are_those_of_plain_arithmetic() {
        // Errors 1, -1 and 4; the right ones lie 3, 0 and 3 from their mean of 4.
        let found = evaluation(&[2.0, 3.0, 11.0], &[1.0, 4.0, 7.0], &scale(0.0, 2.0));
        let wanted = [("MAE", 2.0), ("RMSE", 6.0_f64.sqrt()), ("R²", 0.0)];
        for ((name, value), (wanted_name, wanted)) in values(&found.metrics).into_iter().zip(wanted)
        {
            assert_eq!(name, wanted_name);
            assert!((value - wanted).abs() < 1e-12, "{name}: {value}");
        }
        // 18 / 3 over the square of the scale.
        assert!((found.loss - 1.5).abs() < 1e-12, "{}", found.loss);
    }

    #[test]
    fn one_number_has_no_variance_to_explain() {
        let found = evaluation(&[2.0, 3.0], &[5.0, 5.0], &scale(0.0, 1.0));
        assert_eq!(found.metrics.len(), 2);
    }

    #[test]
    fn errors_of_every_size_are_judged() {
        for size in [1e-300, 1e-170, 1e139] {
            let right = [0.0, 3.0 * size];
            let found = evaluation(&[3.0 * size, 7.0 * size], &right, &scale(0.0, size));
            let rmse = found.metrics[1].value / size;
            assert!((rmse - 12.5_f64.sqrt()).abs() < 1e-12, "{found:?}");
            // 1 - 25 / 4.5.
            let explained = found.metrics[2].value;
            assert!((explained + 41.0 / 9.0).abs() < 1e-12, "{found:?}");
        }
    }

    #[test]
    fn what_learns_nothing_says_the_mean_or_the_median() {
        // The mean of 0, 0, 2, 6 is 2, their median 1.
        let found = baselines(&[6.0, 0.0, 2.0, 0.0], &[0.0, 4.0], &scale(2.0, 1.0));
        let mae: Vec<(&str, f64)> = found
            .iter()
            .filter(|(_, metric)| metric.name == "MAE")
            .map(|(name, metric)| (name.as_str(), metric.value))
            .collect();
        assert_eq!(
            mae,
            [
                ("mean of the training part", 2.0),
                ("median of the training part", 2.0)
            ]
        );
        let rmse: Vec<f64> = found
            .iter()
            .filter(|(_, metric)| metric.name == "RMSE")
            .map(|(_, metric)| metric.value)
            .collect();
        assert_eq!(rmse, [2.0, 5.0_f64.sqrt()]);
        let (_, explained) = &found[2];
        assert_eq!((explained.name.as_str(), explained.value), ("R²", 0.0));
        // Of rows that a run did not train on, its stored mean alone is known of those that it did.
        assert_eq!(
            baselines(&[], &[0.0, 4.0], &scale(2.0, 1.0))[..],
            found[..3]
        );
    }
}
