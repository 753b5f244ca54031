//! A config to begin with: for a file, after a look at it, or for a task.

use crate::{
    config::{
        manual::{self, Key},
        probe, table,
    },
    data::{
        look::{Look, Seen, look},
        table::config::TableConfig,
    },
    error::{Error, Result},
    session::validate_draft,
};
use rekindle::engine::suggest;
use std::{fmt::Write, path::Path};
use toml::Value;

/// What errors call a config that is not written yet.
const DRAFT: &str = "the config";

/// A config to begin with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Begun {
    /// It, with a comment a key.
    pub text: String,
    /// What its file was taken for, where nobody named a task.
    pub seen: Option<String>,
}

/// What a config is to be for.
#[derive(Clone, Copy, Debug, Default)]
pub struct Asked<'a> {
    /// The task; what the file seems to be for where there is none.
    pub task: Option<&'a str>,
    /// The file to learn from.
    pub data: Option<&'a Path>,
    /// The file's column of classes or targets.
    pub label: Option<&'a str>,
    /// Keys with the values that they are to have, each as behind `--set`.
    pub set: &'a [String],
}

/// A config with a comment a key. Of a file it is tried before it is given: it reads the file, and would train.
///
/// `directory` is where the config will stand, which the file's path is meant from.
///
/// # Errors
///
/// If there is no such task, a key cannot be set, the file cannot be read, or it does not fit the task.
pub fn config(asked: Asked<'_>, directory: &Path) -> Result<Begun> {
    let Asked {
        task, data, label, ..
    } = asked;
    let mut set = toml::Table::new();
    for text in asked.set {
        table::set(&mut set, text)?;
    }
    let within = |key: &str| set.get("task").and_then(|task| task.get(key));
    let task = task.or(within("kind").and_then(Value::as_str));
    let of_table = within("table").and_then(Value::as_table).cloned();
    let origin = format!("--set {}", asked.set.join(" --set "));
    let of_table: TableConfig = table::parse(of_table.unwrap_or_default(), &origin)?;
    let tasks = probe::tasks();
    let tasks: Vec<&str> = tasks.iter().map(String::as_str).collect();
    if let Some(task) = task.filter(|task| !tasks.contains(task)) {
        let end = suggest(task, &tasks);
        return Err(Error::mend(format!("there is no task `{task}`{end}")));
    }
    if let (None, Some(label)) = (data, label) {
        return Err(Error::mend(format!(
            "--label {}: there is no file that it could be a column of; name one with --data FILE",
            crate::shell::word(label)
        )));
    }
    let looked = data
        .map(|data| look(data, label, &of_table, task.is_some()))
        .transpose()?;
    let kind = match (task, &looked) {
        (Some(task), _) => task,
        (None, Some(looked)) => looked.seen.task(),
        (None, None) => {
            return Err(Error::mend(format!(
                "name a task ({}) or a file with --data FILE",
                tasks.join(", ")
            )));
        }
    };
    if let (None, Some(data), Some(true)) =
        (task, data, looked.as_ref().map(|looked| looked.has_numbers))
    {
        return Err(Error::mend(format!(
            "{}: nearly all of it is numbers, but no row is separated by commas, semicolons, tabs or bars; write such between the columns \
             (of blanks by sed -E 's/ +/,/g'), or learn it as a text by rekindle init language_model --data {}",
            data.display(),
            crate::shell::quoted(data)
        )));
    }
    let file = data.map(|data| named(data, directory));
    let text = written(kind, file.as_deref(), looked.as_ref(), &set);
    if let Some(data) = data {
        validate_draft(&text, directory, DRAFT).map_err(|error| {
            let why = error.to_string();
            let why = why.replacen(&format!("{DRAFT}: "), "", 1);
            let why = why.lines().next().unwrap_or_default();
            Error::mend(format!(
                "{}: no data for `{kind}`: {why}\nmend that, or name keys by --set KEY=VALUE, another task ({}) or the column of classes: \
                 rekindle init TASK --label COLUMN --data {}",
                data.display(),
                FILES.join(", "),
                crate::shell::quoted(data)
            ))
        })?;
    }
    let seen = looked
        .filter(|_| task.is_none())
        .zip(data)
        .map(|(looked, data)| {
            format!(
                "{}: looks like {}: task.kind = \"{kind}\"",
                data.display(),
                looked.why()
            )
        });
    Ok(Begun { text, seen })
}

/// How a config in a directory names a file: from there, where the file lies below it, or by its whole path.
fn named(data: &Path, directory: &Path) -> String {
    let whole = |path: &Path| path.canonicalize().unwrap_or_else(|_| path.to_owned());
    let (data, directory) = (whole(data), whole(directory));
    let path = data.strip_prefix(&directory).unwrap_or(&data);
    path.display().to_string()
}

/// The tasks that learn from a file.
const FILES: [&str; 8] = [
    "language_model",
    "classify_text",
    "tag",
    "transduce",
    "transcribe",
    "classify_series",
    "regress_series",
    "forecast",
];

