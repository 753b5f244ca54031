//! The lines of the README, which the checks hold equal to these.
//!
//! ```text
//! cargo run --release --example layer
//! ```
#![allow(clippy::print_stdout, reason = "it shows what it does")]

use burn::tensor::{Device, Distribution, Tensor};
use rekindle::{CellConfig, LstmConfig, RecurrentConfig, Sequence};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let device = Device::flex(); // or Device::cuda(0), ...: nothing below changes
    let mut config = RecurrentConfig::new(LstmConfig::new(32));
    config.layers = 2;
    config.bidirectional = true;
    let lstm = config.init(24, &device);

    let x = Tensor::random([3, 50, 24], Distribution::Default, &device);
    let x = Sequence::padded(x, vec![50, 7, 20])?; // [batch, time, features] and lengths
    let (y, states) = lstm.forward(x, None); // y is [3, 50, 64], zero beyond a row's length
    let [h, c] = states.layers[1].forward.clone(); // after each row's last real step
    println!("{:?} {:?} {:?}", y.dims(), h.dims(), c.dims());
    Ok(())
}
