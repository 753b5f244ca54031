//! A network for other programs: as a model of ONNX, and its weights by PyTorch's names.

use super::net::Net;
use super::taken::{Pool, Sides, Taken, sides};
use crate::error::Result;
use burn::module::Module;
use burn::tensor::{Device, Tensor, TensorData};
use rekindle::{AnyCell, Recurrent};
use rekindle_interop::formats::Dtype;
use rekindle_interop::formats::onnx::{Model, Setting};
use rekindle_interop::onnx::{self, Batch, Drawing, Options, Value};
use rekindle_interop::{WeightError, named_tensors};
use rekindle_models::autoencoder::Decoder;

/// What a task makes of a network's two ends.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Ends {
    /// The steps that outputs are taken from.
    pub(crate) taken: Taken,
    /// The mean and the standard deviation of the first features of the input; of none where they are not scaled.
    pub(crate) scale: Vec<(f64, f64)>,
    /// What the outputs are.
    pub(crate) outputs: Outputs,
}

/// What a network's outputs are.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Outputs {
    /// What they are.
    Plain,
    /// Numbers without this mean, in units of this deviation, each.
    Scaled(Vec<(f64, f64)>),
    /// Changes from the last step of these features, one after the other, in units of their deviations.
    Changes(Vec<usize>),
    /// What distributions or quantiles follow from, which no model says.
    Distributed,
}

impl Ends {
    /// Outputs of these steps, and nothing that is scaled.
    pub(crate) fn plain(taken: Taken) -> Self {
        Ends {
            taken,
            scale: Vec::new(),
            outputs: Outputs::Plain,
        }
    }
}

/// What [`Net::pytorch`] calls a weight beside the recurrent layers, and whether it is the transpose there.
pub(crate) fn pytorch_name(own: &str) -> Option<(&'static str, bool)> {
    match own {
        "embedding.weight" => Some(("embedding.weight", false)),
        "output.weight" => Some(("output.weight", true)),
        "output.bias" | "tied_bias" => Some(("output.bias", false)),
        _ => None,
    }
}

impl Net {
    /// The weights by the names and in the layout of PyTorch's `Embedding`, recurrent modules and `Linear`.
    ///
    /// # Errors
    ///
    /// If it has no stack of recurrent layers.
    pub(crate) fn pytorch(&self) -> Result<Vec<(String, TensorData)>> {
        let mut all = Vec::new();
        if let Some(embedding) = self.embedding() {
            all.push(("embedding.weight".to_owned(), embedding.into_data()));
        }
        let layers = rekindle_interop::export(self.recurrent()?).into_iter();
        all.extend(layers.map(|(name, data)| (format!("recurrent.{name}"), data)));
        if let Some(letters) = self.letters() {
            let vectors = named_tensors(letters).into_iter();
            let vectors = vectors.filter(|(name, _)| !name.starts_with("recurrent."));
            let layers = rekindle_interop::export(letters.recurrent());
            let named = |(name, data)| (format!("letters.{name}"), data);
            all.extend(vectors.chain(layers).map(named));
        }
        if self.writes() {
            all.extend(self.written());
            return Ok(all);
        }
        if let Some(decoder) = self.decoder() {
            all.extend(given_back(decoder));
            return Ok(all);
        }
        let (weight, bias) = self.head();
        all.push(("output.weight".to_owned(), weight.transpose().into_data()));
        if let Some(bias) = bias {
            all.push(("output.bias".to_owned(), bias.into_data()));
        }
        all.extend(self.field());
        Ok(all)
    }

