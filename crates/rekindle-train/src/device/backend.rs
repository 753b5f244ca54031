//! The backends: their names, and the devices that Burn sees through each.

use burn::tensor::Device;
#[cfg(any(feature = "wgpu", feature = "vulkan", feature = "metal"))]
use burn::tensor::DeviceKind;
#[cfg(any(
    feature = "wgpu",
    feature = "vulkan",
    feature = "metal",
    feature = "cuda",
    feature = "rocm"
))]
use burn::tensor::DeviceType;

/// A way to compute, compiled in or not.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Backend {
    Flex,
    NdArray,
    CubeclCpu,
    Cuda,
    Rocm,
    Metal,
    Vulkan,
    Wgpu,
}

/// What a backend is made for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Cpu,
    Gpu,
}

impl Kind {
    /// Its backends, the best first.
    pub(super) fn backends(self) -> Vec<Backend> {
        let all = Backend::ALL.into_iter();
        all.filter(|backend| backend.kind() == self).collect()
    }

    /// The name that stands for the best of its backends.
    pub(super) fn name(self) -> &'static str {
        match self {
            Kind::Cpu => "cpu",
            Kind::Gpu => "gpu",
        }
    }
}

impl Backend {
    /// Every backend; of each kind, the best first.
    pub(super) const ALL: [Backend; 8] = [
        Backend::Flex,
        Backend::NdArray,
        Backend::CubeclCpu,
        Backend::Cuda,
        Backend::Rocm,
        Backend::Metal,
        Backend::Vulkan,
        Backend::Wgpu,
    ];

    pub(super) fn name(self) -> &'static str {
        match self {
            Backend::Flex => "flex",
            Backend::NdArray => "ndarray",
            Backend::CubeclCpu => "cubecl-cpu",
            Backend::Cuda => "cuda",
            Backend::Rocm => "rocm",
            Backend::Metal => "metal",
            Backend::Vulkan => "vulkan",
            Backend::Wgpu => "wgpu",
        }
    }

    pub(super) fn named(name: &str) -> Option<Backend> {
        Backend::ALL.into_iter().find(|b| b.name() == name)
    }

    /// The name with the number of a device.
    pub(super) fn indexed(self, index: Option<usize>) -> String {
        match index {
            None => self.name().to_owned(),
            Some(index) => format!("{}:{index}", self.name()),
        }
    }

    /// The Cargo feature that compiles it in.
    pub(super) fn feature(self) -> &'static str {
        match self {
            Backend::CubeclCpu => "cpu",
            other => other.name(),
        }
    }

    pub(super) fn kind(self) -> Kind {
        match self {
            Backend::Flex | Backend::NdArray | Backend::CubeclCpu => Kind::Cpu,
            _ => Kind::Gpu,
        }
    }

    /// Whether it drives a graphics API, which software can stand in for.
    pub(super) fn is_graphics(self) -> bool {
        matches!(self, Backend::Metal | Backend::Vulkan | Backend::Wgpu)
    }

    pub(super) fn is_compiled(self) -> bool {
        match self {
            Backend::Flex => cfg!(feature = "flex"),
            Backend::NdArray => cfg!(feature = "ndarray"),
            Backend::CubeclCpu => cfg!(feature = "cpu"),
            Backend::Cuda => cfg!(feature = "cuda"),
            Backend::Rocm => cfg!(feature = "rocm"),
            Backend::Metal => cfg!(feature = "metal"),
            Backend::Vulkan => cfg!(feature = "vulkan"),
            // Both are wgpu, held to one graphics API.
            Backend::Wgpu => cfg!(any(feature = "wgpu", feature = "vulkan", feature = "metal")),
        }
    }

    /// The device without a number; `None` if the backend is not compiled in. Opens nothing.
    #[allow(unreachable_patterns, reason = "depends on the features")]
    #[allow(deprecated, reason = "ndarray stays while Burn has it")]
    pub(super) fn default_device(self) -> Option<Device> {
        match self {
            #[cfg(feature = "flex")]
            Backend::Flex => Some(Device::flex()),
            #[cfg(feature = "ndarray")]
            Backend::NdArray => Some(Device::ndarray()),
            #[cfg(feature = "cpu")]
            Backend::CubeclCpu => Some(Device::cpu()),
            #[cfg(feature = "cuda")]
            Backend::Cuda => Some(Device::cuda(0)),
            #[cfg(feature = "rocm")]
            Backend::Rocm => Some(Device::rocm(0)),
            #[cfg(feature = "metal")]
            Backend::Metal => Some(Device::metal(DeviceKind::DefaultDevice)),
            #[cfg(feature = "vulkan")]
            Backend::Vulkan => Some(Device::vulkan(DeviceKind::DefaultDevice)),
            #[cfg(any(feature = "wgpu", feature = "vulkan", feature = "metal"))]
            Backend::Wgpu => Some(Device::wgpu(DeviceKind::DefaultDevice)),
            _ => None,
        }
    }

    /// The devices that have numbers, in the order of these.
    pub(super) fn devices(self) -> Vec<Device> {
        match self {
            #[cfg(feature = "cuda")]
            Backend::Cuda => Device::enumerate(DeviceType::Cuda).into_vec(),
            #[cfg(feature = "rocm")]
            Backend::Rocm => Device::enumerate(DeviceType::Rocm).into_vec(),
            #[cfg(feature = "metal")]
            Backend::Metal => Device::enumerate(DeviceType::Metal).into_vec(),
            #[cfg(feature = "vulkan")]
            Backend::Vulkan => Device::enumerate(DeviceType::Vulkan).into_vec(),
            #[cfg(any(feature = "wgpu", feature = "vulkan", feature = "metal"))]
            Backend::Wgpu => Device::enumerate(DeviceType::Wgpu).into_vec(),
            _ => self.default_device().into_iter().collect(),
        }
    }
}
