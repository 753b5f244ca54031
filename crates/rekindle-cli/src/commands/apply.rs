//! `rekindle apply`

use std::path::PathBuf;

use rekindle_train::Result;
use rekindle_train::apply::{ApplyOptions, apply};
use rekindle_train::device::Preference;

use crate::{console, table};

/// The arguments of `apply`.
#[derive(clap::Args)]
pub(crate) struct Args {
    /// The layer: a TOML file with `d_input` and the keys of a model's layer.
    layer: PathBuf,
    /// The input: `x` [batch, time, d_input], perhaps `lengths` [batch] and states.
    #[arg(long, value_name = "FILE")]
    input: PathBuf,
    /// The weights, by the names that `rekindle show` prints, from a file of any format (.safetensors, .pt, .keras, .h5, .npz,
    /// .onnx, ...); random ones by default.
    #[arg(long, value_name = "FILE")]
    weights: Option<PathBuf>,
    /// Where in the weights' file the layer stands, as in encoder.rnn, or which node of a model, or which of its layers it is; by
    /// default the one place where all names and shapes fit.
    #[arg(long, value_name = "NAME", requires = "weights")]
    prefix: Option<String>,
    /// `y`, and perhaps states: write the gradients of the sum of outputs times these, too.
    #[arg(long, value_name = "FILE")]
    cotangent: Option<PathBuf>,
    /// The file to write; - for standard output.
    #[arg(long, value_name = "FILE")]
    output: PathBuf,
    /// Where to compute: flex, wgpu, cuda:1, cpu, gpu, ...
    #[arg(long, default_value = "cpu")]
    device: String,
}

pub(crate) fn run(args: Args) -> Result<()> {
    let output = args.output.clone();
    let applied = apply(&ApplyOptions {
        layer: args.layer,
        input: args.input,
        weights: args.weights,
        prefix: args.prefix,
        cotangent: args.cotangent,
        output: args.output,
        device: Preference::One(args.device),
    })?;
    console::note(&applied.device);
    if let Some(taken) = &applied.taken {
        console::note(&taken.to_string());
    }
    let rows = applied.tensors.into_iter();
    let rows: Vec<_> = rows
        .map(|(name, shape)| [name, format!("{shape:?}")])
        .collect();
    let tensors = table::indented(&table::aligned(&rows));
    console::print_beside(&output, &format!("{}\n{tensors}", output.display()))
}
