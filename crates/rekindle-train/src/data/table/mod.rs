//! A table as text in cells: what the readers of tables share.
//!
//! Bytes become text by their [encoding](super::encoding), text becomes rows by its [dialect], and a cell a number, a truth
//! or a date by [cell] and [stamp]. What no key says is found, and said by [`Table::line`] and [`Table::notes`].

pub(crate) mod cell;
pub(crate) mod config;
mod dialect;
pub(crate) mod kind;
pub(crate) mod stamp;

use std::collections::{HashMap, HashSet};
use std::io::Read;
use std::path::Path;

use csv::{ReaderBuilder, StringRecord};

use super::message::{counted, listed, shown};
use super::{encoding, file, number};
use crate::error::{Error, Result};
use config::{Decimal, Separator, TableConfig};

/// Added as a row of its own below the text. When it does not come back as the last row, a quoted
/// cell was never closed and swallowed all that follows it, which the parser alone would not tell.
const END: &str = "\0";

/// Every cell as text, each row as wide as the header. Rows are counted from 1 below the header.
#[derive(Debug)]
pub(super) struct Table {
    /// The file, as error messages name it.
    pub(super) name: String,
    /// The columns' names, without the blanks around them; `column 2` where the second has none. So each is found
    /// again by its name.
    pub(super) header: Vec<String>,
    /// How the file is written: every key that acts on it.
    pub(super) format: TableConfig,
    /// Whether the first row [is a header](dialect::is_header).
    has_header: bool,
    /// What is to be said of how it was read, beside the [line](Table::line).
    asides: Vec<String>,
    /// Whether each column is called by its place.
    placed: Vec<bool>,
    /// The rows below the header; at least one.
    pub(super) rows: Vec<StringRecord>,
}

impl Table {
    /// Reads a file. What `config` does not say is found in it; its name ends in `.tsv` or `.txt` where tabs are likelier
    /// than commas.
    pub(super) fn read(path: &Path, config: &TableConfig) -> Result<Self> {
        let name = path.display().to_string();
        let named = config.encoding.as_deref().and_then(encoding::named);
        let decoded = encoding::decode(file::read_bytes(path)?, named);
        let (text, _) = decoded.map_err(|why| {
            Error::mend(format!(
                "{name}: {why}; say what it is by task.table.encoding: \"windows-1252\" (Excel's in the west), \"latin-1\", \
                 \"utf-16le\", ..."
            ))
        })?;
        let by_name = match file::kind(path).as_str() {
            "tsv" | "tab" | "txt" => Separator::Tab,
            _ => Separator::Comma,
        };
        Self::parse(name, &text, by_name, config)
    }

    /// Parses the text of the file called `name`.
    pub(super) fn parse(
        name: String,
        text: &str,
        by_name: Separator,
        config: &TableConfig,
    ) -> Result<Self> {
        let (excel, text) = excel(text);
        let separator = config.separator.or(excel);
        let separator = separator.unwrap_or_else(|| dialect::separator(text, by_name));
        let quotes = config
            .quotes
            .unwrap_or_else(|| separator != Separator::Tab || dialect::quotes_between_tabs(text));
        let mut records = records(&name, text, separator, quotes)?;
        let Some(first) = records.first() else {
            return Err(Error::mend(format!(
                "{name}: the file is empty; it needs a header that names the columns, then rows"
            )));
        };
        let found = match config.decimal {
            Some(decimal) => Ok((decimal, None)),
            None => dialect::decimal(&records, separator),
        };
        let (decimal, aside) = found.map_err(|why| Error::mend(format!("{name}: {why}")))?;
        let header = config.header;
        let has_header = header.unwrap_or_else(|| dialect::is_header(first, decimal));
        let names: Vec<String> = match has_header {
            true => records
                .remove(0)
                .iter()
                .map(|cell| cell.trim().into())
                .collect(),
            false => vec![String::new(); first.len()],
        };
        let placed = names.iter().map(String::is_empty).collect();
        let called = |(i, name): (usize, String)| match name.is_empty() {
            true => format!("column {}", i + 1),
            false => name,
        };
        let table = Self {
            name,
            header: names.into_iter().enumerate().map(called).collect(),
            format: TableConfig {
                separator: Some(separator),
                quotes: Some(quotes),
                header: Some(has_header),
                decimal: Some(decimal),
                ..config.clone()
            },
            has_header,
            asides: aside.into_iter().collect(),
            placed,
            rows: records,
        };
        table.check(text)?;
        Ok(table)
    }

