//! Layers as Keras stores them.

use std::collections::BTreeMap;

use burn::tensor::{DType, TensorData};
use rekindle::{Cell, Recurrent};
use serde_json::{Value, json};

use super::convolution::{self, Convolved};
use super::layer::merged;
use super::settings::snake;
use super::take::{directions, twin};
use super::twin::Twin;
use crate::convert::entry;
use crate::error::WeightError;
use crate::formats::FormatError;
use crate::formats::keras::{write, write_model};
use crate::pytorch::{Side, export as weights, sides};

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
    computes: Computes,
    units: usize,
    bias: bool,
}

/// What a layer of Keras' computes.
enum Computes {
    Equations(Twin),
    Convolutions(Convolved),
}

impl Computes {
    /// What the directions of a level, whose cells live in a space, compute; none if Keras has none of it.
    fn of(sides: &[Side<'_>], space: &[usize]) -> Option<Self> {
        match Convolved::of(&sides[0], space) {
            Some(convolved) => Some(Computes::Convolutions(convolved)),
            None => twin(sides).ok().map(Computes::Equations),
        }
    }

    /// The name of Keras' class.
    fn class(&self) -> String {
        match self {
            Computes::Convolutions(convolved) => convolved.class(),
            Computes::Equations(twin) => twin.kind.class().to_owned(),
        }
    }

    /// A direction's weights, in the order of Keras' tensors.
    fn weights(
        &self,
        side: &Side<'_>,
        own: &BTreeMap<String, TensorData>,
    ) -> Result<Vec<TensorData>, WeightError> {
        match self {
            Computes::Convolutions(_) => Ok(convolution::written(own)),
            Computes::Equations(twin) => {
                let plan = side.plan(twin.kind.stored()[0]);
                let plan = plan.expect("a table covers its cell");
                let all = plan.write(own)?.into_iter();
                Ok(all.map(|(_, data)| data).collect())
            }
        }
    }

    /// What its configuration says beside what every layer's does; none if Keras 3 has no name for a function.
    fn config(&self) -> Option<Value> {
        match self {
            Computes::Convolutions(convolved) => Some(convolved.config()),
            Computes::Equations(twin) => twin.config(),
        }
    }
}

impl Sequential {
    fn of<C: Cell>(layer: &Recurrent<C>) -> Result<Self, WeightError> {
        let all: BTreeMap<String, TensorData> = weights(layer).into_iter().collect();
        let directions = directions(layer);
        let sides = sides(layer);
        let mut taken = 0;
        let mut tensors = Vec::new();
        let mut levels = Vec::new();
        let mut counts: BTreeMap<String, usize> = BTreeMap::new();
        for (level, own) in sides.chunks(directions).zip(layer.layers()) {
            let computes = Computes::of(level, own.forward.space());
            let computes = computes.ok_or(WeightError::NoForm { library: "Keras" })?;
            let stem = match directions {
                2 => "bidirectional".to_owned(),
                _ => snake(&computes.class()),
            };
            let count = counts.entry(stem.clone()).or_default();
            let name = match *count {
                0 => stem,
                n => format!("{stem}_{n}"),
            };
            *count += 1;
            let before = tensors.len();
            for (side, part) in level.iter().zip(["forward_layer.", "backward_layer."]) {
                let part = if directions == 2 { part } else { "" };
                let own = side.own(&all);
                taken += own.len();
                let weights = computes.weights(side, &own)?.into_iter().enumerate();
                tensors.extend(weights.map(|(number, data)| {
                    (format!("layers.{name}.{part}cell.vars.{number}"), data)
                }));
            }
            let points: usize = own.forward.space().iter().product();
            levels.push(Level {
                name,
                computes,
                units: own.forward.d_output() / points,
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
        let shape = match &self.levels[0].computes {
            Computes::Convolutions(convolved) => convolved.input(),
            Computes::Equations(_) => json!([null, null, layer.d_input()]),
        };
        let input = json!({ "name": "x", "batch_shape": shape, "dtype": dtype });
        let mut layers = vec![object("keras.layers", "InputLayer", input)];
        for level in &self.levels {
            let Level { name, computes, .. } = level;
            let width = match computes {
                Computes::Convolutions(_) => "filters",
                Computes::Equations(_) => "units",
            };
            let one = |name: &str, backwards: bool| -> Result<Value, WeightError> {
                let mut config = computes.config().ok_or_else(|| WeightError::Layer {
                    name: name.to_owned(),
                    why: "has the hard_sigmoid of Keras before 3, for which Keras 3 has no name; write .weights.h5".into(),
                })?;
                config["name"] = json!(name);
                config["dtype"] = json!(dtype);
                config[width] = json!(level.units);
                config["use_bias"] = json!(level.bias);
                config["return_sequences"] = json!(true);
                config["go_backwards"] = json!(backwards);
                let mut made = object("keras.layers", &computes.class(), config);
                if let Computes::Convolutions(convolved) = computes {
                    made["build_config"] = json!({ "input_shape": convolved.input() });
                }
                Ok(made)
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