impl Seen {
    /// The task that it is for.
    fn task(&self) -> &'static str {
        match self {
            Seen::Prose(_) => "language_model",
            Seen::Series => "classify_series",
            Seen::Targets => "regress_series",
            Seen::Texts { .. } => "classify_text",
            Seen::Tagged(_) => "tag",
            Seen::Pairs(_) => "transduce",
            Seen::Sounds(_) => "transcribe",
            Seen::Rows(_) => "forecast",
        }
    }
}

impl Look {
    /// What the file was taken for.
    fn why(&self) -> String {
        match &self.seen {
            Seen::Prose(characters) => format!("a text of {characters} characters"),
            Seen::Series => "series with a class each".into(),
            Seen::Targets => "series with a number each".into(),
            Seen::Texts { text, label } => {
                format!("texts in `{text}` with their classes in `{label}`")
            }
            Seen::Tagged(sentences) => {
                format!("{sentences} sentences with a tag for every word")
            }
            Seen::Sounds(rows) => format!("{rows} sounds, and what is said in each"),
            Seen::Pairs(rows) => format!("{rows} texts, and what is to be written of each"),
            Seen::Rows(rows) => match &self.steps {
                Some((id, _)) => {
                    format!("{rows} rows of numbers, of several series in time by `{id}`")
                }
                None => format!("{rows} rows of numbers, one behind the other in time"),
            },
        }
    }
}

/// The keys of `[task]` that are worth a look, with their values.
fn task_keys(kind: &str, file: Option<&str>, looked: Option<&Look>) -> Vec<(&'static str, Value)> {
    let seen = looked.map(|looked| &looked.seen);
    let file = |usual: &str| Value::from(file.unwrap_or(usual));
    match kind {
        "language_model" => {
            // Some hundred windows in the training part, where there is so much text.
            let characters = match seen {
                Some(Seen::Prose(characters)) => *characters,
                _ => usize::MAX,
            };
            let window = (characters / 1000).clamp(4, 64) as i64;
            vec![
                ("file", file("mine.txt")),
                ("unit", "char".into()),
                ("window", window.into()),
            ]
        }
        "classify_text" => {
            let (text, label) = match seen {
                Some(Seen::Texts { text, label }) => (text.as_str(), label.as_str()),
                _ => (
                    "text",
                    looked
                        .and_then(|looked| looked.label.as_deref())
                        .unwrap_or("label"),
                ),
            };
            let mut keys = vec![
                ("train", file("mine.csv")),
                ("text_column", text.into()),
                ("label_column", label.into()),
            ];
            keys.extend(has_empty(looked).then(|| ("skip_empty", true.into())));
            keys
        }
        "tag" => vec![("train", file("mine.conll"))],
        "transduce" | "transcribe" => vec![("train", file("mine.tsv"))],
        "classify_series" | "regress_series" => {
            let mut keys = vec![("train", file("mine.csv"))];
            let label = looked.and_then(|looked| looked.label.as_deref());
            let key = match kind {
                "classify_series" => "label_column",
                _ => "target_column",
            };
            keys.extend(label.map(|label| (key, label.into())));
            keys.extend(has_empty(looked).then(|| ("skip_empty", true.into())));
            if let Some((id, times)) = looked.and_then(|looked| looked.steps.as_ref()) {
                keys.push(("id", id.as_str().into()));
                let time = match times.as_slice() {
                    [] => None,
                    [one] => Some(one.as_str().into()),
                    several => Some(several.to_vec().into()),
                };
                keys.extend(time.map(|time| ("time", time)));
            }
            keys
        }
        "forecast" => {
            let rows = match looked {
                Some(looked) if matches!(looked.seen, Seen::Rows(_)) => looked.rows,
                _ => usize::MAX,
            };
            let window = (rows / 10).clamp(1, 32) as i64;
            let mut keys = vec![("file", file("mine.csv"))];
            let id = looked.and_then(|looked| looked.steps.as_ref());
            let id = id.filter(|_| matches!(seen, Some(Seen::Rows(_))));
            keys.extend(id.map(|(id, _)| ("id", id.as_str().into())));
            keys.extend([("window", window.into()), ("horizon", 1.into())]);
            let season = looked.and_then(|looked| looked.season);
            keys.extend(season.map(|(rows, _)| ("season", (rows as i64).into())));
            keys.extend(has_holes(looked).then(|| ("missing", "linear".into())));
            keys
        }
        "adding" => vec![("time", 50.into())],
        _ => vec![("delay", 20.into())],
    }
}

/// Whether values are missing in a file.
fn has_holes(looked: Option<&Look>) -> bool {
    looked.is_some_and(|looked| looked.has_holes)
}

/// Whether texts, classes or targets are missing in a file.
fn has_empty(looked: Option<&Look>) -> bool {
    looked.is_some_and(|looked| looked.has_empty)
}

