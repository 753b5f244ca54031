//! What came of a run, in a few sentences: what was learned, what was kept, what ails it.

use super::record::Record;
use crate::doctor::finding::Finding;
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
    let said = [
        result.learned(),
        Some(format!("Kept are {}.", result.kept)),
        Some(ails),
    ];
    said.into_iter().flatten().map(Block::Text).collect()
}
