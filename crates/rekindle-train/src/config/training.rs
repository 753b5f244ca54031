//! How a network is trained: the table `[train]`.

use crate::tasks::task::UpdateRows;
use rekindle::{Invalid, positive, rate};
use serde::{Deserialize, Serialize};

/// The usual [`TrainConfig::decay`].
pub(super) const DECAY: f64 = 0.1;

/// The usual [`TrainConfig::decay_patience`].
pub(super) const DECAY_PATIENCE: u64 = 2;

/// The usual [`TrainConfig::average_decay`].
pub(super) const AVERAGE_DECAY: f64 = 0.999;

/// The usual [`TrainConfig::average_patience`]: the paper's.
pub(super) const AVERAGE_PATIENCE: u64 = 5;

/// The usual [`TrainConfig::momentum`].
const MOMENTUM: f64 = 0.9;

/// How a network is trained.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct TrainConfig {
    /// The number of updates.
    pub steps: u64,
    /// The number of passes over the training data, in place of `steps`; a config that gives both is refused.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub epochs: Option<u64>,
    /// The sequences that go through the network at once.
    pub batch: usize,
    /// The batches of one update, whose gradient is that of one batch as large as all of them.
    pub accumulate: usize,
    /// The optimizer.
    pub optimizer: Optimizer,
    /// The momentum of `sgd`: 0.9, where there is none here; 0 for none.
    pub momentum: Option<f64>,
    /// The step size, at its highest.
    pub learning_rate: f64,
    /// How the step size changes.
    pub schedule: Schedule,
    /// The updates over which the step size rises from 0.
    pub warmup: u64,
    /// What the schedules `step` and `plateau` multiply the step size by.
    pub decay: f64,
    /// With the schedule `step`, the updates between two decays; 0 for a third of all.
    pub decay_every: u64,
    /// With the schedule `plateau`, the evaluations in a row without a better figure after which the step size decays.
    pub decay_patience: u64,
    /// The decay of the weights: with every optimizer they shrink by this share of the step size before each update
    /// (decoupled, as in AdamW). 0.01 with `adamw`, and 0 with the others.
    pub weight_decay: Option<f64>,
    /// Whether a running average of the weights is evaluated and kept, in place of the weights themselves.
    pub average: Average,
    /// The share of the average that stays at an update.
    pub average_decay: f64,
    /// With `triggered`: averaging begins at the first evaluation whose loss is above the lowest of those that lie this many or
    /// more evaluations behind.
    pub average_patience: u64,
    /// The updates whose rows are put in the order of their lengths together, so that rows of similar length go through the network
    /// at once; 0 for rows in any order.
    pub bucketing: usize,
    /// The share of what is wanted of classes and symbols, in training, that is every one alike; 0 for none.
    pub label_smoothing: f64,
    /// The norm that the gradient of all parameters together is clipped to; 0 for none.
    pub clip: f64,
    /// The parts of the network that are not trained: `front`, `layers.0`, `head`, or what stands below one.
    pub frozen: Vec<String>,
    /// The updates between two lines of progress.
    pub report_every: u64,
    /// The forms in which the metrics are written beside `metrics.jsonl`.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub metrics: Vec<MetricsForm>,
    /// The updates between two evaluations on the validation data; 0 for a tenth of all, and where there is no such
    /// data.
    pub evaluate_every: u64,
    /// The updates between two checkpoints; 0 for as often as evaluations.
    pub checkpoint_every: u64,
    /// The checkpoints that are kept.
    pub keep: usize,
    /// The evaluations in a row without a better figure after which training stops; 0 for never. The figure is the
    /// first of the task's; a lower loss at the same figure is no improvement, though its weights are kept.
    pub patience: u64,
}

