//! `rekindle eval`

use std::path::{Path, PathBuf};

use rekindle_train::tasks::{ClassFigures, Part};
use rekindle_train::{Figures, Metric, Result, RunResult};

use crate::run_place::run_place;
use crate::{console, table};

/// The arguments of `eval`.
#[derive(clap::Args)]
pub(crate) struct Args {
    /// The run's directory, or zoo:NAME.
    #[arg(value_parser = run_place())]
    run: PathBuf,
    /// The part of the data.
    #[arg(long, value_enum, default_value = "test")]
    split: Split,
    /// A file of your own with what is right in it, read as the run's files are: its figures, beside those of the test part.
    #[arg(long, value_name = "FILE", conflicts_with = "split")]
    input: Option<PathBuf>,
    /// A device in place of the run's.
    #[arg(long)]
    device: Option<String>,
}

#[derive(Clone, Copy, clap::ValueEnum)]
enum Split {
    Train,
    Valid,
    Test,
}

pub(crate) fn run(args: Args) -> Result<()> {
    let part = match args.split {
        Split::Train => Part::Train,
        Split::Valid => Part::Valid,
        Split::Test => Part::Test,
    };
    let predictor = console::opened(&args.run, args.device.as_deref())?;
    let (figures, table) = match &args.input {
        Some(file) => {
            let figures = predictor.evaluate_file(file)?;
            let table = beside(&figures, file, &RunResult::open(&args.run)?);
            (figures, table)
        }
        None => {
            console::changed_data(&args.run)?;
            let figures = predictor.evaluate(part)?;
            let rows = named(&figures.metrics, &figures.baselines);
            let rows = rows.map(|(name, metric)| [name.to_owned(), metric.to_string()]);
            let table = table::aligned(&rows.collect::<Vec<_>>());
            (figures, table)
        }
    };
    figures.notes.iter().for_each(|note| console::note(note));
    let mut text = table;
    if !figures.by_class.is_empty() {
        text.push('\n');
        text.push_str(&table::aligned(&ClassFigures::table(&figures.by_class)));
    }
    console::print(&text)
}

/// Figures, each with the name of what predicts: the network, and what learns nothing.
fn named<'f>(
    metrics: &'f [Metric],
    baselines: &'f [(String, Metric)],
) -> impl Iterator<Item = (&'f str, &'f Metric)> {
    let network = metrics.iter().map(|metric| ("network", metric));
    let baselines = baselines
        .iter()
        .map(|(name, metric)| (name.as_str(), metric));
    network.chain(baselines)
}

/// The figures on a file, and those that the run had on its test part.
fn beside(figures: &Figures, file: &Path, result: &RunResult) -> String {
    let test = result.metrics.get(Part::Test.name());
    let test = test.map(Vec::as_slice).unwrap_or_default();
    let test: Vec<_> = named(test, &result.baselines).collect();
    let name = file.file_name().unwrap_or(file.as_os_str());
    let name = name.to_string_lossy().into_owned();
    let head = ["".into(), "".into(), name, "test part of the run".into()];
    let rows = named(&figures.metrics, &figures.baselines).map(|(who, metric)| {
        let same = |(other, of): &&(&str, &Metric)| *other == who && of.name == metric.name;
        let there = test.iter().find(same);
        let there = there.map_or("-".to_owned(), |(_, metric)| metric.digits());
        [who.to_owned(), metric.name.clone(), metric.digits(), there]
    });
    table::aligned(&[head].into_iter().chain(rows).collect::<Vec<_>>())
}
