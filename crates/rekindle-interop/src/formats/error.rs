//! Why a file of tensors cannot be read.

use thiserror::Error;

/// Why a file of tensors cannot be read; every message is one line.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[allow(missing_docs, reason = "the messages say what the fields are")]
pub enum FormatError {
    /// No format begins so.
    #[error(
        "not a file of tensors that can be read; known are .safetensors, .pt, .pth, .keras, .h5, .onnx, .bpk, .npz, .npy and pickles of numpy arrays"
    )]
    Unknown,

    /// The content is not what its format says.
    #[error("not a {format} file, or a truncated one ({why}); write it again, e.g. with {writer}")]
    Damaged {
        format: &'static str,
        why: String,
        writer: &'static str,
    },

    /// The content is whole, and holds no tensor.
    #[error("{format} file without a tensor in a dictionary or list{}; save the state_dict() of the model", found(.objects))]
    Empty {
        format: &'static str,
        objects: Vec<String>,
    },

    /// A tensor cannot be taken as it is.
    #[error("tensor `{name}` {why}")]
    Tensor { name: String, why: String },

    /// The file cannot be read any more.
    #[error("the file cannot be read to its end ({0}); was it changed meanwhile? Try again")]
    Unread(String),

    /// Two tensors have one name.
    #[error("two tensors are named `{0}`")]
    Twice(String),

    /// There is too much for a zip file.
    #[error("a zip file holds up to four gigabytes and 65534 arrays; write .safetensors")]
    Archive,

    /// The content would take more memory than its size warrants.
    #[error("the file of {bytes} bytes unpacks to more than {most}; save it without compression")]
    TooLarge { bytes: usize, most: usize },
}

/// What else there is, named.
fn found(names: &[String]) -> String {
    match names {
        [] => String::new(),
        _ => format!(
            " (it holds {}, which are not made into anything)",
            names.join(", ")
        ),
    }
}
