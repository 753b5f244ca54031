//! The tensors of a model, in the ways that the format has to hold them.

use super::wire::damaged;
use crate::formats::{Bytes, Dtype, Entry, FormatError};

/// The format's numbers of types.
const TYPES: [(i64, Dtype); 10] = [
    (1, Dtype::F32),
    (2, Dtype::U8),
    (3, Dtype::I8),
    (5, Dtype::I16),
    (6, Dtype::I32),
    (7, Dtype::I64),
    (9, Dtype::Bool),
    (10, Dtype::F16),
    (11, Dtype::F64),
    (16, Dtype::Bf16),
];

/// The type of a number of the format.
pub(super) fn dtype(code: i64) -> Option<Dtype> {
    let row = TYPES.iter().find(|(known, _)| *known == code);
    row.map(|(_, dtype)| *dtype)
}

/// The format's number of a type.
pub(super) fn code(dtype: Dtype) -> i64 {
    let row = TYPES.iter().find(|(_, known)| *known == dtype);
    row.expect("every type is in the table").0
}

/// A tensor as a model holds it, whether or not it can be read.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Tensor<'b> {
    /// Its name.
    pub name: String,
    /// The format's number of its type.
    pub(super) code: i64,
    /// The sizes of its axes.
    pub axes: Vec<i64>,
    /// Its numbers.
    pub data: Data<'b>,
}

/// The numbers of a tensor, by the field that holds them.
#[derive(Clone, Debug, Default, PartialEq)]
pub enum Data<'b> {
    /// None.
    #[default]
    Empty,
    /// As they are.
    Raw(Bytes<'b>),
    /// Floats of 32 bits.
    Floats(Bytes<'b>),
    /// Floats of 64 bits.
    Doubles(Bytes<'b>),
    /// Integers of up to 32 bits, and the bits of smaller floats.
    Narrow(Vec<i64>),
    /// Integers of 64 bits.
    Wide(Vec<i64>),
    /// In another file.
    External(External),
}

/// A place in a file that lies beside the model's.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct External {
    /// The file, by its path from the model's folder.
    pub file: String,
    /// Where the numbers begin.
    pub offset: usize,
    /// How many bytes they are; up to the end of the file by default.
    pub length: Option<usize>,
}

impl<'b> Tensor<'b> {
    /// A tensor that is to be written: its elements in the order of rows, of little-endian bytes.
    pub fn new(name: impl Into<String>, dtype: Dtype, shape: &[usize], bytes: Vec<u8>) -> Self {
        Tensor {
            name: name.into(),
            code: code(dtype),
            axes: shape.iter().map(|&axis| axis as i64).collect(),
            data: Data::Raw(bytes.into()),
        }
    }

    /// The file that holds its numbers, if they are not in the model itself.
    pub(super) fn file(&self) -> Option<&str> {
        match &self.data {
            Data::External(place) => Some(&place.file),
            _ => None,
        }
    }

    /// Takes its numbers from a file, if they lie there.
    pub(super) fn attach(&mut self, file: &str, bytes: &Bytes<'b>) -> Result<(), FormatError> {
        let Data::External(place) = &self.data else {
            return Ok(());
        };
        if place.file != file {
            return Ok(());
        }
        let end = match place.length {
            Some(length) => place.offset.checked_add(length),
            None => Some(bytes.len()),
        };
        let taken = end.and_then(|end| bytes.part(place.offset..end));
        let taken = taken.ok_or_else(|| {
            damaged(format!(
                "tensor `{}` ends beyond the {} bytes of {file}",
                self.name,
                bytes.len()
            ))
        })?;
        self.data = Data::Raw(taken);
        Ok(())
    }

    /// The tensor, in rows.
    ///
    /// # Errors
    ///
    /// If it is of a type that no layer has, lies in another file, or its shape is of another number of elements.
    pub fn entry(&self) -> Result<Entry<'b>, String> {
        self.clone().into_entry()
    }

    /// The same of a tensor that is not needed any more.
    ///
    /// # Errors
    ///
    /// As [`entry`](Tensor::entry).
    pub fn into_entry(self) -> Result<Entry<'b>, String> {
        let dtype = dtype(self.code).ok_or_else(|| {
            format!(
                "is of ONNX's type {}; of integers and floats those of 8 to 64 bits can be read, so convert it",
                self.code
            )
        })?;
        let axes = self.axes.iter().map(|&axis| usize::try_from(axis));
        let shape: Result<Vec<usize>, _> = axes.collect();
        let shape = shape.map_err(|_| format!("is {:?}", self.axes))?;
        let bytes: Bytes<'b> = match (self.data, dtype) {
            (Data::Raw(bytes), _) => bytes,
            (Data::Empty, _) => Bytes::default(),
            (Data::Floats(bytes), Dtype::F32) | (Data::Doubles(bytes), Dtype::F64) => bytes,
            (Data::Narrow(numbers), _) if dtype.size() <= 4 && dtype != Dtype::F32 => {
                low_bytes(&numbers, dtype.size()).into()
            }
            (Data::Wide(numbers), Dtype::I64) => low_bytes(&numbers, 8).into(),
            (Data::External(place), _) => {
                return Err(format!("lies in another file, {}", place.file));
            }
            _ => return Err(format!("is {}, but its numbers are not", dtype.name())),
        };
        Entry::new(dtype, shape, bytes)
    }
}

fn low_bytes(numbers: &[i64], size: usize) -> Vec<u8> {
    let each = numbers.iter().map(|number| number.to_le_bytes());
    each.flat_map(|bytes| bytes.into_iter().take(size))
        .collect()
}
