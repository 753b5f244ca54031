//! Tables in JSON: an object a row, one a line or all in one list. Keys are columns, and those of objects within are `outer.inner`.

use std::collections::{BTreeSet, HashMap};
use std::fmt;
use std::path::Path;

use csv::StringRecord;
use serde::de::{Deserialize, Deserializer, Error as _, MapAccess, Visitor};
use serde_json::Value;

use super::super::file;
use super::super::message::{counted, listed, row};
use super::config::{Decimal, TableConfig};
use super::{Origin, Table, called};
use crate::error::{Error, Result};

/// What the names of such files end in.
const KINDS: [&str; 3] = ["jsonl", "ndjson", "json"];

/// How many cells a byte of a file may become at most.
const CELLS: usize = 100;

/// How many cells any file may become.
const SMALL: usize = 1 << 22;

/// The most objects within one another that are columns.
const DEEP: usize = 16;

/// Whether a file is such a table by what its name ends in.
pub(crate) fn is_json(kind: &str) -> bool {
    KINDS.contains(&kind)
}

/// Whether the first row of such a file has a list, as a series has.
///
/// # Errors
///
/// If it cannot be read.
pub(in crate::data) fn has_lists(path: &Path) -> Result<bool> {
    let name = path.display().to_string();
    let all = objects(&name, &file::read_text(path)?)?;
    let first = all.into_iter().next();
    let values = first.map(|(object, _)| flat("", object.0));
    let mut values = values.into_iter().flatten();
    Ok(values.any(|(_, value)| value.is_array()))
}

/// An object, its keys in the order in which they are written.
pub(in crate::data) struct Object(pub(in crate::data) Vec<(String, Value)>);

impl<'de> Deserialize<'de> for Object {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Keys;

        impl<'de> Visitor<'de> for Keys {
            type Value = Object;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object, {\"a\": 1, \"b\": 2}")
            }

            fn visit_map<M: MapAccess<'de>>(self, mut map: M) -> Result<Object, M::Error> {
                let (mut entries, mut keys) = (Vec::new(), BTreeSet::new());
                while let Some((key, value)) = map.next_entry::<String, Value>()? {
                    if !keys.insert(key.clone()) {
                        return Err(M::Error::custom(format_args!(
                            "the key {key:?} is there twice"
                        )));
                    }
                    entries.push((key, value));
                }
                Ok(Object(entries))
            }
        }

        deserializer.deserialize_map(Keys)
    }
}

/// The objects of the text of the file called `name`, each with its line where it has one of its own.
///
/// # Errors
///
/// If it is no JSON, or has anything but objects.
pub(in crate::data) fn objects(name: &str, text: &str) -> Result<Vec<(Object, Option<usize>)>> {
    if text.trim_start().starts_with('[') {
        let all: Vec<Object> = serde_json::from_str(text).map_err(|error| {
            Error::mend(format!(
                "{name}: {error}; a list of rows is written as [{{\"a\": 1}}, {{\"a\": 2}}]"
            ))
        })?;
        return Ok(all.into_iter().map(|object| (object, None)).collect());
    }
    let lines = text.lines().enumerate();
    let lines = lines.filter(|(_, line)| !line.trim().is_empty());
    let object = |(index, (at, line)): (usize, (usize, &str))| {
        let object = serde_json::from_str(line);
        let object = object.map_err(|error| {
            let row = row(index, Some(at + 1));
            Error::mend(format!(
                "{name}: {row}: {error}; a row is an object in a line of its own"
            ))
        });
        Ok((object?, Some(at + 1)))
    };
    lines.enumerate().map(object).collect()
}

/// The values of an object that are no objects themselves, by their keys; `outer.inner` of those within one.
pub(in crate::data) fn flat(
    prefix: &str,
    entries: impl IntoIterator<Item = (String, Value)>,
) -> Vec<(String, Value)> {
    let mut all = Vec::new();
    flatten((prefix, 0), entries, &mut all);
    all
}

fn flatten(
    (prefix, depth): (&str, usize),
    entries: impl IntoIterator<Item = (String, Value)>,
    all: &mut Vec<(String, Value)>,
) {
    for (key, value) in entries {
        let key = match prefix.is_empty() {
            true => key,
            false => format!("{prefix}.{key}"),
        };
        match value {
            Value::Object(inner) if depth < DEEP => flatten((&key, depth + 1), inner, all),
            value => all.push((key, value)),
        }
    }
}

impl Table {
    /// The table in the text of a file called `name`.
    pub(super) fn of_json(name: String, text: &str, config: &TableConfig) -> Result<Self> {
        let mut places: HashMap<String, usize> = HashMap::new();
        let (mut names, mut nested) = (Vec::new(), BTreeSet::new());
        let (mut cells, mut lines) = (Vec::new(), Vec::new());
        for (object, line) in objects(&name, text)? {
            let mut own: Vec<(usize, String)> = Vec::new();
            for (key, value) in flat("", object.0) {
                let cell = match value {
                    Value::Null => String::new(),
                    Value::String(text) => text,
                    Value::Array(_) | Value::Object(_) => {
                        nested.insert(key);
                        continue;
                    }
                    value => value.to_string(),
                };
                let next = places.len();
                let place = *places.entry(key.clone()).or_insert(next);
                if place == next {
                    names.push(key);
                }
                own.push((place, cell));
            }
            cells.push(own);
            lines.extend(line);
            let most = text.len().saturating_mul(CELLS).max(SMALL);
            if cells.len().saturating_mul(names.len()) > most {
                return Err(Error::mend(format!(
                    "{name}: its rows have {} that differ, too many for a table; write those alone that belong to every row",
                    counted(names.len(), "keys")
                )));
            }
        }
        let record = |own: Vec<(usize, String)>| {
            let mut row = vec![String::new(); names.len()];
            for (place, cell) in own {
                row[place] = cell;
            }
            StringRecord::from(row)
        };
        let rows = cells.into_iter().map(record).collect();
        nested.retain(|key| !places.contains_key(key));
        let nested: Vec<String> = nested.into_iter().collect();
        let aside = (!nested.is_empty()).then(|| {
            format!(
                "left out {} (lists, which are no cells of a table)",
                listed(&nested)
            )
        });
        let (header, placed) = called(names.iter().map(|name| name.trim().to_owned()).collect());
        Self {
            name,
            header,
            format: TableConfig {
                header: Some(true),
                decimal: Some(Decimal::Point),
                ..config.clone()
            },
            header_line: None,
            asides: aside.into_iter().collect(),
            placed,
            rows,
            lines,
            origin: Origin::Values("JSON"),
            units: Vec::new(),
            second: StringRecord::new(),
        }
        .checked()
    }
}
