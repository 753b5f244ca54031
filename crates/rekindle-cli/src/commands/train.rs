//! `rekindle train`

use std::path::{Path, PathBuf};
use std::process;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use rekindle_train::{
    Error, Predictor, Result, RunResult, SampleOptions, TrainOptions, Trained, duration, train,
};

use crate::console;
use crate::progress::{Progress, figures};

/// The arguments of `train`.
#[derive(clap::Args)]
pub(crate) struct Args {
    /// The config file.
    config: PathBuf,
    /// A device in place of the config's.
    #[arg(long)]
    device: Option<String>,
    /// The run's directory; runs/NAME by default.
    #[arg(long, value_name = "DIR")]
    out: Option<PathBuf>,
    /// A value in place of the config's, e.g. --set train.batch=32.
    #[arg(long, value_name = "KEY=VALUE")]
    set: Vec<String>,
    /// Go on with a run that was interrupted.
    #[arg(long)]
    resume: bool,
}

pub(crate) fn run(args: Args) -> Result<()> {
    let options = TrainOptions {
        config: args.config,
        overrides: args.set,
        device: args.device,
        out: args.out,
        resume: args.resume,
    };
    let stop = stop_on_signal()?;
    let mut progress = Progress::new();
    let trained = train(&options, &mut progress, &stop)?;
    drop(progress);
    match &trained.result {
        Some(result) => finished(&trained.run, result),
        None => {
            console::note(&stopped(&options, &trained));
            process::exit(1)
        }
    }
}

/// The first signal asks for an end after the current step; the second is an end at once.
fn stop_on_signal() -> Result<Arc<AtomicBool>> {
    let stop = Arc::new(AtomicBool::new(false));
    let asked = Arc::clone(&stop);
    let set = ctrlc::set_handler(move || {
        if asked.swap(true, Ordering::Relaxed) {
            process::exit(1);
        }
        console::note("\nfinishing the step and saving; once more stops at once");
    });
    set.map_err(|error| Error::fault(format!("signals cannot be handled: {error}")))?;
    Ok(stop)
}

fn stopped(options: &TrainOptions, trained: &Trained) -> String {
    let sets: String = options
        .overrides
        .iter()
        .map(|set| format!(" --set '{set}'"))
        .collect();
    format!(
        "stopped after step {} with a checkpoint written; go on with\n  rekindle train {}{sets} --resume --out {}",
        trained.step,
        options.config.display(),
        trained.run.display()
    )
}

fn finished(run: &Path, result: &RunResult) -> Result<()> {
    let mut lines = Vec::new();
    for part in ["valid", "test"] {
        if let Some(metrics) = result.metrics.get(part) {
            lines.push(format!("{part:<6} {}", figures(metrics)));
        }
    }
    for (name, metric) in &result.baselines {
        lines.push(format!("       {metric}, for comparison: {name}"));
    }
    lines.push(format!("kept   {}", result.kept));
    lines.push(format!(
        "{} parameters, {} steps in {} on {}",
        result.parameters,
        result.steps,
        duration(result.seconds),
        result.device
    ));
    let at = run.display();
    let next = match result.task.as_str() {
        "language_model" => {
            lines.push(format!("\na sample:\n{}", sample(run)?));
            format!("rekindle sample {at} --length 1000 --temperature 0.6")
        }
        "classify_text" => format!("rekindle predict {at} --text \"...\""),
        "classify_series" | "forecast" => format!("rekindle predict {at} --input FILE"),
        _ => format!("rekindle eval {at}"),
    };
    lines.push(format!("\nrun:   {at}"));
    let report = run.join("report.html");
    if report.exists() {
        lines.push(format!("page:  {}", report.display()));
    }
    lines.push(format!("next:  {next}\n"));
    console::print(&lines.join("\n"))
}

fn sample(run: &Path) -> Result<String> {
    Predictor::open(run, None)?.sample(&SampleOptions {
        length: 300,
        temperature: 0.7,
        top_k: None,
        prompt: String::new(),
        seed: 0,
    })
}
