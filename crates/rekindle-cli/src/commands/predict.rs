//! `rekindle predict`

use std::path::PathBuf;

use rekindle_train::data::file::within;
use rekindle_train::output::Output;
use rekindle_train::predict::Written;
use rekindle_train::{Predicted, Predictions, Result};

use crate::console;
use crate::run_place::run_place;

/// The arguments of `predict`.
#[derive(clap::Args)]
pub(crate) struct Args {
    /// The run's directory, or zoo:NAME.
    #[arg(value_parser = run_place())]
    run: PathBuf,
    #[command(flatten)]
    source: Source,
    /// A file for the predictions: a table where its name ends in .csv, otherwise one JSON value a line; - for standard
    /// output.
    #[arg(long, value_name = "FILE", default_value = "-")]
    output: PathBuf,
    /// A device in place of the run's.
    #[arg(long)]
    device: Option<String>,
}

/// What to predict for.
#[derive(clap::Args)]
#[group(required = true, multiple = false)]
struct Source {
    /// A text: to classify, to tag word by word, or to write another of.
    #[arg(long)]
    text: Option<String>,
    /// A file: texts, a table's column of them or one a line; series; or a table to continue. Or a folder of such files, in which a file
    /// is one text.
    #[arg(long, value_name = "FILE")]
    input: Option<PathBuf>,
    /// The run's own test part, each row of it beside what is right.
    #[arg(long)]
    backtest: bool,
}

pub(crate) fn run(args: Args) -> Result<()> {
    let predictor = console::opened(&args.run, args.device.as_deref())?;
    let input = args.source.input.iter().map(|input| within(input));
    let input = input.collect::<Result<Vec<_>>>()?.concat();
    let inputs = predictor.data_files().into_iter().chain(input);
    let output = Output::new("--output", &args.output)?.apart_from(inputs)?;
    let Predictions { all, notes } = match (args.source.text, args.source.input) {
        (Some(text), _) => Predictions {
            all: vec![Predicted::from(predictor.predict_text(&text)?)],
            notes: predictor.unread(&text)?,
        },
        (_, Some(input)) => predictor.predict_file(&input)?,
        // clap asks for one of the three: it is the back-test.
        (None, None) => {
            console::changed_data(&args.run)?;
            Predictions {
                all: predictor.back_test()?,
                notes: Vec::new(),
            }
        }
    };
    notes.iter().for_each(|note| console::note(note));
    let text = Written::of(&args.output).text(&all)?;
    match output.is_standard() {
        true => console::print(&text),
        false => output.write(text.as_bytes()),
    }
}
