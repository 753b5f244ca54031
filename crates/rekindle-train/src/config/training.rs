//! How a network is trained: the table `[train]`.

use rekindle::{Invalid, positive, rate};
use serde::{Deserialize, Serialize};

/// How a network is trained.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct TrainConfig {
    /// The number of updates.
    pub steps: u64,
    /// The number of passes over the training data, in place of `steps`; a config that gives both is refused.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub epochs: Option<u64>,
    /// The sequences of one update.
    pub batch: usize,
    /// The optimizer.
    pub optimizer: Optimizer,
    /// The step size, at its highest.
    pub learning_rate: f64,
    /// How the step size changes.
    pub schedule: Schedule,
    /// The updates over which the step size rises from 0.
    pub warmup: u64,
    /// The decay of the weights: with every optimizer they shrink by this share of the step size before each update
    /// (decoupled, as in AdamW).
    pub weight_decay: f64,
    /// The norm that the gradient of all parameters together is clipped to; 0 for none.
    pub clip: f64,
    /// The updates between two lines of progress.
    pub report_every: u64,
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
            optimizer: Optimizer::Adam,
            learning_rate: 1e-3,
            schedule: Schedule::Constant,
            warmup: 0,
            weight_decay: 0.0,
            clip: 1.0,
            report_every: 50,
            evaluate_every: 0,
            checkpoint_every: 0,
            keep: 2,
            patience: 0,
        }
    }
}

/// The optimizers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Optimizer {
    /// Adam (Kingma & Ba 2015), with decoupled weight decay (Loshchilov & Hutter 2019).
    Adam,
    /// Stochastic gradient descent with momentum 0.9.
    Sgd,
    /// RMSprop.
    Rmsprop,
}

impl Optimizer {
    /// How many numbers there are for a weight: itself, its gradient, and what is remembered of it.
    pub(super) fn copies(self) -> f64 {
        match self {
            Optimizer::Adam => 4.0,
            Optimizer::Sgd | Optimizer::Rmsprop => 3.0,
        }
    }
}

/// How the step size changes over the training.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Schedule {
    /// Not at all.
    Constant,
    /// Down to 0 along a line.
    Linear,
    /// Down to 0 along half a cosine (Loshchilov & Hutter 2017).
    Cosine,
}

impl TrainConfig {
    /// The step size of an update.
    pub fn rate_at(&self, step: u64) -> f64 {
        let progress = step as f64 / self.steps as f64;
        let shape = match self.schedule {
            Schedule::Constant => 1.0,
            Schedule::Linear => 1.0 - progress,
            Schedule::Cosine => 0.5 * (1.0 + (std::f64::consts::PI * progress).cos()),
        };
        let rise = ((step + 1) as f64 / self.warmup.max(1) as f64).min(1.0);
        self.learning_rate * shape * rise
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
        positive("batch", self.batch)?;
        positive("keep", self.keep)?;
        number(
            "learning_rate",
            self.learning_rate,
            f64::MIN_POSITIVE,
            "more than 0",
        )?;
        number("clip", self.clip, 0.0, "0 (no clipping) or more")?;
        rate("weight_decay", self.weight_decay)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_step_size_rises_and_falls() {
        let train = TrainConfig {
            steps: 100,
            warmup: 10,
            schedule: Schedule::Cosine,
            learning_rate: 1.0,
            ..TrainConfig::default()
        };
        assert!((train.rate_at(0) - 0.1).abs() < 1e-12);
        assert!((train.rate_at(50) - 0.5).abs() < 1e-12);
        assert!(train.rate_at(99) < 1e-3);
    }
}
