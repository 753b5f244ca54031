//! Configuration: a TOML file, the `--set` overrides on top of it, and errors that name the key.

use super::explain;
use std::{collections::BTreeMap, path::Path};

use serde::de::DeserializeOwned;
use toml::{Table, Value};

use crate::{
    error::{Error, Result},
    files,
    shell::quoted,
};

/// Reads a TOML file, applies the overrides and deserialises the result.
pub fn load<T: DeserializeOwned>(path: &Path, overrides: &[String]) -> Result<T> {
    parse(load_table(path, overrides)?, &origin(path, overrides))
}

/// Reads a TOML file and applies the overrides, each written `a.b=value` as after `--set`.
pub fn load_table(path: &Path, overrides: &[String]) -> Result<Table> {
    let text = String::from_utf8(files::read_at_most(LARGEST, path)?).map_err(|_| {
        Error::mend(format!(
            "{}: not UTF-8 text; a config is a TOML file",
            path.display()
        ))
    })?;
    let mut table = toml::from_str(&text).map_err(|error| syntax(path, &text, &error))?;
    for text in overrides {
        set(&mut table, text)?;
    }
    Ok(table)
}

/// Deserialises a table; `origin` says in errors where the table came from.
pub fn parse<T: DeserializeOwned>(table: Table, origin: &str) -> Result<T> {
    all_finite(&table).map_err(|message| Error::mend(format!("{origin}: {message}")))?;
    // The table is kept for the error: a message about a tagged enum lacks the key, and we look it up.
    let written = Value::Table(table);
    serde_path_to_error::deserialize(written.clone()).map_err(|error| {
        let message = explain::explain(error.path(), error.inner().message(), &written);
        Error::mend(format!("{origin}: {message}"))
    })
}

/// How errors name a file and the overrides on top of it, for [`parse`].
pub fn origin(path: &Path, overrides: &[String]) -> String {
    let mut origin = path.display().to_string();
    if !overrides.is_empty() {
        origin.push_str(" with --set ");
        origin.push_str(&overrides.join(" --set "));
    }
    origin
}

/// The keys whose values differ, sorted, each as `train.batch: 32 -> 64`.
pub fn changed_keys(old: &Table, new: &Table) -> Vec<String> {
    let mut sides = BTreeMap::<String, (Option<&Value>, Option<&Value>)>::new();
    leaves(old, "", &mut |key, value| {
        sides.entry(key).or_default().0 = Some(value)
    });
    leaves(new, "", &mut |key, value| {
        sides.entry(key).or_default().1 = Some(value)
    });
    let show =
        |value: Option<&Value>| value.map_or_else(|| "(absent)".to_owned(), Value::to_string);
    sides
        .into_iter()
        .filter(|(_, (old, new))| old != new)
        .map(|(key, (old, new))| format!("{key}: {} -> {}", show(old), show(new)))
        .collect()
}

/// Checks that every number is one that single precision holds: TOML knows `nan` and `inf`, and no key means them.
fn all_finite(table: &Table) -> std::result::Result<(), String> {
    let mut wrong = None;
    leaves(table, "", &mut |key, value| {
        let numbers = match value {
            Value::Array(values) => values,
            value => std::slice::from_ref(value),
        };
        let is_wrong = |value: &&Value| value.as_float().is_some_and(|v| !(v as f32).is_finite());
        if let (None, Some(value)) = (&wrong, numbers.iter().find(is_wrong)) {
            let value = value.as_float().unwrap_or(f64::NAN);
            wrong = Some(format!(
                "{key} = {value}: must be a finite number, at most 3.4e38 in size"
            ));
        }
    });
    wrong.map_or(Ok(()), Err)
}

/// Every value of a table that is none itself, with its path, `prefix` before it.
pub(crate) fn leaves<'a>(table: &'a Table, prefix: &str, each: &mut impl FnMut(String, &'a Value)) {
    for (key, value) in table {
        let key = format!("{prefix}{key}");
        match value {
            Value::Table(inner) => leaves(inner, &format!("{key}."), each),
            leaf => each(key, leaf),
        }
    }
}

