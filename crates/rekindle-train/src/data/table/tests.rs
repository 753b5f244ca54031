//! Tables as text, read and refused.

use super::*;

fn csv(text: &str) -> Result<Table> {
    Table::of_csv(text)
}

fn refused(text: &str) -> String {
    csv(text).unwrap_err().to_string()
}

#[test]
fn cells_are_read_with_quotes_and_any_line_ends() {
    let table = csv("\r\na, b \r\n1,\"x, \"\"y\"\"\nz\"\r\n\r\n2,\r\n").unwrap();
    assert_eq!(table.header, ["a", "b"]);
    assert_eq!(table.rows, [vec!["1", "x, \"y\"\nz"], vec!["2", ""]]);
    assert_eq!(table.number(1, 0).unwrap(), 2.0);
}

#[test]
fn quotes_are_plain_characters_in_a_tsv() {
    let table = Table::parse(
        "a.tsv".to_owned(),
        "a\tb\n\"x\ty,\"\n",
        Separator::Tab,
        &TableConfig::default(),
    )
    .unwrap();
    assert_eq!(table.rows, [vec!["\"x", "y,\""]]);
}

#[test]
fn the_name_decides_between_tabs_and_commas() {
    let folder = tempfile::tempdir().unwrap();
    for (name, text) in [
        ("a.tsv", "a\tb\n1\t2\n"),
        ("a.txt", "a\tb\n1\t2\n"),
        ("a.csv", "a,b\n1,2\n"),
    ] {
        let path = folder.path().join(name);
        std::fs::write(&path, text).unwrap();
        assert_eq!(
            Table::read(&path, &TableConfig::default()).unwrap().rows,
            [vec!["1", "2"]],
            "{name}"
        );
    }
}

#[test]
fn files_without_rows_are_refused() {
    assert!(refused("").contains("a.csv: the file is empty"));
    assert!(refused("a,b\n").contains("a.csv: no rows below the header"));
}

#[test]
fn a_ragged_row_names_both_counts() {
    let error = refused("a,b\n1,2\n1,2,3\n");
    assert!(
        error.contains("a.csv: row 2 (line 3) has 3 cells and the header 2"),
        "{error}"
    );
}

#[test]
fn an_unclosed_quote_is_refused() {
    let error = refused("a,b\n1,2\n3,\"4\n5,6\n");
    assert!(
        error.contains("a.csv: line 3 opens a quote that is never closed"),
        "{error}"
    );
}

#[test]
fn two_columns_of_one_name_are_refused_but_unnamed_ones_are_not() {
    let error = refused("a,b,a\n1,2,3\n");
    assert!(
        error.contains("a.csv: the header in line 1 has two columns `a`; rename one"),
        "{error}"
    );
    assert!(refused("a,a\n1,2\n").contains("two columns `a`"));
    assert!(refused(",column 1\n1,2\n").contains("two columns `column 1`"));
}

#[test]
fn columns_without_a_name_are_called_by_their_place() {
    let table = csv("a,, \n1,2,3\n").unwrap();
    assert_eq!(table.header, ["a", "column 2", "column 3"]);
    assert_eq!(
        (table.has_header(), table.column("column 3").unwrap()),
        (true, 2)
    );
    assert_eq!(table.note(&[0]), None);
    let note = table.note(&[0, 2]).unwrap();
    assert_eq!(
        note,
        "a.csv: columns without a name are called by their place: `column 3`"
    );
}

#[test]
fn numbers_are_no_header() {
    let table = csv("1, -2.5\n3,4e2\n").unwrap();
    assert_eq!(table.header, ["column 1", "column 2"]);
    assert_eq!(table.rows, [vec!["1", " -2.5"], vec!["3", "4e2"]]);
    let note = table.note(&[0, 1]).unwrap();
    assert!(
        note.contains("a.csv: the first row holds no names, so it is data"),
        "{note}"
    );
    assert!(note.ends_with(": `column 1`, `column 2`"), "{note}");
    let error = table.column("x").unwrap_err().to_string();
    assert!(error.contains("write one above it"), "{error}");
    assert!(refused("1,2\n3\n").contains("row 2 (line 2) has 1 cell and the first row 2"));
    // One word is enough, as before years; and so is an index without a name before columns that are counted.
    assert!(csv("label,1990\nx,1\n").unwrap().has_header());
    assert!(csv(",0,1\n0,1,2\n").unwrap().has_header());
    assert!(csv(",,\n0,1,2\n").unwrap().has_header());
}

