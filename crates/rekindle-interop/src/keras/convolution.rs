//! `ConvLSTM1D`, `ConvLSTM2D` and `ConvLSTM3D`: the equations of `conv_lstm`, with the axes of kernels in another order.
//!
//! Keras' inputs and outputs have the channels last or, by its `data_format`, first; here a picture is `[channels * points]`, the channels
//! first. That is the caller's to turn; the weights are the same for both.

use burn::tensor::TensorData;
use rekindle::cells::ConvLstmConfig;
use rekindle::{AnyCellConfig, CellConfig};

use super::place::Names;
use super::settings::One;
use super::take::Weights;
use crate::error::WeightError;
use crate::formats::keras::Model;
use crate::given::{AllGiven, Given};
use crate::load::{Wanted, check};
use crate::pytorch::Side;

/// Our weights and Keras' names of them, in the order of its tensors.
const WEIGHTS: [(&str, &str); 3] = [
    ("weight_ih", "kernel"),
    ("weight_hh", "recurrent_kernel"),
    ("bias_ih", "bias"),
];

/// The dimensions of a cell that is a convolutional LSTM; none if it is another.
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
        weights.insert(side.name(stem), Given::Own(turned(&data, shape)));
    }
    Ok((weights, taken))
}

/// Which axis of ours each of theirs is: `[to, from, ..]` here is `[.., from, to]` there.
fn order(axes: usize) -> impl Iterator<Item = usize> {
    (2..axes).chain((0..axes.min(2)).rev())
}

/// Their numbers with the axes in our order; our shape is this.
fn turned(theirs: &TensorData, shape: &[usize]) -> TensorData {
    // How far apart neighbours of each of our axes are in theirs.
    let mut strides = vec![0; shape.len()];
    let mut next = 1;
    for axis in order(shape.len()).collect::<Vec<_>>().into_iter().rev() {
        strides[axis] = next;
        next *= shape[axis];
    }
    let numbers: Vec<f64> = theirs.iter().collect();
    let ours = (0..numbers.len()).map(|mut index| {
        let mut place = 0;
        for axis in (0..shape.len()).rev() {
            place += index % shape[axis] * strides[axis];
            index /= shape[axis];
        }
        numbers[place]
    });
    let ours: Vec<f64> = ours.collect();
    TensorData::new(ours, shape.to_vec()).convert_dtype(theirs.dtype())
}
