//! The text of a language model, and its windows.

use super::{config::LanguageModelConfig, spec::LanguageSpec};
use crate::{
    data::{
        file::{self, DataFile, DataFiles},
        message::counted,
        pieces::Pieces,
        reading::{Steps, Wanted},
        split::{self, Split},
        symbols::{Symbols, TextUnit},
        vocabulary::Vocabulary,
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
    /// How long the texts of the parts are.
    pub(super) sizes: Split<Size>,
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
        let at = &config.file;
        let said = |e| Error::mend(format!("{at}: {e}"));
        let Encoded {
            vocabulary,
            symbols,
            parts,
            sizes,
        } = match config.unit.of_vocabulary() {
            Some(unit) => {
                let vocabulary = match spec {
                    Some(spec) => spec.vocabulary,
                    None => {
                        let splitting = config.splitting(unit);
                        Symbols::Known(Vocabulary::build(&[&text], splitting, config.vocabulary))
                    }
                };
                let symbols = vocabulary.encode(&text);
                let parts = split::fractions(symbols.len(), config.valid, config.test);
                Encoded {
                    vocabulary,
                    symbols,
                    parts: parts.map_err(said)?,
                    sizes: Split::test_alone(Size::default()),
                }
            }
            None => {
                let parts = split::fractions(text.len(), config.valid, config.test);
                let parts = parts
                    .map_err(said)?
                    .map(|part| &text[floor(&text, part.start)..floor(&text, part.end)]);
                let vocabulary = match spec {
                    Some(spec) => spec.vocabulary,
                    None => Symbols::Pieces(pieces(config, parts.train)?),
                };
                Encoded::of(vocabulary, parts)
            }
        };
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
            sizes,
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
            sizes: Split::test_alone(Size::of(&text)),
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

    /// What a mean over the symbols of a part amounts to, in the figure that most units have in common.
    pub(super) fn metric(&self, part: Part, nats: f64) -> Metric {
        match self.config.unit {
            TextUnit::Char => bits("character", nats),
            TextUnit::Word => Metric::lower("perplexity", nats.exp()),
            TextUnit::Bytes | TextUnit::Bpe => {
                bits("character", nats * self.each(part, |size| size.characters))
            }
        }
    }

    /// The same in every figure.
    pub(super) fn metrics(&self, part: Part, nats: f64) -> Vec<Metric> {
        let first = self.metric(part, nats);
        match self.config.unit {
            TextUnit::Char | TextUnit::Word => vec![first],
            TextUnit::Bytes | TextUnit::Bpe => {
                let each = self.each(part, |size| size.bytes);
                vec![first, bits("byte", nats * each)]
            }
        }
    }

    /// The symbols of a part for each of what its text is counted in.
    fn each(&self, part: Part, count: impl Fn(&Size) -> usize) -> f64 {
        self.part(part).len() as f64 / count(self.sizes.of(part)).max(1) as f64
    }
}

/// How long a text is.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Size {
    pub(super) characters: usize,
    pub(super) bytes: usize,
}

impl Size {
    fn of(text: &str) -> Size {
        Size {
            characters: text.chars().count(),
            bytes: text.len(),
        }
    }
}

/// Bits for each of what a text is counted in.
pub(super) fn bits(each: &str, nats: f64) -> Metric {
    Metric::lower(&format!("bits per {each}"), nats / std::f64::consts::LN_2)
}

/// A text as symbols.
struct Encoded {
    vocabulary: Symbols,
    symbols: Vec<u32>,
    parts: Split<Range<usize>>,
    sizes: Split<Size>,
}

impl Encoded {
    /// The parts of a text, one by one.
    fn of(vocabulary: Symbols, texts: Split<&str>) -> Encoded {
        let mut symbols = Vec::new();
        let sizes = texts.clone().map(Size::of);
        let parts = texts.map(|text| {
            let start = symbols.len();
            symbols.extend(vocabulary.encode(text));
            start..symbols.len()
        });
        Encoded {
            vocabulary,
            symbols,
            parts,
            sizes,
        }
    }
}

/// The pieces that a config asks for: single bytes, those of its file, or those of the training part.
fn pieces(config: &LanguageModelConfig, train: &str) -> Result<Pieces> {
    let file = &config.tokenizer;
    match (config.unit, file.as_os_str().is_empty()) {
        (TextUnit::Bpe, true) => Ok(Pieces::trained([train], config.pieces())),
        (TextUnit::Bpe, false) => Pieces::read(file),
        _ => Ok(Pieces::single()),
    }
}

/// The last place that is no later and within no character.
fn floor(text: &str, place: usize) -> usize {
    (0..=place)
        .rev()
        .find(|&at| text.is_char_boundary(at))
        .unwrap_or(0)
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
