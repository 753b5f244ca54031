//! What the tasks share whose data are drawn when they are needed.

use super::{
    account::{self, Line},
    part::Part,
};
use serde::{Deserialize, Serialize};

/// What is remembered of data that are drawn: nothing.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct NoSpec {}

/// The usual number of rows that validate, and of those that test.
pub(super) fn held_out() -> usize {
    512
}

/// What is said before training of series of so many steps that are drawn.
pub(super) fn account(steps: usize, held_out: usize) -> Vec<Line> {
    vec![
        Line::new("rows", "drawn anew for each update".into()),
        Line::new("lengths", account::lengths(vec![steps], "steps")),
        Line::new(
            "parts",
            format!("train without end, valid {held_out}, test {held_out} series"),
        ),
    ]
}

/// The seed of a part: no row of one part comes again in another.
pub(super) fn seed_of(part: Part, seed: u64) -> u64 {
    seed.wrapping_mul(3).wrapping_add(part as u64)
}
