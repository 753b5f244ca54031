//! What suppressors of noise share: frames of a file go in, one after the other, and what they leave of each is added up again.

use std::error::Error;
use std::f64::consts::TAU;
use std::time::Instant;

use burn::tensor::{Device, Tensor, TensorData};
use hound::WavWriter;

#[path = "wav.rs"]
mod wav;

/// What hears a frame at a time.
pub(crate) trait Suppressor {
    /// The samples of a frame, and by how many the next one begins later.
    const FRAME: usize;
    const HOP: usize;

    /// What is left of the frame, `[1, FRAME]`.
    fn hear(&mut self, frame: Tensor<2>) -> Tensor<2>;
}

/// Suppresses the noise of the file that is the program's first argument, and writes what is left to its second; without arguments that of
/// noisy.wav. Returns the samples that are left; the last ones lack frames that would begin before them.
pub(crate) fn run<S: Suppressor>(
    suppressor: &mut S,
    device: &Device,
) -> Result<Vec<f32>, Box<dyn Error>> {
    let mut files = std::env::args().skip(1);
    let samples = match files.next() {
        Some(path) => wav::read(&path)?,
        None => wav::samples(&include_bytes!("noisy.wav")[..], "noisy.wav")?,
    };

    let began = Instant::now();
    let mut heard = vec![0.0; S::FRAME];
    let mut left = vec![0.0; samples.len() / S::HOP * S::HOP + S::FRAME - S::HOP];
    for (number, new) in samples.chunks_exact(S::HOP).enumerate() {
        heard.drain(..S::HOP);
        heard.extend_from_slice(new);
        let frame = TensorData::new(heard.clone(), [1, S::FRAME]);
        let frame = suppressor
            .hear(Tensor::from_data(frame, device))
            .into_data();
        for (sum, sample) in left[number * S::HOP..].iter_mut().zip(frame.iter::<f32>()) {
            *sum += sample;
        }
    }
    let took = began.elapsed().as_secs_f64();
    let length = samples.len() as f64 / f64::from(wav::RATE);
    println!(
        "{length:.1} s of sound, one frame after the other, in {took:.3} s: {:.4} of real time",
        took / length
    );

    // The first frame begins before the first sample.
    let left = left.split_off(S::FRAME - S::HOP);
    if let Some(path) = files.next() {
        let mut file = WavWriter::create(path, wav::SPEC)?;
        for sample in &left {
            file.write_sample((sample * 32768.0).round() as i16)?;
        }
        file.finalize()?;
    }
    Ok(left)
}

/// The spectrum of a real frame, as products with cosines and sines.
pub(crate) struct Spectrum {
    to: [Tensor<2>; 2],
    from: [Tensor<2>; 2],
}

impl Spectrum {
    /// Of frames that are multiplied with a window, before and behind.
    pub(crate) fn new(window: &[f64], device: &Device) -> Self {
        let length = window.len();
        let bins = length / 2 + 1;
        let tensor = |rows: usize, columns: usize, entry: &dyn Fn(usize, usize) -> f64| {
            let all = (0..rows * columns).map(|i| entry(i / columns, i % columns) as f32);
            Tensor::from_data(TensorData::new(all.collect(), [rows, columns]), device)
        };
        let turn =
            |sample: usize, bin: usize| TAU * ((sample * bin) % length) as f64 / length as f64;
        // All frequencies but the lowest and the highest stand for two.
        let share = |bin: usize| if bin == 0 || 2 * bin == length { 1.0 } else { 2.0 } / length as f64;
        Spectrum {
            to: [
                tensor(length, bins, &|n, k| window[n] * turn(n, k).cos()),
                tensor(length, bins, &|n, k| -window[n] * turn(n, k).sin()),
            ],
            from: [
                tensor(bins, length, &|k, n| {
                    share(k) * window[n] * turn(n, k).cos()
                }),
                tensor(bins, length, &|k, n| {
                    -share(k) * window[n] * turn(n, k).sin()
                }),
            ],
        }
    }

    /// The real and the imaginary parts, `[1, bins]` each, of a frame `[1, length]`.
    pub(crate) fn of(&self, frame: Tensor<2>) -> [Tensor<2>; 2] {
        self.to
            .each_ref()
            .map(|part| frame.clone().matmul(part.clone()))
    }

    /// The frame of such parts.
    pub(crate) fn frame(&self, parts: [Tensor<2>; 2]) -> Tensor<2> {
        let [real, imaginary] = parts;
        let [cosines, sines] = self.from.clone();
        real.matmul(cosines) + imaginary.matmul(sines)
    }
}
