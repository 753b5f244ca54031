//! Univariate series in a table, one a row: `label,t0,t1,…`.

use std::path::Path;

use super::series::{Parsed, Series};
use super::table::{Table, config::TableConfig};
use crate::error::{Error, Result};

/// The column, anywhere in the table, that holds the class; every other column is a time step.
const LABEL: &str = "label";

/// Reads a table of series. The column `label` may be missing. Empty cells at the end of a row make
/// its series shorter than the widest; elsewhere they are missing values.
pub(super) fn read(path: &Path, takes_missing: bool) -> Result<Parsed> {
    from_table(Table::read(path, &TableConfig::default())?, takes_missing)
}

fn from_table(table: Table, takes_missing: bool) -> Result<Parsed> {
    let label = table.header.iter().position(|column| column == LABEL);
    let steps: Vec<usize> = (0..table.header.len())
        .filter(|&column| Some(column) != label)
        .collect();
    let series = (0..table.rows.len())
        .map(|row| one_series(&table, row, &steps, takes_missing))
        .collect::<Result<_>>()?;
    let labels = label.map(|column| labels(&table, column)).transpose()?;
    let hint = table.hint();
    Ok(Parsed {
        name: table.name,
        series,
        labels,
        announced: Vec::new(),
        channels: 1,
        hint,
    })
}

fn one_series(table: &Table, row: usize, columns: &[usize], takes_missing: bool) -> Result<Series> {
    let filled = |&column: &usize| !table.cell(row, column).trim().is_empty();
    let steps = columns.iter().rposition(filled).map_or(0, |last| last + 1);
    if steps == 0 {
        return Err(Error::mend(format!(
            "{}: row {} has no values; fill them in or remove the row",
            table.name,
            row + 1
        )));
    }
    let value = |column: &usize| {
        match (filled(column), takes_missing) {
        (true, _) => table.number(row, *column),
        (false, true) => Ok(f64::NAN),
        (false, false) => Err(table.no_number(
            row,
            *column,
            "fill it in, leave out the row or the column, or take a cell for missing values, as gru_d is",
        )),
    }
    };
    let values = columns
        .iter()
        .take(steps)
        .map(value)
        .collect::<Result<_>>()?;
    Ok(Series {
        values,
        steps,
        channels: 1,
    })
}

fn labels(table: &Table, column: usize) -> Result<Vec<String>> {
    let label = |row| match table.cell(row, column).trim() {
        "" => Err(Error::mend(format!(
            "{}: row {}: column `{LABEL}` is empty; fill it in or remove the row",
            table.name,
            row + 1
        ))),
        label => Ok(label.to_owned()),
    };
    (0..table.rows.len()).map(label).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::data::table::config::Separator;

    fn parse(text: &str) -> Result<Parsed> {
        from_table(
            Table::parse(
                "a.csv".to_owned(),
                text,
                Separator::Comma,
                &TableConfig::default(),
            )?,
            false,
        )
    }

    fn refused(text: &str) -> String {
        parse(text).unwrap_err().to_string()
    }

    #[test]
    fn rows_are_series_and_the_label_stands_anywhere() {
        let parsed = parse("t0,label,t1,t2\n1, up ,2,3\n4,down,5,\n").unwrap();
        assert_eq!(
            parsed.series[0],
            Series {
                values: vec![1.0, 2.0, 3.0],
                steps: 3,
                channels: 1
            }
        );
        assert_eq!(
            parsed.series[1],
            Series {
                values: vec![4.0, 5.0],
                steps: 2,
                channels: 1
            }
        );
        assert_eq!(parsed.labels.unwrap(), ["up", "down"]);
    }

    #[test]
    fn a_table_without_labels_is_read() {
        let parsed = parse("t0,t1\n1,2\n").unwrap();
        assert_eq!((parsed.labels, parsed.series[0].steps), (None, 2));
    }

    #[test]
    fn a_first_row_of_numbers_is_a_series() {
        let parsed = parse("1,2\n3,4492557.123\n").unwrap();
        assert!(parsed.labels.is_none() && parsed.hint.contains("no header"));
        assert_eq!(parsed.series[0].values, [1.0, 2.0]);
        assert_eq!(parsed.series[1].values, [3.0, 4_492_557.123]);
    }

    #[test]
    fn a_first_row_with_a_hole_is_a_series() {
        let text = "1,,3\n4,5,6\n";
        let parsed = from_table(
            Table::parse(
                "a.csv".to_owned(),
                text,
                Separator::Comma,
                &TableConfig::default(),
            )
            .unwrap(),
            true,
        )
        .unwrap();
        assert_eq!(parsed.series.len(), 2);
        assert_eq!(
            (parsed.series[0].steps, parsed.series[0].values[2]),
            (3, 3.0)
        );
        // A mark for what is missing is refused where it stands, not taken for a name.
        let error = refused("1,NaN,3\n4,5,6\n");
        assert!(error.contains("row 1, column `column 2`: `NaN`"), "{error}");
    }

    #[test]
    fn labelled_series_without_a_header_are_told_of_it() {
        let error = refused("up,0.5,1\ndown,1,2\n");
        assert!(error.contains("write a header above it"), "{error}");
    }

    #[test]
    fn holes_and_words_are_placed_and_shown() {
        for (cell, shown) in [("", "``"), ("NaN", "`NaN`"), ("x", "`x`")] {
            let error = refused(&format!("label,t0,t1\na,1,2\nb,{cell},2\n"));
            let expected = format!("a.csv: row 2, column `t0`: {shown} is not a finite number");
            assert!(error.contains(&expected), "{error}");
        }
    }

    #[test]
    fn a_row_without_values_or_label_is_refused() {
        let error = refused("label,t0,t1\na,,\n");
        assert!(error.contains("a.csv: row 1 has no values"), "{error}");
        let error = refused("label,t0\n ,1\n");
        assert!(
            error.contains("a.csv: row 1: column `label` is empty"),
            "{error}"
        );
    }
}