/// The most parts of a key: those of a file may be as deep.
const DEEPEST: usize = 80;

/// The largest config: with room for equations and thousands of columns.
const LARGEST: u64 = 16 << 20;

/// Sets a key as `--set` does, which `text` stands behind.
///
/// # Errors
///
/// If it has no `=`, or its key lies in what is no table.
pub(crate) fn set(table: &mut Table, text: &str) -> Result<()> {
    let form = "write it as --set key.path=value, e.g. --set train.batch=32";
    let Some((path, value)) = text.split_once('=') else {
        return Err(Error::mend(format!(
            "--set {text}: there is no `=`; {form}"
        )));
    };
    let keys: Vec<&str> = path.split('.').map(str::trim).collect();
    if keys.contains(&"") {
        return Err(Error::mend(format!(
            "--set {text}: the key has an empty part; {form}"
        )));
    }
    if keys.len() > DEEPEST {
        return Err(Error::mend(format!(
            "--set {text}: the key has {} parts; at most {DEEPEST}",
            keys.len()
        )));
    }
    let (last, parents) = keys.split_last().unwrap_or((&"", &[]));
    let mut place = table;
    for (depth, key) in parents.iter().enumerate() {
        let inner = place
            .entry(*key)
            .or_insert_with(|| Value::Table(Table::new()));
        place = match inner {
            Value::Table(table) => table,
            other => {
                let (key, kind) = (keys[..=depth].join("."), other.type_str());
                return Err(Error::mend(format!(
                    "--set {text}: `{key}` is not a table but the {kind} {other}, so no key can be set in it"
                )));
            }
        };
    }
    place.insert((*last).to_owned(), meant(value.trim()));
    Ok(())
}

/// What a value means that is written for a shell: a TOML value; numbers with commas between them are an array. A bare word such as
/// `lstm` is none, and means the string.
fn meant(value: &str) -> Value {
    let numbers = || {
        let array: Value = format!("[{value}]").parse().ok()?;
        let are_numbers = array
            .as_array()?
            .iter()
            .all(|value| value.is_integer() || value.is_float());
        (value.contains(',') && are_numbers).then_some(array)
    };
    let whole = value.parse().ok();
    whole
        .or_else(numbers)
        .unwrap_or_else(|| Value::String(value.to_owned()))
}

fn syntax(path: &Path, text: &str, error: &toml::de::Error) -> Error {
    let place = error
        .span()
        .and_then(|span| text.get(..span.start))
        .map(|before| {
            let line = before.matches('\n').count() + 1;
            let column = before.chars().rev().take_while(|&c| c != '\n').count() + 1;
            format!("line {line}, column {column}: ")
        })
        .unwrap_or_default();
    let message = error.message().trim().replace('\n', "; ");
    let remedy = match path.extension().is_some_and(|ending| ending == "toml") {
        true => String::new(),
        false => format!(
            "\na config is a TOML file; `rekindle init --data {}` writes one for a file of data",
            quoted(path)
        ),
    };
    Error::mend(format!(
        "{}: {place}not valid TOML: {message}{remedy}",
        path.display()
    ))
}

#[cfg(test)]
mod tests {
    use std::fs;

    use tempfile::tempdir;

    use super::*;
    use crate::files::tests::mend;

    fn table(text: &str) -> Table {
        toml::from_str(text).unwrap()
    }

    fn with(text: &str, overrides: &[&str]) -> Result<Table> {
        let place = tempdir().unwrap();
        let path = place.path().join("x.toml");
        fs::write(&path, text).unwrap();
        let overrides: Vec<String> = overrides.iter().map(|&text| text.to_owned()).collect();
        load_table(&path, &overrides)
    }

