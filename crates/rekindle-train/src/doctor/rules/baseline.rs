//! A network that is no better than a predictor that learns nothing.

use crate::doctor::{
    checkup::Checkup,
    finding::{Finding, Rule},
};

pub(crate) const RULE: Rule = Rule {
    name: "no better than a trivial predictor",
    check,
};

fn check(checkup: &Checkup) -> Option<Finding> {
    let found = checkup.test.first()?;
    let same = checkup
        .baselines
        .iter()
        .filter(|(_, m)| m.name == found.name);
    // The best of them that learns nothing; compression of the whole text is no predictor.
    let (name, baseline) = same
        .filter(|(name, _)| !name.starts_with("gzip"))
        .reduce(|a, b| if b.1.beats(a.1.value) { b } else { a })?;
    if found.beats(baseline.value) {
        return None;
    }
    Rule::finds(
        RULE.name,
        format!("on the test part: {found}; {name}: {baseline}"),
        "what the network has learned is worth nothing beside a guess that looks at no input",
        "train longer, another train.learning_rate, a wider model; check that the data holds what is asked of it",
    )
}
