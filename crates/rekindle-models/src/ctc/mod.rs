//! Connectionist temporal classification: labels for a longer row of steps, of which nobody said which step is which label.
//!
//! A. Graves, S. Fernández, F. Gomez, J. Schmidhuber: Connectionist temporal classification: labelling unsegmented sequence data
//! with recurrent neural networks, ICML 2006.
//!
//! ```text
//! frames x_1..x_T  ->  groups of `subsampling` side by side  ->  recurrent layers  ->  W y_t + b  ->  log softmax
//! p(labels) = Σ over the paths of classes that say the labels, when repeats are one and blanks are none, of Π_t p_t
//! ```

mod search;

pub use search::{greedy, prefix_beam};

use burn::module::Module;
use burn::nn::loss::CTCLossConfig;
use burn::nn::{Linear, LinearConfig};
use burn::tensor::activation::log_softmax;
use burn::tensor::{Device, Int, Tensor, TensorData};
use rekindle::{
    AnyCell, AnyCellConfig, CellConfig, Invalid, LstmConfig, Recurrent, RecurrentConfig, Sequence,
    positive, width,
};
use serde::{Deserialize, Serialize};

/// The class that says nothing.
pub const BLANK: usize = 0;

/// Configuration of [`Ctc`].
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CtcConfig {
    /// The number of features of a frame.
    pub d_input: usize,
    /// The number of labels, without the blank.
    pub labels: usize,
    /// How many frames the layers read as one, side by side: so much shorter are their rows.
    #[serde(default = "one")]
    pub subsampling: usize,
    /// The recurrent layers: the paper's by default, one LSTM of 100 units in each direction.
    #[serde(default = "usual_layers")]
    pub layers: RecurrentConfig,
}

fn one() -> usize {
    1
}

fn usual_layers() -> RecurrentConfig {
    RecurrentConfig::new(AnyCellConfig::Lstm(LstmConfig::new(100))).with_bidirectional(true)
}

impl CtcConfig {
    /// The paper's network.
    pub fn new(d_input: usize, labels: usize) -> Self {
        CtcConfig {
            d_input,
            labels,
            subsampling: one(),
            layers: usual_layers(),
        }
    }

    /// The same with other recurrent layers.
    #[must_use]
    pub fn with_layers(mut self, layers: RecurrentConfig) -> Self {
        self.layers = layers;
        self
    }

    /// The same with so many frames read as one.
    #[must_use]
    pub fn with_subsampling(mut self, frames: usize) -> Self {
        self.subsampling = frames;
        self
    }

    /// Checks every number.
    ///
    /// # Errors
    ///
    /// Names the key, its value and what it must be.
    pub fn validate(&self) -> Result<(), Invalid> {
        width("d_input", self.d_input)?;
        positive("labels", self.labels)?;
        positive("subsampling", self.subsampling)?;
        let layers = width("d_input * subsampling", self.d_input * self.subsampling);
        layers.and_then(|()| {
            self.layers
                .fits(self.d_input * self.subsampling)
                .map_err(|e| e.under("layers"))
        })
    }

    /// A network with fresh parameters.
    ///
    /// # Panics
    ///
    /// If the configuration is [invalid](CtcConfig::validate).
    pub fn init(&self, device: &Device) -> Ctc {
        if let Err(invalid) = self.validate() {
            panic!("{invalid}");
        }
        let recurrent = self.layers.init(self.d_input * self.subsampling, device);
        let output = LinearConfig::new(recurrent.d_output(), self.labels + 1).init(device);
        Ctc {
            recurrent,
            output,
            subsampling: self.subsampling,
        }
    }
}

/// Recurrent layers whose outputs at all steps together say labels. Class [`BLANK`] says nothing, label `l` is class `l + 1`.
///
/// ```
/// # use burn::tensor::{Device, Distribution, Tensor};
/// use rekindle_models::ctc::CtcConfig;
/// let device = Device::flex();
/// let network = CtcConfig::new(40, 27).with_subsampling(3).init(&device);
/// let x = Tensor::random([2, 90, 40], Distribution::Default, &device); // [batch, frames, features]
/// let log_probs = network.forward(x);
/// assert_eq!(log_probs.data().dims(), [2, 30, 28]); // 30 groups of frames; 27 labels and the blank
/// let loss = network.loss(&log_probs, &[vec![3, 7, 7], vec![]]).expect("there are steps enough"); // [batch]
/// assert_eq!(loss.dims(), [2]);
/// ```
#[derive(Module, Debug)]
pub struct Ctc {
    recurrent: Recurrent<AnyCell>,
    output: Linear,
    #[module(skip)]
    subsampling: usize,
}

impl Ctc {
    /// The logarithms of the probabilities of the classes at each step, `[batch, time / subsampling, labels + 1]`, rounded up, with
    /// the lengths of rows where the frames have some.
    ///
    /// # Panics
    ///
    /// If a shape does not fit; the message names the shapes.
    pub fn forward(&self, frames: impl Into<Sequence>) -> Sequence {
        let x = self.grouped(frames.into().cleared());
        let (y, _) = self.recurrent.forward(x.clone(), None);
        let log_probs = log_softmax(self.output.forward(y), 2);
        x.with(log_probs)
    }

    /// [`loss`] of what it gives.
    ///
    /// # Errors
    ///
    /// As of that.
    ///
    /// # Panics
    ///
    /// As of that.
    pub fn loss(
        &self,
        log_probs: &Sequence,
        labels: &[Vec<usize>],
    ) -> Result<Tensor<1>, Unsayable> {
        loss(log_probs, labels)
    }

