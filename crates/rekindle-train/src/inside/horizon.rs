//! How far back networks learn: fresh ones, from a config, and trained ones, from a run.

use super::first_update;
use crate::{
    config::{experiment::Experiment, plan::Plan},
    data::reading::Reading,
    device::Chosen,
    error::{Error, Result},
    files,
    memory::Batch,
    model::net::Net,
    predict::predictor::Predictor,
    tasks::{part::Part, task::Task},
    train::{gradients, trainer},
};
use burn::module::Module;
use burn::tensor::{Device, TensorData};
use rekindle::engine::Direction;
use rekindle::{Horizon, Site, positive};
use rekindle_interop::{load_named, named_tensors};
use serde::Serialize;
use std::path::{Path, PathBuf};

/// Whose horizon is asked for, and how far it may lie.
#[derive(Clone, Debug)]
pub struct HorizonOptions {
    /// Runs (directories), and configs (files) whose networks are fresh.
    pub models: Vec<PathBuf>,
    /// `--set a.b=c` for the configs, in order.
    pub overrides: Vec<String>,
    /// What recurrent weights are multiplied by: every model is looked at with each of these.
    pub gains: Vec<f64>,
    /// The layer, from 0, the lowest; all of them by default.
    pub layer: Option<usize>,
    /// The direction; all that there are by default.
    pub direction: Option<Direction>,
    /// The longest lag.
    pub lag: usize,
    /// The fraction of the gradient that counts as lost.
    pub fraction: f64,
    /// The sequences that are looked at.
    pub rows: usize,
    /// A device in place of the config's or the run's.
    pub device: Option<String>,
}

/// How far back one network learns; of a stack that reads in both directions, one cell of it.
#[derive(Clone, Debug, Serialize)]
pub struct ModelHorizon {
    /// What the model is called: the run's directory, or the config's name, and what was changed.
    pub name: String,
    /// Whether it was trained.
    pub trained: bool,
    /// The layer and direction, `1.reverse`; none for a whole stack.
    pub site: Option<String>,
    /// The sequences looked at.
    pub rows: usize,
    /// What is left of the gradient at lag 1, 2, ..., by its median over the sequences, as a natural
    /// logarithm: -6.9 is a thousandth. Null where nothing is left.
    pub ln_left: Vec<f64>,
    /// The same of each state by itself, relative to the norm over all states at lag 1.
    pub states: Vec<StateHorizon>,
    /// The lag at which less than the fraction is left; none within the lags looked at.
    pub reach: Option<usize>,
    /// The lag at which the gradient is largest.
    pub peak: usize,
    /// The natural logarithm of how much larger it is there than at lag 1; null where no gradient reaches
    /// even that.
    pub ln_peak: f64,
    /// The largest Lyapunov exponent, per step.
    pub lyapunov: Option<f64>,
    /// The norm of the gradient of all weights in the first update.
    pub gradient: f64,
    /// What that norm is clipped to in training; 0 for not at all.
    pub clip: f64,
}

/// The horizon of one state.
#[derive(Clone, Debug, Serialize)]
pub struct StateHorizon {
    /// Its name: `0.forward.c`.
    pub name: String,
    /// What there is of the gradient at lag 1, 2, ..., as a natural logarithm.
    pub ln_left: Vec<f64>,
}

impl ModelHorizon {
    /// The name of the model and, where it is that of one cell, of the cell: `run, 1.reverse`.
    pub fn title(&self) -> String {
        match &self.site {
            Some(site) => format!("{}, {site}", self.name),
            None => self.name.clone(),
        }
    }

    /// Whether the gradient grows more than a thousandfold on its way back.
    pub fn explodes(&self) -> bool {
        self.ln_peak > 1000f64.ln()
    }

    /// Whether no gradient reaches even the state before the last step.
    pub fn is_empty(&self) -> bool {
        self.ln_peak == f64::NEG_INFINITY
    }
}

