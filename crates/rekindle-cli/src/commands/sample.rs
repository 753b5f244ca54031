//! `rekindle sample`

use std::path::PathBuf;

use rekindle_train::{Result, SampleOptions};

use crate::console;
use crate::run_place::run_place;

/// The arguments of `sample`.
#[derive(clap::Args)]
pub(crate) struct Args {
    /// The run's directory, or zoo:NAME.
    #[arg(value_parser = run_place())]
    run: PathBuf,
    /// How many characters, or words, to write.
    #[arg(long, default_value_t = 500)]
    length: usize,
    /// Below 1 for safer, above 1 for bolder text; 0 takes the likeliest symbol every time.
    #[arg(long, default_value_t = 0.8)]
    temperature: f64,
    /// Draw from the likeliest K symbols only.
    #[arg(long, value_name = "K")]
    top_k: Option<usize>,
    /// The text to go on from.
    #[arg(long, value_name = "TEXT", default_value = "")]
    prompt: String,
    /// Another number for another text.
    #[arg(long, default_value_t = 0)]
    seed: u64,
    /// A device in place of the run's.
    #[arg(long)]
    device: Option<String>,
}

pub(crate) fn run(args: Args) -> Result<()> {
    let predictor = console::opened(&args.run, args.device.as_deref())?;
    let unread = predictor.unread(&args.prompt)?;
    unread.iter().for_each(|note| console::note(note));
    let text = predictor.sample(&SampleOptions {
        length: args.length,
        temperature: args.temperature,
        top_k: args.top_k,
        prompt: args.prompt,
        seed: args.seed,
    })?;
    console::print(&(text + "\n"))
}
