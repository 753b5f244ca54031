//! Standardisation of columns: zero mean, unit variance.

use serde::{Deserialize, Serialize};

/// The mean and the standard deviation of each column, as found on the training rows.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Scaler {
    /// The mean of each column.
    pub mean: Vec<f32>,
    /// The population standard deviation of each column; 1 where the column is constant.
    pub std: Vec<f32>,
}

impl Scaler {
    /// Fits `values`, `[rows, columns]` row-major, of which those that are NaN are missing. Sums are kept in 64 bits.
    pub fn fit(values: &[f32], columns: usize) -> Self {
        let rows = || values.chunks_exact(columns.max(1));
        let mut counts = vec![0.0_f64; columns];
        // Summed before dividing: a 64-bit sum of equal 32-bit numbers is exact for the first 2^29
        // rows, so a constant column has a deviation of exactly 0, not of a few rounding errors.
        let mut mean = vec![0.0_f64; columns];
        for row in rows() {
            let sums = mean.iter_mut().zip(&mut counts).zip(row);
            for ((sum, count), &value) in sums.filter(|(_, value)| !value.is_nan()) {
                *sum += f64::from(value);
                *count += 1.0;
            }
        }
        let known = mean.iter_mut().zip(&counts);
        known.for_each(|(mean, count)| *mean /= count.max(1.0));
        // Two passes: the difference of squared sums loses every digit when the mean is large.
        let mut squares = vec![0.0_f64; columns];
        for row in rows() {
            let sums = squares.iter_mut().zip(&mean).zip(row);
            for ((sum, mean), &value) in sums.filter(|(_, value)| !value.is_nan()) {
                *sum += (f64::from(value) - mean).powi(2);
            }
        }
        let deviation =
            |(squares, count): (&f64, &f64)| match (squares / count.max(1.0)).sqrt() as f32 {
                0.0 => 1.0,
                deviation => deviation,
            };
        Self {
            mean: mean.iter().map(|&mean| mean as f32).collect(),
            std: squares.iter().zip(&counts).map(deviation).collect(),
        }
    }

    /// Standardises `values`, `[rows, columns]` row-major, in place.
    pub fn transform(&self, values: &mut [f32]) {
        self.each(values, |value, mean, std| (value - mean) / std);
    }

    /// Takes standardised `values`, `[rows, columns]` row-major, back to their units, in place.
    pub fn inverse(&self, values: &mut [f32]) {
        self.each(values, |value, mean, std| value * std + mean);
    }

    fn each(&self, values: &mut [f32], change: impl Fn(f64, f64, f64) -> f64) {
        for row in values.chunks_mut(self.mean.len().max(1)) {
            for ((value, &mean), &std) in row.iter_mut().zip(&self.mean).zip(&self.std) {
                *value = change(f64::from(*value), f64::from(mean), f64::from(std)) as f32;
            }
        }
    }
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
        scaler.inverse(&mut values);
        assert_eq!(values, [1.0, 10.0, 3.0, 30.0]);
    }

    #[test]
    fn a_constant_column_is_shifted_only() {
        let mut values = [0.1_f32; 1000];
        let scaler = Scaler::fit(&values, 1);
        assert_eq!(scaler.std, [1.0]);
        scaler.transform(&mut values);
        assert_eq!(values, [0.0; 1000]);
    }

    #[test]
    fn a_small_variation_on_a_large_mean_is_kept() {
        let values: Vec<f32> = (0..1000).map(|step| 1e6 + (step % 2) as f32).collect();
        let scaler = Scaler::fit(&values, 1);
        assert_eq!(
            scaler,
            Scaler {
                mean: vec![1_000_000.5],
                std: vec![0.5]
            }
        );
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
        let missing = f32::NAN;
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
    fn it_is_stored_as_two_lists() {
        let scaler = Scaler {
            mean: vec![0.5],
            std: vec![2.0],
        };
        let stored = serde_json::to_string(&scaler).unwrap();
        assert_eq!(stored, r#"{"mean":[0.5],"std":[2.0]}"#);
        assert_eq!(serde_json::from_str::<Scaler>(&stored).unwrap(), scaler);
    }
}
