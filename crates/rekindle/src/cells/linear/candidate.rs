//! What the cells for parallel training write.

use rekindle_engine::{Var, relu, sigmoid};
use serde::{Deserialize, Serialize};

/// What becomes of the candidate before it is written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Candidate {
    /// Nothing.
    #[default]
    Linear,
    /// `x + 1/2` where it is positive, `σ(x)` elsewhere: positive everywhere.
    Positive,
}

impl Candidate {
    /// `g(x) = relu(x) + σ(min(x, 0))`, as one formula.
    pub(super) fn of(self, x: Var) -> Var {
        match self {
            Candidate::Linear => x,
            Candidate::Positive => relu(x) + sigmoid(x - relu(x)),
        }
    }
}
