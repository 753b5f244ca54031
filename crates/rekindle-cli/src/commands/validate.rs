//! `rekindle validate`

use std::path::PathBuf;

use rekindle_train::{Result, validate};

use crate::console;

/// The arguments of `validate`.
#[derive(clap::Args)]
pub(crate) struct Args {
    /// The config file.
    config: PathBuf,
    /// A value in place of the config's, e.g. --set train.batch=32.
    #[arg(long, value_name = "KEY=VALUE")]
    set: Vec<String>,
}

pub(crate) fn run(args: Args) -> Result<()> {
    console::print(&validate(&args.config, &args.set)?.to_toml()?)
}
