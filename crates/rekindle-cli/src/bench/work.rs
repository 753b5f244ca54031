//! What is timed: one run of a layer through the library's public functions.
//!
//! The program measures with these, and so does `benches/layers.rs`, which includes this file.

use std::fmt;

use burn::tensor::{Device, Distribution, Tensor};
use rekindle::{AnyCell, Recurrent, Site, Streamer};

/// One run. Whatever it computes is computed when it returns.
pub(crate) type Work = Box<dyn FnMut()>;

/// The sizes of a problem.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Shape {
    pub(crate) batch: usize,
    pub(crate) time: usize,
    pub(crate) d_input: usize,
    pub(crate) d_hidden: usize,
}

impl Shape {
    pub(crate) const fn new([batch, time, d_input, d_hidden]: [usize; 4]) -> Self {
        Shape {
            batch,
            time,
            d_input,
            d_hidden,
        }
    }
}

impl fmt::Display for Shape {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Shape {
            batch,
            time,
            d_input,
            d_hidden,
        } = self;
        write!(f, "{batch},{time},{d_input},{d_hidden}")
    }
}

/// From one row and few units, where the cost of a call counts, to what fills a machine; one long
/// and one short sequence.
pub(crate) const GRID: [Shape; 7] = [
    Shape::new([1, 100, 64, 64]),
    Shape::new([1, 100, 256, 256]),
    Shape::new([16, 100, 128, 128]),
    Shape::new([32, 100, 256, 256]),
    Shape::new([64, 50, 512, 512]),
    Shape::new([32, 400, 128, 128]),
    Shape::new([128, 28, 28, 128]),
];

/// What a layer is used for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub(crate) enum Mode {
    /// A whole sequence, at inference.
    Forward,
    /// A whole sequence and the gradients of all weights and of the input; no optimizer.
    Train,
    /// One frame of a stream of one row.
    Stream,
    /// A whole sequence, at inference, with every named value of the lowest layer at every step.
    Trace,
}

impl Mode {
    /// The device that a layer for this use lives on.
    pub(crate) fn device(self, device: &Device) -> Device {
        match self {
            Mode::Train => device.clone().autodiff(),
            Mode::Forward | Mode::Stream | Mode::Trace => device.clone(),
        }
    }
}

/// A run of a layer that lives on [`Mode::device`].
pub(crate) fn work(layer: Recurrent<AnyCell>, mode: Mode, shape: Shape, device: &Device) -> Work {
    match mode {
        Mode::Forward | Mode::Train => {
            sequence(mode, shape, device, move |x| layer.forward(x, None).0)
        }
        Mode::Trace => {
            let x = uniform([shape.batch, shape.time, shape.d_input], device);
            settled(device, move || {
                let trace = layer.trace(x.clone(), None, Site::default(), &[]);
                drop(trace.unwrap_or_else(|e| panic!("{e}")));
            })
        }
        Mode::Stream => {
            let mut stream = Streamer::new(layer);
            let frame = uniform([1, shape.d_input], device);
            settled(device, move || drop(stream.push(frame.clone())))
        }
    }
}

/// A run of any function of a whole sequence, with gradients if the mode is to train.
pub(crate) fn sequence(
    mode: Mode,
    shape: Shape,
    device: &Device,
    forward: impl Fn(Tensor<3>) -> Tensor<3> + 'static,
) -> Work {
    let device = mode.device(device);
    let x = uniform([shape.batch, shape.time, shape.d_input], &device);
    match mode {
        Mode::Train => {
            let x = x.require_grad();
            settled(&device, move || drop(forward(x.clone()).sum().backward()))
        }
        _ => settled(&device, move || drop(forward(x.clone()))),
    }
}

/// A run that waits for its device.
pub(crate) fn settled(device: &Device, mut run: impl FnMut() + 'static) -> Work {
    let device = device.clone();
    Box::new(move || {
        run();
        if let Err(error) = device.sync() {
            panic!("the device failed: {error}");
        }
    })
}

/// Numbers between -1 and 1.
pub(crate) fn uniform<const D: usize>(shape: [usize; D], device: &Device) -> Tensor<D> {
    Tensor::random(shape, Distribution::Uniform(-1.0, 1.0), device)
}
