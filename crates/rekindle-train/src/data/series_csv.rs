//! Univariate series in a table, one a row: `label,t0,t1,…`.

use std::collections::{BTreeSet, HashSet};

use super::clock;
use super::message::{listed, shown};
use super::series::{Series, SeriesColumns};
use super::series_parsed::{Labels, Parsed};
use super::table::Table;
use super::table::cell::Dress;
use super::table::config::TableConfig;
use super::table::kind::{self, ColumnKind, Looked};
use crate::error::{Error, Result};

/// What a column is called that says which thing a row belongs to, or ends in after an underscore.
pub(super) const IDS: [&str; 13] = [
    "id",
    "series",
    "sample",
    "case",
    "subject",
    "device",
    "sensor",
    "unit",
    "trial",
    "run",
    "machine",
    "participant",
    "patient",
];

/// What a column is called that says when.
pub(super) const TIMES: [&str; 10] = [
    "time",
    "timestamp",
    "datetime",
    "date",
    "t",
    "ts",
    "step",
    "frame",
    "seconds",
    "cycle",
];

/// The units of time that such a name may have behind it: `t_ms`.
const UNITS: [&str; 8] = ["s", "ms", "us", "ns", "sec", "secs", "seconds", "min"];

/// Reads a table of series, one a row. The label may be missing. Empty
/// cells at the end of a row make its series shorter than the widest; elsewhere they are missing values.
pub(super) fn parse(
    table: Table,
    wish: &SeriesColumns,
    labels: Labels,
    takes_missing: bool,
) -> Result<Parsed> {
    if let Some(key) = [
        ("time", wish.time.is_some()),
        ("channels", !wish.channels.is_empty()),
    ]
    .into_iter()
    .find_map(|(key, is_there)| is_there.then_some(key))
    {
        return Err(Error::mend(format!(
            "task.{key} is for a table with a step in each row, and needs task.id, the column that says which series a row belongs to"
        )));
    }
    let (label, mut notes) = label(&table, wish, labels);
    let mut left_out = Vec::new();
    if wish.width.is_none() && wish.left_out.is_empty() {
        let (out, said) = no_steps(&table, label)?;
        left_out = out;
        notes.extend(said);
    }
    let is_out =
        |column: usize| left_out.contains(&column) || wish.left_out.contains(&table.header[column]);
    let steps: Vec<usize> = (0..table.header.len())
        .filter(|&column| Some(column) != label && !is_out(column))
        .collect();
    let series = (0..table.rows.len())
        .map(|row| one_series(&table, row, &steps, takes_missing))
        .collect::<Result<_>>()?;
    let looked: Vec<Looked> = steps.iter().map(|&column| table.look(column)).collect();
    let worn = looked.iter().map(|looked| looked.dress);
    let worn: Vec<&str> = worn.fold(Dress::default(), Dress::with).worn().collect();
    let units: BTreeSet<String> = looked
        .iter()
        .flat_map(|looked| looked.units.clone())
        .collect();
    let unit = kind::said(&units);
    notes.extend((units.len() > 1).then(|| {
        format!(
            "{}: the steps are numbers in {unit}, and read as if they had one unit",
            table.name
        )
    }));
    let before = wish.units.first();
    let changed = before.and_then(|before| kind::changed(before, &unit));
    notes.extend(changed.map(|changed| format!("{}: the steps are {changed}", table.name)));
    notes.extend(
        (!worn.is_empty())
            .then(|| format!("{}: the steps are read {}", table.name, worn.join(", "))),
    );
    let own: BTreeSet<String> = steps
        .iter()
        .filter_map(|&column| table.unit(column))
        .collect();
    notes.extend((!own.is_empty()).then(|| {
        let own: Vec<String> = own.into_iter().collect();
        format!(
            "{}: the steps are read without their unit {}",
            table.name,
            own.join(", ")
        )
    }));
    let labels = label.map(|column| match labels {
        Labels::Classes => written(&table, column),
        Labels::Numbers => (0..table.rows.len())
            .map(|row| table.bare(row, column).to_owned())
            .collect(),
    });
    // The rows' names, where one of the columns that are left out has them.
    let is_out = |&column: &usize| is_out(column) && is_id(&table, column);
    let mut named = (0..table.header.len()).filter(is_out);
    let ids = named.find(|&column| tells_apart(&table, column));
    let ids = ids.map(|column| written(&table, column));
    let hint = table.hint();
    let lines = table.lines().to_vec();
    let mut said = vec![table.line()];
    said.extend(table.notes());
    said.extend(notes);
    let has_header = table.format.header == Some(true);
    let columns = SeriesColumns {
        label: label.map(|column| table.header[column].clone()),
        units: vec![unit],
        left_out: left_out.iter().map(|&c| table.header[c].clone()).collect(),
        width: (!has_header).then_some(table.header.len()),
        table: table.format,
        ..SeriesColumns::default()
    };
    Ok(Parsed {
        name: table.name,
        series,
        labels,
        ids,
        sums: None,
        lines,
        announces: None,
        announced: Vec::new(),
        channels: 1,
        columns,
        hint,
        notes: said,
    })
}

