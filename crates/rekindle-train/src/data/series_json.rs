//! Series in JSON lines, or in a list of JSON: `{"label": "up", "values": [[1.0, 2.0], [3.0, 4.0]]}`, an object a series. Its numbers
//! are a list of numbers or of lists, a step each; a list a channel, `{"x": [1.0, 3.0], "y": [2.0, 4.0]}`; or a list of objects, a step
//! each, `{"readings": [{"t": 0, "x": 1.0}, ...]}`.

use std::collections::{BTreeMap, HashSet};

use serde_json::Value;

use super::message::{counted, listed, row, shown};
use super::number;
use super::series::{Series, SeriesColumns};
use super::series_csv::{IDS, TIMES};
use super::series_parsed::{Labels, Parsed};
use super::table::json::{flat, objects};
use crate::error::{Error, Result};

/// What the list of the values of a series is called, where there are others.
const VALUES: &str = "values";

/// What an error says of how a series is written.
const WRITTEN: &str = "a series is written as {\"label\": \"up\", \"values\": [1.0, 2.0]}";

/// An object by its keys, those of objects within it as `outer.inner`.
type Line = BTreeMap<String, Value>;

/// Where the numbers of a series stand.
enum Layout {
    /// In a list of steps: a number each, or a list of numbers.
    Steps(String),
    /// In a list for each channel.
    Channels(Vec<String>),
    /// In a list of objects, a step each, of which these are the channels.
    Objects(String, Vec<String>),
}

/// The numbers of a step, of which any may be missing.
type Step = Vec<Option<f64>>;

/// Parses the text of the file called `name`.
pub(super) fn parse(
    name: String,
    text: &str,
    wish: &SeriesColumns,
    labels: Labels,
    takes_missing: bool,
) -> Result<Parsed> {
    let read = objects(&name, text)?;
    let mut keys: Vec<String> = Vec::new();
    let (mut all, mut lines) = (Vec::with_capacity(read.len()), Vec::new());
    for (object, line) in read {
        let entries = flat("", object.0);
        if keys.is_empty() {
            keys.extend(entries.iter().map(|(key, _)| key.clone()));
        }
        all.push(entries.into_iter().collect::<Line>());
        lines.extend(line);
    }
    let Some(first) = all.first() else {
        return Err(Error::mend(format!("{name}: no series; write one a line")));
    };
    let wrong = |index: usize, problem: &dyn std::fmt::Display| {
        let row = row(index, lines.get(index).copied());
        Error::mend(format!("{name}: {row}: {problem}"))
    };
    let is_list = |key: &&String| matches!(first.get(*key), Some(Value::Array(_)));
    let single: Vec<String> = keys.iter().filter(|key| !is_list(key)).cloned().collect();
    let (label, said) = label(&name, &single, wish, labels);
    let layout = Layout::of(first, &keys, wish).map_err(|problem| wrong(0, &problem))?;
    let mut series: Vec<Series> = Vec::with_capacity(all.len());
    for (index, line) in all.iter().enumerate() {
        let one = layout
            .steps(line)
            .and_then(|steps| one_series(layout.called(), &steps, takes_missing))
            .map_err(|problem| wrong(index, &problem))?;
        let channels = series.first().map_or(one.channels, |first| first.channels);
        if one.channels != channels {
            let problem = format!(
                "{}, and the first series has {channels}",
                counted(one.channels, "channels")
            );
            return Err(wrong(index, &problem));
        }
        series.push(one);
    }
    let written = |key: &str| -> Vec<String> {
        let text = |line: &Line| match line.get(key) {
            None | Some(Value::Null) => String::new(),
            Some(Value::String(text)) => text.trim().to_owned(),
            Some(other) => other.to_string(),
        };
        all.iter().map(text).collect()
    };
    let id = keys
        .iter()
        .find(|key| **key != label && is_id(key) && is_name(&written(key)));
    let names = layout.names().to_vec();
    let mut notes = vec![format!(
        "{name}: {} series{}",
        series.len(),
        if lines.is_empty() {
            ""
        } else {
            ", a line each"
        }
    )];
    notes.extend(said);
    notes.extend((!names.is_empty()).then(|| format!("{name}: channels {}", listed(&names))));
    let out = layout.left_out(first, &keys, [Some(&label), id]);
    notes.extend((!out.is_empty()).then(|| format!("{name}: left out {}", listed(&out))));
    let (ids, labels) = (id.map(|id| written(id)), written(&label));
    Ok(Parsed {
        channels: series[0].channels,
        labels: labels
            .iter()
            .any(|label| !label.is_empty())
            .then_some(labels),
        ids,
        sums: None,
        lines,
        announces: None,
        announced: Vec::new(),
        columns: SeriesColumns {
            label: Some(label),
            channels: names,
            ..SeriesColumns::default()
        },
        hint: "",
        notes,
        name,
        series,
    })
}

