//! Safetensors files.

use std::collections::{BTreeMap, BTreeSet};

use safetensors::{
    Dtype as Stored,
    tensor::{Metadata, TensorView},
};

use super::{Bytes, Dtype, Entry, FormatError, Tensors};

/// The types of both sides.
const TYPES: [(Stored, Dtype); 10] = [
    (Stored::F64, Dtype::F64),
    (Stored::F32, Dtype::F32),
    (Stored::F16, Dtype::F16),
    (Stored::BF16, Dtype::Bf16),
    (Stored::I64, Dtype::I64),
    (Stored::I32, Dtype::I32),
    (Stored::I16, Dtype::I16),
    (Stored::I8, Dtype::I8),
    (Stored::U8, Dtype::U8),
    (Stored::BOOL, Dtype::Bool),
];

/// The longest header that is read, as the crate safetensors has it.
const LONGEST: usize = 100_000_000;

/// The tensors of a content, borrowed from it.
///
/// # Errors
///
/// If it is no safetensors file, is truncated, or holds a type other than those of [`Dtype`].
pub fn read<'b>(content: impl Into<Bytes<'b>>) -> Result<Tensors<'b>, FormatError> {
    let content = content.into();
    let (header, data) = split(&content).ok_or_else(|| damaged("its header ends early".into()))?;
    let header: Metadata = serde_json::from_slice(&header.read()?)
        .map_err(|error| damaged(format!("its header is none: {error}")))?;
    let mut tensors = Tensors::default();
    let mut end = 0;
    for name in header.offset_keys() {
        let info = header.info(&name).expect("a name of its own");
        let known = TYPES.iter().find(|(stored, _)| *stored == info.dtype);
        let (begin, next) = info.data_offsets;
        // Each begins where the one before ends, so that a file takes no more than its size.
        let part = data.part(begin..next).filter(|_| begin == end);
        let part = part.ok_or_else(|| damaged(format!("tensor `{name}` ends beyond the file")))?;
        end = next;
        let entry = match known {
            Some((_, dtype)) => Entry::new(*dtype, info.shape.clone(), part),
            None => Err(format!(
                "is {}; of integers and floats those of 8 to 64 bits can be read, so convert it",
                info.dtype
            )),
        };
        let entry = entry.map_err(|why| FormatError::Tensor {
            name: name.clone(),
            why,
        })?;
        tensors.add(name, entry)?;
    }
    match end == data.len() {
        true => Ok(tensors),
        false => Err(damaged(format!(
            "{} bytes of it belong to no tensor",
            data.len() - end
        ))),
    }
}

/// The header, whose length is the first eight bytes, and the numbers behind it.
fn split<'b>(content: &Bytes<'b>) -> Option<(Bytes<'b>, Bytes<'b>)> {
    let mut length = [0; 8];
    content.fill(0, &mut length).ok()?;
    let length = usize::try_from(u64::from_le_bytes(length)).ok()?;
    let end = 8 + Some(length).filter(|&length| length <= LONGEST)?;
    Some((content.part(8..end)?, content.part(end..content.len())?))
}

/// A file's content. The same tensors give the same bytes, unless there is more than one entry of metadata: safetensors writes
/// these in any order.
///
/// # Errors
///
/// If a name is taken twice.
pub fn write(
    tensors: &[(&str, Entry<'_>)],
    metadata: &[(&str, &str)],
) -> Result<Vec<u8>, FormatError> {
    let mut names = BTreeSet::new();
    let contents: Result<Vec<_>, _> = tensors.iter().map(|(_, entry)| entry.bytes()).collect();
    let contents = contents?;
    let mut views = Vec::with_capacity(tensors.len());
    for ((name, entry), content) in tensors.iter().zip(&contents) {
        if !names.insert(*name) {
            return Err(FormatError::Twice((*name).to_owned()));
        }
        let known = TYPES.iter().find(|(_, dtype)| *dtype == entry.dtype);
        let (stored, _) = known.expect("every type is in the table");
        let view = TensorView::new(*stored, entry.shape.clone(), content);
        views.push((*name, view.map_err(|error| damaged(error.to_string()))?));
    }
    let entries = metadata.iter();
    let entries = entries.map(|(k, v)| (k.to_string(), v.to_string()));
    // An empty map makes a file without tensors unreadable.
    let entries = (!metadata.is_empty()).then(|| entries.collect());
    safetensors::serialize(views, entries).map_err(|error| damaged(error.to_string()))
}

/// The files of a sharded checkpoint, each once, of the content of its `model.safetensors.index.json`; none if it is no such index.
///
/// # Errors
///
/// If a file is named that would lie outside the index' own directory.
pub fn shards(bytes: &[u8]) -> Option<Result<Vec<String>, FormatError>> {
    #[derive(serde::Deserialize)]
    struct Index {
        weight_map: BTreeMap<String, String>,
    }
    let index: Index = serde_json::from_slice(bytes).ok()?;
    let files: BTreeSet<String> = index.weight_map.into_values().collect();
    let outside = files
        .iter()
        .find(|file| file.is_empty() || *file == ".." || file.contains(['/', '\\', ':', '\0']));
    Some(match outside {
        Some(file) => Err(damaged(format!(
            "its index names `{file}`, no plain file name"
        ))),
        None => Ok(files.into_iter().collect()),
    })
}

fn damaged(why: String) -> FormatError {
    FormatError::Damaged {
        format: "safetensors",
        why,
        writer: "safetensors.torch.save_file",
    }
}