/// Where the label stands, and what is to be said where nobody said it.
pub(super) fn label(
    table: &Table,
    wish: &SeriesColumns,
    labels: Labels,
) -> (Option<usize>, Vec<String>) {
    let place = |name: &str| table.header.iter().position(|column| column == name);
    let (called, key) = (labels.called(), labels.key());
    if let Some(name) = &wish.label {
        // A table without a header that is narrower by one column has no labels.
        let lacks_it = wish
            .width
            .is_some_and(|width| table.header.len() + 1 == width);
        return (place(name).filter(|_| !lacks_it), Vec::new());
    }
    let mut names = labels.names().iter();
    if let Some(exact) = place(labels.names()[0]) {
        return (Some(exact), Vec::new());
    }
    let in_any_case = |name: &&str| {
        table
            .header
            .iter()
            .position(|column| column.to_lowercase() == **name)
    };
    if let Some(found) = names.find_map(in_any_case) {
        let note = format!(
            "{}: the {called} is {}; {key} names another",
            table.name,
            shown(&table.header[found])
        );
        return (Some(found), vec![note]);
    }
    if labels == Labels::Classes && table.format.header == Some(false) && is_of_classes(table, 0) {
        let note = format!(
            "{}: there is no header, and the first column has few values, so it is the class, as in the UCR archive; \
             {key} names another",
            table.name
        );
        return (Some(0), vec![note]);
    }
    (None, Vec::new())
}

/// Whether a column has whole numbers of which each stands twice in the mean.
fn is_of_classes(table: &Table, column: usize) -> bool {
    let values = (0..table.rows.len()).map(|row| table.value(row, column));
    let Some(values) = values.collect::<Option<Vec<f64>>>() else {
        return false;
    };
    let different: HashSet<u64> = values.iter().map(|value| value.to_bits()).collect();
    values.iter().all(|value| value.fract() == 0.0)
        && (2..=values.len() / 2).contains(&different.len())
}

/// What columns beside the label seem to be for by their names and cells.
#[derive(Default)]
struct Beside {
    /// Text.
    words: Vec<usize>,
    /// What tells the rows apart.
    ids: Vec<usize>,
    /// What has the name of an id, and is that of several rows.
    repeated: Option<usize>,
    /// What says when.
    time: Option<usize>,
}

fn beside(table: &Table, label: Option<usize>) -> Beside {
    let mut found = Beside::default();
    if table.format.header == Some(false) {
        return found;
    }
    for column in (0..table.header.len()).filter(|&column| Some(column) != label) {
        let Looked { kind, numbers, .. } = table.look(column);
        let name = table.header[column].to_lowercase();
        let counts_time = || {
            let unit = name
                .split_once('_')
                .filter(|(time, _)| TIMES.contains(time));
            unit.is_some_and(|(_, unit)| UNITS.contains(&unit))
        };
        let is_id = is_id(table, column);
        if kind == ColumnKind::Date || TIMES.contains(&name.as_str()) || counts_time() {
            found.time = found.time.or(Some(column));
        } else if is_id && tells_apart(table, column) {
            found.ids.push(column);
        } else if is_id && kind != ColumnKind::Empty {
            found.repeated = found.repeated.or(Some(column));
        } else if kind == ColumnKind::Text && numbers == 0 {
            found.words.push(column);
        }
    }
    // A word that repeats names the series where the rows are steps.
    if found.time.is_some() && found.repeated.is_none() {
        found.repeated = found
            .words
            .iter()
            .copied()
            .find(|&column| !tells_apart(table, column));
    }
    found
}

/// Whether a column is called as ids are, or stands first without a name.
fn is_id(table: &Table, column: usize) -> bool {
    let name = table.header[column].to_lowercase();
    let ends_in = |id: &&str| name == **id || name.ends_with(&format!("_{id}"));
    IDS.iter().any(ends_in) || column == 0 && table.is_unnamed(0)
}

/// The column that says to which series a row belongs, and those that say when it is, where each row of a table seems to be a step.
pub(super) fn of_steps(table: &Table, label: Option<usize>) -> Option<(usize, Vec<usize>)> {
    let found = beside(table, label);
    let id = found.repeated?;
    Some((
        id,
        times(table, found.time, |column| {
            Some(column) == label || column == id
        }),
    ))
}

