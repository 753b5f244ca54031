//! `rekindle predict`

use std::path::PathBuf;

use rekindle_train::output::Output;
use rekindle_train::{Error, Prediction, Predictor, Result};

use crate::console;

/// The arguments of `predict`.
#[derive(clap::Args)]
pub(crate) struct Args {
    /// The run's directory.
    run: PathBuf,
    #[command(flatten)]
    source: Source,
    /// A file for the predictions, one JSON value a line; - for standard output.
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
    /// A text to classify.
    #[arg(long)]
    text: Option<String>,
    /// A file: texts, one a line; series; or a table to continue.
    #[arg(long, value_name = "FILE")]
    input: Option<PathBuf>,
}

pub(crate) fn run(args: Args) -> Result<()> {
    let predictor = Predictor::open(&args.run, args.device.as_deref())?;
    let inputs = predictor
        .data_files()
        .into_iter()
        .chain(args.source.input.clone());
    let output = Output::new("--output", &args.output)?.apart_from(inputs)?;
    let predictions = match (args.source.text, args.source.input) {
        (Some(text), _) => vec![predictor.predict_text(&text)?],
        (_, Some(input)) => predictor.predict_file(&input)?,
        // clap asks for one of the two.
        (None, None) => Vec::new(),
    };
    let lines: Result<String> = predictions.iter().map(line).collect();
    match output.is_standard() {
        true => console::print(&lines?),
        false => output.write(lines?.as_bytes()),
    }
}

fn line(prediction: &Prediction) -> Result<String> {
    let json = serde_json::to_string(prediction);
    json.map(|text| text + "\n")
        .map_err(|error| Error::fault(format!("a prediction cannot be written as JSON: {error}")))
}
