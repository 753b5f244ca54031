//! Which weights a run keeps, and why.

use crate::{
    metric::{Evaluation, Metric, digits, number},
    run::result::Kept,
};
use serde::{Deserialize, Serialize};

/// The evaluations of a run on its validation part, and the best of them.
///
/// The better figure wins; of equal figures the lower loss; of equal losses the later step. An accuracy has few
/// values, so that many evaluations share the best, and what was learned between them shows in the loss alone.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub(crate) struct Evaluations {
    /// How many there were.
    count: u64,
    /// Those since the figure last became better, which is what patience counts.
    since: u64,
    /// Those since the figure last became better or the step size last decayed.
    #[serde(default)]
    still: u64,
    /// How often the step size has decayed, for want of a better figure.
    #[serde(default)]
    plateaus: u32,
    best: Option<Best>,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
struct Best {
    step: u64,
    metric: Metric,
    #[serde(with = "number")]
    loss: f64,
    /// The evaluations with this figure.
    equals: u64,
}

impl Evaluations {
    /// Takes one in; says whether its weights are to be kept.
    pub(crate) fn add(&mut self, step: u64, valid: &Evaluation) -> bool {
        let Some(metric) = valid.metrics.first() else {
            return false;
        };
        self.count += 1;
        self.since += 1;
        self.still += 1;
        let mut equals = 1;
        if let Some(best) = &mut self.best {
            let order = metric.merit(best.metric.value);
            if order.is_eq() {
                best.equals += 1;
                equals = best.equals;
            }
            let loss = Metric::lower("loss", valid.loss).merit(best.loss);
            if order.then(loss).is_lt() {
                return false;
            }
        }
        if equals == 1 {
            self.since = 0;
            self.still = 0;
        }
        self.best = Some(Best {
            step,
            metric: metric.clone(),
            loss: valid.loss,
            equals,
        });
        true
    }

    /// Whether a plateau ends with the last evaluation: as many in a row brought no better figure.
    pub(crate) fn reach_plateau(&mut self, patience: u64) -> bool {
        let reached = self.still >= patience;
        if reached {
            self.still = 0;
            self.plateaus += 1;
        }
        reached
    }

    /// How many plateaus there were.
    pub(crate) fn plateaus(&self) -> u32 {
        self.plateaus
    }

    /// Whether as many evaluations in a row brought no better figure as one has patience for; 0 for any number.
    pub(crate) fn exhaust(&self, patience: u64) -> bool {
        patience > 0 && self.since >= patience
    }

    /// Lets patience and plateaus begin anew, for a run that is made longer.
    pub(crate) fn renew_patience(&mut self) {
        self.since = 0;
        self.still = 0;
    }

    /// What is kept of a run of so many updates: its last weights, where nothing was evaluated.
    pub(crate) fn kept(&self, steps: u64) -> Kept {
        let Some(best) = &self.best else {
            return Kept {
                step: steps,
                why: "the last, as there is no validation part".into(),
            };
        };
        let (name, value) = (&best.metric.name, best.metric.digits());
        let mut why = match self.count {
            1 => format!("the only ones evaluated, with a validation {name} of {value}"),
            count => format!("the best validation {name} of {count} evaluations, {value}"),
        };
        if best.equals > 1 {
            let loss = digits(best.loss);
            why.push_str(&format!(
                "; of the {} with it the latest of the lowest loss, {loss}",
                best.equals
            ));
        }
        Kept {
            step: best.step,
            why,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn after(evaluations: &[(f64, f64)]) -> (Evaluations, Kept) {
        let mut all = Evaluations::default();
        for (i, &(accuracy, loss)) in evaluations.iter().enumerate() {
            let metrics = vec![Metric::higher("accuracy", accuracy)];
            all.add(10 * (i as u64 + 1), &Evaluation { metrics, loss });
        }
        let kept = all.kept(1000);
        (all, kept)
    }

    #[test]
    fn the_best_figure_wins_then_the_lower_loss_then_the_later_step() {
        const NAN: f64 = f64::NAN;
        for (evaluations, step) in [
            (&[(0.5, 1.0), (0.7, 2.0), (0.6, 0.1)][..], 20),
            (&[(0.5, 0.9), (0.5, 0.7), (0.5, 0.8)], 20),
            (&[(0.5, 0.7), (0.5, 0.7), (0.4, 0.1)], 20),
            (&[(NAN, NAN), (0.0, 9.0)], 20),
            (&[(0.5, NAN), (0.5, 9.0)], 20),
            (&[(0.5, 9.0), (NAN, 0.0), (0.5, NAN)], 10),
            (&[(NAN, NAN), (NAN, NAN)], 20),
            (&[], 1000),
        ] {
            assert_eq!(after(evaluations).1.step, step, "{evaluations:?}");
        }
    }

    #[test]
    fn patience_counts_evaluations_without_a_better_figure() {
        let (all, _) = after(&[(0.5, 0.9), (0.7, 0.8), (0.7, 0.7), (0.7, 0.6)]);
        assert!(all.exhaust(2) && !all.exhaust(3) && !all.exhaust(0));
        let (all, _) = after(&[(f64::NAN, 0.9), (0.7, 0.8)]);
        assert!(!all.exhaust(1));
    }

    #[test]
    fn a_plateau_is_so_many_evaluations_without_a_better_figure_since_the_last() {
        let mut all = Evaluations::default();
        let mut at = Vec::new();
        for (i, accuracy) in [0.5, 0.7, 0.7, 0.6, 0.7, 0.7, 0.8, 0.8]
            .into_iter()
            .enumerate()
        {
            let metrics = vec![Metric::higher("accuracy", accuracy)];
            all.add(i as u64, &Evaluation { metrics, loss: 1.0 });
            if all.reach_plateau(2) {
                at.push(i);
            }
        }
        assert_eq!((at, all.plateaus()), (vec![3, 5], 2));
    }

    #[test]
    fn what_was_kept_is_said_with_its_reason() {
        let said = |evaluations| after(evaluations).1.to_string();
        assert_eq!(
            said(&[(0.5, 0.9), (0.7, 0.8), (0.7, 0.6), (0.7, 0.7)]),
            "the weights of step 30: the best validation accuracy of 4 evaluations, 0.7000; \
             of the 3 with it the latest of the lowest loss, 0.6000"
        );
        assert_eq!(
            said(&[(0.5, 0.9), (0.7, 0.8)]),
            "the weights of step 20: the best validation accuracy of 2 evaluations, 0.7000"
        );
        assert_eq!(
            said(&[]),
            "the weights of step 1000: the last, as there is no validation part"
        );
    }
}
