//! A training run from its config file to its result.

pub(crate) mod resume;
mod source;

use crate::{
    config::{plan::Plan, table},
    data::message::named_once,
    device::{Chosen, machine},
    error::{Error, Result},
    files,
    metric::Evaluation,
    model::net::Net,
    predict::predictor::Predictor,
    report,
    run::{
        directory::{self, RunDir},
        manifest::Manifest,
        result::RunResult,
    },
    session::{
        resume::{Earlier, GoOn, fingerprints, unchanged},
        source::Source,
    },
    tasks::{account::Line, kind::Opened, list::Spec, overview, part::Part, task::Task},
    tensors,
    train::{
        fit::{End, fit},
        trainer::{Trainer, load_weights},
        watch::{Heard, Watch},
    },
};
use burn::module::Module;
use rekindle_interop::named_tensors;
use serde::Serialize;
use std::{
    fmt::Display,
    path::{Path, PathBuf},
    sync::atomic::AtomicBool,
};

/// What is asked of a training run.
#[derive(Clone, Debug, Default)]
pub struct TrainOptions {
    /// The config file, or the directory of a run that is gone on with.
    pub config: PathBuf,
    /// `--set a.b=c`, in order.
    pub overrides: Vec<String>,
    /// A device in place of the config's.
    pub device: Option<String>,
    /// The run's directory; `runs/NAME` by default.
    pub out: Option<PathBuf>,
    /// Whether to go on with a run that was interrupted.
    pub resume: bool,
    /// Updates that the run of `out` is to make beyond those that it was planned for.
    pub more: Option<u64>,
    /// A run, or a file of weights, that a new run begins as.
    pub from: Option<PathBuf>,
    /// Which recurrent layers of that file, by what stands before their names or by their own; by default the only ones that fit.
    pub prefix: Option<String>,
    /// Whether to go on although the data is no longer what the run was begun with.
    pub accept_changed_data: bool,
}

/// What became of a training run.
#[derive(Clone, Debug)]
pub struct Trained {
    /// The run's directory.
    pub run: PathBuf,
    /// The number of updates made.
    pub step: u64,
    /// The result; `None` if the run was stopped before its end.
    pub result: Option<RunResult>,
}

