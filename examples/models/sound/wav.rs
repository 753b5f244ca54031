//! Files of one channel of 16 bits at 16 kHz, which the models for speech hear.

use std::error::Error;
use std::fs::File;
use std::io::{BufReader, Read};

use hound::{SampleFormat, WavReader, WavSpec};

pub(crate) const RATE: u32 = 16_000;

pub(crate) const SPEC: WavSpec = WavSpec {
    channels: 1,
    sample_rate: RATE,
    bits_per_sample: 16,
    sample_format: SampleFormat::Int,
};

/// The samples of a file, -1 to 1.
pub(crate) fn read(path: &str) -> Result<Vec<f32>, Box<dyn Error>> {
    let file = File::open(path).map_err(|why| format!("{path}: {why}"))?;
    samples(BufReader::new(file), path)
}

/// The samples of a file's content, which errors call by a name.
pub(crate) fn samples(content: impl Read, name: &str) -> Result<Vec<f32>, Box<dyn Error>> {
    let file = WavReader::new(content).map_err(|why| format!("{name}: {why}"))?;
    if file.spec() != SPEC {
        return Err(format!("{name}: not of one channel of 16 bits at 16 kHz").into());
    }
    let samples = file.into_samples::<i16>();
    let samples = samples.map(|sample| sample.map(|sample| f32::from(sample) / 32768.0));
    Ok(samples.collect::<Result<_, _>>()?)
}
