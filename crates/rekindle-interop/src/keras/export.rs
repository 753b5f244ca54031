//! Layers as Keras stores them.

use std::collections::BTreeMap;

use burn::tensor::TensorData;
use rekindle::{Cell, Recurrent};

use super::take::{directions, twin};
use super::twin::Kind;
use crate::convert::entry;
use crate::error::WeightError;
use crate::formats::FormatError;
use crate::formats::keras::write;
use crate::pytorch::{export as weights, sides};

/// The content of a `.weights.h5` file that a `Sequential` of Keras' loads by `load_weights`: one recurrent layer a level, each in a
/// `Bidirectional` where the layer here reads in both directions, with no other layers that have weights.
///
/// `LSTM` and `SimpleRNN` have one bias where a layer here has two: it is their sum, and so is that of a `GRU` with `reset_after=False`.
///
/// # Errors
///
/// If Keras has no such cell; if a weight has no place there, as that of a projection or of a learned initial state.
pub fn export<C: Cell>(layer: &Recurrent<C>) -> Result<Vec<u8>, WeightError> {
    let all: BTreeMap<String, TensorData> = weights(layer).into_iter().collect();
    let directions = directions(layer);
    let sides = sides(layer);
    let mut taken = 0;
    let mut tensors = Vec::new();
    let mut names = Vec::new();
    let mut counts: BTreeMap<String, usize> = BTreeMap::new();
    for level in sides.chunks(directions) {
        let twin = twin(level).map_err(|_| WeightError::NoForm { library: "Keras" })?;
        let class = match (directions, twin.kind) {
            (2, _) => "bidirectional",
            (_, Kind::SimpleRnn) => "simple_rnn",
            (_, Kind::Lstm) => "lstm",
            _ => "gru",
        };
        let count = counts.entry(class.to_owned()).or_default();
        let name = match *count {
            0 => class.to_owned(),
            n => format!("{class}_{n}"),
        };
        *count += 1;
        names.push((format!("layers.{name}.vars"), name.clone()));
        for (side, part) in level.iter().zip(["forward_layer.", "backward_layer."]) {
            let part = if directions == 2 { part } else { "" };
            let plan = side
                .plan(twin.kind.stored()[0])
                .expect("a table covers its cell");
            let own = side.own(&all);
            taken += own.len();
            for (number, (_, data)) in plan.write(&own).into_iter().enumerate() {
                tensors.push((format!("layers.{name}.{part}cell.vars.{number}"), data));
            }
        }
    }
    if taken < all.len() {
        let own = |name: &&String| name.starts_with("initial_") || name.starts_with("weight_proj");
        let names = all.keys().filter(own).cloned().collect();
        let known = tensors.into_iter().map(|(name, _)| name).collect();
        return Err(WeightError::Unexpected { names, known });
    }
    let entries: Vec<_> = tensors
        .iter()
        .map(|(name, data)| (name.clone(), entry(data).expect("a type that files hold")))
        .collect();
    write(&entries, &names).map_err(|error: FormatError| WeightError::Layer {
        name: "0".to_owned(),
        why: format!("cannot be written: {error}"),
    })
}
