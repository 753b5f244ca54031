//! How the equations of a layer are run.

use crate::invalid::Invalid;
use burn::tensor::{DType, Device};
use rekindle_engine::{Engine, Executor, Policy, Precision, rounds};
use serde::{Deserialize, Serialize};

/// How the equations of a layer are run: for debugging, and to trade time for memory.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct EngineConfig {
    /// The executor; `auto` takes the best that takes the device.
    #[serde(default)]
    pub executor: ExecutorChoice,
    /// What a forward pass keeps for the backward one: with `memory`, values are computed again, by the executor
    /// `tiles`; the others keep what they keep.
    #[serde(default)]
    pub policy: PolicyChoice,
    /// How exact the matrix products of the equations are: with `bf16` their operands are rounded, by the executor `tiles`, on f32
    /// of `flex` and `ndarray`; everything else is refused.
    #[serde(default, skip_serializing_if = "PrecisionChoice::is_default")]
    pub precision: PrecisionChoice,
}

/// What runs the equations.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
#[non_exhaustive]
pub enum ExecutorChoice {
    /// The best that takes the device and the type.
    #[default]
    Auto,
    /// Fused kernels, on `flex` and `ndarray`.
    Tiles,
    /// Fused kernels, on the backends of CubeCL: `wgpu`, `cuda`, ...
    Cube,
    /// Burn's tensor operations, with the derived backward program.
    Primitives,
    /// Burn's tensor operations, differentiated by Burn.
    Steps,
}

/// What a forward pass keeps for the backward one.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
#[non_exhaustive]
pub enum PolicyChoice {
    /// Every value that the backward pass reads.
    #[default]
    Speed,
    /// The states now and then; values are computed again.
    Memory,
}

/// How exact the matrix products of the equations are.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
#[non_exhaustive]
pub enum PrecisionChoice {
    /// As exact as the tensors are.
    #[default]
    F32,
    /// Of operands that are rounded to bf16, 8 bits of a number, with sums in f32.
    Bf16,
}

impl PrecisionChoice {
    /// Whether this is the default, which no config has to show.
    pub fn is_default(&self) -> bool {
        *self == PrecisionChoice::default()
    }
}

impl From<EngineConfig> for Engine {
    fn from(config: EngineConfig) -> Engine {
        Engine {
            executor: match config.executor {
                ExecutorChoice::Auto => None,
                ExecutorChoice::Tiles => Some(Executor::Tiles),
                ExecutorChoice::Cube => Some(Executor::Cube),
                ExecutorChoice::Primitives => Some(Executor::Primitives),
                ExecutorChoice::Steps => Some(Executor::Steps),
            },
            policy: match config.policy {
                PolicyChoice::Speed => Policy::Speed,
                PolicyChoice::Memory => Policy::Memory,
            },
            precision: match config.precision {
                PrecisionChoice::F32 => Precision::Full,
                PrecisionChoice::Bf16 => Precision::Bf16,
            },
        }
    }
}

impl EngineConfig {
    /// Whether this is the default, which no config has to show.
    pub fn is_default(&self) -> bool {
        *self == EngineConfig::default()
    }

    /// Checks that layers run so on tensors of a device and a type.
    ///
    /// # Errors
    ///
    /// Names the key, its value and what it must be there.
    pub fn runs_on(&self, device: &Device, dtype: DType) -> Result<(), Invalid> {
        let engine = Engine::from(*self);
        rounds(engine, device, dtype).map_err(|why| {
            let expected = format!("f32: {why}");
            Invalid::new("precision", engine.precision.name(), &expected)
        })
    }
}
