//! Silero VAD: is somebody speaking? A network that others trained, frame by frame: convolutions by Burn, the LSTM by Rekindle.
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

use std::{error::Error, f64::consts::TAU, fs, time::Instant};

use burn::tensor::ops::ConvOptions;
use burn::tensor::{Device, Tensor, TensorData, activation, module::conv1d};
use rekindle::{AnyCell, Recurrent};
use rekindle_interop::formats::onnx;
use rekindle_interop::tensor;

const HERE: &str = concat!(
    env!("CARGO_MANIFEST_DIR"),
    "/../../examples/models/silero_vad"
);
const RATE: usize = wav::RATE as usize;
/// The new samples of a frame, 32 ms, and those before them that it reads again.
const FRAME: usize = 512;
const CONTEXT: usize = 64;

struct Silero {
    /// The spectrum as a convolution: cosines and sines of 129 frequencies.
    spectrum: Tensor<3>,
    /// Weights, biases and steps of the encoder's convolutions.
    encoder: Vec<(Tensor<3>, Tensor<1>, usize)>,
    lstm: Recurrent<AnyCell>,
    output: (Tensor<3>, Tensor<1>),
}

impl Silero {
    fn open(bytes: &[u8], device: &Device) -> Result<Self, Box<dyn Error>> {
        let model = onnx::read(bytes)?;
        let lstm = rekindle_interop::onnx::find(&model).remove(0)?;
        println!("{lstm}");
        let lstm = lstm.load(device)?;
        let tensors = model.into_tensors()?;
        let bias = |name: &str| tensor(&tensors, &format!("{name}.bias"), device);
        let encoder = [1, 2, 2, 1].into_iter().enumerate().map(|(i, stride)| {
            let name = format!("encoder.{i}");
            Ok((
                tensor(&tensors, &format!("{name}.weight"), device)?,
                bias(&name)?,
                stride,
            ))
        });
        Ok(Silero {
            spectrum: tensor(&tensors, "stft.forward_basis_buffer", device)?,
            encoder: encoder.collect::<Result<_, Box<dyn Error>>>()?,
            output: (tensor(&tensors, "output.weight", device)?, bias("output")?),
            lstm,
        })
    }

    /// What the LSTM reads of frames: `[frames, 576]` to `[frames, 128]`.
    fn features(&self, frames: Tensor<2>) -> Tensor<2> {
        let [_, width] = frames.dims();
        // The last 64 samples once more, backwards, behind the frame: a reflection that does not repeat its edge.
        let tail = frames.clone().narrow(1, width - 65, 64).flip([1]);
        let x = Tensor::cat(vec![frames, tail], 1).unsqueeze_dim::<3>(1);
        let x = conv1d(
            x,
            self.spectrum.clone(),
            None,
            ConvOptions::new([128], [0], [1], 1),
        );
        let squares = x.powi_scalar(2);
        let mut x = (squares.clone().narrow(1, 0, 129) + squares.narrow(1, 129, 129)).sqrt();
        for (weight, bias, stride) in &self.encoder {
            let options = ConvOptions::new([*stride], [1], [1], 1);
            x = activation::relu(conv1d(x, weight.clone(), Some(bias.clone()), options));
        }
        x.squeeze_dim(2)
    }

    /// How likely speech is, of what the LSTM gave: `[frames, 128]` to `[frames]`.
    fn speech(&self, y: Tensor<2>) -> Tensor<1> {
        let (weight, bias) = &self.output;
        let weight: Tensor<2> = weight.clone().squeeze_dim(2);
        let sums = activation::relu(y).matmul(weight.transpose()) + bias.clone().unsqueeze();
        activation::sigmoid(sums).squeeze_dim(1)
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
    let silero = Silero::open(
        &fs::read(format!("{HERE}/silero_vad_16k_sequence.onnx"))?,
        &device,
    )?;
    let file = std::env::args().nth(1);
    let samples = match &file {
        Some(path) => wav::read(path)?,
        None => made(),
    };

    let began = Instant::now();
    let mut heard = vec![0.0; CONTEXT];
    let (mut said, mut states) = (Vec::new(), None);
    for new in samples.chunks_exact(FRAME) {
        heard.extend_from_slice(new);
        let frame = TensorData::new(heard.clone(), [1, CONTEXT + FRAME]);
        let x = silero.features(Tensor::from_data(frame, &device));
        let (y, next) = silero.lstm.step(x, states);
        said.push(silero.speech(y).into_scalar::<f32>());
        states = Some(next);
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
        let golden = fs::read_to_string(format!("{HERE}/golden.txt"))?;
        let golden: Vec<f32> = golden.lines().map(str::parse).collect::<Result<_, _>>()?;
        assert_eq!(said.len(), golden.len());
        let apart = said.iter().zip(&golden).map(|(a, b)| (a - b).abs());
        let apart = apart.fold(0.0, f32::max);
        println!("at most {apart:.1e} from onnxruntime");
        assert!(apart < 1e-4, "{apart}");
    }
    Ok(())
}
