//! What was heard of sounds, and what is said in them.

use super::{config::TranscribeConfig, spec::TranscribeSpec};
use crate::{
    data::{
        audio::{frontend::Frontend, list::SoundList},
        cut,
        message::counted,
        series::Series,
        vocabulary::Vocabulary,
    },
    error::{Error, Result},
    tasks::{
        account::{self, Line},
        given::units,
    },
};
use rekindle_models::ctc::steps_of;
use std::path::Path;

/// Sounds that were heard.
#[derive(Default)]
pub(super) struct Sounds {
    /// Their frames.
    pub(super) frames: Vec<Series>,
    /// What the list calls them.
    pub(super) names: Vec<String>,
    /// What is said in each.
    pub(super) texts: Vec<String>,
    /// The seconds of each.
    pub(super) seconds: Vec<f64>,
    /// What the files are known by.
    sums: Vec<[u8; 32]>,
}

impl Sounds {
    /// Hears the sounds of a list, but for those that are too long.
    ///
    /// # Errors
    ///
    /// If the list or a sound of it cannot be read, or none is short enough.
    pub(super) fn read(
        config: &TranscribeConfig,
        ear: Option<&TranscribeSpec>,
        path: &Path,
        notes: &mut Vec<String>,
    ) -> Result<(Self, Frontend)> {
        let name = path.display();
        let list = SoundList::read(path, &config.columns())?;
        let Some(first) = list.files.first() else {
            return Err(Error::mend(format!(
                "{name}: there is no sound in the list"
            )));
        };
        let audio = ear.map_or(&config.audio, |spec| &spec.audio);
        let mut ear = Frontend::new(audio, first)?;
        let (mut all, mut longer) = (Sounds::default(), 0);
        for ((file, called), text) in list.files.iter().zip(list.names).zip(list.texts) {
            let heard = ear.hear(file)?;
            if heard.seconds > config.longest {
                longer += 1;
                continue;
            }
            all.frames.push(heard.frames);
            all.sums.push(heard.sum);
            all.seconds.push(heard.seconds);
            all.names.push(called);
            all.texts.push(text);
        }
        if all.frames.is_empty() {
            return Err(Error::mend(format!(
                "{name}: every sound is longer than task.longest = {} s; raise it, or cut them",
                config.longest
            )));
        }
        notes.extend(list.notes);
        notes.extend(ear.notes(&name.to_string()));
        if longer > 0 {
            notes.push(format!(
                "{name}: left out {} of more than task.longest = {} s",
                counted(longer, "sounds"),
                config.longest
            ));
        }
        Ok((all, ear))
    }

    /// Leaves out the sounds that have fewer steps than the labels of their text need, where that is asked for. Where no labels are known
    /// yet each symbol will be one.
    ///
    /// # Errors
    ///
    /// If there is one and it is not, or no other is left.
    pub(super) fn sayable(
        mut self,
        config: &TranscribeConfig,
        known: Option<&Vocabulary>,
        path: &Path,
        notes: &mut Vec<String>,
    ) -> Result<Self> {
        let splitting = config.splitting();
        let own;
        let labels = match known {
            Some(labels) => labels,
            None => {
                own = Vocabulary::build(&self.texts, splitting, None);
                &own
            }
        };
        let needed = |text: &String| {
            let labels = labels.encode(text).into_iter();
            let labels: Vec<usize> = labels.map(|label| label as usize).collect();
            steps_of(&labels)
        };
        let steps = |frames: &Series| frames.steps.div_ceil(config.subsampling);
        let short: Vec<usize> = (0..self.frames.len())
            .filter(|&row| needed(&self.texts[row]) > steps(&self.frames[row]))
            .collect();
        let Some(&first) = short.first() else {
            return Ok(self);
        };
        if !config.skip_short || short.len() == self.frames.len() {
            let finer = match config.subsampling {
                1 => "lower task.audio.hop",
                _ => "lower task.subsampling or task.audio.hop",
            };
            return Err(Error::mend(format!(
                "{}: {} has {} steps, and its text {:?} needs {}, one a {} and one between equal ones ({} such)\ncorrect the text, {finer}, or \
                 have such left out by task.skip_short = true",
                path.display(),
                self.names[first],
                steps(&self.frames[first]),
                self.texts[first],
                needed(&self.texts[first]),
                config.symbol(),
                short.len()
            )));
        }
        notes.push(format!(
            "{}: left out {} with fewer steps than their text needs, as task.skip_short says, the first {}",
            path.display(),
            counted(short.len(), "sounds"),
            self.names[first]
        ));
        let kept = |row: &usize| short.binary_search(row).is_err();
        fn only<T>(all: &mut Vec<T>, kept: impl Fn(&usize) -> bool) {
            let mut row = 0..;
            all.retain(|_| row.next().is_none_or(|row| kept(&row)));
        }
        only(&mut self.frames, kept);
        only(&mut self.names, kept);
        only(&mut self.texts, kept);
        only(&mut self.seconds, kept);
        only(&mut self.sums, kept);
        Ok(self)
    }

    /// The [place](cut::place) of each, by its file.
    pub(super) fn places(&self, seed: u64) -> Vec<u64> {
        let sums = self.sums.iter();
        sums.map(|sum| cut::place(seed, sum)).collect()
    }

    /// Takes others in behind these.
    pub(super) fn append(&mut self, others: Sounds) {
        self.frames.extend(others.frames);
        self.names.extend(others.names);
        self.texts.extend(others.texts);
        self.seconds.extend(others.seconds);
        self.sums.extend(others.sums);
    }

    /// The lengths of sounds and of their texts, and the labels.
    pub(super) fn account(&self, spec: &TranscribeSpec) -> Vec<Line> {
        let mut seconds = self.seconds.clone();
        seconds.sort_by(f64::total_cmp);
        let last = seconds.len().saturating_sub(1);
        let hears = format!(
            "{:.1} to {:.1} s, the median {:.1}; {} bands at {} Hz",
            seconds.first().unwrap_or(&0.0),
            seconds.get(last).unwrap_or(&0.0),
            seconds.get(last / 2).unwrap_or(&0.0),
            spec.audio.mels,
            spec.audio.rate.unwrap_or_default()
        );
        let lengths = self
            .texts
            .iter()
            .map(|text| spec.vocabulary.encode(text).len());
        let writes = format!(
            "{}; {} different",
            account::lengths(lengths.collect(), units(&spec.vocabulary)),
            spec.vocabulary.len() - 1
        );
        vec![Line::new("hears", hears), Line::new("writes", writes)]
    }
}
