//! Text in columns.

/// Rows as lines whose columns are aligned, two spaces apart.
pub(crate) fn aligned<R: AsRef<[String]>>(rows: &[R]) -> String {
    let columns = rows.iter().map(|row| row.as_ref().len()).max();
    let width = |column: usize| {
        let cells = rows.iter().filter_map(|row| row.as_ref().get(column));
        cells.map(|cell| cell.chars().count()).max()
    };
    let widths = (0..columns.unwrap_or_default()).map(|column| width(column).unwrap_or_default());
    let widths: Vec<usize> = widths.collect();
    let mut text = String::new();
    for row in rows {
        let cells = row.as_ref().iter().zip(&widths);
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

/// A text in lines of at most so many characters; longer words have a line of their own.
pub(crate) fn wrapped(text: &str, width: usize) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    for word in text.split_whitespace() {
        match lines.last_mut() {
            Some(line) if line.chars().count() + 1 + word.chars().count() <= width => {
                line.push(' ');
                line.push_str(word);
            }
            _ => lines.push(word.to_owned()),
        }
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_are_as_wide_as_their_widest_cell() {
        let rows = [["a", "σσσ", "c"], ["bbb", "", ""]].map(|row| row.map(str::to_owned));
        assert_eq!(aligned(&rows), "a    σσσ  c\nbbb\n");
        assert_eq!(aligned::<Vec<String>>(&[]), "");
        assert_eq!(wrapped("σ bb ccc  dddddd", 5), ["σ bb", "ccc", "dddddd"]);
        assert_eq!(indented("a\n\nb"), "  a\n\n  b\n");
    }
}
