//! The recurrent operators of a model, as layers.

use std::collections::BTreeMap;
use std::fmt;

use burn::tensor::{Device, TensorData};
use rekindle::engine::Direction;
use rekindle::{AnyCell, Cell, CellConfig, Recurrent, RecurrentConfig};

use super::node::{self, Reads};
use super::scope::{Scope, Source};
use super::{equations, stack, weights};
use crate::counted::counted;
use crate::error::WeightError;
use crate::formats::onnx::{Graph, Model, Setting};
use crate::given::AllGiven;
use crate::load::{Wanted, check, load};
use crate::pytorch::slots;
use crate::taken::Taken;
use crate::written::inline;

/// A recurrent operator of a model, or several that are the layers of a stack.
#[derive(Clone, Debug)]
pub struct Operators<'m> {
    /// From the lowest layer to the highest.
    layers: Vec<node::Recurrent<'m>>,
    config: RecurrentConfig,
}

impl<'m> Operators<'m> {
    fn new(layers: Vec<node::Recurrent<'m>>) -> Self {
        let settled = &layers[0].settled;
        let both = settled.reads == Reads::Both;
        let cell = equations::cell(settled, 0);
        let reverse = both.then(|| equations::cell(settled, 1));
        let config = RecurrentConfig {
            layers: layers.len(),
            bidirectional: both,
            learned_initial: layers.iter().any(node::Recurrent::begins),
            reverse_cell: reverse.filter(|reverse| *reverse != cell),
            ..RecurrentConfig::new(cell)
        };
        Operators { layers, config }
    }

    /// The names of the nodes, from the lowest layer to the highest; of a node without a name that of the value that it gives.
    pub fn names(&self) -> Vec<&str> {
        self.layers
            .iter()
            .map(|layer| layer.name.as_str())
            .collect()
    }

    /// The layer that computes what they do.
    pub fn config(&self) -> &RecurrentConfig {
        &self.config
    }

    /// The width of the input.
    pub fn d_input(&self) -> usize {
        self.layers[0].d_input
    }

    /// Whether they read from the end only. The layer reads forward: give it what [`Sequence::reversed`](rekindle::Sequence::reversed)
    /// makes of the input, and turn its output likewise.
    pub fn is_reversed(&self) -> bool {
        self.layers[0].settled.reads == Reads::Reverse
    }

    /// What the model decides when it runs, and the layer is given by its caller: lengths and states by the names of their values.
    pub fn given(&self) -> Vec<(String, String)> {
        let mut given = Vec::new();
        for layer in &self.layers {
            let states = layer.standard.states.iter().zip(&layer.initial);
            let states = states.map(|(state, source)| (format!("initial_{state}"), source));
            let all = std::iter::once(("sequence_lens".to_owned(), &layer.lengths)).chain(states);
            given.extend(
                all.filter_map(|(what, source)| match (source, what.as_str()) {
                    (Source::Computed(value), _) => {
                        Some((format!("{} of {}", what, layer.name), (*value).to_owned()))
                    }
                    (Source::Constant(tensor), "sequence_lens") => {
                        Some((format!("{} of {}", what, layer.name), tensor.name.clone()))
                    }
                    _ => None,
                }),
            );
        }
        given
    }

    /// The weights by the names that [`weight_names`](crate::weight_names) of the layer has.
    ///
    /// # Errors
    ///
    /// If a weight is of a type that no layer computes with, holds a number that is not finite, or lies in a file that was not attached or
    /// cannot be read any more.
    pub fn weights(&self) -> Result<BTreeMap<String, TensorData>, WeightError> {
        let given = self.given_weights()?.into_iter();
        let numbers = given.map(|(name, given)| {
            let data = given.numbers(&name, false)?;
            Ok((name, data))
        });
        numbers.collect()
    }

