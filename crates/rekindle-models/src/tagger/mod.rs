//! A tag for every word of a row.
//!
//! Z. Huang, W. Xu, K. Yu: Bidirectional LSTM-CRF models for sequence tagging, 2015, <https://arxiv.org/abs/1508.01991>; with the
//! words' letters below, G. Lample, M. Ballesteros, S. Subramanian, K. Kawakami, C. Dyer: Neural architectures for named entity
//! recognition, NAACL 2016, <https://arxiv.org/abs/1603.01360>.
//!
//! ```text
//! word w_t  ->  its vector; beside it what layers in both directions end with on its letters
//!           ->  dropout  ->  recurrent layers in both directions  ->  dropout  ->  W y_t + b, the scores of the tags
//!           ->  softmax of each step, or a conditional random field over all of them
//! ```

mod letters;

pub use letters::{Letters, LettersConfig};

use crate::crf::Crf;
use crate::steps::real;
use crate::tokens::Tokens;
use burn::module::{Initializer, Module};
use burn::nn::{Dropout, DropoutConfig, Embedding, EmbeddingConfig, Linear, LinearConfig};
use burn::tensor::activation::log_softmax;
use burn::tensor::{Device, Tensor};
use rekindle::{
    AnyCell, AnyCellConfig, CellConfig, Invalid, LstmConfig, Recurrent, RecurrentConfig, Sequence,
    positive, rate, width,
};
use serde::{Deserialize, Serialize};

/// Configuration of [`Tagger`].
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TaggerConfig {
    /// The number of words.
    pub words: usize,
    /// The number of tags.
    pub tags: usize,
    /// The width of the words' vectors: 100 by default.
    #[serde(default = "usual_width")]
    pub d_embedding: usize,
    /// What reads the letters of each word; nothing by default.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub letters: Option<LettersConfig>,
    /// The recurrent layers: the papers' by default, one LSTM of 100 units in each direction.
    #[serde(default = "usual_layers")]
    pub layers: RecurrentConfig,
    /// Dropout below and above the layers: 0.5 by default.
    #[serde(default = "usual_dropout")]
    pub dropout: f64,
    /// Whether tags are scored together, by a conditional random field, or each by itself.
    #[serde(default = "usual_crf")]
    pub crf: bool,
}

fn usual_width() -> usize {
    100
}

fn usual_layers() -> RecurrentConfig {
    RecurrentConfig::new(AnyCellConfig::Lstm(LstmConfig::new(100))).with_bidirectional(true)
}

fn usual_dropout() -> f64 {
    0.5
}

fn usual_crf() -> bool {
    true
}

impl TaggerConfig {
    /// The papers' network, without letters.
    pub fn new(words: usize, tags: usize) -> Self {
        TaggerConfig {
            words,
            tags,
            d_embedding: usual_width(),
            letters: None,
            layers: usual_layers(),
            dropout: usual_dropout(),
            crf: usual_crf(),
        }
    }

    rekindle::setters! {
        d_embedding: usize,
        letters: Option<LettersConfig>,
        layers: RecurrentConfig,
        dropout: f64,
        crf: bool,
    }

    /// Checks every number.
    ///
    /// # Errors
    ///
    /// Names the key, its value and what it must be.
    pub fn validate(&self) -> Result<(), Invalid> {
        positive("words", self.words)?;
        positive("tags", self.tags)?;
        width("d_embedding", self.d_embedding)?;
        rate("dropout", self.dropout)?;
        let mut d_input = self.d_embedding;
        if let Some(letters) = &self.letters {
            letters.validate().map_err(|e| e.under("letters"))?;
            d_input += letters.d_word();
        }
        self.layers.fits(d_input).map_err(|e| e.under("layers"))
    }

    /// A network with fresh parameters.
    ///
    /// # Panics
    ///
    /// If the configuration is [invalid](TaggerConfig::validate).
    pub fn init(&self, device: &Device) -> Tagger {
        if let Err(invalid) = self.validate() {
            panic!("{invalid}");
        }
        let init = Initializer::Normal {
            mean: 0.0,
            std: 1.0,
        };
        let embedding = EmbeddingConfig::new(self.words, self.d_embedding);
        let letters = self.letters.as_ref().map(|letters| letters.init(device));
        let d_word = self.letters.as_ref().map_or(0, LettersConfig::d_word);
        let d_input = self.d_embedding + d_word;
        let recurrent = self.layers.init(d_input, device);
        Tagger {
            embedding: embedding.with_initializer(init).init(device),
            letters,
            output: LinearConfig::new(recurrent.d_output(), self.tags).init(device),
            recurrent,
            dropout: DropoutConfig::new(self.dropout).init(),
            crf: self.crf.then(|| Crf::new(self.tags, device)),
        }
    }
}

