//! Files as people have them, each read as the table of expectations says. `tests/readers/make.py` writes both.

use std::path::Path;

use serde::Deserialize;

use super::clock::TimeColumns;
use super::columns::{Columns, Holes};
use super::roles::{Named, Role};
use super::series::SeriesColumns;
use super::series_file::unlabelled;
use super::series_parsed::Labels;
use super::series_set::SeriesSet;
use super::series_targets::SeriesTargets;
use super::table::config::TableConfig;
use crate::error::Result;

#[derive(Deserialize)]
struct Expectations {
    file: Vec<Expected>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Expected {
    name: String,
    kind: Kind,
    #[serde(default)]
    keys: Keys,
    names: Option<Vec<String>>,
    targets: Option<Vec<String>>,
    time: Option<String>,
    rows: Option<usize>,
    first: Option<Vec<f64>>,
    last: Option<Vec<f64>>,
    series: Option<usize>,
    steps: Option<Vec<usize>>,
    labels: Option<Vec<String>>,
    answers: Option<Vec<f64>>,
    channels: Option<Vec<String>>,
    #[serde(default)]
    said: Vec<String>,
    #[serde(default)]
    error: Vec<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "lowercase")]
enum Kind {
    Forecast,
    /// Series with a class each.
    Series,
    /// Series with a number each.
    Targets,
}

/// The keys of the two tasks that have to do with the file.
#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct Keys {
    columns: Vec<String>,
    targets: Vec<String>,
    time: Option<TimeColumns>,
    label: Option<String>,
    id: Option<String>,
    channels: Vec<String>,
    known: Vec<String>,
    #[serde(rename = "static")]
    fixed: Vec<String>,
    table: TableConfig,
    holes: bool,
    skip_empty: bool,
}

/// What was read, in the words of the expectations; what is not expected is left out.
struct Read {
    names: Vec<String>,
    targets: Vec<String>,
    time: Option<String>,
    rows: usize,
    first: Vec<f64>,
    last: Vec<f64>,
    steps: Vec<usize>,
    labels: Vec<String>,
    answers: Vec<f64>,
    said: String,
}

fn forecast(path: &Path, keys: &Keys) -> Result<Read> {
    let named = Named {
        columns: &keys.columns,
        targets: &keys.targets,
        time: keys.time.as_ref().map(|time| time.names()),
        id: keys.id.as_deref(),
        known: &keys.known,
        fixed: &keys.fixed,
    };
    let holes = match keys.holes {
        true => Holes::Taken,
        false => Holes::FILL_IN,
    };
    let read = Columns::open(path, named, &keys.table, holes)?;
    // A run reads it again by what it has stored.
    let again = Columns::again(path, &read.schema, &read.names, holes)?;
    assert_eq!(format!("{:?}", again.values), format!("{:?}", read.values));
    let width = read.names.len();
    let of = |role| -> Vec<String> { read.schema.of(role).map(|c| c.name.clone()).collect() };
    Ok(Read {
        targets: of(Role::Target),
        time: Some(of(Role::Time).join(" ")).filter(|time| !time.is_empty()),
        rows: read.rows,
        first: read.values[..width].to_vec(),
        last: read.values[read.values.len() - width..].to_vec(),
        steps: read.segments.iter().map(|own| own.rows.len()).collect(),
        labels: Vec::new(),
        answers: Vec::new(),
        said: [read.notes, vec![read.schema.said()]].concat().join("\n"),
        names: read.names,
    })
}

impl Keys {
    /// Where series stand.
    fn columns(&self) -> SeriesColumns {
        SeriesColumns {
            table: self.table.clone(),
            label: self.label.clone(),
            id: self.id.clone(),
            time: self.time.clone(),
            channels: self.channels.clone(),
            skip_empty: self.skip_empty,
            ..SeriesColumns::default()
        }
    }
}

