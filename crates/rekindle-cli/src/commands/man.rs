//! `rekindle man`

use clap::Command;
use clap_mangen::Man;
use rekindle_train::{Error, Result, config};

use crate::console;

/// The arguments of `man`.
#[derive(clap::Args)]
pub(crate) struct Args {
    /// A command, for a page of its own; otherwise the page of the program.
    command: Option<String>,
}

pub(crate) fn run(args: Args, mut program: Command) -> Result<()> {
    program.build();
    let command = match &args.command {
        None => program,
        Some(name) => named(&program, name)?,
    };
    let mut page = Vec::new();
    let written = Man::new(command).render(&mut page);
    written.map_err(|error| Error::fault(format!("the page cannot be written: {error}")))?;
    console::print(&String::from_utf8_lossy(&page))
}

/// A command, by the name of its page.
fn named(program: &Command, name: &str) -> Result<Command> {
    let command = program.find_subcommand(name).ok_or_else(|| {
        let known: Vec<&str> = program.get_subcommands().map(|c| c.get_name()).collect();
        let end = config::suggest(name, &known);
        Error::mend(format!("no command is called `{name}`{end}"))
    })?;
    Ok(command.clone())
}
