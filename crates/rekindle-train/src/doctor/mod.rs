//! What ails a run: figures of its training and of its network, and rules that judge them.
//!
//! A rule is one file in `rules/`: a name, and a function from a [`Checkup`] to a [`Finding`], if there is
//! anything to find. A rule whose figures have not been taken finds nothing, so that the same rules
//! serve a run in training, of which only the log is known, and one that is done.

pub(crate) mod checkup;
pub(crate) mod finding;
mod rules;

pub use checkup::{Checkup, GateFigures, NetFigures, ResetFigures, StateFigures};
pub use finding::{Finding, Rule};

/// All of them, the gravest first.
pub const RULES: &[Rule] = &[
    rules::rate::HIGH,
    rules::rate::LOW,
    rules::updates::RULE,
    rules::baseline::RULE,
    rules::classes::RULE,
    rules::gradient::EXPLODING,
    rules::gradient::VANISHING,
    rules::gradient::LAYERS,
    rules::rounding::RULE,
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
