//! The functions that squash a memory, for cells that leave the choice to their configuration.

use rekindle_engine::{Unary, Var};
use serde::{Deserialize, Serialize};

/// What squashes a memory or a candidate.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[allow(missing_docs, reason = "the names are the functions")]
#[non_exhaustive]
pub enum Activation {
    #[default]
    Tanh,
    Relu,
    Sigmoid,
    LeakyRelu,
    Elu,
    Gelu,
    Silu,
    Softplus,
    HardSigmoid,
    Softsign,
    Identity,
}

impl Activation {
    /// The function of a value.
    pub(crate) fn of(self, v: Var) -> Var {
        let op = match self {
            Activation::Identity => return v,
            Activation::Tanh => Unary::Tanh,
            Activation::Relu => Unary::Relu,
            Activation::Sigmoid => Unary::Sigmoid,
            Activation::LeakyRelu => Unary::LeakyRelu,
            Activation::Elu => Unary::Elu,
            Activation::Gelu => Unary::Gelu,
            Activation::Silu => Unary::Silu,
            Activation::Softplus => Unary::Softplus,
            Activation::HardSigmoid => Unary::HardSigmoid,
            Activation::Softsign => Unary::Softsign,
        };
        v.apply(op)
    }
}
