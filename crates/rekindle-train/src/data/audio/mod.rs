//! Sounds: files of samples, and what a network hears of them.
//!
//! ```text
//! WAV  ->  one channel, at one rate  ->  frames  ->  |spectrum|^2  ->  bands of the mel scale  ->  ln
//! ```

pub(crate) mod config;
pub(crate) mod frontend;
pub(crate) mod list;
mod mel;
mod resampled;
pub(crate) mod stream;
mod wav;

/// What the names of sounds end in.
pub(crate) const KIND: &str = "wav";

/// Writes a sound of so many samples of noise.
#[cfg(test)]
pub(in crate::data) fn wav_of_noise(
    path: &std::path::Path,
    samples: usize,
    rate: u32,
    seed: usize,
) {
    let sample = |k: usize| (((k + 31 * seed) * 7919) % 2003) as i16 - 1000;
    let samples: Vec<i16> = (0..samples).map(sample).collect();
    wav::tests::write(path, &samples, rate, 1);
}
