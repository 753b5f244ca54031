//! `ConvLSTM1D`, `ConvLSTM2D` and `ConvLSTM3D`: the equations of `conv_lstm`, with the axes of kernels in another order.
//!
//! Keras' inputs and outputs have the channels last or, by its `data_format`, first; here a picture is `[channels * points]`, the channels
//! first. That is the caller's to turn; the weights are the same for both.

use std::collections::BTreeMap;

use burn::tensor::TensorData;
use rekindle::cells::ConvLstmConfig;
use rekindle::{AnyCellConfig, CellConfig};
use serde_json::{Value, json};

use super::place::Names;
use super::settings::One;
use crate::convert::{entry, tensor_data};
use crate::error::WeightError;
use crate::formats::View;
use crate::formats::keras::Model;
use crate::given::{AllGiven, Given, Weights};
use crate::load::{Wanted, check};
use crate::pytorch::Side;

/// Our weights and Keras' names of them, in the order of its tensors.
const WEIGHTS: [(&str, &str); 3] = [
    ("weight_ih", "kernel"),
    ("weight_hh", "recurrent_kernel"),
    ("bias_ih", "bias"),
];

/// The dimensions of a cell that is a convolutional LSTM without peepholes; none if it is another.
pub(super) fn dimensions(side: &Side<'_>) -> Option<usize> {
    let [input, hidden] = ["weight_ih", "weight_hh"].map(|stem| side.shape(stem));
    let (input, hidden) = (input?, hidden?);
    let known = |stem: &str| WEIGHTS.iter().any(|(ours, _)| *ours == stem);
    // A GRU has three blocks, and peepholes have weights of their own.
    let four = hidden.len() > 2 && input[0] == hidden[0] && hidden[0] == 4 * hidden[1];
    (four && side.program.is_none() && side.stems().all(known)).then(|| hidden.len() - 2)
}

/// In what a layer of Keras' computes something else than the cell over so many dimensions.
pub(super) fn difference(one: &One, dimensions: usize) -> Option<String> {
    let class = format!("ConvLSTM{dimensions}D");
    if one.class != class {
        return Some(format!(
            "is {}, but the layer here computes {class}",
            one.class
        ));
    }
    let functions = (one.activation.as_str(), one.recurrent_activation.as_deref());
    if functions != ("tanh", Some("sigmoid")) {
        return Some(format!(
            "is {one}, but the layer has tanh, and sigmoid in its gates"
        ));
    }
    one.convolved.as_ref().and_then(|convolved| {
        let plain = convolved.padding == "same" && !convolved.apart;
        (!plain).then(|| {
            format!(
                "has padding = {:?}{}, but a layer here keeps every point: padding = \"same\", strides and dilation_rate 1",
                convolved.padding,
                if convolved.apart { " and strides or a dilation_rate beyond 1" } else { "" }
            )
        })
    })
}

/// The width of the input and the cell, of a layer whose kernels have these shapes, if one here computes the same.
pub(super) fn cell(
    one: &One,
    kernel: &[usize],
    recurrent: &[usize],
    bias: bool,
) -> Option<(usize, AnyCellConfig)> {
    let dimensions = kernel.len().checked_sub(2)?;
    let space = one.convolved.as_ref()?.space.clone()?;
    let (&width, &channels) = (kernel.first()?, kernel.get(dimensions)?);
    let square = kernel[..dimensions].iter().all(|&size| size == width);
    if difference(one, dimensions).is_some() || !square || space.len() != dimensions {
        return None;
    }
    let points: usize = space.iter().product();
    let cell = ConvLstmConfig::new(*recurrent.get(dimensions)?);
    let cell = cell.with_space(space).with_kernel(width).with_bias(bias);
    cell.validate().ok()?;
    Some((channels * points, AnyCellConfig::ConvLstm(cell)))
}

