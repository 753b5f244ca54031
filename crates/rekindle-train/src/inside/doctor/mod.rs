//! What ails a run: figures of its training and of its network, and rules that judge them.
//!
//! A rule is one file in `rules/`: a name, and a function from a [`Checkup`] to a [`Finding`], if there is
//! anything to find. A rule whose figures have not been taken finds nothing, so that the same rules
//! serve a run in training, of which only the log is known, and one that is done.

mod checkup;
mod rules;

pub use checkup::{Checkup, GateFigures, NetFigures, ResetFigures, StateFigures};

use serde::Serialize;
use std::fmt;

/// Something that is not as it should be.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Finding {
    /// The rule's name.
    pub rule: &'static str,
    /// The figure.
    pub figure: String,
    /// What it means.
    pub meaning: String,
    /// What to try.
    pub remedy: String,
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{}: {}\n  {}\n  try: {}",
            self.rule, self.figure, self.meaning, self.remedy
        )
    }
}

/// A way in which a run can be ill.
#[derive(Clone, Copy, Debug)]
pub struct Rule {
    /// Its name.
    pub name: &'static str,
    /// What it finds.
    pub check: fn(&Checkup) -> Option<Finding>,
}

impl Rule {
    /// A finding of this rule.
    fn finds(
        name: &'static str,
        figure: impl Into<String>,
        meaning: impl Into<String>,
        remedy: impl Into<String>,
    ) -> Option<Finding> {
        Some(Finding {
            rule: name,
            figure: figure.into(),
            meaning: meaning.into(),
            remedy: remedy.into(),
        })
    }
}

/// All of them, the gravest first.
pub const RULES: &[Rule] = &[
    rules::rate::HIGH,
    rules::rate::LOW,
    rules::updates::RULE,
    rules::baseline::RULE,
    rules::gradient::EXPLODING,
    rules::gradient::VANISHING,
    rules::gradient::LAYERS,
    rules::reset::RULE,
    rules::drift::RULE,
    rules::gates::RULE,
    rules::units::RULE,
    rules::gap::RULE,
    rules::padding::RULE,
];

/// What the rules find.
pub fn diagnose(checkup: &Checkup) -> Vec<Finding> {
    RULES
        .iter()
        .filter_map(|rule| (rule.check)(checkup))
        .collect()
}

/// A share in per cent, as people say it.
fn percent(share: f64) -> String {
    format!("{:.0} %", 100.0 * share)
}
