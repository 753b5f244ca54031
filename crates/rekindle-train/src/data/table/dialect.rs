//! How a table is written, as found in its text.

use csv::{ReaderBuilder, StringRecord};

use super::super::message::shown;
use super::cell::{self, Evidence};
use super::config::{Decimal, Separator};
use super::stamp;
use crate::data::number;

/// The rows by which the separator is found.
const LOOKED_AT: usize = 64;

/// The separator that all of the first rows agree on; where none is, or several are, the name of the file decides.
pub(super) fn separator(text: &str, by_name: Separator) -> Separator {
    let widths = |separator: Separator| -> Vec<usize> {
        let rows = first_rows(text, separator).into_iter();
        rows.map(|row| row.len()).collect()
    };
    let mut order = Separator::ALL.to_vec();
    if by_name == Separator::Tab {
        order.sort_by_key(|&separator| separator != by_name);
    }
    let found = order
        .iter()
        .map(|&separator| (separator, widths(separator)));
    let found: Vec<(Separator, Vec<usize>)> = found.collect();
    let is_even = |widths: &[usize]| widths[0] > 1 && widths.iter().all(|&n| n == widths[0]);
    let even = found.iter().filter(|(_, w)| !w.is_empty() && is_even(w));
    let even: Vec<Separator> = even.map(|(separator, _)| *separator).collect();
    if let [first, rest @ ..] = even.as_slice() {
        // Commas within cells stand before decimals, or they part the cells.
        let is_parted = rest.contains(&by_name)
            && by_name == Separator::Comma
            && !commas_are_decimal(text, *first);
        return if is_parted { by_name } else { *first };
    }
    // Rows of unequal width are an error, which is to count the cells that its author sees.
    let splits = |separator: Separator| {
        let widths = found.iter().find(|(other, _)| *other == separator);
        widths.is_some_and(|(_, w)| w.first().is_some_and(|&first| first > 1))
    };
    match splits(by_name) {
        true => by_name,
        false => order.into_iter().find(|&s| splits(s)).unwrap_or(by_name),
    }
}

/// Whether all cells of the first rows that hold a comma are numbers, where this separates them.
fn commas_are_decimal(text: &str, separator: Separator) -> bool {
    let is_number = |cell: &str| {
        let mut marks = [Decimal::Comma, Decimal::Point].into_iter();
        marks.any(|mark| cell::read(cell, mark).is_some())
    };
    let rows = first_rows(text, separator);
    let mut cells = rows.iter().flatten().filter(|cell| cell.contains(','));
    cells.all(is_number)
}

/// The first rows, where this separates their cells.
fn first_rows(text: &str, separator: Separator) -> Vec<StringRecord> {
    let mut reader = ReaderBuilder::new()
        .delimiter(separator.byte())
        .quoting(separator != Separator::Tab)
        .has_headers(false)
        .flexible(true)
        .from_reader(text.as_bytes());
    let rows = reader.records().take(LOOKED_AT);
    rows.map_while(Result::ok).collect()
}

/// Whether the cells of a table separated by tabs may stand in quotes: where they had to, for a tab, a line end or a quote
/// in them, or where all of the first row do; and nowhere a quote opens a cell that it does not close, and all rows have as
/// many cells.
pub(super) fn quotes_between_tabs(text: &str) -> bool {
    if !text.contains('"') {
        return false;
    }
    let mut rest = text;
    let (mut first_quoted, mut had_to) = (true, false);
    let (mut cells, mut width) = (0, None);
    while !rest.is_empty() {
        let end = match rest.strip_prefix('"') {
            None => {
                first_quoted &= width.is_some();
                rest.find(['\t', '\n']).unwrap_or(rest.len())
            }
            Some(inside) => {
                let Some(end) = closing(inside) else {
                    return false;
                };
                had_to |= inside[..end].contains(['\t', '\n', '"']);
                end + 2
            }
        };
        cells += 1;
        rest = rest[end..].trim_start_matches('\r');
        let next = rest.chars().next();
        if matches!(next, None | Some('\n')) && *width.get_or_insert(cells) != cells {
            return false;
        }
        match next {
            None | Some('\t') => {}
            Some('\n') => cells = 0,
            Some(_) => return false,
        }
        rest = rest.get(1..).unwrap_or_default();
    }
    had_to || first_quoted
}

/// Where the quote stands that closes a cell; a doubled one does not.
fn closing(inside: &str) -> Option<usize> {
    let mut quotes = inside.match_indices('"').map(|(at, _)| at).peekable();
    while let Some(at) = quotes.next() {
        match quotes.peek() {
            Some(&next) if next == at + 1 => {
                quotes.next();
            }
            _ => return Some(at),
        }
    }
    None
}

