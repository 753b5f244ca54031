//! Silero VAD: is somebody speaking? A network that others trained, frame by frame: convolutions as Burn's
//! products, the LSTM by Rekindle.
//!
//! ```text
//! cargo run --release --example silero_vad [FILE.wav]
//! ```
//!
//! The file has one channel of 16 bits at 16 kHz. Without one, four seconds are made, and what is said of them is held to what
//! onnxruntime says (`golden.py`). The model is Silero's, under the MIT licence (NOTICE).
#![allow(clippy::print_stdout, reason = "it shows what it does")]

#[path = "../sound/wav.rs"]
mod wav;

use std::{error::Error, f64::consts::TAU, time::Instant};

use burn::tensor::{Device, Tensor, TensorData, activation};
use rekindle::{AnyCell, Streamer};
use rekindle_interop::formats::onnx;
use rekindle_interop::tensor;

const RATE: usize = wav::RATE as usize;
/// The new samples of a frame, 32 ms, and those before them that it reads again.
const FRAME: usize = 512;
const CONTEXT: usize = 64;

struct Silero {
    /// The spectrum: cosines and sines of 129 frequencies.
    spectrum: Convolution,
    encoder: Vec<Convolution>,
    lstm: Streamer<AnyCell>,
    output: Convolution,
}

impl Silero {
    fn open(bytes: &[u8], device: &Device) -> Result<Self, Box<dyn Error>> {
        let model = onnx::read(bytes)?;
        let lstm = rekindle_interop::onnx::find(&model).remove(0)?;
        println!("{lstm}");
        let lstm = Streamer::new(lstm.load(device)?);
        let tensors = model.into_tensors()?;
        let convolution = |kernel: &str, bias: Option<&str>, step| -> Result<_, Box<dyn Error>> {
            let kernel = tensor::<3>(&tensors, kernel, device)?;
            let [outputs, inputs, size] = kernel.dims();
            let bias = bias
                .map(|bias| tensor::<1>(&tensors, bias, device))
                .transpose()?;
            Ok(Convolution {
                kernel: kernel.permute([2, 1, 0]).reshape([size * inputs, outputs]),
                bias: bias.map(Tensor::unsqueeze),
                size,
                step,
            })
        };
        let layer = |name: &str, step| {
            convolution(
                &format!("{name}.weight"),
                Some(&format!("{name}.bias")),
                step,
            )
        };
        let encoder = [1, 2, 2, 1].into_iter().enumerate();
        let encoder = encoder.map(|(i, step)| layer(&format!("encoder.{i}"), step));
        Ok(Silero {
            spectrum: convolution("stft.forward_basis_buffer", None, 128)?,
            encoder: encoder.collect::<Result<_, _>>()?,
            lstm,
            output: layer("output", 1)?,
        })
    }

    /// How likely speech is, of the samples of a frame behind those before it.
    fn hear(&mut self, frame: &[f32], device: &Device) -> f32 {
        // The last 64 samples once more, backwards, behind the frame: a reflection that does not repeat its edge.
        let tail = frame.iter().rev().skip(1).take(64);
        let samples: Vec<f32> = frame.iter().chain(tail).copied().collect();
        let steps = samples.len();
        let x = Tensor::from_data(TensorData::new(samples, [steps, 1]), device);
        let squares = self.spectrum.forward(x).powi_scalar(2);
        let mut x = (squares.clone().narrow(1, 0, 129) + squares.narrow(1, 129, 129)).sqrt();
        for convolution in &self.encoder {
            let edge = x.clone().narrow(0, 0, 1).zeros_like();
            x = activation::relu(convolution.forward(Tensor::cat(vec![edge.clone(), x, edge], 0)));
        }
        let y = activation::relu(self.lstm.push(x));
        activation::sigmoid(self.output.forward(y)).into_scalar()
    }
}

