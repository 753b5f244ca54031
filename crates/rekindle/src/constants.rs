//! Tensors that are neither learned nor stored, as masks are, made once and not at every call.

use burn::tensor::{DType, Device, Tensor};
use std::sync::{Arc, Mutex, PoisonError};

/// The constants of a module, shared by its clones.
#[derive(Clone, Debug, Default)]
pub(crate) struct Constants(Arc<Mutex<Vec<Constant>>>);

#[derive(Debug)]
struct Constant {
    name: String,
    device: Device,
    dtype: DType,
    tensor: Tensor<2>,
}

impl Constant {
    /// Whether it is of the graph of a device, too: devices are equal whether they differentiate or not.
    fn is(&self, name: &str, device: &Device, dtype: DType) -> bool {
        let strategy = Device::gradient_checkpointing_strategy;
        let place = self.device == *device && strategy(&self.device) == strategy(device);
        place && self.dtype == dtype && self.name == name
    }
}

impl Constants {
    /// The constant of a name on the device and in the type of a tensor, which is made where there is none yet.
    pub(crate) fn get(
        &self,
        name: &str,
        like: &Tensor<2>,
        make: impl FnOnce(&Device, DType) -> Tensor<2>,
    ) -> Tensor<2> {
        let (device, dtype) = (like.device(), like.dtype());
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(made) = all.iter().find(|one| one.is(name, &device, dtype)) {
            return made.tensor.clone();
        }
        let tensor = make(&device, dtype);
        all.push(Constant {
            name: name.to_string(),
            device,
            dtype,
            tensor: tensor.clone(),
        });
        tensor
    }
}
