//! A matrix on the host, turned.

use burn::tensor::{DType, TensorData};

/// How many rows are turned together: a processor's first cache has a line for each, even where rows are a power of two apart.
const ROWS: usize = 8;

/// The transpose of a matrix. Every bit stays.
pub(crate) fn transpose(matrix: TensorData) -> TensorData {
    let (bytes, shape, dtype) = matrix.into_parts();
    let (rows, columns) = (shape[0], shape[1]);
    let turned = [columns, rows];
    match dtype {
        DType::F32 => TensorData::new(whole(&bytes, rows, columns, f32::from_le_bytes), turned),
        DType::F64 => TensorData::new(whole(&bytes, rows, columns, f64::from_le_bytes), turned),
        _ => {
            let size = dtype.size();
            let each = (0..columns).flat_map(|column| (0..rows).map(move |row| (row, column)));
            let moved = each.flat_map(|(row, column)| {
                let begin = (row * columns + column) * size;
                &bytes[begin..begin + size]
            });
            TensorData::from_bytes_vec(moved.copied().collect(), turned, dtype)
        }
    }
}

fn whole<T: Copy + Default, const N: usize>(
    bytes: &[u8],
    rows: usize,
    columns: usize,
    decode: impl Fn([u8; N]) -> T,
) -> Vec<T> {
    let mut numbers = vec![T::default(); rows * columns];
    let (elements, _) = bytes.as_chunks::<N>();
    for (block, some) in elements.chunks(ROWS * columns.max(1)).enumerate() {
        for column in 0..columns {
            let there = &mut numbers[column * rows + block * ROWS..];
            for (number, row) in there.iter_mut().zip(some.chunks_exact(columns)) {
                *number = decode(row[column]);
            }
        }
    }
    numbers
}
