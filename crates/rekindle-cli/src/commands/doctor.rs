//! `rekindle doctor`

use std::path::PathBuf;

use rekindle_train::doctor::{Checkup, RULES, diagnose};
use rekindle_train::{Error, Result};

use crate::console;
use crate::run_place::run_place;

/// The arguments of `doctor`.
#[derive(clap::Args)]
pub(crate) struct Args {
    /// The run's directory, or zoo:NAME.
    #[arg(value_parser = run_place())]
    run: PathBuf,
    /// Print the findings as a JSON list.
    #[arg(long)]
    json: bool,
    /// A device in place of the run's.
    #[arg(long)]
    device: Option<String>,
}

pub(crate) fn run(args: Args) -> Result<()> {
    let checkup = Checkup::take(&args.run, args.device.as_deref())?;
    console::unfinished(&args.run)?;
    console::changed_data(&args.run)?;
    let findings = diagnose(&checkup);
    if args.json {
        let json = serde_json::to_string_pretty(&findings);
        let json = json.map_err(|e| Error::fault(format!("findings as JSON: {e}")))?;
        return console::print(&(json + "\n"));
    }
    if findings.is_empty() {
        return console::print(&format!(
            "{}: nothing found by {} rules\n",
            args.run.display(),
            RULES.len()
        ));
    }
    let all: Vec<String> = findings.iter().map(ToString::to_string).collect();
    console::print(&(all.join("\n\n") + "\n"))
}
