//! Units that say the same whatever is read.

use crate::doctor::{
    checkup::Checkup,
    finding::{Finding, Rule, percent},
};

pub(crate) const RULE: Rule = Rule {
    name: "dead units",
    check,
};

const MOST: f64 = 0.2;

fn check(checkup: &Checkup) -> Option<Finding> {
    let states = &checkup.net.as_ref()?.states;
    let worst = states.iter().max_by(|a, b| a.dead.total_cmp(&b.dead))?;
    if worst.dead < MOST {
        return None;
    }
    Rule::finds(
        RULE.name,
        format!(
            "{} of the units of state {} have the same value at every step of every sequence",
            percent(worst.dead),
            worst.name
        ),
        "they carry nothing, and no gradient may ever wake them",
        "another activation than relu, a smaller train.learning_rate, or a smaller d_hidden",
    )
}
