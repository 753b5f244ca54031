//! Reading a module's parameters or their gradients, with their paths.

use crate::path::Path;
use burn::module::{Module, ModuleVisitor, Param};
use burn::tensor::{Device, Gradients, Tensor, TensorData};

/// The float parameters of a module by their dotted paths, in the module's order.
///
/// The variant of an enum is no part of a path.
pub fn named_tensors<M: Module>(module: &M) -> Vec<(String, TensorData)> {
    entries(module, What::Value)
}

/// The gradients of a module's parameters by the paths of [`named_tensors`]; a parameter that the
/// loss does not depend on has none.
pub fn named_gradients<M: Module>(module: &M, gradients: &Gradients) -> Vec<(String, TensorData)> {
    entries(module, What::Gradient(gradients))
}

/// A parameter without its numbers.
#[derive(Clone)]
pub(crate) struct Place {
    pub(crate) path: String,
    pub(crate) shape: Vec<usize>,
    pub(crate) device: Device,
}

/// The float parameters of a module, without their numbers.
pub(crate) fn places<M: Module>(module: &M) -> Vec<Place> {
    let found = walk(module, What::Place);
    found.into_iter().map(|(place, _)| place).collect()
}

fn entries<M: Module>(module: &M, what: What) -> Vec<(String, TensorData)> {
    let found = walk(module, what).into_iter();
    found
        .filter_map(|(place, data)| Some((place.path, data?)))
        .collect()
}

fn walk<M: Module>(module: &M, what: What) -> Vec<(Place, Option<TensorData>)> {
    let mut reader = Reader {
        what,
        path: Path::default(),
        found: Vec::new(),
    };
    module.visit(&mut reader);
    reader.found
}

#[derive(Clone, Copy)]
enum What<'g> {
    Place,
    Value,
    Gradient(&'g Gradients),
}

struct Reader<'g> {
    what: What<'g>,
    path: Path,
    found: Vec<(Place, Option<TensorData>)>,
}

impl ModuleVisitor for Reader<'_> {
    fn enter_module(&mut self, name: &str, container: &str) {
        self.path.enter(name, container);
    }

    fn exit_module(&mut self, _: &str, _: &str) {
        self.path.exit();
    }

    fn visit_float<const D: usize>(&mut self, param: &Param<Tensor<D>>) {
        let place = Place {
            path: self.path.dotted(),
            shape: param.lazy_shape().to_vec(),
            device: param.lazy_device(),
        };
        let data = match self.what {
            What::Place => None,
            What::Value => Some(param.transform_for_save().val().into_data()),
            What::Gradient(gradients) => param.val().grad(gradients).map(Tensor::into_data),
        };
        self.found.push((place, data));
    }
}
