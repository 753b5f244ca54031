//! The one place that chooses an executor, and says why.

use burn::tensor::{DType, Device};
use rekindle_kernels::Keep;
use rekindle_program::plan::Precision;
use std::fmt;

/// What runs a program.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Executor {
    /// Fused kernels on the CPU.
    Tiles,
    /// Fused kernels on the backends of CubeCL, most of them GPUs.
    Cube,
    /// Burn's tensor operations on the backend at hand, with the derived backward program.
    Primitives,
    /// Burn's tensor operations, differentiated by Burn: the reference for the others.
    Steps,
}

impl Executor {
    /// All of them.
    pub const ALL: [Executor; 4] = [
        Executor::Tiles,
        Executor::Cube,
        Executor::Primitives,
        Executor::Steps,
    ];

    /// The name in configs.
    pub fn name(self) -> &'static str {
        match self {
            Executor::Tiles => "tiles",
            Executor::Cube => "cube",
            Executor::Primitives => "primitives",
            Executor::Steps => "steps",
        }
    }
}

impl fmt::Display for Executor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// How programs are run: what a user may wish.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Engine {
    /// The executor; the best that takes the program, if none is named.
    pub executor: Option<Executor>,
    /// What the forward pass keeps for the backward one.
    pub policy: Policy,
    /// How exact matrix products are; see [`rounds`].
    pub precision: Precision,
}

/// What the forward pass keeps for the backward one.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Policy {
    /// The values that the backward pass reads, of every step.
    #[default]
    Speed,
    /// The states now and then, from which values are computed again, where the executor can.
    Memory,
}

impl Policy {
    pub(crate) fn keep(self) -> Keep {
        match self {
            Policy::Speed => Keep::Values,
            Policy::Memory => Keep::States,
        }
    }
}

/// An executor, and why it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Choice {
    /// What runs the program.
    pub executor: Executor,
    /// Why, in a few words.
    pub reason: String,
}

/// What runs a program on tensors of a device and a type.
///
/// Kernels run on the CPU backends `flex` and `ndarray`, in f32 and f64, and on the backends of CubeCL, in
/// f32. Everything else is run by primitives, and so is a program on such a device if it was wished.
pub fn choose(engine: Engine, device: &Device, dtype: DType) -> Choice {
    let asked = |executor| (executor, "the config asks for it".to_string());
    let name = host(device).unwrap_or("the backends of CubeCL");
    let (executor, reason) = match (engine.executor, kernels(device, dtype)) {
        (None, Ok(executor)) => (executor, format!("fused kernels run on {name}")),
        (Some(wished @ (Executor::Tiles | Executor::Cube)), Ok(executor)) => {
            match wished == executor {
                true => asked(wished),
                false => (
                    Executor::Primitives,
                    format!("{wished} does not run on {name}"),
                ),
            }
        }
        (None | Some(Executor::Tiles | Executor::Cube), Err(why)) => (Executor::Primitives, why),
        (Some(wished), _) => asked(wished),
    };
    Choice { executor, reason }
}

/// Whether products on tensors of a device and a type are as exact as is wished: [`Executor::Tiles`] alone rounds their operands to
/// bf16, where tensors are f32.
///
/// # Errors
///
/// Says what runs the program instead, and why.
pub fn rounds(engine: Engine, device: &Device, dtype: DType) -> Result<(), String> {
    if engine.precision == Precision::Full {
        return Ok(());
    }
    let Choice { executor, reason } = choose(engine, device, dtype);
    match (executor, dtype) {
        (Executor::Tiles, DType::F32) => Ok(()),
        (Executor::Tiles, other) => Err(format!(
            "products of f32 are rounded to bf16, and none of {other:?}"
        )),
        (other, _) => Err(format!(
            "products are rounded to bf16 by the executor tiles alone, and {other} runs here: {reason}"
        )),
    }
}

/// What runs a program, as exactly as is wished.
///
/// # Panics
///
/// If nothing is that exact; see [`rounds`].
pub(crate) fn chosen(engine: Engine, device: &Device, dtype: DType) -> Executor {
    rounds(engine, device, dtype).unwrap_or_else(|why| panic!("{why}"));
    choose(engine, device, dtype).executor
}

/// The kernels for tensors of a device and a type, or why there are none.
fn kernels(device: &Device, dtype: DType) -> Result<Executor, String> {
    match (host(device), dtype) {
        (Some(_), DType::F32 | DType::F64) => Ok(Executor::Tiles),
        (Some(_), other) => Err(format!("kernels take f32 and f64, not {other:?}")),
        (None, _) if !cfg!(feature = "cube") => {
            Err("kernels run on flex, ndarray and the backends of CubeCL".to_string())
        }
        (None, _) if cfg!(feature = "fusion") => {
            Err("Burn's fusion joins the operations".to_string())
        }
        (None, DType::F32) => Ok(Executor::Cube),
        (None, other) => Err(format!("kernels take f32 here, not {other:?}")),
    }
}

/// The name of a device whose tensors lie in this process's memory.
fn host(device: &Device) -> Option<&'static str> {
    #[cfg(feature = "flex")]
    if *device == Device::flex() {
        return Some("flex");
    }
    #[cfg(feature = "ndarray")]
    #[allow(
        deprecated,
        reason = "burn deprecates ndarray; Rekindle supports it as long as it is there"
    )]
    if *device == Device::ndarray() {
        return Some("ndarray");
    }
    let _ = device;
    None
}
