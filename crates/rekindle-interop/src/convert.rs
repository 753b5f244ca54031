//! Tensors of files as Burn's, and back.

use burn::tensor::{BoolStore, DType, Device, Tensor, TensorData};

use crate::error::WeightError;
use crate::formats::{Dtype, Entry, FormatError, Tensors};

/// The types of both sides.
const TYPES: [(Dtype, DType); 10] = [
    (Dtype::F64, DType::F64),
    (Dtype::F32, DType::F32),
    (Dtype::F16, DType::F16),
    (Dtype::Bf16, DType::BF16),
    (Dtype::I64, DType::I64),
    (Dtype::I32, DType::I32),
    (Dtype::I16, DType::I16),
    (Dtype::I8, DType::I8),
    (Dtype::U8, DType::U8),
    (Dtype::Bool, DType::Bool(BoolStore::Native)),
];

/// The tensor of a file as Burn has it, with the same type.
///
/// # Errors
///
/// If it is still in the file, and this cannot be read any more.
pub fn tensor_data(entry: &Entry<'_>) -> Result<TensorData, FormatError> {
    let (shape, bytes) = (entry.shape.clone(), entry.bytes()?);
    if entry.dtype == Dtype::Bool {
        // A byte of a file may be any; a truth is one of two.
        let truths: Vec<bool> = bytes.iter().map(|&byte| byte != 0).collect();
        return Ok(TensorData::new(truths, shape));
    }
    let bytes = bytes.into_owned();
    Ok(TensorData::from_bytes_vec(bytes, shape, burns(entry.dtype)))
}

/// The floats of a file's tensor on a device, for what stands beside a recurrent layer.
///
/// # Errors
///
/// If the file has no tensor of this name, or one with another number of axes, or cannot be read any more.
pub fn tensor<const D: usize>(
    tensors: &Tensors<'_>,
    name: &str,
    device: &Device,
) -> Result<Tensor<D>, WeightError> {
    let absent = || WeightError::Absent {
        name: name.to_owned(),
    };
    let entry = tensors.get(name).ok_or_else(absent)?;
    if entry.shape.len() != D {
        return Err(WeightError::Rank {
            name: name.to_owned(),
            shape: entry.shape.clone(),
            rank: D,
        });
    }
    let data = tensor_data(entry).map_err(|error| WeightError::Unread {
        name: name.to_owned(),
        why: error.to_string(),
    })?;
    Ok(Tensor::from_data(data, device))
}

/// Burn's tensor as a file holds it; none if no file holds its type.
pub fn entry(data: &TensorData) -> Option<Entry<'_>> {
    let (dtype, _) = TYPES.iter().find(|(_, burns)| *burns == data.dtype())?;
    Entry::new(*dtype, data.shape().to_vec(), data.as_bytes()).ok()
}

/// Burn's name of a type.
fn burns(dtype: Dtype) -> DType {
    let known = TYPES.iter().find(|(ours, _)| *ours == dtype);
    known.expect("every type is in the table").1
}

/// The type that a tensor is computed with: f32 holds all numbers of f16 and bf16.
pub(crate) fn computed(entry: &Entry<'_>) -> DType {
    match burns(entry.dtype) {
        DType::F16 | DType::BF16 => DType::F32,
        dtype => dtype,
    }
}
