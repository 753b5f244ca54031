//! Host data as tensors.

use crate::data::series::Series;
use burn::tensor::{Device, Int, Tensor, TensorData};
use rekindle::Sequence;

/// `[rows]` of class or symbol numbers.
pub(super) fn indices(values: impl IntoIterator<Item = usize>, device: &Device) -> Tensor<1, Int> {
    let values: Vec<i32> = values.into_iter().map(|v| v as i32).collect();
    let shape = [values.len()];
    Tensor::from_data(TensorData::new(values, shape), device)
}

/// `[rows, time]` of symbol numbers.
pub(super) fn symbols(values: Vec<u32>, shape: [usize; 2], device: &Device) -> Tensor<2, Int> {
    let values: Vec<i32> = values.into_iter().map(|v| v as i32).collect();
    Tensor::from_data(TensorData::new(values, shape), device)
}

/// Numbers of any shape.
pub(super) fn floats<const D: usize>(
    values: Vec<f32>,
    shape: [usize; D],
    device: &Device,
) -> Tensor<D> {
    Tensor::from_data(TensorData::new(values, shape), device)
}

/// Numbers that have been scaled, of any shape: until here they are f64.
pub(super) fn scaled<const D: usize>(
    values: impl Iterator<Item = f64>,
    shape: [usize; D],
    device: &Device,
) -> Tensor<D> {
    floats(values.map(|v| v as f32).collect(), shape, device)
}

/// The rows of texts, padded to the longest with symbol 0, and their lengths.
pub(super) fn padded_symbols(rows: &[&[u32]], device: &Device) -> (Tensor<2, Int>, Vec<usize>) {
    let time = rows.iter().map(|r| r.len()).max().unwrap_or(1);
    let mut values = Vec::with_capacity(rows.len() * time);
    for row in rows {
        values.extend_from_slice(row);
        values.resize(values.len() + time - row.len(), 0);
    }
    let lengths = rows.iter().map(|r| r.len()).collect();
    (symbols(values, [rows.len(), time], device), lengths)
}

/// Series as one padded batch.
pub(super) fn padded_series(rows: &[&Series], channels: usize, device: &Device) -> Sequence {
    let time = rows.iter().map(|s| s.steps).max().unwrap_or(1);
    let mut values = Vec::with_capacity(rows.len() * time * channels);
    for row in rows {
        values.extend_from_slice(&row.values);
        values.resize(values.len() + (time - row.steps) * channels, 0.0);
    }
    let data = scaled(values.into_iter(), [rows.len(), time, channels], device);
    let lengths = rows.iter().map(|s| s.steps).collect();
    Sequence::padded(data, lengths).expect("the time axis is the longest of at least one step")
}
