//! The one kernel, which is compiled for the straight-line code that it is given.
#![allow(
    clippy::trivially_copy_pass_by_ref,
    clippy::needless_pass_by_value,
    reason = "the macro that makes kernels of functions decides how they pass what they are given"
)]

use super::straight::{Bound, Buffers, Code};
use crate::backend::primitives::Group;
use burn::tensor::{DType, Shape};
use burn_cubecl::CubeBackend;
use burn_cubecl::cubecl::client::Client;
use burn_cubecl::cubecl::ir::{ElemType, FloatKind};
use burn_cubecl::cubecl::{self, prelude::*};
use burn_cubecl::tensor::CubeTensor;
use rekindle_program::Binary;
use rekindle_program::functions::Elementary;
use rekindle_program::plan::Instruction;
use std::sync::Arc;

/// The units of a cube. One number for every size: another number is another kernel.
const UNITS: u32 = 64;

/// How many tensors a kernel may read: there is one binding for the results, and one for sizes.
pub(super) fn most_buffers(client: &Client) -> usize {
    let bindings = client.properties().hardware.max_bindings as usize;
    bindings.saturating_sub(2)
}

/// Runs straight-line code over the rows of a group: its results, or `None` where the device can't take it.
pub(super) fn launch(bound: &Bound, group: &Group<'_, CubeBackend>) -> Option<Vec<CubeTensor>> {
    let [rows, width] = group.shape;
    let (client, device) = (group.like.client.clone(), group.like.device.clone());
    if bound.buffers.len() > most_buffers(&client) {
        return None;
    }
    const SIZE: usize = size_of::<f32>();
    // Every result begins where the device lets a tensor begin.
    let alignment = usize::try_from(client.properties().memory.alignment).ok()?;
    let plane = (rows * width * SIZE).next_multiple_of(alignment);
    let all = plane * bound.stores.len();

    let shared = bound.by == Buffers::Shared;
    let offset = |t: &CubeTensor| match shared {
        true => t.handle.offset_start.unwrap_or(0) as usize / SIZE,
        false => 0,
    };
    let stride = |t: &CubeTensor| match t.meta.shape()[0] {
        1 => 0,
        _ => t.meta.strides()[0],
    };
    let places: Vec<[usize; 2]> = bound
        .sources
        .iter()
        .map(|t| [offset(t), stride(t)])
        .collect();
    let multiples = [width, plane / SIZE];
    let fits = |n: &usize| {
        let numbers = places.iter().flatten().chain(&multiples);
        numbers.into_iter().all(|i| i.is_multiple_of(*n))
    };
    let n = client
        .io_optimized_vector_sizes(SIZE)
        .find(fits)
        .unwrap_or(1);

    let whole = |t: &CubeTensor| {
        let mut handle = t.handle.clone();
        if shared {
            (handle.offset_start, handle.offset_end) = (None, None);
        }
        let numbers = Shape::new([handle.size_in_used() as usize / SIZE]);
        CubeTensor::new_contiguous(client.clone(), device.clone(), numbers, handle, DType::F32)
    };
    let results = CubeTensor::new_contiguous(
        client.clone(),
        device.clone(),
        Shape::new([all / SIZE]),
        client.empty(all),
        DType::F32,
    );
    let index = |i: usize| u32::try_from(i / n).ok();
    let (mut buffers, mut begins, mut strides) =
        (SequenceArg::new(), SequenceArg::new(), SequenceArg::new());
    for buffer in &bound.buffers {
        let buffer = whole(buffer);
        index(buffer.meta.num_elements())?;
        buffers.push(buffer.into_buffer_arg());
    }
    for [begin, stride] in places {
        begins.push(index(begin)?);
        strides.push(index(stride)?);
    }
    index(all / SIZE)?;
    let count = rows * width / n;
    let cubes = cubecl::calculate_cube_count_elemwise(&client, count, CubeDim::new_1d(UNITS));
    pointwise::launch(
        &client,
        cubes,
        CubeDim::new_1d(UNITS),
        n,
        buffers,
        begins,
        strides,
        results.clone().into_buffer_arg(),
        index(rows * n)?,
        index(width)?,
        index(plane / SIZE)?,
        bound.code.clone(),
        ElemType::Float(FloatKind::F32),
    );
    let result = |k: usize| {
        let handle = results.handle.clone().offset_start((k * plane) as u64);
        let handle = handle.offset_end((all - k * plane - rows * width * SIZE) as u64);
        let shape = Shape::new([rows, width]);
        CubeTensor::new_contiguous(client.clone(), device.clone(), shape, handle, DType::F32)
    };
    Some((0..bound.stores.len()).map(result).collect())
}