/// The key of the label, and what is to be said where it has another name than usual and nobody said it.
fn label(
    name: &str,
    keys: &[String],
    wish: &SeriesColumns,
    labels: Labels,
) -> (String, Option<String>) {
    let usual = labels.names()[0];
    if let Some(label) = &wish.label {
        return (label.clone(), None);
    }
    let in_any_case = |name: &&str| keys.iter().find(|key| key.to_lowercase() == **name);
    match labels.names().iter().find_map(in_any_case) {
        Some(found) if found != usual => {
            let note = format!(
                "{name}: the {} is {}; {} names another",
                labels.called(),
                shown(found),
                labels.key()
            );
            (found.clone(), Some(note))
        }
        _ => (usual.to_owned(), None),
    }
}

/// The only key whose values are few different words, which may be classes.
///
/// # Errors
///
/// If the file is no JSON.
pub(super) fn classes(name: &str, text: &str, most: usize) -> Result<Option<String>> {
    let mut words: BTreeMap<String, Option<HashSet<String>>> = BTreeMap::new();
    let all = objects(name, text)?;
    let rows = all.len();
    for (object, _) in all {
        for (key, value) in flat("", object.0) {
            let found = words.entry(key).or_insert_with(|| Some(HashSet::new()));
            match (found, value) {
                (Some(found), Value::String(word)) => {
                    found.insert(word);
                }
                (found, _) => *found = None,
            }
        }
    }
    let is_one = |words: &Option<HashSet<String>>| {
        let count = words.as_ref().map_or(0, HashSet::len);
        count > 1 && count <= most && count * 2 <= rows
    };
    let mut keys = words.into_iter().filter(|(_, words)| is_one(words));
    let first = keys.next().map(|(key, _)| key);
    Ok(first.filter(|_| keys.next().is_none()))
}

/// Whether a key is called as ids are.
fn is_id(key: &str) -> bool {
    let key = key.to_lowercase();
    let key = key.trim_start_matches('_');
    IDS.iter()
        .any(|id| key == *id || key.ends_with(&format!("_{id}")))
}

/// Whether these are different names of all series.
fn is_name(written: &[String]) -> bool {
    let mut seen = HashSet::new();
    written
        .iter()
        .all(|name| !name.is_empty() && seen.insert(name))
}

