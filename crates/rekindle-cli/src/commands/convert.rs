//! `rekindle convert`

use std::path::PathBuf;

use rekindle_train::Result;
use rekindle_train::convert::{ConvertOptions, convert};

use super::export::ModelArgs;
use crate::console;

/// The arguments of `convert`.
#[derive(clap::Args)]
pub(crate) struct Args {
    /// A file with weights, of any format that is read.
    #[arg(value_name = "SRC")]
    source: PathBuf,
    /// The file to write: .safetensors, .npz, .onnx or .weights.h5.
    #[arg(value_name = "DST")]
    to: PathBuf,
    /// Which recurrent module becomes a model of ONNX or Keras, as in encoder.rnn; by default the only one.
    #[arg(long, value_name = "NAME")]
    prefix: Option<String>,
    #[command(flatten)]
    model: ModelArgs,
}

pub(crate) fn run(args: Args) -> Result<()> {
    let place = args.to.clone();
    let said = convert(&ConvertOptions {
        source: args.source,
        to: args.to,
        prefix: args.prefix,
        model: args.model.options(),
    })?;
    for line in &said {
        console::note(line);
    }
    console::print_beside(&place, &format!("{}\n", place.display()))
}
