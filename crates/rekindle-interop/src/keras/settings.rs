//! What a model's configuration says of its recurrent layers.

use std::collections::HashMap;
use std::fmt;

use serde_json::Value;

/// How deep models may lie in one another.
const DEEPEST: usize = 32;

/// The classes of recurrent layers, and their names in the paths of weights.
const CLASSES: [&str; 8] = [
    "SimpleRNN",
    "LSTM",
    "GRU",
    "CuDNNLSTM",
    "CuDNNGRU",
    "ConvLSTM1D",
    "ConvLSTM2D",
    "ConvLSTM3D",
];

/// The function that Keras before 3 calls `hard_sigmoid`, where Keras 3 means `relu6(x + 3) / 6`.
pub(super) const HARD_SIGMOID: &str = "hard_sigmoid of Keras 2";

/// What the configuration says of a recurrent layer.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Settings {
    /// The layer's name.
    pub(super) name: String,
    /// Where Keras 3 stores its weights: `layers.bidirectional_1`.
    pub(super) path: String,
    /// The layer, or the one that a `Bidirectional` reads forward with.
    pub(super) forward: One,
    /// What a `Bidirectional` merges by, and what it reads in reverse with.
    pub(super) both: Option<(Option<String>, One)>,
}

/// A layer of one direction.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct One {
    pub(super) class: String,
    pub(super) units: usize,
    pub(super) bias: bool,
    pub(super) activation: String,
    /// Of gates; an RNN has none.
    pub(super) recurrent_activation: Option<String>,
    /// Of a GRU.
    pub(super) reset_after: Option<bool>,
    pub(super) go_backwards: bool,
    /// Of one that convolves.
    pub(super) convolved: Option<Convolved>,
}

/// What a layer that convolves does at the border and between points.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Convolved {
    pub(super) padding: String,
    /// Whether it leaves points out, or a kernel's are apart.
    pub(super) apart: bool,
    /// The points in every dimension, where the model says them.
    pub(super) space: Option<Vec<usize>>,
}

impl fmt::Display for One {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} with activation = {:?}", self.class, self.activation)?;
        if let Some(gates) = &self.recurrent_activation {
            write!(f, ", recurrent_activation = {gates:?}")?;
        }
        if let Some(after) = self.reset_after {
            write!(f, ", reset_after = {after}")?;
        }
        match self.go_backwards {
            true => f.write_str(", go_backwards = true"),
            false => Ok(()),
        }
    }
}

/// The recurrent layers of a configuration, in its order; none if it is no JSON. `old` if it is of Keras before 3.
pub(super) fn settings(config: &str, old: bool) -> Vec<Settings> {
    let mut found = Vec::new();
    if let Ok(model) = serde_json::from_str::<Value>(config) {
        layers(&model["config"], "", DEEPEST, &mut found);
    }
    if old {
        for settings in &mut found {
            let reverse = settings.both.iter_mut().map(|(_, one)| one);
            for one in [&mut settings.forward].into_iter().chain(reverse) {
                let functions = [Some(&mut one.activation), one.recurrent_activation.as_mut()];
                for function in functions.into_iter().flatten() {
                    if function == "hard_sigmoid" {
                        *function = HARD_SIGMOID.to_owned();
                    }
                }
            }
        }
    }
    found
}

/// Those of a model within: its configuration is an object with `layers`, or in Keras 1 the list itself.
fn layers(config: &Value, path: &str, depth: usize, found: &mut Vec<Settings>) {
    let all = config["layers"].as_array().or(config.as_array());
    let mut counts: HashMap<String, usize> = HashMap::new();
    for layer in all.into_iter().flatten().filter(|_| depth > 0) {
        let class = text(layer, "class_name").unwrap_or_default();
        let stem = snake(class);
        let count = counts.entry(stem.clone()).or_default();
        let path = match *count {
            0 => format!("{path}layers.{stem}"),
            n => format!("{path}layers.{stem}_{n}"),
        };
        *count += 1;
        let config = &layer["config"];
        let name = text(config, "name").unwrap_or_default().to_owned();
        if class == "Bidirectional" {
            let inner = &config["layer"];
            let backward = match &config["backward_layer"] {
                Value::Null => inner,
                other => other,
            };
            if let (Some(forward), Some(mut reverse)) = (one(inner), one(backward)) {
                if config["backward_layer"].is_null() {
                    reverse.go_backwards = !forward.go_backwards;
                }
                let merge = text(config, "merge_mode").map(str::to_owned);
                found.push(Settings {
                    name,
                    path,
                    forward,
                    both: Some((merge, reverse)),
                });
            }
        } else if let Some(forward) = one(layer) {
            found.push(Settings {
                name,
                path,
                forward,
                both: None,
            });
        } else {
            layers(config, &format!("{path}."), depth - 1, found);
        }
    }
}

