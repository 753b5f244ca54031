//! Layers as Keras stores them.

use std::collections::BTreeMap;

use burn::tensor::{DType, TensorData};
use rekindle::{Cell, Recurrent};
use serde_json::{Value, json};

use super::layer::merged;
use super::take::{directions, twin};
use super::twin::{Kind, Twin};
use crate::convert::entry;
use crate::error::WeightError;
use crate::formats::FormatError;
use crate::formats::keras::{write, write_model};
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
    Sequential::of(layer)?.weights()
}

/// The content of a `.keras` file that `keras.saving.load_model` loads: the same with its configuration, from inputs of
/// `(None, None, d_input)` to sequences.
///
/// # Errors
///
/// As [`export`]; and if a function is one that Keras 3 has no name for.
pub fn export_model<C: Cell>(layer: &Recurrent<C>) -> Result<Vec<u8>, WeightError> {
    let model = Sequential::of(layer)?;
    let config = model.config(layer)?;
    write_model(&model.weights()?, &config).map_err(unwritten)
}

/// A model of Keras': its recurrent layers one behind the other.
struct Sequential {
    levels: Vec<Level>,
    /// By the paths of the file.
    tensors: Vec<(String, TensorData)>,
}

struct Level {
    name: String,
    twin: Twin,
    units: usize,
    bias: bool,
}

impl Sequential {
    fn of<C: Cell>(layer: &Recurrent<C>) -> Result<Self, WeightError> {
        let all: BTreeMap<String, TensorData> = weights(layer).into_iter().collect();
        let directions = directions(layer);
        let sides = sides(layer);
        let mut taken = 0;
        let mut tensors = Vec::new();
        let mut levels = Vec::new();
        let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
        for (level, own) in sides.chunks(directions).zip(layer.layers()) {
            let twin = twin(level).map_err(|_| WeightError::NoForm { library: "Keras" })?;
            let class = match (directions, twin.kind) {
                (2, _) => "bidirectional",
                (_, Kind::SimpleRnn) => "simple_rnn",
                (_, Kind::Lstm) => "lstm",
                _ => "gru",
            };
            let count = counts.entry(class).or_default();
            let name = match *count {
                0 => class.to_owned(),
                n => format!("{class}_{n}"),
            };
            *count += 1;
            let before = tensors.len();
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
            levels.push(Level {
                name,
                twin,
                units: own.forward.d_output(),
                bias: tensors.len() - before == 3 * directions,
            });
        }
        if taken < all.len() {
            let own =
                |name: &&String| name.starts_with("initial_") || name.starts_with("weight_proj");
            let names = all.keys().filter(own).cloned().collect();
            let known = tensors.into_iter().map(|(name, _)| name).collect();
            return Err(WeightError::Unexpected { names, known });
        }
        Ok(Sequential { levels, tensors })
    }

    fn weights(&self) -> Result<Vec<u8>, WeightError> {
        let entries = self.tensors.iter();
        let entries: Vec<_> = entries
            .map(|(name, data)| (name.clone(), entry(data).expect("a type that files hold")))
            .collect();
        let levels = self.levels.iter();
        let names: Vec<_> = levels
            .map(|Level { name, .. }| (format!("layers.{name}.vars"), name.clone()))
            .collect();
        write(&entries, &names).map_err(unwritten)
    }

    /// The configuration, as Keras 3 writes it.
    fn config<C: Cell>(&self, layer: &Recurrent<C>) -> Result<String, WeightError> {
        let dtype = match self.tensors[0].1.dtype() {
            DType::F64 => "float64",
            _ => "float32",
        };
        let shape = json!([null, null, layer.d_input()]);
        let input = json!({ "name": "x", "batch_shape": shape, "dtype": dtype });
        let mut layers = vec![object("keras.layers", "InputLayer", input)];
        for level in &self.levels {
            let Level { name, twin, .. } = level;
            let one = |name: &str, backwards: bool| -> Result<Value, WeightError> {
                let mut config = twin.config().ok_or_else(|| WeightError::Layer {
                    name: name.to_owned(),
                    why: "has the hard_sigmoid of Keras before 3, for which Keras 3 has no name; write .weights.h5".into(),
                })?;
                config["name"] = json!(name);
                config["dtype"] = json!(dtype);
                config["units"] = json!(level.units);
                config["use_bias"] = json!(level.bias);
                config["return_sequences"] = json!(true);
                config["go_backwards"] = json!(backwards);
                Ok(object("keras.layers", twin.kind.class(), config))
            };
            layers.push(match directions(layer) {
                1 => one(name, false)?,
                _ => {
                    let both = json!({
                        "name": name,
                        "dtype": dtype,
                        "merge_mode": merged(layer.merge()),
                        "layer": one(&format!("forward_{name}"), false)?,
                        "backward_layer": one(&format!("backward_{name}"), true)?,
                    });
                    object("keras.layers", "Bidirectional", both)
                }
            });
        }
        let model = json!({ "name": "sequential", "dtype": dtype, "layers": layers });
        Ok(object("keras", "Sequential", model).to_string())
    }
}

/// An object as Keras describes it.
fn object(module: &str, class: &str, config: Value) -> Value {
    json!({ "module": module, "class_name": class, "config": config, "registered_name": null })
}

fn unwritten(error: FormatError) -> WeightError {
    WeightError::Layer {
        name: "0".to_owned(),
        why: format!("cannot be written: {error}"),
    }
}
