//! Burn's records, `.bpk`: a number that tells them, the length of a list of tensors in CBOR, the list, and the tensors' bytes from the
//! next multiple of 256 bytes on.
//!
//! The crate burn-pack reads them, too, but into memory of its own, and knows Burn's types; here tensors are borrowed from the file.

use std::collections::BTreeMap;

use ciborium::Value;
use serde::Deserialize;

use super::{Bytes, Dtype, Entry, FormatError, Tensors};

/// The bytes of the number, the version and the length of the list.
const HEADER: usize = 10;

/// Where the tensors' bytes may begin.
const ALIGNED: usize = 256;

/// How deep the list may lie in itself: tensors, one of them, its shape.
const DEEPEST: usize = 16;

/// Burn's names of types.
const TYPES: [(&str, Dtype); 9] = [
    ("F64", Dtype::F64),
    ("F32", Dtype::F32),
    ("F16", Dtype::F16),
    ("BF16", Dtype::Bf16),
    ("I64", Dtype::I64),
    ("I32", Dtype::I32),
    ("I16", Dtype::I16),
    ("I8", Dtype::I8),
    ("U8", Dtype::U8),
];

#[derive(Deserialize)]
struct List {
    tensors: BTreeMap<String, Tensor>,
}

#[derive(Deserialize)]
struct Tensor {
    dtype: Value,
    shape: Vec<u64>,
    data_offsets: (u64, u64),
}

/// Whether a content begins as such a file does.
pub(super) fn begins(bytes: &[u8]) -> bool {
    bytes.starts_with(b"NRUB")
}

/// The tensors of a content, borrowed from it.
pub(super) fn read<'b>(bytes: &Bytes<'b>) -> Result<Tensors<'b>, FormatError> {
    let short = || damaged("it ends too early");
    let header = bytes.first(HEADER)?;
    let version = header.get(4..6).ok_or_else(short)?;
    if version != [1, 0] {
        return Err(damaged(format!(
            "it is of version {}, of which nothing is known",
            u16::from_le_bytes([version[0], version[1]])
        )));
    }
    let length = header.get(6..HEADER).and_then(|four| four.first_chunk());
    let length = u32::from_le_bytes(*length.ok_or_else(short)?) as usize;
    let end = HEADER + length;
    let list = bytes.part(HEADER..end).ok_or_else(short)?;
    let list: List = ciborium::de::from_reader_with_recursion_limit(&*list.read()?, DEEPEST)
        .map_err(|error| damaged(error.to_string()))?;
    let begin = end.next_multiple_of(ALIGNED);
    let data = bytes.part(begin.min(bytes.len())..bytes.len());
    let data = data.ok_or_else(short)?;
    let mut tensors = Tensors::default();
    for (name, tensor) in list.tensors {
        let entry = entry(&data, &tensor);
        let entry = entry.map_err(|why| FormatError::Tensor {
            name: name.clone(),
            why,
        })?;
        tensors.add(name, entry)?;
    }
    match tensors.is_empty() {
        true => Err(FormatError::Empty {
            format: "bpk",
            objects: Vec::new(),
        }),
        false => Ok(tensors),
    }
}

fn entry<'b>(data: &Bytes<'b>, tensor: &Tensor) -> Result<Entry<'b>, String> {
    let shape: Option<Vec<usize>> = tensor.shape.iter().map(|&n| n.try_into().ok()).collect();
    let (begin, end) = tensor.data_offsets;
    let bytes = begin.try_into().ok().zip(end.try_into().ok());
    let bytes = bytes.and_then(|(begin, end): (usize, usize)| data.part(begin..end));
    let bytes = bytes.ok_or("ends beyond the file")?;
    let shape = shape.ok_or("is larger than any memory")?;
    Entry::new(dtype(&tensor.dtype)?, shape, bytes)
}

/// A type: its name, or of truths and packed numbers a map from it.
fn dtype(value: &Value) -> Result<Dtype, String> {
    let name = match value {
        Value::Text(name) => name.as_str(),
        Value::Map(pairs) if let [(Value::Text(name), Value::Text(store))] = &pairs[..] => {
            match (name.as_str(), store.as_str()) {
                ("Bool", "Native" | "U8") => return Ok(Dtype::Bool),
                (name, _) => name,
            }
        }
        _ => "of no known type",
    };
    let known = TYPES.iter().find(|(known, _)| *known == name);
    let known = known.map(|(_, dtype)| *dtype);
    known.ok_or_else(|| format!("is {name}; of numbers those of {} can be read", names()))
}

fn names() -> String {
    let names: Vec<&str> = TYPES.iter().map(|(name, _)| *name).collect();
    names.join(", ")
}

fn damaged(why: impl Into<String>) -> FormatError {
    FormatError::Damaged {
        format: "bpk",
        why: why.into(),
        writer: "Module::into_record of Burn 0.22",
    }
}
