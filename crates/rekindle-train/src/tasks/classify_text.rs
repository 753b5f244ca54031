//! The class of a text: one output at the end, as for the sentiment of a product review.

use super::classify::{self, Classifier};
use super::{Pool, Spec, tensors};
use crate::{
    data::{
        cut::Cut,
        file::DataFile,
        labelled_text::LabelledText,
        reading::Reading,
        split::Split,
        vocabulary::{Unit, Vocabulary},
    },
    error::Result,
    model::{
        net::Net,
        shape::{Inputs, NetShape},
    },
};
use burn::tensor::{Device, Tensor};
use rekindle::{Invalid, positive, width};
use rekindle_view::Block;
use serde::{Deserialize, Serialize};

/// `[task]` of a text classifier.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ClassifyTextConfig {
    /// A TSV or CSV file with a header.
    pub train: DataFile,
    /// The file to test on; without one, a share of `train`.
    #[serde(default, skip_serializing_if = "no_file")]
    pub test: DataFile,
    /// The column of the text.
    #[serde(default = "text_column")]
    pub text_column: String,
    /// The column of the class.
    #[serde(default = "label_column")]
    pub label_column: String,
    /// What a text is cut into.
    #[serde(default = "words")]
    pub unit: Unit,
    /// Whether words are taken in lower case.
    #[serde(default = "yes")]
    pub lowercase: bool,
    /// The largest number of different symbols, the most frequent.
    #[serde(default = "vocabulary")]
    pub vocabulary: usize,
    /// The symbols of a text that are read; the rest is cut off.
    #[serde(default = "longest")]
    pub longest: usize,
    /// The width of a symbol's vector.
    #[serde(default = "d_embedding")]
    pub d_embedding: usize,
    /// How the outputs of all steps become one.
    #[serde(default)]
    pub pool: Pool,
    /// The share of `train` that validates. Which texts those are follows from the symbols that are read of them
    /// and the seed, not from where they stand: those that read the same are in one part.
    #[serde(default = "share")]
    pub valid_share: f64,
    /// The share of `train` that tests, where there is no file for it.
    #[serde(default = "share")]
    pub test_share: f64,
}

pub(super) fn no_file(file: &DataFile) -> bool {
    file.as_os_str().is_empty()
}

/// The letters of a text that a report shows.
const SHOWN: usize = 600;

fn text_column() -> String {
    "text".into()
}

fn label_column() -> String {
    "label".into()
}

fn words() -> Unit {
    Unit::Word
}

fn yes() -> bool {
    true
}

fn vocabulary() -> usize {
    20_000
}

fn longest() -> usize {
    400
}

fn d_embedding() -> usize {
    64
}

pub(super) fn share() -> f64 {
    0.1
}

impl ClassifyTextConfig {
    pub(super) fn validate(&self) -> Result<(), Invalid> {
        positive("vocabulary", self.vocabulary)?;
        positive("longest", self.longest)?;
        width("d_embedding", self.d_embedding)?;
        let test = match no_file(&self.test) {
            true => self.test_share,
            false => 0.0,
        };
        super::shares([("valid_share", self.valid_share), ("test_share", test)])
    }

    /// The symbols of a text that are read, known or not.
    fn read(&self, text: &str) -> Vec<String> {
        let mut symbols = self.unit.symbols(text, self.lowercase);
        symbols.truncate(self.longest);
        symbols
    }

    /// The symbols of a text: at least one, at most `longest`.
    pub(crate) fn encode(&self, vocabulary: &Vocabulary, text: &str) -> Vec<u32> {
        let mut symbols = vocabulary.encode(text);
        symbols.truncate(self.longest);
        if symbols.is_empty() {
            symbols.push(0);
        }
        symbols
    }
}

/// What inference must know: the symbols, the classes, and which texts test.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct TextSpec {
    /// The symbols and how text becomes them.
    pub vocabulary: Vocabulary,
    /// The names of the classes.
    pub classes: Vec<String>,
    /// Where the texts of each class are cut into parts.
    pub cut: Cut,
}

impl TextSpec {
    pub(super) fn shape(&self, config: &ClassifyTextConfig) -> NetShape {
        NetShape {
            inputs: Inputs::Symbols {
                count: self.vocabulary.len(),
                width: config.d_embedding,
            },
            outputs: self.classes.len(),
            tied: false,
        }
    }

