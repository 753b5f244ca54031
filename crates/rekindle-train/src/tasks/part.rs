//! The parts of the data.

use crate::data::split::Split;
use serde::{Deserialize, Serialize};

/// A part of the data.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Part {
    /// What the network learns from.
    Train,
    /// What decides which weights are kept.
    Valid,
    /// What it is judged by at the end.
    Test,
}

impl Part {
    /// The part's name.
    pub fn name(self) -> &'static str {
        match self {
            Part::Train => "train",
            Part::Valid => "valid",
            Part::Test => "test",
        }
    }

    /// What the part is called: where nobody trains on the rest, the file.
    pub(crate) fn called(self, is_alone: bool) -> String {
        match is_alone {
            true => "the file".to_owned(),
            false => format!("the {} part", self.name()),
        }
    }
}

impl<T> Split<T> {
    /// What belongs to a part.
    pub(crate) fn of(&self, part: Part) -> &T {
        match part {
            Part::Train => &self.train,
            Part::Valid => &self.valid,
            Part::Test => &self.test,
        }
    }
}
