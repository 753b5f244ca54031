//! A table as text in cells: what the readers of tables share.
//!
//! Bytes become text by their [encoding](super::encoding), text becomes rows by its [dialect], and a cell a number, a truth
//! or a date by [cell] and [stamp]. What no key says is found, and said by [`Table::line`] and [`Table::notes`].

pub(crate) mod cell;
mod check;
pub(crate) mod config;
mod decoded;
mod dialect;
mod in_columns;
pub(crate) mod json;
pub(crate) mod kind;
mod months;
pub(crate) mod stamp;
mod titles;

use std::collections::HashMap;
use std::io::Read;
use std::path::Path;

use csv::{ReaderBuilder, StringRecord};

use super::columnar::Format;
use super::message::{self, counted, listed, shown};
use super::{file, number};
use crate::error::{Error, Result};
use config::{Decimal, Separator, TableConfig};

/// Added as a row of its own below the text. When it does not come back as the last row, a quoted
/// cell was never closed and swallowed all that follows it, which the parser alone would not tell.
const END: &str = "\0";

/// What a last row is called that sums up those above it.
const TOTALS: [&str; 14] = [
    "total",
    "totals",
    "grand total",
    "sum",
    "average",
    "mean",
    "summe",
    "gesamt",
    "insgesamt",
    "mittelwert",
    "somme",
    "suma",
    "totale",
    "totaal",
];

/// What the names of tables end in.
pub(crate) const KINDS: [&str; 12] = [
    "csv", "tsv", "txt", "tab", "parquet", "pq", "arrow", "arrows", "feather", "jsonl", "ndjson",
    "json",
];

pub(super) use decoded::decoded;
pub(crate) use in_columns::is_in_columns;

/// Whether a file is a table beyond doubt: by what its name ends in, or by its first bytes. A `.txt` may be one, too.
pub(super) fn is_table(path: &Path) -> bool {
    let kind = file::kind(path);
    let is_named = ["csv", "tsv", "tab"].contains(&kind.as_str()) || json::is_json(&kind);
    is_named || is_in_columns(path)
}

/// Where a table is from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Origin {
    /// A file of text.
    Text,
    /// A line that came by itself.
    Line,
    /// A file in a format of that name, whose cells are values.
    Values(&'static str),
}

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
    /// The line of the header, if there [is one](dialect::is_header).
    header_line: Option<usize>,
    /// What is to be said of how it was read, beside the [line](Table::line).
    asides: Vec<String>,
    /// Whether each column is called by its place.
    placed: Vec<bool>,
    /// The rows below the header; at least one.
    pub(super) rows: Vec<StringRecord>,
    /// The line of the file in which each of them begins, where it is a text.
    lines: Vec<usize>,
    origin: Origin,
    /// The word behind all numbers of each column, `bpm`; empty where there is none.
    units: Vec<String>,
    /// The first row below the names that is none of data, most often of units; empty where there is none.
    second: StringRecord,
}

impl Table {
    /// Reads a file, one in columns where its first bytes say so, and JSON by its name. What `config` does not say is found in it; its
    /// name ends in `.tsv` or `.txt` where tabs are likelier than commas.
    pub(super) fn read(path: &Path, config: &TableConfig) -> Result<Self> {
        let name = path.display().to_string();
        let bytes = file::read_bytes(path)?;
        if let Some(format) = Format::of(&bytes) {
            return Self::of_columns(name, format, bytes, config);
        }
        let (text, aside) = decoded(path, bytes, config.encoding.as_deref())?;
        let by_name = match file::kind(path).as_str() {
            kind if json::is_json(kind) => return Self::of_json(name, &text, config),
            "tsv" | "tab" | "txt" => Separator::Tab,
            _ => Separator::Comma,
        };
        let mut table = Self::parse(name, &text, by_name, config)?;
        table.asides.extend(aside);
        Ok(table)
    }

