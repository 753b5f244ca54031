//! Predicting the next character or word of a text.

use super::{At, Carry, Loss, Part, Spec, Task, tensors};
use crate::{
    data::{
        file::{self, DataFile},
        reading::{Reading, Wanted},
        split::{self, Split},
        vocabulary::{Unit, Vocabulary},
    },
    error::{Error, Result},
    memory::Batch,
    metric::{Baselines, Evaluation, Metric},
    model::{
        net::Net,
        shape::{Inputs, NetShape},
    },
};
use burn::nn::loss::CrossEntropyLossConfig;
use burn::tensor::{Device, Tensor};
use flate2::{Compression, write::GzEncoder};
use rekindle::{AnyCellConfig, Invalid, RecurrentConfig, positive, width};
use serde::{Deserialize, Serialize};
use std::{io::Write, ops::Range};

/// `[task]` of a language model.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LanguageModelConfig {
    /// A UTF-8 text, perhaps gzipped.
    pub file: DataFile,
    /// What is predicted.
    #[serde(default)]
    pub unit: Unit,
    /// Whether words are taken in lower case.
    #[serde(default)]
    pub lowercase: bool,
    /// The largest number of different symbols, the most frequent; all by default.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub vocabulary: Option<usize>,
    /// The symbols through which the gradient flows back in one update (truncated BPTT); states
    /// are carried on from window to window.
    #[serde(default = "window")]
    pub window: usize,
    /// The width of a symbol's vector.
    #[serde(default = "d_embedding")]
    pub d_embedding: usize,
    /// Whether the output matrix is the embedding itself.
    #[serde(default)]
    pub tied: bool,
    /// The share of the text, at its end but for the test part, that validates; 0 for none.
    #[serde(default = "share")]
    pub valid: f64,
    /// The share of the text, at its end, that tests; 0 for none.
    #[serde(default = "share")]
    pub test: f64,
}

fn window() -> usize {
    64
}

fn d_embedding() -> usize {
    64
}

fn share() -> f64 {
    0.05
}

/// The symbols that an evaluation reads at a time: enough to be quick, few enough for the logits of a large vocabulary.
const EVALUATION_STEPS: usize = 1024;

impl LanguageModelConfig {
    pub(super) fn validate(&self, model: &RecurrentConfig<AnyCellConfig>) -> Result<(), Invalid> {
        positive("window", self.window)?;
        width("d_embedding", self.d_embedding)?;
        super::shares([("valid", self.valid), ("test", self.test)])?;
        match self.vocabulary {
            Some(size) if size < 2 => {
                let least = "at least 2: the unknown symbol and one that can be written";
                return Err(Invalid::new("vocabulary", size, least));
            }
            _ => {}
        }
        forward_only(model, "a language model must not see the next symbol")
    }
}

impl LanguageModelConfig {
    /// What goes through the network at once in an update.
    pub(super) fn batch(&self, rows: usize) -> Batch {
        Batch {
            rows,
            judged: 0,
            time: self.window,
            each: true,
        }
    }
}

/// Refuses a model that reads from the end.
pub(super) fn forward_only(
    model: &RecurrentConfig<AnyCellConfig>,
    why: &str,
) -> Result<(), Invalid> {
    match model.bidirectional {
        false => Ok(()),
        true => Err(Invalid::new(
            "kind",
            "with model.bidirectional = true",
            &format!("read forward: {why}"),
        )),
    }
}

/// What inference must know: the symbols.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct LanguageSpec {
    /// The symbols and how text becomes them.
    pub vocabulary: Vocabulary,
}

impl LanguageSpec {
    pub(super) fn shape(&self, config: &LanguageModelConfig) -> NetShape {
        NetShape {
            inputs: Inputs::Symbols {
                count: self.vocabulary.len(),
                width: config.d_embedding,
            },
            outputs: self.vocabulary.len(),
            tied: config.tied,
        }
    }
}

/// A language model's text, as symbols.
pub struct LanguageModel {
    config: LanguageModelConfig,
    spec: LanguageSpec,
    symbols: Vec<u32>,
    parts: Split<Range<usize>>,
    /// Bits that gzip -9 needs for a character of the whole text.
    gzip_bits: f64,
}

