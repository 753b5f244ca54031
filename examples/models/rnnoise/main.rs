//! RNNoise: how much noise is in each band of a sound, and whether somebody speaks, by the weights that the crate nnnoiseless 0.5.2 has as
//! bytes (BSD-3-Clause). Its three GRUs apply the reset gate before the recurrent product, and have no tanh: a cell of equations here.
//!
//! ```text
//! cargo run --release --example rnnoise
//! ```
//!
//! What the network hears are 42 features of each 10 ms, made without a network; those of ../sound/noisy.wav stand in golden.f32 with what the
//! crate makes of them (`golden/make.sh`). It reads sigmoid and tanh from a table, and so is up to 3e-6 from them; here they are computed.
#![allow(clippy::print_stdout, reason = "it shows what it does")]

use std::collections::BTreeMap;
use std::error::Error;
use std::time::Instant;

use burn::tensor::{Device, Tensor, TensorData, activation};
use rekindle::{Custom, CustomConfig, RecurrentConfig, Streamer};
use rekindle_interop::import;

const FEATURES: usize = 42;
const BANDS: usize = 22;

/// A layer's function, by the number that the file has for it.
const FUNCTIONS: [&str; 3] = ["tanh", "sigmoid", "relu"];

struct RnNoise {
    first: Dense,
    speech: Streamer<Custom>,
    noise: Streamer<Custom>,
    gains: Streamer<Custom>,
    gains_of: Dense,
    speech_of: Dense,
}

impl RnNoise {
    /// The network of a file that has one layer behind the other, each as its widths, its function and its weights.
    fn read(file: &[u8], device: &Device) -> Result<Self, Box<dyn Error>> {
        let mut file = Weights { file, device };
        let network = RnNoise {
            first: file.dense()?,
            speech: file.gru()?,
            noise: file.gru()?,
            gains: file.gru()?,
            gains_of: file.dense()?,
            speech_of: file.dense()?,
        };
        match file.file {
            [] => Ok(network),
            rest => Err(format!("{} bytes stand behind the last layer", rest.len()).into()),
        }
    }

    /// The gain of each band, `[1, 22]`, and how likely speech is, `[1, 1]`, of the features of a frame, `[1, 42]`.
    fn hear(&mut self, x: Tensor<2>) -> [Tensor<2>; 2] {
        let first = self.first.forward(x.clone());
        let speech = self.speech.push(first.clone());
        let noise = Tensor::cat(vec![first, speech.clone(), x.clone()], 1);
        let noise = self.noise.push(noise);
        let gains = self
            .gains
            .push(Tensor::cat(vec![speech.clone(), noise, x], 1));
        [self.gains_of.forward(gains), self.speech_of.forward(speech)]
    }
}

struct Dense {
    function: &'static str,
    kernel: Tensor<2>,
    bias: Tensor<2>,
}

impl Dense {
    fn forward(&self, x: Tensor<2>) -> Tensor<2> {
        let sums = x.matmul(self.kernel.clone()) + self.bias.clone();
        match self.function {
            "tanh" => sums.tanh(),
            "sigmoid" => activation::sigmoid(sums),
            _ => activation::relu(sums),
        }
    }
}

/// What is left of the file.
struct Weights<'f> {
    file: &'f [u8],
    device: &'f Device,
}

impl Weights<'_> {
    fn bytes(&mut self, count: usize) -> Result<&[u8], Box<dyn Error>> {
        let (bytes, rest) = self
            .file
            .split_at_checked(count)
            .ok_or("the file ends too early")?;
        self.file = rest;
        Ok(bytes)
    }

    /// The widths of a layer's input and output, and its function.
    fn head(&mut self) -> Result<(usize, usize, &'static str), Box<dyn Error>> {
        let &[inputs, units, function] = self.bytes(3)? else {
            unreachable!("three bytes")
        };
        let function = FUNCTIONS
            .get(usize::from(function))
            .ok_or("a layer of an unknown function")?;
        Ok((inputs.into(), units.into(), function))
    }

    /// Weights are numbers of 8 bits, in units of 1/256.
    fn matrix(&mut self, rows: usize, columns: usize) -> Result<Tensor<2>, Box<dyn Error>> {
        let numbers = self.bytes(rows * columns)?.iter();
        let numbers: Vec<f32> = numbers.map(|&byte| f32::from(byte as i8) / 256.0).collect();
        Ok(Tensor::from_data(
            TensorData::new(numbers, [rows, columns]),
            self.device,
        ))
    }

    fn dense(&mut self) -> Result<Dense, Box<dyn Error>> {
        let (inputs, units, function) = self.head()?;
        Ok(Dense {
            function,
            kernel: self.matrix(inputs, units)?,
            bias: self.matrix(1, units)?,
        })
    }

    fn gru(&mut self) -> Result<Streamer<Custom>, Box<dyn Error>> {
        let (inputs, units, function) = self.head()?;
        let cell = CustomConfig::from_equations(
            units,
            format!(
                "state h
                 input z, r, n
                 hidden z, r, n
                 z = sigmoid(affine(z, h))
                 r = sigmoid(affine(r, h))
                 h' = z * h + (1 - z) * {function}(affine(n, r * h))"
            ),
        );
        let input = self.matrix(inputs, 3 * units)?;
        let hidden = self.matrix(units, 3 * units)?;
        let bias = self.matrix(1, 3 * units)?.squeeze_dim::<1>(0);
        let weights = BTreeMap::from([
            ("weight_ih_l0".to_owned(), input.transpose().into_data()),
            ("weight_hh_l0".to_owned(), hidden.transpose().into_data()),
            ("bias_hh_l0".to_owned(), bias.zeros_like().into_data()),
            ("bias_ih_l0".to_owned(), bias.into_data()),
        ]);
        let layer = RecurrentConfig::new(cell).init(inputs, self.device);
        Ok(Streamer::new(import(layer, &weights)?))
    }
}

fn main() -> Result<(), Box<dyn Error>> {
    let device = Device::flex();
    let mut network = RnNoise::read(include_bytes!("weights.rnn"), &device)?;
    let (golden, _) = include_bytes!("golden.f32").as_chunks();
    let golden: Vec<f32> = golden
        .iter()
        .map(|number| f32::from_le_bytes(*number))
        .collect();
    let (mut apart, mut said) = (0.0_f32, String::new());
    let began = Instant::now();
    for row in golden.chunks_exact(FEATURES + BANDS + 1) {
        let (features, theirs) = row.split_at(FEATURES);
        let ours = network.hear(Tensor::<1>::from_data(features, &device).unsqueeze());
        let ours: Vec<f32> = Tensor::cat(ours.to_vec(), 1).into_data().iter().collect();
        said.push(if ours[BANDS] > 0.5 { '#' } else { '.' });
        let frame = ours.iter().zip(theirs).map(|(a, b)| (a - b).abs());
        apart = frame.fold(apart, f32::max);
    }
    let took = began.elapsed().as_secs_f64();
    println!(
        "{said}\n{} frames of 10 ms, each in {:.1} µs",
        said.len(),
        1e6 * took / said.len() as f64
    );
    println!("gains and speech are at most {apart:.1e} from nnnoiseless'");
    assert!(apart < 1e-4, "{apart}");
    Ok(())
}
