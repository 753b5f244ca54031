//! A model's own functions: each node that calls one becomes the nodes of its body, whose values stand behind the name of what the call gives.

use std::collections::HashMap;

use super::data::{Data, Tensor};
use super::model::{Attribute, Graph, Node, Setting};
use super::wire::damaged;
use crate::formats::FormatError;

/// How deep functions may call one another.
const DEEPEST: usize = 32;

/// A function of a model.
#[derive(Debug, Default)]
pub(super) struct Function<'b> {
    pub(super) name: String,
    pub(super) domain: String,
    pub(super) inputs: Vec<String>,
    pub(super) outputs: Vec<String>,
    /// The attributes that a call may leave out.
    pub(super) usual: Vec<Attribute<'b>>,
    pub(super) nodes: Vec<Node<'b>>,
}

/// Sets the bodies of functions in the place of their calls.
pub(super) struct Inliner<'f, 'b> {
    functions: HashMap<(&'f str, &'f str), &'f Function<'b>>,
    /// How many nodes, values and tensors there may still be, and how many bytes of their names and numbers.
    left: usize,
    bytes: usize,
}

impl<'f, 'b> Inliner<'f, 'b> {
    pub(super) fn new(functions: &'f [Function<'b>], left: usize, bytes: usize) -> Self {
        let named = functions.iter();
        Inliner {
            functions: named
                .map(|function| ((&*function.domain, &*function.name), function))
                .collect(),
            left,
            bytes,
        }
    }

    /// A graph without calls.
    pub(super) fn graph(&mut self, mut graph: Graph<'b>, depth: usize) -> Done<Graph<'b>> {
        let nodes = std::mem::take(&mut graph.nodes);
        for node in nodes {
            self.node(node, depth, &mut graph.nodes)?;
        }
        Ok(graph)
    }

    fn node(&mut self, mut node: Node<'b>, depth: usize, nodes: &mut Vec<Node<'b>>) -> Done<()> {
        for attribute in &mut node.attributes {
            if let Setting::Graph(inner) = &mut attribute.setting {
                *inner = self.graph(std::mem::take(inner), depth)?;
            }
        }
        let called = self.functions.get(&(&*node.domain, &*node.op)).copied();
        let Some(function) = called else {
            nodes.push(node);
            return Ok(());
        };
        if depth == DEEPEST {
            return Err(damaged(format!(
                "its functions call one another more than {DEEPEST} deep"
            )));
        }
        let call = Call::new(function, &node);
        for body in &function.nodes {
            let body = self.inside(body, &call)?;
            self.node(body, depth + 1, nodes)?;
        }
        Ok(())
    }

    /// A node of a body, as a call has it.
    fn inside(&mut self, body: &Node<'b>, call: &Call<'_, 'b>) -> Done<Node<'b>> {
        let mut named = |names: &[String]| -> Done<Vec<String>> {
            names.iter().map(|name| self.named(name, call)).collect()
        };
        let (inputs, outputs) = (named(&body.inputs)?, named(&body.outputs)?);
        let name = match body.name.as_str() {
            "" => String::new(),
            name => self.named(name, call)?,
        };
        let mut attributes = Vec::with_capacity(body.attributes.len());
        for attribute in &body.attributes {
            if let Some(setting) = self.setting(&attribute.setting, call)? {
                attributes.push(Attribute {
                    name: attribute.name.clone(),
                    setting,
                });
            }
        }
        Ok(Node {
            name,
            op: body.op.clone(),
            domain: body.domain.clone(),
            inputs,
            outputs,
            attributes,
        })
    }

    /// What an attribute of a body is set to; none if it is one of the call's that the call leaves out.
    fn setting(&mut self, setting: &Setting<'b>, call: &Call<'_, 'b>) -> Done<Option<Setting<'b>>> {
        Ok(Some(match setting {
            Setting::Refers(name) => {
                let mut given = call.attributes.iter().chain(&call.function.usual);
                let given = given.find(|attribute| attribute.name == *name);
                let Some(given) = given else {
                    return Ok(None);
                };
                self.copied(&given.setting)?
            }
            Setting::Graph(inner) => Setting::Graph(self.body(inner, call)?),
            other => self.copied(other)?,
        }))
    }

    /// A setting that is there once more.
    fn copied(&mut self, setting: &Setting<'b>) -> Done<Setting<'b>> {
        self.take(match setting {
            Setting::Tensor(tensor) => held(tensor),
            Setting::Numbers(numbers) => numbers.len() * 4,
            Setting::Integers(numbers) => numbers.len() * 8,
            Setting::Texts(texts) => texts.iter().map(|text| text.len() + 24).sum(),
            Setting::Text(text) => text.len(),
            // A graph that a call gives is the caller's, whose values have their names.
            Setting::Graph(graph) => size(graph),
            _ => 0,
        })?;
        Ok(setting.clone())
    }

    /// A graph of a node of a body.
    fn body(&mut self, graph: &Graph<'b>, call: &Call<'_, 'b>) -> Done<Graph<'b>> {
        let mut inside = Graph {
            name: graph.name.clone(),
            ..Graph::default()
        };
        for node in &graph.nodes {
            let node = self.inside(node, call)?;
            inside.nodes.push(node);
        }
        for tensor in &graph.constants {
            self.take(held(tensor))?;
            let name = self.named(&tensor.name, call)?;
            inside.constants.push(Tensor {
                name,
                ..tensor.clone()
            });
        }
        for (ports, own) in [
            (&graph.inputs, &mut inside.inputs),
            (&graph.outputs, &mut inside.outputs),
        ] {
            for port in ports {
                let mut port = port.clone();
                port.name = self.named(&port.name, call)?;
                own.push(port);
            }
        }
        Ok(inside)
    }

    /// A value of a body, by the name that it has outside.
    fn named(&mut self, name: &str, call: &Call<'_, 'b>) -> Done<String> {
        let outside = match call.names.get(name) {
            _ if name.is_empty() => String::new(),
            Some(outside) => (*outside).to_owned(),
            None => format!("{}/{name}", call.place),
        };
        self.take(outside.len())?;
        Ok(outside)
    }

    fn take(&mut self, bytes: usize) -> Done<()> {
        let left = self.left.checked_sub(1).zip(self.bytes.checked_sub(bytes));
        let left = left.ok_or_else(|| {
            damaged(
                "its functions are called so often that the size of the file does not warrant it"
                    .into(),
            )
        });
        (self.left, self.bytes) = left?;
        Ok(())
    }
}

type Done<T> = Result<T, FormatError>;

/// A call of a function.
struct Call<'c, 'b> {
    function: &'c Function<'b>,
    attributes: &'c [Attribute<'b>],
    /// The names outside of what goes in and comes out.
    names: HashMap<&'c str, &'c str>,
    /// The first value that it gives.
    place: &'c str,
}

impl<'c, 'b> Call<'c, 'b> {
    fn new(function: &'c Function<'b>, node: &'c Node<'b>) -> Self {
        let left_out = std::iter::repeat("");
        let inputs = node.inputs.iter().map(String::as_str).chain(left_out);
        let inputs = function.inputs.iter().zip(inputs);
        let outputs = function.outputs.iter().zip(&node.outputs);
        // What nobody takes is named like the other values inside.
        let outputs = outputs.filter(|(_, outside)| !outside.is_empty());
        let outputs = outputs.map(|(inside, outside)| (inside.as_str(), outside.as_str()));
        let names = inputs.map(|(inside, outside)| (inside.as_str(), outside));
        let place = node.outputs.iter().find(|name| !name.is_empty());
        Call {
            function,
            attributes: &node.attributes,
            names: names.chain(outputs).collect(),
            place: place.unwrap_or(&node.name),
        }
    }
}

/// The bytes of a tensor that a copy of it takes.
fn held(tensor: &Tensor<'_>) -> usize {
    let numbers = match &tensor.data {
        // Copies of bytes are the same bytes.
        Data::Empty | Data::Raw(_) | Data::Floats(_) | Data::Doubles(_) => 0,
        Data::Narrow(numbers) | Data::Wide(numbers) => numbers.len() * 8,
        Data::External(place) => place.file.len(),
    };
    numbers + tensor.axes.len() * 8
}

/// The bytes that a copy of a graph takes, roughly.
fn size(graph: &Graph<'_>) -> usize {
    let tensors: usize = graph.constants.iter().map(held).sum();
    let attributes = graph.nodes.iter().flat_map(|node| &node.attributes);
    let inner = attributes.map(|attribute| match &attribute.setting {
        Setting::Tensor(tensor) => held(tensor),
        Setting::Graph(graph) => size(graph),
        _ => 64,
    });
    tensors + inner.sum::<usize>() + graph.nodes.len() * 256
}