impl Layout {
    /// That of the first series; its keys are in order.
    fn of(line: &Line, keys: &[String], wish: &SeriesColumns) -> Result<Layout, String> {
        let list = |key: &&String| matches!(line.get(*key), Some(Value::Array(_)));
        let lists: Vec<&String> = keys.iter().filter(list).collect();
        let of_objects = |key: &&&String| holds(line, key, Value::is_object);
        let of_numbers =
            |key: &&&String| holds(line, key, |value| value.is_number() || value.is_null());
        let steps = |key: &&&String| {
            holds(line, key, |value| {
                value.is_number() || value.is_null() || value.is_array()
            })
        };
        if !wish.channels.is_empty() {
            let are_lists = wish.channels.iter().all(|name| lists.contains(&name));
            return match (are_lists, lists.iter().find(of_objects)) {
                (true, _) => Ok(Layout::Channels(wish.channels.clone())),
                (false, Some(key)) => Ok(Layout::Objects((*key).clone(), wish.channels.clone())),
                (false, None) => Err(format!(
                    "task.channels: there are no lists {}; the lists are {}",
                    listed(&wish.channels),
                    owned(&lists)
                )),
            };
        }
        if lists.iter().any(|key| *key == VALUES) {
            return Ok(Layout::Steps(VALUES.to_owned()));
        }
        let objects: Vec<&String> = lists.iter().filter(of_objects).copied().collect();
        let numbers: Vec<&String> = lists.iter().filter(of_numbers).copied().collect();
        let all: Vec<&String> = lists.iter().filter(steps).copied().collect();
        match (objects.as_slice(), numbers.as_slice(), all.as_slice()) {
            ([key], [], []) => {
                let names = channels(line, key);
                match names.is_empty() {
                    true => Err(format!(
                        "no number is in the objects of {}; {WRITTEN}",
                        shown(key)
                    )),
                    false => Ok(Layout::Objects((*key).clone(), names)),
                }
            }
            ([], _, [key]) => Ok(Layout::Steps((*key).clone())),
            ([], several, all) if several.len() > 1 && several.len() == all.len() => {
                let is_channel = |key: &&&String| !is_time(key);
                let channels: Vec<String> = several
                    .iter()
                    .filter(is_channel)
                    .map(|key| (*key).clone())
                    .collect();
                Ok(Layout::Channels(channels))
            }
            ([], [], []) => Err(format!("there is no list of numbers; {WRITTEN}")),
            _ => Err(format!(
                "the lists {} may all be the numbers of the series; say which by task.channels, or call one {VALUES:?}",
                owned(&lists)
            )),
        }
    }

    /// What its numbers are called in errors.
    fn called(&self) -> &str {
        match self {
            Layout::Steps(key) | Layout::Objects(key, _) => key,
            Layout::Channels(names) => names.first().map_or(VALUES, String::as_str),
        }
    }

    /// The names of its channels, where they have some.
    fn names(&self) -> &[String] {
        match self {
            Layout::Steps(_) => &[],
            Layout::Channels(names) | Layout::Objects(_, names) => names,
        }
    }

    /// What is not read of a series, the label and the id aside.
    fn left_out(&self, line: &Line, keys: &[String], taken: [Option<&String>; 2]) -> Vec<String> {
        let is_read = |key: &String| match self {
            Layout::Steps(own) | Layout::Objects(own, _) => key == own,
            Layout::Channels(names) => names.contains(key),
        };
        let out = keys
            .iter()
            .filter(|key| !is_read(key) && !taken.contains(&Some(*key)));
        let mut out: Vec<String> = out.cloned().collect();
        if let Layout::Objects(key, names) = self {
            let within = steps(line, key).flat_map(inner).map(|(inner, _)| inner);
            let mut within: Vec<String> = within.filter(|inner| !names.contains(inner)).collect();
            within.sort();
            within.dedup();
            out.extend(within.into_iter().map(|inner| format!("{key}.{inner}")));
        }
        out
    }

