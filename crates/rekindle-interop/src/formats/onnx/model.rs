//! A model: a graph of nodes, each an operator from named values to named values.

use super::data::Tensor;
use crate::formats::{Bytes, Dtype, FormatError};

/// A model.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Model<'b> {
    /// The version of the standard operators.
    pub opset: i64,
    /// What wrote it.
    pub producer: String,
    /// What it says of itself, by key.
    pub notes: Vec<(String, String)>,
    /// What it computes.
    pub graph: Graph<'b>,
}

/// A graph: of a model, or within a node that runs it.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Graph<'b> {
    /// Its name.
    pub name: String,
    /// The operators; each reads what stands before it.
    pub nodes: Vec<Node<'b>>,
    /// The tensors that are part of it, called initializers.
    pub constants: Vec<Tensor<'b>>,
    /// What it takes.
    pub inputs: Vec<Port>,
    /// What it gives.
    pub outputs: Vec<Port>,
}

/// An operator from named values to named values. An empty name is a value that is left out.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Node<'b> {
    /// Its name; models may leave it empty.
    pub name: String,
    /// Which operator: `LSTM`.
    pub op: String,
    /// Whose; empty for the standard's.
    pub domain: String,
    /// The values that it takes.
    pub inputs: Vec<String>,
    /// The values that it gives.
    pub outputs: Vec<String>,
    /// Its settings.
    pub attributes: Vec<Attribute<'b>>,
}

/// A setting of a node.
#[derive(Clone, Debug, PartialEq)]
pub struct Attribute<'b> {
    /// Its name.
    pub name: String,
    /// What is set.
    pub setting: Setting<'b>,
}

/// What an attribute holds.
#[derive(Clone, Debug, PartialEq)]
#[allow(missing_docs, reason = "the names say what they are")]
pub enum Setting<'b> {
    Number(f32),
    Integer(i64),
    Text(String),
    Numbers(Vec<f32>),
    Integers(Vec<i64>),
    Texts(Vec<String>),
    Tensor(Tensor<'b>),
    Graph(Graph<'b>),
    /// What the call of a function sets by this name; none is left once functions stand in the place of their calls.
    Refers(String),
    /// One of the kinds that no recurrent operator has.
    Other,
}

/// An input or output of a graph.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Port {
    /// Its name.
    pub name: String,
    /// The type of its numbers; none where the model does not say, or says another.
    pub dtype: Option<Dtype>,
    /// Its axes; none where the model does not say how many there are.
    pub axes: Option<Vec<Axis>>,
}

/// The size of an axis.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Axis {
    /// Of this size.
    Of(i64),
    /// Of a size that is known when the model runs, by its name, which may be empty.
    Named(String),
}

impl<'b> Node<'b> {
    /// What an attribute is set to.
    pub fn setting(&self, name: &str) -> Option<&Setting<'b>> {
        let mut all = self.attributes.iter();
        all.find(|attribute| attribute.name == name)
            .map(|attribute| &attribute.setting)
    }

    /// The name of an input; none where it is left out.
    pub fn input(&self, index: usize) -> Option<&str> {
        let name = self.inputs.get(index).map(String::as_str);
        name.filter(|name| !name.is_empty())
    }

    /// Whether it is a standard operator of this name.
    pub fn is(&self, op: &str) -> bool {
        self.op == op && matches!(self.domain.as_str(), "" | "ai.onnx")
    }
}

impl Model<'_> {
    /// The files beside the model's that hold its tensors, each once.
    pub fn files(&self) -> Vec<&str> {
        let mut files = Vec::new();
        self.graph.files(&mut files);
        files.sort_unstable();
        files.dedup();
        files
    }
}

impl<'b> Model<'b> {
    /// Gives the tensors that lie in a file their numbers.
    ///
    /// # Errors
    ///
    /// If the file ends before one of them does.
    pub fn attach(&mut self, file: &str, content: impl Into<Bytes<'b>>) -> Result<(), FormatError> {
        self.graph.attach(file, &content.into())
    }
}

impl<'b> Graph<'b> {
    /// The graphs within it.
    fn inner(&self) -> impl Iterator<Item = &Graph<'b>> {
        let attributes = self.nodes.iter().flat_map(|node| &node.attributes);
        attributes.filter_map(|attribute| match &attribute.setting {
            Setting::Graph(graph) => Some(graph),
            _ => None,
        })
    }

    fn files<'m>(&'m self, files: &mut Vec<&'m str>) {
        let attributes = self.nodes.iter().flat_map(|node| &node.attributes);
        let values = attributes.filter_map(|attribute| match &attribute.setting {
            Setting::Tensor(tensor) => Some(tensor),
            _ => None,
        });
        files.extend(self.constants.iter().chain(values).filter_map(Tensor::file));
        for graph in self.inner() {
            graph.files(files);
        }
    }

    fn attach(&mut self, file: &str, bytes: &Bytes<'b>) -> Result<(), FormatError> {
        for tensor in &mut self.constants {
            tensor.attach(file, bytes)?;
        }
        for attribute in self.nodes.iter_mut().flat_map(|node| &mut node.attributes) {
            match &mut attribute.setting {
                Setting::Tensor(tensor) => tensor.attach(file, bytes)?,
                Setting::Graph(graph) => graph.attach(file, bytes)?,
                _ => {}
            }
        }
        Ok(())
    }
}
