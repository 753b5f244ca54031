//! What a network hears of files.

use super::config::AudioConfig;
use super::mel::LogMel;
use super::resampled::resampled;
use super::wav::{self, Sound};
use crate::data::message::{counted, listed};
use crate::data::series::Series;
use crate::error::{Error, Result};
use std::collections::BTreeMap;
use std::path::Path;

/// Makes features of files, and counts those that are not as they should be.
pub(crate) struct Frontend {
    config: AudioConfig,
    rate: u32,
    mel: LogMel,
    files: usize,
    seconds: f64,
    /// The files of several channels.
    mixed: usize,
    /// The files of other rates.
    others: BTreeMap<u32, usize>,
}

/// What is heard of a file.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Heard {
    /// The features of its frames.
    pub(crate) frames: Series,
    /// How long it is.
    pub(crate) seconds: f64,
    /// The SHA-256 of the file.
    pub(crate) sum: [u8; 32],
}

impl Frontend {
    /// As a config has it; where it says no rate that of the first file.
    ///
    /// # Errors
    ///
    /// If that file cannot be read, or the features do not fit the rate.
    pub(crate) fn new(config: &AudioConfig, first: &Path) -> Result<Self> {
        let rate = match config.rate {
            Some(rate) => rate,
            None => wav::read(first)?.rate,
        };
        let config = AudioConfig {
            rate: Some(rate),
            ..config.clone()
        };
        config
            .check()
            .map_err(|wrong| Error::mend(format!("task.audio.{wrong}")))?;
        Ok(Frontend {
            mel: LogMel::new(&config, rate).map_err(Error::mend)?,
            config,
            rate,
            files: 0,
            seconds: 0.0,
            mixed: 0,
            others: BTreeMap::new(),
        })
    }

    /// How it hears, with the rate that was found.
    pub(crate) fn config(&self) -> &AudioConfig {
        &self.config
    }

    /// The features of a file.
    ///
    /// # Errors
    ///
    /// If it is no WAV, or shorter than a frame.
    pub(crate) fn hear(&mut self, path: &Path) -> Result<Heard> {
        let Sound {
            mut samples,
            rate,
            channels,
            sum,
        } = wav::read(path)?;
        let seconds = samples.len() as f64 / f64::from(rate);
        self.files += 1;
        self.seconds += seconds;
        self.mixed += usize::from(channels > 1);
        if rate != self.rate {
            *self.others.entry(rate).or_default() += 1;
            samples = resampled(&samples, rate, self.rate);
        }
        let values = self.mel.frames(&samples);
        if values.is_empty() {
            return Err(Error::mend(format!(
                "{}: {} at {} a second are fewer than a frame has, {}; leave the file out, or take a shorter task.audio.window",
                path.display(),
                counted(samples.len(), "samples"),
                self.rate,
                self.mel.window()
            )));
        }
        let channels = self.config.mels;
        Ok(Heard {
            frames: Series {
                steps: values.len() / channels,
                values,
                channels,
            },
            seconds,
            sum,
        })
    }

    /// What is to be said of the files that were heard.
    pub(crate) fn notes(&self, name: &str) -> Vec<String> {
        let all = format!(
            "{name}: {} of {:.1} s together, heard at {} samples a second in {} bands, a frame each {} ms",
            counted(self.files, "files"),
            self.seconds,
            self.rate,
            self.config.mels,
            self.config.hop
        );
        [vec![all], self.asides(name)].concat()
    }

    /// What is to be said of those that are not as they should be.
    pub(crate) fn asides(&self, name: &str) -> Vec<String> {
        let which = |count: usize| match self.files {
            1 => "it has".to_owned(),
            _ => format!("{count} of them have"),
        };
        let mut notes = Vec::new();
        let others: usize = self.others.values().sum();
        if others > 0 {
            let rates: Vec<String> = self.others.keys().map(u32::to_string).collect();
            notes.push(format!(
                "{name}: {} another rate, {}, and what is heard is resampled to {}",
                which(others),
                listed(&rates),
                self.rate
            ));
        }
        if self.mixed > 0 {
            notes.push(format!(
                "{name}: {} several channels, of which the mean is heard",
                which(self.mixed)
            ));
        }
        notes
    }
}

#[cfg(test)]
mod tests {
    use super::super::wav::tests::write;
    use super::*;

    #[test]
    fn files_are_heard_at_one_rate_and_what_they_are_is_said() {
        let folder = tempfile::tempdir().expect("a folder");
        let at = |name: &str| folder.path().join(name);
        let noise =
            |n: usize| -> Vec<i16> { (0..n).map(|k| ((k * 7919) % 2003) as i16 - 1000).collect() };
        write(&at("a.wav"), &noise(8000), 8000, 1);
        write(&at("b.wav"), &noise(32_000), 16_000, 2);
        let mut ear = Frontend::new(&AudioConfig::default(), &at("a.wav")).expect("a rate");
        assert_eq!(ear.config().rate, Some(8000));
        for name in ["a.wav", "b.wav"] {
            let heard = ear.hear(&at(name)).expect("heard");
            // A second of 8000 samples, frames of 200 each 80: (8000 - 200) / 80 + 1.
            assert_eq!((heard.frames.steps, heard.frames.channels), (98, 40));
            assert_eq!(heard.seconds, 1.0);
        }
        let notes = ear.notes("x").join("\n");
        for words in [
            "2 files of 2.0 s together",
            "1 of them have another rate, `16000`",
            "1 of them have several channels",
        ] {
            assert!(notes.contains(words), "{notes}");
        }
        write(&at("c.wav"), &noise(199), 8000, 1);
        let short = ear.hear(&at("c.wav")).expect_err("short").to_string();
        assert!(
            short.contains("c.wav: 199 samples at 8000 a second are fewer than a frame has, 200"),
            "{short}"
        );
    }
}
