//! Which values of a graph are constants.

use std::cell::Cell;
use std::collections::HashMap;

use crate::formats::Entry;
use crate::formats::onnx::{Graph, Node, Setting, Tensor};

/// How many nodes that change nothing may stand between a constant and who takes it.
const FARTHEST: usize = 16;

/// The bytes that folding weights may take in a model.
const LARGEST: usize = 1 << 30;

/// A weight that nodes compute.
#[derive(Clone, Debug)]
pub(super) struct Folded<'m> {
    /// The tensors of the model that it is made of.
    pub(super) of: Vec<&'m str>,
    pub(super) entry: Entry<'m>,
}

/// The values of a graph, and those around it.
pub(super) struct Scope<'m, 's> {
    constants: HashMap<&'m str, &'m Tensor<'m>>,
    makers: HashMap<&'m str, &'m Node<'m>>,
    outer: Option<&'s Scope<'m, 's>>,
    /// The bytes that folding may still take, which the outermost scope counts.
    budget: Cell<usize>,
}

/// Where an input of a node comes from.
#[derive(Clone, Debug)]
pub(super) enum Source<'m> {
    /// It is left out.
    Absent,
    /// A tensor of the model.
    Constant(&'m Tensor<'m>),
    /// What other nodes compute of tensors of the model.
    Folded(Folded<'m>),
    /// An input of the graph, or what other nodes compute: known when the model runs.
    Computed(&'m str),
}

impl<'m, 's> Scope<'m, 's> {
    /// The scope of a graph within another.
    pub(super) fn new(graph: &'m Graph<'m>, outer: Option<&'s Scope<'m, 's>>) -> Self {
        let constants = graph.constants.iter();
        let makers = graph.nodes.iter();
        let makers =
            makers.flat_map(|node| node.outputs.iter().map(move |value| (value.as_str(), node)));
        Scope {
            constants: constants
                .map(|tensor| (tensor.name.as_str(), tensor))
                .collect(),
            makers: makers.collect(),
            outer,
            budget: Cell::new(LARGEST),
        }
    }

    /// The bytes that folding may still take.
    pub(super) fn budget(&self) -> &Cell<usize> {
        self.outer.map_or(&self.budget, Scope::budget)
    }

    /// The scopes from this one outwards.
    fn outwards(&self) -> impl Iterator<Item = &Scope<'m, 's>> {
        std::iter::successors(Some(self), |scope| scope.outer)
    }

    /// The node that gives a value.
    pub(super) fn maker(&self, value: &str) -> Option<&'m Node<'m>> {
        self.outwards()
            .find_map(|scope| scope.makers.get(value).copied())
    }

    /// A tensor that is part of the model.
    pub(super) fn constant(&self, value: &str) -> Option<&'m Tensor<'m>> {
        self.outwards()
            .find_map(|scope| scope.constants.get(value).copied())
    }

    /// Where a value comes from.
    pub(super) fn source(&self, value: Option<&'m str>) -> Source<'m> {
        let Some(first) = value else {
            return Source::Absent;
        };
        let mut value = first;
        for _ in 0..FARTHEST {
            if let Some(tensor) = self.constant(value) {
                return Source::Constant(tensor);
            }
            let Some(node) = self.maker(value) else {
                break;
            };
            if let Some(Setting::Tensor(tensor)) = node.setting("value")
                && node.is("Constant")
            {
                return Source::Constant(tensor);
            }
            match node.input(0) {
                Some(next) if node.is("Identity") => value = next,
                _ => break,
            }
        }
        Source::Computed(first)
    }
}

impl<'m> Source<'m> {
    /// A tensor that must be part of the model.
    pub(super) fn entry(&self, letter: &str) -> Result<Entry<'m>, String> {
        match self {
            Source::Folded(folded) => Ok(folded.entry.clone()),
            Source::Absent => Err(format!("has no {letter}")),
            Source::Computed(name) => Err(format!(
                "takes {letter} from `{name}`, which other nodes compute of more than constants, or not by moving them: export the model with constants folded"
            )),
            Source::Constant(tensor) => {
                let entry = tensor.entry();
                entry.map_err(|why| format!("has {letter}, tensor `{}`, which {why}", tensor.name))
            }
        }
    }

    /// The name of a tensor that is part of the model.
    pub(super) fn name(&self) -> Option<&'m str> {
        match self {
            Source::Constant(tensor) => Some(&tensor.name),
            Source::Folded(folded) => folded.of.first().copied(),
            Source::Absent | Source::Computed(_) => None,
        }
    }

    /// The shape of a tensor that must be part of the model.
    pub(super) fn shape(&self, letter: &str) -> Result<Vec<usize>, String> {
        self.entry(letter).map(|entry| entry.shape)
    }
}
