//! A multivariate series whose rows are the time steps, for forecasting.

use std::path::Path;

use super::message::listed;
use super::number;
use super::table::Table;
use crate::error::{Error, Result};

/// Numeric columns of a table, in time order.
#[derive(Debug, Clone, PartialEq)]
pub struct Columns {
    /// The columns' names, in the order of `values`.
    pub names: Vec<String>,
    /// The numbers, `[rows, columns]` row-major.
    pub values: Vec<f64>,
    /// The number of time steps.
    pub rows: usize,
    /// What each time step is called: its cell in the file's first column where that is not among
    /// `names`, a date; else its number, from 1.
    pub stamps: Vec<String>,
    /// What is to be said of the columns' names where the file does not name them.
    pub note: Option<String>,
}

impl Columns {
    /// Reads the named columns, in the order asked for; with none named, every numeric column. A column that the
    /// file does not name is called by its place: `column 2`. Where the first row is all numbers, that is every one.
    ///
    /// A column is numeric when any of its cells is a number. One hole in a column of measurements
    /// is then an error, not a reason to leave the column out unsaid.
    pub fn read(path: &Path, columns: &[String]) -> Result<Self> {
        Self::from_table(&Table::read(path)?, columns)
    }

    fn from_table(table: &Table, columns: &[String]) -> Result<Self> {
        let chosen = if columns.is_empty() {
            numeric(table)?
        } else {
            table.columns(columns)?
        };
        let rows = table.rows.len();
        let mut values = Vec::with_capacity(rows * chosen.len());
        for row in 0..rows {
            for &column in &chosen {
                values.push(table.number(row, column)?);
            }
        }
        let names = chosen
            .iter()
            .filter_map(|&column| table.header.get(column).cloned())
            .collect();
        let first_is_read = chosen.contains(&0);
        let stamp = |row: usize| match first_is_read {
            false => table.cell(row, 0).to_owned(),
            true => (row + 1).to_string(),
        };
        Ok(Self {
            names,
            values,
            rows,
            stamps: (0..rows).map(stamp).collect(),
            note: table.note(&chosen),
        })
    }
}

fn numeric(table: &Table) -> Result<Vec<usize>> {
    let is_numeric = |&column: &usize| {
        (0..table.rows.len()).any(|row| number::finite(table.cell(row, column)).is_some())
    };
    let found: Vec<usize> = (0..table.header.len()).filter(is_numeric).collect();
    if found.is_empty() {
        return Err(Error::mend(format!(
            "{}: none of the columns {} holds a number; check the file's separator",
            table.name,
            listed(&table.header)
        )));
    }
    Ok(found)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(text: &str, columns: &[&str]) -> Result<Columns> {
        let columns: Vec<String> = columns.iter().map(|&column| column.to_owned()).collect();
        Columns::from_table(&Table::parse("a.csv".to_owned(), text, false)?, &columns)
    }

    fn refused(text: &str, columns: &[&str]) -> String {
        parse(text, columns).unwrap_err().to_string()
    }

    #[test]
    fn all_numeric_columns_are_read_in_file_order() {
        let data = parse(
            "date,load,place,heat\n2024-01,1,x,-2.5\n2024-02,3,y,4\n",
            &[],
        )
        .unwrap();
        assert_eq!(data.names, ["load", "heat"]);
        assert_eq!((data.values, data.rows), (vec![1.0, -2.5, 3.0, 4.0], 2));
    }

    #[test]
    fn named_columns_are_read_in_the_order_asked_for() {
        let data = parse("a,b,c\n1,2,x\n3,4,\n", &["b", "a"]).unwrap();
        assert_eq!(data.names, ["b", "a"]);
        assert_eq!(data.values, [2.0, 1.0, 4.0, 3.0]);
    }

    #[test]
    fn a_file_is_read_by_its_path() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.tsv");
        std::fs::write(&path, "a\tb\n1\t2\n").unwrap();
        assert_eq!(Columns::read(&path, &[]).unwrap().values, [1.0, 2.0]);
    }

    #[test]
    fn unnamed_columns_are_found_again_by_their_names() {
        let text = "day,,,\nmon,1,2,3\ntue,4,5,6\n";
        let data = parse(text, &[]).unwrap();
        assert_eq!(data.names, ["column 2", "column 3", "column 4"]);
        let names: Vec<&str> = data.names.iter().map(String::as_str).collect();
        assert_eq!(parse(text, &names).unwrap(), data);
        assert_eq!(data.values, [1.0, 2.0, 3.0, 4.0, 5.0, 6.0]);
        assert!(
            data.note
                .unwrap()
                .ends_with("`column 2`, `column 3`, `column 4`")
        );
        assert_eq!(parse("day,load\nmon,1\n", &[]).unwrap().note, None);
    }

    #[test]
    fn a_table_without_a_header_is_read_from_its_first_row() {
        let data = parse("1,4492557.123\n2,4492557.124\n", &["column 2"]).unwrap();
        assert_eq!(
            (data.values, data.rows),
            (vec![4_492_557.123, 4_492_557.124], 2)
        );
    }

    #[test]
    fn an_unknown_column_lists_the_columns() {
        let error = refused("a,b\n1,2\n", &["a", "c"]);
        assert!(
            error.contains("a.csv: no column `c`; the columns are `a`, `b`"),
            "{error}"
        );
    }

    #[test]
    fn holes_and_words_are_placed_and_shown() {
        for (cell, shown) in [
            ("", "``"),
            ("NaN", "`NaN`"),
            ("n/a", "`n/a`"),
            ("inf", "`inf`"),
        ] {
            let error = refused(&format!("a,b\n1,2\n3,{cell}\n"), &[]);
            let expected = format!("a.csv: row 2, column `b`: {shown} is not a finite number");
            assert!(error.contains(&expected), "{error}");
        }
        assert!(refused("a,b\n1,\n3,4\n", &[]).contains("row 1, column `b`"));
    }

    #[test]
    fn tables_without_numbers_or_rows_are_refused() {
        let error = refused("a,b\nx,y\n", &[]);
        assert!(
            error.contains("a.csv: none of the columns `a`, `b` holds a number"),
            "{error}"
        );
        assert!(refused("a,b\n", &[]).contains("no rows"));
        assert!(refused("a,b\n1\n", &[]).contains("row 1 has 1 cells and the header 2"));
    }
}