/// Runs a config file from start to end.
///
/// Burn has one random generator for all threads. Where several runs share a process, or networks
/// are drawn beside one, they take their numbers in turns, and none can be repeated exactly.
///
/// # Errors
///
/// If the config, the data, the device or the directory is not in order, or the loss diverges.
pub fn train(options: &TrainOptions, watch: &mut dyn Watch, stop: &AtomicBool) -> Result<Trained> {
    let options = &of_run(options)?;
    let (prefix, device) = (options.prefix.as_deref(), options.device.as_deref());
    let source = options.from.as_deref();
    let source = source
        .map(|from| Source::open(from, prefix, device))
        .transpose()?;
    let plan = match RunDir::open(files::directory_of(&options.config)).is_ok() {
        // What a run has stored may hold a key that cannot act.
        true => Plan::read(&options.config, &options.overrides)?,
        false => Plan::fresh(&options.config, &options.overrides)?,
    };
    let earlier = match (options.resume, &options.out) {
        (true, _) => Some(Earlier::open(options.out.as_deref(), &plan)?),
        (false, Some(out)) => {
            // Before the data is read.
            directory::is_vacant(out)?;
            None
        }
        (false, None) => None,
    };
    let begun = earlier.as_ref().and_then(|earlier| earlier.begun.as_ref());
    let plan = match (options.more, &earlier) {
        (None, _) => plan,
        (Some(more), Some(earlier)) => earlier.longer(plan, more, watch)?,
        (Some(_), None) => {
            return Err(Error::mend(
                "--more goes on with a run: name its directory in place of a config, `rekindle train runs/NAME --more N`",
            ));
        }
    };
    let data = fingerprints(&plan)?;
    let accepted = match begun {
        Some(begun) => begun.accept(&plan, &data, options.accept_changed_data, watch)?,
        None => false,
    };
    let origin = table::origin(&options.config, &options.overrides);
    let lengths = begun.filter(|_| accepted).map(|begun| &begun.plan);
    let mut from = Heard {
        notes: begun.map_or_else(Vec::new, |begun| begun.manifest.origin.clone()),
        watch,
    };
    let (spec, source) = match (begun, source) {
        (Some(begun), _) => (Some(begun.spec.clone()), None),
        (None, None) => (None, None),
        (None, Some(source)) => {
            let (spec, ends) = source.adopt(&plan, &mut from)?;
            (spec, Some((source, ends)))
        }
    };
    let (watch, mut from) = (from.watch, from.notes);
    let (plan, Opened { spec: known, task }) = prepare(plan, spec, lengths, &origin)?;
    if let (Some(earlier), Some(begun)) = (&earlier, begun) {
        unchanged(&earlier.run, &begun.plan, &plan, options.more.is_some())?;
        // Weights that are gone are written again by a last sitting without an update.
        let whole = earlier.run.is_finished() && !earlier.run.is_without_weights();
        if whole && options.more.is_none() {
            return late_report(&earlier.run, options.device.as_deref(), watch);
        }
    }

    let chosen = plan.device(options.device.as_deref())?;
    watch.note(&chosen.line);
    let mut notes = [whole(&plan, task.as_ref()), task.notes(Part::Test)].concat();
    let said = named_once(&notes);
    said.iter().for_each(|note| watch.note(note));
    let device = chosen.device.clone().autodiff();
    let mut trainer = Trainer::new(task.as_ref(), &plan, &device)?;
    let start = match (source, &earlier) {
        (Some((source, ends)), _) => {
            let mut heard = Heard {
                watch: &mut *watch,
                notes: from,
            };
            let net = source.begin(trainer.net.clone(), ends, &mut heard)?;
            from = heard.notes;
            trainer.begin_as(net);
            Some(tensors::to_bytes(
                &named_tensors(&trainer.net.valid()),
                &[],
            )?)
        }
        (None, Some(earlier)) => earlier.start()?,
        (None, None) => None,
    };
    if let Some(start) = &start {
        let net = load_weights(trainer.net.clone(), start, RunDir::START)?;
        trainer.begin_as(net);
    }
    let experiment = plan.experiment();
    let (update, at) = (experiment.train.update(), experiment.first(&device));
    for Line { about, said } in overview::of(task.as_ref(), &trainer.net, update, &at) {
        watch.note(&format!("{about:<8} {said}"));
    }
    let spec = json(&known)?;
    let mut manifest = match begun {
        Some(begun) if !accepted => begun.manifest.clone(),
        _ => Manifest::new(&spec, data),
    };
    manifest.origin.clone_from(&from);
    notes.splice(..0, from);
    if let Some(start) = &start {
        manifest.add(RunDir::START, start);
    }
    let beginning = beginning(&plan, spec, start, &manifest)?;
    let (run, _lock) = match earlier {
        Some(earlier) => {
            let how = GoOn {
                accepted,
                longer: options.more.is_some(),
            };
            earlier.go_on(&mut trainer, &plan, how, &beginning, &device, watch)?
        }
        None => RunDir::create(options.out.as_deref(), &plan.experiment().name, &beginning)?,
    };
    watch.note(&format!("run: {}", run.path().display()));

    let end = fit(
        &mut trainer,
        task.as_ref(),
        &plan,
        &run,
        &device,
        watch,
        stop,
    )?;
    let step = trainer.tally.step;
    let path = run.path().to_path_buf();
    if end == End::Stopped {
        return Ok(Trained {
            run: path,
            step,
            result: None,
        });
    }
    let net = trainer.finished()?;
    let result = judged(&trainer, &plan, task.as_ref(), &net, &chosen, notes);
    let weights = weights_of(&trainer)?;
    files::write_atomic(&run.weights(), &weights)?;
    manifest.add(RunDir::WEIGHTS, &weights);
    manifest.write(&run)?;
    files::write_atomic(&run.result(), &json(&result)?)?;
    let predictor = Predictor::of(plan, known, task.shape(), net, chosen.device);
    write_report(&run, &predictor, task.as_ref(), watch);
    Ok(Trained {
        run: path,
        step,
        result: Some(result),
    })
}

/// The final figures of a network, and what is to be said of them.
fn judged(
    trainer: &Trainer,
    plan: &Plan,
    task: &dyn Task,
    net: &Net,
    chosen: &Chosen,
    notes: Vec<String>,
) -> RunResult {
    let on = |part: Part| {
        let Evaluation { metrics, .. } = task.evaluate(net, part, &chosen.device)?;
        Some((part.name().to_string(), metrics))
    };
    let steps = trainer.tally.step;
    RunResult {
        task: plan.experiment().task.name().into(),
        device: chosen.name.clone(),
        machine: Some(machine::name()),
        steps,
        seconds: trainer.tally.seconds,
        parameters: net.num_params(),
        kept: trainer.tally.evaluations.kept(steps),
        metrics: [Part::Valid, Part::Test]
            .into_iter()
            .filter_map(on)
            .collect(),
        baselines: task.baselines(Part::Test),
        notes,
    }
}