    /// Parses the text of the file called `name`.
    pub(super) fn parse(
        name: String,
        text: &str,
        by_name: Separator,
        config: &TableConfig,
    ) -> Result<Self> {
        let (excel, below_mark) = excel(text);
        let separator = config.separator.or(excel);
        let found = match (config.skip_lines, config.header) {
            (None, None | Some(true)) => titles::above(below_mark, separator, config.quotes),
            _ => None,
        };
        let skipped = found.map_or(config.skip_lines.unwrap_or(0), |(_, lines)| lines);
        let whole = text;
        let text = titles::without(below_mark, skipped);
        let first_line = titles::line_ends(&whole[..whole.len() - text.len()]);
        let separator = separator.or(found.map(|(separator, _)| separator));
        let separator = separator.unwrap_or_else(|| dialect::separator(text, by_name));
        let quotes = config
            .quotes
            .unwrap_or_else(|| separator != Separator::Tab || dialect::quotes_between_tabs(text));
        let (mut records, mut lines) = records(&name, text, separator, quotes, first_line)?;
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
        let mut asides: Vec<String> = aside.into_iter().collect();
        if skipped > 0 {
            let title = below_mark.lines().next().unwrap_or_default();
            asides.push(format!(
                "left out {} above the header, the first {}; task.table.skip_lines says how many",
                counted(skipped, "lines"),
                shown(title.trim())
            ));
        }
        let has_header = config
            .header
            .unwrap_or_else(|| dialect::is_header(first, decimal));
        let header_line = has_header.then(|| lines.remove(0));
        let names: Vec<String> = match has_header {
            true => records
                .remove(0)
                .iter()
                .map(|cell| cell.trim().into())
                .collect(),
            false => vec![String::new(); first.len()],
        };
        let mut second = StringRecord::new();
        if let Some(header_line) = header_line {
            let below = match config.header_rows {
                Some(rows) => rows.saturating_sub(1).min(records.len()),
                None => titles::below(&records, decimal),
            };
            lines.drain(..below);
            let left_out: Vec<StringRecord> = records.drain(..below).collect();
            if let Some(first) = left_out.first() {
                let cells: Vec<String> = first.iter().map(str::to_owned).collect();
                asides.push(format!(
                    "left out {} below the header in line {header_line}, the first {}; task.table.header_rows says how many rows the header has",
                    counted(below, "rows"),
                    listed(&cells)
                ));
                second = first.clone();
            }
        }
        let (header, placed) = called(names);
        let mut table = Self {
            name,
            header,
            format: TableConfig {
                separator: Some(separator),
                quotes: Some(quotes),
                header: Some(has_header),
                decimal: Some(decimal),
                ..config.clone()
            },
            header_line,
            asides,
            placed,
            rows: records,
            lines,
            origin: Origin::Text,
            units: Vec::new(),
            second,
        }
        .checked()?;
        table.has_no_gap(text, first_line)?;
        let total = table.total();
        table.asides.extend(total);
        Ok(table)
    }

