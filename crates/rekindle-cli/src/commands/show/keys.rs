//! The keys of a cell's config, asked of the one place that knows them: the code that reads it.

use rekindle::{AnyCellConfig, CellConfig};
use rekindle_train::{Error, Result};
use toml::{Table, Value};

use crate::table;

/// A value in one line: of a text, the first, which is a comment.
pub(super) fn first_line(value: &Value) -> String {
    match value.as_str().map(|text| (text.lines().next(), text)) {
        Some((Some(line), text)) if line != text => format!("\"{line} ...\""),
        _ => value.to_string(),
    }
}

/// A width that stands for the one the reader will choose.
pub(super) const D_HIDDEN: usize = 128;

/// A cell's config with its defaults, as a table.
pub(super) fn defaults(name: &str, d_hidden: usize) -> Result<Table> {
    let config = AnyCellConfig::named(name, d_hidden);
    let config = config.ok_or_else(|| Error::fault(format!("{name} is in no config")))?;
    written(&config)
}

/// A config as a table.
pub(super) fn written(config: &AnyCellConfig) -> Result<Table> {
    Table::try_from(config)
        .map_err(|error| Error::fault(format!("a config cannot be written: {error}")))
}

/// A config as a text.
pub(super) fn text(config: &AnyCellConfig) -> Result<String> {
    toml::to_string(&written(config)?)
        .map_err(|error| Error::fault(format!("a config cannot be written: {error}")))
}

/// A table as a config, or serde's words about it.
pub(super) fn read(table: &Table) -> Result<AnyCellConfig, String> {
    let config: Result<AnyCellConfig, _> = Value::Table(table.clone()).try_into();
    config.map_err(|error| error.message().to_owned())
}

/// A key of a cell.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::commands) struct CellKey {
    /// What it means.
    pub(in crate::commands) says: String,
    /// Its default; none where it may be left out, or must be there.
    pub(in crate::commands) default: Option<String>,
    /// What it may be.
    pub(in crate::commands) range: String,
}

/// A key of a cell, if it has one of that name.
pub(in crate::commands) fn of(cell: &str, key: &str) -> Result<Option<CellKey>> {
    let defaults = defaults(cell, D_HIDDEN)?;
    let keys = AnyCellConfig::keys(cell).unwrap_or_default();
    let Some((_, says)) = keys.into_iter().find(|(name, _)| *name == key) else {
        return Ok(None);
    };
    let default = defaults.get(key).filter(|_| key != "d_hidden");
    let range = match must(&defaults, key) {
        Some(must) => format!("{}, {must}", allowed(&defaults, key)),
        None => allowed(&defaults, key),
    };
    Ok(Some(CellKey {
        says,
        default: default.map(first_line),
        range,
    }))
}

/// What a check says that a number must be, where it refuses a small or a large one.
fn must(defaults: &Table, key: &str) -> Option<String> {
    let probes = match defaults.get(key)? {
        Value::Float(_) => [Value::Float(-1e9), Value::Float(1e9)],
        Value::Integer(_) => [Value::Integer(0), Value::Integer(1 << 40)],
        _ => return None,
    };
    probes.into_iter().find_map(|probe| {
        let mut table = defaults.clone();
        table.insert(key.to_owned(), probe);
        let wrong = read(&table).ok()?.validate().err()?.to_string();
        let (_, must) = wrong.strip_prefix(key)?.split_once(": must be ")?;
        Some(must.to_owned())
    })
}

/// Every key but `kind`, a line each: its default, and what it may be.
pub(super) fn table(name: &str) -> Result<String> {
    let defaults = defaults(name, D_HIDDEN)?;
    // serde names a struct's keys only where it refuses one, and an enum's names likewise.
    let keys = choices(&defaults, "?", Value::Boolean(true));
    let rows = keys.iter().flat_map(|key| {
        let written = match defaults.get(key) {
            Some(value) => format!("{key} = {value}"),
            None => format!("# {key}"),
        };
        let mut comment = format!("# {}", allowed(&defaults, key));
        let lines: Vec<String> = written.lines().map(str::to_owned).collect();
        // A text is written in several lines; inside its quotes there is no comment.
        let last = lines.len() - 1;
        let rows = lines.into_iter().enumerate().map(move |(i, line)| {
            let comment = (i == last).then(|| std::mem::take(&mut comment));
            [line, comment.unwrap_or_default()]
        });
        rows.collect::<Vec<_>>()
    });
    Ok(table::aligned(&rows.collect::<Vec<_>>()))
}

fn allowed(defaults: &Table, key: &str) -> String {
    let choices = choices(defaults, key, Value::String("?".to_owned()));
    let kind = match (&choices[..], defaults.get(key)) {
        ([_, ..], _) => {
            let quoted = choices.iter().map(|choice| format!("\"{choice}\""));
            quoted.collect::<Vec<_>>().join(" | ")
        }
        (_, Some(Value::Boolean(_))) => "true | false".to_owned(),
        (_, Some(Value::Float(_))) => "a number".to_owned(),
        (_, Some(Value::Integer(_))) => "a whole number".to_owned(),
        (_, Some(Value::String(_))) => "a text".to_owned(),
        (_, Some(Value::Array(_))) => "a list of numbers".to_owned(),
        _ => optional(defaults, key).to_owned(),
    };
    match key {
        "d_hidden" => format!("{kind}; the only key without a default"),
        _ => kind,
    }
}

/// What a key takes that has no default.
fn optional(defaults: &Table, key: &str) -> &'static str {
    let takes = |value: Value| {
        let mut table = defaults.clone();
        table.insert(key.to_owned(), value);
        read(&table).is_ok()
    };
    let numbers = Table::from_iter([("name".to_owned(), Value::Float(0.5))]);
    match (takes(Value::Float(0.5)), takes(Value::Integer(1))) {
        (true, _) => "a number, or left out",
        (_, true) => "a whole number, or left out",
        _ if takes(Value::Table(numbers)) => "a table of numbers by names, or left out",
        _ => "a value, or left out",
    }
}

/// What serde says it would have taken in place of a value that it refuses.
fn choices(defaults: &Table, key: &str, wrong: Value) -> Vec<String> {
    let mut table = defaults.clone();
    table.insert(key.to_owned(), wrong);
    match read(&table) {
        Err(message) if message.starts_with("unknown ") => {
            let quoted = message.split('`').skip(1).step_by(2);
            // The first is what was refused.
            quoted.skip(1).map(str::to_owned).collect()
        }
        _ => Vec::new(),
    }
}

/// The shortest table of the form that a config is: the keys, beside `d_hidden`, that make its
/// equations what they are.
pub(super) fn distinctive(name: &str, config: &AnyCellConfig) -> Result<Table> {
    let mut table = written(config)?;
    let defaults = defaults(name, 2)?;
    let keys: Vec<String> = table.keys().cloned().collect();
    for key in keys {
        let mut without = table.clone();
        match defaults.get(&key) {
            Some(value) => without.insert(key.clone(), value.clone()),
            None => without.remove(&key),
        };
        let same = read(&without)
            .is_ok_and(|c| c.validate().is_ok() && c.equations() == config.equations());
        if same && key != "d_hidden" {
            table = without;
        }
    }
    table.retain(|key, value| defaults.get(key) != Some(value) && key != "d_hidden");
    Ok(table)
}
