//! A reading as tensors, and the loss of what a network gives behind it.

use super::{head::sides, net::Net};
use crate::data::reading::{Reading, Steps, Wanted};
use burn::nn::loss::CrossEntropyLossConfig;
use burn::tensor::{Device, Int, Tensor, TensorData};
use rekindle::Sequence;

impl Reading {
    /// The rows as a padded batch, as the recurrent layers take it.
    pub(crate) fn sequence(&self, net: &Net, device: &Device) -> Sequence {
        let lengths = self.lengths();
        let time = lengths.iter().copied().max().unwrap_or(1);
        let batch = self.rows();
        let data = match &self.inputs {
            Steps::Symbols(rows) => {
                let padded = rows.iter().flat_map(|row| {
                    let row = row.iter().map(|&s| s as i32);
                    row.chain(std::iter::repeat(0)).take(time)
                });
                let data = TensorData::new(padded.collect::<Vec<i32>>(), [batch, time]);
                net.embed(Tensor::<2, Int>::from_data(data, device))
            }
            Steps::Numbers { width, rows } => {
                let padded = rows.iter().flat_map(|row| {
                    let row = row.iter().copied();
                    row.chain(std::iter::repeat(0.0)).take(time * width)
                });
                let shape = [batch, time, *width];
                let data = TensorData::new(padded.collect::<Vec<f32>>(), shape);
                Tensor::from_data(data, device)
            }
        };
        let padded = Sequence::padded(data, lengths);
        padded.expect("the time axis is the longest of at least one step")
    }

    /// The sum over rows of the loss of what the last step gave, of rows that are all as long as
    /// the outputs: `[batch, time, d_output]`. Where two directions stand side by side, each counts with
    /// the step it read last. Zero where nothing is wanted.
    pub(crate) fn loss(&self, net: &Net, y: Tensor<3>) -> Tensor<1> {
        let [batch, time, _] = y.dims();
        let device = y.device();
        let last: Tensor<2> = y.clone().narrow(1, time - 1, 1).squeeze_dim(1);
        let last = match sides(net) {
            None => last,
            Some(sides) => sides.joined(last, y.narrow(1, 0, 1).squeeze_dim(1)),
        };
        let outputs = net.output(last);
        match &self.wanted {
            None => outputs.sum().mul_scalar(0.0),
            Some(Wanted::Class(classes)) => {
                let classes: Vec<i32> = classes.iter().map(|&c| c as i32).collect();
                let classes = TensorData::new(classes, [batch]);
                let loss = CrossEntropyLossConfig::new().init(&device);
                let mean = loss.forward(outputs, Tensor::from_data(classes, &device));
                mean.mul_scalar(batch as f64)
            }
            Some(Wanted::Numbers(rows)) => {
                let each = rows[0].len();
                let numbers = TensorData::new(rows.concat(), [batch, each]);
                let error = outputs - Tensor::from_data(numbers, &device);
                error.square().sum().div_scalar(each as f64)
            }
        }
    }
}
