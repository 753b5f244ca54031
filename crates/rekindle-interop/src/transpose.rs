//! A matrix on the host, turned.

use burn::tensor::TensorData;

/// The transpose of a matrix. Elements are moved as bytes, so that every bit stays.
pub(crate) fn transpose(matrix: TensorData) -> TensorData {
    let (bytes, shape, dtype) = matrix.into_parts();
    let (rows, columns, size) = (shape[0], shape[1], dtype.size());
    let mut turned = Vec::with_capacity(bytes.len());
    for column in 0..columns {
        for row in 0..rows {
            let start = (row * columns + column) * size;
            turned.extend_from_slice(&bytes[start..start + size]);
        }
    }
    TensorData::from_bytes_vec(turned, [columns, rows], dtype)
}
