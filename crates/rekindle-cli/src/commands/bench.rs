//! `rekindle bench`

mod line;

use std::env;
use std::process::Command;
use std::time::Duration;

use burn::tensor::DType;
use clap::ValueEnum;
use rekindle::engine::{Engine, Precision};
use rekindle::{AnyCellConfig, Card, EngineConfig, PolicyChoice, PrecisionChoice, RecurrentConfig};
use rekindle_train::device::{self, Chosen, Preference};
use rekindle_train::memory::{Batch, USUAL, of_layers};
use rekindle_train::{Error, Result};
use serde::de::DeserializeOwned;

use super::show;
use crate::bench::clock::{Times, interleave};
use crate::bench::peers::{Peer, scans_by_itself};
use crate::bench::work::{GRID, Mode, Shape, Work, work};
use crate::bench::{executor, memory};
use crate::{console, threads};
use line::{Line, Printer, Subject};

/// The arguments of `bench`.
#[derive(clap::Args)]
pub(crate) struct Args {
    /// A cell, as `rekindle list` names it; may be repeated. Without it: lstm, gru, elman.
    #[arg(long = "cell", value_name = "CELL")]
    cells: Vec<String>,
    /// Rows, steps, width of the input, units; may be repeated. Without it: a grid of seven.
    #[arg(long = "shape", value_name = "B,T,I,H")]
    shapes: Vec<String>,
    /// What to time; may be repeated. Without it: all three. A stream takes I and H alone.
    #[arg(long = "mode", value_name = "MODE", value_enum)]
    modes: Vec<Mode>,
    /// The threads of the process, as the environment variable RAYON_NUM_THREADS sets them
    /// elsewhere.
    #[arg(long, value_name = "N", default_value_t = 1)]
    threads: usize,
    /// Where to compute: flex, wgpu, cuda:1, cpu, gpu, ...
    #[arg(long, default_value = "cpu")]
    device: String,
    /// What to take turns with; `ratio` is the peer's median time divided by ours.
    #[arg(long, value_enum)]
    peer: Option<Peer>,
    /// How long to measure each line, at least.
    #[arg(long, value_name = "S", default_value_t = 1.0)]
    seconds: f64,
    /// What a training step keeps for its way back: speed (all that is read) or memory (little, and
    /// computes it again).
    #[arg(long, default_value = "speed", value_parser = policy)]
    policy: PolicyChoice,
    /// How exact the matrix products of the equations are: f32, or bf16 on CPUs.
    #[arg(long, default_value = "f32", value_parser = precision)]
    precision: PrecisionChoice,
    /// In place of times, the peak memory of one training step, without the layer and its input.
    #[arg(long, conflicts_with_all = ["modes", "peer", "seconds"])]
    memory: bool,
    /// Print one JSON object a line.
    #[arg(long)]
    json: bool,
}

/// A policy by its name in configs.
fn policy(name: &str) -> std::result::Result<PolicyChoice, String> {
    by_name(name)
}

/// A precision by its name in configs.
fn precision(name: &str) -> std::result::Result<PrecisionChoice, String> {
    by_name(name)
}

fn by_name<T: DeserializeOwned>(name: &str) -> std::result::Result<T, String> {
    let name = toml::Value::String(name.to_string());
    name.try_into()
        .map_err(|error: toml::de::Error| error.message().to_string())
}

/// One line of the result, to be measured.
struct Job {
    card: &'static Card,
    mode: Mode,
    shape: Shape,
}

pub(crate) fn run(args: Args) -> Result<()> {
    let jobs = jobs(&args)?;
    let budget = budget(args.seconds)?;
    start_threads(args.threads)?;
    let chosen = device::resolve(&Preference::One(args.device.clone()), false)?;
    engine(&args)
        .runs_on(&chosen.device, DType::F32)
        .map_err(|e| Error::mend(format!("{}: --{e}", chosen.name)))?;
    if !args.memory {
        return times(&args, &jobs, budget, &chosen);
    }
    match &jobs[..] {
        [job] => memory_of(&args, job, &chosen),
        _ => memory_of_each(&args, &jobs, &chosen),
    }
}