#[test]
fn a_first_row_with_holes_is_data() {
    for hole in ["", " ", "NaN", "nan", "?", "NA", "N/A", "null"] {
        let table = csv(&format!("1,{hole},3\n4,5,6\n")).unwrap();
        assert_eq!(table.rows.len(), 2, "{hole}");
        assert!(!table.has_header());
    }
    // None counts from 0 to the end; and what is too large is a number still.
    for first in [",0.5,1", ",1,2", ",0,1,3", "1e200,1"] {
        assert!(
            !csv(&format!("{first}\n{first}\n")).unwrap().has_header(),
            "{first}"
        );
    }
    for words in ["NA,NaN", "NaN,inf", "a,NaN"] {
        assert!(
            csv(&format!("{words}\n1,2\n")).unwrap().has_header(),
            "{words}"
        );
    }
}

#[test]
fn numbers_in_a_header_are_named_where_they_mislead() {
    let table = csv("up,0.5,1\ndown,1,2\n").unwrap();
    assert!(
        table
            .note(&[1, 2])
            .unwrap()
            .contains("write a header above it")
    );
    assert_eq!(table.note(&[0]), None);
    for error in [
        table.number(0, 0).unwrap_err().to_string(),
        table.column("label").unwrap_err().to_string(),
        refused("up,1,1\ndown,1,2\n"),
    ] {
        assert!(error.contains("write a header above it"), "{error}");
    }
}

#[test]
fn a_blank_line_in_one_column_is_a_missing_value() {
    let error = refused("a\n1\n\n2\n\n");
    assert!(error.contains("a.csv: line 3 is blank"), "{error}");
    assert!(csv("a\n1\n2\n\n").is_ok());
}

#[test]
fn a_missing_column_lists_those_there() {
    let error = csv("a,b\n1,2\n")
        .unwrap()
        .column("c")
        .unwrap_err()
        .to_string();
    assert_eq!(error, "a.csv: no column `c`; the columns are `a`, `b`");
}

#[test]
fn a_cell_that_is_no_number_is_placed_and_shown() {
    let error = csv("a,b\n1,2\n1,NaN\n")
        .unwrap()
        .number(1, 1)
        .unwrap_err()
        .to_string();
    assert!(
        error.contains("a.csv: row 2 (line 3), column `b`: `NaN` is not a finite number"),
        "{error}"
    );
    let large = csv("a,b\n1,2\n1,1e+200\n").unwrap();
    let error = large.number(1, 1).unwrap_err().to_string();
    assert!(
        error.contains("a.csv: row 2 (line 3), column `b`: `1e+200` is beyond 1e140 in size"),
        "{error}"
    );
}

#[test]
fn a_number_with_the_other_decimal_mark_is_said_to_be_one() {
    let read_with = |decimal: Decimal, text: &str| {
        let format = TableConfig {
            decimal: Some(decimal),
            ..TableConfig::default()
        };
        let table = Table::parse("a.csv".into(), text, Separator::Semicolon, &format);
        table.unwrap().number(1, 1).unwrap_err().to_string()
    };
    for (decimal, text, words) in [
        (
            Decimal::Comma,
            "a;b\n1;2,5\n1;1223.72\n",
            "`1223.72` is no number with a decimal comma",
        ),
        (
            Decimal::Point,
            "a;b\n1;2.5\n1;1223,72\n",
            "`1223,72` is no number with a decimal point",
        ),
    ] {
        let error = read_with(decimal, text);
        assert!(error.contains(words), "{error}");
    }
}
