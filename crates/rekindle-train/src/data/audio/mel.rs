//! Log-mel features: how loud a frame is in each band of frequencies, as ears part them.
//!
//! S. Davis, P. Mermelstein: Comparison of parametric representations for monosyllabic word recognition, IEEE TASSP 28(4), 1980;
//! with the mel scale of HTK, `2595 log10(1 + f / 700)`, and triangles of height 1, as torchaudio's `MelSpectrogram` has them.

use super::config::AudioConfig;
use microfft::{Complex32, real};
use std::f64::consts::TAU;

/// What is added to each power, so that silence has a logarithm: 2^-24, about the noise of samples of 16 bits.
const FLOOR: f64 = 1.0 / 16_777_216.0;

/// What makes features of samples at a rate.
#[derive(Clone, Debug)]
pub(super) struct LogMel {
    /// The weights of a frame's samples: Hann's window, periodic.
    window: Vec<f32>,
    /// The samples from one frame's beginning to that of the next.
    hop: usize,
    /// The samples that the spectrum is taken of: a power of two, those behind the frame being 0.
    size: usize,
    /// The weights of each band, and the frequency at which they begin.
    bands: Vec<(usize, Vec<f64>)>,
}

impl LogMel {
    /// For samples at a rate.
    ///
    /// # Errors
    ///
    /// Says which key does not fit this rate, and what would.
    pub(super) fn new(config: &AudioConfig, rate: u32) -> Result<Self, String> {
        let count = AudioConfig::samples(config.window, rate);
        let size = count.next_power_of_two().max(SMALLEST);
        if size > LARGEST {
            return Err(format!(
                "task.audio.window = {} has {count} samples at {rate} a second, where a spectrum is of {LARGEST} at most; take a shorter one, or \
                 a lower task.audio.rate",
                config.window
            ));
        }
        let half = f64::from(rate) / 2.0;
        let highest = config.highest.unwrap_or(half);
        if highest > half {
            return Err(format!(
                "task.audio.highest = {highest}: at {rate} samples a second there are frequencies up to {half} only"
            ));
        }
        if config.lowest >= highest {
            return Err(format!(
                "task.audio.lowest = {}: must be less than {highest}, at which the highest band ends",
                config.lowest
            ));
        }
        let bands = bands(config.mels, [config.lowest, highest], size, rate);
        if let Some(empty) = bands.iter().position(|(_, weights)| weights.is_empty()) {
            return Err(format!(
                "task.audio.mels = {}: band {} lies between two frequencies that frames of {} ms tell apart; take fewer bands, or a longer \
                 task.audio.window",
                config.mels,
                empty + 1,
                config.window
            ));
        }
        let hann = |n: usize| (0.5 - 0.5 * (TAU * n as f64 / count as f64).cos()) as f32;
        Ok(LogMel {
            window: (0..count).map(hann).collect(),
            hop: AudioConfig::samples(config.hop, rate),
            size,
            bands,
        })
    }

    /// The samples of a frame.
    pub(super) fn window(&self) -> usize {
        self.window.len()
    }

    /// The samples from one frame's beginning to that of the next.
    pub(super) fn hop(&self) -> usize {
        self.hop
    }

    /// The features of all frames that lie within some samples, `[frames, bands]` row-major.
    pub(super) fn frames(&self, samples: &[f32]) -> Vec<f64> {
        let starts = (0..(samples.len() + 1).saturating_sub(self.window())).step_by(self.hop);
        let mut work = vec![0.0; self.size];
        let frames = starts.flat_map(|start| self.frame(&samples[start..], &mut work));
        frames.collect()
    }

    /// The features of the frame at the beginning of some samples.
    fn frame(&self, samples: &[f32], work: &mut [f32]) -> Vec<f64> {
        work.fill(0.0);
        for ((work, sample), weight) in work.iter_mut().zip(samples).zip(&self.window) {
            *work = sample * weight;
        }
        let spectrum = spectrum(work);
        // The first is real, and has the highest frequency, which is real as well, in the place of its imaginary part.
        let square = |v: f32| f64::from(v) * f64::from(v);
        let mut powers: Vec<f64> = spectrum
            .iter()
            .map(|c| square(c.re) + square(c.im))
            .collect();
        powers[0] = square(spectrum[0].re);
        powers.push(square(spectrum[0].im));
        let band = |(first, weights): &(usize, Vec<f64>)| {
            let powers = powers[*first..].iter();
            let sum: f64 = powers
                .zip(weights)
                .map(|(power, weight)| power * weight)
                .sum();
            (sum + FLOOR).ln()
        };
        self.bands.iter().map(band).collect()
    }
}

/// The triangles of the bands: each rises from the middle of the one before to its own, and falls to that of the next.
fn bands(
    count: usize,
    [lowest, highest]: [f64; 2],
    size: usize,
    rate: u32,
) -> Vec<(usize, Vec<f64>)> {
    let mel = |hertz: f64| 2595.0 * (1.0 + hertz / 700.0).log10();
    let hertz = |mel: f64| 700.0 * (10_f64.powf(mel / 2595.0) - 1.0);
    let (first, last) = (mel(lowest), mel(highest));
    let corner = |n: usize| hertz(first + (last - first) * n as f64 / (count + 1) as f64);
    let frequency = |bin: usize| bin as f64 * f64::from(rate) / size as f64;
    let band = |n: usize| {
        let [left, middle, right] = [n, n + 1, n + 2].map(corner);
        let weight = |bin: usize| {
            let rising = (frequency(bin) - left) / (middle - left);
            let falling = (right - frequency(bin)) / (right - middle);
            rising.min(falling)
        };
        let within = (0..=size / 2).filter(|&bin| weight(bin) > 0.0);
        let within: Vec<usize> = within.collect();
        let weights = within.iter().map(|&bin| weight(bin)).collect();
        (within.first().copied().unwrap_or(0), weights)
    };
    (0..count).map(band).collect()
}

/// The fewest samples that a spectrum is taken of.
const SMALLEST: usize = 16;

/// The most.
const LARGEST: usize = 4096;

macro_rules! sizes {
    ($($size:literal => $rfft:ident),*) => {
        /// The spectrum of so many samples as there is a transform for, in their place.
        fn spectrum(samples: &mut [f32]) -> &[Complex32] {
            match samples.len() {
                $($size => real::$rfft(samples.try_into().expect("its length")),)*
                other => unreachable!("spectra are of a power of two of samples, not {other}"),
            }
        }
    };
}

sizes! {
    16 => rfft_16,
    32 => rfft_32,
    64 => rfft_64,
    128 => rfft_128,
    256 => rfft_256,
    512 => rfft_512,
    1024 => rfft_1024,
    2048 => rfft_2048,
    4096 => rfft_4096
}

#[cfg(test)]
mod tests;
