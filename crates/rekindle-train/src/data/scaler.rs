//! Standardisation of columns: zero mean, unit variance.

use super::number::stored;
use serde::{Deserialize, Serialize};

/// The mean and the standard deviation of each column, as found on the training rows, to fifteen digits.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Scaler {
    /// The mean of each column.
    pub mean: Vec<f64>,
    /// The population standard deviation of each column; 1 where the column is constant.
    pub std: Vec<f64>,
}

/// The standard deviations from the mean of the training rows beyond which a value is far.
pub(crate) const FAR: f64 = 8.0;

impl Scaler {
    /// Fits `values`, `[rows, columns]` row-major, of which those that are NaN are missing.
    pub fn fit(values: &[f64], columns: usize) -> Self {
        let column = |column: usize| {
            let cells = values.iter().copied().skip(column).step_by(columns);
            moments(cells.filter(|value| !value.is_nan()))
        };
        let (mean, std) = (0..columns).map(column).unzip();
        Self { mean, std }
    }

    /// The same, with some columns left as they are.
    pub(crate) fn without(mut self, columns: &[usize]) -> Self {
        for &column in columns {
            (self.mean[column], self.std[column]) = (0.0, 1.0);
        }
        self
    }

    /// The mean and the standard deviation of each column.
    pub(crate) fn columns(&self) -> impl Iterator<Item = (f64, f64)> {
        self.mean.iter().copied().zip(self.std.iter().copied())
    }

    /// The standardised values that lie so far from those of the training rows that nobody knows what a network makes of them.
    pub(crate) fn far(scaled: &[f64]) -> Vec<usize> {
        let is_far = |&at: &usize| scaled[at].abs() > FAR;
        (0..scaled.len()).filter(is_far).collect()
    }

    /// Whether one of the standardised values lies so far above those of the training rows.
    pub(crate) fn is_far_above(scaled: &[f64]) -> bool {
        scaled.iter().any(|value| *value > FAR)
    }

    /// A value of a column, standardised.
    pub(crate) fn scaled(&self, value: f64, column: usize) -> f64 {
        (value - self.mean[column]) / self.std[column]
    }

    /// Standardises `values`, `[rows, columns]` row-major, in place.
    pub fn transform(&self, values: &mut [f64]) {
        for row in values.chunks_mut(self.mean.len().max(1)) {
            for ((value, mean), std) in row.iter_mut().zip(&self.mean).zip(&self.std) {
                *value = (*value - mean) / std;
            }
        }
    }
}

/// The mean and the standard deviation of some numbers, which may be none.
fn moments(values: impl Iterator<Item = f64> + Clone) -> (f64, f64) {
    let Some(first) = values.clone().next() else {
        return (0.0, 1.0);
    };
    let count = values.clone().count() as f64;
    // Differences from the first: those of equal numbers are 0, and those of large ones that are close have no
    // rounding error. So a constant column has a deviation of exactly 0.
    let sum: f64 = values.clone().map(|value| value - first).sum();
    let mean = first + sum / count;
    // Two passes: the difference of squared sums loses every digit when the mean is large. Squares of small differences
    // would be 0.
    let differences = values.map(|value| value - mean);
    let unit = unit(differences.clone().fold(0.0, |most, d| most.max(d.abs())));
    let squares: f64 = differences
        .map(|difference| (difference / unit).powi(2))
        .sum();
    match (squares / count).sqrt() * unit {
        0.0 => (stored(mean), 1.0),
        deviation => (stored(mean), stored(deviation)),
    }
}

/// A power of two near a number that is not negative: what is divided by it keeps its digits, and its square is neither
/// too small nor too large for f64.
fn unit(value: f64) -> f64 {
    f64::from_bits(value.to_bits() & f64::INFINITY.to_bits()).max(f64::MIN_POSITIVE)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_get_zero_mean_and_unit_variance() {
        let mut values = [1.0, 10.0, 3.0, 30.0];
        let scaler = Scaler::fit(&values, 2);
        assert_eq!(
            scaler,
            Scaler {
                mean: vec![2.0, 20.0],
                std: vec![1.0, 10.0]
            }
        );
        scaler.transform(&mut values);
        assert_eq!(values, [-1.0, -1.0, 1.0, 1.0]);
    }

    #[test]
    fn a_constant_column_is_shifted_only() {
        // A sum of 0.1 has rounding errors.
        let mut values = [0.1; 1000];
        let scaler = Scaler::fit(&values, 1);
        assert_eq!(scaler.std, [1.0]);
        scaler.transform(&mut values);
        assert_eq!(values, [0.0; 1000]);
    }

    #[test]
    fn a_small_variation_on_a_large_mean_is_kept() {
        let values: Vec<f64> = (0..1000)
            .map(|step| 1e12 + 0.5 * f64::from(step % 2))
            .collect();
        let scaler = Scaler::fit(&values, 1);
        assert_eq!(
            scaler,
            Scaler {
                mean: vec![1e12 + 0.25],
                std: vec![0.25]
            }
        );
    }

    #[test]
    fn numbers_of_every_size_are_scaled() {
        // 1 and 3, whose mean is 2 and whose deviation 1, in units of any size.
        for size in [1e-300, 1e-200, 1e-7, 1e139] {
            let mut values = [size, 3.0 * size];
            let scaler = Scaler::fit(&values, 1);
            assert!((scaler.std[0] / size - 1.0).abs() < 1e-14, "{scaler:?}");
            scaler.transform(&mut values);
            assert!((values[0] + 1.0).abs() < 1e-14 && (values[1] - 1.0).abs() < 1e-14);
        }
    }

    #[test]
    fn a_unit_is_a_power_of_two() {
        // 1000 lies between 2^9 and 2^10, 0.1 between 2^-4 and 2^-3.
        assert_eq!([1000.0, 0.1, 1.0].map(unit), [512.0, 0.0625, 1.0]);
        assert_eq!([0.0, 1e-310].map(unit), [f64::MIN_POSITIVE; 2]);
    }

    #[test]
    fn no_rows_leave_values_as_they_are() {
        assert_eq!(
            Scaler::fit(&[], 2),
            Scaler {
                mean: vec![0.0; 2],
                std: vec![1.0; 2]
            }
        );
    }

    #[test]
    fn missing_values_have_no_say_and_stay_missing() {
        let missing = f64::NAN;
        let mut values = [1.0, missing, missing, missing, 3.0, missing];
        let scaler = Scaler::fit(&values, 2);
        assert_eq!(
            scaler,
            Scaler {
                mean: vec![2.0, 0.0],
                std: vec![1.0, 1.0]
            }
        );
        scaler.transform(&mut values);
        assert_eq!((values[0], values[4]), (-1.0, 1.0));
        assert!(values[2].is_nan() && values[5].is_nan());
    }

    #[test]
    fn it_is_stored_as_two_lists_with_every_digit() {
        let scaler = Scaler {
            mean: vec![4_492_557.123],
            std: vec![2.0],
        };
        let stored = serde_json::to_string(&scaler).unwrap();
        assert_eq!(stored, r#"{"mean":[4492557.123],"std":[2.0]}"#);
        assert_eq!(serde_json::from_str::<Scaler>(&stored).unwrap(), scaler);
    }
}
