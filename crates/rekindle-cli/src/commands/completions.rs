//! `rekindle completions`

use clap::CommandFactory;
use clap_complete::Shell;
use rekindle_train::Result;

use crate::{Cli, console};

/// The arguments of `completions`.
#[derive(clap::Args)]
pub(crate) struct Args {
    /// The shell: put what is printed where it looks for completions, e.g. ~/.local/share/bash-completion/completions/rekindle.
    shell: Shell,
}

pub(crate) fn run(args: Args) -> Result<()> {
    let mut script = Vec::new();
    clap_complete::generate(args.shell, &mut Cli::command(), "rekindle", &mut script);
    console::print(&String::from_utf8_lossy(&script))
}