#[cube(launch)]
#[allow(clippy::too_many_arguments, reason = "what a launch needs to know")]
fn pointwise<E: Float, N: Size>(
    buffers: &Sequence<Box<[Vector<E, N>]>>,
    begins: &Sequence<u32>,
    strides: &Sequence<u32>,
    results: &mut [Vector<E, N>],
    rows: u32,
    width: u32,
    plane: u32,
    #[comptime] code: Arc<Code>,
    #[define(E)] _number: ElemType,
) {
    let (rows, width, plane) = (rows as usize, width as usize, plane as usize);
    if ABSOLUTE_POS >= rows * width {
        terminate!();
    }
    let (row, column) = (ABSOLUTE_POS / width, ABSOLUTE_POS % width);
    let mut registers = Registry::<usize, Vector<E, N>>::new();
    #[unroll]
    for i in 0..code.instructions.len() {
        let instruction = comptime![code.instructions[i]];
        match comptime![instruction] {
            Instruction::Number { to, bits } => {
                let value = Vector::new(E::new(comptime![f32::from_bits(bits)]));
                registers.insert(to, value);
            }
            Instruction::Load { to, source } => {
                let buffer = comptime![code.buffer_of[source]];
                let begin = *begins.index(source) as usize;
                let at = begin + row * *strides.index(source) as usize + column;
                let value = buffers.index(buffer)[at];
                registers.insert(to, value);
            }
            Instruction::Elementary { to, op, of } => {
                let value = elementary::<E, N>(registers.find(of), op);
                registers.insert(to, value);
            }
            Instruction::Binary { to, op, of } => {
                let (a, b) = (
                    registers.find(comptime![of[0]]),
                    registers.find(comptime![of[1]]),
                );
                let value = binary::<E, N>(a, b, op);
                registers.insert(to, value);
            }
            Instruction::Above { to, of } => {
                let (a, b) = (
                    registers.find(comptime![of[0]]),
                    registers.find(comptime![of[1]]),
                );
                let (larger, otherwise) = (
                    registers.find(comptime![of[2]]),
                    registers.find(comptime![of[3]]),
                );
                let value: Vector<E, N> = select_many(a.greater_than(&b), larger, otherwise);
                registers.insert(to, value);
            }
            Instruction::Store { of, result } => {
                results[result * plane + ABSOLUTE_POS] = registers.find(of);
            }
        }
    }
}

/// A number in every lane.
#[cube]
fn number<E: Float, N: Size>(#[comptime] n: f32) -> Vector<E, N> {
    Vector::new(E::new(n))
}

#[cube]
fn elementary<E: Float, N: Size>(x: Vector<E, N>, #[comptime] op: Elementary) -> Vector<E, N> {
    let one = number::<E, N>(1.0);
    match comptime![op] {
        Elementary::Neg => -x,
        Elementary::Abs => Vector::abs(x),
        // Not by adding 0, which compilers leave out.
        Elementary::PositiveZero => {
            let zero = number::<E, N>(0.0);
            select_many(x.equal(&zero), zero, x)
        }
        Elementary::Floor => Vector::floor(x),
        Elementary::Sqrt => Vector::sqrt(x),
        Elementary::Exp => Vector::exp(x),
        Elementary::ExpM1 => Vector::exp(x) - one,
        Elementary::Ln1p => Vector::log1p(x),
        Elementary::Tanh => Vector::tanh(x),
        Elementary::Sigmoid => one / (one + Vector::exp(-x)),
        Elementary::Erf => Vector::erf(x),
        Elementary::Sin => Vector::sin(x),
        Elementary::Cos => Vector::cos(x),
    }
}

#[cube]
fn binary<E: Float, N: Size>(
    a: Vector<E, N>,
    b: Vector<E, N>,
    #[comptime] op: Binary,
) -> Vector<E, N> {
    match comptime![op] {
        Binary::Add => a + b,
        Binary::Sub => a - b,
        Binary::Mul => a * b,
        Binary::Div => a / b,
        // NaN where either is.
        Binary::Max => {
            let larger = select_many(b.greater_than(&a), b, a);
            select_many(Vector::is_nan(b), b, larger)
        }
        Binary::Min => {
            let smaller = select_many(a.greater_than(&b), b, a);
            select_many(Vector::is_nan(b), b, smaller)
        }
    }
}
