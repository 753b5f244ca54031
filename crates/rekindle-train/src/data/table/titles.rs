//! Lines around a table's header that are neither it nor data: titles above it, units or second names below it.

use csv::{ReaderBuilder, StringRecord};

use super::super::number;
use super::cell;
use super::config::{Decimal, Separator};
use super::stamp;

/// The rows by which lines around the header are found.
const LOOKED_AT: usize = 64;

/// The most rows that belong to the header below its first.
const BELOW: usize = 3;

/// How many lines stand above the header, and the separator of the rows below them, where both can be seen: a row names
/// every column, those above it have fewer cells with something in them, all below it are as wide, and one of the next holds
/// numbers or dates.
pub(super) fn above(
    text: &str,
    separator: Option<Separator>,
    quotes: Option<bool>,
) -> Option<(Separator, usize)> {
    let found = |&candidate: &Separator| {
        let mut reader = ReaderBuilder::new()
            .delimiter(candidate.byte())
            .quoting(quotes.unwrap_or(candidate != Separator::Tab))
            .has_headers(false)
            .flexible(true)
            .from_reader(text.as_bytes());
        let rows = reader.records().take(LOOKED_AT);
        let rows: Vec<StringRecord> = rows.map_while(Result::ok).collect();
        let header = header(&rows)?;
        let line = lines(text, &rows[..=header]).pop()?;
        Some((candidate, line - 1))
    };
    let all = Separator::ALL;
    let candidates = all
        .iter()
        .filter(|&&s| separator.is_none_or(|said| said == s));
    candidates.copied().find_map(|candidate| found(&candidate))
}

/// Which row is the header, where others stand above it.
fn header(rows: &[StringRecord]) -> Option<usize> {
    let width = rows.last()?.len();
    if width < 2 {
        return None;
    }
    // Lines may end in a separator, behind which no row has anything.
    let last = |row: &StringRecord| {
        let filled = |at: &usize| row.get(*at).is_some_and(|cell| !cell.trim().is_empty());
        (0..row.len()).rfind(filled)
    };
    let whole = rows.iter().filter(|row| row.len() == width);
    let used = whole.filter_map(last).max()? + 1;
    let is_named = |row: &StringRecord| {
        // An index has no name in a table of pandas.
        let mut cells = row.iter().take(used).skip(1);
        row.len() == width
            && cells.all(|cell| !cell.trim().is_empty())
            && (!has_data(row) || has_years(row))
    };
    // A remark of as many cells is none.
    let is_remark = |row: &StringRecord| row.get(0).is_some_and(|cell| cell.starts_with('#'));
    let plain = rows.iter().position(|row| is_named(row) && !is_remark(row));
    let at = plain.or_else(|| rows.iter().position(is_named))?;
    let filled = |row: &StringRecord| row.iter().filter(|cell| !cell.trim().is_empty()).count();
    let (above, below) = (&rows[..at], &rows[at + 1..]);
    let is_one = at > 0
        && above
            .iter()
            .all(|row| filled(row) < filled(&rows[at]) || is_remark(row))
        && below.iter().all(|row| row.len() == width)
        && below.iter().take(BELOW + 1).any(has_data);
    is_one.then_some(at)
}

/// Whether numbers of a row are years that follow one another, behind a word: they name the columns of a table that is wide.
fn has_years(row: &StringRecord) -> bool {
    let year = |cell: &str| {
        cell.trim()
            .parse()
            .ok()
            .filter(|year| (1000..3000).contains(year))
    };
    let years: Vec<i32> = row.iter().filter_map(year).collect();
    let numbers = row
        .iter()
        .filter(|cell| is_number(cell, Decimal::Point))
        .count();
    let is_word = row
        .get(0)
        .is_some_and(|cell| cell.contains(char::is_alphabetic));
    is_word
        && years.len() > 2
        && years.len() == numbers
        && years.windows(2).all(|pair| pair[1] == pair[0] + 1)
}

/// Whether a row holds a number or a date, with either decimal mark.
fn has_data(row: &StringRecord) -> bool {
    let is_number = |cell: &str| is_number(cell, Decimal::Point) || is_number(cell, Decimal::Comma);
    row.iter()
        .any(|cell| is_number(cell) || stamp::is_day(cell))
}

fn is_number(cell: &str, decimal: Decimal) -> bool {
    number::is_written(cell) || cell::read(cell, decimal).is_some()
}

/// How many of the rows below a header belong to it: those before the first with numbers or dates, where at least two columns
/// hold nothing else further down and these rows have words there.
pub(super) fn below(rows: &[StringRecord], decimal: Decimal) -> usize {
    let is_measured = |cell: &str| is_number(cell, decimal) || stamp::is_day(cell);
    let first = rows.iter().take(BELOW + 1);
    let Some(count) = first.clone().position(|row| row.iter().any(is_measured)) else {
        return 0;
    };
    let (units, body) = rows.split_at(count);
    let body = &body[..body.len().min(LOOKED_AT)];
    let holds_measures = |&column: &usize| {
        let cells = body.iter().filter_map(|row| row.get(column));
        let mut cells = cells.filter(|cell| !number::is_missing(cell)).peekable();
        cells.peek().is_some() && cells.all(is_measured)
    };
    let width = rows[0].len();
    let measures: Vec<usize> = (0..width).filter(holds_measures).collect();
    let words = |row: &StringRecord| {
        let cells = measures.iter().filter_map(|&column| row.get(column));
        cells.filter(|cell| !number::is_missing(cell)).count()
    };
    match units.first().is_some_and(|row| words(row) > 1) {
        true => count,
        false => 0,
    }
}