    #[test]
    fn overrides_are_toml_values_or_else_strings() {
        let set = [
            "a.b=2",
            "a.c = 0.5",
            "a.word=lstm",
            "a.quoted=\"3\"",
            "new.list=[1, 2]",
            "a.off=false",
            "a.sum=x=y",
            "a.none=",
            "a.lines=1\nd = 2",
            "new.numbers=0.1, 2",
            "a.pair=b,c",
        ];
        let expected = r#"
            a = { b = 2, c = 0.5, word = "lstm", quoted = "3", off = false, sum = "x=y", none = "", lines = "1\nd = 2", pair = "b,c" }
            new = { list = [1, 2], numbers = [0.1, 2] }
        "#;
        assert_eq!(with("[a]\nb = 1", &set).unwrap(), table(expected));
    }

    #[test]
    fn a_bad_override_shows_the_form() {
        mend(
            with("", &["train.batch"]),
            &["--set train.batch", "no `=`", "key.path=value"],
        );
        mend(
            with("", &["train..batch=3"]),
            &["empty part", "key.path=value"],
        );
        mend(with("", &["=3"]), &["empty part"]);
        let deep = vec!["a"; 100_000].join(".") + "=1";
        mend(
            with("", &[&deep]),
            &["the key has 100000 parts; at most 80"],
        );
        mend(
            with("train.batch = 32", &["train.batch.size=3"]),
            &[
                "--set train.batch.size=3",
                "`train.batch`",
                "not a table",
                "integer 32",
            ],
        );
    }

    #[test]
    fn a_file_of_data_is_no_config_and_init_makes_one_for_it() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("mine.csv");
        std::fs::write(&path, "day;sold\n1;2\n").unwrap();
        mend(
            load_table(&path, &[]),
            &["mine.csv: line 1", "rekindle init --data"],
        );
    }

    #[test]
    fn a_syntax_error_has_its_line_and_column() {
        mend(
            with("[train]\nbatch = = 3\n", &[]),
            &["x.toml: line 2, column 9: not valid TOML"],
        );
        mend(
            with("a = 1\na = 2", &[]),
            &["line 2, column 1", "duplicate key"],
        );
    }

    #[test]
    fn what_is_no_text_file_is_named() {
        let place = tempdir().unwrap();
        let path = place.path().join("x.toml");
        mend(load_table(&path, &[]), &["there is no file", "x.toml"]);
        mend(load_table(place.path(), &[]), &["is a directory"]);
        fs::write(&path, [0xff, 0xfe]).unwrap();
        mend(load_table(&path, &[]), &["x.toml", "not UTF-8", "TOML"]);
    }

    #[test]
    fn an_error_names_the_file_and_the_overrides() {
        #[derive(Debug, serde::Deserialize)]
        struct Train {
            batch: usize,
        }
        let place = tempdir().unwrap();
        let path = place.path().join("x.toml");
        fs::write(&path, "batch = \"a\"").unwrap();
        mend(
            load::<Train>(&path, &[]),
            &["x.toml: batch: must be a whole number >= 0, not the text \"a\""],
        );
        mend(
            load::<Train>(&path, &["batch=b".to_owned()]),
            &["x.toml with --set batch=b: batch: must be a whole number >= 0, not the text \"b\""],
        );
        assert_eq!(
            load::<Train>(&path, &["batch=3".to_owned()]).unwrap().batch,
            3
        );
    }

    #[test]
    fn changed_keys_show_both_values() {
        let old = table("seed = 1\ntrain = { lr = 0.1, batch = 32 }\nmodel.cell.kind = \"gru\"");
        let new = table("seed = 1\ntrain = { lr = 0.2, steps = 9 }\nmodel.cell.kind = \"lstm\"");
        let expected = [
            "model.cell.kind: \"gru\" -> \"lstm\"",
            "train.batch: 32 -> (absent)",
            "train.lr: 0.1 -> 0.2",
            "train.steps: (absent) -> 9",
        ];
        assert_eq!(changed_keys(&old, &new), expected);
        assert!(changed_keys(&old, &old).is_empty());
    }
}
