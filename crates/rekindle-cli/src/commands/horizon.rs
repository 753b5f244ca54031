//! `rekindle horizon`

use std::path::PathBuf;

use rekindle_train::Result;
use rekindle_train::inside::{HorizonOptions, ModelHorizon, horizon, write_horizon};

use crate::direction::Direction;
use crate::run_place::run_place;
use crate::{console, table};

/// The arguments of `horizon`.
#[derive(clap::Args)]
pub(crate) struct Args {
    /// Runs, zoo:NAME among them, and config files whose networks are fresh.
    #[arg(required = true, value_name = "RUN|CONFIG", value_parser = run_place())]
    models: Vec<PathBuf>,
    /// The longest lag, in steps.
    #[arg(long, value_name = "N", default_value_t = 200)]
    lag: usize,
    /// The fraction of the gradient at lag 1 that counts as lost.
    #[arg(long, value_name = "F", default_value_t = 1e-3)]
    fraction: f64,
    /// A factor of the recurrent weights; more than one to compare them.
    #[arg(long, value_name = "G", default_value = "1")]
    gain: Vec<f64>,
    /// The layer, from 0, the lowest; by default a stack that reads forward as a whole, and each layer of one
    /// that reads in both directions.
    #[arg(long, value_name = "N")]
    layer: Option<usize>,
    /// The direction, of a stack that reads in both; each by default.
    #[arg(long, value_enum)]
    direction: Option<Direction>,
    /// The sequences of the validation part that are looked at.
    #[arg(long, value_name = "N", default_value_t = 16)]
    rows: usize,
    /// A value in place of a config's, e.g. --set model.cell.d_hidden=64.
    #[arg(long, value_name = "KEY=VALUE")]
    set: Vec<String>,
    /// A file for the figure (.svg, .png, .html) or its numbers (.csv, .json); - for standard output, as CSV.
    #[arg(long, value_name = "FILE")]
    output: Option<PathBuf>,
    /// A device in place of the config's or the run's.
    #[arg(long)]
    device: Option<String>,
}

pub(crate) fn run(args: Args) -> Result<()> {
    let options = HorizonOptions {
        models: args.models,
        overrides: args.set,
        gains: args.gain,
        layer: args.layer,
        direction: args.direction.map(Direction::way),
        lag: args.lag,
        fraction: args.fraction,
        rows: args.rows,
        device: args.device,
    };
    for run in options.models.iter().filter(|model| model.is_dir()) {
        console::changed_data(run)?;
        console::unfinished(run)?;
    }
    let all = match &args.output {
        None => horizon(&options)?,
        Some(path) => write_horizon(&options, path)?,
    };
    let lost = format!("below {}", options.fraction);
    let head = ["", &lost, "largest", "Lyapunov", "gradient"].map(str::to_owned);
    let rows = std::iter::once(head).chain(all.iter().map(row));
    let said = table::aligned(&rows.collect::<Vec<_>>());
    match &args.output {
        None => console::print(&said),
        Some(output) => console::print_beside(output, &said),
    }
}

/// A model's line: where its gradient is lost, where it is largest, how fast it grows, and clipping.
fn row(model: &ModelHorizon) -> [String; 5] {
    let lags = model.ln_left.len();
    let reach = match model.reach {
        Some(lag) => format!("lag {lag}"),
        None => format!("not in {lags}"),
    };
    let largest = match model.ln_peak.exp() {
        0.0 => "no gradient".to_owned(),
        times if times < 1e4 => format!("x {times:.2} at lag {}", model.peak),
        times => format!("x {times:.1e} at lag {}", model.peak),
    };
    let explodes = if model.explodes() { ", explodes" } else { "" };
    let clipped = match model.clip > 0.0 && model.gradient > model.clip {
        true => format!(", clipped to {}", model.clip),
        false => String::new(),
    };
    let lyapunov = model.lyapunov.map(|l| format!("{l:+.4}"));
    [
        model.title(),
        reach,
        format!("{largest}{explodes}"),
        lyapunov.unwrap_or_else(|| "-".into()),
        format!("{:.3}{clipped}", model.gradient),
    ]
}
