//! What is wanted of a network, and how far what it gives is from that: for training, for evaluations and for horizons.

use super::net::Net;
use crate::data::reading::{Reading, Wanted};
use burn::nn::loss::{CrossEntropyLossConfig, MseLoss, Reduction};
use burn::tensor::{Device, Tensor, TensorData};

impl Wanted {
    /// The mean loss of outputs `[rows, outputs]`, a single number: of classes the cross-entropy of the outputs as logits,
    /// of numbers the squared error.
    pub(crate) fn loss(&self, outputs: Tensor<2>) -> Tensor<1> {
        match self {
            Wanted::Class(classes) => {
                let device = outputs.device();
                let classes: Vec<i32> = classes.iter().map(|&class| class as i32).collect();
                let rows = [classes.len()];
                let classes = Tensor::from_data(TensorData::new(classes, rows), &device);
                CrossEntropyLossConfig::new()
                    .init(&device)
                    .forward(outputs, classes)
            }
            Wanted::Numbers(rows) => squared_error(outputs, rows, Reduction::Mean),
        }
    }

    /// The sum over rows of the loss of each.
    pub(crate) fn sum(&self, outputs: Tensor<2>) -> Tensor<1> {
        match self {
            Wanted::Class(classes) => self.loss(outputs).mul_scalar(classes.len() as f64),
            Wanted::Numbers(rows) => {
                let each = outputs.dims()[1];
                squared_error(outputs, rows, Reduction::Sum).div_scalar(each as f64)
            }
        }
    }
}

fn squared_error(outputs: Tensor<2>, rows: &[Vec<f32>], reduction: Reduction) -> Tensor<1> {
    let numbers = TensorData::new(rows.concat(), outputs.dims());
    let numbers = Tensor::from_data(numbers, &outputs.device());
    MseLoss::new().forward(outputs, numbers, reduction)
}

impl Reading {
    /// The sum over rows of the loss of what the layers gave last, `[batch, time, d_output]`, for rows that are all as long.
    /// Zero where nothing is wanted.
    pub(crate) fn loss(&self, net: &Net, y: Tensor<3>) -> Tensor<1> {
        let outputs = net.output_last(y);
        match &self.wanted {
            None => outputs.sum().mul_scalar(0.0),
            Some(wanted) => wanted.sum(outputs),
        }
    }

    /// The rows as the layers read them.
    pub(crate) fn sequence(&self, net: &Net, device: &Device) -> rekindle::Sequence {
        net.sequence(&self.inputs, device)
    }
}
