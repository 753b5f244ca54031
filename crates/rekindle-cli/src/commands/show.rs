//! `rekindle show`

mod diagram;
mod form;
mod keys;

use std::path::PathBuf;

use rekindle::engine::GRAMMAR;
use rekindle::{CATALOG, Card};
use rekindle_train::{Error, Result, config};

use crate::{console, table};
use form::Form;

/// The arguments of `show`.
#[derive(clap::Args)]
pub(crate) struct Args {
    /// The cell, as `rekindle list` names it.
    cell: String,

    /// Print what the engine makes of the equations: what is hoisted, what is joined.
    #[arg(long)]
    program: bool,

    /// With --program, print the derived backward programs as well.
    #[arg(long, requires = "program")]
    backward: bool,

    /// Draw the equations: an .svg or a .png, one a form of the cell (FILE, FILE-2, ...).
    #[arg(long, value_name = "FILE", conflicts_with = "program")]
    diagram: Option<PathBuf>,
}

pub(crate) fn run(args: Args) -> Result<()> {
    let card = card(&args.cell)?;
    if let Some(file) = &args.diagram {
        return console::print(&diagram::write(card, file)?);
    }
    console::print(&match args.program {
        true => programs(card, args.backward)?,
        false => page(card)?,
    })
}

/// The programs of every form, pass by pass.
fn programs(card: &Card, backward: bool) -> Result<String> {
    let mut text = format!("{}\n", card.title);
    for form in Form::all(card.name)? {
        let programs = form.programs(backward);
        for (title, program) in programs.ok_or_else(|| no_program("--program", card))? {
            let title = form.title(&title);
            text.push_str(&format!("\n{title}\n{}", table::indented(&program)));
        }
    }
    Ok(text)
}

/// An option asks for the program of a cell that has none.
fn no_program(option: &str, card: &Card) -> Error {
    let name = card.name;
    Error::mend(format!(
        "{option}: `{name}` scans by itself and has no program; `rekindle show {name}` prints its equations"
    ))
}

/// What there is to say of a cell.
pub(crate) fn card(name: &str) -> Result<&'static Card> {
    CATALOG
        .iter()
        .find(|card| card.name == name)
        .ok_or_else(|| {
            let known: Vec<&str> = CATALOG.iter().map(|card| card.name).collect();
            let end = config::suggest(name, &known);
            Error::mend(format!("unknown cell `{name}`{end}"))
        })
}

fn page(card: &Card) -> Result<String> {
    let Card {
        name,
        title,
        authors,
        year,
        url,
        ..
    } = card;
    let mut page = format!("{title}\n{authors}, {year}\n{url}\n");
    let mut section = |title: &str, text: &str| {
        page.push_str(&format!("\n{title}\n{}", table::indented(text)));
    };

    let forms = Form::all(name)?;
    for form in &forms {
        section(&form.title("Equations"), &form.equations());
    }
    let gates = card.gates.iter();
    let gates: Vec<_> = gates
        .map(|(name, what)| [name, what].map(|s| s.to_string()))
        .collect();
    if !gates.is_empty() {
        section("Gates, in stored order", &table::aligned(&gates));
    }
    section(
        "Keys",
        &format!("[cell]\nkind = \"{name}\"\n{}", keys::table(name)?),
    );
    if keys::defaults(name, keys::D_HIDDEN)?.contains_key("equations") {
        section("The language of equations", GRAMMAR);
    }
    let mut shown = String::new();
    for form in &forms {
        let parameters = form.parameters()?;
        if parameters != shown {
            section(&form.title("States and weights"), &parameters);
        }
        shown = parameters;
    }
    if let Some(form) = forms.first() {
        section("Executors", &form.executors()?);
    }
    section("Compared with", card.oracle);
    Ok(page)
}