fn targets(path: &Path, keys: &Keys) -> Result<Read> {
    let set = SeriesTargets::read(path, &keys.columns(), None, keys.holes)?;
    let known = Some(set.channels);
    let again = SeriesTargets::read(path, &set.columns, known, keys.holes)?;
    assert_eq!(format!("{:?}", again.series), format!("{:?}", set.series));
    assert_eq!(again.targets, set.targets);
    Ok(Read {
        names: set.columns.channels.clone(),
        targets: Vec::new(),
        time: set.columns.time.map(|time| time.names().join(" ")),
        rows: set.series.len(),
        first: set.series[0].values.clone(),
        last: Vec::new(),
        steps: set.series.iter().map(|one| one.steps).collect(),
        labels: Vec::new(),
        answers: set.targets,
        said: set.notes.join("\n"),
    })
}

fn series(path: &Path, keys: &Keys) -> Result<Read> {
    let columns = keys.columns();
    let set = SeriesSet::read(path, &columns, keys.holes)?;
    let (stored, channels) = (&set.columns, set.channels);
    let again = unlabelled(path, stored, Labels::Classes, channels, keys.holes)?;
    if !keys.skip_empty {
        assert_eq!(format!("{:?}", again.series), format!("{:?}", set.series));
    }
    Ok(Read {
        names: set.columns.channels.clone(),
        targets: Vec::new(),
        time: set.columns.time.map(|time| time.names().join(" ")),
        rows: set.series.len(),
        first: set.series[0].values.clone(),
        last: Vec::new(),
        steps: set.series.iter().map(|one| one.steps).collect(),
        labels: set.labels.iter().map(|&l| set.classes[l].clone()).collect(),
        answers: Vec::new(),
        said: [set.notes, set.doubts].concat().join("\n"),
    })
}

/// What differs from what is expected.
fn differences(folder: &Path, expected: &Expected) -> Vec<String> {
    let path = folder.join(&expected.name);
    let read = match expected.kind {
        Kind::Forecast => forecast(&path, &expected.keys),
        Kind::Series => series(&path, &expected.keys),
        Kind::Targets => targets(&path, &expected.keys),
    };
    let mut wrong = Vec::new();
    let read = match (read, expected.error.is_empty()) {
        (Ok(read), true) => read,
        (Ok(_), false) => return vec![format!("is read, where {:?} is expected", expected.error)],
        (Err(error), true) => return vec![format!("is refused: {error}")],
        (Err(error), false) => {
            let error = error.to_string();
            let lacks = expected
                .error
                .iter()
                .filter(|words| !error.contains(*words));
            wrong.extend(lacks.map(|words| format!("{words:?} is not in {error:?}")));
            if error.lines().count() > 2 || !error.contains(&expected.name) {
                wrong.push(format!("too long or without the file's name: {error:?}"));
            }
            return wrong;
        }
    };
    fn compare<T: std::fmt::Debug>(
        wrong: &mut Vec<String>,
        what: &str,
        expected: Option<&T>,
        found: &T,
    ) {
        // NaN is what is missing, on both sides.
        let (expected, found) = (expected.map(|e| format!("{e:?}")), format!("{found:?}"));
        wrong.extend(
            expected
                .filter(|expected| *expected != found)
                .map(|expected| format!("{what}: {found}, where {expected} is expected")),
        );
    }
    compare(&mut wrong, "names", expected.names.as_ref(), &read.names);
    compare(
        &mut wrong,
        "targets",
        expected.targets.as_ref(),
        &read.targets,
    );
    compare(
        &mut wrong,
        "rows",
        expected.rows.or(expected.series).as_ref(),
        &read.rows,
    );
    compare(&mut wrong, "first", expected.first.as_ref(), &read.first);
    compare(&mut wrong, "last", expected.last.as_ref(), &read.last);
    compare(&mut wrong, "steps", expected.steps.as_ref(), &read.steps);
    compare(&mut wrong, "labels", expected.labels.as_ref(), &read.labels);
    compare(
        &mut wrong,
        "answers",
        expected.answers.as_ref(),
        &read.answers,
    );
    compare(
        &mut wrong,
        "channels",
        expected.channels.as_ref(),
        &read.names,
    );
    if expected.time.is_some() {
        compare(&mut wrong, "time", Some(&expected.time), &read.time);
    }
    let lacks = expected
        .said
        .iter()
        .filter(|words| !read.said.contains(*words));
    wrong.extend(lacks.map(|words| format!("{words:?} is not in {:?}", read.said)));
    wrong
}

