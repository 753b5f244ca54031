//! The devices that the laws are tried on.

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
    /// Whether every new shape costs time there, so that few laws are tried.
    pub slow: bool,
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
        Ok(processor("flex", Device::flex())),
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
    processor("ndarray", Device::ndarray())
}

#[cfg(any(feature = "flex", feature = "ndarray"))]
fn processor(name: &'static str, device: Device) -> NamedDevice {
    NamedDevice {
        name,
        device,
        dtypes: &[DType::F32, DType::F64],
        slow: false,
    }
}

/// Adds two numbers there. A missing adapter is a panic in Burn; it is caught, and not shown.
#[cfg(feature = "wgpu")]
fn probe(name: &'static str, device: fn() -> Device) -> Probe {
    use burn::tensor::Tensor;

    let shown = std::panic::take_hook();
    std::panic::set_hook(Box::new(|_| {}));
    let result = std::panic::catch_unwind(|| {
        let device = device();
        let two = Tensor::<1>::ones([1], &device) + 1.0;
        (two.into_scalar::<f32>() == 2.0).then_some(device)
    });
    std::panic::set_hook(shown);
    let reason = match result {
        Ok(Some(device)) => {
            return Ok(NamedDevice {
                name,
                device,
                dtypes: &[DType::F32],
                slow: true,
            });
        }
        Ok(None) => "1 + 1 is not 2 there".to_string(),
        Err(panic) => message(&*panic),
    };
    Err(Absent { name, reason })
}

/// The first line of what a panic said.
#[cfg(feature = "wgpu")]
fn message(panic: &(dyn std::any::Any + Send)) -> String {
    let text = panic.downcast_ref::<String>().map(String::as_str);
    let text = text.or_else(|| panic.downcast_ref::<&str>().copied());
    let line = text.and_then(|text| text.lines().next());
    line.unwrap_or("it does not start").to_string()
}