/// A layer of one direction, if it is recurrent.
fn one(layer: &Value) -> Option<One> {
    let class = text(layer, "class_name").filter(|class| CLASSES.contains(class))?;
    let config = &layer["config"];
    // Keras 2 called Keras 3's LSTM so where it was one of cuDNN's, whose functions are these.
    let rnn = class == "SimpleRNN";
    let gates = function(&config["recurrent_activation"], "sigmoid");
    let after = class.ends_with("GRU").then(|| {
        // The layers of cuDNN have it so; Keras before 2.1 had no other than before.
        let plain = class.starts_with("CuDNN");
        config["reset_after"].as_bool().unwrap_or(plain)
    });
    Some(One {
        class: class.to_owned(),
        units: config["units"]
            .as_u64()
            .or(config["filters"].as_u64())?
            .try_into()
            .ok()?,
        bias: config["use_bias"].as_bool().unwrap_or(true),
        activation: function(&config["activation"], "tanh"),
        recurrent_activation: (!rnn).then_some(gates),
        reset_after: after,
        go_backwards: config["go_backwards"].as_bool().unwrap_or(false),
        convolved: class.starts_with("ConvLSTM").then(|| convolved(layer)),
    })
}

/// What a layer that convolves says of it.
fn convolved(layer: &Value) -> Convolved {
    let config = &layer["config"];
    let beyond = |key: &str| {
        let sizes = config[key].as_array();
        sizes.is_some_and(|sizes| sizes.iter().any(|size| size != 1))
    };
    let input = layer["build_config"]["input_shape"].as_array();
    let input = input.or(config["batch_input_shape"].as_array());
    // Behind rows and steps come the points, and the channels last or first.
    let points = input.and_then(|shape| match text(config, "data_format") {
        Some("channels_first") => shape.get(3..),
        _ => shape.get(2..shape.len().max(3) - 1),
    });
    let size = |size: &Value| size.as_u64()?.try_into().ok();
    Convolved {
        padding: text(config, "padding").unwrap_or("valid").to_owned(),
        apart: beyond("strides") || beyond("dilation_rate"),
        space: points.and_then(|points| points.iter().map(size).collect()),
    }
}

/// The name of a function, which may be an object; of a layer of cuDNN the usual one.
fn function(value: &Value, usual: &str) -> String {
    match value {
        Value::Null => usual.to_owned(),
        Value::String(name) if name == "swish" => "silu".to_owned(),
        Value::String(name) => name.clone(),
        object => {
            let name = text(object, "config").or(text(object, "class_name"));
            name.unwrap_or("unknown").to_owned()
        }
    }
}

fn text<'v>(value: &'v Value, key: &str) -> Option<&'v str> {
    value[key].as_str()
}

/// A class in the paths of weights: `SimpleRNN` is `simple_rnn`, as Keras derives it.
pub(super) fn snake(class: &str) -> String {
    let letters: Vec<char> = class.chars().filter(|c| c.is_alphanumeric()).collect();
    let mut name = String::new();
    for (i, &letter) in letters.iter().enumerate() {
        let before = i.checked_sub(1).map(|i| letters[i]);
        let after = letters.get(i + 1);
        let word = letter.is_ascii_uppercase()
            && before.is_some_and(|before| {
                before.is_ascii_lowercase() || after.is_some_and(|after| after.is_ascii_lowercase())
            });
        if word {
            name.push('_');
        }
        name.extend(letter.to_lowercase());
    }
    name
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn classes_have_keras_names_of_paths() {
        let names = [
            ("LSTM", "lstm"),
            ("SimpleRNN", "simple_rnn"),
            ("Bidirectional", "bidirectional"),
            ("ConvLSTM2D", "conv_lstm2d"),
            ("BatchNormalization", "batch_normalization"),
        ];
        for (class, name) in names {
            assert_eq!(snake(class), name);
        }
    }
}
