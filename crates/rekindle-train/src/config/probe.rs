//! Which keys there are and what they may be, asked of the code that reads and checks them: serde names a struct's keys and an
//! enum's names where it refuses one, and a check says what a number must be.

use super::{experiment::Experiment, plan::Plan};
use serde::Deserialize;
use std::path::Path;
use toml::{Table, Value};

/// The least that there must be of a network of a kind; of a stack, what has keys of every sort.
fn model(kind: &str) -> &'static str {
    match kind {
        "blocks" => {
            "kind = \"blocks\"\nd_model = 4\nblocks = 2\nmixer = { kind = \"cell\", cell = { kind = \"lstm\", d_hidden = 4 } }\n"
        }
        "awd_lstm" => "kind = \"awd_lstm\"\n",
        _ => "layers = 2\nbidirectional = true\ncell = { kind = \"lstm\", d_hidden = 4 }\n",
    }
}

/// A config of a kind of task, or of network, that is read and checked, though its files are not there.
fn config(kind: Option<&str>) -> Table {
    let is_task = kind.is_some_and(|kind| tasks().iter().any(|task| task == kind));
    let (task, network) = match is_task {
        true => (kind.unwrap_or_default(), "stack"),
        false => ("forecast", kind.unwrap_or("stack")),
    };
    let model = model(network);
    let text = format!("[task]\nkind = {task:?}\n[model]\n{model}[train]\n");
    let mut config: Table = toml::from_str(&text).unwrap_or_default();
    for file in ["file", "train"] {
        let mut with = config.clone();
        set(
            &mut with,
            &format!("task.{file}"),
            Value::String("x.csv".into()),
        );
        let message = refusal(&with).unwrap_or_default();
        if !message.starts_with("unknown field") {
            config = with;
        }
    }
    config
}

/// A kind of task that has a table of keys which several have, where those that are asked first have none.
fn having(path: &str) -> Option<&'static str> {
    path.starts_with("task.audio.").then_some("transcribe")
}

fn set(config: &mut Table, path: &str, value: Value) {
    match path.split_once('.') {
        None => {
            config.insert(path.into(), value);
        }
        Some((table, rest)) => {
            let inner = config
                .entry(table)
                .or_insert_with(|| Value::Table(Table::new()));
            if let Value::Table(inner) = inner {
                set(inner, rest, value);
            }
        }
    }
}

/// Why serde does not read a config.
fn refusal(config: &Table) -> Option<String> {
    let read = <Experiment>::deserialize(Value::Table(config.clone()));
    read.err().map(|error| error.message().to_owned())
}

/// The names that serde lists in a message.
fn listed(message: &str) -> Vec<String> {
    let list = message
        .rsplit_once("expected ")
        .map_or("", |(_, list)| list);
    list.split('`')
        .skip(1)
        .step_by(2)
        .map(str::to_owned)
        .collect()
}

/// The kinds of tasks.
pub(crate) fn tasks() -> Vec<String> {
    let mut config = Table::new();
    set(&mut config, "task.kind", Value::String("?".into()));
    listed(&refusal(&config).unwrap_or_default())
}

/// The kinds of networks.
fn networks() -> Vec<String> {
    let mut config = config(None);
    set(&mut config, "model.kind", Value::String("?".into()));
    listed(&refusal(&config).unwrap_or_default())
}

/// What a key may be, of the kind of task or of network whose key it is.
pub(super) fn range(path: &str, kind: Option<&str>) -> String {
    let config = config(kind.or(having(path)));
    let with = |value: Value| {
        let mut config = config.clone();
        set(&mut config, path, value);
        config
    };
    let message = refusal(&with(Value::String("?".into()))).unwrap_or_default();
    if message.starts_with("unknown variant") {
        let names = listed(&message).into_iter();
        return names
            .map(|name| format!("{name:?}"))
            .collect::<Vec<_>>()
            .join(", ");
    }
    let Some((_, expected)) = message.rsplit_once("expected ") else {
        return "a text".into();
    };
    let (kind, probes) = match expected.trim() {
        "a boolean" => return "true, false".into(),
        "usize" | "u64" | "u32" => (
            "a whole number",
            [Value::Integer(0), Value::Integer(1 << 40)],
        ),
        "f64" => ("a number", [Value::Float(-1.0), Value::Float(1e9)]),
        "a sequence" => return "a list".into(),
        other if other.contains("struct") || other.contains("enum") => return "a table".into(),
        other => return other.to_owned(),
    };
    let must = probes
        .into_iter()
        .find_map(|probe| refused(&with(probe), path));
    match must {
        Some(must) => format!("{kind}, {must}"),
        None => kind.to_owned(),
    }
}

/// What a check says that a key must be, where it refuses the value that the config has for it.
fn refused(config: &Table, path: &str) -> Option<String> {
    let experiment = <Experiment>::deserialize(Value::Table(config.clone())).ok()?;
    let wrong = Plan::check(experiment, "x", Path::new("."))
        .err()?
        .to_string();
    let rest = wrong.strip_prefix(path)?.strip_prefix(" = ")?;
    let (_, must) = rest.split_once(": must be ")?;
    Some(must.to_owned())
}

/// Every key that is read, with the kind of task or of network whose key it is; of cells those that all have.
pub(super) fn keys() -> Vec<(String, Option<String>)> {
    let mut keys = Vec::new();
    let mut of = |table: &str, kind: Option<&str>| {
        let mut config = config(kind.or(having(table)));
        let path = format!("{table}?");
        set(&mut config, &path, Value::Boolean(true));
        let names = listed(&refusal(&config).unwrap_or_default());
        // Tables have keys of their own.
        let tables = ["task", "model", "train", "engine"];
        for name in names {
            let is_table = table.is_empty() && tables.contains(&name.as_str());
            if !(is_table || table == "model." && name == "engine") {
                keys.push((format!("{table}{name}"), kind.map(str::to_owned)));
            }
        }
    };
    for table in [
        "",
        "model.",
        "engine.",
        "train.",
        "task.table.",
        "task.audio.",
    ] {
        of(table, None);
    }
    for task in tasks() {
        of("task.", Some(&task));
    }
    for kind in networks().iter().filter(|kind| *kind != "stack") {
        of("model.", Some(kind));
    }
    // These are taken out before the keys of a kind are read.
    keys.push(("model.kind".into(), None));
    keys.push(("model.preset".into(), Some("blocks".into())));
    keys.extend(["bias", "init"].map(|key| (format!("model.cell.{key}"), None)));
    keys
}

/// The default of a key, where it has one that is written.
pub(super) fn default(path: &str, kind: Option<&str>) -> Option<Value> {
    let config = config(kind.or(having(path)));
    let read = <Experiment>::deserialize(Value::Table(config)).ok()?;
    let written = Value::try_from(&read).ok()?;
    let skipped = [
        "model.layers",
        "model.bidirectional",
        "model.cell.bias",
        "model.cell.init",
    ];
    if skipped.contains(&path) {
        return None;
    }
    path.split('.')
        .try_fold(written, |value, key| value.get(key).cloned())
}
