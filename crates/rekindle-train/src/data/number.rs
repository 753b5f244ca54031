//! One cell of a file as a number.

use super::message::shown;

/// The largest number that a cell may hold: the squares of any two such numbers' difference, over any number of
/// rows, have a finite sum.
const LARGEST: f64 = 1e140;

/// The finite number that a cell holds, blanks around it aside. Neither NaN nor an infinity is one,
/// whether written as a word or by a value beyond 1e140.
pub(super) fn finite(cell: &str) -> Option<f64> {
    cell.trim()
        .parse::<f64>()
        .ok()
        .filter(|&value| is_taken(value))
}

/// Whether a number is neither NaN nor too large.
pub(super) fn is_taken(value: f64) -> bool {
    value.abs() <= LARGEST
}

/// What is wrong with a cell that holds no [finite] number, or one that stands for a missing value.
pub(super) fn refusal(cell: &str) -> String {
    let shown = shown(cell);
    match cell.trim() {
        "" => "the value is empty".to_owned(),
        _ if finite(cell).is_some() => format!("{shown} stands for a missing value"),
        _ if is_written(cell) => {
            format!("{shown} is beyond {LARGEST:e} in size, the largest number that is taken")
        }
        _ => format!("{shown} is not a finite number"),
    }
}

/// Whether a cell is a number written in digits, of any size.
pub(super) fn is_written(cell: &str) -> bool {
    cell.contains(|c: char| c.is_ascii_digit()) && cell.trim().parse::<f64>().is_ok()
}

/// Whether a cell is empty, or says that its number is missing, as databases and sheets write it.
pub(super) fn is_missing(cell: &str) -> bool {
    let marks = [
        "", "?", "-", ".", "..", "na", "n/a", "n.a.", "#n/a", "<na>", "nan", "nat", "null", "none",
        "\\n", "#div/0!", "#num!", "#value!", "#ref!", "#name?",
    ];
    marks.contains(&cell.trim().to_lowercase().as_str())
}

/// The nearest number of fifteen decimal digits. Those are what a JSON file gives back bit for bit, as a run that is
/// resumed needs it; of seventeen digits the last bit may change.
pub(crate) fn stored(value: f64) -> f64 {
    format!("{value:.14e}").parse().unwrap_or(value)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_read() {
        assert_eq!(finite(" -1.5e2 "), Some(-150.0));
        assert_eq!(finite("7"), Some(7.0));
        assert_eq!(finite("1e39"), Some(1e39));
    }

    #[test]
    fn every_digit_that_is_written_is_read() {
        assert_eq!(finite("4492557.123"), Some(4_492_557.123));
        assert_eq!(finite("1700000000.001"), Some(1_700_000_000.001));
    }

    #[test]
    fn what_is_not_a_finite_number_is_refused() {
        for cell in [
            "",
            " ",
            "?",
            "NaN",
            "inf",
            "-Infinity",
            "1e400",
            "-1e200",
            "1,5",
            "1949-01",
        ] {
            assert_eq!(finite(cell), None, "{cell}");
        }
    }

    #[test]
    fn a_number_that_is_too_large_is_told_from_a_word() {
        for cell in ["1e+200", " -1e141", "1e400"] {
            let said = refusal(cell);
            let beyond = format!("`{cell}` is beyond 1e140 in size");
            assert!(said.starts_with(&beyond), "{said}");
        }
        for cell in ["inf", "NaN", "1,5", "1949-01"] {
            assert_eq!(refusal(cell), format!("`{cell}` is not a finite number"));
        }
        for cell in ["", " "] {
            assert_eq!(refusal(cell), "the value is empty");
        }
        // A number is refused only where the reader was told that it is a mark.
        assert_eq!(refusal("-999"), "`-999` stands for a missing value");
    }

    #[test]
    fn a_stored_number_comes_back_from_json() {
        let mut value = 0.123_456_789_012_345_68_f64;
        for _ in 0..1000 {
            // Any digits, of every magnitude from 1e-7 to 1e15.
            value = (value * 1_000.123).fract() + 0.1;
            let magnitude = 10_f64.powf(22.0 * value - 9.0);
            for value in [value, -value * magnitude] {
                let stored = stored(value);
                assert!((stored - value).abs() <= 1e-14 * value.abs(), "{value}");
                let text = serde_json::to_string(&stored).unwrap();
                assert_eq!(
                    serde_json::from_str::<f64>(&text).unwrap(),
                    stored,
                    "{text}"
                );
            }
        }
    }
}
