//! Gates that are open or shut whatever is read.

use crate::doctor::{
    checkup::Checkup,
    finding::{Finding, Rule, percent},
};

pub(crate) const RULE: Rule = Rule {
    name: "saturated gates",
    check,
};

/// The share of a gate's values from which on it decides nothing.
const MOST: f64 = 0.9;

fn check(checkup: &Checkup) -> Option<Finding> {
    let gates = &checkup.net.as_ref()?.gates;
    let stuck: Vec<_> = gates.iter().filter(|g| g.saturated > MOST).collect();
    let worst = stuck
        .iter()
        .max_by(|a, b| a.saturated.total_cmp(&b.saturated))?;
    let others = match stuck.len() {
        1 => String::new(),
        n => format!(", and {} more like it", n - 1),
    };
    Rule::finds(
        RULE.name,
        format!(
            "{} of the values of {} lie within a hundredth of their limits{others}",
            percent(worst.saturated),
            worst.name
        ),
        "there the gate no longer depends on what is read, and no gradient reaches what it is computed from",
        "smaller biases at the start (forget_bias, begin), a smaller train.learning_rate, train.weight_decay; \
         scale inputs that are large",
    )
}
