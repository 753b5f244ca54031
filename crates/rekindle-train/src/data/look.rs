//! What a file seems to hold, for whoever has no config yet.

use super::{
    classes, file,
    series::SeriesColumns,
    series_csv, series_file,
    series_parsed::Labels,
    table::{Table, config::TableConfig, kind::ColumnKind},
};
use crate::{
    error::{Error, Result},
    shell::quoted,
};
use std::{collections::HashSet, path::Path};

/// A file that was looked at.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Look {
    pub(crate) seen: Seen,
    /// Whether values are missing of what would be read.
    pub(crate) has_holes: bool,
    /// The columns of a table with a step in each row that say to which series it belongs, and when it is.
    pub(crate) steps: Option<(String, Option<String>)>,
}

/// What a file seems to hold.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Seen {
    /// A text without columns, of so many characters.
    Prose(usize),
    /// Series with a class each.
    Series,
    /// Series with a number each.
    Targets,
    /// A text and its class in each row.
    Texts {
        /// The column of the texts.
        text: String,
        /// The column of the classes.
        label: String,
    },
    /// Numbers, a row a point in time.
    Rows(usize),
}

/// The most values that a column has whose values are classes, where its name does not say so.
const CLASSES: usize = 20;

/// Looks at a file.
///
/// # Errors
///
/// If it cannot be read.
pub(crate) fn look(path: &Path) -> Result<Look> {
    if matches!(
        file::kind(path).as_str(),
        "ts" | "jsonl" | "ndjson" | "npz" | "npy"
    ) {
        return series(path);
    }
    let prose = || {
        Ok(Look::at(Seen::Prose(
            file::read_text(path)?.chars().count(),
        )))
    };
    let is_table = matches!(file::kind(path).as_str(), "csv" | "tsv" | "tab");
    let table = match Table::read(path, &TableConfig::default()) {
        Ok(table) => table,
        Err(error) if is_table => return Err(error),
        Err(_) => return prose(),
    };
    if table.header.len() < 2 && !is_table {
        return prose();
    }
    let columns: Vec<Column> = (0..table.header.len())
        .map(|i| Column::of(&table, i))
        .collect();
    let label = label(&columns);
    let text = columns
        .iter()
        .filter(|column| column.kind == ColumnKind::Text && Some(&column.name) != label)
        .max_by_key(|column| column.words);
    let numbers = columns
        .iter()
        .filter(|column| column.kind == ColumnKind::Number && Some(&column.name) != label)
        .count();
    let seen = match (label, text) {
        (Some(label), Some(text)) if text.words > table.rows.len() => Seen::Texts {
            text: text.name.clone(),
            label: label.clone(),
        },
        (Some(label), _) if label == "label" && numbers > 0 => Seen::Series,
        (None, _) if numbers > 1 && columns.iter().any(Column::is_target) => Seen::Targets,
        _ if numbers > 0 => {
            let is_open = |column: &Column| column.kind == ColumnKind::Number && column.has_holes;
            return Ok(Look {
                has_holes: columns.iter().any(is_open),
                ..Look::at(Seen::Rows(table.rows.len()))
            });
        }
        _ if is_table => {
            return Err(Error::mend(format!(
                "{}: there is no column of numbers, and none of texts beside one of classes; name a task, for example \
                 rekindle init classify_text --data {}",
                path.display(),
                quoted(path)
            )));
        }
        _ => return prose(),
    };
    Ok(of_series(seen, &table))
}

/// What more is to be known of a table of series.
fn of_series(seen: Seen, table: &Table) -> Look {
    let labels = match seen {
        Seen::Series => Labels::Classes,
        Seen::Targets => Labels::Numbers,
        _ => return Look::at(seen),
    };
    let label = table
        .header
        .iter()
        .position(|name| name == labels.names()[0] || name == "label");
    let steps = series_csv::of_steps(table, label);
    let is_open = |column: usize| {
        let looked = table.look(column);
        looked.kind == ColumnKind::Number && looked.has_holes
    };
    let has_holes = match steps {
        Some(_) => (0..table.header.len()).any(is_open),
        // Values that are missing at the end of a row make its series shorter.
        None => (0..table.rows.len()).any(|row| {
            let is_missing =
                |column: &usize| table.is_missing(row, *column) && Some(*column) != label;
            let mut columns = (0..table.header.len()).rev().skip_while(is_missing);
            columns.any(|column| is_missing(&column))
        }),
    };
    let named = |column: usize| table.header[column].clone();
    Look {
        seen,
        has_holes,
        steps: steps.map(|(id, time)| (named(id), time.map(named))),
    }
}

impl Look {
    /// At a file of which no more is to be known.
    fn at(seen: Seen) -> Look {
        Look {
            seen,
            has_holes: false,
            steps: None,
        }
    }
}

/// Looks at a file that holds nothing but series.
fn series(path: &Path) -> Result<Look> {
    let parsed = series_file::parse(path, &SeriesColumns::default(), Labels::Numbers, true)?;
    let are_numbers = match (parsed.announces, &parsed.labels) {
        (Some(announced), _) => announced == Labels::Numbers,
        // Of JSON lines it was asked for the key of a number; an array of classes may have the name of one of numbers.
        (None, Some(labels)) => {
            let different: HashSet<&String> = labels.iter().collect();
            let different: Vec<String> = different.into_iter().cloned().collect();
            parsed.columns.label.as_deref() == Some("target")
                || classes::are_measured(&different, labels.len())
        }
        (None, None) => false,
    };
    let mut values = parsed.series.iter().flat_map(|one| &one.values);
    Ok(Look {
        has_holes: values.any(|value| value.is_nan()),
        ..Look::at(match are_numbers {
            true => Seen::Targets,
            false => Seen::Series,
        })
    })
}

/// A column, as far as it tells what the file is.
struct Column {
    name: String,
    kind: ColumnKind,
    has_holes: bool,
    /// How many words all its cells have.
    words: usize,
    /// How many different cells it has.
    values: usize,
    rows: usize,
}

impl Column {
    fn of(table: &Table, index: usize) -> Column {
        let rows = table.rows.len();
        let cells = (0..rows).map(|row| table.cell(row, index));
        let looked = table.look(index);
        Column {
            name: table.header[index].clone(),
            kind: looked.kind,
            has_holes: looked.has_holes,
            words: cells
                .clone()
                .map(|cell| cell.split_whitespace().count())
                .sum(),
            values: cells.collect::<HashSet<_>>().len(),
            rows,
        }
    }

    /// Whether it is a label, and its values are too many to be classes.
    fn is_target(&self) -> bool {
        self.name == "label" && self.kind == ColumnKind::Number && !self.has_few()
    }

    /// Whether its values are few enough to be classes.
    fn has_few(&self) -> bool {
        self.values > 1 && self.values <= CLASSES && self.values * 2 <= self.rows
    }
}

/// The column of classes: that of a usual name, or else the only one with few different words.
fn label(columns: &[Column]) -> Option<&String> {
    let named = classes::NAMES.iter().find_map(|name| {
        let mut columns = columns.iter();
        columns.find(|column| column.name.to_lowercase() == *name && column.values > 1)
    });
    let mut few = columns
        .iter()
        .filter(|column| column.kind == ColumnKind::Text && column.has_few());
    let only = few.next().filter(|_| few.next().is_none());
    let are_classes = |column: &&Column| column.kind != ColumnKind::Number || column.has_few();
    named
        .filter(are_classes)
        .or(only)
        .map(|column| &column.name)
}
