//! `rekindle explain`

use rekindle::CATALOG;
use rekindle_train::config::manual::{self, Key, PAGE};
use rekindle_train::{Error, Result};

use super::show::keys::{self, CellKey};
use crate::{console, table};

/// The arguments of `explain`.
#[derive(clap::Args)]
pub(crate) struct Args {
    /// A key (train.batch, or batch alone; forget_bias or lstm.forget_bias), a table (train) or a task (forecast); all keys by
    /// their tables otherwise.
    key: Option<String>,
    /// Print the page docs/config.md.
    #[arg(long, conflicts_with = "key")]
    page: bool,
}

pub(crate) fn run(args: Args) -> Result<()> {
    let text = match (args.page, &args.key) {
        (true, _) => PAGE.to_owned(),
        (false, None) => overview(),
        (false, Some(asked)) => match manual::explain(asked) {
            Ok(found) => found.iter().map(text).collect::<Vec<_>>().join("\n"),
            Err(error) => of_cells(asked, error)?,
        },
    };
    console::print(&text)
}

/// How wide a text is set.
const WIDTH: usize = 80;

/// A key: its default, what it may be, what it means, and a line with it.
fn text(key: &Key) -> String {
    let title = match &key.kind {
        Some(kind) => format!("{}, of {kind}", key.path()),
        None => key.path(),
    };
    let default = match key.default.as_str() {
        "" => "none: it must be there",
        default => default,
    };
    let mut rows = vec![
        ["default".to_owned(), default.to_owned()],
        ["may be".to_owned(), key.range()],
    ];
    if let Some(value) = key.value() {
        rows.push([
            "example".to_owned(),
            format!("--set {}={value}", key.path()),
        ]);
    }
    let says = table::wrapped(&key.plain(), WIDTH - 4).join("\n");
    format!(
        "{title}\n{}{}",
        table::indented(&format!("{says}\n")),
        table::indented(&table::aligned(&rows))
    )
}

/// Every key's name, by its table.
fn overview() -> String {
    let all = manual::keys();
    let mut text = String::new();
    for keys in all.chunk_by(|a, b| (&a.table, &a.kind) == (&b.table, &b.kind)) {
        let title = match (&keys[0].kind, keys[0].table.as_str()) {
            (Some(kind), table) => format!("[{table}], kind = {kind:?}"),
            (None, "") => "at the top".to_owned(),
            (None, table) => format!("[{table}]"),
        };
        let names: Vec<&str> = keys.iter().map(|key| key.name.as_str()).collect();
        let names = table::wrapped(&names.join(" "), WIDTH - 4).join("\n");
        text.push_str(&format!(
            "{title}\n{}",
            table::indented(&format!("{names}\n"))
        ));
    }
    text + "\n`rekindle explain KEY` says what one means; `rekindle show CELL` lists those of a cell.\n"
}

/// A key that cells have, once for each thing that it means, or else the error.
fn of_cells(asked: &str, error: Error) -> Result<String> {
    let asked = asked.strip_prefix("model.cell.").unwrap_or(asked);
    let (only, name) = match asked.split_once('.') {
        Some((cell, name)) => (Some(cell), name),
        None => (None, asked),
    };
    let mut found: Vec<(CellKey, Vec<&str>)> = Vec::new();
    for card in CATALOG {
        if only.is_some_and(|cell| cell != card.name) {
            continue;
        }
        let Some(key) = keys::of(card.name, name)? else {
            continue;
        };
        match found.iter_mut().find(|(other, _)| *other == key) {
            Some((_, cells)) => cells.push(card.name),
            None => found.push((key, vec![card.name])),
        }
    }
    match found.is_empty() {
        true => Err(error),
        false => {
            let texts = found.iter().map(|(key, cells)| of_some(name, key, cells));
            Ok(texts.collect::<Vec<_>>().join("\n"))
        }
    }
}

/// A key with one meaning, of the cells that have it.
fn of_some(name: &str, key: &CellKey, cells: &[&str]) -> String {
    let path = format!("model.cell.{name}");
    let mut rows = vec![
        [
            "default".to_owned(),
            key.default.clone().unwrap_or_else(|| "none".to_owned()),
        ],
        ["may be".to_owned(), key.range.clone()],
    ];
    if let Some(default) = &key.default {
        rows.push(["example".to_owned(), format!("--set {path}={default}")]);
    }
    let says = table::wrapped(&key.says, WIDTH - 4).join("\n");
    let cells = table::wrapped(&format!("of {}", cells.join(" ")), WIDTH - 4).join("\n");
    format!(
        "{path}\n{}{}{}",
        table::indented(&format!("{says}\n")),
        table::indented(&table::aligned(&rows)),
        table::indented(&format!("{cells}\n"))
    )
}
