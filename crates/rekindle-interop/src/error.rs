//! Why weights do not fit a module.

use crate::formats::onnx::OPSETS;
use thiserror::Error;

/// Why weights do not fit a module; every message is a line for each fault, which names the tensor.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[allow(missing_docs, reason = "the messages say what the fields are")]
pub enum WeightError {
    /// A parameter of the module has no tensor.
    #[error("tensor `{name}`, {shape:?}, is missing")]
    Missing { name: String, shape: Vec<usize> },

    /// A file has no tensor of this name.
    #[error("the file has no tensor `{name}`")]
    Absent { name: String },

    /// A tensor has another number of axes than the caller takes.
    #[error("tensor `{name}` is {shape:?}, but must be of rank {rank}")]
    Rank {
        name: String,
        shape: Vec<usize>,
        rank: usize,
    },

    /// Tensors belong to no parameter of the module.
    #[error("{} of this module's, which are {}", none_of(names), known.join(", "))]
    Unexpected {
        names: Vec<String>,
        known: Vec<String>,
    },

    /// A file has what a network lacks.
    #[error("the network lacks what {}", belongs(names))]
    Beyond { names: Vec<String> },

    /// No other library has a network with this parameter.
    #[error("no other library's network has the parameter `{path}` of this one")]
    NoTable { path: String },

    /// A tensor has another shape than its parameter.
    #[error("tensor `{name}` is {found:?}, but the module takes {expected:?}")]
    Shape {
        name: String,
        found: Vec<usize>,
        expected: Vec<usize>,
    },

    /// A tensor is of no type that a layer computes with.
    #[error("tensor `{name}` is {found}, but must be f32 or f64")]
    Dtype { name: String, found: &'static str },

    /// Tensors of one module are of different types.
    #[error("tensor `{name}` is {found}, but `{first}` is {expected}; all must be the same")]
    Mixed {
        name: String,
        found: &'static str,
        first: String,
        expected: &'static str,
    },

    /// The device of the module does not compute with the type of the tensors.
    #[error("tensor `{name}` is {found}, which the device does not compute with")]
    Unsupported { name: String, found: &'static str },

    /// A tensor holds a number that is infinite or none.
    #[error("tensor `{name}` holds {value} at element {index}")]
    NotFinite {
        name: String,
        value: String,
        index: usize,
    },

    /// The file that a tensor is in cannot be read any more.
    #[error("tensor `{name}`: {why}")]
    Unread { name: String, why: String },

    /// A tensor holds what the cell here has no place for.
    #[error("tensor `{name}` holds what the cell here lacks; that part of it must be zero")]
    Lacking { name: String },

    /// A weight holds what the other library has no place for.
    #[error("`{name}` holds what the other library has no place for; that part of it must be zero")]
    NoPlace { name: String },

    /// A tensor stands before a recurrence.
    #[error(
        "tensor `{name}` is of a convolution before the recurrence, which no cell here has: take a layer made with {made}"
    )]
    Before { name: String, made: &'static str },

    /// The library that is asked for has no such layer.
    #[error("{library} has no layer of this cell, these directions and so many levels")]
    NoForm { library: &'static str },

    /// Several modules of a checkpoint fit.
    #[error(
        "weights of this shape stand in several places: {}; say which by its prefix",
        places(prefixes)
    )]
    Ambiguous { prefixes: Vec<String> },

    /// A recurrent operator of a model is not the layer, or none that a layer could be.
    #[error("node `{name}` {why}")]
    Operator { name: String, why: String },

    /// A model has no recurrent operator, or none of the name.
    #[error("the model has no operator RNN, GRU or LSTM{}", named(name))]
    NoOperator { name: Option<String> },

    /// A cell of a layer cannot be written.
    #[error("cell {cell} {why}")]
    Unwritten { cell: String, why: String },

    /// Models are not written with these operators.
    #[error("opset = {version}: must be from {} to {}", OPSETS.start(), OPSETS.end())]
    Opset { version: i64 },

    /// A layer of a model of another framework computes something else, or what no layer here does.
    #[error("layer `{name}` of the file {why}")]
    Layer { name: String, why: String },

    /// A module of Burn's computes something else, or what no layer here does.
    #[error("burn::nn's {name} {why}")]
    Module { name: &'static str, why: String },

    /// A model has no recurrent layers of these, or none of the name.
    #[error("the file has no {wanted}; its recurrent layers are {}", list(known))]
    NoLayer { wanted: String, known: Vec<String> },

    /// There is more than one fault.
    #[error("{}", lines(.0))]
    Several(Vec<WeightError>),
}

impl WeightError {
    /// All of these faults, if there are any.
    pub(crate) fn all(mut faults: Vec<WeightError>) -> Result<(), WeightError> {
        match faults.len() {
            0 => Ok(()),
            1 => Err(faults.remove(0)),
            _ => Err(WeightError::Several(faults)),
        }
    }
}

fn none_of(names: &[String]) -> String {
    match names {
        [name] => format!("tensor `{name}` is not one"),
        _ => format!("tensors {} are not", places(names)),
    }
}

/// How many names are written out.
const MANY: usize = 5;

fn belongs(names: &[String]) -> String {
    match names {
        [name] => format!("tensor `{name}` is of"),
        _ if names.len() > MANY => format!(
            "{} tensors are of: {} and others",
            names.len(),
            places(&names[..MANY])
        ),
        _ => format!("tensors {} are of", places(names)),
    }
}

fn named(name: &Option<String>) -> String {
    name.as_ref()
        .map_or_else(String::new, |name| format!(" named `{name}`"))
}

fn list(names: &[String]) -> String {
    match names {
        [] => "none".to_owned(),
        _ => places(names),
    }
}

fn places(names: &[String]) -> String {
    let quoted: Vec<String> = names.iter().map(|name| format!("`{name}`")).collect();
    quoted.join(", ")
}

fn lines(faults: &[WeightError]) -> String {
    let lines: Vec<String> = faults.iter().map(WeightError::to_string).collect();
    lines.join("\n")
}