    /// Parses the text of a file called `a.csv`, of which nothing is said.
    #[cfg(test)]
    pub(super) fn of_csv(text: &str) -> Result<Self> {
        Self::parse(
            "a.csv".to_owned(),
            text,
            Separator::Comma,
            &TableConfig::default(),
        )
    }

    /// What stands before the decimals of a number.
    pub(super) fn decimal(&self) -> Decimal {
        self.format.decimal.unwrap_or_default()
    }

    /// How the file was read, in one line.
    pub(super) fn line(&self) -> String {
        let separator = self.format.separator.unwrap_or(Separator::Comma);
        let comma = match self.decimal() {
            Decimal::Point => "",
            Decimal::Comma => ", decimal commas",
        };
        let header = if self.has_header {
            "a header"
        } else {
            "no header"
        };
        format!(
            "{}: {} of {} separated by {}{comma}, {header}",
            self.name,
            counted(self.rows.len(), "rows"),
            counted(self.header.len(), "columns"),
            separator.name()
        )
    }

    /// What may have been meant otherwise of how the file was read.
    pub(super) fn notes(&self) -> Vec<String> {
        let aside = |aside: &String| format!("{}: {aside}", self.name);
        self.asides.iter().map(aside).collect()
    }

    /// Whether a cell is empty, or says that its value is missing.
    pub(super) fn is_missing(&self, row: usize, column: usize) -> bool {
        let cell = self.cell(row, column);
        number::is_missing(cell) || self.is_marked(cell)
    }

    /// Whether a cell has a word for a missing value that a key names: it may be a number, -999.
    fn is_marked(&self, cell: &str) -> bool {
        self.format.missing.iter().any(|mark| mark == cell.trim())
    }

    /// Where the column called `wanted` stands.
    pub(super) fn column(&self, wanted: &str) -> Result<usize> {
        let place = self.header.iter().position(|column| column == wanted);
        self.found(place, wanted)
    }

    /// Where the columns called so stand.
    pub(super) fn columns(&self, wanted: &[String]) -> Result<Vec<usize>> {
        let places = self.header.iter().map(String::as_str).zip(0..);
        let places: HashMap<&str, usize> = places.collect();
        let each = wanted
            .iter()
            .map(|name| self.found(places.get(name.as_str()).copied(), name));
        each.collect()
    }

    /// What an error adds that misses a name where the header is one, with another separator in it than the table's.
    fn undivided(&self) -> String {
        let separator = self.format.separator.unwrap_or(Separator::Comma);
        match self.header.as_slice() {
            [whole] if self.has_header && whole.contains([',', ';', '\t', '|']) => {
                format!(
                    " (one, for the table is read as separated by {}: write it so, or say task.table.separator)",
                    separator.name()
                )
            }
            _ => String::new(),
        }
    }

    fn found(&self, place: Option<usize>, wanted: &str) -> Result<usize> {
        place.ok_or_else(|| {
            Error::mend(format!(
                "{}: no column {}; the columns are {}{}{}",
                self.name,
                shown(wanted),
                listed(&self.header),
                self.undivided(),
                self.hint()
            ))
        })
    }

