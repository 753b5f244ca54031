//! `rekindle explain`

use rekindle::CATALOG;
use rekindle_train::config::manual::{self, Key, PAGE};
use rekindle_train::{Error, Result};

use super::show::keys;
use crate::{console, table};

/// The arguments of `explain`.
#[derive(clap::Args)]
pub(crate) struct Args {
    /// A key (train.batch, or batch alone), a table (train) or a task (forecast); all keys by their tables otherwise.
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
    let title = match &key.task {
        Some(task) => format!("{}, of {task}", key.path()),
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
    for keys in all.chunk_by(|a, b| (&a.table, &a.task) == (&b.table, &b.task)) {
        let title = match (&keys[0].task, keys[0].table.as_str()) {
            (Some(task), table) => format!("[{table}], kind = {task:?}"),
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
    text + "\n`rekindle explain KEY` says what one means; `rekindle show CELL` has those of a cell.\n"
}

/// A key that cells have, or else the error.
fn of_cells(asked: &str, error: Error) -> Result<String> {
    let name = asked.strip_prefix("model.cell.").unwrap_or(asked);
    let mut cells = Vec::new();
    for card in CATALOG {
        if keys::names(card.name)?.iter().any(|key| key == name) {
            cells.push(card.name);
        }
    }
    match cells.first() {
        None => Err(error),
        Some(first) => {
            let all = table::wrapped(&cells.join(" "), WIDTH - 4).join("\n");
            Ok(format!(
                "model.cell.{name}, of these cells\n{}`rekindle show {first}` has its default and what it may be there.\n",
                table::indented(&format!("{all}\n"))
            ))
        }
    }
}