/// The columns that say when: one, or that of days with that of times beside it.
fn times(table: &Table, time: Option<usize>, is_taken: impl Fn(usize) -> bool) -> Vec<usize> {
    let Some(time) = time else {
        return Vec::new();
    };
    let all: Vec<Looked> = (0..table.header.len()).map(|c| table.look(c)).collect();
    // What is wrong with the times is said where they are read.
    match clock::found(table, &all, is_taken) {
        Ok(Some(clock)) if clock.columns.contains(&time) => clock.columns,
        _ => vec![time],
    }
}

/// The columns that are no step of a series in a row: words, and what tells the rows apart.
///
/// # Errors
///
/// If the table seems to have a step in each row.
fn no_steps(table: &Table, label: Option<usize>) -> Result<(Vec<usize>, Vec<String>)> {
    let Beside {
        words,
        mut ids,
        repeated,
        time,
    } = beside(table, label);
    if repeated.is_some() || time.is_some() {
        let is_taken = |column: usize| [label, repeated].contains(&Some(column));
        let times = times(table, time, is_taken);
        return Err(tidy(table, repeated, &times));
    }
    let said = [(&ids, "they name the rows"), (&words, "text")];
    let said = said.into_iter().filter(|(columns, _)| !columns.is_empty());
    let notes = said.map(|(columns, why)| {
        let names: Vec<String> = columns.iter().map(|&c| table.header[c].clone()).collect();
        format!("{}: left out {} ({why})", table.name, listed(&names))
    });
    let notes = notes.collect();
    ids.extend(words);
    Ok((ids, notes))
}

fn tells_apart(table: &Table, column: usize) -> bool {
    let mut seen = HashSet::new();
    (0..table.rows.len()).all(|row| seen.insert(table.cell(row, column)))
}

/// The error for a table with a step in each row, of which no key says so.
fn tidy(table: &Table, id: Option<usize>, times: &[usize]) -> Error {
    let quoted = |column: usize| format!("{:?}", table.header[column]);
    let id_key = id.map_or("\"COLUMN\"".to_owned(), quoted);
    let names: Vec<String> = times.iter().map(|&column| quoted(column)).collect();
    let time_key = match names.as_slice() {
        [] => "\"COLUMN\"".to_owned(),
        [one] => one.clone(),
        several => format!("[{}]", several.join(", ")),
    };
    let why = match id {
        Some(id) => format!("{} repeats", shown(&table.header[id])),
        None => format!("{} says when", names.join(" with ")),
    };
    Error::mend(format!(
        "{}: each row seems to be a step, not a series ({why}); say which rows are a series: task.id = {id_key}, task.time = {time_key}; \
         where each row is a series, take the column out",
        table.name
    ))
}

