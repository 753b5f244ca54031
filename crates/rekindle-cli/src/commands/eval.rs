//! `rekindle eval`

use std::path::PathBuf;

use rekindle_train::tasks::{ClassFigures, Part};
use rekindle_train::{Predictor, Result};

use crate::{console, table};

/// The arguments of `eval`.
#[derive(clap::Args)]
pub(crate) struct Args {
    /// The run's directory.
    run: PathBuf,
    /// The part of the data.
    #[arg(long, value_enum, default_value = "test")]
    split: Split,
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
    let predictor = Predictor::open(&args.run, args.device.as_deref())?;
    console::changed_data(&args.run)?;
    let figures = predictor.evaluate(part)?;
    figures.notes.iter().for_each(|note| console::note(note));
    let metrics = figures
        .metrics
        .iter()
        .map(|metric| ["network".to_owned(), metric.to_string()]);
    let baselines = figures
        .baselines
        .iter()
        .map(|(name, metric)| [name.clone(), metric.to_string()]);
    let mut text = table::aligned(&metrics.chain(baselines).collect::<Vec<_>>());
    if !figures.by_class.is_empty() {
        let classes = figures.by_class.iter().map(ClassFigures::cells);
        let head = [ClassFigures::HEAD.map(str::to_owned)];
        let rows: Vec<_> = head.into_iter().chain(classes).collect();
        text.push('\n');
        text.push_str(&table::aligned(&rows));
    }
    console::print(&text)
}
