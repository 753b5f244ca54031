//! Tensors of files as Burn's, and back.

use burn::tensor::{BoolStore, DType, Device, Tensor, TensorData, bf16, f16};

use crate::error::WeightError;
use crate::formats::{Dtype, Entry, FormatError, Tensors};
use crate::transpose::turn;

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

/// A tensor in the type that it is computed with, or the transpose of a matrix. Of what is still in a file, a piece is in memory.
pub(crate) fn numbers(entry: &Entry<'_>, turned: bool) -> Result<TensorData, FormatError> {
    let numbers = match entry.dtype {
        Dtype::F32 => gather(entry, turned, f32::from_le_bytes),
        Dtype::F16 => gather(entry, turned, |bytes| f16::from_le_bytes(bytes).to_f32()),
        Dtype::Bf16 => gather(entry, turned, |bytes| bf16::from_le_bytes(bytes).to_f32()),
        Dtype::F64 => {
            let (numbers, shape) = gather(entry, turned, f64::from_le_bytes)?;
            return Ok(TensorData::new(numbers, shape));
        }
        // Of whatever else, somebody will say that it is no type of weights.
        _ => return tensor_data(entry),
    };
    let (numbers, shape) = numbers?;
    Ok(TensorData::new(numbers, shape))
}

/// The bytes of a file that are in memory at once: a share of the processor's second cache.
const PIECE: usize = 1 << 18;

/// The numbers of a tensor, each decoded from its bytes, and their shape.
fn gather<T: Copy + Default, const N: usize>(
    entry: &Entry<'_>,
    turned: bool,
    decode: impl Fn([u8; N]) -> T,
) -> Result<(Vec<T>, Vec<usize>), FormatError> {
    let count: usize = entry.shape.iter().product();
    let mut numbers = vec![T::default(); count];
    let mut shape = entry.shape.clone();
    let columns = match shape[..] {
        [_, columns] if turned => columns,
        _ => 1,
    };
    let rows = count.checked_div(columns).unwrap_or(0);
    let most = (PIECE / N / columns.max(1)).max(1).min(rows);
    let mut piece = vec![0; most * columns * N];
    for first in (0..rows).step_by(most.max(1)) {
        let height = most.min(rows - first);
        let piece = &mut piece[..height * columns * N];
        entry.content.fill(first * columns * N, piece)?;
        let (piece, _) = piece.as_chunks::<N>();
        if columns == 1 {
            let there = &mut numbers[first..first + height];
            for (number, bytes) in there.iter_mut().zip(piece) {
                *number = decode(*bytes);
            }
            continue;
        }
        turn(piece, columns, &mut numbers, first, &decode);
    }
    if turned {
        shape.reverse();
    }
    Ok((numbers, shape))
}
