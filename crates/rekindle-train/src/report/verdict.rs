//! What came of a run, in a few sentences: what was learned, what was kept, what ails it.

use super::record::Record;
use crate::{doctor::finding::Finding, metric::Metric};
use rekindle_view::Block;

/// The sentences at the top of a page.
pub(super) fn verdict(record: &Record, findings: &[Finding]) -> Vec<Block> {
    let result = &record.result;
    let ails = match findings {
        [] => "The doctor finds nothing that ails it.".to_owned(),
        [one] => format!("The doctor finds one thing: {}.", one.rule),
        several => {
            let rules: Vec<&str> = several.iter().map(|finding| finding.rule).collect();
            format!(
                "The doctor finds {} things: {}.",
                rules.len(),
                rules.join("; ")
            )
        }
    };
    let test = result.metrics.get("test").and_then(|all| all.first());
    let said = [
        test.map(|metric| learned(metric, &result.baselines)),
        Some(format!("Kept are {}.", result.kept)),
        Some(ails),
    ];
    said.into_iter().flatten().map(Block::Text).collect()
}

/// What the network has learned, beside the best of the predictors that learn nothing.
fn learned(test: &Metric, baselines: &[(String, Metric)]) -> String {
    let same = baselines.iter().filter(|(_, m)| m.name == test.name);
    let best = same.reduce(|a, b| if b.1.beats(a.1.value) { b } else { a });
    let (figure, value) = (&test.name, test.digits());
    match best {
        None => format!(
            "On the test part it reaches {figure} {value}; there is no baseline to compare it with."
        ),
        Some((name, level)) if test.beats(level.value) => format!(
            "It has learned something: on the test part its {figure} is {value}, where the best that learns nothing ({name}) has {}.",
            level.digits()
        ),
        Some((name, level)) => format!(
            "It has learned nothing of use: on the test part its {figure} is {value}, no better than {} of what learns nothing ({name}).",
            level.digits()
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_network_is_held_to_the_best_that_learns_nothing() {
        let baselines = [0.5, 0.3].map(|v| (format!("guess {v}"), Metric::lower("MSE", v)));
        let said = learned(&Metric::lower("MSE", 0.2), &baselines);
        assert!(
            said.starts_with("It has learned something") && said.contains("(guess 0.3) has 0.3000"),
            "{said}"
        );
        let said = learned(&Metric::lower("MSE", 0.4), &baselines);
        assert!(said.starts_with("It has learned nothing of use"), "{said}");
        let said = learned(&Metric::lower("MAE", 0.4), &baselines);
        assert!(said.contains("no baseline"), "{said}");
    }
}