    /// The steps of a series.
    fn steps(&self, line: &Line) -> Result<Vec<Step>, String> {
        let list = |key: &String| match line.get(key) {
            Some(Value::Array(list)) => Ok(list),
            _ => Err(format!("there is no list {}; {WRITTEN}", shown(key))),
        };
        match self {
            Layout::Steps(key) => {
                let step = |(at, value): (usize, &Value)| match value {
                    Value::Array(all) => all.iter().map(|value| number_of(at, value)).collect(),
                    value => Ok(vec![number_of(at, value)?]),
                };
                list(key)?.iter().enumerate().map(step).collect()
            }
            Layout::Channels(names) => {
                let lists = names.iter().map(list).collect::<Result<Vec<_>, _>>()?;
                let length = lists[0].len();
                if let Some(other) = lists.iter().position(|list| list.len() != length) {
                    return Err(format!(
                        "{} has {} and {} has {length}; give every channel as many steps",
                        shown(&names[other]),
                        counted(lists[other].len(), "numbers"),
                        shown(&names[0])
                    ));
                }
                let step = |at: usize| lists.iter().map(|list| number_of(at, &list[at])).collect();
                (0..length).map(step).collect()
            }
            Layout::Objects(key, names) => {
                let step = |(at, value): (usize, &Value)| {
                    let own: Line = inner(value).into_iter().collect();
                    let number =
                        |name: &String| number_of(at, own.get(name).unwrap_or(&Value::Null));
                    names.iter().map(number).collect()
                };
                list(key)?.iter().enumerate().map(step).collect()
            }
        }
    }
}

/// Lists as a message shows them.
fn owned(lists: &[&String]) -> String {
    listed(&lists.iter().map(|&key| key.clone()).collect::<Vec<_>>())
}

/// Whether all values of a list, one at least, are of a kind.
fn holds(line: &Line, key: &str, is_one: impl Fn(&Value) -> bool) -> bool {
    steps(line, key).next().is_some() && steps(line, key).all(is_one)
}

fn steps<'l>(line: &'l Line, key: &str) -> impl Iterator<Item = &'l Value> {
    line.get(key)
        .and_then(Value::as_array)
        .into_iter()
        .flatten()
}

/// The values of an object in a list, those of objects within it among them.
fn inner(value: &Value) -> Vec<(String, Value)> {
    match value {
        Value::Object(object) => flat("", object.clone()),
        _ => Vec::new(),
    }
}

/// The keys of the numbers in a list of objects but for one that counts time.
fn channels(line: &Line, key: &str) -> Vec<String> {
    let entries = steps(line, key).flat_map(inner);
    let numbers = entries.filter(|(inner, value)| value.is_number() && !is_time(inner));
    let mut names: Vec<String> = numbers.map(|(inner, _)| inner).collect();
    names.sort();
    names.dedup();
    names
}

/// Whether a key is called as what counts time.
fn is_time(key: &str) -> bool {
    TIMES.contains(&key.to_lowercase().as_str())
}

fn number_of(at: usize, value: &Value) -> Result<Option<f64>, String> {
    match value {
        Value::Null => Ok(None),
        Value::Number(number) => Ok(number.as_f64()),
        other => {
            let other = other.to_string();
            Err(format!(
                "step {}: {} is not a number",
                at + 1,
                shown(&other)
            ))
        }
    }
}

