//! An echo state network forecasts the Mackey-Glass series: the reservoir is drawn, its readout is solved for, and
//! nothing is trained.
//!
//! ```text
//! cargo run --release --example reservoir
//! ```
#![allow(clippy::print_stdout, reason = "it shows what it does")]

use burn::nn::Linear;
use burn::tensor::{Device, Tensor, TensorData};
use rekindle::cells::{Esn, EsnConfig};
use rekindle::{CellConfig, Recurrent, RecurrentConfig, States, ridge};

/// Steps before the reservoir has forgotten that it began with zeros.
const WASHOUT: usize = 200;
const TRAIN: usize = 3000;
const FREE: usize = 84;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let device = Device::flex();
    device.seed(7);
    let series = mackey_glass(TRAIN + FREE + 1);
    let config = RecurrentConfig::new(EsnConfig {
        spectral_radius: 0.95,
        leak: 0.7,
        input_scaling: 0.8,
        bias: true,
        ..EsnConfig::new(300)
    });
    let reservoir = config.init(1, &device);

    // The state after each step, and the value that comes next.
    let (states, last) = reservoir.forward(column(&series[..TRAIN], &device), None);
    let states = states
        .squeeze_dim::<2>(0)
        .narrow(0, WASHOUT, TRAIN - WASHOUT);
    let next = column(&series[WASHOUT + 1..=TRAIN], &device);
    let readout = ridge(states, next.squeeze_dim(0), 1e-6)?;

    let forecast = run_freely(&reservoir, &readout, last, series[TRAIN]);
    let truth = &series[TRAIN + 1..];
    println!("steps ahead    series  forecast");
    for ahead in [1, 10, 21, 42, FREE] {
        let (is, said) = (truth[ahead - 1], forecast[ahead - 1]);
        println!("{ahead:11}  {is:8.4}  {said:8.4}");
    }
    let squares = truth.iter().zip(&forecast).map(|(a, b)| (a - b).powi(2));
    let error = (squares.sum::<f32>() / FREE as f32).sqrt();
    println!("root mean square error over {FREE} steps: {error:.4}");
    Ok(())
}

/// What comes after a value and a state, each forecast being the next input.
fn run_freely(
    reservoir: &Recurrent<Esn>,
    readout: &Linear,
    mut states: States<[Tensor<2>; 1]>,
    mut value: f32,
) -> Vec<f32> {
    let mut forecast = Vec::with_capacity(FREE);
    for _ in 0..FREE {
        let x = Tensor::from_data([[value]], &readout.weight.device());
        let (state, next) = reservoir.step(x, Some(states));
        value = readout.forward(state).into_scalar::<f32>();
        states = next;
        forecast.push(value);
    }
    forecast
}

/// `x' = 0.2 x(t - 17) / (1 + x(t - 17)¹⁰) - 0.1 x`, a value a unit of time, in ten steps of Euler's each.
fn mackey_glass(length: usize) -> Vec<f32> {
    const STEPS: usize = 10;
    let mut x = vec![1.2f64; 17 * STEPS + 1];
    while x.len() < (length + 200) * STEPS {
        let now = x[x.len() - 1];
        let then = x[x.len() - 1 - 17 * STEPS];
        x.push(now + (0.2 * then / (1.0 + then.powi(10)) - 0.1 * now) / STEPS as f64);
    }
    let values = x.iter().step_by(STEPS).skip(200).take(length);
    values.map(|&x| x as f32 - 0.9).collect()
}

/// `[1, time, 1]`
fn column(values: &[f32], device: &Device) -> Tensor<3> {
    let data = TensorData::new(values.to_vec(), [1, values.len(), 1]);
    Tensor::from_data(data, device)
}