impl LanguageModel {
    /// Reads the text.
    ///
    /// # Errors
    ///
    /// If the file cannot be read or a part of it is too short.
    pub fn open(config: &LanguageModelConfig, spec: Option<LanguageSpec>) -> Result<Self> {
        let text = file::read_text(&config.file)?;
        let vocabulary = match spec {
            Some(spec) => spec.vocabulary,
            None => Vocabulary::build(&[&text], config.unit, config.lowercase, config.vocabulary),
        };
        let symbols = vocabulary.encode(&text);
        let at = config.file.display();
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
        })
    }

    /// How many symbols of a part the vocabulary lacks.
    fn unknown(&self, part: Part) -> usize {
        self.part(part)
            .iter()
            .filter(|&&symbol| symbol == 0)
            .count()
    }

    fn part(&self, part: Part) -> &[u32] {
        let range = match part {
            Part::Train => &self.parts.train,
            Part::Valid => &self.parts.valid,
            Part::Test => &self.parts.test,
        };
        &self.symbols[range.clone()]
    }

    fn metric(&self, nats: f64) -> Metric {
        match self.config.unit {
            Unit::Char => Metric::lower("bits per character", nats / std::f64::consts::LN_2),
            Unit::Word => Metric::lower("perplexity", nats.exp()),
        }
    }
}

fn gzip_bits(text: &str) -> Result<f64> {
    let mut gzip = GzEncoder::new(Vec::new(), Compression::best());
    let size = gzip.write_all(text.as_bytes()).and_then(|()| gzip.finish());
    let size = size.map_err(|e| Error::fault(format!("gzip in memory failed: {e}")))?;
    Ok(size.len() as f64 * 8.0 / text.chars().count().max(1) as f64)
}

/// A text cut into rows that are read side by side, window by window.
struct Rows<'t> {
    text: &'t [u32],
    rows: usize,
    /// The symbols of a row that have a next one.
    length: usize,
}

impl<'t> Rows<'t> {
    fn new(text: &'t [u32], rows: usize) -> Self {
        let length = (text.len() - 1) / rows;
        Rows { text, rows, length }
    }

    /// The symbols from `start` of every row, and the symbols that follow them.
    fn window(&self, start: usize, time: usize, device: &Device) -> Window {
        let cut = |shift: usize| -> Vec<u32> {
            let row = |r: usize| {
                let from = r * self.length + start + shift;
                &self.text[from..from + time]
            };
            (0..self.rows).flat_map(row).copied().collect()
        };
        let shape = [self.rows, time];
        Window {
            inputs: tensors::symbols(cut(0), shape, device),
            targets: tensors::symbols(cut(1), shape, device).reshape([-1]),
        }
    }
}

struct Window {
    inputs: Tensor<2, burn::tensor::Int>,
    targets: Tensor<1, burn::tensor::Int>,
}

impl Task for LanguageModel {
    fn shape(&self) -> NetShape {
        self.spec.shape(&self.config)
    }

    fn spec(&self) -> Spec {
        Spec::LanguageModel(self.spec.clone())
    }