fn one_series(table: &Table, row: usize, columns: &[usize], takes_missing: bool) -> Result<Series> {
    let filled = |&column: &usize| !table.is_missing(row, column);
    let steps = columns.iter().rposition(filled).map_or(0, |last| last + 1);
    if steps == 0 {
        return Err(Error::mend(format!(
            "{}: {} has no values; fill them in or remove the row",
            table.name,
            table.row(row)
        )));
    }
    let value = |&column: &usize| value(table, row, column, takes_missing);
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

impl SeriesColumns {
    /// Reads the numbers of a step, one a channel, that stand in a line of their own.
    ///
    /// # Errors
    ///
    /// If there are more or fewer, or one is none.
    pub(crate) fn step(
        &self,
        name: String,
        line: &str,
        channels: usize,
        takes_missing: bool,
    ) -> Result<Vec<f64>> {
        let format = TableConfig {
            header: Some(false),
            ..self.table.clone()
        };
        let table = Table::of_line(name, (None, line), &format)?;
        let found = table.header.len();
        if found != channels {
            return Err(Error::mend(format!(
                "{}: {found} cells, and a step has {channels} numbers",
                table.name
            )));
        }
        let numbers = (0..channels).map(|column| value(&table, 0, column, takes_missing));
        numbers.collect()
    }
}

/// The number in a cell; NaN where it is missing, if that may be.
pub(super) fn value(table: &Table, row: usize, column: usize, takes_missing: bool) -> Result<f64> {
    match (table.value(row, column), table.is_missing(row, column)) {
        (Some(value), _) => Ok(value),
        (None, true) if takes_missing => Ok(f64::NAN),
        (None, true) => Err(table.no_number(
            row,
            column,
            "fill it in, leave out the row or the column, or take a cell for missing values, as gru_d is",
        )),
        (None, false) => {
            table.number(row, column)
        }
    }
}

fn written(table: &Table, column: usize) -> Vec<String> {
    let label = |row| table.cell(row, column).trim().to_owned();
    (0..table.rows.len()).map(label).collect()
}

#[cfg(test)]
mod tests {
    use super::super::clock::TimeColumns;
    use super::*;

    fn read(text: &str, wish: &SeriesColumns, takes_missing: bool) -> Result<Parsed> {
        let table = Table::of_csv(text)?;
        super::parse(table, wish, Labels::Classes, takes_missing)
    }

    fn parse(text: &str) -> Result<Parsed> {
        read(text, &SeriesColumns::default(), false)
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
        let parsed = read(text, &SeriesColumns::default(), true).unwrap();
        assert_eq!(parsed.series.len(), 2);
        assert_eq!(
            (parsed.series[0].steps, parsed.series[0].values[2]),
            (3, 3.0)
        );
        // A mark for what is missing is refused where it stands, not taken for a name.
        let error = refused("1,NaN,3\n4,5,6\n");
        assert!(
            error.contains("row 1 (line 1), column `column 2`: `NaN`"),
            "{error}"
        );
    }

    #[test]
    fn labelled_series_without_a_header_are_told_of_it() {
        let parsed = parse("up,0.5,1\ndown,1,2\n").unwrap();
        assert!(parsed.labels.is_none() && parsed.hint.contains("write a header above it"));
        assert!(parsed.notes.join("\n").contains("left out `up` (text)"));
    }

    #[test]
    fn holes_and_words_are_placed_and_shown() {
        for (cell, why) in [
            ("", "the value is empty"),
            ("NaN", "`NaN` is not a finite number"),
            ("x", "`x` is not a finite number"),
        ] {
            let error = refused(&format!("label,t0,t1\na,1,2\nb,{cell},2\n"));
            let expected = format!("a.csv: row 2 (line 3), column `t0`: {why}");
            assert!(error.contains(&expected), "{error}");
        }
    }

    #[test]
    fn a_row_without_values_or_label_is_refused() {
        let error = refused("label,t0,t1\na,,\n");
        assert!(
            error.contains("a.csv: row 1 (line 2) has no values"),
            "{error}"
        );
    }

    #[test]
    fn a_table_of_steps_is_told_from_one_of_series() {
        for (text, words) in [
            (
                "id,time,x,label\na,1,2,u\na,2,3,u\n",
                "task.id = \"id\", task.time = \"time\"",
            ),
            ("sensor_id,x,label\na,2,u\na,3,u\n", "`sensor_id` repeats"),
            (
                "date,x,label\n2024-01-01,2,u\n2024-01-02,3,u\n",
                "\"date\" says when",
            ),
        ] {
            let error = refused(text);
            assert!(
                error.contains("each row seems to be a step") && error.contains(words),
                "{error}"
            );
        }
    }

    #[test]
    fn what_is_no_step_is_left_out_and_said() {
        let parsed = parse("id,name,t0,t1,Class\n7,x,1,2,u\n9,y,3,4,v\n").unwrap();
        assert_eq!(parsed.series[1].values, [3.0, 4.0]);
        assert_eq!(parsed.columns.left_out, ["id", "name"]);
        let said = parsed.notes.join("\n");
        for words in [
            "the class is `Class`",
            "left out `id` (they name the rows)",
            "left out `name` (text)",
        ] {
            assert!(said.contains(words), "{said}");
        }
    }

    #[test]
    fn a_file_of_the_ucr_archive_has_its_class_first() {
        let parsed = parse("1,0.5,0.7,NaN\n2,1.5,2.5,3.5\n1,0.5,NaN,NaN\n2,1,2,3\n").unwrap();
        assert_eq!(
            parsed.series.iter().map(|s| s.steps).collect::<Vec<_>>(),
            [2, 3, 1, 3]
        );
        assert_eq!(parsed.labels.as_ref().unwrap(), &["1", "2", "1", "2"]);
        assert!(
            parsed
                .notes
                .join("\n")
                .contains("it is the class, as in the UCR archive")
        );
        let columns = &parsed.columns;
        let again = read("2,1,2,3\n", columns, false).unwrap();
        assert_eq!(
            (again.labels.unwrap(), again.series[0].steps),
            (vec!["2".to_owned()], 3)
        );
        let unlabelled = read("1,2,3\n", columns, false).unwrap();
        assert_eq!((unlabelled.labels, unlabelled.series[0].steps), (None, 3));
    }

    #[test]
    fn keys_of_a_table_of_steps_need_its_id() {
        let wish = SeriesColumns {
            time: Some(TimeColumns::One("t".into())),
            ..SeriesColumns::default()
        };
        let error = read("t,x,label\n1,2,u\n", &wish, false)
            .unwrap_err()
            .to_string();
        assert!(
            error.contains("task.time is for a table with a step in each row, and needs task.id"),
            "{error}"
        );
    }
}