    /// Parses a line that came by itself, below a header if there is one. Errors call it `name`, and no row.
    pub(super) fn of_line(
        name: String,
        (header, line): (Option<&str>, &str),
        config: &TableConfig,
    ) -> Result<Self> {
        let text = header.map_or(line.to_owned(), |header| format!("{header}\n{line}"));
        let config = TableConfig {
            skip_lines: Some(0),
            header_rows: Some(1),
            ..config.clone()
        };
        let by_name = config.separator.unwrap_or(Separator::Comma);
        let mut table = Self::parse(name, &text, by_name, &config)?;
        table.lines.clear();
        table.origin = Origin::Line;
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

    fn has_header(&self) -> bool {
        self.header_line.is_some() || self.has_values()
    }

    /// Whether its cells are values, and names and numbers are not told by how they are written.
    fn has_values(&self) -> bool {
        matches!(self.origin, Origin::Values(_))
    }

    /// What a row is called in messages, by its index: `row 2 (line 3)`.
    pub(super) fn row(&self, row: usize) -> String {
        message::row(row, self.lines.get(row).copied())
    }

    /// What a cell is called in messages, by its indices: ``row 2 (line 3), column `load` ``.
    pub(super) fn place(&self, row: usize, column: usize) -> String {
        let column = shown(self.header.get(column).map_or("", String::as_str));
        match self.origin {
            Origin::Line => format!("column {column}"),
            _ => format!("{}, column {column}", self.row(row)),
        }
    }

    /// The lines in which its rows begin, where it is a text.
    pub(super) fn lines(&self) -> &[usize] {
        &self.lines
    }

    /// The line of the header, where it is a text.
    pub(super) fn header_line(&self) -> Option<usize> {
        self.header_line
    }

    /// What stands between its cells, where it is a text.
    pub(super) fn separator(&self) -> char {
        let separator = self.format.separator.unwrap_or(Separator::Comma);
        char::from(separator.byte())
    }

    /// How the file was read, in one line.
    pub(super) fn line(&self) -> String {
        let (rows, columns) = (
            counted(self.rows.len(), "rows"),
            counted(self.header.len(), "columns"),
        );
        if let Origin::Values(format) = self.origin {
            return format!("{}: {rows} of {columns} of {format}", self.name);
        }
        let separator = self.format.separator.unwrap_or(Separator::Comma);
        let comma = match self.decimal() {
            Decimal::Point => "",
            Decimal::Comma => ", decimal commas",
        };
        let header = match self.header_line {
            None => "no header".to_owned(),
            Some(1) => "a header".to_owned(),
            Some(line) => format!("a header in line {line}"),
        };
        format!(
            "{}: {rows} of {columns} separated by {}{comma}, {header}",
            self.name,
            separator.name()
        )
    }

    /// What may have been meant otherwise of how the file was read, or was left out of it.
    pub(super) fn asides(&self) -> &[String] {
        &self.asides
    }

    /// What is to be said of a last row that seems to be a sum.
    fn total(&self) -> Option<String> {
        let last = self.rows.len().checked_sub(1)?;
        let is_total = |cell: &&str| {
            let word = cell.trim().trim_end_matches(':').to_lowercase();
            TOTALS.contains(&word.as_str())
        };
        let cell = self.rows[last].iter().find(is_total)?;
        Some(format!(
            "the last, {}, is called {} and is read as a row like the others; take it out if it sums them up",
            self.row(last),
            shown(cell)
        ))
    }

    /// The same, each with the file's name.
    pub(super) fn notes(&self) -> Vec<String> {
        let aside = |aside: &String| format!("{}: {aside}", self.name);
        self.asides.iter().map(aside).collect()
    }

    /// Whether a cell is empty, or says that its value is missing.
    pub(super) fn is_missing(&self, row: usize, column: usize) -> bool {
        let cell = self.cell(row, column);
        number::is_missing(cell) || self.is_marked(cell)
    }

    /// Whether a cell says nothing: it is empty, or has a word for a missing value that a key names.
    pub(super) fn is_blank(&self, row: usize, column: usize) -> bool {
        let cell = self.cell(row, column);
        cell.trim().is_empty() || self.is_marked(cell)
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
            [whole] if self.header_line.is_some() && whole.contains([',', ';', '\t', '|']) => {
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
        match self.has_header() {
            true if self.has_values() => "",
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
        let why = match (placed.is_empty(), self.has_header()) {
            (true, true)
                if !self.has_values()
                    && columns.iter().any(|&c| number::is_written(&self.header[c])) =>
            {
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
        self.has_header() && self.placed[column]
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
        match self.is_marked(self.cell(row, column)) {
            true => None,
            false => cell::read(self.bare(row, column), self.decimal()).map(|(value, _)| value),
        }
    }

    /// A cell without the blanks around it and the unit of its column.
    pub(super) fn bare(&self, row: usize, column: usize) -> &str {
        let cell = self.cell(row, column).trim();
        let unit = self.units.get(column).map_or("", String::as_str);
        cell.strip_suffix(unit).unwrap_or(cell).trim_end()
    }

    /// The error of a cell that holds no number, by indices from 0, with a remedy.
    pub(super) fn no_number(&self, row: usize, column: usize, remedy: &str) -> Error {
        let cell = self.cell(row, column);
        let (other, mark) = match self.decimal() {
            Decimal::Point => (Decimal::Comma, "point"),
            Decimal::Comma => (Decimal::Point, "comma"),
        };
        let why = match cell::read(cell, other) {
            Some(_) => format!(
                "{} is no number with a decimal {mark}, as the table is read",
                shown(cell)
            ),
            None => number::refusal(cell),
        };
        let is_word =
            row == 0 && self.header_line.is_some() && !cell.contains(|c: char| c.is_ascii_digit());
        let unit = match is_word && !self.is_missing(row, column) {
            true => "; where it is a unit or a second name, say task.table.header_rows = 2",
            false => "",
        };
        Error::mend(format!(
            "{}: {}: {why}; {remedy}{unit}{}",
            self.name,
            self.place(row, column),
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
}

/// What columns are called of these names, and which of them by their place.
fn called(names: Vec<String>) -> (Vec<String>, Vec<bool>) {
    let placed = names.iter().map(String::is_empty).collect();
    let called = |(i, name): (usize, String)| match name.is_empty() {
        true => format!("column {}", i + 1),
        false => name,
    };
    (names.into_iter().enumerate().map(called).collect(), placed)
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

/// Every row, the first among them, and the line of the file in which each begins, where so many stand above the text.
fn records(
    name: &str,
    text: &str,
    separator: Separator,
    quotes: bool,
    above: usize,
) -> Result<(Vec<StringRecord>, Vec<usize>)> {
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
    let lines = titles::lines(text, &records);
    let mut lines: Vec<usize> = lines.into_iter().map(|line| above + line).collect();
    let (end, line) = (records.pop(), lines.pop());
    if end.is_none_or(|record| record != vec![END]) {
        return Err(Error::mend(format!(
            "{name}: line {} opens a quote that is never closed; close it, or double a quote that is meant literally",
            line.unwrap_or(1)
        )));
    }
    Ok((records, lines))
}

#[cfg(test)]
mod tests;