/// The series of a line; the error is the problem and its remedy.
fn one_series(called: &str, steps: &[Step], takes_missing: bool) -> Result<Series, String> {
    let channels = steps.first().map_or(0, Vec::len);
    if channels == 0 {
        return Err(format!(
            "`{called}` is empty; remove the line, or write its numbers"
        ));
    }
    let mut values = Vec::with_capacity(steps.len() * channels);
    for (index, step) in steps.iter().enumerate() {
        if step.len() != channels {
            return Err(format!(
                "step {} has {}, and step 1 has {channels}",
                index + 1,
                counted(step.len(), "numbers")
            ));
        }
        for number in step {
            values.push(match number {
                Some(value) => number::finite(&value.to_string()).ok_or_else(|| {
                    let cell = value.to_string();
                    format!("step {}: {}", index + 1, number::refusal(&cell))
                })?,
                None if takes_missing => f64::NAN,
                None => {
                    return Err(format!(
                        "step {}: null is a missing value; fill it in, remove the line, or take a cell for missing values, as \
                         gru_d is",
                        index + 1
                    ));
                }
            });
        }
    }
    Ok(Series {
        values,
        steps: steps.len(),
        channels,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str, takes_missing: bool) -> Result<Parsed> {
        parse(
            "a.jsonl".into(),
            text,
            &SeriesColumns::default(),
            Labels::Classes,
            takes_missing,
        )
    }

    #[test]
    fn a_line_is_a_series() {
        let text = "{\"label\": \"up\", \"values\": [[1, 2], [3, 4.5]]}\n\n{\"values\": [[5, null]], \"label\": 7, \"id\": 1}\n";
        let parsed = read(text, true).unwrap();
        assert_eq!(parsed.series[0].values, [1.0, 2.0, 3.0, 4.5]);
        assert_eq!((parsed.series[1].steps, parsed.channels), (1, 2));
        assert!(parsed.series[1].values[1].is_nan());
        assert_eq!(parsed.labels.unwrap(), ["up", "7"]);
        let unlabelled = read("{\"values\": [1, 2, 3]}\n", false).unwrap();
        assert_eq!((unlabelled.labels, unlabelled.series[0].steps), (None, 3));
    }

    #[test]
    fn what_is_wrong_names_the_line() {
        for (text, words) in [
            ("", "a.jsonl: no series"),
            ("{\"values\": [1]}\n[1, 2]\n", "a.jsonl: row 2 (line 2): "),
            ("{\"values\": []}", "row 1 (line 1): `values` is empty"),
            (
                "{\"values\": [1, [2, 3]]}",
                "row 1 (line 1): step 2 has 2 numbers, and step 1 has 1",
            ),
            (
                "{\"values\": [1]}\n{\"values\": [[2, 3]]}",
                "row 2 (line 2): 2 channels, and the first series has 1",
            ),
            (
                "{\"values\": [1, null]}",
                "row 1 (line 1): step 2: null is a missing value",
            ),
            ("{\"values\": [1e200]}", "is beyond 1e140 in size"),
            ("{\"a\": 1}", "row 1 (line 1): there is no list of numbers"),
            (
                "{\"x\": [1], \"y\": [[2]]}",
                "the lists `x`, `y` may all be",
            ),
            (
                "{\"x\": [1], \"y\": [2, 3]}",
                "`y` has 2 numbers and `x` has 1",
            ),
            ("{\"values\": [\"a\"]}", "step 1: `\"a\"` is not a number"),
            (
                "{\"values\": [1], \"values\": [2]}",
                "the key \"values\" is there twice",
            ),
        ] {
            let error = read(text, false).unwrap_err().to_string();
            assert!(error.contains(words), "{error}");
        }
    }

    #[test]
    fn channels_are_lists_or_the_keys_of_steps() {
        let lists = "{\"t\": [0, 1], \"x\": [1, 2], \"acc\": {\"y\": [3, 4]}, \"_id\": \"a\", \"Class\": \"up\"}";
        let objects = "[{\"device\": 1, \"steps\": [{\"t\": 0, \"x\": 1, \"acc\": {\"y\": 3}}, {\"t\": 1, \"x\": 2, \"acc\": {\"y\": 4}}]}]";
        for (text, names, values, out) in [
            (lists, ["x", "acc.y"], [1.0, 3.0, 2.0, 4.0], "left out `t`"),
            (
                objects,
                ["acc.y", "x"],
                [3.0, 1.0, 4.0, 2.0],
                "left out `steps.t`",
            ),
        ] {
            let parsed = read(text, false).unwrap();
            assert_eq!(parsed.columns.channels, names);
            assert_eq!(parsed.series[0].values, values);
            let said = parsed.notes.join("\n");
            assert!(said.contains(out), "{said}");
            // A run reads them again by their names.
            let again = parse(
                "a.jsonl".into(),
                text,
                &parsed.columns,
                Labels::Classes,
                false,
            );
            assert_eq!(again.unwrap().series, parsed.series);
        }
        let parsed = read(lists, false).unwrap();
        assert_eq!(
            (parsed.ids.unwrap(), parsed.labels.unwrap()),
            (vec!["a".to_owned()], vec!["up".to_owned()])
        );
        let other = read("{\"data\": [[1, 2], [3, 4]]}", false).unwrap();
        assert_eq!((other.channels, other.series[0].steps), (2, 2));
    }
}
