//! The keys of the adding problem.

use crate::{
    memory::Batch,
    model::{front::Front, shape::NetShape},
    tasks::{drawn::held_out, task::JUDGED},
};
use rekindle::{Invalid, positive};
use serde::{Deserialize, Serialize};

/// `[task]` of the adding problem.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AddingConfig {
    /// The steps of a series.
    #[serde(default = "time")]
    pub time: usize,
    /// The series that validate, and as many that test.
    #[serde(default = "held_out")]
    pub held_out: usize,
}

fn time() -> usize {
    200
}

impl AddingConfig {
    pub(super) fn check_keys(&self) -> Result<(), Invalid> {
        positive("time", self.time)?;
        positive("held_out", self.held_out)?;
        match self.time {
            1 => Err(Invalid::new("time", 1, "at least 2, one step a marker")),
            _ => Ok(()),
        }
    }

    /// What goes through the network at once in an update.
    pub(super) fn batch(&self, rows: usize) -> Batch {
        Batch {
            rows,
            judged: JUDGED.min(self.held_out),
            time: self.time,
            each: false,
        }
    }

    /// The network's two ends.
    pub(super) fn ends(&self) -> NetShape {
        NetShape::of(Front::Features(2), 1)
    }
}