/// The weights of a direction, by our names, and the names of those in the file.
pub(super) fn weights<'m>(
    side: &Side<'_>,
    names: &Names,
    model: &Model<'m>,
) -> Result<Weights<'m>, WeightError> {
    let own = WEIGHTS
        .iter()
        .filter_map(|(ours, theirs)| Some((*ours, *theirs, side.shape(ours)?)));
    let own: Vec<_> = own.collect();
    let wanted: Vec<Wanted> = own
        .iter()
        .map(|(_, theirs, shape)| Wanted {
            name: names.of(theirs),
            shape: order(shape.len()).map(|axis| shape[axis]).collect(),
            device: side.device.clone(),
        })
        .collect();
    let mut there = Given::stored(model.tensors().beside(&names.prefix));
    check(&wanted, &there)?;
    let taken = there.keys().cloned().collect();
    let mut weights = AllGiven::new();
    for ((stem, _, shape), wanted) in own.into_iter().zip(wanted) {
        let given = there
            .remove(&wanted.name)
            .expect("what was checked is there");
        let data = given.numbers(&wanted.name, false)?;
        let theirs: Vec<usize> = order(shape.len()).collect();
        let ours = (0..shape.len()).map(|axis| theirs.iter().position(|&of| of == axis));
        let ours: Option<Vec<usize>> = ours.collect();
        let data = permuted(&data, &ours.expect("an order has every axis"));
        weights.insert(side.name(stem), Given::Own(data));
    }
    Ok((weights, taken))
}

/// A direction's weights as Keras has them, in the order of its tensors.
pub(super) fn written(own: &BTreeMap<String, TensorData>) -> Vec<TensorData> {
    let all = WEIGHTS.iter().filter_map(|(ours, _)| own.get(*ours));
    all.map(|data| {
        let order: Vec<usize> = order(data.shape().len()).collect();
        permuted(data, &order)
    })
    .collect()
}

/// A layer of Keras' that convolves, as its configuration says it.
pub(super) struct Convolved {
    /// The points in every dimension.
    space: Vec<usize>,
    /// The channels that come in.
    channels: usize,
    /// The width of its kernels.
    kernel: usize,
}

impl Convolved {
    /// That of a direction whose cell lives in a space; none if it is another cell.
    pub(super) fn of(side: &Side<'_>, space: &[usize]) -> Option<Self> {
        dimensions(side).filter(|&dimensions| dimensions == space.len())?;
        let input = side.shape("weight_ih")?;
        Some(Convolved {
            space: space.to_vec(),
            channels: input[1],
            kernel: input[2],
        })
    }

    /// The name of Keras' class.
    pub(super) fn class(&self) -> String {
        format!("ConvLSTM{}D", self.space.len())
    }

    /// The shape of its input.
    pub(super) fn input(&self) -> Value {
        let step = self.space.iter().chain([&self.channels]);
        let all = [None, None].into_iter().chain(step.map(Some));
        json!(all.collect::<Vec<_>>())
    }

    /// What its configuration says beside what every layer's does.
    pub(super) fn config(&self) -> Value {
        let each = |size: usize| vec![size; self.space.len()];
        json!({
            "activation": "tanh",
            "recurrent_activation": "sigmoid",
            "kernel_size": each(self.kernel),
            "strides": each(1),
            "dilation_rate": each(1),
            "padding": "same",
            "data_format": "channels_last",
        })
    }
}

/// Which axis of ours each of theirs is: `[to, from, ..]` here is `[.., from, to]` there.
fn order(axes: usize) -> impl Iterator<Item = usize> {
    (2..axes).chain((0..axes.min(2)).rev())
}

/// The same numbers with their axes in another order.
fn permuted(data: &TensorData, order: &[usize]) -> TensorData {
    let entry = entry(data).expect("a type of weights");
    let view = View::whole(entry.dtype, entry.shape.clone(), false);
    let view = view.expect("it is in memory").permuted(order);
    let moved = view.of(&entry.content, &mut entry.content.len());
    tensor_data(&moved.expect("as many as there are")).expect("they are in memory")
}
