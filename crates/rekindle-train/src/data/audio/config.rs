//! `[task.audio]`: what a network hears of a sound.

use rekindle::Invalid;
use serde::{Deserialize, Serialize};

/// `[task.audio]`: what a network hears of a sound. A run stores it with the rate that was found.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct AudioConfig {
    /// The samples a second; those of the first file by default. Files of another rate are resampled, and counted.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub rate: Option<u32>,
    /// The bands of the mel scale, each a feature of a frame.
    pub mels: usize,
    /// The milliseconds of a frame.
    pub window: f64,
    /// The milliseconds from one frame's beginning to that of the next.
    pub hop: f64,
    /// The frequency, in Hz, at which the lowest band begins.
    pub lowest: f64,
    /// The frequency, in Hz, at which the highest band ends; half the rate by default.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub highest: Option<f64>,
}

impl Default for AudioConfig {
    /// The usual ones of speech recognition: 40 bands from 20 Hz on, of frames of 25 ms, one each 10 ms.
    fn default() -> Self {
        AudioConfig {
            rate: None,
            mels: 40,
            window: 25.0,
            hop: 10.0,
            lowest: 20.0,
            highest: None,
        }
    }
}

impl AudioConfig {
    /// Checks the values that serde takes.
    ///
    /// # Errors
    ///
    /// Names the key, its value and what it must be.
    pub(crate) fn check(&self) -> Result<(), Invalid> {
        if let Some(rate) = self.rate.filter(|rate| !(1_000..=400_000).contains(rate)) {
            return Err(Invalid::new("rate", rate, "from 1000 to 400000"));
        }
        if !(1..=512).contains(&self.mels) {
            return Err(Invalid::new("mels", self.mels, "from 1 to 512"));
        }
        for (key, value) in [("window", self.window), ("hop", self.hop)] {
            if !(value.is_finite() && value > 0.0) {
                return Err(Invalid::new(key, value, "more than 0, in milliseconds"));
            }
        }
        if self.hop > self.window {
            let expected = format!(
                "at most window = {}: what lies between two frames would not be heard",
                self.window
            );
            return Err(Invalid::new("hop", self.hop, &expected));
        }
        if !(self.lowest.is_finite() && self.lowest >= 0.0) {
            return Err(Invalid::new("lowest", self.lowest, "at least 0, in Hz"));
        }
        match self.highest {
            Some(highest) if !(highest.is_finite() && highest > self.lowest) => {
                let expected = format!("more than lowest = {}, in Hz", self.lowest);
                Err(Invalid::new("highest", highest, &expected))
            }
            _ => Ok(()),
        }
    }

    /// Checks what a run stored.
    ///
    /// # Errors
    ///
    /// Names the key and what is wrong with it.
    pub(crate) fn stored(&self) -> Result<(), String> {
        self.check().map_err(|wrong| format!("audio.{wrong}"))?;
        match self.rate {
            Some(_) => Ok(()),
            None => Err("`audio.rate` is missing".into()),
        }
    }

    /// The samples of so many milliseconds at a rate, at least one.
    pub(super) fn samples(milliseconds: f64, rate: u32) -> usize {
        (milliseconds * f64::from(rate) / 1000.0).round().max(1.0) as usize
    }
}
