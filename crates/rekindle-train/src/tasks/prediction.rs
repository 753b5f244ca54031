//! What a network says of what it is given, and how it writes.

use burn::tensor::{Tensor, activation::softmax};
use serde::Serialize;

/// One prediction.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(untagged)]
pub enum Prediction {
    /// The likeliest class, and the probability of every class.
    Class {
        /// Its name.
        class: String,
        /// Every class with its probability.
        probabilities: Vec<(String, f64)>,
    },
    /// A tag for each word.
    Tags {
        /// The words.
        words: Vec<String>,
        /// Their tags.
        tags: Vec<String>,
    },
    /// A text.
    Text {
        /// It.
        text: String,
        /// Whether it breaks off at the longest that may be written.
        #[serde(skip_serializing_if = "std::ops::Not::not")]
        unfinished: bool,
    },
    /// A number.
    Number {
        /// It, in the unit of the targets that were learned.
        value: f64,
    },
    /// The next values of a target column, the first first.
    Values {
        /// The column.
        column: String,
        /// Its next values.
        values: Vec<f64>,
        /// The quantiles of these values by their levels, which rise; none where they are not forecast.
        #[serde(skip_serializing_if = "Vec::is_empty")]
        quantiles: Vec<(f64, Vec<f64>)>,
    },
    /// How unlike a window of a table is to those that were learned.
    Anomaly {
        /// What its first step is called, and its last.
        from: String,
        /// The last.
        to: String,
        /// The mean squared error with which it is given back, in units of the columns' deviations.
        error: f64,
        /// The same as a multiple of the mean error in training; none of a run that is not finished.
        #[serde(skip_serializing_if = "Option::is_none")]
        score: Option<f64>,
        /// Whether the score lies above the threshold.
        #[serde(skip_serializing_if = "Option::is_none")]
        anomaly: Option<bool>,
    },
    /// The symbol that is likeliest to follow one that a language model read.
    Next {
        /// The symbol that it read.
        read: String,
        /// How unexpected that was, in bits: the logarithm of one over its probability; none of the first.
        #[serde(skip_serializing_if = "Option::is_none")]
        bits: Option<f64>,
        /// The likeliest to follow.
        next: String,
        /// Its probability.
        probability: f64,
    },
}

/// A prediction, and of what it is one.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Predicted {
    /// The file that it is for, where there are several.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub file: Option<String>,
    /// Which row of the file or of the part it is for, from 1; none where there is only one thing to predict for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub row: Option<usize>,
    /// What the series that it is for is called, where it has a name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub id: Option<String>,
    /// What the last step before it is called: the time stamp behind which a forecast begins.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub after: Option<String>,
    /// What is predicted.
    #[serde(flatten)]
    pub prediction: Prediction,
    /// What the steps that are forecast are called, where the data says so.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub times: Vec<String>,
    /// What was right, where that is known.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub truth: Option<Truth>,
}

/// What a prediction should have been.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(untagged)]
pub enum Truth {
    /// A class.
    Class(String),
    /// A text.
    Text(String),
    /// The tags of words, the first first.
    Tags(Vec<String>),
    /// A number.
    Number(f64),
    /// The values of a column, the first first.
    Values(Vec<f64>),
    /// Whether there is an anomaly.
    Anomaly(bool),
}

/// Predictions, and what is to be said of how that was read which they are for.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Predictions {
    /// The predictions.
    pub all: Vec<Predicted>,
    /// What is to be said.
    pub notes: Vec<String>,
}

impl From<Prediction> for Predicted {
    /// The only prediction that there is to make.
    fn from(prediction: Prediction) -> Predicted {
        Predicted {
            file: None,
            row: None,
            id: None,
            after: None,
            prediction,
            times: Vec::new(),
            truth: None,
        }
    }
}

impl Prediction {
    /// A text to its end.
    pub(crate) fn text(text: String) -> Prediction {
        Prediction::Text {
            text,
            unfinished: false,
        }
    }

    /// The prediction for a row, counted from 1.
    pub(crate) fn of_row(self, row: usize) -> Predicted {
        Predicted {
            row: Some(row),
            ..self.into()
        }
    }
}

/// How a language model writes.
#[derive(Clone, Debug)]
pub struct SampleOptions {
    /// The symbols to write.
    pub length: usize,
    /// What the logits are divided by: below 1 for safer, above 1 for bolder text; 0 takes the
    /// likeliest symbol every time.
    pub temperature: f64,
    /// Only the likeliest symbols are drawn from; all by default.
    pub top_k: Option<usize>,
    /// The text to go on from.
    pub prompt: String,
    /// What the draws follow from.
    pub seed: u64,
}

/// The classes of rows, by their logits `[rows, classes]`.
pub(super) fn classes(logits: Tensor<2>, names: &[String]) -> Vec<Prediction> {
    let all: Vec<f32> = softmax(logits, 1).into_data().iter::<f32>().collect();
    let row = |p: &[f32]| {
        let named = names.iter().cloned().zip(p.iter().map(|&p| f64::from(p)));
        let probabilities: Vec<(String, f64)> = named.collect();
        let best = probabilities.iter().max_by(|a, b| a.1.total_cmp(&b.1));
        Prediction::Class {
            class: best.map(|b| b.0.clone()).unwrap_or_default(),
            probabilities,
        }
    };
    all.chunks(names.len()).map(row).collect()
}