    /// What an error adds that misses a name or finds a word: the remedy, where the file has no header or seems to.
    pub(super) fn hint(&self) -> &'static str {
        match self.has_header {
            true if self.header.iter().any(|name| number::is_written(name)) => {
                " (the first row was taken for the header, yet holds numbers: if it is data, write a header above it, or say \
                 task.table.header = false)"
            }
            true => "",
            false => " (the first row is data and no header: write one above it)",
        }
    }

    /// What is to be said of the names of some columns: which of them the file does not name.
    pub(super) fn note(&self, columns: &[usize]) -> Option<String> {
        let placed = columns.iter().filter(|&&column| self.placed[column]);
        let placed: Vec<String> = placed.map(|&column| self.header[column].clone()).collect();
        let why = match (placed.is_empty(), self.has_header) {
            (true, true) if columns.iter().any(|&c| number::is_written(&self.header[c])) => {
                return Some(format!("{}:{}", self.name, self.hint()));
            }
            (true, _) => return None,
            (false, true) => "columns without a name are called by their place",
            (false, false) => {
                "the first row holds no names, so it is data and no header; columns are called by their place"
            }
        };
        Some(format!("{}: {why}: {}", self.name, listed(&placed)))
    }

    /// Whether the header has no name for a column, though it has some.
    pub(super) fn is_unnamed(&self, column: usize) -> bool {
        self.has_header && self.placed[column]
    }

    /// The number in one cell, by indices from 0.
    pub(super) fn number(&self, row: usize, column: usize) -> Result<f64> {
        self.value(row, column).ok_or_else(|| {
            self.no_number(
                row,
                column,
                "fill it in, or leave out the row or the column",
            )
        })
    }

    /// The number in one cell, where it holds one.
    pub(super) fn value(&self, row: usize, column: usize) -> Option<f64> {
        let cell = self.cell(row, column);
        match self.is_marked(cell) {
            true => None,
            false => cell::read(cell, self.decimal()).map(|(value, _)| value),
        }
    }

    /// The error of a cell that holds no number, by indices from 0, with a remedy.
    pub(super) fn no_number(&self, row: usize, column: usize, remedy: &str) -> Error {
        let header = self.header.get(column).map_or("", String::as_str);
        let cell = self.cell(row, column);
        let (other, mark) = match self.decimal() {
            Decimal::Point => (Decimal::Comma, "point"),
            Decimal::Comma => (Decimal::Point, "comma"),
        };
        let why = match cell::read(cell, other) {
            Some(_) => format!("is no number with a decimal {mark}, as the table is read"),
            None => number::refusal(cell),
        };
        Error::mend(format!(
            "{}: row {}, column {}: {} {why}; {remedy}{}",
            self.name,
            row + 1,
            shown(header),
            shown(cell),
            self.hint()
        ))
    }

    /// The text in one cell, by indices from 0.
    pub(super) fn cell(&self, row: usize, column: usize) -> &str {
        self.rows
            .get(row)
            .and_then(|row| row.get(column))
            .unwrap_or_default()
    }

    fn check(&self, text: &str) -> Result<()> {
        let Self {
            name, header, rows, ..
        } = self;
        let mut seen = HashSet::new();
        for column in header {
            if !seen.insert(column) {
                return Err(Error::mend(format!(
                    "{name}: the header has two columns {}; rename one{}",
                    shown(column),
                    self.hint()
                )));
            }
        }
        if rows.is_empty() {
            return Err(Error::mend(format!(
                "{name}: no rows below the header; add some, or check the path"
            )));
        }
        if let Some((index, row)) = rows
            .iter()
            .enumerate()
            .find(|(_, row)| row.len() != header.len())
        {
            let first = match self.has_header {
                true => "the header",
                false => "row 1",
            };
            let wide = rows.iter().filter(|row| row.len() > header.len()).count();
            let titles = match self.has_header && wide * 2 > rows.len() {
                true => "; where lines stand above the header, such as a title, take them out",
                false => "",
            };
            return Err(Error::mend(format!(
                "{name}: row {} has {} and {first} {}; give it one cell a column (in CSV, quote a cell that holds a comma){titles}",
                index + 1,
                counted(row.len(), "cells"),
                header.len()
            )));
        }
        // The parser skips blank lines, but in a table of one column such a line is a missing value.
        let blank = text.trim_end().lines().position(str::is_empty);
        if let (1, Some(line)) = (header.len(), blank) {
            return Err(Error::mend(format!(
                "{name}: line {} is blank, a missing value in a table of one column; fill it in or remove the line",
                line + 1
            )));
        }
        Ok(())
    }
}

/// The separator that Excel has announced in a line of its own, and the text below it.
fn excel(text: &str) -> (Option<Separator>, &str) {
    let announced = text.strip_prefix("sep=").and_then(|rest| {
        let mark = rest.chars().next()?;
        let below = rest[mark.len_utf8()..]
            .trim_start_matches('\r')
            .strip_prefix('\n')?;
        let is_it = |separator: &Separator| char::from(separator.byte()) == mark;
        Some((Separator::ALL.into_iter().find(is_it)?, below))
    });
    match announced {
        Some((separator, below)) => (Some(separator), below),
        None => (None, text),
    }
}

/// Every row, the first among them.
fn records(
    name: &str,
    text: &str,
    separator: Separator,
    quotes: bool,
) -> Result<Vec<StringRecord>> {
    let mut reader = ReaderBuilder::new()
        .delimiter(separator.byte())
        .quoting(quotes)
        .has_headers(false)
        .flexible(true)
        .from_reader(text.as_bytes().chain("\n".as_bytes()).chain(END.as_bytes()));
    let mut records = reader
        .records()
        .collect::<csv::Result<Vec<_>>>()
        .map_err(|error| Error::fault(format!("{name}: {error}")))?;
    let end = records.pop();
    if end.is_none_or(|record| record != vec![END]) {
        return Err(Error::mend(format!(
            "{name}: row {} opens a quote that is never closed; close it, or double a quote that is meant literally",
            records.len()
        )));
    }
    Ok(records)
}

#[cfg(test)]
mod tests;
