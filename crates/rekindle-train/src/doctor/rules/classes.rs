//! Classes that a classifier never finds.

use crate::{
    data::message::listed,
    doctor::{
        checkup::Checkup,
        finding::{Finding, Rule},
    },
};

pub(crate) const RULE: Rule = Rule {
    name: "classes that are never found",
    check,
};

fn check(checkup: &Checkup) -> Option<Finding> {
    let lost = checkup
        .by_class
        .iter()
        .filter(|class| class.rows > 0 && class.f1 == Some(0.0));
    let names: Vec<String> = lost.clone().map(|class| class.class.clone()).collect();
    if names.is_empty() {
        return None;
    }
    let rows: usize = lost.map(|class| class.rows).sum();
    let all: usize = checkup.by_class.iter().map(|class| class.rows).sum();
    Rule::finds(
        RULE.name,
        format!(
            "on the test part F1 is 0 for {}, of which {rows} of {all} rows are",
            listed(&names)
        ),
        "figures over all rows hide a class that has few of them",
        "task.class_weights = \"balanced\", more rows of these classes, longer training",
    )
}
