//! `rekindle train`

use std::path::{Path, PathBuf};
use std::process;

use rekindle_train::tasks::Use;
use rekindle_train::{
    Predictor, Result, RunResult, SampleOptions, TrainOptions, Trained, shell, train,
};

use crate::progress::{Progress, figures};
use crate::run_place::run_place;
use crate::{burn_device, console, stop};

/// The arguments of `train`.
#[derive(clap::Args)]
pub(crate) struct Args {
    /// The config file; or a run's directory, to go on with it.
    #[arg(value_name = "CONFIG|RUN", value_parser = run_place())]
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
    /// Go on with a run that was interrupted: the one of --out, or of this name the one that was trained last.
    #[arg(long)]
    resume: bool,
    /// Make so many updates more with a finished run: rekindle train RUN --more 1000.
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u64).range(1..))]
    more: Option<u64>,
    /// Begin with the weights of another run, as zoo:NAME, or of a file of any format, wherever names and shapes fit (fine-tuning).
    #[arg(long, value_name = "RUN|FILE", conflicts_with = "more", value_parser = run_place())]
    from: Option<PathBuf>,
    /// Which recurrent layers of the file of --from, where several fit, as in encoder.rnn or lstm_1.
    #[arg(long, value_name = "NAME", requires = "from")]
    prefix: Option<String>,
    /// With --resume, go on although a data file is no longer what the run was begun with.
    #[arg(long, requires = "resume")]
    accept_changed_data: bool,
}

pub(crate) fn run(args: Args) -> Result<()> {
    if args.resume || args.more.is_some() || args.config.is_dir() {
        burn_device::settle();
    }
    let options = TrainOptions {
        config: args.config,
        overrides: args.set,
        device: args.device,
        out: args.out,
        resume: args.resume,
        more: args.more,
        from: args.from,
        prefix: args.prefix,
        accept_changed_data: args.accept_changed_data,
    };
    let stop = stop::on_signal("finishing the step and saving; once more stops at once")?;
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

fn stopped(options: &TrainOptions, trained: &Trained) -> String {
    let mut command = format!("rekindle train {}", shell::quoted(&options.config));
    let device = options.device.iter().map(|device| ("--device", device));
    let sets = options.overrides.iter().map(|set| ("--set", set));
    for (option, value) in device.chain(sets) {
        command.push_str(&format!(" {option} {}", shell::word(value)));
    }
    format!(
        "stopped after step {} with a checkpoint written; go on with\n  {command} --resume --out {}",
        trained.step,
        shell::quoted(&trained.run)
    )
}

fn finished(run: &Path, result: &RunResult) -> Result<()> {
    let mut lines = Vec::new();
    for part in ["valid", "test"] {
        if let Some(metrics) = result.metrics.get(part) {
            lines.push(format!("{part:<6} {}", figures(metrics)));
        }
    }
    for baseline in result.baselines.chunk_by(|a, b| a.0 == b.0) {
        let all = figures(baseline.iter().map(|(_, metric)| metric));
        lines.push(format!("       {all}, for comparison: {}", baseline[0].0));
    }
    lines.extend(result.learned());
    lines.push(format!("kept   {}", result.kept));
    lines.push(result.taken());
    let at = shell::quoted(run);
    let next = match Use::of(&result.task) {
        Use::Writing => {
            lines.push(format!("\na sample:\n{}", sample(run)?));
            format!("rekindle sample {at} --length 1000 --temperature 0.6")
        }
        Use::Texts => format!("rekindle predict {at} --text \"...\""),
        Use::Files => format!("rekindle predict {at} --input FILE"),
        Use::Figures => format!("rekindle eval {at}"),
    };
    lines.push(format!("\nrun:   {}", run.display()));
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