    /// A model from rows as the task has them, `symbols` or `x`, over the network's recurrent layers, to its `outputs`.
    ///
    /// # Errors
    ///
    /// If a cell is no set of equations, or the options ask for what models do not have.
    pub(crate) fn onnx(
        &self,
        layers: &Recurrent<AnyCell>,
        ends: &Ends,
        options: &Options,
    ) -> std::result::Result<Model<'static>, WeightError> {
        let mut drawing = Drawing::new(options.opset)?;
        let drawn = &mut drawing;
        let features = layers.d_input();
        let (input, x) = match self.embedding() {
            Some(embedding) => {
                let symbols = drawn.typed_input("symbols", Dtype::I64, &["batch", "time"]);
                let vectors = numbers(drawn, "embedding.weight", embedding);
                let axis = ("axis", Setting::Integer(0));
                let x = drawn.node("Gather", &[&vectors, &symbols], vec![axis]);
                (symbols, x)
            }
            None => {
                let x = drawn.input("x", &["batch", "time", &features.to_string()]);
                let scaled = scaled(drawn, &x, &ends.scale, features);
                (x, scaled)
            }
        };
        let batch = Batch::new(drawn, &input, options.lengths);
        let x = batch.entered(drawn, &x);
        let y = onnx::layers(drawn, layers, x, &batch, options.states)?;
        let y = match ends.taken {
            Taken::Each => drawn.transposed(&y),
            Taken::End => drawn.at(&y, 0, -1),
            Taken::Pooled(pool) => pool.drawn(drawn, &batch, &y, sides(self)),
        };
        let (weight, bias) = self.head();
        let outputs = weight.dims()[1];
        let weight = numbers(drawn, "output.weight", weight);
        let mut y = drawn.node("MatMul", &[&y, &weight], vec![]);
        if let Some(bias) = bias {
            let bias = numbers(drawn, "output.bias", bias);
            y = drawn.node("Add", &[&y, &bias], vec![]);
        }
        y = match &ends.outputs {
            Outputs::Plain | Outputs::Distributed => y,
            Outputs::Scaled(scale) => {
                let [mean, std] = rows(scale, outputs);
                let std = drawn.numbers("output.std", &[outputs], &std);
                let mean = drawn.numbers("output.mean", &[outputs], &mean);
                let y = drawn.node("Mul", &[&y, &std], vec![]);
                drawn.node("Add", &[&y, &mean], vec![])
            }
            Outputs::Changes(features) => changed(drawn, &input, &y, ends, features, outputs),
        };
        let outputs = outputs.to_string();
        match ends.taken {
            Taken::Each => drawn.output("outputs", &y, &["batch", "time", &outputs]),
            Taken::End | Taken::Pooled(_) => drawn.output("outputs", &y, &["batch", &outputs]),
        }
        // The scores of tags together are for who looks for the best tags of all.
        for (name, data) in self.field() {
            let shape = data.shape().to_vec();
            let scores: Vec<f32> = data.iter().collect();
            let scores = drawn.numbers(&format!("{name}.value"), &shape, &scores);
            let scores = drawn.node("Identity", &[&scores], vec![]);
            let dims: Vec<String> = shape.iter().map(usize::to_string).collect();
            let dims: Vec<&str> = dims.iter().map(String::as_str).collect();
            drawn.output(&name, &scores, &dims);
        }
        Ok(drawing.model())
    }

    /// The weights of what writes; the matrices of its linear maps as `Linear` has them.
    fn written(&self) -> Vec<(String, TensorData)> {
        let writer = self.writer();
        let device = self.embedding().expect("a network of symbols").device();
        let rest = named_tensors(writer)
            .into_iter()
            .filter(|(name, _)| !name.starts_with("decoder."));
        let turned = rest.map(|(name, data)| match name.as_str() {
            "target.weight" => (name, data),
            _ => (name, as_linear(data, &device)),
        });
        let layers = rekindle_interop::export(writer.recurrent()).into_iter();
        let layers = layers.map(|(name, data)| (format!("decoder.{name}"), data));
        let named = |(name, data)| (format!("writer.{name}"), data);
        turned.chain(layers).map(named).collect()
    }

    /// The scores that tags have together, as the package pytorch-crf calls them; nothing without such.
    fn field(&self) -> Vec<(String, TensorData)> {
        let field = self.crf().map(named_tensors).unwrap_or_default();
        let named = field.into_iter().map(|(name, data)| match name.as_str() {
            "transitions" => ("crf.transitions".to_owned(), data),
            end => (format!("crf.{end}_transitions"), data),
        });
        named.collect()
    }
}

/// The weights of what gives a row back.
fn given_back(decoder: &Decoder) -> Vec<(String, TensorData)> {
    let device = decoder.devices().swap_remove(0);
    let maps = named_tensors(decoder).into_iter();
    let maps = maps.filter(|(name, _)| !name.starts_with("recurrent."));
    let maps = maps.map(|(name, data)| (name, as_linear(data, &device)));
    let layers = rekindle_interop::export(decoder.recurrent()).into_iter();
    let layers = layers.map(|(name, data)| (format!("recurrent.{name}"), data));
    let named = |(name, data)| (format!("decoder.{name}"), data);
    maps.chain(layers).map(named).collect()
}

/// A matrix as PyTorch's `Linear` has it.
fn as_linear(data: TensorData, device: &Device) -> TensorData {
    match data.shape().len() {
        2 => {
            let turned = Tensor::<2>::from_data(data, device).transpose();
            turned.into_data()
        }
        _ => data,
    }
}

