//! The text of a language model, and its windows.

use super::{config::LanguageModelConfig, spec::LanguageSpec};
use crate::{
    data::{
        file::{self, DataFile, DataFiles},
        message::counted,
        reading::{Steps, Wanted},
        split::{self, Split},
        vocabulary::{Unit, Vocabulary},
    },
    error::{Error, Result},
    metric::Metric,
    tasks::part::Part,
};
use flate2::{Compression, write::GzEncoder};
use std::{io::Write, ops::Range, path::Path};

/// A language model's text, as symbols.
pub(super) struct LanguageModel {
    pub(super) config: LanguageModelConfig,
    pub(super) spec: LanguageSpec,
    symbols: Vec<u32>,
    parts: Split<Range<usize>>,
    /// What is to be said of several files.
    pub(super) note: Option<String>,
    /// Bits that gzip -9 needs for a character of the whole text.
    pub(super) gzip_bits: f64,
}

impl LanguageModel {
    /// Reads the text.
    ///
    /// # Errors
    ///
    /// If the file cannot be read or a part of it is too short.
    pub(super) fn open(config: &LanguageModelConfig, spec: Option<LanguageSpec>) -> Result<Self> {
        let (text, note) = read(&config.file)?;
        let vocabulary = match spec {
            Some(spec) => spec.vocabulary,
            None => Vocabulary::build(&[&text], config.splitting(), config.vocabulary),
        };
        let symbols = vocabulary.encode(&text);
        let at = &config.file;
        let parts = split::fractions(symbols.len(), config.valid, config.test)
            .map_err(|e| Error::mend(format!("{at}: {e}")))?;
        if parts.train.len() <= config.window {
            return Err(Error::mend(format!(
                "{at}: its train part has {} symbols, not more than one window of {}; \
                 take a longer text or a smaller task.window",
                parts.train.len(),
                config.window
            )));
        }
        for (part, range) in [("valid", &parts.valid), ("test", &parts.test)] {
            if range.len() == 1 {
                return Err(Error::mend(format!(
                    "{at}: its {part} part is a single symbol, which nothing predicts; \
                     make task.{part} larger, or 0 for no such part"
                )));
            }
        }
        Ok(LanguageModel {
            config: config.clone(),
            spec: LanguageSpec { vocabulary },
            gzip_bits: gzip_bits(&text)?,
            symbols,
            parts,
            note,
        })
    }

    /// Reads a text that tests as a whole, in a run's symbols.
    ///
    /// # Errors
    ///
    /// If the file cannot be read or is too short.
    pub(super) fn test_on(
        config: &LanguageModelConfig,
        spec: &LanguageSpec,
        path: &Path,
    ) -> Result<Self> {
        let (text, note) = read(&DataFiles::One(path.to_owned()))?;
        let symbols = spec.vocabulary.encode(&text);
        if symbols.len() < 2 {
            return Err(Error::mend(format!(
                "{}: a text of {} symbols, of which nothing is predicted; take a longer one",
                path.display(),
                symbols.len()
            )));
        }
        Ok(LanguageModel {
            config: config.clone(),
            spec: spec.clone(),
            gzip_bits: gzip_bits(&text)?,
            parts: Split::test_alone(0..symbols.len()),
            symbols,
            note,
        })
    }

    /// How many symbols of a part the vocabulary lacks.
    pub(super) fn unknown(&self, part: Part) -> usize {
        self.part(part)
            .iter()
            .filter(|&&symbol| symbol == 0)
            .count()
    }

    pub(super) fn part(&self, part: Part) -> &[u32] {
        &self.symbols[self.parts.of(part).clone()]
    }

    pub(super) fn metric(&self, nats: f64) -> Metric {
        match self.config.unit {
            Unit::Char => Metric::lower("bits per character", nats / std::f64::consts::LN_2),
            Unit::Word => Metric::lower("perplexity", nats.exp()),
        }
    }
}

/// The text of a file, or of several one after the other, and what is to be said of these. Each begins on a line of its own.
fn read(files: &DataFiles) -> Result<(String, Option<String>)> {
    let members = files.paths().iter().map(|path| file::members(path));
    let members = members.collect::<Result<Vec<_>>>()?.concat();
    if let ([one], DataFiles::One(path)) = (&members[..], files)
        && one == path
    {
        return Ok((file::read_text(path)?, None));
    }
    let mut text = String::new();
    for member in &members {
        if !(text.is_empty() || text.ends_with('\n')) {
            text.push('\n');
        }
        text.push_str(&file::read_text(member)?);
    }
    let name = |member: &DataFile| member.display().to_string();
    let ends = [&members[0], &members[members.len() - 1]].map(name);
    let note = format!(
        "{files}: {} one after the other, each from a new line: {} to {}",
        counted(members.len(), "files"),
        ends[0],
        ends[1]
    );
    Ok((text, Some(note)))
}

fn gzip_bits(text: &str) -> Result<f64> {
    let mut gzip = GzEncoder::new(Vec::new(), Compression::best());
    let size = gzip.write_all(text.as_bytes()).and_then(|()| gzip.finish());
    let size = size.map_err(|e| Error::fault(format!("gzip in memory failed: {e}")))?;
    Ok(size.len() as f64 * 8.0 / text.chars().count().max(1) as f64)
}

/// A text cut into rows that are read side by side, window by window.
pub(super) struct Rows<'t> {
    text: &'t [u32],
    rows: usize,
    /// The symbols of a row that have a next one.
    pub(super) length: usize,
}

impl<'t> Rows<'t> {
    pub(super) fn new(text: &'t [u32], rows: usize) -> Self {
        let length = (text.len() - 1) / rows;
        Rows { text, rows, length }
    }

    /// The symbols from `start` of every row, and the symbols that follow them.
    pub(super) fn window(&self, start: usize, time: usize) -> (Steps, Wanted) {
        let cut = |shift: usize| {
            (0..self.rows).map(move |row| {
                let from = row * self.length + start + shift;
                &self.text[from..from + time]
            })
        };
        let next = cut(1).flatten().map(|&symbol| symbol as usize);
        (
            Steps::Symbols(cut(0).map(<[u32]>::to_vec).collect()),
            Wanted::Class(next.collect()),
        )
    }
}