#[test]
fn files_as_people_have_them_are_read_as_expected() {
    let home = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/readers");
    let text = std::fs::read_to_string(home.join("expected.toml")).expect("the expectations");
    let expectations: Expectations = toml::from_str(&text).expect("they are TOML");
    assert!(expectations.file.len() >= 60);
    let folder = home.join("files");
    let wrong: Vec<String> = expectations
        .file
        .iter()
        .flat_map(|expected| {
            let wrong = differences(&folder, expected).into_iter();
            wrong.map(|wrong| format!("{}: {wrong}", expected.name))
        })
        .collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    let files = std::fs::read_dir(folder).expect("the folder").count();
    assert_eq!(files, expectations.file.len(), "every file is expected");
}

/// The files of `tests/columnar`, where its `make.py` is.
fn in_columns(name: &str) -> std::path::PathBuf {
    let home = Path::new(env!("CARGO_MANIFEST_DIR"));
    home.join("tests/columnar/files").join(name)
}

#[cfg(not(feature = "parquet"))]
#[test]
fn a_table_in_columns_says_what_reads_it() {
    for (name, what) in [
        ("kinds.parquet", "Parquet"),
        ("kinds.lz4.arrow", "Arrow"),
        ("kinds.stream.arrows", "an Arrow stream"),
    ] {
        let path = in_columns(name);
        for error in [
            Columns::read(&path, &[]).unwrap_err(),
            SeriesSet::read(&path, &SeriesColumns::default(), false).unwrap_err(),
        ] {
            let error = error.to_string();
            for words in [
                &format!("{name}: this is {what},"),
                "cargo build --release --features parquet",
                "python3 -c 'import ",
                ".to_csv(",
            ] {
                assert!(error.contains(words), "{error}");
            }
        }
    }
}

#[cfg(feature = "parquet")]
#[test]
fn tables_in_columns_are_read_as_their_csv() {
    let columns = ["count", "load", "single", "price", "on"].map(str::to_owned);
    let keys = Keys {
        columns: columns.to_vec(),
        holes: true,
        ..Keys::default()
    };
    let numbers = |name: &str| {
        let read = forecast(&in_columns(name), &keys).unwrap();
        (format!("{:?} {:?}", read.first, read.last), read.said)
    };
    let (expected, _) = numbers("kinds.csv");
    for name in ["kinds.parquet", "kinds.lz4.arrow", "kinds.stream.arrows"] {
        let (found, said) = numbers(name);
        assert_eq!(found, expected, "{name}");
        assert!(said.contains("5 rows of 13 columns of "), "{said}");
    }
    let keys = Keys {
        id: Some("who".into()),
        time: Some(TimeColumns::One("when".into())),
        ..Keys::default()
    };
    let long = |name: &str| {
        let read = series(&in_columns(name), &keys).unwrap();
        (read.names, read.first, read.steps, read.labels)
    };
    let read = long("long.parquet");
    assert_eq!(read.1, [1.5, 15.0, 2.5, 20.0, 3.5, 35.0]);
    assert_eq!(read, long("long.csv"));
}

#[cfg(feature = "parquet")]
#[test]
fn what_is_no_cell_is_left_out_and_said() {
    let path = in_columns("nested.parquet");
    let said = forecast(&path, &Keys::default()).unwrap().said;
    for name in ["b", "c", "d"] {
        assert!(
            said.contains(&format!("nested.parquet: left out `{name}` (")),
            "{said}"
        );
    }
}
