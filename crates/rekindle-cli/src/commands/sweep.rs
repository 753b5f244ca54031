//! `rekindle sweep`

mod crew;

use std::collections::VecDeque;
use std::path::{Path, PathBuf};
use std::process;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::Duration;

use rekindle_train::sweep::{Standing, Sweep, SweepOptions, Trial};
use rekindle_train::{Error, Result, changed_data, shell};

use crate::{console, stop, table, threads};
use crew::{Crew, Ended};

/// The arguments of `sweep`.
#[derive(clap::Args)]
pub(crate) struct Args {
    /// The config file.
    config: PathBuf,
    /// A key and its values, e.g. --set model.cell.d_hidden=16,32. A value with a comma stands in quotes or brackets: --set
    /// task.calendar=["day"],["day","week"].
    #[arg(long, value_name = "KEY=VALUE,...")]
    set: Vec<String>,
    /// The seeds that each combination is trained with: the config's and those that follow it.
    #[arg(long, value_name = "N", default_value_t = 1, value_parser = clap::value_parser!(u64).range(1..=10_000))]
    seeds: u64,
    /// N of the combinations, drawn from all; a larger N goes on with those of a smaller.
    #[arg(long, value_name = "N")]
    random: Option<usize>,
    /// The sweep's directory; sweeps/NAME by default. The same command goes on with what is there.
    #[arg(long, value_name = "DIR")]
    out: Option<PathBuf>,
    /// The runs that are trained at once: as many as there are cores by default, or one where the device is no CPU. Each has cores / N
    /// threads, and another begins only while twice the memory of the largest so far is free.
    #[arg(long, value_name = "N")]
    jobs: Option<usize>,
    /// A device in place of the config's.
    #[arg(long)]
    device: Option<String>,
}

/// How often it is looked whether a run has ended.
const PAUSE: Duration = Duration::from_millis(50);

pub(crate) fn run(args: Args) -> Result<()> {
    if args.random == Some(0) {
        return Err(Error::mend("--random 0: must be 1 or more"));
    }
    if let Some(jobs) = args.jobs {
        threads::check("--jobs", jobs)?;
    }
    let sweep = Sweep::open(&SweepOptions {
        config: args.config,
        sets: args.set,
        seeds: args.seeds,
        random: args.random,
        out: args.out,
    })?;
    let (done, todo): (Vec<&Trial>, Vec<&Trial>) =
        sweep.trials().iter().partition(|trial| trial.is_finished());
    if let Some(first) = done.first() {
        for what in changed_data(&first.run)? {
            console::note(&format!(
                "warning: the data has changed since the runs that are finished: {what}"
            ));
        }
    }
    let cores = thread::available_parallelism().map_or(1, usize::from);
    let usual = match args.jobs.is_none() && !sweep.is_on_cpu(args.device.as_deref())? {
        true => 1,
        false => cores,
    };
    let jobs = args.jobs.unwrap_or(usual);
    let jobs = jobs.min(todo.len()).max(1);
    let each = (cores / jobs).max(1);
    console::note(&format!(
        "sweep: {}: {} runs, {} finished; {} to do, {jobs} at once with {each} {} each",
        sweep.directory().display(),
        sweep.trials().len(),
        done.len(),
        todo.len(),
        if each == 1 { "thread" } else { "threads" }
    ));
    let stop = stop::on_signal("waiting for the runs to save; once more stops at once")?;
    let crew = Crew::new(sweep.config(), args.device.as_deref(), jobs, each);
    let failed = train(&sweep, crew, todo, &stop)?;
    let standing = sweep.standing()?;
    let page = sweep.write_page(&standing)?;
    print(&standing, &page)?;
    if failed.is_empty() && standing.unfinished.is_empty() {
        return Ok(());
    }
    for (name, why) in &failed {
        console::note(&format!("failed: {name}: {why}"));
    }
    console::note(&format!(
        "{} of {} runs are not finished; the same command goes on with them",
        standing.unfinished.len(),
        sweep.trials().len()
    ));
    process::exit(1)
}

/// Trains runs; returns those that failed, each with what it said last.
fn train(
    sweep: &Sweep,
    mut crew: Crew,
    todo: Vec<&Trial>,
    stop: &AtomicBool,
) -> Result<Vec<(String, String)>> {
    let (all, mut ended, mut failed) = (todo.len(), 0, Vec::new());
    let mut waiting = VecDeque::from(todo);
    let mut has_said = false;
    loop {
        let is_stopped = stop.load(Ordering::Relaxed);
        if crew.is_idle() && (is_stopped || waiting.is_empty()) {
            return Ok(failed);
        }
        let next = match !is_stopped && crew.has_room() {
            true => waiting.pop_front(),
            false => None,
        };
        match next {
            // A sweep that was killed may have left a process, which ends by itself.
            Some(trial) if trial.is_busy() => {
                if !has_said {
                    console::note(&format!(
                        "{}: another process trains it; waiting for it",
                        trial.name
                    ));
                    has_said = true;
                }
                waiting.push_back(trial);
            }
            // That process has ended it.
            Some(trial) if trial.is_finished() => {
                ended += 1;
                console::note(&format!("{ended}/{all}  {}", sweep.line(trial)?));
            }
            Some(trial) => crew.start(trial)?,
            None => {}
        }
        for Ended { trial, fault } in crew.ended(is_stopped) {
            ended += 1;
            match fault {
                None if trial.is_finished() => {
                    console::note(&format!("{ended}/{all}  {}", sweep.line(&trial)?));
                }
                None => {}
                Some(why) => {
                    console::note(&format!("{ended}/{all}  {}: {why}", trial.name));
                    failed.push((trial.name.clone(), why));
                }
            }
        }
        thread::sleep(PAUSE);
    }
}

/// The table of all points, the best first, and where the page is.
fn print(standing: &Standing, page: &Path) -> Result<()> {
    let rows: Vec<[String; 6]> = [standing.head()]
        .into_iter()
        .chain(standing.rows())
        .collect();
    let text = match rows.len() {
        1 => String::new(),
        _ => table::aligned(&rows) + "\n",
    };
    console::print(&format!("{text}page:  {}\n", shell::quoted(page)))
}
