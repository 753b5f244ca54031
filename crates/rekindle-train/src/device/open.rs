//! Opening a device: whether it is there is known only once it has computed something.

use std::panic::{self, AssertUnwindSafe};
use std::sync::{Mutex, PoisonError};

use burn::tensor::{DType, Device, Tensor};

use super::backend::Backend;

/// A device that has computed something.
pub(super) struct Opened {
    pub(super) device: Device,
    pub(super) has_f64: bool,
    /// What lies behind it, where the backend says so.
    pub(super) hardware: Option<Hardware>,
}

impl Opened {
    /// Whether a processor stands in for a GPU.
    pub(super) fn is_software(&self) -> bool {
        self.hardware.as_ref().is_some_and(|h| !h.is_card)
    }
}

/// What lies behind a device.
pub(super) struct Hardware {
    pub(super) name: String,
    pub(super) is_card: bool,
}

/// Why a device cannot be used.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Absence {
    NotCompiled,
    NoHardware,
    /// The backend has only this many devices.
    Index(usize),
    /// The device is listed, but the first operation failed.
    Failed(String),
}

/// Opens a device of a backend and tries it.
pub(super) fn open(backend: Backend, index: Option<usize>) -> Result<Opened, Absence> {
    let default = backend.default_device().ok_or(Absence::NotCompiled)?;
    let mut listed = quietly(|| backend.devices()).unwrap_or_default();
    let count = listed.len();
    let device = match index {
        None => default,
        Some(_) if count == 0 => return Err(Absence::NoHardware),
        Some(index) if index >= count => return Err(Absence::Index(count)),
        Some(index) => listed.swap_remove(index),
    };
    quietly(|| try_out(&device))
        .and_then(|tried| tried)
        .map_err(|message| match count {
            0 => Absence::NoHardware,
            _ => Absence::Failed(message),
        })?;
    let hardware = quietly(|| hardware(&device)).ok().flatten();
    // Graphics APIs store f64 and lack its functions; what they compute is wrong, and yet some
    // devices answer that they support it.
    let has_f64 = !backend.is_graphics() && device.supports_dtype(DType::F64);
    Ok(Opened {
        device,
        has_f64,
        hardware,
    })
}

/// How to get a backend.
pub(super) fn build(feature: &str) -> String {
    format!("build it in: cargo build --release --features {feature}")
}

/// What to do instead.
pub(super) fn elsewhere() -> String {
    let compiled = Backend::ALL.into_iter().find(|b| b.is_compiled());
    match compiled {
        Some(backend) => format!(
            "`rekindle devices` shows what is there; choose e.g. --device {}",
            backend.name()
        ),
        None => build("flex"),
    }
}

impl Absence {
    /// In a few words.
    pub(super) fn brief(&self, backend: Backend) -> String {
        match self {
            Absence::NotCompiled => "not compiled in".to_owned(),
            Absence::NoHardware if backend.is_graphics() => "no adapter found".to_owned(),
            Absence::NoHardware => "no device found".to_owned(),
            Absence::Index(1) => format!("there is only {}:0", backend.name()),
            Absence::Index(count) => format!("there are only {count}"),
            Absence::Failed(message) => format!("it fails: {message}"),
        }
    }

    /// In two lines: what is the matter with the device called `text`, and what to do.
    pub(super) fn explain(&self, backend: Backend, text: &str, index: Option<usize>) -> String {
        let name = backend.name();
        let brief = self.brief(backend);
        match self {
            Absence::NotCompiled => format!(
                "device {text}: this program was built without {name}\n{}",
                build(backend.feature())
            ),
            Absence::Index(count) => format!(
                "device {text}: {brief}\nchoose {name}:0{}; `rekindle devices` shows what is there",
                match count {
                    1 => String::new(),
                    _ => format!(" to {name}:{}", count - 1),
                }
            ),
            Absence::NoHardware if backend.is_graphics() && index.is_none() => format!(
                "device {text}: {name} is compiled in, but {brief}\n{}; or for software Vulkan install mesa-vulkan-drivers",
                elsewhere()
            ),
            Absence::NoHardware | Absence::Failed(_) => {
                format!(
                    "device {text}: {name} is compiled in, but {brief}\n{}",
                    elsewhere()
                )
            }
        }
    }
}

/// Computes something that is known.
fn try_out(device: &Device) -> Result<(), String> {
    let sum: Tensor<1> = Tensor::ones([3], device).add_scalar(1.0);
    let data = sum
        .try_into_data()
        .map_err(|e| first_line(&e.to_string()))?;
    match data.iter::<f32>().eq([2.0; 3]) {
        true => Ok(()),
        false => Err("1 + 1 is not 2 there".to_owned()),
    }
}

#[cfg(any(
    feature = "wgpu",
    feature = "vulkan",
    feature = "metal",
    feature = "cuda",
    feature = "rocm",
    feature = "cpu"
))]
fn hardware(device: &Device) -> Option<Hardware> {
    device.identity().map(|identity| Hardware {
        name: identity.name,
        is_card: identity.physical.is_some(),
    })
}

#[cfg(not(any(
    feature = "wgpu",
    feature = "vulkan",
    feature = "metal",
    feature = "cuda",
    feature = "rocm",
    feature = "cpu"
)))]
fn hardware(_: &Device) -> Option<Hardware> {
    None
}

/// Runs what may panic, prints nothing, and returns the panic's first line as an error.
///
/// Drivers and backends panic where hardware is missing: to ask is the only way to know.
fn quietly<T>(ask: impl FnOnce() -> T) -> Result<T, String> {
    static HOOK: Mutex<()> = Mutex::new(());
    let _one_at_a_time = HOOK.lock().unwrap_or_else(PoisonError::into_inner);
    let hook = panic::take_hook();
    panic::set_hook(Box::new(|_| {}));
    let answer = panic::catch_unwind(AssertUnwindSafe(ask));
    panic::set_hook(hook);
    answer.map_err(|payload| {
        let text = payload.downcast_ref::<String>().map(String::as_str);
        let text = text.or_else(|| payload.downcast_ref::<&str>().copied());
        first_line(text.unwrap_or("the driver panicked"))
    })
}

fn first_line(text: &str) -> String {
    text.lines().next().unwrap_or_default().trim().to_owned()
}