/// Recurrent layers that give every word of a row a tag.
///
/// ```
/// # use burn::tensor::Device;
/// use rekindle_models::{Tokens, tagger::TaggerConfig};
/// let device = Device::flex();
/// let network = TaggerConfig::new(1000, 5).init(&device);
/// let words = Tokens::of(&[vec![12, 7, 900], vec![3]], &device);
/// let tags = Tokens::of(&[vec![0, 4, 1], vec![2]], &device);
/// let scores = network.forward(&words, None); // [batch, time, tags]
/// let loss = network.loss(&scores, &tags); // the mean over rows, [1]
/// let best = network.decode(&scores); // the tags of each row
/// # assert_eq!((loss.dims(), best[0].len(), best[1].len()), ([1], 3, 1));
/// ```
#[derive(Module, Debug)]
pub struct Tagger {
    embedding: Embedding,
    letters: Option<Letters>,
    dropout: Dropout,
    recurrent: Recurrent<AnyCell>,
    output: Linear,
    crf: Option<Crf>,
}

impl Tagger {
    /// The same network, in whose field what breaks the scheme of the labels has no probability; see [`Crf::with_bio`]. Without a
    /// field nothing changes.
    ///
    /// # Panics
    ///
    /// If there is not a label a tag.
    #[must_use]
    pub fn with_bio(mut self, labels: &[String]) -> Self {
        self.crf = self.crf.map(|crf| crf.with_bio(labels));
        self
    }

    /// The scores of the tags of each word, `[batch, time, tags]`, with the lengths of the rows. Where the network reads letters,
    /// `letters` has those of every word of the batch, a row each, row by row.
    ///
    /// # Panics
    ///
    /// If letters are missing, or are not read, or are not those of as many words.
    pub fn forward(&self, words: &Tokens, letters: Option<&Tokens>) -> Sequence {
        let mut x = self.embedding.forward(words.data().clone());
        match (&self.letters, letters) {
            (None, None) => {}
            (Some(network), Some(letters)) => {
                x = Tensor::cat(vec![x, network.read(letters, words.lengths())], 2);
            }
            (Some(_), None) => panic!("the network reads the letters of words, and was given none"),
            (None, Some(_)) => panic!("letters are given, but the network reads words only"),
        }
        let x = words.sequence(self.dropout.forward(x));
        let (y, _) = self.recurrent.forward(x.clone(), None);
        x.with(self.output.forward(self.dropout.forward(y)))
    }

    /// The mean over rows of `-log p(tags)`, a single number.
    ///
    /// # Panics
    ///
    /// If the tags are not those of as many words.
    pub fn loss(&self, scores: &Sequence, tags: &Tokens) -> Tensor<1> {
        loss(self.crf.as_ref(), scores, tags)
    }

    /// The best tags of each row.
    pub fn decode(&self, scores: &Sequence) -> Vec<Vec<usize>> {
        decode(self.crf.as_ref(), scores)
    }
}

/// The mean over rows of `-log p(tags)`, a single number, by the scores of the tags of each word, `[batch, time, tags]`: tags that a
/// field scores together, or, without one, each by itself.
///
/// # Panics
///
/// If the tags are not those of as many words.
pub fn loss(crf: Option<&Crf>, scores: &Sequence, tags: &Tokens) -> Tensor<1> {
    let log_likelihood = match crf {
        Some(crf) => crf.log_likelihood(scores, tags.data()),
        None => {
            let [_, time, _] = scores.data().dims();
            let log_probs = log_softmax(scores.data().clone(), 2);
            let own = log_probs.gather(2, tags.data().clone().unsqueeze_dim(2));
            let padding = real(&lengths(scores), time, &scores.data().device()).bool_not();
            let own = own.squeeze_dim::<2>(2).mask_fill(padding, 0.0);
            own.sum_dim(1).squeeze_dim(1)
        }
    };
    log_likelihood.mean().neg()
}

/// The best tags of each row, by the scores of the tags of each word, `[batch, time, tags]`: of all that a field scores together, or,
/// without one, the best of each word.
pub fn decode(crf: Option<&Crf>, scores: &Sequence) -> Vec<Vec<usize>> {
    if let Some(crf) = crf {
        return crf.decode(scores);
    }
    let [_, time, _] = scores.data().dims();
    let best = scores.data().clone().argmax(2).into_data();
    let best: Vec<usize> = best.iter::<i64>().map(|tag| tag as usize).collect();
    let rows = best.chunks(time).zip(lengths(scores));
    rows.map(|(row, length)| row[..length].to_vec()).collect()
}

/// The length of each row.
fn lengths(scores: &Sequence) -> Vec<usize> {
    let [batch, time, _] = scores.data().dims();
    scores
        .lengths()
        .map_or(vec![time; batch], <[usize]>::to_vec)
}
