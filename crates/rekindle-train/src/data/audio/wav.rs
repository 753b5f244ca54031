//! WAV files.

use crate::data::file;
use crate::error::{Error, Result};
use hound::{SampleFormat, WavReader};
use sha2::{Digest, Sha256};
use std::path::Path;

/// A sound of one channel.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Sound {
    /// Between -1 and 1.
    pub(super) samples: Vec<f32>,
    /// How many of them a second has.
    pub(super) rate: u32,
    /// The channels of the file, of which the samples are the mean.
    pub(super) channels: u16,
    /// The SHA-256 of the file.
    pub(super) sum: [u8; 32],
}

/// What sounds of other formats begin with.
const OTHERS: [(&[u8], &str); 8] = [
    (b"fLaC", "FLAC"),
    (b"ID3", "MP3"),
    (b"\xff\xfb", "MP3"),
    (b"\xff\xf3", "MP3"),
    (b"OggS", "Ogg"),
    (b"FORM", "AIFF"),
    (b"caff", "CAF"),
    (b".snd", "AU"),
];

/// Reads a file; of several channels their mean.
///
/// # Errors
///
/// If it is no WAV of plain samples, is cut off, or holds no sample.
pub(super) fn read(path: &Path) -> Result<Sound> {
    let bytes = file::read_bytes(path)?;
    let name = path.display();
    let mend = |why: String| Error::mend(format!("{name}: {why}"));
    let convert = "convert it by ffmpeg -i FILE -c:a pcm_s16le NEW.wav";
    if let Some((_, format)) = OTHERS.iter().find(|(first, _)| bytes.starts_with(first)) {
        return Err(mend(format!(
            "this is {format}, and sounds are read from WAV; {convert}"
        )));
    }
    let refused = |why: hound::Error| match why {
        hound::Error::Unsupported => mend(format!("its samples are compressed; {convert}")),
        hound::Error::IoError(_) => mend("the file is cut off; fetch it again".into()),
        why => mend(format!(
            "this is no WAV that can be read ({why}); {convert}"
        )),
    };
    let reader = WavReader::new(bytes.as_slice()).map_err(refused)?;
    let spec = reader.spec();
    let samples: hound::Result<Vec<f32>> = match spec.sample_format {
        SampleFormat::Float => reader.into_samples::<f32>().collect(),
        SampleFormat::Int => {
            let full = 2_f32.powi(i32::from(spec.bits_per_sample) - 1);
            let samples = reader.into_samples::<i32>();
            samples
                .map(|sample| sample.map(|sample| sample as f32 / full))
                .collect()
        }
    };
    let samples = samples.map_err(refused)?;
    if samples.is_empty() {
        return Err(mend("there is no sample in it; remove it".into()));
    }
    if let Some(at) = samples.iter().position(|sample| !sample.is_finite()) {
        let channels = usize::from(spec.channels);
        return Err(mend(format!(
            "sample {} is {}, which is no number; write the file anew",
            at / channels + 1,
            samples[at]
        )));
    }
    Ok(Sound {
        samples: mixed(samples, usize::from(spec.channels)),
        rate: spec.sample_rate,
        channels: spec.channels,
        sum: Sha256::digest(&bytes).into(),
    })
}

/// The mean of the channels, which stand side by side.
fn mixed(samples: Vec<f32>, channels: usize) -> Vec<f32> {
    match channels {
        0 | 1 => samples,
        _ => samples
            .chunks(channels)
            .map(|all| all.iter().sum::<f32>() / channels as f32)
            .collect(),
    }
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;
    use hound::{WavSpec, WavWriter};

    /// Writes samples of 16 bits.
    pub(in crate::data::audio) fn write(path: &Path, samples: &[i16], rate: u32, channels: u16) {
        let spec = WavSpec {
            channels,
            sample_rate: rate,
            bits_per_sample: 16,
            sample_format: SampleFormat::Int,
        };
        let mut writer = WavWriter::create(path, spec).expect("a file");
        for &sample in samples {
            writer.write_sample(sample).expect("written");
        }
        writer.finalize().expect("written");
    }

    #[test]
    fn samples_are_shares_of_the_largest_and_channels_are_mixed() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("a.wav");
        write(&path, &[-32768, 0, 16384, 8192], 8000, 1);
        let mono = read(&path).expect("read");
        assert_eq!(mono.samples, [-1.0, 0.0, 0.5, 0.25]);
        assert_eq!((mono.rate, mono.channels), (8000, 1));
        write(&path, &[-32768, 0, 16384, 8192], 8000, 2);
        let stereo = read(&path).expect("read");
        assert_eq!(stereo.samples, [-0.5, 0.375]);
        assert_ne!(stereo.sum, mono.sum);
    }

    #[test]
    fn samples_of_every_width_are_read() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("a.wav");
        for (bits, half) in [(8, 64), (16, 1 << 14), (24, 1 << 22), (32, 1 << 30)] {
            let spec = WavSpec {
                channels: 1,
                sample_rate: 16_000,
                bits_per_sample: bits,
                sample_format: SampleFormat::Int,
            };
            let mut writer = WavWriter::create(&path, spec).expect("a file");
            for sample in [half, -half, 0] {
                writer.write_sample(sample).expect("written");
            }
            writer.finalize().expect("written");
            assert_eq!(
                read(&path).expect("read").samples,
                [0.5, -0.5, 0.0],
                "{bits}"
            );
        }
    }

    #[test]
    fn what_is_no_sound_is_said() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("a.wav");
        write(&path, &[1; 100], 8000, 1);
        let whole = std::fs::read(&path).expect("read");
        write(&path, &[], 8000, 1);
        let empty = std::fs::read(&path).expect("read");
        for (bytes, words) in [
            (&b"fLaC\0"[..], "this is FLAC, and sounds are read from WAV"),
            (b"text", "no WAV"),
            (&whole[..whole.len() - 51], "cut off"),
            (&empty, "no sample"),
        ] {
            std::fs::write(&path, bytes).expect("written");
            let error = read(&path).expect_err("refused").to_string();
            assert!(
                error.contains("a.wav: ") && error.contains(words),
                "{error}"
            );
        }
    }
}
