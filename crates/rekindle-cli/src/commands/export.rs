//! `rekindle export`

use std::path::PathBuf;

use rekindle_interop::onnx::Options;
use rekindle_train::convert::Target;
use rekindle_train::output::Output;
use rekindle_train::{Error, Result};

use crate::console;
use crate::run_place::run_place;

/// The arguments of `export`.
#[derive(clap::Args)]
pub(crate) struct Args {
    /// The directory of a finished run, or zoo:NAME.
    #[arg(value_parser = run_place())]
    run: PathBuf,
    /// The file to write: .onnx, a model, or .safetensors, the weights by PyTorch's names.
    #[arg(short, long, value_name = "FILE")]
    output: PathBuf,
    #[command(flatten)]
    model: ModelArgs,
}

/// How a model of ONNX is written.
#[derive(clap::Args)]
pub(crate) struct ModelArgs {
    /// The model takes `lengths`, for batches whose rows are padded.
    #[arg(long)]
    lengths: bool,
    /// The model takes the states before the first step and gives those behind the last, for streams.
    #[arg(long)]
    states: bool,
    /// The version of ONNX's operators, from 14 to 28.
    #[arg(long, value_name = "N", default_value_t = Options::default().opset)]
    opset: i64,
}

impl ModelArgs {
    pub(crate) fn options(&self) -> Options {
        Options {
            opset: self.opset,
            lengths: self.lengths,
            states: self.states,
        }
    }
}

pub(crate) fn run(args: Args) -> Result<()> {
    let target = Target::of(&args.output)?;
    let output = Output::new("--output", &args.output)?;
    let run = console::opened(&args.run, Some("cpu"))?;
    let bytes = match target {
        Target::Onnx => run.to_onnx(&args.model.options())?,
        Target::Safetensors => run.to_pytorch()?,
        Target::Npz | Target::Keras | Target::KerasModel | Target::Layer => {
            return Err(Error::mend(format!(
                "{}: a run goes to .onnx or .safetensors; `rekindle convert` takes the latter further",
                args.output.display()
            )));
        }
    };
    output.write(&bytes)?;
    console::print_beside(&args.output, &format!("{}\n", args.output.display()))
}