/// What is to be said where a batch asks for more rows than there are.
fn whole(plan: &Plan, task: &dyn Task) -> Vec<String> {
    let train = &plan.experiment().train;
    let rows = task.rows_to_train_on().filter(|&rows| rows < train.rows());
    let said = rows.map(|rows| {
        let (unit, batch) = (task.unit(), train.batch);
        let times = match train.accumulate {
            1 => String::new(),
            times => format!(", train.accumulate = {times}"),
        };
        format!("train.batch = {batch}{times}: each update reads all {rows} {unit} of the training part, for there are no more")
    });
    said.into_iter().collect()
}

/// What would be trained: everything is read and checked as for [`train`], but for the device, which another machine
/// may have, and nothing is written.
///
/// # Errors
///
/// If the config or the data are not in order.
pub fn validate(config: &Path, overrides: &[String]) -> Result<Plan> {
    let origin = table::origin(config, overrides);
    let (plan, _) = prepare(Plan::fresh(config, overrides)?, None, None, &origin)?;
    Ok(plan)
}

/// The same of the text of a config that will stand in a directory; `origin` is what errors call it.
pub(crate) fn validate_draft(text: &str, directory: &Path, origin: &str) -> Result<Plan> {
    let (plan, _) = prepare(Plan::draft(text, directory, origin)?, None, None, origin)?;
    Ok(plan)
}

/// A plan with its data: the lengths that follow from them, or else those of another plan, filled in, and the network
/// known to fit. `origin` says in errors where the plan came from.
fn prepare(
    plan: Plan,
    spec: Option<Spec>,
    lengths: Option<&Plan>,
    origin: &str,
) -> Result<(Plan, Opened<Spec>)> {
    let opened = plan.open(spec)?;
    let task = opened.task.as_ref();
    let steps_per_epoch = task.steps_per_epoch(plan.experiment().train.update())?;
    let plan = match lengths {
        Some(other) => plan.settle_as(other),
        None => plan.settle(steps_per_epoch),
    };
    let (shape, wrong) = (task.shape(), |e: &dyn Display| {
        Error::mend(format!("{origin}: {e}"))
    });
    shape
        .fits(&plan.experiment().model)
        .map_err(|e| wrong(&e))?;
    plan.acts_between(shape).map_err(|e| wrong(&e))?;
    Ok((plan, opened))
}

/// Writes the page of a run, which is complete without it.
fn write_report(run: &RunDir, predictor: &Predictor, task: &dyn Task, watch: &mut dyn Watch) {
    if let Err(error) = report::write(run, predictor, task) {
        watch.note(&format!("there is no report: {error}"));
    }
}

/// Writes the page that a kill has kept from a finished run.
fn late_report(run: &RunDir, device: Option<&str>, watch: &mut dyn Watch) -> Result<Trained> {
    let result = RunResult::read(run)?;
    let predictor = Predictor::open(run.path(), device)?;
    write_report(run, &predictor, predictor.task()?.as_ref(), watch);
    Ok(Trained {
        run: run.path().to_path_buf(),
        step: result.steps,
        result: Some(result),
    })
}

fn weights_of(trainer: &Trainer) -> Result<Vec<u8>> {
    match trainer.best.is_empty() {
        true => trainer.weights(),
        false => Ok(trainer.best.clone()),
    }
}

fn json(value: &impl Serialize) -> Result<Vec<u8>> {
    let mut text = serde_json::to_vec_pretty(value)
        .map_err(|e| Error::fault(format!("a result cannot be written as JSON: {e}")))?;
    text.push(b'\n');
    Ok(text)
}

/// The files that a run begins with, the manifest last, and first the weights of a run that is fine-tuned: where a kill comes
/// between, it is begun again with them.
fn beginning(
    plan: &Plan,
    spec: Vec<u8>,
    start: Option<Vec<u8>>,
    manifest: &Manifest,
) -> Result<Vec<(&'static str, Vec<u8>)>> {
    let start = start.map(|start| (RunDir::START, start));
    let rest = [
        (RunDir::CONFIG, plan.to_toml()?.into_bytes()),
        (RunDir::DATA_SPEC, spec),
        (RunDir::MANIFEST, manifest.to_bytes()?),
    ];
    Ok(start.into_iter().chain(rest).collect())
}

/// The options with a run's directory in place of a config as what they mean: its own config, and going on.
fn of_run(options: &TrainOptions) -> Result<TrainOptions> {
    let run = &options.config;
    if !run.is_dir() {
        return Ok(options.clone());
    }
    let config = RunDir::open(run)?.config();
    if let Some(out) = options.out.as_deref().filter(|out| *out != run) {
        return Err(Error::mend(format!(
            "--out {}: a run goes on in its own directory, {}; leave it out, or train its {} anew",
            out.display(),
            run.display(),
            config.display()
        )));
    }
    Ok(TrainOptions {
        config,
        out: Some(run.clone()),
        resume: true,
        ..options.clone()
    })
}
