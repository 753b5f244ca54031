//! What a rule is, and what it finds.

use super::checkup::Checkup;
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
    pub(super) fn finds(
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

/// A share in per cent, as people say it.
pub(super) fn percent(share: f64) -> String {
    format!("{:.0} %", 100.0 * share)
}
