//! Loading tensors into a module: all of them are checked before one is moved.

use crate::error::WeightError;
use crate::given::{AllGiven, Given};
use crate::path::Path;
use crate::read::{Place, places};
use crate::transpose::transpose;
use burn::module::{Module, ModuleMapper, Param};
use burn::tensor::{DType, Device, Tensor, TensorData};
use std::collections::{BTreeMap, BTreeSet};

/// The module with its float parameters replaced by the tensors of their dotted paths, as
/// [`named_tensors`](crate::named_tensors) gives them.
///
/// Parameters take the type of the tensors, f32 or f64, and stay tracked where they were.
///
/// # Errors
///
/// If a tensor is missing, is not one of the module's, has another shape or type, or holds a
/// number that is not finite. Nothing is loaded then.
pub fn load_named<M: Module>(
    module: M,
    tensors: &BTreeMap<String, TensorData>,
) -> Result<M, WeightError> {
    let names = places(&module).into_iter().map(|place| Slot {
        name: place.path.clone(),
        transposed: false,
        place,
    });
    load(module, names.collect(), Given::lent(tensors))
}

/// A parameter and the tensor that belongs to it.
#[derive(Clone)]
pub(crate) struct Slot {
    /// The name of the tensor.
    pub(crate) name: String,
    /// Whether rows of the tensor are columns of the parameter.
    pub(crate) transposed: bool,
    pub(crate) place: Place,
}

impl Slot {
    /// The same parameter, whose tensor has another name.
    pub(crate) fn named(&self, name: String) -> Self {
        Slot {
            name,
            ..self.clone()
        }
    }

    /// The shape of the tensor.
    pub(crate) fn shape(&self) -> Vec<usize> {
        let shape = self.place.shape.iter().copied();
        match self.transposed {
            true => shape.rev().collect(),
            false => shape.collect(),
        }
    }

    /// The tensor of a parameter's numbers, or the parameter's numbers of a tensor.
    pub(crate) fn turn(&self, data: TensorData) -> TensorData {
        match self.transposed {
            true => transpose(data),
            false => data,
        }
    }
}

/// A tensor that has to be there.
#[derive(Clone)]
pub(crate) struct Wanted {
    pub(crate) name: String,
    pub(crate) shape: Vec<usize>,
    /// The device that has to compute with it.
    pub(crate) device: Device,
}

impl Wanted {
    /// The tensors of slots.
    pub(crate) fn all(slots: &[Slot]) -> Vec<Wanted> {
        slots.iter().map(Wanted::of).collect()
    }

    /// The tensor of a slot.
    pub(crate) fn of(slot: &Slot) -> Wanted {
        Wanted {
            name: slot.name.clone(),
            shape: slot.shape(),
            device: slot.place.device.clone(),
        }
    }
}

/// Loads each slot's tensor, one by one: a parameter goes when its tensor is there.
pub(crate) fn load<M: Module>(
    module: M,
    slots: Vec<Slot>,
    mut tensors: AllGiven<'_>,
) -> Result<M, WeightError> {
    check(&Wanted::all(&slots), &tensors)?;
    let taken = slots.into_iter().map(|slot| {
        let given = tensors.remove(&slot.name);
        let given = given.expect("every parameter was checked to have a tensor");
        (slot.place.path.clone(), (slot, given))
    });
    let mut writer = Writer {
        path: Path::default(),
        slots: taken.collect(),
        faults: Vec::new(),
    };
    let module = module.map(&mut writer);
    WeightError::all(writer.faults)?;
    Ok(module)
}

/// Checks that each tensor that is wanted is there, and that each that is there is wanted, and says all that is wrong. Of tensors that are
/// right so far the numbers are not looked at.
pub(crate) fn check(wanted: &[Wanted], tensors: &AllGiven<'_>) -> Result<(), WeightError> {
    let known: BTreeSet<&str> = wanted.iter().map(|wanted| wanted.name.as_str()).collect();
    let unknown = tensors.keys().filter(|name| !known.contains(name.as_str()));
    let names: Vec<String> = unknown.cloned().collect();
    let mut faults = Vec::new();
    if !names.is_empty() {
        faults.push(WeightError::Unexpected {
            names,
            known: wanted.iter().map(|wanted| wanted.name.clone()).collect(),
        });
    }
    let mut first: Option<(&Wanted, DType)> = None;
    for wanted in wanted {
        let tensor = tensors.get(&wanted.name);
        match fits(wanted, tensor.map(|given| (given.dtype(), given.shape()))) {
            Err(fault) => faults.push(fault),
            Ok(dtype) => {
                let (first, expected) = *first.get_or_insert((wanted, dtype));
                if dtype != expected {
                    faults.push(WeightError::Mixed {
                        name: wanted.name.clone(),
                        found: dtype.name(),
                        first: first.name.clone(),
                        expected: expected.name(),
                    });
                }
            }
        }
    }
    WeightError::all(faults)
}

/// Checks a tensor's shape, and that the device can compute with its type, which is returned.
pub(crate) fn fits(
    wanted: &Wanted,
    tensor: Option<(DType, Vec<usize>)>,
) -> Result<DType, WeightError> {
    let (name, expected) = (wanted.name.clone(), wanted.shape.clone());
    let Some((dtype, shape)) = tensor else {
        let shape = expected;
        return Err(WeightError::Missing { name, shape });
    };
    if shape != expected {
        return Err(WeightError::Shape {
            name,
            found: shape,
            expected,
        });
    }
    let found = dtype.name();
    if !matches!(dtype, DType::F32 | DType::F64) {
        return Err(WeightError::Dtype { name, found });
    }
    match wanted.device.supports_dtype(dtype) {
        true => Ok(dtype),
        false => Err(WeightError::Unsupported { name, found }),
    }
}

struct Writer<'t> {
    path: Path,
    /// By path, with the tensors that they take.
    slots: BTreeMap<String, (Slot, Given<'t>)>,
    faults: Vec<WeightError>,
}

impl ModuleMapper for Writer<'_> {
    fn enter_module(&mut self, name: &str, container: &str) {
        self.path.enter(name, container);
    }

    fn exit_module(&mut self, _: &str, _: &str) {
        self.path.exit();
    }

    fn map_float<const D: usize>(&mut self, param: Param<Tensor<D>>) -> Param<Tensor<D>> {
        let (slot, given) = self
            .slots
            .remove(&self.path.dotted())
            .expect("every parameter has a slot");
        let data = match given.numbers(&slot.name, slot.transposed) {
            Ok(data) => data,
            Err(fault) => {
                self.faults.push(fault);
                return param;
            }
        };
        let (device, dtype) = (param.lazy_device(), data.dtype());
        let tensor = Tensor::from_data(data, (&device, dtype));
        let id = param.id;
        // Burn's own way of loading: a fresh leaf, tracked if the parameter was.
        param.transform_for_load(tensor, id)
    }
}
