//! ONNX: models as graphs of nodes, read from bytes and written to them.
//!
//! What of the format belongs to a value that nobody asks for, as an operator's documentation or a tensor of a rare type, is not read.

mod data;
mod functions;
mod model;
mod read;
mod wire;
mod write;

pub use data::{Data, External, Tensor};
pub use model::{Attribute, Axis, Graph, Model, Node, Port, Setting};
pub use read::read;
pub use write::write;

use super::{FormatError, Tensors};

/// The versions of the operators that are written: from the first whose recurrent operators are today's, which is the usual one, to
/// the newest that onnxruntime ran.
pub const OPSETS: std::ops::RangeInclusive<i64> = 14..=28;

/// Whether a content begins as a model does: with the version of the format, and one of the fields behind it.
pub(super) fn begins(bytes: &[u8]) -> bool {
    // Producer, its version, domain, version, documentation, graph, operators.
    matches!(
        bytes,
        [
            0x08,
            1..=99,
            0x12 | 0x1a | 0x22 | 0x28 | 0x32 | 0x3a | 0x42,
            ..
        ]
    )
}

impl<'b> Model<'b> {
    /// The tensors of a model, by name: initializers, and the values of `Constant` nodes, of the graph and of those within it.
    ///
    /// # Errors
    ///
    /// If a tensor is of a type that no layer has, or lies in a file that was not [attached](Model::attach), or two have one name.
    pub fn into_tensors(self) -> Result<Tensors<'b>, FormatError> {
        let mut tensors = Tensors::default();
        collect(self.graph, &mut tensors)?;
        Ok(tensors)
    }
}

fn collect<'b>(graph: Graph<'b>, tensors: &mut Tensors<'b>) -> Result<(), FormatError> {
    let mut add = |name: String, tensor: Tensor<'b>| {
        let entry = tensor.into_entry();
        let entry = entry.map_err(|why| FormatError::Tensor {
            name: name.clone(),
            why,
        });
        tensors.add(name, entry?)
    };
    for mut tensor in graph.constants {
        add(std::mem::take(&mut tensor.name), tensor)?;
    }
    let mut inner = Vec::new();
    for node in graph.nodes {
        let constant = node.is("Constant");
        let name = node.outputs.into_iter().next().unwrap_or_default();
        for attribute in node.attributes {
            match attribute.setting {
                Setting::Tensor(tensor) if constant => add(name.clone(), tensor)?,
                Setting::Graph(graph) => inner.push(graph),
                _ => {}
            }
        }
    }
    inner
        .into_iter()
        .try_for_each(|graph| collect(graph, tensors))
}
