//! Values in the place of missing ones.

use std::ops::Range;

use serde::{Deserialize, Serialize};

/// What stands in the place of a missing value. Before the first value of a column, it is its mean over the training rows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Fill {
    /// The last value before it.
    Last,
    /// A value on the line from the one before to the one behind, if that is in the same part of the rows; else as `Last`.
    Linear,
    /// The mean over the training rows.
    Mean,
}

impl Fill {
    /// What is said of it, behind "filled with".
    pub(crate) fn said(self) -> &'static str {
        match self {
            Fill::Last => "the last value before",
            Fill::Linear => {
                "the line between the values before and behind, which may lie past the end of a window, though not past that of \
                 its part"
            }
            Fill::Mean => "the mean over the training rows",
        }
    }

    /// Fills `values`, `[rows, columns]` row-major, in which NaN is missing. `parts` are the rows that may look behind
    /// themselves, `means` those of each column over the training rows.
    pub(crate) fn fill(self, values: &mut [f64], parts: &[Range<usize>], means: &[f64]) {
        let columns = means.len();
        for (column, &mean) in means.iter().enumerate() {
            let mut last = None;
            for part in parts {
                let mut row = part.start;
                while row < part.end {
                    let value = values[row * columns + column];
                    if !value.is_nan() {
                        last = Some(value);
                        row += 1;
                        continue;
                    }
                    let at = |row: usize| row * columns + column;
                    let next = (row..part.end).find(|&row| !values[at(row)].is_nan());
                    let end = next.unwrap_or(part.end);
                    let behind = next.map(|row| values[at(row)]);
                    for missing in row..end {
                        values[at(missing)] = match (self, last, behind) {
                            (Fill::Mean, _, _) | (_, None, _) => mean,
                            (Fill::Linear, Some(last), Some(behind)) => {
                                let share = (missing - row + 1) as f64 / (end - row + 1) as f64;
                                last + share * (behind - last)
                            }
                            (_, Some(last), _) => last,
                        };
                    }
                    row = end;
                }
            }
        }
    }

    /// The last value before every missing one, where there is one.
    pub(crate) fn forward(values: &mut [f64], columns: usize) {
        for at in columns..values.len() {
            if values[at].is_nan() {
                values[at] = values[at - columns];
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NAN: f64 = f64::NAN;

    fn filled(fill: Fill, values: &[f64], parts: &[Range<usize>]) -> Vec<f64> {
        let mut values = values.to_vec();
        fill.fill(&mut values, parts, &[9.0]);
        values
    }

    #[test]
    fn holes_are_filled_from_before() {
        let values = [NAN, 1.0, NAN, NAN, 4.0, NAN];
        let all = 0..6;
        let of = |fill| filled(fill, &values, std::slice::from_ref(&all));
        assert_eq!(of(Fill::Last), [9.0, 1.0, 1.0, 1.0, 4.0, 4.0]);
        assert_eq!(of(Fill::Linear), [9.0, 1.0, 2.0, 3.0, 4.0, 4.0]);
        assert_eq!(of(Fill::Mean), [9.0, 1.0, 9.0, 9.0, 4.0, 9.0]);
    }

    #[test]
    fn no_part_looks_into_the_next() {
        let values = [1.0, NAN, NAN, 4.0];
        assert_eq!(
            filled(Fill::Linear, &values, &[0..2, 2..4]),
            [1.0, 1.0, 2.5, 4.0]
        );
    }

    #[test]
    fn columns_are_filled_by_themselves() {
        let mut values = [1.0, NAN, NAN, 5.0];
        let all = 0..2;
        Fill::Last.fill(&mut values, std::slice::from_ref(&all), &[7.0, 8.0]);
        assert_eq!(values, [1.0, 8.0, 1.0, 5.0]);
        let mut values = [NAN, 2.0, 3.0, NAN];
        Fill::forward(&mut values, 2);
        assert!(values[0].is_nan());
        assert_eq!(values[1..], [2.0, 3.0, 2.0]);
    }
}
