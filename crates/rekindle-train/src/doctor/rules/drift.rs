//! A state that grows the longer the network reads.

use crate::doctor::{
    checkup::Checkup,
    finding::{Finding, Rule},
};

pub(crate) const RULE: Rule = Rule {
    name: "state drift",
    check,
};

/// Between a quarter and the end of a long reading.
const MOST: f64 = 2.5;

fn check(checkup: &Checkup) -> Option<Finding> {
    let net = checkup.net.as_ref()?;
    if !net.is_endless {
        return None;
    }
    let state = net
        .states
        .iter()
        .max_by(|a, b| a.growth.total_cmp(&b.growth))?;
    if state.growth < MOST {
        return None;
    }
    Rule::finds(
        RULE.name,
        format!(
            "state {} is {:.1} times as large at the end of {} steps as after a quarter of them",
            state.name, state.growth, net.steps
        ),
        "nothing takes away what is added to the state; in long texts it leaves the range it was trained in",
        "a cell with a forget gate, train.weight_decay, or model.zoneout",
    )
}
