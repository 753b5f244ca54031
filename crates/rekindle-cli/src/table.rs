//! Text in columns.

/// Rows as lines whose columns are aligned, two spaces apart.
pub(crate) fn aligned<const N: usize>(rows: &[[String; N]]) -> String {
    let width = |column: usize| rows.iter().map(|row| row[column].chars().count()).max();
    let widths: [usize; N] = std::array::from_fn(|column| width(column).unwrap_or_default());
    let mut text = String::new();
    for row in rows {
        let cells = row.iter().zip(widths);
        let line: Vec<String> = cells
            .map(|(cell, width)| format!("{cell:width$}"))
            .collect();
        text.push_str(line.join("  ").trim_end());
        text.push('\n');
    }
    text
}

/// The same lines, each two columns to the right.
pub(crate) fn indented(text: &str) -> String {
    let lines = text.lines().map(|line| match line {
        "" => "\n".to_owned(),
        _ => format!("  {line}\n"),
    });
    lines.collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_are_as_wide_as_their_widest_cell() {
        let rows = [["a", "σσσ", "c"], ["bbb", "", ""]].map(|row| row.map(str::to_owned));
        assert_eq!(aligned(&rows), "a    σσσ  c\nbbb\n");
        assert_eq!(aligned::<2>(&[]), "");
        assert_eq!(indented("a\n\nb"), "  a\n\n  b\n");
    }
}
