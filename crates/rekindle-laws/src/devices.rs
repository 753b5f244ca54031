//! The devices that the laws are tried on.

use crate::Role;
use burn::tensor::{DType, Device};

/// A device by its name.
#[derive(Clone, Debug)]
pub struct NamedDevice {
    /// Its name: `flex`.
    pub name: &'static str,
    /// The device, without autodiff.
    pub device: Device,
    /// The types to compute in.
    pub dtypes: &'static [DType],
    /// What it adds to the other devices, which decides what is tried there.
    pub role: Role,
}

/// A device that is compiled in, and whether it can be used.
pub type Probe = Result<NamedDevice, Absent>;

/// A device that is compiled in and cannot be used.
#[derive(Clone, Debug)]
pub struct Absent {
    /// Its name: `wgpu`.
    pub name: &'static str,
    /// What it said, in one line.
    pub reason: String,
}

/// Every device that is compiled in; graphics devices are asked whether they work.
pub fn devices() -> Vec<Probe> {
    vec![
        #[cfg(feature = "flex")]
        Ok(processor("flex", Device::flex(), Role::Reference)),
        #[cfg(feature = "ndarray")]
        Ok(ndarray()),
        #[cfg(feature = "wgpu")]
        probe("wgpu", || {
            Device::wgpu(burn::tensor::DeviceKind::DefaultDevice)
        }),
    ]
}

#[cfg(feature = "ndarray")]
#[allow(
    deprecated,
    reason = "the laws hold on it for as long as it can be compiled in"
)]
fn ndarray() -> NamedDevice {
    processor("ndarray", Device::ndarray(), Role::Twin)
}

/// Where layers are drawn, whatever runs them.
pub(crate) fn host() -> Device {
    #[cfg(feature = "flex")]
    return Device::flex();
    #[cfg(not(feature = "flex"))]
    Device::default()
}

#[cfg(any(feature = "flex", feature = "ndarray"))]
fn processor(name: &'static str, device: Device, role: Role) -> NamedDevice {
    NamedDevice {
        name,
        device,
        dtypes: &[DType::F32, DType::F64],
        role,
    }
}

/// Adds two numbers there. A missing adapter is a panic in Burn, perhaps on another thread: the first
/// one is caught, and not shown.
#[cfg(feature = "wgpu")]
fn probe(name: &'static str, device: fn() -> Device) -> Probe {
    use burn::tensor::Tensor;
    use std::panic::{catch_unwind, set_hook, take_hook};
    use std::sync::{Arc, Mutex};

    let first = Arc::new(Mutex::new(None));
    let said = first.clone();
    let shown = take_hook();
    set_hook(Box::new(move |panic| {
        let line = panic.payload_as_str().and_then(|text| text.lines().next());
        let line = line.unwrap_or("it does not start").to_string();
        if let Ok(mut first) = said.lock() {
            first.get_or_insert(line);
        }
    }));
    let result = catch_unwind(|| {
        let device = device();
        let two = Tensor::<1>::ones([1], &device) + 1.0;
        (two.into_scalar::<f32>() == 2.0).then_some(device)
    });
    set_hook(shown);
    if let Ok(Some(device)) = result {
        return Ok(NamedDevice {
            name,
            device,
            dtypes: &[DType::F32],
            role: Role::Graphics,
        });
    }
    let reason = first.lock().ok().and_then(|mut first| first.take());
    let reason = reason.unwrap_or_else(|| "1 + 1 is not 2 there".into());
    Err(Absent { name, reason })
}
