//! Figures of merit.

use serde::{Deserialize, Serialize};
use std::{cmp::Ordering, fmt};

/// A figure of merit, by the name that people of the field know.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Metric {
    /// Its name, with the unit: `bits per character`.
    pub name: String,
    /// Its value.
    #[serde(with = "number")]
    pub value: f64,
    /// Whether a larger value is better.
    pub higher_is_better: bool,
}

/// The figures of predictors that learn nothing, each with its predictor's name.
pub type Baselines = Vec<(String, Metric)>;

/// How a network does on a part of the data.
#[derive(Clone, Debug, PartialEq)]
pub struct Evaluation {
    /// The figures; the first decides which weights are kept.
    pub metrics: Vec<Metric>,
    /// The mean loss, which decides between weights of the same figure.
    pub loss: f64,
}

impl Metric {
    /// A figure that is better the lower it is.
    pub fn lower(name: &str, value: f64) -> Self {
        Metric {
            name: name.into(),
            value,
            higher_is_better: false,
        }
    }

    /// A figure that is better the higher it is.
    pub fn higher(name: &str, value: f64) -> Self {
        Metric {
            name: name.into(),
            value,
            higher_is_better: true,
        }
    }

    /// The value alone, in as many digits as people read.
    pub fn digits(&self) -> String {
        digits(self.value)
    }

    /// How this value compares with another of the same figure: `Greater` is better. Any number is better than
    /// NaN.
    pub fn merit(&self, other: f64) -> Ordering {
        match (self.value.partial_cmp(&other), self.higher_is_better) {
            (Some(order), true) => order,
            (Some(order), false) => order.reverse(),
            (None, _) => other.is_nan().cmp(&self.value.is_nan()),
        }
    }

    /// Whether this value is better than another of the same figure.
    pub fn beats(&self, other: f64) -> bool {
        self.merit(other).is_gt()
    }
}

/// A value in as many digits as people read.
pub(crate) fn digits(value: f64) -> String {
    match value.abs() {
        v if v != 0.0 && v < 1e-3 => format!("{value:.2e}"),
        v if v < 100.0 => format!("{value:.4}"),
        _ => format!("{value:.1}"),
    }
}

/// The mean of the values.
pub(crate) fn mean(metrics: &[Metric]) -> f64 {
    metrics.iter().map(|metric| metric.value).sum::<f64>() / metrics.len() as f64
}

/// The mean, and the standard deviation of several: that of what they are a sample of.
pub(crate) fn spread(metrics: &[Metric]) -> String {
    let mean = mean(metrics);
    match metrics.len() {
        0 => "–".to_owned(),
        1 => digits(mean),
        runs => {
            let squares = metrics.iter().map(|metric| (metric.value - mean).powi(2));
            let deviation = (squares.sum::<f64>() / (runs - 1) as f64).sqrt();
            format!("{} ± {}", digits(mean), digits(deviation))
        }
    }
}

impl fmt::Display for Metric {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.name, self.digits())
    }
}

/// JSON has no NaN and no infinity: there they are words, so that what was written reads back.
pub(crate) mod number {
    use serde::{Deserialize, Deserializer, Serializer, de::Error};

    pub(crate) fn serialize<S: Serializer>(value: &f64, to: S) -> Result<S::Ok, S::Error> {
        match value.is_finite() {
            true => to.serialize_f64(*value),
            false => to.serialize_str(&value.to_string()),
        }
    }

    pub(crate) fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<f64, D::Error> {
        #[derive(Deserialize)]
        #[serde(untagged)]
        enum Written {
            Number(f64),
            Word(String),
        }
        match Written::deserialize(from)? {
            Written::Number(value) => Ok(value),
            Written::Word(word) => word.parse().map_err(D::Error::custom),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn any_number_is_better_than_none() {
        for (better, worse) in [(0.7, 0.6), (0.0, f64::NAN), (f64::NEG_INFINITY, f64::NAN)] {
            assert!(Metric::higher("accuracy", better).beats(worse));
            assert!(!Metric::higher("accuracy", worse).beats(better));
        }
        for (better, worse) in [(0.6, 0.7), (1e9, f64::NAN), (f64::INFINITY, f64::NAN)] {
            assert!(Metric::lower("MSE", better).beats(worse));
            assert!(!Metric::lower("MSE", worse).beats(better));
        }
        assert!(Metric::lower("MSE", f64::NAN).merit(f64::NAN).is_eq());
    }

    #[test]
    fn what_is_no_number_reads_back() {
        for value in [0.25, f64::NAN, f64::INFINITY, f64::NEG_INFINITY] {
            let text = serde_json::to_string(&Metric::lower("MSE", value)).expect("JSON");
            let back: Metric = serde_json::from_str(&text).expect("a metric");
            assert_eq!(back.value.to_string(), value.to_string(), "{text}");
        }
    }
}