    /// The same, still in the model.
    fn given_weights(&self) -> Result<AllGiven<'m>, WeightError> {
        let forward = self.config.cell_in(Direction::Forward);
        let mut cells = vec![forward];
        if self.config.bidirectional {
            cells.push(self.config.cell_in(Direction::Reverse));
        }
        let mut all = AllGiven::new();
        for (depth, layer) in self.layers.iter().enumerate() {
            let found = weights::weights(layer, &cells, depth);
            all.extend(found.map_err(|why| WeightError::Operator {
                name: layer.name.clone(),
                why,
            })?);
        }
        Ok(all)
    }

    /// The layer with its weights.
    ///
    /// # Errors
    ///
    /// If a weight is of a type that no layer computes with, or holds a number that is not finite.
    pub fn load(&self, device: &Device) -> Result<Recurrent<AnyCell>, WeightError> {
        let refused = |invalid: rekindle::Invalid| WeightError::Operator {
            name: self.layers[0].name.clone(),
            why: format!("is a layer that cannot be made: {invalid}"),
        };
        self.config.fits(self.d_input()).map_err(refused)?;
        let layer = self.config.blank(self.d_input(), device);
        let slots = slots(&layer);
        load(layer, slots, self.given_weights()?)
    }

    /// The names of the tensors that hold the weights.
    pub fn tensors(&self) -> Vec<String> {
        let sources = self.layers.iter().flat_map(|layer| &layer.tensors);
        let names = sources.flat_map(|source| match source {
            Source::Constant(tensor) => vec![tensor.name.clone()],
            Source::Folded(folded) => folded.of.iter().map(|&name| name.to_owned()).collect(),
            Source::Absent | Source::Computed(_) => Vec::new(),
        });
        names.collect()
    }

    /// Why a layer is another than this one, if it is.
    fn differs<C: Cell>(&self, layer: &Recurrent<C>) -> Option<WeightError> {
        let name = self.layers[0].name.clone();
        let why = |why: String| Some(WeightError::Operator { name, why });
        if self.is_reversed() {
            return why(
                "reads from the end only, which no layer does: reverse the input, and load it by rekindle_interop::onnx".into(),
            );
        }
        let (own, there) = (self.layers.len(), layer.layers().len());
        if own != there || self.config.bidirectional != layer.is_bidirectional() {
            let count = |n: usize, both: bool| format!("layers = {n}, bidirectional = {both}");
            return why(format!(
                "is {}, but the layer {}",
                count(own, self.config.bidirectional),
                count(there, layer.is_bidirectional())
            ));
        }
        let sides = [
            (Direction::Forward, "cell"),
            (Direction::Reverse, "reverse_cell"),
        ];
        for level in layer.layers() {
            let cells = std::iter::once(&level.forward).chain(&level.reverse);
            for (cell, (direction, key)) in cells.zip(sides) {
                let own = self.config.cell_in(direction);
                let program = cell.gates().map(|gates| gates.program());
                if program != own.program().as_ref() {
                    return why(format!(
                        "is of other equations than the layer's cell; write {key} = {}",
                        inline(own)
                    ));
                }
            }
        }
        None
    }
}

impl fmt::Display for Operators<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let first = &self.layers[0];
        write!(
            f,
            "{}: {}, {} to {}, {}",
            self.names().join(", "),
            first.standard.op,
            first.d_input,
            first.settled.d_hidden,
            counted(self.layers.len(), "layer")
        )?;
        f.write_str(match first.settled.reads {
            Reads::Forward => "",
            Reads::Reverse => ", from the end",
            Reads::Both => ", both directions",
        })?;
        f.write_str(if first.settled.bias { "" } else { ", no bias" })
    }
}

/// Every recurrent operator of a graph and of those within it, each with the place in the list of that whose output it reads.
type Listed<'m> = Vec<(Result<node::Recurrent<'m>, WeightError>, Option<usize>)>;

fn list<'m>(graph: &'m Graph<'m>, outer: Option<&Scope<'m, '_>>, listed: &mut Listed<'m>) {
    let scope = Scope::new(graph, outer);
    let mut outputs: BTreeMap<&str, usize> = BTreeMap::new();
    for node in &graph.nodes {
        if let Some(read) = node::Recurrent::of(node, &scope) {
            let below = stack::below(node, &scope);
            let below = below.and_then(|value| outputs.get(value).copied());
            if let Some(y) = node.outputs.first() {
                outputs.insert(y, listed.len());
            }
            let name = node::name(node);
            listed.push((
                read.map_err(|why| WeightError::Operator { name, why }),
                below,
            ));
        }
        for attribute in &node.attributes {
            if let Setting::Graph(inner) = &attribute.setting {
                list(inner, Some(&scope), listed);
            }
        }
    }
}

