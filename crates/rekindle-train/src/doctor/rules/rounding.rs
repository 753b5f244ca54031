//! A gradient that is small beside what rounding does to it.

use crate::doctor::{
    checkup::Checkup,
    finding::{Finding, Rule, percent},
};

pub(crate) const RULE: Rule = Rule {
    name: "rounded gradient",
    check,
};

/// The share of the gradient from which on an update points elsewhere: by 27 degrees and more.
const MOST: f64 = 0.5;

fn check(checkup: &Checkup) -> Option<Finding> {
    let share = checkup.net.as_ref()?.rounding?;
    // A share that is no number is found as well.
    if share <= MOST {
        return None;
    }
    Rule::finds(
        RULE.name,
        format!(
            "the gradient is off by {} of its size from that with products of f32",
            percent(share)
        ),
        "it is too small beside its terms for the 8 bits of bf16: what is left of it is rounding, which no later update learns from",
        "model.engine.precision = \"f32\", from the start or from these weights: rekindle train CONFIG --from RUN",
    )
}
