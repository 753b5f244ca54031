//! Taking the figures that the doctor's rules judge.

use super::{first_update, horizon};
use crate::{
    config::experiment::Experiment,
    data::reading::{Reading, Steps, Wanted},
    doctor::checkup::{Checkup, GateFigures, NetFigures, ResetFigures, StateFigures},
    error::Result,
    files,
    metric::Metric,
    model::{net::Net, taken::Taken},
    predict::predictor::Predictor,
    run::{directory::RunDir, log::Log, result::RunResult},
    tasks::{part::Part, task::Task},
    train::gradients,
};
use burn::tensor::{Device, Tensor};
use rekindle::Recurrent;
use rekindle::engine::{Role, Unary};
use std::path::Path;

/// The parts whose sequences are looked at, the first that there is.
const SEEN: &[Part] = &[Part::Valid, Part::Test, Part::Train];
/// The sequences that are looked at.
const ROWS: usize = 16;
/// The steps of them all, where they are traced.
const STEPS: usize = 3000;
/// The longest lag.
const LAG: usize = 100;
/// The windows of a text without an end.
const WINDOWS: usize = 12;

impl Checkup {
    /// Takes every figure of a run that is done.
    ///
    /// # Errors
    ///
    /// If it is no run, has no weights, or its data cannot be read.
    pub fn take(path: &Path, device: Option<&str>) -> Result<Checkup> {
        let predictor = Predictor::open(path, device)?;
        let task = predictor.task()?;
        Checkup::of(&predictor, task.as_ref(), &RunDir::open(path)?)
    }

    /// The same of a network at work, with its data and the run's directory.
    pub(crate) fn of(predictor: &Predictor, task: &dyn Task, run: &RunDir) -> Result<Checkup> {
        let experiment = predictor.plan.experiment();
        let (net, device) = (&predictor.net, &predictor.device);
        let log = Log::read(run)?;
        let result = files::read(&run.result())
            .ok()
            .and_then(|bytes| serde_json::from_slice::<RunResult>(&bytes).ok());
        let of = |part: Part| {
            let known = result
                .as_ref()
                .and_then(|r| r.metrics.get(part.name()).cloned());
            let taken = || task.evaluate(net, part, device).map(|e| e.metrics);
            known.or_else(taken).unwrap_or_default()
        };
        let window = task.window();
        Ok(Checkup {
            train: train_figures(task, net, &log, device),
            valid: of(Part::Valid),
            test: of(Part::Test),
            by_class: task.by_class(net, Part::Test, device),
            baselines: task.baselines(Part::Test),
            net: net_figures(task, net, experiment, window, device),
            padding: Some(padding(task, experiment.train.batch)),
            reset: window
                .map(|window| reset(task, net, experiment, window, device))
                .transpose()?,
            experiment: experiment.clone(),
            log,
        })
    }
}

/// The figures on the training part: from the loss of the last intervals where they follow from it, for
/// that part may be large.
fn train_figures(task: &dyn Task, net: &Net, log: &Log, device: &Device) -> Vec<Metric> {
    let last = &log.losses[log.losses.len().saturating_sub(3)..];
    let mean = last.iter().sum::<f64>() / last.len().max(1) as f64;
    match task.figure(mean) {
        Some(figure) if !last.is_empty() => vec![figure],
        Some(_) => Vec::new(),
        None => {
            let found = task.evaluate(net, Part::Train, device);
            found.map(|e| e.metrics).unwrap_or_default()
        }
    }
}

fn net_figures(
    task: &dyn Task,
    net: &Net,
    experiment: &Experiment,
    window: Option<usize>,
    device: &Device,
) -> Option<NetFigures> {
    let most = window.map_or(2 * LAG, |w| (WINDOWS * w).clamp(2 * LAG, 2000));
    let all = task.reading(task.first_of(SEEN), 0..4 * ROWS, most);
    let reading = all.level(ROWS, 2 * LAG);
    let steps = reading.lengths().first().copied()?;
    let horizons = horizon::subjects(net).into_iter().map(|site| {
        let horizon = horizon::of(net, &reading, LAG.min(steps), site, device);
        (site, horizon)
    });
    let mut figures = NetFigures {
        horizons: horizons.collect(),
        layer_gradients: layer_gradients(task, net, experiment, device),
        rounding: first_update::rounding(task, net, experiment, device),
        gates: Vec::new(),
        states: Vec::new(),
        steps: 0,
        is_recurrent: net
            .body()
            .stack()
            .is_none_or(|layers| layers.layers().iter().any(|l| !l.learnable().is_empty())),
        is_endless: window.is_some(),
    };
    // Few long rows, or many short ones: a trace holds every number.
    let steps = all.lengths().into_iter().max()?;
    let x = all.level((STEPS / steps).clamp(4, ROWS), most);
    let x = x.sequence(net, device).into_data();
    figures.steps = x.dims()[1];
    let Some(recurrent) = net.body().stack() else {
        return Some(figures);
    };
    for site in recurrent.sites() {
        // A cell that scans by itself has no values with names.
        let Ok(shown) = recurrent.traceable(site) else {
            continue;
        };
        let shown = shown
            .into_iter()
            .filter(|n| matches!(n.role, Role::State | Role::Gate));
        let shown: Vec<String> = shown.map(|n| n.name).collect();
        let shown: Vec<&str> = shown.iter().map(String::as_str).collect();
        let trace = recurrent.trace(x.clone(), None, site, &shown);
        for traced in trace.ok()?.nodes {
            let name = format!("{site}.{}", traced.node.name);
            match (traced.node.role, traced.node.function) {
                (Role::State, _) => figures.states.push(state(name, traced.values)),
                (Role::Gate, Some(function)) => {
                    figures.gates.extend(gate(name, function, traced.values));
                }
                _ => {}
            }
        }
    }
    Some(figures)
}

