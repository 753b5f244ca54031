//! Streams: frames one at a time, without the cost of an operation of Burn for each.

use crate::call::{Prepared, Recurrence};
use crate::choose::{Engine, Executor, chosen};
use crate::shapes;
use crate::steps;
use crate::weights::Weights;
use burn::tensor::{DType, Device, Element, Tensor, TensorData};
use rekindle_kernels::{Isa, Number, Sizes};

/// A program with its weights and its state, ready for the next frame.
#[derive(Debug)]
pub struct Stream {
    numbers: Numbers,
    device: Device,
    batch: usize,
    widths: Vec<usize>,
}

#[derive(Debug)]
enum Numbers {
    F32(rekindle_kernels::Stream<f32>),
    F64(rekindle_kernels::Stream<f64>),
}

impl Stream {
    /// A stream that begins with these states, `[batch, width]` each, or `None` where no kernel takes
    /// the device and the type, and single [steps](crate::step) are the way to go.
    ///
    /// # Panics
    ///
    /// If a shape or a type does not fit; the message names the tensor, its shape and the one that the equations take. If products
    /// are to be rounded where nothing [rounds](crate::rounds) them.
    pub fn new(
        recurrence: &Recurrence,
        weights: &Weights,
        state: &[Tensor<2>],
        engine: Engine,
    ) -> Option<Stream> {
        let first = state.first()?;
        let (device, dtype) = (first.device(), first.dtype());
        let form = weights.form(engine.precision);
        if chosen(engine, &device, dtype) != Executor::Tiles
            || device.is_autodiff()
            || form.masked
            || form.moved
        {
            return None;
        }
        let frame = [first.dims()[0], 1, weights.input.dims()[0]];
        let sizes = shapes::sizes(recurrence.taken(), weights, frame, dtype, None, state);
        let prepared = recurrence.prepared(form);
        let numbers = match dtype {
            DType::F32 => Numbers::F32(begin(prepared, weights, state, sizes)),
            DType::F64 => Numbers::F64(begin(prepared, weights, state, sizes)),
            _ => return None,
        };
        Some(Stream {
            widths: state.iter().map(|s| s.dims()[1]).collect(),
            numbers,
            device,
            batch: sizes.batch,
        })
    }

    /// Takes a frame, `[batch, d_input]`; returns its output, `[batch, d_output]`.
    ///
    /// # Panics
    ///
    /// If the frame has another shape or type than the stream.
    pub fn push(&mut self, frame: Tensor<2>) -> Tensor<2> {
        let (batch, device) = (self.batch, &self.device);
        match &mut self.numbers {
            Numbers::F32(stream) => tensor(stream, frame, batch, device),
            Numbers::F64(stream) => tensor(stream, frame, batch, device),
        }
    }

    /// Takes a frame of f32, `batch * d_input` numbers; writes its output, `batch * d_output`. Nothing is
    /// allocated.
    ///
    /// # Panics
    ///
    /// If the stream is of another type, or the slices have other sizes.
    pub fn push_f32(&mut self, frame: &[f32], output: &mut [f32]) {
        let Numbers::F32(stream) = &mut self.numbers else {
            panic!("the stream is of f64, the frame of f32")
        };
        let [d_input, d_output] = stream.widths();
        assert!(
            frame.len() == self.batch * d_input && output.len() == self.batch * d_output,
            "a frame has {} numbers and its output {}, not {} and {}",
            self.batch * d_input,
            self.batch * d_output,
            frame.len(),
            output.len()
        );
        stream.push(frame, output);
    }

    /// Goes on from other states, `[batch, width]` each.
    ///
    /// # Panics
    ///
    /// If they have other shapes or another type than the stream's.
    pub fn set_state(&mut self, state: &[Tensor<2>]) {
        let shapes: Vec<[usize; 2]> = state.iter().map(Tensor::dims).collect();
        let wanted: Vec<[usize; 2]> = self.widths.iter().map(|&w| [self.batch, w]).collect();
        assert!(
            shapes == wanted,
            "states are {shapes:?}, but the stream's are {wanted:?}"
        );
        let all = Tensor::cat(state.to_vec(), 1);
        match &mut self.numbers {
            Numbers::F32(stream) => stream.set_state(&numbers(&all)),
            Numbers::F64(stream) => stream.set_state(&numbers(&all)),
        }
    }

    /// The states now: `[batch, width]` each.
    pub fn state(&self) -> Vec<Tensor<2>> {
        let total: usize = self.widths.iter().sum();
        let shape = [self.batch, total];
        let all = match &self.numbers {
            Numbers::F32(stream) => TensorData::new(stream.state(), shape),
            Numbers::F64(stream) => TensorData::new(stream.state(), shape),
        };
        let dtype = all.dtype();
        let all = Tensor::<2>::from_data(all, (&self.device, dtype));
        let mut start = 0;
        let states = self.widths.iter().map(|&width| {
            start += width;
            all.clone().narrow(1, start - width, width)
        });
        states.collect()
    }
}

/// The numbers of a tensor, row after row.
fn numbers<E: Element, const D: usize>(tensor: &Tensor<D>) -> Vec<E> {
    let data = tensor.clone().into_data();
    data.try_into_vec()
        .unwrap_or_else(|e| panic!("the weights and states of a stream have one type: {e}"))
}

fn begin<E: Number + Element>(
    prepared: &Prepared,
    weights: &Weights,
    state: &[Tensor<2>],
    sizes: Sizes,
) -> rekindle_kernels::Stream<E> {
    let matrix = |t: &Option<Tensor<2>>| t.as_ref().map(numbers::<E, 2>).unwrap_or_default();
    let vector = |t: &Option<Tensor<1>>| t.as_ref().map(numbers::<E, 1>).unwrap_or_default();
    let numbers_of = rekindle_kernels::Numbers {
        x: &[],
        lengths: None,
        reverse: false,
        w: &numbers(&weights.input),
        b: &vector(&weights.input_bias),
        u: &matrix(&weights.hidden),
        d: &vector(&weights.hidden_bias),
        r: &matrix(weights.projects()),
        vectors: &steps::vectors(prepared.once.as_ref(), weights)
            .iter()
            .flat_map(numbers::<E, 1>)
            .collect::<Vec<E>>(),
        mask: &[],
        moves: &[],
        state: &numbers(&Tensor::cat(state.to_vec(), 1)),
        sizes,
    };
    rekindle_kernels::Stream::new(Isa::current(), prepared.compiled.clone(), numbers_of)
}

fn tensor<E: Number + Element>(
    stream: &mut rekindle_kernels::Stream<E>,
    frame: Tensor<2>,
    batch: usize,
    device: &Device,
) -> Tensor<2> {
    let [d_input, d_output] = stream.widths();
    assert!(
        frame.dims() == [batch, d_input],
        "a frame is [batch, features] = {:?}, but the stream takes [{batch}, {d_input}]",
        frame.dims()
    );
    let frame = frame.into_data();
    let frame = frame
        .as_slice::<E>()
        .unwrap_or_else(|e| panic!("a frame has the stream's type: {e}"));
    let mut y = vec![E::default(); batch * d_output];
    stream.push(frame, &mut y);
    Tensor::from_data(TensorData::new(y, [batch, d_output]), (device, E::dtype()))
}
