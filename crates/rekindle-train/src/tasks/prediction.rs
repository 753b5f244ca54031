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
    /// The next values of a target column, the first first.
    Values {
        /// The column.
        column: String,
        /// Its next values.
        values: Vec<f64>,
    },
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
