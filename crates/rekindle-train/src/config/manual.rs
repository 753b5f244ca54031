//! What every key of a config means: the page docs/config.md, which lies here and is asked by key.

use super::{foreign, probe};
use crate::error::{Error, Result};
use rekindle::engine::suggest;

/// The page, as docs/config.md has it.
pub const PAGE: &str = include_str!("config.md");

/// A key, as the page explains it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Key {
    /// The table that it stands in: `train`, `task.table`, `model.cell`; empty at the top.
    pub table: String,
    /// The kind of task, or of network, whose key it is, where it is one's.
    pub kind: Option<String>,
    /// Its name.
    pub name: String,
    /// Its default, as one would write it or in words; empty where it must be there.
    pub default: String,
    /// What it means.
    pub says: String,
}

impl Key {
    /// The key with its table: `train.batch`.
    pub fn path(&self) -> String {
        match self.table.as_str() {
            "" => self.name.clone(),
            table => format!("{table}.{}", self.name),
        }
    }

    /// What it may be, asked of the code that reads and checks it.
    pub fn range(&self) -> String {
        probe::range(&self.path(), self.kind.as_deref())
    }

    /// The default, where it is a value that a config can have.
    pub fn value(&self) -> Option<toml::Value> {
        self.default.parse().ok()
    }

    /// What it means, without the marks of a page.
    pub fn plain(&self) -> String {
        plain(&self.says)
    }
}

/// Every key of the page, in its order.
pub fn keys() -> Vec<Key> {
    let (mut keys, mut section, mut head) = (Vec::<Key>::new(), String::new(), None);
    for line in PAGE.lines() {
        if line.starts_with('#') {
            section = quoted(line).next().unwrap_or_default().to_owned();
            head = None;
            continue;
        }
        let Some(cells) = cells(line) else {
            head = None;
            continue;
        };
        match (&head, cells.as_slice()) {
            (None, [first, ..]) => head = Some(first.clone()),
            (Some(_), [first, ..]) if first.starts_with("---") => {}
            (Some(head), [names, default, says]) => {
                let (table, kind) = place(&section, head);
                let names: Vec<&str> = quoted(names).collect();
                let defaults: Vec<&str> = quoted(default).collect();
                for (i, name) in names.iter().enumerate() {
                    let default = match defaults.len() == names.len() {
                        true => defaults[i].to_owned(),
                        false => plain(default),
                    };
                    let above = keys.iter().rev().find(|key| key.name == *name);
                    let (default, says) = match (says.as_str(), above) {
                        ("as above", Some(above)) if default.is_empty() => {
                            (above.default.clone(), above.says.clone())
                        }
                        ("as above", Some(above)) => (default, above.says.clone()),
                        _ => (default, says.clone()),
                    };
                    keys.push(Key {
                        table: table.clone(),
                        kind: kind.clone(),
                        name: (*name).to_owned(),
                        default,
                        says,
                    });
                }
            }
            _ => {}
        }
    }
    keys
}

/// Every key that is read, as the code says and not the page: its path, the kind of task or network whose key it is, and its default
/// where a config has it written. Of cells those that all have.
pub fn read() -> Vec<(String, Option<String>, Option<toml::Value>)> {
    let keys = probe::keys().into_iter();
    let with_default = keys.map(|(path, kind)| {
        let default = probe::default(&path, kind.as_deref());
        (path, kind, default)
    });
    with_default.collect()
}

/// The keys that are called so: by the path, by the name alone, or all of a table.
///
/// # Errors
///
/// If there is none; the error names what is near.
pub fn explain(asked: &str) -> Result<Vec<Key>> {
    let keys = keys();
    let found = |is: &dyn Fn(&Key) -> bool| -> Vec<Key> {
        keys.iter().filter(|key| is(key)).cloned().collect()
    };
    let ways: [&dyn Fn(&Key) -> bool; 3] = [
        &|key| key.path() == asked || key.name == asked,
        &|key| key.table == asked,
        &|key| key.kind.as_deref() == Some(asked),
    ];
    let found = ways.into_iter().map(found).find(|found| !found.is_empty());
    found.ok_or_else(|| {
        let last = asked.rsplit('.').next().unwrap_or(asked);
        if asked.starts_with("task") && last == "kind" {
            return Error::mend(format!(
                "`task.kind` says what is learned: {}; `rekindle explain TASK` has the keys of one",
                probe::tasks().join(", ")
            ));
        }
        let names: Vec<String> = keys.iter().map(Key::path).collect();
        let mut known: Vec<&str> = names.iter().map(String::as_str).collect();
        known.extend(keys.iter().map(|key| key.name.as_str()));
        known.sort_unstable();
        known.dedup();
        let near = suggest(asked, &known);
        // A path that is nearly one of ours is rather that than another framework's word.
        let is_near = asked.contains('.') && near.contains("did you mean");
        Error::mend(match foreign::key(last).filter(|_| !is_near) {
            Some(ours) => format!("no key is called `{asked}`: here it is `{ours}`"),
            None => format!("no key is called `{asked}`{near}"),
        })
    })
}

/// The table of a row's keys, and the kind of task or network that they are of.
fn place(section: &str, head: &str) -> (String, Option<String>) {
    match (section.trim_matches(['[', ']']), head.trim_matches('`')) {
        ("task", "[task.table]" | "[task.audio]") => {
            (head.trim_matches(['`', '[', ']']).into(), None)
        }
        ("task", kind) => ("task".into(), Some(kind.into())),
        ("model", kind) if kind != "key" => ("model".into(), Some(kind.into())),
        (section, _) => (section.into(), None),
    }
}

/// The cells of a line of a table.
fn cells(line: &str) -> Option<Vec<String>> {
    let inside = line.strip_prefix('|')?.strip_suffix('|')?;
    let cells = inside.replace("\\|", "\0");
    let cells = cells.split('|').map(|cell| cell.trim().replace('\0', "|"));
    Some(cells.collect())
}

/// What stands between backquotes.
fn quoted(text: &str) -> impl Iterator<Item = &str> {
    text.split('`').skip(1).step_by(2)
}

/// A text without backquotes, and of links their words alone.
fn plain(text: &str) -> String {
    let mut plain = String::new();
    let mut rest = text;
    while let Some((before, link)) = rest.split_once('[') {
        let parts = link
            .split_once("](")
            .and_then(|(words, rest)| Some((words, rest.split_once(')')?.1)))
            .filter(|(words, _)| !words.contains(['[', ']']));
        plain.push_str(before);
        match parts {
            Some((words, after)) => {
                plain.push_str(words);
                rest = after;
            }
            None => {
                plain.push('[');
                rest = link;
            }
        }
    }
    plain.push_str(rest);
    plain.replace('`', "")
}