    fn unit(&self) -> &'static str {
        match self.config.unit {
            Unit::Char => "characters",
            Unit::Word => "words",
        }
    }

    fn steps_per_epoch(&self, batch: usize) -> Result<u64> {
        let train = self.part(Part::Train).len();
        match (train - 1) / batch / self.config.window {
            0 => Err(Error::mend(format!(
                "{}: its train part has {train} symbols, fewer than one update of train.batch = {batch} \
                 windows of task.window = {}; make one of them smaller",
                self.config.file.display(),
                self.config.window
            ))),
            steps => Ok(steps as u64),
        }
    }

    fn batch(&self, rows: usize) -> Batch {
        // An evaluation's one row, as rows of a window.
        let parts = [Part::Valid, Part::Test].map(|part| self.part(part).len().saturating_sub(1));
        let steps = parts[0].max(parts[1]).min(EVALUATION_STEPS);
        Batch {
            judged: steps / self.config.window,
            ..self.config.batch(rows)
        }
    }

    fn notes(&self, part: Part) -> Vec<String> {
        let (unknown, all) = (self.unknown(part), self.part(part).len());
        let share = 100.0 * unknown as f64 / all.max(1) as f64;
        let note = format!(
            "{unknown} of the {all} symbols of the {} part ({share:.1} %) are not in the vocabulary: all of them count as one",
            part.name()
        );
        match unknown {
            0 => Vec::new(),
            _ => vec![note],
        }
    }

    fn reading(&self, part: Part, rows: Range<usize>, steps: usize) -> Reading {
        let text = self.part(part);
        let following = text.len().saturating_sub(1);
        let steps = steps.min(following).max(1);
        let whole = following / steps;
        let starts = (rows.start.min(whole)..rows.end.min(whole)).map(|row| row * steps);
        let wanted = starts.clone().map(|s| text[s + steps] as usize).collect();
        let texts = starts.map(|s| text[s..s + steps].to_vec()).collect();
        Reading {
            wanted: Some(Wanted::Class(wanted)),
            ..self.spec.vocabulary.reading(texts)
        }
    }

    fn loss(&self, net: &Net, at: &At, carry: Carry) -> Loss {
        let rows = Rows::new(self.part(Part::Train), at.batch);
        let time = self.config.window;
        let windows = (rows.length / time).max(1) as u64;
        let start = (at.step % windows) as usize * time;
        let Window { inputs, targets } = rows.window(start, time, &at.device);
        let x = net.embed(inputs);
        // A pass begins without memory.
        let carry = carry.filter(|_| start > 0);
        let states = carry.map(|parts| net.recurrent().initial(&x).with_parts(parts));
        let (y, states) = net.read(x, states);
        let value = CrossEntropyLossConfig::new()
            .init(&at.device)
            .forward(net.output_each(y), targets);
        Loss {
            value,
            carry: Some(states.detach().into_parts()),
            units: at.batch * time,
        }
    }

    fn figure(&self, loss: f64) -> Option<Metric> {
        Some(self.metric(loss))
    }

    /// Every symbol of the part but its first is predicted once, from all that stand before it in the part: one
    /// row, whose state is carried from its first symbol to its last.
    fn evaluate(&self, net: &Net, part: Part, device: &Device) -> Option<Evaluation> {
        let text = self.part(part);
        if text.is_empty() {
            return None;
        }
        let row = Rows::new(text, 1);
        let cross_entropy = CrossEntropyLossConfig::new().init(device);
        let (mut nats, mut states) = (0.0, None);
        for start in (0..row.length).step_by(EVALUATION_STEPS) {
            let time = EVALUATION_STEPS.min(row.length - start);
            let Window { inputs, targets } = row.window(start, time, device);
            let (y, last) = net.read(net.embed(inputs), states.take());
            let mean = cross_entropy.forward(net.output_each(y), targets);
            nats += mean.into_scalar::<f32>() as f64 * time as f64;
            states = Some(last);
        }
        let loss = nats / row.length as f64;
        Some(Evaluation {
            metrics: vec![self.metric(loss)],
            loss,
        })
    }

    fn baselines(&self, part: Part) -> Baselines {
        // The symbols that an evaluation counts.
        let Some((_, text)) = self.part(part).split_first() else {
            return Vec::new();
        };
        let train = self.part(Part::Train);
        let mut counts = vec![1.0; self.spec.vocabulary.len()];
        for &symbol in train {
            counts[symbol as usize] += 1.0;
        }
        let total: f64 = counts.iter().sum();
        let nats = |&symbol: &u32| -(counts[symbol as usize] / total).ln();
        let unigram = text.iter().map(nats).sum::<f64>() / text.len() as f64;
        let mut baselines = vec![("frequencies alone".into(), self.metric(unigram))];
        // What gzip packs is the text as it is.
        if self.config.unit == Unit::Char && self.unknown(part) == 0 {
            let nats = self.gzip_bits * std::f64::consts::LN_2;
            baselines.push(("gzip -9 of the whole text".into(), self.metric(nats)));
        }
        baselines
    }
}

#[cfg(all(test, feature = "flex"))]
mod tests;
