//! Batches that are mostly padding.

use crate::doctor::{
    checkup::Checkup,
    finding::{Finding, Rule, percent},
};

pub(crate) const RULE: Rule = Rule {
    name: "padding",
    check,
};

const MOST: f64 = 0.6;

/// What to try with any data.
const EVEN: &str = "a smaller train.batch, or data of more even length";

fn check(checkup: &Checkup) -> Option<Finding> {
    let share = checkup.padding?;
    if share < MOST {
        return None;
    }
    Rule::finds(
        RULE.name,
        format!(
            "{} of the steps of a training batch are padding",
            percent(share)
        ),
        "sequences of very different lengths stand in one batch, whose memory and embedding are spent on nothing",
        match checkup.experiment.task.shorter() {
            Some(key) => format!("{key}, {EVEN}"),
            None => EVEN.into(),
        },
    )
}