/// Puts the keys that are set into the tables, in the place of their values there.
fn put(tables: &mut Vec<(String, Vec<(String, Value)>)>, set: &toml::Table) {
    table::leaves(set, "", &mut |path, value| {
        let (of, key) = path.rsplit_once('.').unwrap_or(("", &path));
        let at = tables.iter().position(|(name, _)| name == of);
        let at = at.unwrap_or_else(|| {
            // What stands in no table stands before all.
            let at = if of.is_empty() { 0 } else { tables.len() };
            tables.insert(at, (of.to_owned(), Vec::new()));
            at
        });
        let keys = &mut tables[at].1;
        match keys.iter_mut().find(|(name, _)| name == key) {
            Some((_, old)) => *old = value.clone(),
            None => keys.push((key.to_owned(), value.clone())),
        }
    });
}

/// The config.
fn written(kind: &str, file: Option<&str>, looked: Option<&Look>, set: &toml::Table) -> String {
    let seen = looked.map(|looked| &looked.seen);
    let is_endless = ["adding", "copy"].contains(&kind);
    let (length, updates) = match kind {
        "language_model" => ("steps", 1000),
        _ if is_endless => ("steps", 2000),
        _ => ("epochs", 30),
    };
    let batch = match (kind, seen) {
        // A short text has not enough windows for many rows side by side.
        (_, Some(Seen::Prose(characters))) if *characters < 20_000 => 2,
        ("language_model", _) => 16,
        _ => 32,
    };
    let mut train = vec![
        (length, Value::from(updates)),
        ("batch", batch.into()),
        ("learning_rate", 0.002.into()),
    ];
    if !is_endless {
        train.push(("patience", 0.into()));
    }
    // Of series what is missing is not filled in.
    let takes_missing = kind.ends_with("_series") && has_holes(looked);
    let (cell, why) = match takes_missing {
        true => (
            "gru_d",
            "values are missing in the file, which this cell takes; ",
        ),
        false => ("lstm", ""),
    };
    let cell = [("kind", cell.into()), ("d_hidden", 64.into())];
    let mut task = vec![("kind", kind.into())];
    task.extend(task_keys(kind, file, looked));
    let mut text =
        "# `rekindle explain KEY` says more of a key; `rekindle explain` names all that there are.\n".to_owned();
    if let Some(looked) = looked.filter(|looked| looked.seen.task() == kind) {
        let _ = writeln!(
            text,
            "# The file looks like {}; for another task: rekindle init TASK --data FILE",
            looked.why()
        );
        if let Some(class) = &looked.may_be_class {
            let _ = writeln!(
                text,
                "# Where `{class}` is a class that each row is to get: rekindle init --label {} --data FILE",
                crate::shell::word(class)
            );
        }
    }
    let mut model = vec![("layers", 1.into())];
    // What stands behind a step says as much of it as what stands before it.
    model.extend(
        ["tag", "transduce", "transcribe"]
            .contains(&kind)
            .then(|| ("bidirectional", true.into())),
    );
    let encoding = looked
        .and_then(|looked| looked.encoding)
        .filter(|_| kind != "language_model");
    let table: Vec<(&str, Value)> = encoding
        .iter()
        .map(|&name| ("encoding", name.into()))
        .collect();
    let owned = |keys: &[(&str, Value)]| -> Vec<(String, Value)> {
        let keys = keys.iter();
        keys.map(|(key, value)| ((*key).to_owned(), value.clone()))
            .collect()
    };
    let mut tables: Vec<(String, Vec<(String, Value)>)> = [
        ("task", owned(&task)),
        ("task.table", owned(&table)),
        ("model", owned(&model)),
        ("model.cell", owned(&cell)),
        ("train", owned(&train)),
    ]
    .map(|(name, keys)| (name.to_owned(), keys))
    .into();
    put(&mut tables, set);
    let keys = manual::keys();
    let says = |path: &str| {
        match path {
        "task.kind" => "what is learned".to_owned(),
        "model.cell.kind" => format!("{why}`rekindle list` names all"),
        "task.missing" => "values are missing in the file: they are put on the line between those before and behind".to_owned(),
        "task.table.encoding" => "the file is no UTF-8 and seems to be this; where letters are wrong, name another".to_owned(),
        "task.skip_empty" => "a text, a class or a target is missing in the file: such rows are left out".to_owned(),
        "task.season" => {
            let what = looked.and_then(|looked| looked.season).map_or("a season", |(_, what)| what);
            format!("the rows of {what}, for the seasonal baseline")
        }
        "model.cell.d_hidden" => "the number of units".to_owned(),
        _ => {
            let is_it =
                |key: &&Key| key.path() == path && key.kind.as_deref().is_none_or(|of| of == kind);
            keys.iter().find(is_it).map(Key::plain).unwrap_or_default()
        }
    }
    };
    for (table, entries) in tables.iter().filter(|(_, entries)| !entries.is_empty()) {
        // Writing to a string cannot fail.
        let (head, path) = match table.as_str() {
            "" => (String::new(), String::new()),
            table => (format!("[{table}]\n"), format!("{table}.")),
        };
        let _ = write!(text, "\n{head}");
        for (name, value) in entries {
            let comment = match says(&format!("{path}{name}")) {
                says if says.is_empty() => String::new(),
                says => format!("# {says}\n"),
            };
            let _ = writeln!(text, "{comment}{name} = {value}");
        }
    }
    text
}