/// The decimal mark of a table, and what is to be said where it may be taken otherwise.
///
/// # Errors
///
/// If the cells do not say it, and neither does the separator.
pub(super) fn decimal(
    rows: &[StringRecord],
    separator: Separator,
) -> Result<(Decimal, Option<String>), String> {
    let (mut points, mut commas) = (None, None);
    let (mut point_count, mut comma_count) = (0_usize, 0_usize);
    let mut either = None;
    for cell in rows.iter().flatten() {
        match cell::evidence(cell) {
            Evidence::None => {}
            Evidence::For(Decimal::Point) => {
                points = points.or(Some(cell));
                point_count += 1;
            }
            Evidence::For(Decimal::Comma) => {
                commas = commas.or(Some(cell));
                comma_count += 1;
            }
            Evidence::Either if cell.contains(',') => either = either.or(Some(cell)),
            Evidence::Either => {}
        }
    }
    let key = "task.table.decimal";
    match (points, commas, either) {
        (Some(point), Some(comma), _) => {
            let (taken, mark, other) = match comma_count > point_count {
                true => (Decimal::Comma, ",", point),
                false => (Decimal::Point, ".", comma),
            };
            let note = format!(
                "cells have points and commas before their decimals; {key} = {mark:?}, so {} is no number",
                shown(other)
            );
            Ok((taken, Some(note)))
        }
        (None, Some(_), _) => Ok((Decimal::Comma, None)),
        (None, None, Some(cell)) if separator == Separator::Semicolon => Err(format!(
            "{} may be a thousand or a fraction; say which by {key} = \".\" or \",\"",
            shown(cell)
        )),
        (None, None, Some(cell)) => {
            let value = cell::read(cell, Decimal::Point).map_or(0.0, |(value, _)| value);
            let note = format!(
                "{} is read as {value}; where the comma stands before decimals, say {key} = \",\"",
                shown(cell)
            );
            Ok((Decimal::Point, Some(note)))
        }
        _ => Ok((Decimal::Point, None)),
    }
}

/// Whether a first row is a header. One whose cells are numbers names nothing, and where some are missing or dates it is
/// data still; but an index without a name before columns that are counted, `,0,1,2`, is how pandas writes a header.
pub(super) fn is_header(row: &StringRecord, decimal: Decimal) -> bool {
    let is_counted = |(place, cell): (usize, &str)| match place.checked_sub(1) {
        None => cell.trim().is_empty(),
        Some(count) => cell.trim() == count.to_string(),
    };
    if row.len() > 1 && row.iter().enumerate().all(is_counted) {
        return true;
    }
    let is_number = |cell: &str| number::is_written(cell) || cell::read(cell, decimal).is_some();
    let is_data = |cell: &str| is_number(cell) || number::is_missing(cell) || stamp::is_day(cell);
    !(row.iter().all(is_data) && row.iter().any(is_number))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_separator_is_the_one_that_rows_agree_on() {
        for (text, name, expected) in [
            ("a,b\n1,2\n", Separator::Comma, Separator::Comma),
            ("a;b\n1,5;2,5\n", Separator::Comma, Separator::Semicolon),
            ("1,5;2,5\n1,5;2,5\n", Separator::Comma, Separator::Semicolon),
            ("a|b\n1|2\n", Separator::Comma, Separator::Bar),
            ("a\tb\n1\t2\n", Separator::Comma, Separator::Tab),
            ("a,b\n1,2\n", Separator::Tab, Separator::Comma),
            ("a\tb;c\n1\t2;3\n", Separator::Tab, Separator::Tab),
            (
                "text,label\na; b,x\nc,y\n",
                Separator::Comma,
                Separator::Comma,
            ),
            ("a,b\n\"1;2\",3\n", Separator::Comma, Separator::Comma),
            ("a\n1\n", Separator::Comma, Separator::Comma),
            ("a;b\n1\n", Separator::Comma, Separator::Semicolon),
            // Bars and semicolons within cells, and no header that has none.
            (
                "A (x),a|x|1\nB (y),b|y|2\n",
                Separator::Comma,
                Separator::Comma,
            ),
            (
                "\"A\",\"a;1\"\n\"B\",\"b;2\"\n",
                Separator::Comma,
                Separator::Comma,
            ),
            ("x;1,5\ny;2,5\n", Separator::Comma, Separator::Semicolon),
            ("", Separator::Tab, Separator::Tab),
        ] {
            assert_eq!(separator(text, name), expected, "{text:?}");
        }
    }

    #[test]
    fn quotes_between_tabs_act_where_they_had_to_be_there() {
        for (text, expected) in [
            ("a\tb\n\"x\ty\"\tz\n", true),
            ("a\tb\n\"x \"\"y\"\"\"\tz\n", true),
            ("\"a\"\t\"b\"\n\"x\"\t1\r\n", true),
            ("a\tb\n\"x\ty\n", false),
            ("a\tb\n\"x\ty\"\n", false),
            ("a\tb\n\"x\" y\tz\n", false),
            ("a\tb\n\"x\"\tz\n", false),
            ("a\tb\nsay \"x\"\tz\n", false),
            ("a\tb\n", false),
        ] {
            assert_eq!(quotes_between_tabs(text), expected, "{text:?}");
        }
    }

    #[test]
    fn the_decimal_mark_follows_from_the_cells() {
        let rows = |cells: &[&str]| vec![StringRecord::from(cells.to_vec())];
        let of = |cells: &[&str], separator| decimal(&rows(cells), separator);
        let (comma, semicolon) = (Separator::Comma, Separator::Semicolon);
        assert_eq!(of(&["1,5", "1.234"], semicolon), Ok((Decimal::Comma, None)));
        assert_eq!(of(&["1.234", "x"], semicolon), Ok((Decimal::Point, None)));
        let (mark, note) = of(&["1,234"], comma).unwrap();
        assert_eq!(mark, Decimal::Point);
        assert!(note.unwrap().contains("`1,234` is read as 1234"));
        assert!(
            of(&["1,234"], semicolon)
                .unwrap_err()
                .contains("task.table.decimal")
        );
        let (mark, note) = of(&["1,5", "2,5", "3.5"], semicolon).unwrap();
        assert_eq!(mark, Decimal::Comma);
        assert!(note.unwrap().contains("`3.5` is no number"));
    }
}
