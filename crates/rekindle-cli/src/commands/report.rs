//! `rekindle report`

use std::path::{Path, PathBuf};

use rekindle_train::Result;
use rekindle_train::output::Output;
use rekindle_train::report::{self, Comparison};
use rekindle_train::{shell, zoo};
use rekindle_view::Page;

use crate::run_place::run_place;
use crate::{console, table};

/// The arguments of `report`.
#[derive(clap::Args)]
pub(crate) struct Args {
    /// The directory of a finished run, or of several, which are compared; or zoo:NAME.
    #[arg(required = true, value_parser = run_place())]
    run: Vec<PathBuf>,
    /// The page: RUN/report.html by default, NAME.html for zoo:NAME, comparison.html for several runs.
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
    /// Replace a comparison.html or NAME.html that this program did not make.
    #[arg(long, conflicts_with = "out")]
    force: bool,
    /// A device in place of the run's.
    #[arg(long)]
    device: Option<String>,
}

pub(crate) fn run(args: Args) -> Result<()> {
    let device = args.device.as_deref();
    if let [run] = args.run.as_slice() {
        console::changed_data(run)?;
    }
    let place = match (args.run.as_slice(), &args.out) {
        // Nothing is written into the zoo.
        ([run], None) if zoo::is_model(run) => {
            let name = run.file_name().unwrap_or(run.as_os_str());
            let page = unnamed(&Path::new(name).with_extension("html"), args.force)?;
            written(&page, report::again(run, device)?)?
        }
        // Its own page is a run's to have written again.
        ([run], out)
            if out
                .as_ref()
                .is_none_or(|out| *out == run.join("report.html")) =>
        {
            report::renew(run, device)?
        }
        ([run], Some(out)) => {
            let output = Output::new("--out", out)?;
            let output = output.apart_from(report::inputs(run)?)?;
            written(&output, report::again(run, device)?)?
        }
        (several, out) => {
            let output = match out {
                Some(out) => {
                    let inputs = several.iter().map(|run| report::inputs(run));
                    let inputs = inputs.collect::<Result<Vec<_>>>()?.concat();
                    Output::new("--out", out)?.apart_from(inputs)?
                }
                None => unnamed(Path::new("comparison.html"), args.force)?,
            };
            let runs: Vec<&Path> = several.iter().map(PathBuf::as_path).collect();
            let Comparison {
                page,
                results,
                left_out,
            } = report::compare(&runs)?;
            for run in left_out {
                console::note(&format!(
                    "{} is not finished, and left out; `rekindle train {}` goes on with it",
                    run.display(),
                    shell::quoted(&run)
                ));
            }
            let rows: Vec<Vec<String>> = [results.head].into_iter().chain(results.rows).collect();
            let place = written(&output, page)?;
            console::print_beside(&place, &format!("{}\n", table::aligned(&rows)))?;
            place
        }
    };
    console::print_beside(&place, &format!("{}\n", place.display()))
}

/// A page that nobody has named: in its place may stand only one that this program made, unless that is asked for.
fn unnamed(page: &Path, force: bool) -> Result<Output> {
    let output = Output::new("--out", page)?;
    match force {
        true => Ok(output),
        false => output.replacing_only(rekindle_view::is_ours),
    }
}

fn written(output: &Output, page: Page) -> Result<PathBuf> {
    output.write(page.html().as_bytes())?;
    Ok(output.path().to_owned())
}