/// The line of a text in which each of its rows begins, from 1.
pub(super) fn lines(text: &str, rows: &[StringRecord]) -> Vec<usize> {
    let (mut line, mut counted) = (1, 0);
    let of = |row: &StringRecord| {
        let start = row
            .position()
            .map_or(counted, |place| place.byte() as usize);
        // A reader passes by blank lines only when it is asked for the row behind them.
        let rest = text.get(start..).unwrap_or_default();
        let blank = rest.len() - rest.trim_start_matches(['\r', '\n']).len();
        line += line_ends(text.get(counted..start + blank).unwrap_or_default());
        counted = start + blank;
        line
    };
    rows.iter().map(of).collect()
}

/// How many lines end in a text: by a line feed, a carriage return, or both.
pub(super) fn line_ends(text: &str) -> usize {
    let lone =
        |(at, &byte): (usize, &u8)| byte == b'\r' && text.as_bytes().get(at + 1) != Some(&b'\n');
    let bytes = text.as_bytes().iter().enumerate();
    bytes
        .filter(|&(at, byte)| *byte == b'\n' || lone((at, byte)))
        .count()
}

/// A text without its first lines.
pub(super) fn without(text: &str, lines: usize) -> &str {
    let mut rest = text;
    for _ in 0..lines {
        let end = rest.find(['\r', '\n']).unwrap_or(rest.len());
        rest = match rest[end..].strip_prefix("\r\n") {
            Some(below) => below,
            None => rest.get(end + 1..).unwrap_or_default(),
        };
    }
    rest
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(text: &str) -> Option<(Separator, usize)> {
        above(text, None, None)
    }

    #[test]
    fn titles_are_lines_of_fewer_cells_above_a_row_of_names() {
        let (comma, semicolon) = (Separator::Comma, Separator::Semicolon);
        for (text, expected) in [
            (
                "Sales, of the shop\n\nday;sold\n1;5\n2;4\n",
                Some((semicolon, 2)),
            ),
            ("Sales\r\nday,sold\r\n1,5\r\n", Some((comma, 1))),
            ("Sales,,\nday,sold,left\n1,5,2\n", Some((comma, 1))),
            (
                "Station;Ulm;\nday;sold;left\n2024-01-01;5;2\n",
                Some((semicolon, 1)),
            ),
            ("# made by hand\n,a,b\nx,1,2\n", Some((comma, 1))),
            ("# lab, first floor\nt,a\n1,2\n", Some((comma, 1))),
            ("#t,a\n1,2\n", None),
            ("Title\na,b\nm,s\n1,2\n", Some((comma, 1))),
            (
                "Source,Bank,\n\nland,2001,2002,2003,\nx,1,2,3,\ny,4,5,6,\n",
                Some((comma, 2)),
            ),
            // A header stands first; names are missing; no numbers below; rows of another width; one column.
            ("day,sold\n1,5\n", None),
            ("day,,left\n1,5,2\n", None),
            ("Title\ntext,label\nx,a\n", None),
            ("Title\na,b\n1,2\n1,2,3\n", None),
            ("Title\na\n1\n", None),
            ("1,\n1,2\n", None),
        ] {
            assert_eq!(found(text), expected, "{text:?}");
        }
        assert_eq!(above("T\na;b\n1;2\n", Some(comma), None), None);
    }

    #[test]
    fn units_are_words_where_columns_hold_numbers() {
        let rows = |rows: &[&str]| -> Vec<StringRecord> {
            let row = |row: &&str| StringRecord::from(row.split(',').collect::<Vec<_>>());
            rows.iter().map(row).collect()
        };
        let of = |lines: &[&str]| below(&rows(lines), Decimal::Point);
        assert_eq!(of(&["s,degC,x", "1,2,y", "2,3,z"]), 1);
        assert_eq!(of(&["Ticker,A,A", "Date,,", "2024-01-01,1,2"]), 2);
        assert_eq!(of(&["1,2", "2,3"]), 0);
        // One column alone may have a word that is to be mended; what is missing is no unit.
        assert_eq!(of(&["broken", "1"]), 0);
        assert_eq!(of(&["x,broken", "y,1"]), 0);
        assert_eq!(of(&["NA,", "1,2"]), 0);
        assert_eq!(of(&["a,b", "c,d"]), 0);
        assert_eq!(of(&[]), 0);
    }

    #[test]
    fn lines_end_in_three_ways() {
        for text in ["a\nb\n", "a\rb\r", "a\r\nb\r\n"] {
            assert_eq!(line_ends(text), 2, "{text:?}");
            assert_eq!(&without(text, 1)[..1], "b", "{text:?}");
        }
        assert_eq!(without("a", 3), "");
    }
}
