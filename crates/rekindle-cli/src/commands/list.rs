//! `rekindle list`

mod page;

use std::path::PathBuf;

use rekindle::{CATALOG, Card};
use rekindle_train::{Error, Result};

use crate::{console, table};

/// The arguments of `list`.
#[derive(clap::Args)]
pub(crate) struct Args {
    /// Print JSON.
    #[arg(long)]
    json: bool,
    /// Print the table of the README.
    #[arg(long, hide = true, conflicts_with = "json")]
    markdown: bool,
    /// Print docs/cells.md, with the speeds of a file that `rekindle bench --json` wrote.
    #[arg(long, hide = true, value_name = "FILE", conflicts_with_all = ["json", "markdown"])]
    page: Option<PathBuf>,
}

pub(crate) fn run(args: Args) -> Result<()> {
    if let Some(bench) = args.page {
        return console::print(&page::page(&bench)?);
    }
    match (args.json, args.markdown) {
        (true, _) => console::print(&json()?),
        (_, true) => console::print(&markdown()),
        _ => console::print(&plain()),
    }
}

fn json() -> Result<String> {
    let json = serde_json::to_string_pretty(CATALOG);
    json.map(|text| text + "\n")
        .map_err(|error| Error::fault(format!("the cells cannot be written as JSON: {error}")))
}

fn plain() -> String {
    let heads = ["cell", "title", "year", "authors", "gates", "compared with"].map(str::to_owned);
    let rows = CATALOG.iter().map(|card| {
        [
            card.name.to_owned(),
            card.title.to_owned(),
            card.year.to_string(),
            card.authors.to_owned(),
            gates(card, ""),
            card.oracle.to_owned(),
        ]
    });
    table::aligned(&std::iter::once(heads).chain(rows).collect::<Vec<_>>())
}

/// A row a cell, for people who choose one.
fn markdown() -> String {
    let mut text = String::from(
        "| `kind` | cell | published | gates | compared with |\n|---|---|---|---|---|\n",
    );
    for card in CATALOG {
        text.push_str(&format!(
            "| `{}` | [{}]({}) | {}, {} | {} | {} |\n",
            card.name,
            card.title,
            card.url,
            card.authors,
            card.year,
            gates(card, "`"),
            card.oracle
        ));
    }
    text
}

fn gates(card: &Card, quote: &str) -> String {
    if card.gates.is_empty() {
        return "those of its equations".to_owned();
    }
    let names = card
        .gates
        .iter()
        .map(|(name, _)| format!("{quote}{name}{quote}"));
    names.collect::<Vec<_>>().join(" ")
}
