//! Frames of samples that come.

use super::config::AudioConfig;
use super::mel::LogMel;
use crate::error::{Error, Result};

/// Samples of one channel that come at the rate of a run.
pub(crate) struct Samples {
    mel: LogMel,
    rate: u32,
    bands: usize,
    /// Those of which no frame that is to come is without.
    kept: Vec<f32>,
}

impl Samples {
    /// At the beginning of a sound.
    ///
    /// # Errors
    ///
    /// If the features do not fit the rate.
    pub(crate) fn new(config: &AudioConfig) -> Result<Self> {
        let rate = config.rate.unwrap_or_default();
        Ok(Samples {
            mel: LogMel::new(config, rate).map_err(Error::mend)?,
            rate,
            bands: config.mels,
            kept: Vec::new(),
        })
    }

    /// What they are, in words.
    pub(crate) fn called(&self) -> String {
        format!(
            "samples of 16 bits of one channel, {} a second, as od -An -v -td2 writes them",
            self.rate
        )
    }

    /// Begins another sound.
    pub(crate) fn begin(&mut self) {
        self.kept.clear();
    }

    /// Takes a line of samples; returns the features of each frame that is whole now.
    ///
    /// # Errors
    ///
    /// If a word is no sample; it is named by its place.
    pub(crate) fn take(&mut self, name: &str, line: &str) -> Result<Vec<Vec<f64>>> {
        let words = line.split(|c: char| c.is_whitespace() || c == ',');
        for (at, word) in words.filter(|word| !word.is_empty()).enumerate() {
            let sample: i16 = word.parse().map_err(|_| {
                Error::mend(format!(
                    "{name}: number {} is `{word}`, where a whole one from -32768 to 32767 is needed; the run hears {}",
                    at + 1,
                    self.called()
                ))
            })?;
            self.kept.push(f32::from(sample) / 32_768.0);
        }
        let frames = self.mel.frames(&self.kept);
        let frames: Vec<Vec<f64>> = frames.chunks(self.bands).map(<[f64]>::to_vec).collect();
        self.kept.drain(..frames.len() * self.mel.hop());
        Ok(frames)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn samples_in_lines_have_the_frames_of_the_whole() {
        let config = AudioConfig {
            rate: Some(8000),
            ..AudioConfig::default()
        };
        let samples: Vec<i16> = (0..1000)
            .map(|k| ((k * 7919) % 2003) as i16 - 1000)
            .collect();
        let whole: Vec<f32> = samples.iter().map(|&s| f32::from(s) / 32_768.0).collect();
        let whole = LogMel::new(&config, 8000).expect("fits").frames(&whole);
        let mut stream = Samples::new(&config).expect("fits");
        let mut parts = Vec::new();
        for line in samples.chunks(7) {
            let words: Vec<String> = line.iter().map(i16::to_string).collect();
            let found = stream.take("line", &format!("  {}\n", words.join("  ")));
            parts.extend(found.expect("samples").concat());
        }
        assert_eq!(parts, whole);
        let wrong = stream.take("line 7", "1 0.5").expect_err("refused");
        assert!(
            wrong.to_string().contains("line 7: number 2 is `0.5`"),
            "{wrong}"
        );
    }
}
