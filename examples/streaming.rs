//! Streaming: a layer that is fed one frame at a time gives what it gives for the whole sequence,
//! and can go back to any earlier moment.
//!
//! ```text
//! cargo run --release --example streaming
//! ```
#![allow(clippy::print_stdout, reason = "it shows what it does")]

use burn::tensor::{Device, Distribution, Tensor};
use rekindle::{CellConfig, GruConfig, RecurrentConfig, Streamer};

const TIME: usize = 20;

fn main() {
    let device = Device::flex();
    let config = RecurrentConfig {
        layers: 2,
        ..RecurrentConfig::new(GruConfig::new(16))
    };
    let layer = config.init(4, &device);
    let x: Tensor<3> = Tensor::random([1, TIME, 4], Distribution::Default, &device);
    let (whole, _) = layer.forward(x.clone(), None); // [batch, time, d_output]

    let mut stream = Streamer::new(layer);
    let mut middle = None;
    let mut worst = 0.0_f32;
    for t in 0..TIME {
        if t == TIME / 2 {
            middle = stream.snapshot();
        }
        let frame = x.clone().narrow(1, t, 1).squeeze_dim(1); // [batch, d_input]
        let y = stream.push(frame);
        let expected = whole.clone().narrow(1, t, 1).squeeze_dim(1);
        let difference = apart(y, expected);
        println!("step {t:>2}: the stream and the sequence are {difference:.1e} apart");
        worst = worst.max(difference);
    }
    assert!(worst < 1e-5, "the stream is not the sequence");

    stream.restore(middle);
    let frame = x.narrow(1, TIME / 2, 1).squeeze_dim(1);
    let again = stream.push(frame);
    let expected = whole.narrow(1, TIME / 2, 1).squeeze_dim(1);
    let difference = apart(again, expected);
    println!("gone back to step {}: {difference:.1e} apart", TIME / 2);
    assert!(difference < 1e-5, "a snapshot does not go back");
}

/// The largest difference of two tensors.
fn apart(a: Tensor<2>, b: Tensor<2>) -> f32 {
    (a - b).abs().max().into_scalar()
}
