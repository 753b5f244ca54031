//! A learning rate that is too high or too low, by what the loss does.

use crate::inside::doctor::{Checkup, Finding, Rule, percent};

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

/// What was reached should be kept, and the second half of a run should stay below where it began.
fn high(checkup: &Checkup) -> Option<Finding> {
    let losses = &checkup.log.losses;
    if losses.len() < INTERVALS {
        return None;
    }
    let mean = |part: &[f64]| part.iter().sum::<f64>() / part.len() as f64;
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
    let rate = checkup.experiment.train.learning_rate;
    Rule::finds(
        HIGH.name,
        format!(
            "the loss was {first:.4} at first, {best:.4} at best, and {:.4} in the mean of the second half; {} of \
             its intervals lie above the first",
            mean(half),
            percent(above)
        ),
        "the steps are so large that what was learned is lost again",
        format!(
            "train.learning_rate = {:.1e} in place of {rate:.1e}, train.warmup, or a schedule that falls",
            rate / 5.0
        ),
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
    let mean = |part: &[f64]| part.iter().sum::<f64>() / part.len() as f64;
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