fn numbers<const D: usize>(drawing: &mut Drawing, name: &str, tensor: Tensor<D>) -> Value {
    let data = tensor.into_data();
    let numbers: Vec<f32> = data.iter().collect();
    drawing.numbers(name, &data.shape().to_vec(), &numbers)
}

/// The features as the layers read them: the first ones without their mean, in units of their deviation.
fn scaled(drawing: &mut Drawing, x: &str, scale: &[(f64, f64)], features: usize) -> Value {
    if scale.is_empty() {
        return x.to_owned();
    }
    let [mean, std] = rows(scale, features);
    let mean = drawing.numbers("scale.mean", &[features], &mean);
    let std = drawing.numbers("scale.std", &[features], &std);
    let x = drawing.node("Sub", &[x, &mean], vec![]);
    drawing.node("Div", &[&x, &std], vec![])
}

/// Means and deviations of so many numbers: 0 and 1 of those that have none.
fn rows(scale: &[(f64, f64)], count: usize) -> [Vec<f32>; 2] {
    let all = scale.iter().copied().chain(std::iter::repeat((0.0, 1.0)));
    let all: Vec<(f64, f64)> = all.take(count).collect();
    [
        all.iter().map(|(mean, _)| *mean as f32).collect(),
        all.iter().map(|(_, std)| *std as f32).collect(),
    ]
}

/// Changes in units of the table, added to the last row's features.
fn changed(
    drawing: &mut Drawing,
    x: &str,
    changes: &str,
    ends: &Ends,
    features: &[usize],
    outputs: usize,
) -> Value {
    let places: Vec<usize> = features.iter().copied().cycle().take(outputs).collect();
    let std: Vec<f32> = places
        .iter()
        .map(|&place| ends.scale[place].1 as f32)
        .collect();
    let std = drawing.numbers("scale.change", &[outputs], &std);
    let change = drawing.node("Mul", &[changes, &std], vec![]);
    let last = drawing.at(x, 1, -1);
    let places: Vec<i64> = places.iter().map(|&place| place as i64).collect();
    let places = drawing.integers(&places);
    let last = drawing.node(
        "Gather",
        &[&last, &places],
        vec![("axis", Setting::Integer(1))],
    );
    drawing.node("Add", &[&last, &change], vec![])
}

impl Pool {
    /// `[time, batch, d_output]` to `[batch, d_output]`, over the real steps only.
    fn drawn(self, drawing: &mut Drawing, batch: &Batch, y: &str, sides: Option<Sides>) -> Value {
        match self {
            Pool::Max => {
                let y = batch.cleared(drawing, y, f32::NEG_INFINITY);
                drawing.reduced("ReduceMax", &y, 0, false)
            }
            Pool::Mean => match batch.padded() {
                None => drawing.reduced("ReduceMean", y, 0, false),
                Some(padded) => {
                    let sum = drawing.reduced("ReduceSum", y, 0, true);
                    // 1 stands for floats of 32 bits.
                    let lengths =
                        drawing.node("Cast", &[&padded.wide], vec![("to", Setting::Integer(1))]);
                    let mean = drawing.node("Div", &[&sum, &lengths], vec![]);
                    drawing.at(&mean, 0, 0)
                }
            },
            Pool::Last => {
                let last = match batch.padded() {
                    None => drawing.at(y, 0, -1),
                    Some(padded) => {
                        let one = drawing.integer(1);
                        let ends = drawing.node("Sub", &[&padded.wide, &one], vec![]);
                        let is_end = drawing.node("Equal", &[&padded.steps, &ends], vec![]);
                        let zero = drawing.single(0.0);
                        let ends = drawing.node("Where", &[&is_end, y, &zero], vec![]);
                        drawing.reduced("ReduceSum", &ends, 0, false)
                    }
                };
                let Some(sides) = sides else {
                    return last;
                };
                // What reads from the end has read all at the first step.
                let first = drawing.at(y, 0, 0);
                let mut side = |value: &str, [from, to]: [usize; 2]| {
                    let bounds = [from, to].map(|at| drawing.integers(&[at as i64]));
                    let axis = drawing.integers(&[1]);
                    drawing.node("Slice", &[value, &bounds[0], &bounds[1], &axis], vec![])
                };
                let forward = side(&last, [0, sides.forward]);
                let reverse = side(&first, [sides.forward, usize::MAX >> 1]);
                let axis = ("axis", Setting::Integer(1));
                drawing.node("Concat", &[&forward, &reverse], vec![axis])
            }
        }
    }
}

#[cfg(all(test, feature = "flex"))]
mod tests;