impl Default for TrainConfig {
    fn default() -> Self {
        TrainConfig {
            steps: 1000,
            epochs: None,
            batch: 32,
            accumulate: 1,
            optimizer: Optimizer::Adam,
            momentum: None,
            learning_rate: 1e-3,
            schedule: Schedule::Constant,
            warmup: 0,
            decay: DECAY,
            decay_every: 0,
            decay_patience: DECAY_PATIENCE,
            weight_decay: None,
            average: Average::None,
            average_decay: AVERAGE_DECAY,
            average_patience: AVERAGE_PATIENCE,
            bucketing: 0,
            label_smoothing: 0.0,
            clip: 1.0,
            frozen: Vec::new(),
            report_every: 50,
            metrics: Vec::new(),
            evaluate_every: 0,
            checkpoint_every: 0,
            keep: 2,
            patience: 0,
        }
    }
}

/// A form of the metrics beside `metrics.jsonl`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum MetricsForm {
    /// A table, `metrics.csv`.
    Csv,
    /// What TensorBoard reads, in `tensorboard`.
    Tensorboard,
}

/// The optimizers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Optimizer {
    /// Adam (Kingma & Ba 2015).
    Adam,
    /// Adam by the name that it has with decoupled weight decay (Loshchilov & Hutter 2019), of 0.01 unless another is given.
    AdamW,
    /// Stochastic gradient descent with momentum 0.9.
    Sgd,
    /// RMSprop.
    Rmsprop,
    /// AdaGrad (Duchi et al. 2011).
    Adagrad,
    /// Adafactor (Shazeer & Stern 2018), with the step size that is given: of a matrix it remembers rows and columns only.
    Adafactor,
    /// Adan (Xie et al. 2022).
    Adan,
    /// LAMB (You et al. 2019): Adam's step, as long as a share of the weights.
    Lamb,
    /// Lion (Chen et al. 2023): the sign of the momentum.
    Lion,
    /// Muon (Jordan 2024) for the matrices of the recurrent layers, as long as AdamW's steps (Liu et al. 2025); AdamW for all else.
    Muon,
}

impl Optimizer {
    /// How many numbers there are for a weight at least: itself, its gradient, and what is remembered of it.
    fn copies(self) -> f64 {
        match self {
            Optimizer::Adafactor => 2.0,
            Optimizer::Sgd
            | Optimizer::Rmsprop
            | Optimizer::Adagrad
            | Optimizer::Lion
            | Optimizer::Muon => 3.0,
            Optimizer::Adam | Optimizer::AdamW | Optimizer::Lamb => 4.0,
            Optimizer::Adan => 6.0,
        }
    }

    /// The usual decay of the weights.
    fn weight_decay(self) -> f64 {
        match self {
            Optimizer::AdamW => 0.01,
            _ => 0.0,
        }
    }
}

/// How the step size changes over the training.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Schedule {
    /// Not at all.
    Constant,
    /// Down to 0 along a line.
    Linear,
    /// Down to 0 along half a cosine (Loshchilov & Hutter 2017).
    Cosine,
    /// Up from a 25th of the highest over three tenths of the updates, and down to a 10,000th of that beginning over the
    /// others, both along half a cosine (Smith & Topin 2019, as PyTorch has it).
    OneCycle,
    /// By the factor `decay` every `decay_every` updates.
    Step,
    /// By the factor `decay` where the validation figure has not become better for `decay_patience` evaluations.
    Plateau,
}

impl Schedule {
    /// Its name in a config.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Schedule::Constant => "constant",
            Schedule::Linear => "linear",
            Schedule::Cosine => "cosine",
            Schedule::OneCycle => "one_cycle",
            Schedule::Step => "step",
            Schedule::Plateau => "plateau",
        }
    }

    /// Whether it comes to its end with the last update, so that its step sizes depend on the number of all.
    pub(crate) fn ends(self) -> bool {
        matches!(
            self,
            Schedule::Linear | Schedule::Cosine | Schedule::OneCycle
        )
    }
}