/// The horizon of every model, in their order, with every gain: one of a stack that reads forward, and one of
/// every layer and direction of a stack that reads in both.
///
/// # Errors
///
/// If something is neither a run nor a config, has no weights, has no such layer or direction, its data cannot
/// be read, or there are no recurrent weights for a gain to multiply.
pub fn horizon(options: &HorizonOptions) -> Result<Vec<ModelHorizon>> {
    for (option, value) in [("--lag", options.lag), ("--rows", options.rows)] {
        positive(option, value)
            .map_err(|e| Error::mend(format!("{option} {value}: {}", e.reason)))?;
    }
    for gain in &options.gains {
        if !(*gain as f32).is_finite() {
            return Err(Error::mend(format!(
                "--gain {gain}: must be a number that f32 holds, e.g. 1.2"
            )));
        }
    }
    if !(options.fraction > 0.0 && options.fraction < 1.0) {
        let fraction = options.fraction;
        return Err(Error::mend(format!(
            "--fraction {fraction}: must be between 0 and 1, e.g. 0.001"
        )));
    }
    let mut all = Vec::new();
    for path in &options.models {
        let subject = Subject::open(path, options)?;
        for &gain in &options.gains {
            all.extend(subject.horizons(gain, options)?);
        }
    }
    Ok(all)
}

/// A network with its data.
struct Subject {
    name: String,
    trained: bool,
    plan: Plan,
    task: Box<dyn Task>,
    net: Net,
    device: Device,
}

impl Subject {
    fn open(path: &Path, options: &HorizonOptions) -> Result<Subject> {
        let device = options.device.as_deref();
        match path.is_dir() {
            true if !options.overrides.is_empty() => Err(Error::mend(format!(
                "{}: --set changes configs, and this is a run, whose network is trained as it is",
                path.display()
            ))),
            true => Subject::trained(path, device),
            false => Subject::fresh(path, &options.overrides, device),
        }
    }

    fn trained(path: &Path, device: Option<&str>) -> Result<Subject> {
        let predictor = Predictor::open(path, device)?;
        let task = predictor.task()?;
        Ok(Subject {
            name: path.display().to_string(),
            trained: true,
            task,
            plan: predictor.plan,
            net: predictor.net,
            device: predictor.device,
        })
    }

    fn fresh(path: &Path, overrides: &[String], device: Option<&str>) -> Result<Subject> {
        files::read(path)?;
        let plan = Plan::read(path, overrides)?;
        let experiment = plan.experiment();
        let task = plan.open(None)?.task;
        let Chosen { device, .. } = plan.device(device)?;
        let net = trainer::fresh(task.as_ref(), &plan, &device.clone().autodiff())?.valid();
        let sets: String = overrides.iter().map(|set| format!(", {set}")).collect();
        Ok(Subject {
            name: format!("{}{sets} (fresh)", experiment.name),
            trained: false,
            plan,
            task,
            net,
            device,
        })
    }

    fn horizons(&self, gain: f64, options: &HorizonOptions) -> Result<Vec<ModelHorizon>> {
        let chosen = chosen(&self.net, options).map_err(|e| self.about(e))?;
        let net = with_gain(&self.net, gain)?.ok_or_else(|| {
            let cells = self.plan.experiment().model.cells();
            let cells: Vec<String> = cells
                .iter()
                .map(|(_, cell)| format!("`{}`", cell.card().name))
                .collect();
            self.about(Error::mend(format!(
                "--gain {gain}: a cell {} has no recurrent matrix U that it could multiply",
                cells.join(" or ")
            )))
        })?;
        let reading = self.reading(options)?;
        let experiment = self.plan.experiment();
        let (learning, found) =
            first_update::gradients(self.task.as_ref(), &net, experiment, &self.device);
        let gradient = gradients::norm(&learning, &found);
        let model = |site: Option<Site>| {
            let horizon = of(&net, &reading, options.lag, site, &self.device);
            let (peak, ln_peak) = horizon.peak();
            let mut name = self.name.clone();
            if gain != 1.0 {
                name.push_str(&format!(", recurrent weights times {gain}"));
            }
            ModelHorizon {
                name,
                trained: self.trained,
                site: site.map(|site| site.to_string()),
                rows: reading.rows(),
                states: by_state(&horizon),
                reach: horizon.reach(options.fraction),
                lyapunov: horizon.lyapunov(),
                gradient,
                clip: experiment.train.clip,
                ln_left: horizon.relative(),
                peak,
                ln_peak,
            }
        };
        Ok(chosen.into_iter().map(model).collect())
    }

    /// An error with the model's name.
    fn about(&self, error: Error) -> Error {
        Error::mend(format!("{}: {error}", self.name))
    }