    /// [`decode`] of what it gives.
    ///
    /// # Panics
    ///
    /// If the width is 0.
    pub fn decode(&self, log_probs: &Sequence, width: usize) -> Vec<Vec<usize>> {
        decode(log_probs, width)
    }

    /// Groups of frames side by side; the last of a row may be filled up with zeros.
    fn grouped(&self, frames: Sequence) -> Sequence {
        let (group, [batch, time, features]) = (self.subsampling, frames.data().dims());
        if group == 1 {
            return frames;
        }
        let lengths = frames.lengths().map(|lengths| {
            let groups = lengths.iter().map(|n| n.div_ceil(group));
            groups.collect::<Vec<_>>()
        });
        let groups = time.div_ceil(group);
        let data = frames.into_data();
        let missing = groups * group - time;
        let data = match missing {
            0 => data,
            _ => {
                let zeros =
                    Tensor::zeros([batch, missing, features], (&data.device(), data.dtype()));
                Tensor::cat(vec![data, zeros], 1)
            }
        };
        let data = data.reshape([batch, groups, group * features]);
        match lengths {
            None => Sequence::new(data),
            Some(lengths) => {
                Sequence::padded(data, lengths).expect("as many groups as frames need")
            }
        }
    }
}

/// `-log p(labels)` of each row, `[batch]`, of the logarithms of the probabilities of the classes, `[batch, time, labels + 1]`.
///
/// # Errors
///
/// If a row has fewer steps than [its labels need](steps_of), or a label is none of them.
///
/// # Panics
///
/// If there are not labels a row.
pub fn loss(log_probs: &Sequence, labels: &[Vec<usize>]) -> Result<Tensor<1>, Unsayable> {
    let [batch, time, classes] = log_probs.data().dims();
    assert!(
        labels.len() == batch,
        "there are labels for {} rows, but the batch has {batch}",
        labels.len()
    );
    let full = vec![time; batch];
    let lengths = log_probs.lengths().unwrap_or(&full);
    for (row, (labels, &steps)) in labels.iter().zip(lengths).enumerate() {
        sayable(row, labels, steps, classes - 1)?;
    }
    let device = log_probs.data().device();
    let counts = |counts: Vec<usize>| -> Tensor<1, Int> {
        let counts: Vec<i32> = counts.into_iter().map(|n| n as i32).collect();
        Tensor::from_data(TensorData::new(counts, [batch]), &device)
    };
    let longest = labels.iter().map(Vec::len).max().unwrap_or(0).max(1);
    // What is beyond a row's labels is not read, but has to be a class that is not the blank.
    let padded = labels.iter().flat_map(|labels| {
        let classes = labels.iter().map(|&label| label as i32 + 1);
        classes.chain(std::iter::repeat(1)).take(longest)
    });
    let targets = TensorData::new(padded.collect::<Vec<i32>>(), [batch, longest]);
    let loss = CTCLossConfig::new().with_blank(BLANK).init();
    Ok(loss.forward(
        log_probs.data().clone().swap_dims(0, 1),
        Tensor::from_data(targets, &device),
        counts(lengths.to_vec()),
        counts(labels.iter().map(Vec::len).collect()),
    ))
}

/// The labels of each row that a beam search of this width finds in `[batch, time, labels + 1]`; of a width of 1, those of the best class
/// a step.
///
/// # Panics
///
/// If the width is 0.
pub fn decode(log_probs: &Sequence, width: usize) -> Vec<Vec<usize>> {
    let [batch, time, classes] = log_probs.data().dims();
    let numbers: Vec<f32> = log_probs.data().to_data().iter::<f32>().collect();
    let full = vec![time; batch];
    let lengths = log_probs.lengths().unwrap_or(&full);
    let rows = numbers.chunks(time * classes).zip(lengths);
    rows.map(|(row, &steps)| {
        let row = &row[..steps * classes];
        let mut said = match width {
            1 => greedy(row, classes, BLANK),
            _ => prefix_beam(row, classes, BLANK, width).swap_remove(0).0,
        };
        said.iter_mut().for_each(|class| *class -= 1);
        said
    })
    .collect()
}

/// The steps that labels need: one each, and one more for the blank between equal ones.
pub fn steps_of(labels: &[usize]) -> usize {
    let repeats = labels.windows(2).filter(|two| two[0] == two[1]).count();
    labels.len() + repeats
}

/// Labels that a row cannot say.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Unsayable {
    /// There are too few steps.
    Short {
        /// The row of the batch.
        row: usize,
        /// The steps that the network gives for it.
        steps: usize,
        /// The steps that its labels need.
        needed: usize,
    },
    /// A label is none of the network's.
    Unknown {
        /// The row of the batch.
        row: usize,
        /// The label.
        label: usize,
        /// How many the network has.
        labels: usize,
    },
}

impl std::fmt::Display for Unsayable {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Unsayable::Short { row, steps, needed } => write!(
                f,
                "row {row}: its labels need {needed} steps, one each and one between equal ones, but the network gives {steps}; \
                 leave the row out, or lower `subsampling`"
            ),
            Unsayable::Unknown { row, label, labels } => write!(
                f,
                "row {row}: label {label} is none of the network's, which are 0 to {}",
                labels - 1
            ),
        }
    }
}

impl std::error::Error for Unsayable {}

fn sayable(row: usize, labels: &[usize], steps: usize, known: usize) -> Result<(), Unsayable> {
    if let Some(&label) = labels.iter().find(|&&label| label >= known) {
        let labels = known;
        return Err(Unsayable::Unknown { row, label, labels });
    }
    let needed = steps_of(labels);
    match needed > steps {
        true => Err(Unsayable::Short { row, steps, needed }),
        false => Ok(()),
    }
}