/// The recurrent operators of a model, by stacks: those that read one another's outputs and differ in nothing else are layers of one.
///
/// One that no layer computes is an error, which names the node and what it has.
pub fn find<'m>(model: &'m Model<'m>) -> Vec<Result<Operators<'m>, WeightError>> {
    let mut listed = Vec::new();
    list(&model.graph, None, &mut listed);
    let mut stacks: Vec<Result<Vec<node::Recurrent<'m>>, WeightError>> = Vec::new();
    // The stack that each operator is the top of.
    let mut tops: BTreeMap<usize, usize> = BTreeMap::new();
    for (index, (read, below)) in listed.into_iter().enumerate() {
        let at = below.and_then(|below| tops.get(&below).map(|&stack| (below, stack)));
        match (read, at) {
            (Ok(read), Some((below, at)))
                if stacks[at]
                    .as_ref()
                    .is_ok_and(|stack| stack::stands_on(&read, &stack[stack.len() - 1])) =>
            {
                tops.remove(&below);
                tops.insert(index, at);
                if let Ok(stack) = &mut stacks[at] {
                    stack.push(read);
                }
            }
            (read, _) => {
                tops.insert(index, stacks.len());
                stacks.push(read.map(|read| vec![read]));
            }
        }
    }
    stacks
        .into_iter()
        .map(|stack| stack.map(Operators::new))
        .collect()
}

/// The layer with the weights of a model's recurrent operators: of the node of a name and those that read it, or, without one, of the
/// only ones that compute what the layer computes.
///
/// # Errors
///
/// If no operator does, or several do. Nothing is loaded then.
pub fn take<'m, C: Cell>(
    layer: Recurrent<C>,
    model: &'m Model<'m>,
    name: Option<&str>,
) -> Result<(Recurrent<C>, Taken), WeightError> {
    let depth = layer.layers().len();
    let mut candidates = Vec::new();
    let mut faults = Vec::new();
    for found in find(model) {
        match found {
            Err(fault @ WeightError::Operator { .. }) => faults.push(fault),
            Err(fault) => return Err(fault),
            // A layer may also be one of a stack's, or some of them.
            Ok(stack) if depth < stack.layers.len() => {
                let parts = stack.layers.windows(depth);
                candidates.extend(parts.map(|part| Operators::new(part.to_vec())));
            }
            Ok(stack) => candidates.push(stack),
        }
    }
    if let Some(name) = name {
        candidates.retain(|found| found.layers[0].name == name);
        faults
            .retain(|fault| matches!(fault, WeightError::Operator { name: of, .. } if of == name));
    }
    let slots = slots(&layer);
    let mut fitting = Vec::new();
    for found in candidates {
        let weights = match found.differs(&layer) {
            Some(fault) => Err(fault),
            None => found.given_weights().and_then(|weights| {
                check(&Wanted::all(&slots), &weights)?;
                Ok(weights)
            }),
        };
        match weights {
            Ok(weights) => fitting.push((found, weights)),
            Err(fault) => faults.push(fault),
        }
    }
    let places = |found: &(Operators<'_>, _)| found.0.layers[0].name.clone();
    match fitting.len() {
        0 if faults.is_empty() => Err(WeightError::NoOperator {
            name: name.map(str::to_owned),
        }),
        0 if faults.len() == 1 => Err(faults.remove(0)),
        0 => Err(WeightError::Several(faults)),
        1 => {
            let (found, weights) = fitting.remove(0);
            let names = found.tensors();
            let all = model.graph.constants.iter().map(|tensor| &tensor.name);
            let left = all.filter(|name| !names.contains(name)).cloned().collect();
            let taken = Taken {
                prefix: found.layers[0].name.clone(),
                names,
                left,
            };
            Ok((load(layer, slots, weights)?, taken))
        }
        _ => Err(WeightError::Ambiguous {
            prefixes: fitting.iter().map(places).collect(),
        }),
    }
}