fn gate(name: String, function: Unary, values: Tensor<3>) -> Option<GateFigures> {
    let limits = function.limits()?.map(|limit| limit as f32);
    let values: Vec<f32> = values.into_data().iter::<f32>().collect();
    let at_limit = |v: &&f32| limits.iter().any(|l| (**v - l).abs() < 0.01);
    Some(GateFigures {
        name,
        saturated: values.iter().filter(at_limit).count() as f64 / values.len() as f64,
    })
}

fn state(name: String, values: Tensor<3>) -> StateFigures {
    let [rows, time, width] = values.dims();
    let numbers: Vec<f32> = values.into_data().iter::<f32>().collect();
    let dead = (0..width).filter(|&unit| {
        let of = numbers.iter().skip(unit).step_by(width);
        let (low, high) = of.fold((f32::INFINITY, f32::NEG_INFINITY), |(low, high), &v| {
            (low.min(v), high.max(v))
        });
        high - low < 1e-5
    });
    let size = |steps: std::ops::Range<usize>| {
        let of = (0..rows).flat_map(|row| {
            let start = row * time;
            &numbers[(start + steps.start) * width..(start + steps.end) * width]
        });
        let squares: f64 = of.map(|&v| f64::from(v).powi(2)).sum();
        (squares / (rows * steps.len() * width).max(1) as f64).sqrt()
    };
    let tenth = (time / 10).max(1);
    let quarter = (time / 4).min(time - tenth);
    StateFigures {
        dead: dead.count() as f64 / width as f64,
        growth: size(time - tenth..time) / size(quarter..quarter + tenth).max(1e-12),
        name,
    }
}

fn layer_gradients(
    task: &dyn Task,
    net: &Net,
    experiment: &Experiment,
    device: &Device,
) -> Vec<f64> {
    let (net, found) = first_update::gradients(task, net, experiment, device);
    let layers = net.body().stack().map(Recurrent::layers);
    let layers = layers.unwrap_or_default().iter();
    layers.map(|layer| gradients::norm(layer, &found)).collect()
}

/// The share of padding, of batches in the order of the data.
fn padding(task: &dyn Task, batch: usize) -> f64 {
    let rows = (8 * batch).min(512);
    let lengths = task.reading(Part::Train, 0..rows, 1).lengths();
    let (mut real, mut all) = (0, 0);
    for lengths in lengths.chunks(batch) {
        real += lengths.iter().sum::<usize>();
        all += lengths.len() * lengths.iter().max().copied().unwrap_or(0);
    }
    1.0 - real as f64 / all.max(1) as f64
}

fn reset(
    task: &dyn Task,
    net: &Net,
    experiment: &Experiment,
    window: usize,
    device: &Device,
) -> Result<ResetFigures> {
    let windows = task.steps_per_epoch(experiment.train.update())?;
    let most = 8 * window + 1;
    let reading = task.reading(task.first_of(SEEN), 0..ROWS, most);
    let losses = carried_and_fresh(net, &reading, window, device);
    Ok(ResetFigures {
        windows,
        carried: losses.map(|l| l[0]),
        fresh: losses.map(|l| l[1]),
    })
}

/// The mean loss of the next symbol from the second window on, with the state carried on and with a
/// fresh one for each window. `None` where there is no second window.
fn carried_and_fresh(
    net: &Net,
    reading: &Reading,
    window: usize,
    device: &Device,
) -> Option<[f64; 2]> {
    let Steps::Symbols(rows) = &reading.inputs else {
        return None;
    };
    let time = rows.first()?.len() - 1;
    let windows = time / window;
    if windows < 2 {
        return None;
    }
    let (mut states, mut sums) = (None, [0.0; 2]);
    for w in 0..windows {
        let cut = |shift: usize| {
            let from = w * window + shift;
            rows.iter().map(move |row| &row[from..from + window])
        };
        let x = Steps::Symbols(cut(0).map(<[u32]>::to_vec).collect());
        let x = net.sequence(&x, device);
        let next = cut(1).flatten().map(|&symbol| symbol as usize);
        let wanted = Wanted::Class(next.collect());
        let mean = |outputs| f64::from(wanted.loss(outputs).into_scalar::<f32>());
        let (outputs, last) = net.outputs(x.clone(), Taken::Each, states.take());
        states = Some(last);
        if w > 0 {
            sums[0] += mean(outputs);
            sums[1] += mean(net.outputs(x, Taken::Each, None).0);
        }
    }
    Some(sums.map(|sum| sum / (windows - 1) as f64))
}