/// Which weights are evaluated and kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Average {
    /// The weights themselves.
    None,
    /// Their exponential moving average (Polyak & Juditsky 1992), which forgets the first updates faster.
    Ema,
    /// The mean of all weights since validation no longer became better: NT-ASGD (Merity et al. 2017).
    Triggered,
}

/// The share of the updates of one cycle in which the step size rises, what part of the highest it begins with, and what
/// part of that it ends with.
const ONE_CYCLE: [f64; 3] = [0.3, 25.0, 1e4];

/// The step size of one cycle, by the highest.
fn one_cycle(step: f64, steps: f64) -> f64 {
    let [rise, beginning, end] = ONE_CYCLE;
    let top = (rise * steps - 1.0).max(0.0);
    let between = |from: f64, to: f64, progress: f64| {
        to + (from - to) / 2.0 * (1.0 + (std::f64::consts::PI * progress).cos())
    };
    match step < top {
        true => between(1.0 / beginning, 1.0, step / top),
        false => {
            let fall = (steps - 1.0 - top).max(f64::MIN_POSITIVE);
            between(1.0, 1.0 / beginning / end, (step - top) / fall)
        }
    }
}

impl TrainConfig {
    /// The sequences of one update.
    pub fn rows(&self) -> usize {
        self.update().all()
    }

    /// The same by their keys.
    pub(crate) fn update(&self) -> UpdateRows {
        UpdateRows {
            batch: self.batch,
            accumulate: self.accumulate,
        }
    }

    /// How many numbers there are for a weight.
    pub(super) fn copies(&self) -> f64 {
        let average = match self.average {
            Average::None => 0.0,
            Average::Ema | Average::Triggered => 1.0,
        };
        self.optimizer.copies() + average
    }

    /// The decay of the weights, with the usual one filled in.
    pub fn weight_decay(&self) -> f64 {
        self.weight_decay
            .unwrap_or_else(|| self.optimizer.weight_decay())
    }

    /// The momentum of `sgd`, with the usual one filled in.
    pub fn momentum(&self) -> f64 {
        self.momentum.unwrap_or(MOMENTUM)
    }

    /// The step size of an update, after so many plateaus.
    pub fn rate_at(&self, step: u64, plateaus: u32) -> f64 {
        let progress = step as f64 / self.steps as f64;
        let decayed = |times: u64| self.decay.powf(times as f64);
        let shape = match self.schedule {
            Schedule::Constant => 1.0,
            Schedule::Linear => 1.0 - progress,
            Schedule::Cosine => 0.5 * (1.0 + (std::f64::consts::PI * progress).cos()),
            Schedule::OneCycle => one_cycle(step as f64, self.steps as f64),
            Schedule::Step => decayed(step / self.decay_every.max(1)),
            Schedule::Plateau => decayed(plateaus.into()),
        };
        let rise = ((step + 1) as f64 / self.warmup.max(1) as f64).min(1.0);
        self.learning_rate * shape * rise
    }

    /// Fills in what follows from the number of updates, and from the choice of others.
    pub(super) fn settle(&mut self) {
        if self.schedule == Schedule::Step && self.decay_every == 0 {
            self.decay_every = self.steps.div_ceil(3);
        }
    }

