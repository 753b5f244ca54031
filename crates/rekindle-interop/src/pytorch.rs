//! PyTorch's names and layout: `weight_ih_l0`, `[blocks * d_hidden, d_input]`.

use crate::error::WeightError;
use crate::given::Given;
use crate::load::{Slot, load};
use crate::mapping::{Plan, Row};
use crate::read::{Place, named_gradients, named_tensors, places};
use burn::tensor::{Device, Gradients, TensorData};
use rekindle::engine::{Direction, Program};
use rekindle::{Cell, Gates, Layer, Recurrent};
use std::collections::{BTreeMap, HashMap};

/// Path in a cell, PyTorch's name, and whether PyTorch stores the transpose.
const CELL: &[(&str, &str, bool)] = &[
    ("gates.input.weight", "weight_ih", true),
    ("gates.input.bias", "bias_ih", false),
    ("gates.factor.weight", "weight_factor", true),
    ("gates.hidden.weight", "weight_hh", true),
    ("gates.hidden.bias", "bias_hh", false),
    ("gates.projection.weight", "weight_hr", true),
];

/// A weight as files hold it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Weight {
    /// PyTorch's name where PyTorch has the weight: `weight_ih_l0`, `bias_hh_l1_reverse`.
    pub name: String,
    /// The shape in PyTorch's layout.
    pub shape: Vec<usize>,
}

/// Whether a weight of this name is trained: all are, but those of cells that are fixed
/// ([`is_fixed`](rekindle::Gates::is_fixed)).
pub fn is_trained<C: Cell>(layer: &Recurrent<C>, weight: &str) -> bool {
    let layers = layer.layers();
    let slot = slots(layer).into_iter().find(|slot| slot.name == weight);
    slot.is_some_and(|slot| {
        let (depth, owner, _) = owner(&slot.place.path);
        let gates = cell(&layers[depth], owner).and_then(Cell::gates);
        gates.is_none_or(|gates| !gates.is_fixed())
    })
}

/// The names and shapes of a layer's weights, in the order of [`export`].
///
/// PyTorch's names, with the number of the layer and, for cells that read in reverse, `_reverse`.
/// What PyTorch lacks is `vector_<name>_l0` and `scalar_<name>_l0` (learned vectors and scalars, by
/// their names in the equations), `weight_<map>_l0` and `bias_<map>_l0` (the maps of a cell that is no set
/// of equations), `weight_factor_l0` (the first factor of recurrent weights of low rank),
/// `initial_<state>_l0` (learned initial states) and `weight_proj_l0` (the map behind a layer).
pub fn weight_names<C: Cell>(layer: &Recurrent<C>) -> Vec<Weight> {
    let slots = slots(layer).into_iter().map(|slot| Weight {
        shape: slot.shape(),
        name: slot.name,
    });
    slots.collect()
}

/// A layer's weights by [name](weight_names), in PyTorch's layout.
pub fn export<C: Cell>(layer: &Recurrent<C>) -> Vec<(String, TensorData)> {
    renamed(layer, named_tensors(layer))
}

/// The gradients of a layer's weights by [name](weight_names), in PyTorch's layout; a weight that
/// the loss does not depend on has none.
pub fn gradients<C: Cell>(
    layer: &Recurrent<C>,
    gradients: &Gradients,
) -> Vec<(String, TensorData)> {
    renamed(layer, named_gradients(layer, gradients))
}

/// The layer with other weights, given by [name](weight_names) and in PyTorch's layout.
///
/// Parameters take the type of the weights, f32 or f64, and stay tracked where they were.
///
/// # Errors
///
/// If a tensor is missing, is not one of the layer's, has another shape or type, or holds a number
/// that is not finite. Nothing is loaded then.
pub fn import<C: Cell>(
    layer: Recurrent<C>,
    weights: &BTreeMap<String, TensorData>,
) -> Result<Recurrent<C>, WeightError> {
    let slots = slots(&layer);
    load(layer, slots, Given::lent(weights))
}

fn renamed<C: Cell>(
    layer: &Recurrent<C>,
    tensors: Vec<(String, TensorData)>,
) -> Vec<(String, TensorData)> {
    let slots = slots(layer).into_iter();
    let mut slots: HashMap<String, Slot> = slots.map(|s| (s.place.path.clone(), s)).collect();
    let named = tensors.into_iter().map(|(path, data)| {
        let slot = slots.remove(&path).expect("every parameter has a slot");
        let data = slot.turn(data);
        (slot.name, data)
    });
    named.collect()
}

pub(crate) fn slots<C: Cell>(layer: &Recurrent<C>) -> Vec<Slot> {
    let places = places(layer).into_iter();
    places.map(|place| slot(layer.layers(), place)).collect()
}

/// The weights of one direction of one layer.
pub(crate) struct Side<'l> {
    /// The equations of its cell, if it is one of equations.
    pub(crate) program: Option<&'l Program>,
    pub(crate) device: Device,
    /// Names without the layer's number, and shapes.
    weights: BTreeMap<String, Vec<usize>>,
    suffix: String,
}

