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
    let mut same: Vec<_> = baselines.iter().filter(|b| b.1.name == test.name).collect();
    same.sort_by(|a, b| b.1.merit(a.1.value));
    let beaten = same.iter().find(|b| test.beats(b.1.value));
    let (figure, value) = (&test.name, test.digits());
    match (same.first(), beaten) {
        (None, _) => format!(
            "On the test part it reaches {figure} {value}; there is no baseline to compare it with."
        ),
        (Some((name, level)), _) if test.beats(level.value) => format!(
            "It has learned something: on the test part its {figure} is {value}, where the best that learns nothing ({name}) has {}.",
            level.digits()
        ),
        (Some((best, level)), Some((name, lower))) => format!(
            "It has learned something, and less than there is to learn: on the test part its {figure} is {value}, better than {} ({name}), no better than {} ({best}).",
            lower.digits(),
            level.digits()
        ),
        (Some((name, level)), None) => format!(
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
        assert!(
            said.ends_with(
                "is 0.4000, better than 0.5000 (guess 0.5), no better than 0.3000 (guess 0.3)."
            ),
            "{said}"
        );
        let said = learned(&Metric::lower("MSE", 0.6), &baselines);
        assert!(said.starts_with("It has learned nothing of use"), "{said}");
        let said = learned(&Metric::lower("MAE", 0.4), &baselines);
        assert!(said.contains("no baseline"), "{said}");
    }
}