    pub(super) fn validate(&self) -> Result<(), Invalid> {
        let count = |key, value: u64| match value {
            0 => Err(Invalid::new(key, value, "at least 1")),
            _ => Ok(()),
        };
        let number = |key, value: f64, lowest: f64, words: &str| match value.is_finite()
            && value >= lowest
        {
            true => Ok(()),
            false => Err(Invalid::new(key, value, words)),
        };
        count("steps", self.steps)?;
        // So that the updates of all passes are a number.
        if let Some(epochs) = self.epochs
            && !(1..=1 << 32).contains(&epochs)
        {
            return Err(Invalid::new("epochs", epochs, "from 1 to 4294967296"));
        }
        count("report_every", self.report_every)?;
        let mut forms = self.metrics.iter().enumerate();
        if forms.any(|(i, form)| self.metrics[..i].contains(form)) {
            let reason = "names a form twice; name it once";
            return Err(Invalid::because("metrics", reason));
        }
        positive("batch", self.batch)?;
        positive("accumulate", self.accumulate)?;
        count("decay_patience", self.decay_patience)?;
        positive("keep", self.keep)?;
        number(
            "learning_rate",
            self.learning_rate,
            f64::MIN_POSITIVE,
            "more than 0",
        )?;
        number("clip", self.clip, 0.0, "0 (no clipping) or more")?;
        rate("weight_decay", self.weight_decay())?;
        rate("momentum", self.momentum())?;
        rate("average_decay", self.average_decay)?;
        rate("label_smoothing", self.label_smoothing)?;
        count("average_patience", self.average_patience)?;
        match self.decay > 0.0 && self.decay < 1.0 {
            true => Ok(()),
            false => Err(Invalid::new("decay", self.decay, "between 0 and 1")),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The step sizes of some updates, of 1 at the highest.
    fn rates(schedule: Schedule, steps: u64, warmup: u64, at: &[u64]) -> Vec<f64> {
        let mut train = TrainConfig {
            steps,
            warmup,
            schedule,
            learning_rate: 1.0,
            ..TrainConfig::default()
        };
        train.settle();
        at.iter().map(|&step| train.rate_at(step, 0)).collect()
    }

    fn close(found: &[f64], right: &[f64]) {
        assert_eq!(found.len(), right.len());
        for (found, right) in found.iter().zip(right) {
            assert!((found - right).abs() < 1e-12, "{found} {right}");
        }
    }

    #[test]
    fn the_step_size_rises_and_falls() {
        let found = rates(Schedule::Cosine, 100, 10, &[0, 25, 50, 75]);
        let root = 0.5_f64.sqrt();
        let right = [0.1, (1.0 + root) / 2.0, 0.5, (1.0 - root) / 2.0];
        close(&found, &right);
        let found = rates(Schedule::Linear, 8, 0, &[0, 2, 7]);
        close(&found, &[1.0, 0.75, 0.125]);
        let found = rates(Schedule::Constant, 8, 4, &[0, 1, 3, 7]);
        close(&found, &[0.25, 0.5, 1.0, 1.0]);
    }

    #[test]
    fn a_step_is_taken_every_so_many_updates() {
        // A third of ten updates is four, rounded up.
        let found = rates(Schedule::Step, 10, 0, &[0, 3, 4, 7, 8, 9]);
        close(&found, &[1.0, 1.0, 0.1, 0.1, 0.01, 0.01]);
    }

    #[test]
    fn one_cycle_goes_up_and_down_along_cosines() {
        // Of 10 updates the third, number 0.3 * 10 - 1 = 2, has the highest rate, and 7 lead down to the end.
        let (least, end) = (1.0 / 25.0, 1.0 / 25.0 / 1e4);
        let half = (1.0 + least) / 2.0;
        let found = rates(Schedule::OneCycle, 10, 0, &[0, 1, 2, 9]);
        close(&found, &[least, half, 1.0, end]);
        let two = 0.5 * (1.0 + (std::f64::consts::PI * 2.0 / 7.0).cos());
        let found = rates(Schedule::OneCycle, 10, 0, &[4]);
        close(&found, &[end + (1.0 - end) * two]);
        close(&rates(Schedule::OneCycle, 1, 0, &[0]), &[1.0]);
    }

    #[test]
    fn each_plateau_decays_the_step_size() {
        let train = TrainConfig {
            schedule: Schedule::Plateau,
            learning_rate: 0.2,
            decay: 0.5,
            ..TrainConfig::default()
        };
        close(&[0, 1, 3].map(|n| train.rate_at(9, n)), &[0.2, 0.1, 0.025]);
    }
}