impl Side<'_> {
    /// A weight's name with the layer's number.
    pub(crate) fn name(&self, stem: &str) -> String {
        format!("{stem}{}", self.suffix)
    }

    /// The names of its weights, without the layer's number.
    pub(crate) fn stems(&self) -> impl Iterator<Item = &str> {
        self.weights.keys().map(String::as_str)
    }

    /// The shape of a weight of this name.
    pub(crate) fn shape(&self, stem: &str) -> Option<&[usize]> {
        self.weights.get(stem).map(Vec::as_slice)
    }

    /// A table applied to its cell; none if the table is of another.
    pub(crate) fn plan(&self, rows: &[Row]) -> Option<Plan> {
        Plan::new(rows, self.program?, &self.weights)
    }

    /// Its weights among those of the layer, by their names without the number.
    pub(crate) fn own(&self, all: &BTreeMap<String, TensorData>) -> BTreeMap<String, TensorData> {
        let stems = self.weights.keys();
        stems
            .map(|stem| (stem.clone(), all[&self.name(stem)].clone()))
            .collect()
    }
}

impl Side<'_> {
    /// Its weights by other names; none if they are not all of its weights.
    pub(crate) fn renamed(&self, names: &[(&'static str, &'static str)]) -> Option<Plan> {
        Plan::renamed(names, &self.weights)
    }
}

/// The directions of all layers: of each layer the one that reads forward, and then the reverse one.
pub(crate) fn sides<C: Cell>(layer: &Recurrent<C>) -> Vec<Side<'_>> {
    let slots = slots(layer);
    let mut sides = Vec::new();
    for (depth, level) in layer.layers().iter().enumerate() {
        for (part, suffix) in [("forward", ""), ("reverse", "_reverse")] {
            let Some(cell) = cell(level, part) else {
                continue;
            };
            let own = slots.iter().filter(|slot| {
                let (at, owner, _) = owner(&slot.place.path);
                at == depth && owner == part
            });
            let suffix = format!("_l{depth}{suffix}");
            let stem = |slot: &Slot| slot.name.strip_suffix(&suffix).map(str::to_owned);
            let first = own.clone().next().expect("a cell has a weight");
            sides.push(Side {
                program: cell.gates().map(Gates::program),
                device: first.place.device.clone(),
                weights: own
                    .map(|slot| (stem(slot).expect("its layer's"), slot.shape()))
                    .collect(),
                suffix,
            });
        }
    }
    sides
}

fn slot<C: Cell>(layers: &[Layer<C>], place: Place) -> Slot {
    let (depth, owner, rest) = owner(&place.path);
    let layer = &layers[depth];
    let (stem, transposed, reverse) = match (cell(layer, owner), owner) {
        (Some(cell), side) => {
            let (stem, transposed) = weight(cell, rest);
            // Kernels of convolutions have PyTorch's layout.
            let transposed = transposed && place.shape.len() == 2;
            (stem, transposed, side == "reverse")
        }
        (None, "projection") => ("weight_proj".to_string(), true, false),
        (None, _) => {
            let (direction, state, _) = layer.learnable().swap_remove(index(rest));
            let reverse = direction == Direction::Reverse;
            (format!("initial_{state}"), false, reverse)
        }
    };
    let suffix = if reverse { "_reverse" } else { "" };
    Slot {
        name: format!("{stem}_l{depth}{suffix}"),
        transposed,
        place,
    }
}

/// Which layer a parameter belongs to, which part of it, and the path from there.
fn owner(path: &str) -> (usize, &str, &str) {
    let parts: Vec<&str> = path.splitn(4, '.').collect();
    let [_, depth, owner, rest] = parts[..] else {
        unreachable!("a layer's parameters are `layers.<depth>.<owner>.<path>`")
    };
    (index(depth), owner, rest)
}

/// The cell that a part of a layer is; none where it is something else.
fn cell<'l, C: Cell>(layer: &'l Layer<C>, owner: &str) -> Option<&'l C> {
    match owner {
        "forward" => Some(&layer.forward),
        "reverse" => layer.reverse.as_ref(),
        _ => None,
    }
}

/// The name of a cell's parameter, and whether PyTorch stores its transpose. Parameters of a cell
/// that is not written as equations are named by their fields: `weight_q`, `bias_q`, `vector_u`.
fn weight<C: Cell>(cell: &C, path: &str) -> (String, bool) {
    if let Some((_, name, transposed)) = CELL.iter().find(|(known, ..)| *known == path) {
        return (name.to_string(), *transposed);
    }
    match (path.strip_prefix("gates.vectors."), cell.gates()) {
        (Some(i), Some(gates)) => {
            let program = gates.program();
            let name = gates.learned().nth(index(i)).expect("a stored vector");
            let mut all = program.vectors().iter().zip(program.scalars());
            let kind = match all.any(|(vector, scalar)| vector == name && *scalar) {
                true => "scalar",
                false => "vector",
            };
            (format!("{kind}_{name}"), false)
        }
        _ => match path.rsplit_once('.') {
            Some((map, kind @ ("weight" | "bias"))) => (format!("{kind}_{map}"), kind == "weight"),
            _ => (format!("vector_{}", path.replace('.', "_")), false),
        },
    }
}

fn index(segment: &str) -> usize {
    segment.parse().expect("an element of a list has a number")
}
