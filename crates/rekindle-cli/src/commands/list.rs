//! `rekindle list`

mod page;

use std::path::PathBuf;

use rekindle::{Card, FAMILIES};
use rekindle_train::{Error, Result};
use serde::Serialize;

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

/// A cell with its family, as JSON has it.
#[derive(Serialize)]
struct Member {
    #[serde(flatten)]
    card: &'static Card,
    family: &'static str,
}

fn json() -> Result<String> {
    let members = FAMILIES.iter().flat_map(|family| {
        let cards = family.cards.iter();
        cards.map(|card| Member {
            card,
            family: family.name,
        })
    });
    let json = serde_json::to_string_pretty(&members.collect::<Vec<_>>());
    json.map(|text| text + "\n")
        .map_err(|error| Error::fault(format!("the cells cannot be written as JSON: {error}")))
}

/// A line a cell, family by family, each under its name. The columns are those of all.
fn plain() -> String {
    let heads = ["cell", "title", "year", "authors", "gates", "compared with"].map(str::to_owned);
    let cards = FAMILIES.iter().flat_map(|family| family.cards);
    let rows = cards.map(|card| {
        [
            card.name.to_owned(),
            card.title.to_owned(),
            card.year.to_string(),
            card.authors.to_owned(),
            gates(card, ""),
            card.oracle.to_owned(),
        ]
    });
    let table = table::aligned(&std::iter::once(heads).chain(rows).collect::<Vec<_>>());
    let mut lines = table.lines();
    let mut text: String = lines
        .by_ref()
        .take(1)
        .map(|head| format!("{head}\n"))
        .collect();
    for family in FAMILIES {
        text.push_str(&format!("\n{}: {}\n", family.title, family.shares));
        for line in lines.by_ref().take(family.cards.len()) {
            text.push_str(&format!("{line}\n"));
        }
    }
    text
}

/// A row a family, for people who choose a cell.
fn markdown() -> String {
    let mut text = String::from(
        "| family | what its cells share | `kind`, the oldest first |\n|---|---|---|\n",
    );
    for family in FAMILIES {
        let names = family.cards.iter().map(|card| format!("`{}`", card.name));
        text.push_str(&format!(
            "| [{}](docs/cells.md#{}) | {} | {} |\n",
            family.title,
            family.title.to_lowercase().replace(' ', "-"),
            family.shares,
            names.collect::<Vec<_>>().join(" "),
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
