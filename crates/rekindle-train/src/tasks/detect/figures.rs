//! How a search for anomalies is judged.

use crate::{
    metric::{Baselines, Evaluation, Metric},
    tasks::classify::by_class::areas,
};
use rekindle_models::distribution::scores::quantile;

/// The names of the figures by which others are measured.
pub(super) const SCALE: &str = "error in training";
pub(super) const THRESHOLD: &str = "threshold";

/// The mean of some numbers; nothing of none.
fn mean_of(numbers: &[f64]) -> Option<f64> {
    (!numbers.is_empty()).then(|| numbers.iter().sum::<f64>() / numbers.len() as f64)
}

/// What errors are measured by.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Measure {
    /// The mean error of the training part: a score is so many of it.
    pub(super) scale: f64,
    /// The score above which a window is an anomaly.
    pub(super) threshold: f64,
}

impl Measure {
    /// Of errors of windows in the training and in the validation part.
    pub(super) fn of(train: &[f64], valid: &[f64], level: f64) -> Option<Self> {
        let scale = mean_of(train)?;
        let threshold = (!valid.is_empty()).then(|| quantile(valid, level))?;
        Some(Measure {
            scale,
            threshold: threshold / scale,
        })
    }

    /// Of the figures of a validation part.
    pub(super) fn stored(figures: &[Metric]) -> Option<Self> {
        let of = |name: &str| {
            let mut figures = figures.iter();
            figures
                .find(|figure| figure.name == name)
                .map(|figure| figure.value)
        };
        Some(Measure {
            scale: of(SCALE)?,
            threshold: of(THRESHOLD)?,
        })
    }

    pub(super) fn score(&self, error: f64) -> f64 {
        error / self.scale
    }

    pub(super) fn is_anomaly(&self, error: f64) -> bool {
        self.score(error) > self.threshold
    }

    fn metrics(&self) -> [Metric; 2] {
        [
            Metric::lower(SCALE, self.scale),
            Metric::lower(THRESHOLD, self.threshold),
        ]
    }
}

/// The figures of errors of windows, of which is known perhaps whether they are anomalies.
pub(super) fn evaluation(
    errors: &[f64],
    labels: Option<&[bool]>,
    measure: Option<Measure>,
) -> Evaluation {
    let loss = mean_of(errors).unwrap_or(f64::NAN);
    let mut metrics = vec![Metric::lower("reconstruction error", loss)];
    if let Some(measure) = measure {
        metrics.extend(measure.metrics());
        let said: Vec<bool> = errors
            .iter()
            .map(|&error| measure.is_anomaly(error))
            .collect();
        let share = said.iter().filter(|said| **said).count() as f64 / errors.len() as f64;
        metrics.push(Metric::lower("share above the threshold", share));
        if let Some(labels) = labels.filter(|labels| labels.contains(&true)) {
            let count = |of: &dyn Fn(bool, bool) -> bool| {
                said.iter()
                    .zip(labels)
                    .filter(|(said, right)| of(**said, **right))
                    .count() as f64
            };
            let found = count(&|said, right| said && right);
            let wrong = count(&|said, right| said != right);
            metrics.push(Metric::higher("F1", 2.0 * found / (2.0 * found + wrong)));
        }
    }
    if let Some(labels) = labels {
        let mut ranked: Vec<(f32, bool)> = errors
            .iter()
            .zip(labels)
            .map(|(&error, &own)| (error as f32, own))
            .collect();
        ranked.sort_by(|a, b| b.0.total_cmp(&a.0));
        let named = ["ROC area", "PR area"].into_iter().zip(areas(&ranked));
        metrics.extend(named.filter_map(|(name, area)| Some(Metric::higher(name, area?))));
    }
    Evaluation { metrics, loss }
}

/// The figures of who gives back the mean of the training rows, whatever comes: `errors` are the mean squares of what is scaled.
pub(super) fn baselines(errors: &[f64], labels: Option<&[bool]>) -> Baselines {
    let name = "the mean of the training rows";
    let figures = evaluation(errors, labels, None).metrics.into_iter();
    figures.map(|figure| (name.to_owned(), figure)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn scores_and_threshold_are_those_of_plain_arithmetic() {
        let measure = Measure::of(&[1.0, 3.0], &[2.0, 4.0, 6.0], 0.5).expect("errors");
        assert_eq!((measure.scale, measure.threshold), (2.0, 2.0));
        assert_eq!(measure.score(5.0), 2.5);
        // Above the threshold are 5 and 9; 9 and 1 are anomalies. Of the two that are, one is found, and one is wrong.
        let errors = [5.0, 1.0, 9.0, 2.0];
        let labels = [false, true, true, false];
        let found = evaluation(&errors, Some(&labels), Some(measure));
        let of = |name: &str| {
            let metric = found.metrics.iter().find(|metric| metric.name == name);
            metric.expect(name).value
        };
        assert_eq!(found.loss, 17.0 / 4.0);
        assert_eq!(of("share above the threshold"), 0.5);
        assert_eq!(of("F1"), 2.0 / (2.0 + 2.0));
        // Of the four pairs of an anomaly and another two are in order: 9 above 5 and above 2.
        assert_eq!(of("ROC area"), 0.5);
        // Found are 1 of 1, and 2 of 4.
        assert_eq!(of("PR area"), (1.0 + 0.5) / 2.0);
        let stored = Measure::stored(&found.metrics);
        assert_eq!(stored, Some(measure));
        assert_eq!(Measure::of(&[1.0], &[], 0.5), None);
    }
}
