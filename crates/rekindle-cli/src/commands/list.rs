//! `rekindle list`

mod page;

use std::path::PathBuf;

use clap::ValueEnum;
use rekindle::{AnyCellConfig, Card, CellConfig, FAMILIES, Family};
use rekindle_program::passes;
use rekindle_train::pattern::Pattern;
use rekindle_train::{Error, Result, config};
use serde::Serialize;

use crate::{console, table};

/// The arguments of `list`.
#[derive(clap::Args)]
pub(crate) struct Args {
    /// Cells whose name or title has this in it, in any case; with `*` or `?` a pattern of the name: '*gru*', 'mi_*'.
    pattern: Option<String>,
    /// The cells of a family, as --families names it.
    #[arg(long, value_name = "NAME")]
    family: Option<String>,
    /// The cells with a property; given several times, with all of them.
    #[arg(long, value_enum, value_name = "PROPERTY")]
    with: Vec<Property>,
    /// Print the families alone.
    #[arg(long, conflicts_with_all = ["json", "pattern", "family", "with"])]
    families: bool,
    /// Print JSON.
    #[arg(long)]
    json: bool,
    /// Print the table of the README.
    #[arg(long, hide = true, conflicts_with_all = ["json", "pattern", "family", "with", "families"])]
    markdown: bool,
    /// Print docs/cells.md, with the speeds of a file that `rekindle bench --json` wrote.
    #[arg(long, hide = true, value_name = "FILE", conflicts_with_all = ["json", "markdown", "pattern", "family", "with", "families"])]
    page: Option<PathBuf>,
}

/// What is said of a cell with its paper's defaults.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, clap::ValueEnum)]
#[serde(rename_all = "lowercase")]
enum Property {
    /// It is a set of equations: fused kernels, diagrams, traces, frames without an allocation.
    Equations,
    /// Its states enter their next values linearly, each unit by itself, so that no matrix product is in the loop over time.
    Linear,
    /// It takes series with missing values.
    Missing,
    /// Its recurrent weights are kept to a form, such as orthogonal matrices.
    Structured,
}

impl Property {
    fn is_of(self, config: &AnyCellConfig) -> bool {
        match self {
            Property::Equations => config.program().is_some(),
            Property::Linear => {
                let program = config.program();
                program.is_some_and(|program| passes::linear(&program).is_some())
            }
            Property::Missing => config.takes_missing(),
            Property::Structured => config.maps_weights(),
        }
    }
}

pub(crate) fn run(args: Args) -> Result<()> {
    if let Some(bench) = args.page {
        return console::print(&page::page(&bench)?);
    }
    if args.markdown {
        return console::print(&markdown());
    }
    if args.families {
        return console::print(&families());
    }
    let found = found(&args)?;
    match args.json {
        true => console::print(&json(&found)?),
        false => console::print(&plain(&found)),
    }
}

/// The cells of a family that are asked for.
type Found = (&'static Family, Vec<&'static Card>);

/// The cells that are asked for, by their families.
fn found(args: &Args) -> Result<Vec<Found>> {
    let families: Vec<&Family> = match &args.family {
        None => FAMILIES.iter().collect(),
        Some(name) => vec![family(name)?],
    };
    let pattern = Pattern::read(args.pattern.as_deref())?;
    let is_asked_for = |card: &&Card| {
        pattern.fits(card.name, card.title)
            && AnyCellConfig::named(card.name, D_HIDDEN)
                .is_some_and(|config| args.with.iter().all(|property| property.is_of(&config)))
    };
    let found = families.into_iter().map(|family| {
        let cards = family.cards.iter().filter(is_asked_for);
        (family, cards.collect::<Vec<_>>())
    });
    let found: Vec<Found> = found.filter(|(_, cards)| !cards.is_empty()).collect();
    match found.is_empty() {
        false => Ok(found),
        true => Err(Error::mend(
            "no cell is all that is asked for; ask for less, or `rekindle list` for all cells",
        )),
    }
}

/// A width that stands for any.
const D_HIDDEN: usize = 8;

/// The family of a name.
fn family(name: &str) -> Result<&'static Family> {
    let found = FAMILIES.iter().find(|family| family.name == name);
    found.ok_or_else(|| {
        let known: Vec<&str> = FAMILIES.iter().map(|family| family.name).collect();
        let end = config::suggest(name, &known);
        Error::mend(format!("--family {name}: no family of cells{end}"))
    })
}

/// A cell with its family, as JSON has it.
#[derive(Serialize)]
struct Member {
    #[serde(flatten)]
    card: &'static Card,
    family: &'static str,
    properties: Vec<Property>,
}

fn json(found: &[Found]) -> Result<String> {
    let members = found.iter().flat_map(|(family, cards)| {
        cards.iter().map(|card| {
            let all = Property::value_variants().iter().copied();
            let config = AnyCellConfig::named(card.name, D_HIDDEN);
            Member {
                card,
                family: family.name,
                properties: all
                    .filter(|property| config.as_ref().is_some_and(|config| property.is_of(config)))
                    .collect(),
            }
        })
    });
    let json = serde_json::to_string_pretty(&members.collect::<Vec<_>>());
    json.map(|text| text + "\n")
        .map_err(|error| Error::fault(format!("the cells cannot be written as JSON: {error}")))
}

/// How wide a text is set.
const WIDTH: usize = 80;

/// A line a cell, family by family, each under its name. The columns are those of all.
fn plain(found: &[Found]) -> String {
    let cards = || found.iter().flat_map(|(_, cards)| cards);
    let name = cards().map(|card| card.name.len()).max().unwrap_or(0);
    let families = found.iter().map(|(family, cards)| {
        let head = format!(
            "{}, --family {}: {}",
            family.title, family.name, family.shares
        );
        let lines = cards.iter().map(|card| {
            let before = format!("{:name$}  {}  ", card.name, card.year);
            let title = table::wrapped(card.title, WIDTH - before.len());
            before.clone() + &title.join(&format!("\n{:1$}", "", before.len()))
        });
        let head = table::wrapped(&head, WIDTH);
        let lines: Vec<String> = head.into_iter().chain(lines).collect();
        lines.join("\n") + "\n"
    });
    let text = families.collect::<Vec<_>>().join("\n");
    match cards().count() {
        1 => text,
        count => text + &format!("\n{count} cells; `rekindle show CELL` says what one is\n"),
    }
}

/// A line a family.
fn families() -> String {
    let rows = FAMILIES.iter().flat_map(|family| {
        let count = match family.cards.len() {
            1 => "1 cell".to_owned(),
            many => format!("{many} cells"),
        };
        let said = format!("{}: {} ({count})", family.title, family.shares);
        let lines = table::wrapped(&said, WIDTH - 14);
        let names = std::iter::once(family.name).chain(std::iter::repeat(""));
        let rows = names.zip(lines).map(|(name, line)| [name.to_owned(), line]);
        rows.collect::<Vec<_>>()
    });
    table::aligned(&rows.collect::<Vec<_>>())
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
