//! One cell of a file as a number.

/// The finite number that a cell holds, blanks around it aside. Neither NaN nor an infinity is one,
/// whether written as a word or by a value too great for 32 bits.
pub(super) fn finite(cell: &str) -> Option<f32> {
    cell.trim()
        .parse::<f32>()
        .ok()
        .filter(|value| value.is_finite())
}

#[cfg(test)]
mod tests {
    use super::finite;

    #[test]
    fn numbers_are_read() {
        assert_eq!(finite(" -1.5e2 "), Some(-150.0));
        assert_eq!(finite("7"), Some(7.0));
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
            "1e39",
            "1,5",
            "1949-01",
        ] {
            assert_eq!(finite(cell), None, "{cell}");
        }
    }
}
