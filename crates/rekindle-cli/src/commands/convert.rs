//! `rekindle convert`

use std::path::PathBuf;

use rekindle::Activation;
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
    /// The file to write: .safetensors, .npz, .onnx, .keras, .weights.h5, or .toml for the layer without its weights, as `apply` and
    /// configs take it.
    #[arg(value_name = "DST")]
    to: PathBuf,
    /// Which recurrent module is written, where DST holds one alone, as in encoder.rnn; by default the only one.
    #[arg(long, value_name = "NAME")]
    prefix: Option<String>,
    /// What PyTorch's nn.RNN squashes by, which its weights do not say; tanh by default.
    #[arg(long, value_name = "NAME")]
    nonlinearity: Option<Nonlinearity>,
    #[command(flatten)]
    model: ModelArgs,
}

/// The functions that PyTorch's nn.RNN has.
#[derive(Clone, Copy, clap::ValueEnum)]
enum Nonlinearity {
    Tanh,
    Relu,
}

impl From<Nonlinearity> for Activation {
    fn from(name: Nonlinearity) -> Self {
        match name {
            Nonlinearity::Tanh => Activation::Tanh,
            Nonlinearity::Relu => Activation::Relu,
        }
    }
}

pub(crate) fn run(args: Args) -> Result<()> {
    let place = args.to.clone();
    let said = convert(&ConvertOptions {
        source: args.source,
        to: args.to,
        prefix: args.prefix,
        nonlinearity: args.nonlinearity.map(Activation::from),
        model: args.model.options(),
    })?;
    for line in &said {
        console::note(line);
    }
    console::print_beside(&place, &format!("{}\n", place.display()))
}
