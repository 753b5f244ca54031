//! How far updates move the weights, relative to the weights themselves.

use super::gradient::tighter_clip;
use crate::doctor::{
    checkup::Checkup,
    finding::{Finding, Rule},
};

pub(crate) const RULE: Rule = Rule {
    name: "update-to-weight ratio",
    check,
};

/// A thousandth is usual. Beyond a tenth, weights are replaced and not corrected.
const MOST: f64 = 0.1;

/// The intervals that must be so, and their share: the first steps of a run may be long.
const LEAST: usize = 3;

fn check(checkup: &Checkup) -> Option<Finding> {
    let ratios = &checkup.log.updates;
    let long: Vec<f64> = ratios.iter().copied().filter(|&r| r > MOST).collect();
    if long.len() < LEAST || 4 * long.len() < ratios.len() {
        return None;
    }
    let mean = long.iter().sum::<f64>() / long.len() as f64;
    Rule::finds(
        RULE.name,
        format!(
            "at the end of {} of {} intervals an update moved the weights by more than a tenth of their norm, {mean:.2} in the mean",
            long.len(),
            ratios.len()
        ),
        "about a thousandth is usual; so large a step replaces the weights rather than corrects them",
        format!(
            "a smaller train.learning_rate, train.warmup, or {}",
            tighter_clip(checkup.experiment.train.clip)
        ),
    )
}
