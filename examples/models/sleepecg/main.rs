//! Sleep stages from the heart, by the classifier of sleepecg 0.6.0 as Keras 3 saved it (`wrn-gru-mesa.zip` of its wheel, BSD-3-Clause).
//!
//! ```text
//! cargo run --release --example sleepecg
//! ```
//!
//! The features are drawn, as those in golden.safetensors, which Keras' own probabilities stand beside; real ones are what sleepecg computes
//! of heartbeats, 36 an epoch of 30 seconds.
#![allow(clippy::print_stdout, reason = "it shows what it does")]

mod model;

use std::error::Error;

use burn::tensor::{Device, Tensor};
use model::{Classifier, FEATURES, STAGES};
use rekindle_interop::{formats, tensor_data};

fn main() -> Result<(), Box<dyn Error>> {
    let device = Device::flex();
    let classifier = Classifier::read(include_bytes!("classifier.keras"), &device)?;
    let golden = formats::read(include_bytes!("golden.safetensors"))?;
    let x = golden.get("x").ok_or("no x")?;
    let x = Tensor::<3>::from_data(tensor_data(x)?, &device);
    let [nights, epochs, features] = x.dims();
    assert_eq!(features, FEATURES);
    let y = classifier.stages(x, vec![epochs; nights])?;
    let stages = y.argmax(2).into_data();
    let stages = stages.iter::<i64>().map(|stage| STAGES[stage as usize]);
    for (epoch, stage) in stages.take(epochs).enumerate() {
        println!("{:>3} min  {stage}", epoch as f64 / 2.0);
    }
    Ok(())
}
