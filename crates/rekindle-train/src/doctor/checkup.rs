//! The figures that rules judge.

use crate::{
    config::experiment::Experiment,
    metric::{Baselines, Metric},
    run::log::Log,
    tasks::classify::by_class::ClassFigures,
};
use rekindle::{Horizon, Site};

/// The figures of a run; those that have not been taken are empty.
#[derive(Clone, Debug)]
pub struct Checkup {
    /// What the run is of.
    pub experiment: Experiment,
    /// What it wrote down.
    pub log: Log,
    /// The figures on the training part.
    pub train: Vec<Metric>,
    /// The figures on the validation part; none where there is no such part.
    pub valid: Vec<Metric>,
    /// The figures on the test part; none where there is no such part.
    pub test: Vec<Metric>,
    /// The figures of each class on the test part, where there are some and not too many for a table.
    pub by_class: Vec<ClassFigures>,
    /// Those of predictors that learn nothing, on the test part.
    pub baselines: Baselines,
    /// What the network does while it reads.
    pub net: Option<NetFigures>,
    /// The share of padding in a training batch.
    pub padding: Option<f64>,
    /// How the state is carried, of a task that carries it.
    pub reset: Option<ResetFigures>,
}

/// What a network does while it reads sequences of the validation part, or of the first that there is.
#[derive(Clone, Debug)]
pub struct NetFigures {
    /// How far back it learns: one horizon of a stack that reads forward, and one of each layer and direction,
    /// from the lowest layer, of a stack that reads in both.
    pub horizons: Vec<(Option<Site>, Horizon)>,
    /// The norm of the gradient of each layer's weights, from the lowest.
    pub layer_gradients: Vec<f64>,
    /// How far the gradient is from that without rounding, as a share of its norm, where products are rounded to bf16.
    pub rounding: Option<f64>,
    /// Its gates and candidates.
    pub gates: Vec<GateFigures>,
    /// Its states.
    pub states: Vec<StateFigures>,
    /// The steps that were read.
    pub steps: usize,
    /// Whether a step of it reads a state at all.
    pub is_recurrent: bool,
    /// Whether it will read sequences without an end.
    pub is_endless: bool,
}

/// A gate or a candidate.
#[derive(Clone, Debug, PartialEq)]
pub struct GateFigures {
    /// Its name: `0.forward.f`.
    pub name: String,
    /// The share of its values within a hundredth of its limits.
    pub saturated: f64,
}

/// A state.
#[derive(Clone, Debug, PartialEq)]
pub struct StateFigures {
    /// Its name: `0.forward.h`.
    pub name: String,
    /// The share of its units that have the same value at every step of every sequence.
    pub dead: f64,
    /// How much larger it is at the end of the sequences than after a quarter of their steps.
    pub growth: f64,
}

/// How a state is carried from window to window.
#[derive(Clone, Debug, PartialEq)]
pub struct ResetFigures {
    /// The windows of a row of the training text.
    pub windows: u64,
    /// The loss on the part looked at with the state carried on.
    pub carried: Option<f64>,
    /// The same with a fresh state for every window.
    pub fresh: Option<f64>,
}

impl Checkup {
    /// A run in training, of which the log is known.
    pub(crate) fn of_log(experiment: &Experiment, log: &Log) -> Checkup {
        Checkup {
            experiment: experiment.clone(),
            log: log.clone(),
            train: Vec::new(),
            valid: Vec::new(),
            test: Vec::new(),
            by_class: Vec::new(),
            baselines: Vec::new(),
            net: None,
            padding: None,
            reset: None,
        }
    }

    /// Whether the network is hardly better than a predictor that learns nothing.
    pub(super) fn is_useless(&self) -> bool {
        let Some(found) = self.test.first() else {
            return false;
        };
        let same = self.baselines.iter().filter(|(_, m)| m.name == found.name);
        let mut same = same.filter(|(name, _)| !name.starts_with("gzip"));
        same.any(|(_, baseline)| match found.higher_is_better {
            _ if found.value.is_nan() => true,
            true => found.value < baseline.value + 0.1 * (1.0 - baseline.value),
            false => found.value > 0.9 * baseline.value,
        })
    }
}