    /// Sequences of the validation part, or of the first that there is; where they can be as long as one likes, the
    /// lags have half of them before them.
    fn reading(&self, options: &HorizonOptions) -> Result<Reading> {
        let part = self.task.first_of(&[Part::Valid, Part::Test]);
        let steps = 2 * options.lag;
        let all = self.task.reading(part, 0..4 * options.rows, steps);
        let reading = all.level(options.rows, steps);
        let Experiment { model, memory, .. } = self.plan.experiment();
        let batch = Batch {
            rows: reading.rows(),
            time: reading.lengths().first().copied().unwrap_or(0),
            ..Batch::default()
        };
        self.task
            .shape()
            .fits_inference(*memory, model, batch)
            .map_err(|e| self.about(Error::mend(e.to_string())))?;
        match reading.rows() {
            0 => Err(Error::mend(format!(
                "{}: the {} part of its data has no sequence",
                self.name,
                part.name()
            ))),
            _ => Ok(reading),
        }
    }
}

/// What there are horizons of: a stack that reads forward, or each cell of one that reads in both directions; of no other body.
pub(super) fn subjects(net: &Net) -> Vec<Option<Site>> {
    match net.body().stack() {
        None => Vec::new(),
        Some(layers) if layers.is_bidirectional() => layers.sites().into_iter().map(Some).collect(),
        Some(_) => vec![None],
    }
}

/// Those that are asked for.
fn chosen(net: &Net, options: &HorizonOptions) -> Result<Vec<Option<Site>>> {
    let sites = net.recurrent()?.sites();
    if options.layer.is_none() && options.direction.is_none() {
        return Ok(subjects(net));
    }
    let asked = |site: &Site| {
        options.layer.is_none_or(|layer| layer == site.layer)
            && options.direction.is_none_or(|way| way == site.direction)
    };
    let chosen: Vec<Option<Site>> = sites.iter().copied().filter(asked).map(Some).collect();
    if !chosen.is_empty() {
        return Ok(chosen);
    }
    let layer = options.layer.map(|layer| format!(" --layer {layer}"));
    let way = options
        .direction
        .map(|way| format!(" --direction {}", way.name()));
    let known: Vec<String> = sites.iter().map(Site::to_string).collect();
    Err(Error::mend(format!(
        "there is no{}{}; there are {}",
        layer.unwrap_or_default(),
        way.unwrap_or_default(),
        known.join(", ")
    )))
}

/// The horizon of a network, or of one cell of it, over a reading whose rows are of one length.
///
/// # Panics
///
/// If the network has [no horizon](subjects).
pub(super) fn of(
    net: &Net,
    reading: &Reading,
    lag: usize,
    site: Option<Site>,
    device: &Device,
) -> Horizon {
    let x = reading.sequence(net, device).into_data();
    let lag = lag.min(x.dims()[1]);
    let differentiated = net.clone().fork(&device.clone().autodiff());
    let loss = |y| reading.loss(&differentiated, y);
    let recurrent = net.body().stack().expect("a stack");
    let horizon = recurrent.horizon(x, None, lag, site.unwrap_or_default(), loss);
    match site {
        Some(site) if !recurrent.is_bidirectional() => horizon.only(site),
        _ => horizon,
    }
}

/// How the names of recurrent matrices end.
const RECURRENT: &str = "hidden.weight";

/// What is left by each state, relative to the norm over all of them at lag 1.
pub(super) fn by_state(horizon: &Horizon) -> Vec<StateHorizon> {
    let first = horizon.norms.first().cloned().unwrap_or_default();
    let states = horizon.states.iter().zip(&horizon.by_state);
    states
        .map(|(name, lags)| {
            let one = Horizon {
                states: Vec::new(),
                norms: std::iter::once(first.clone())
                    .chain(lags.iter().cloned())
                    .collect(),
                by_state: Vec::new(),
            };
            StateHorizon {
                name: name.clone(),
                ln_left: one.relative().split_off(1),
            }
        })
        .collect()
}

/// The same network with its recurrent weights, `U`, times a factor; none where it has no such weights.
fn with_gain(net: &Net, gain: f64) -> Result<Option<Net>> {
    if gain == 1.0 {
        return Ok(Some(net.clone()));
    }
    let named = named_tensors(net);
    let is_recurrent = |name: &str| name.starts_with("recurrent.") && name.ends_with(RECURRENT);
    if !named.iter().any(|(name, _)| is_recurrent(name)) {
        return Ok(None);
    }
    let scaled = |(name, data): (String, TensorData)| match is_recurrent(&name) {
        false => (name, data),
        true => {
            let shape = data.shape().to_vec();
            let values: Vec<f32> = data.iter::<f32>().map(|v| v * gain as f32).collect();
            (name, TensorData::new(values, shape))
        }
    };
    let weights = named.into_iter().map(scaled).collect();
    let net = load_named(net.clone(), &weights).map_err(|e| Error::fault(e.to_string()))?;
    Ok(Some(net))
}
