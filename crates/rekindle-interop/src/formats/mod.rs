//! Formats of files that hold tensors: from bytes to named tensors and back. No layer is known here.
//!
//! What is read is told by its content. No code that a file names is ever run, and what a file declares is held to what it holds
//! before memory is taken for it.

mod archive;
mod burnpack;
mod bytes;
mod error;
mod hdf5;
pub mod keras;
pub mod numpy;
pub mod onnx;
mod pickle;
pub mod pytorch;
pub mod safetensors;
mod strides;
mod tensor;

use archive::Archive;
pub use bytes::{Bytes, ReadAt};
pub use error::FormatError;
pub(crate) use strides::View;
pub use tensor::{Dtype, Entry, Tensors};

/// What a file is, by its first bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// [`safetensors`].
    Safetensors,
    /// A zip file of PyTorch's, of Keras' (`.keras`), or of NumPy's arrays (`.npz`).
    Zip,
    /// A pickle: PyTorch's legacy files, or a dictionary of NumPy's arrays.
    Pickle,
    /// One array of NumPy's (`.npy`).
    Npy,
    /// A model of [`onnx`].
    Onnx,
    /// A record of Burn's (`.bpk`).
    Burnpack,
    /// HDF5, as Keras writes it ([`keras`]).
    Hdf5,
}

impl Format {
    /// The format of a content; none if it begins as no format does that can be read.
    pub fn of(bytes: &[u8]) -> Option<Self> {
        match bytes {
            [b'P', b'K', 3 | 5, 4 | 6, ..] => Some(Format::Zip),
            _ if burnpack::begins(bytes) => Some(Format::Burnpack),
            _ if hdf5::begins(bytes) => Some(Format::Hdf5),
            [0x93, b'N', b'U', b'M', b'P', b'Y', ..] => Some(Format::Npy),
            // The opcode PROTO; the older protocols have none, and begin with what makes a container.
            [0x80, 0..=5, ..] | [b'(' | b'c' | b'}' | b']', ..] => Some(Format::Pickle),
            // Eight bytes of length, and JSON.
            [_, _, _, _, _, _, _, _, b'{', ..] => Some(Format::Safetensors),
            _ if onnx::begins(bytes) => Some(Format::Onnx),
            _ => None,
        }
    }
}

/// The tensors of a file's content: `.safetensors`, `.pt` and `.pth` (zip or legacy), `.keras` and `.h5`, `.bpk`, `.npz`, `.npy`, pickles of
/// NumPy's arrays, and what an ONNX model holds.
///
/// Nested dictionaries and lists are flattened, with dots between the names. Tensors that a file holds as they are stay in it, where
/// it is [read in places](Bytes::of_file), until their numbers are asked for.
///
/// # Errors
///
/// If the content is of no format that can be read, is damaged, or would take more memory than its size warrants.
pub fn read<'b>(content: impl Into<Bytes<'b>>) -> Result<Tensors<'b>, FormatError> {
    let content = content.into();
    let first = content.first(FIRST)?;
    // A safetensors file of any header length may begin as others do; its ninth byte is told apart by none of them.
    match Format::of(&first) {
        Some(Format::Safetensors) if onnx::begins(&first) => safetensors::read(content.clone())
            .or_else(|error| read_model(&content).map_err(|_| error)),
        Some(Format::Safetensors) => safetensors::read(content.clone()),
        Some(Format::Zip) => read_zip(&content),
        Some(Format::Pickle) if first.get(8) == Some(&b'{') => safetensors::read(content.clone())
            .or_else(|error| pytorch::read_pickle(&content).map_err(|_| error)),
        Some(Format::Pickle) => pytorch::read_pickle(&content),
        Some(Format::Npy) => numpy::read_array(&content),
        Some(Format::Onnx) => read_model(&content),
        Some(Format::Burnpack) => burnpack::read(&content),
        Some(Format::Hdf5) => Ok(keras::read(content.clone())?.into_tensors()),
        None => Err(FormatError::Unknown),
    }
}

/// How many bytes tell a format.
pub const FIRST: usize = 16;

/// The tensors of a model that has all of them in itself.
fn read_model<'b>(content: &Bytes<'b>) -> Result<Tensors<'b>, FormatError> {
    onnx::read(content.clone())?.into_tensors()
}

/// The tensors of a zip file, PyTorch's, Keras' or NumPy's.
fn read_zip<'b>(content: &Bytes<'b>) -> Result<Tensors<'b>, FormatError> {
    let archive = Archive::open(content.clone())?;
    if keras::holds(&archive) {
        return Ok(keras::read(content.clone())?.into_tensors());
    }
    let pickle = archive.names().find(|name| name.ends_with("data.pkl"));
    match pickle.map(str::to_owned) {
        Some(pickle) => pytorch::read_zip(archive, &pickle),
        None => numpy::read_tensors(content),
    }
}
