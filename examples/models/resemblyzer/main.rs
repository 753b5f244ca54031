//! Resemblyzer: are two voices one? Three LSTMs from a checkpoint of PyTorch before 1.6, a pickle with the optimizer's state beside the
//! weights, which is read and not run. The weights are Resemble AI's (Apache-2.0); they are not in this repository, and fetched the first time,
//! which needs Python with pip.
//!
//! ```text
//! cargo run --release --example resemblyzer
//! ```
//!
//! The voices are made, a low one twice and a high one twice, as spectrograms of 1.6 s in golden.safetensors, and what is said of them is held
//! to what PyTorch says (`reference.py`).
#![allow(clippy::print_stdout, reason = "it shows what it does")]

#[path = "../fetched.rs"]
mod fetched;

use std::error::Error;

use burn::tensor::{Device, Tensor, activation};
use rekindle::{AnyCell, Recurrent};
use rekindle_interop::formats::read;
use rekindle_interop::{find, tensor};

const VOICES: [&str; 4] = ["low", "low again", "high", "high again"];

struct Encoder {
    lstm: Recurrent<AnyCell>,
    weight: Tensor<2>,
    bias: Tensor<2>,
}

impl Encoder {
    fn open(bytes: &[u8], device: &Device) -> Result<Self, Box<dyn Error>> {
        let tensors = read(bytes)?;
        let found = find(&tensors).remove(0);
        println!("{found}");
        Ok(Encoder {
            lstm: found.load(&tensors, device)?,
            weight: tensor(&tensors, "model_state.linear.weight", device)?,
            bias: tensor::<1>(&tensors, "model_state.linear.bias", device)?.unsqueeze(),
        })
    }

    /// A direction for each voice, `[voices, 256]`, of its spectrogram, `[voices, frames, 40]`.
    fn embed(&self, mels: Tensor<3>) -> Tensor<2> {
        let (y, _) = self.lstm.forward(mels, None);
        let last = y.dims()[1] - 1;
        let y: Tensor<2> = y.narrow(1, last, 1).squeeze_dim(1);
        let x = activation::relu(y.matmul(self.weight.clone().transpose()) + self.bias.clone());
        let length = x.clone().powi_scalar(2).sum_dim(1).sqrt();
        x / length
    }
}

fn main() -> Result<(), Box<dyn Error>> {
    let bytes = fetched::read("resemblyzer", "pretrained.pt")?;
    let device = Device::flex();
    let encoder = Encoder::open(&bytes, &device)?;
    let golden = read(include_bytes!("golden.safetensors"))?;
    let voices = encoder.embed(tensor(&golden, "mels", &device)?);
    let alike = voices
        .clone()
        .matmul(voices.clone().transpose())
        .into_data();
    let alike: Vec<f32> = alike.iter().collect();
    for (name, row) in VOICES.iter().zip(alike.chunks_exact(VOICES.len())) {
        let row: String = row.iter().map(|alike| format!("  {alike:.2}")).collect();
        println!("{name:12}{row}");
    }
    let apart = voices - tensor(&golden, "embeddings", &device)?;
    let apart = apart.abs().max().into_scalar::<f32>();
    println!("at most {apart:.1e} from PyTorch");
    assert!(apart < 1e-5);
    Ok(())
}
