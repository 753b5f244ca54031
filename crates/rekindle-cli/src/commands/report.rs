//! `rekindle report`

use std::path::{Path, PathBuf};

use rekindle_train::report;
use rekindle_train::{Result, files};

use crate::console;

/// The arguments of `report`.
#[derive(clap::Args)]
pub(crate) struct Args {
    /// The directory of a finished run, or of several, which are compared.
    #[arg(required = true)]
    run: Vec<PathBuf>,
    /// The page: RUN/report.html by default, comparison.html for several runs.
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
    /// A device in place of the run's.
    #[arg(long)]
    device: Option<String>,
}

pub(crate) fn run(args: Args) -> Result<()> {
    let (page, place) = match args.run.as_slice() {
        [run] => {
            let page = report::again(run, args.device.as_deref())?;
            (page, run.join("report.html"))
        }
        several => {
            let runs: Vec<&Path> = several.iter().map(PathBuf::as_path).collect();
            (report::compare(&runs)?, PathBuf::from("comparison.html"))
        }
    };
    let place = args.out.unwrap_or(place);
    files::write_atomic(&place, page.html().as_bytes())?;
    console::print(&format!("{}\n", place.display()))
}