fn times(args: &Args, jobs: &[Job], budget: Duration, chosen: &Chosen) -> Result<()> {
    console::note(&chosen.line);
    if chosen.name.starts_with("ndarray") && env::var_os("MATMUL_NUM_THREADS").is_none() {
        console::note(
            "ndarray's matrix products have threads of their own; set MATMUL_NUM_THREADS, too",
        );
    }
    let subjects = jobs.iter().map(|job| subject(args, job, &chosen.name));
    let mut printer = Printer::new(args.json, subjects.collect(), args.peer.map(name))?;
    for job in jobs {
        let (config, ours, executor) = ours(args, job, chosen);
        let mut works = vec![ours];
        if let Some(peer) = args.peer {
            works.push(peer.work(&config, job.mode, job.shape, &chosen.device));
        }
        let mut times = interleave(&mut works, budget).into_iter();
        let (ours, peer) = (times.next(), times.next());
        let peer: Option<(String, Times)> = args.peer.map(name).zip(peer);
        if let Some(ours) = ours {
            printer.times(executor, &ours, peer.as_ref())?;
        }
    }
    Ok(())
}

/// How layers are run.
fn engine(args: &Args) -> EngineConfig {
    EngineConfig {
        policy: args.policy,
        precision: args.precision,
        ..EngineConfig::default()
    }
}

/// The configuration of a job's cell, a run of it, and what runs it.
fn ours(args: &Args, job: &Job, chosen: &Chosen) -> (AnyCellConfig, Work, &'static str) {
    let Shape {
        d_input, d_hidden, ..
    } = job.shape;
    let config = AnyCellConfig::named(job.card.name, d_hidden).expect("a card has a cell's name");
    chosen.device.seed(0);
    let device = job.mode.device(&chosen.device);
    let mut layer = RecurrentConfig::new(config.clone());
    layer.engine = engine(args);
    let layer = layer.init(d_input, &device);
    let executor = executor(&layer, &device);
    let ours = work(layer, job.mode, job.shape, &chosen.device);
    (config, ours, executor)
}

/// The peak memory of a training step in this process.
fn memory_of(args: &Args, job: &Job, chosen: &Chosen) -> Result<()> {
    // What is started once in a process is no part of a step.
    let small = Job {
        shape: Shape::new([1, 2, 8, 8]),
        ..*job
    };
    ours(args, &small, chosen).1();
    let (_, step, executor) = ours(args, job, chosen);
    let rise = memory::rise(step);
    let subject = subject(args, job, &chosen.name);
    Printer::of_memory(args.json, vec![subject])?.memory(executor, rise)
}

/// The same for several steps, in a process each: one would hide what the next one takes.
fn memory_of_each(args: &Args, jobs: &[Job], chosen: &Chosen) -> Result<()> {
    let failed = |error| Error::fault(format!("cannot start this program again: {error}"));
    let program = env::current_exe().map_err(failed)?;
    let subjects = jobs.iter().map(|job| subject(args, job, &chosen.name));
    let mut printer = Printer::of_memory(args.json, subjects.collect())?;
    for job in jobs {
        let mut step = Command::new(&program);
        step.args(["bench", "--memory", "--json", "--cell", job.card.name]);
        step.args(["--shape", &job.shape.to_string()]);
        step.args(["--threads", &args.threads.to_string()]);
        step.args(["--device", &chosen.name]);
        if args.policy == PolicyChoice::Memory {
            step.args(["--policy", "memory"]);
        }
        step.args(["--precision", precision_of(args).name()]);
        let output = step.output().map_err(failed)?;
        let line = serde_json::from_slice::<Line>(&output.stdout).map_err(|_| {
            let said = String::from_utf8_lossy(&output.stderr);
            Error::fault(said.trim().trim_start_matches("error: "))
        })?;
        printer.line(line)?;
    }
    Ok(())
}

fn subject(args: &Args, job: &Job, device: &str) -> Subject {
    let Shape {
        batch,
        time,
        d_input,
        d_hidden,
    } = job.shape;
    Subject {
        cell: job.card.name.to_owned(),
        mode: name(job.mode),
        shape: [batch, time, d_input, d_hidden],
        threads: args.threads,
        device: device.to_owned(),
        precision: precision_of(args).name().to_owned(),
    }
}

/// How exact the products are.
fn precision_of(args: &Args) -> Precision {
    Engine::from(engine(args)).precision
}

/// What an option's value is called on the command line.
fn name(value: impl ValueEnum) -> String {
    let value = value.to_possible_value().expect("no value is skipped");
    value.get_name().to_owned()
}