/// A convolution over time as a product of matrices, which for so few steps is faster than Burn's.
struct Convolution {
    /// `[size * inputs, outputs]`.
    kernel: Tensor<2>,
    bias: Option<Tensor<2>>,
    /// The steps of a window, and by how many the next begins later.
    size: usize,
    step: usize,
}

impl Convolution {
    /// `[steps, inputs]` to `[windows, outputs]`.
    fn forward(&self, x: Tensor<2>) -> Tensor<2> {
        let [steps, inputs] = x.dims();
        let begins = (0..=steps - self.size).step_by(self.step);
        let window = |begin| {
            x.clone()
                .narrow(0, begin, self.size)
                .reshape([1, self.size * inputs])
        };
        let sums = Tensor::cat(begins.map(window).collect(), 0).matmul(self.kernel.clone());
        match &self.bias {
            Some(bias) => sums + bias.clone(),
            None => sums,
        }
    }
}

/// A voice that sings vowels, four a second, in the first and third second, a tone in the second, and nothing in the last.
fn made() -> Vec<f32> {
    let voice = |t: f64| {
        let slow = TAU * 0.7 * t;
        let pitch = 130.0 + 20.0 * slow.sin();
        let turns = 130.0 * t - 20.0 * slow.cos() / (TAU * 0.7);
        let open = 0.5 + 0.5 * (2.0 * TAU * t).sin();
        let formants = [
            (300.0 + 500.0 * open, 90.0),
            (2200.0 - 1000.0 * open, 120.0),
            (2900.0 - 300.0 * open, 180.0),
        ];
        let harmonic = |k: f64| {
            let near =
                formants.map(|(middle, width)| (-((k * pitch - middle) / width).powi(2)).exp());
            (near.iter().sum::<f64>() + 0.03 / k) / k * (TAU * k * turns).sin()
        };
        let all: f64 = (1..=40).map(|k| harmonic(f64::from(k))).sum();
        0.5 * all * (2.0 * TAU * t).sin().powi(2)
    };
    let sample = |n: usize| {
        let t = n as f64 / RATE as f64;
        match n / RATE {
            1 => 0.3 * (TAU * 440.0 * t).sin(),
            3 => 0.0,
            _ => voice(t),
        }
    };
    (0..4 * RATE).map(|n| sample(n) as f32).collect()
}

fn main() -> Result<(), Box<dyn Error>> {
    let device = Device::flex();
    let model = include_bytes!("silero_vad_16k_sequence.onnx");
    let mut silero = Silero::open(model, &device)?;
    let file = std::env::args().nth(1);
    let samples = match &file {
        Some(path) => wav::read(path)?,
        None => made(),
    };

    let began = Instant::now();
    let mut heard = vec![0.0; CONTEXT];
    let mut said = Vec::new();
    for new in samples.chunks_exact(FRAME) {
        heard.extend_from_slice(new);
        said.push(silero.hear(&heard, &device));
        heard.drain(..FRAME);
    }
    let took = began.elapsed().as_secs_f64();

    for (second, all) in said.chunks(RATE.div_ceil(FRAME)).enumerate() {
        let line: String = all
            .iter()
            .map(|p| if *p > 0.5 { '#' } else { '.' })
            .collect();
        println!("{second:3} s  {line}");
    }
    let length = samples.len() as f64 / RATE as f64;
    println!(
        "{length:.1} s of sound, one frame after the other, in {took:.3} s: {:.4} of real time",
        took / length
    );

    if file.is_none() {
        let golden = include_str!("golden.txt").lines();
        let golden: Vec<f32> = golden.map(str::parse).collect::<Result<_, _>>()?;
        assert_eq!(said.len(), golden.len());
        let apart = said.iter().zip(&golden).map(|(a, b)| (a - b).abs());
        let apart = apart.fold(0.0, f32::max);
        println!("at most {apart:.1e} from onnxruntime");
        assert!(apart < 1e-4, "{apart}");
    }
    Ok(())
}
