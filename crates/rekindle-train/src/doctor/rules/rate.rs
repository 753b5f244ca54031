//! A learning rate that is too high or too low, by what the loss does.

use crate::doctor::{
    checkup::Checkup,
    finding::{Finding, Rule, percent},
};

/// The intervals without which nothing can be said of the course of the loss.
const INTERVALS: usize = 8;

pub(crate) const HIGH: Rule = Rule {
    name: "learning rate too high",
    check: high,
};

pub(crate) const LOW: Rule = Rule {
    name: "learning rate too low",
    check: low,
};

/// The parts of a run whose losses are compared, at most: what is reported often is noisy.
const PARTS: usize = 20;

/// How far above that of the fresh network the loss of an update may rise, beyond what batches differ by.
const THROWN: f64 = 2.0;

fn high(checkup: &Checkup) -> Option<Finding> {
    lost(checkup).or_else(|| thrown(checkup))
}

/// A fresh network knows nothing: what does far worse was thrown there by a step.
fn thrown(checkup: &Checkup) -> Option<Finding> {
    let first = checkup.log.first?;
    let highest = checkup.log.highest.iter().copied().fold(0.0, f64::max);
    let is_thrown = highest > THROWN * noise(checkup)? * first;
    if !is_thrown {
        return None;
    }
    Rule::finds(
        HIGH.name,
        format!(
            "the loss of an update rose to {highest:.4}, {:.1} times the {first:.4} of the fresh network",
            highest / first
        ),
        "the steps are so large that they throw the weights far beyond where they should come to rest",
        smaller(checkup),
    )
}

/// By what factor the loss of one batch may differ from the mean: the median over the parts of the second
/// half, in which the network changes least.
fn noise(checkup: &Checkup) -> Option<f64> {
    let most = |part: &[f64]| part.iter().copied().fold(0.0, f64::max);
    let highest = parts(&checkup.log.highest).map(most);
    let factors = highest.zip(parts(&checkup.log.losses).map(mean));
    let factors: Vec<f64> = factors.map(|(highest, mean)| highest / mean).collect();
    let mut half = factors[factors.len() / 2..].to_vec();
    half.sort_by(f64::total_cmp);
    half.get(half.len() / 2).copied()
}

/// A run in parts of so many intervals each.
fn parts(intervals: &[f64]) -> std::slice::Chunks<'_, f64> {
    intervals.chunks(intervals.len().div_ceil(PARTS).max(1))
}

fn mean(part: &[f64]) -> f64 {
    part.iter().sum::<f64>() / part.len() as f64
}

/// What was reached should be kept, and the second half of a run should stay below where it began.
fn lost(checkup: &Checkup) -> Option<Finding> {
    let losses: Vec<f64> = parts(&checkup.log.losses).map(mean).collect();
    if losses.len() < INTERVALS {
        return None;
    }
    let first = losses[0];
    let half = &losses[losses.len() / 2..];
    let above = half.iter().filter(|&&l| l > first).count() as f64 / half.len() as f64;
    let (at, best) = losses
        .iter()
        .enumerate()
        .min_by(|a, b| a.1.total_cmp(b.1))?;
    let since = &losses[at + 1..];
    // Losses of next to nothing differ by large factors, and are no reason for alarm.
    let lost =
        since.len() >= losses.len() / 4 && mean(since) > 3.0 * best && mean(since) > 0.1 * first;
    if above < 0.25 && !lost {
        return None;
    }
    Rule::finds(
        HIGH.name,
        format!(
            "the loss was {first:.4} at first, {best:.4} at best, and {:.4} in the mean of the second half; {} of \
             it lies above the first",
            mean(half),
            percent(above)
        ),
        "the steps are so large that what was learned is lost again",
        smaller(checkup),
    )
}

/// What to try where steps are too large.
pub(super) fn smaller(checkup: &Checkup) -> String {
    let rate = checkup.experiment.train.learning_rate;
    format!(
        "train.learning_rate = {:.1e} in place of {rate:.1e}, train.warmup, or a schedule that falls",
        rate / 10.0
    )
}

/// A loss that falls at every interval and has got nowhere.
fn low(checkup: &Checkup) -> Option<Finding> {
    let losses = &checkup.log.losses;
    if losses.len() < INTERVALS {
        return None;
    }
    let moved = checkup.log.updates.iter().copied().fold(0.0, f64::max);
    let quarter = losses.len() / 4;
    let (first, last) = (
        mean(&losses[..quarter]),
        mean(&losses[losses.len() - quarter..]),
    );
    let gained = (first - last) / first.abs().max(f64::MIN_POSITIVE);
    let small = !checkup.log.updates.is_empty() && moved < 2e-5;
    if !small || gained > 0.1 {
        return None;
    }
    let rate = checkup.experiment.train.learning_rate;
    Rule::finds(
        LOW.name,
        format!(
            "the loss went from {first:.4} to {last:.4}, and no update moved the weights by more than {moved:.1e} \
             of their norm"
        ),
        "the steps are so small that nothing is learned in this time",
        format!(
            "train.learning_rate = {:.1e} in place of {rate:.1e}",
            rate * 100.0
        ),
    )
}