/// Every line that is asked for, checked.
fn jobs(args: &Args) -> Result<Vec<Job>> {
    let cards: Vec<&Card> = match &args.cells[..] {
        [] => ["lstm", "gru", "elman"]
            .map(show::card)
            .into_iter()
            .collect::<Result<_>>()?,
        cells => cells
            .iter()
            .map(|cell| show::card(cell))
            .collect::<Result<_>>()?,
    };
    let shapes: Vec<Shape> = match &args.shapes[..] {
        [] => GRID.to_vec(),
        shapes => shapes
            .iter()
            .map(|text| shape(text))
            .collect::<Result<_>>()?,
    };
    let modes: &[Mode] = match &args.modes[..] {
        _ if args.memory => &[Mode::Train],
        [] => &[Mode::Forward, Mode::Train, Mode::Stream],
        modes => modes,
    };
    let mut jobs: Vec<Job> = Vec::new();
    for card in cards {
        if let Some(peer) = args.peer {
            peer.check(card.name)?;
        }
        if modes.contains(&Mode::Trace) && scans_by_itself(card.name) {
            return Err(Error::mend(format!(
                "--mode trace: `{}` scans by itself, and none of its values has a name; it is no set of equations",
                card.name
            )));
        }
        for &mode in modes {
            let mut seen = Vec::new();
            for &shape in &shapes {
                let shape = match mode {
                    Mode::Stream => Shape {
                        batch: 1,
                        time: 1,
                        ..shape
                    },
                    _ => shape,
                };
                if !seen.contains(&shape) {
                    fits(args, card, shape)?;
                    seen.push(shape);
                    jobs.push(Job { card, mode, shape });
                }
            }
        }
    }
    Ok(jobs)
}

/// The most numbers in a batch and its output: a gibibyte of f32.
const MOST: usize = 1 << 28;

fn shape(text: &str) -> Result<Shape> {
    let refuse = |why: &str| Error::mend(format!("--shape {text}: {why}"));
    let numbers: Result<Vec<usize>, _> = text.split(',').map(|n| n.trim().parse()).collect();
    let numbers: Option<[usize; 4]> = numbers.ok().and_then(|n| n.try_into().ok());
    let numbers = numbers.ok_or_else(|| {
        refuse("must be four whole numbers: rows, steps, width of the input, units; e.g. 32,100,128,256")
    })?;
    let [batch, time, d_input, d_hidden] = numbers;
    rekindle::positive("B", batch)
        .and_then(|()| rekindle::positive("T", time))
        .and_then(|()| rekindle::width("I", d_input))
        .and_then(|()| rekindle::width("H", d_hidden))
        .map_err(|invalid| refuse(&invalid.to_string()))?;
    match batch
        .saturating_mul(time)
        .saturating_mul(d_input + d_hidden)
    {
        0..=MOST => Ok(Shape::new(numbers)),
        size => Err(refuse(&format!(
            "B*T*(I+H) = {size}: must be at most {MOST}"
        ))),
    }
}

/// Checks that a layer is run as is asked, and that it and its batch fit a machine, before they are made.
fn fits(args: &Args, card: &Card, shape: Shape) -> Result<()> {
    let cell = AnyCellConfig::named(card.name, shape.d_hidden).expect("a card has a cell's name");
    let batch = Batch {
        rows: shape.batch,
        time: shape.time,
        ..Batch::default()
    };
    let layer = RecurrentConfig {
        engine: engine(args),
        ..RecurrentConfig::new(cell)
    };
    layer
        .validate()
        .map_err(|e| Error::mend(format!("--cell {}: {e}", card.name)))?;
    of_layers(USUAL, &layer, shape.d_input, batch)
        .map_err(|error| Error::mend(format!("--shape {shape}: {error}")))
}

fn budget(seconds: f64) -> Result<Duration> {
    match seconds {
        0.0..=3600.0 => Ok(Duration::from_secs_f64(seconds)),
        _ => Err(Error::mend(format!(
            "--seconds {seconds}: must be from 0 to 3600"
        ))),
    }
}

/// The threads that Burn and the engine share are started once in a process, before anything uses
/// them.
fn start_threads(threads: usize) -> Result<()> {
    threads::check("--threads", threads)?;
    let pool = rayon::ThreadPoolBuilder::new().num_threads(threads);
    pool.build_global()
        .map_err(|error| Error::mend(format!("--threads {threads}: {error}")))
}