    /// The logits of texts, `[texts, classes]`.
    pub(crate) fn logits(
        &self,
        net: &Net,
        pool: Pool,
        texts: &[&[u32]],
        device: &Device,
    ) -> Tensor<2> {
        let (symbols, lengths) = tensors::padded_symbols(texts, device);
        let x = rekindle::Sequence::padded(net.embed(symbols), lengths);
        let x = x.expect("the time axis is the longest of at least one symbol");
        classify::logits(net, x, pool)
    }
}

/// A text classifier's data.
pub struct ClassifyText {
    config: ClassifyTextConfig,
    spec: TextSpec,
    texts: Vec<Vec<u32>>,
    labels: Vec<usize>,
    parts: Split<Vec<usize>>,
    note: Option<String>,
}

impl ClassifyText {
    /// Reads the texts.
    ///
    /// # Errors
    ///
    /// If a file cannot be read, or there are too few texts.
    pub fn open(config: &ClassifyTextConfig, seed: u64, spec: Option<TextSpec>) -> Result<Self> {
        let (text, label) = (&config.text_column, &config.label_column);
        let mut all = match &spec {
            None => LabelledText::read(&config.train, text, label)?,
            Some(spec) => {
                LabelledText::read_with_classes(&config.train, text, label, &spec.classes)?
            }
        };
        let apart = !no_file(&config.test);
        let shares = [
            config.valid_share,
            if apart { 0.0 } else { config.test_share },
        ];
        let read = |text: &str| config.read(text);
        let (places, known) = (all.places(seed, read), spec.as_ref().map(|s| &s.cut));
        let classes = all.classes.len();
        let cut = classify::cut(&config.train, known, &all.labels, &places, classes, shares)?;
        let mut parts = cut.parts(&all.labels, &places);
        let mut note = None;
        if apart {
            let test = LabelledText::read_with_classes(&config.test, text, label, &all.classes)?;
            note = classify::repeated(
                [&config.train, &config.test],
                &places,
                &test.places(seed, read),
            );
            parts.test = (all.texts.len()..all.texts.len() + test.texts.len()).collect();
            all.texts.extend(test.texts);
            all.labels.extend(test.labels);
        }
        let spec = spec.unwrap_or_else(|| {
            // The words of the test part stay unknown.
            let train: Vec<&str> = parts.train.iter().map(|&i| all.texts[i].as_str()).collect();
            let limit = Some(config.vocabulary);
            TextSpec {
                vocabulary: Vocabulary::build(&train, config.unit, config.lowercase, limit),
                classes: all.classes.clone(),
                cut,
            }
        });
        let encode = |text: &String| config.encode(&spec.vocabulary, text);
        Ok(ClassifyText {
            texts: all.texts.iter().map(encode).collect(),
            labels: all.labels,
            config: config.clone(),
            spec,
            parts,
            note,
        })
    }
}

impl Classifier for ClassifyText {
    fn shape(&self) -> NetShape {
        self.spec.shape(&self.config)
    }

    fn spec(&self) -> Spec {
        Spec::ClassifyText(self.spec.clone())
    }

    fn unit(&self) -> &'static str {
        "texts"
    }

    fn classes(&self) -> usize {
        self.spec.classes.len()
    }

    fn labels(&self) -> &[usize] {
        &self.labels
    }

    fn parts(&self) -> &Split<Vec<usize>> {
        &self.parts
    }

    fn note(&self) -> Option<String> {
        self.note.clone()
    }

    fn longest(&self) -> usize {
        self.texts.iter().map(Vec::len).max().unwrap_or(1)
    }

    fn class_names(&self) -> &[String] {
        &self.spec.classes
    }

    fn shown(&self, row: usize, caption: String) -> Block {
        let text = self.spec.vocabulary.decode(&self.texts[row]);
        let mut shown: String = text.chars().take(SHOWN).collect();
        if shown.len() < text.len() {
            shown.push_str(" ...");
        }
        Block::Verbatim(caption, shown)
    }

    fn reading(&self, rows: &[usize]) -> Reading {
        let texts: Vec<Vec<u32>> = rows.iter().map(|&i| self.texts[i].clone()).collect();
        self.spec.vocabulary.reading(texts)
    }

    fn logits(&self, net: &Net, rows: &[usize], device: &Device) -> Tensor<2> {
        let texts: Vec<&[u32]> = rows.iter().map(|&i| self.texts[i].as_slice()).collect();
        self.spec.logits(net, self.config.pool, &texts, device)
    }
}
