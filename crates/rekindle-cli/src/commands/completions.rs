//! `rekindle completions`

use clap::Command;
use clap_complete::Shell;
use rekindle_train::Result;

use crate::console;

/// The arguments of `completions`.
#[derive(clap::Args)]
pub(crate) struct Args {
    /// The shell: put what is printed where it looks for completions, e.g. ~/.local/share/bash-completion/completions/rekindle.
    shell: Shell,
}

pub(crate) fn run(args: Args, mut program: Command) -> Result<()> {
    let mut script = Vec::new();
    clap_complete::generate(args.shell, &mut program, "rekindle", &mut script);
    console::print(&String::from_utf8_lossy(&script))
}
