//! What a file seems to hold, for whoever has no config yet.

use super::{
    file,
    table::{Table, config::TableConfig, kind::ColumnKind},
};
use crate::error::Result;
use std::{collections::HashSet, path::Path};

/// What a file seems to hold.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Seen {
    /// A text without columns, of so many characters.
    Prose(usize),
    /// Series with their classes, in a `.ts` file or a row each with a column `label`.
    Series,
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

/// What a column of classes is likely to be called.
const LABELS: [&str; 9] = [
    "label",
    "class",
    "target",
    "category",
    "sentiment",
    "y",
    "kind",
    "type",
    "tag",
];

/// The most values that a column has whose values are classes, where its name does not say so.
const CLASSES: usize = 20;

/// Looks at a file.
///
/// # Errors
///
/// If it cannot be read.
pub(crate) fn look(path: &Path) -> Result<Seen> {
    if file::kind(path) == "ts" {
        return Ok(Seen::Series);
    }
    let prose = || Ok(Seen::Prose(file::read_text(path)?.chars().count()));
    let Ok(table) = Table::read(path, &TableConfig::default()) else {
        return prose();
    };
    if table.header.len() < 2 && !matches!(file::kind(path).as_str(), "csv" | "tsv" | "tab") {
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
    Ok(match (label, text) {
        (Some(label), Some(text)) if text.words > table.rows.len() => Seen::Texts {
            text: text.name.clone(),
            label: label.clone(),
        },
        (Some(label), _) if label == "label" && numbers > 0 => Seen::Series,
        _ if numbers > 0 => Seen::Rows(table.rows.len()),
        _ => return prose(),
    })
}

/// A column, as far as it tells what the file is.
struct Column {
    name: String,
    kind: ColumnKind,
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
        Column {
            name: table.header[index].clone(),
            kind: table.look(index).kind,
            words: cells
                .clone()
                .map(|cell| cell.split_whitespace().count())
                .sum(),
            values: cells.collect::<HashSet<_>>().len(),
            rows,
        }
    }

    /// Whether its values are few enough to be classes.
    fn has_few(&self) -> bool {
        self.values > 1 && self.values <= CLASSES && self.values * 2 <= self.rows
    }
}

/// The column of classes: that of a usual name, or else the only one with few different words.
fn label(columns: &[Column]) -> Option<&String> {
    let named = LABELS.iter().find_map(|name| {
        let mut columns = columns.iter();
        columns.find(|column| column.name.to_lowercase() == *name && column.values > 1)
    });
    let mut few = columns
        .iter()
        .filter(|column| column.kind == ColumnKind::Text && column.has_few());
    let only = few.next().filter(|_| few.next().is_none());
    let classes = |column: &&Column| column.kind != ColumnKind::Number || column.has_few();
    named.filter(classes).or(only).map(|column| &column.name)
}
