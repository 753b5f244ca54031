//! What is wanted of a network, and how far what it gives is from that: for training, for evaluations and for horizons.

use super::{net::Net, taken::end};
use crate::data::reading::{Reading, Said, Wanted};
use burn::nn::loss::{CrossEntropyLossConfig, MseLoss, Reduction};
use burn::tensor::activation::log_softmax;
use burn::tensor::{Device, Tensor, TensorData};
use rekindle::Sequence;
use rekindle_models::{Tokens, tagger};

impl Wanted {
    /// The mean loss of outputs `[rows, outputs]`, a single number: of classes the cross-entropy of the outputs as logits,
    /// of numbers the squared error, of tags `-log p` of all that a row has, each by itself.
    pub(crate) fn loss(&self, outputs: Tensor<2>) -> Tensor<1> {
        match self {
            Wanted::Class(classes) => {
                cross_entropy(outputs, classes, &CrossEntropyLossConfig::new())
            }
            Wanted::Numbers(rows) => squared_error(outputs, rows, Reduction::Mean),
            Wanted::Distributed(said, rows) => {
                let [count, each] = [rows.len(), rows[0].len()];
                let numbers = TensorData::new(rows.concat(), [count, each]);
                let numbers = Tensor::from_data(numbers, &outputs.device());
                said.distribution
                    .losses_of(said.parameters(outputs), numbers)
                    .mean()
            }
            Wanted::Text(_) | Wanted::Labels(_) => {
                unreachable!("what is written is no output of a step")
            }
            Wanted::Tags(rows) => {
                let tags = Tokens::of(rows, &outputs.device());
                tagger::loss(None, &scores(outputs, rows), &tags)
            }
        }
    }

    /// The mean over rows of `weight * loss`, by the weight of each row's class. Others have no weights.
    pub(crate) fn weighted_loss(&self, outputs: Tensor<2>, weights: &[f32]) -> Tensor<1> {
        match self {
            Wanted::Class(classes) => {
                let config = CrossEntropyLossConfig::new().with_weights(Some(weights.to_vec()));
                // Burn divides by the sum of the weights; over rows, the losses of batches add up to that of all.
                let sum: f32 = classes.iter().map(|&class| weights[class]).sum();
                let mean = f64::from(sum) / classes.len() as f64;
                cross_entropy(outputs, classes, &config).mul_scalar(mean)
            }
            _ => self.loss(outputs),
        }
    }

    /// The loss of outputs with label smoothing (Szegedy et al. 2016, <https://arxiv.org/abs/1512.00567>), where `plain` is the one
    /// without: this share of what is wanted is every class alike. Only classes are smoothed.
    pub(crate) fn smoothed(&self, plain: Tensor<1>, outputs: &Tensor<2>, share: f64) -> Tensor<1> {
        match self {
            Wanted::Class(_) if share > 0.0 => {
                let every = log_softmax(outputs.clone(), 1).mean().mul_scalar(-share);
                plain.mul_scalar(1.0 - share) + every
            }
            _ => plain,
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
            Wanted::Distributed(..) | Wanted::Tags(_) | Wanted::Text(_) | Wanted::Labels(_) => {
                self.loss(outputs).mul_scalar(self.terms() as f64)
            }
        }
    }
}

impl Said {
    /// The parameters of every number, `[rows, numbers]` each, of outputs `[rows, numbers * outputs]`.
    pub(crate) fn parameters(&self, outputs: Tensor<2>) -> Vec<Tensor<2>> {
        let mut parameters = self.distribution.parameters(outputs);
        if !self.means.is_empty() {
            let shape = [1, self.means.len()];
            let means = TensorData::new(self.means.clone(), shape);
            let means = Tensor::<2>::from_data(means, &parameters[0].device());
            parameters[0] = parameters[0].clone() * means;
        }
        parameters
    }
}

fn cross_entropy(
    outputs: Tensor<2>,
    classes: &[usize],
    config: &CrossEntropyLossConfig,
) -> Tensor<1> {
    let device = outputs.device();
    let classes: Vec<i32> = classes.iter().map(|&class| class as i32).collect();
    let rows = [classes.len()];
    let classes = Tensor::from_data(TensorData::new(classes, rows), &device);
    config.init(&device).forward(outputs, classes)
}

/// Outputs `[rows * time, tags]` as those of rows that have so many steps.
fn scores<T>(outputs: Tensor<2>, rows: &[Vec<T>]) -> Sequence {
    let [all, tags] = outputs.dims();
    let outputs = outputs.reshape([rows.len(), all / rows.len(), tags]);
    let lengths = rows.iter().map(Vec::len).collect();
    Sequence::padded(outputs, lengths).expect("outputs for every step of the longest row")
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
        match &self.wanted {
            // Who writes looks at what the layers give, and labels have no step of their own: the size of what is given stands for a loss.
            None if net.writes() => end(&y).square().sum(),
            Some(Wanted::Text(_) | Wanted::Labels(_)) => end(&y).square().sum(),
            // So it does of who gives rows back, which are of all that the layers ended with.
            _ if net.decoder().is_some() => end(&y).square().sum(),
            None => net.output_last(y).sum().mul_scalar(0.0),
            // The tag of the last step, which is said there in both directions.
            Some(Wanted::Tags(rows)) => {
                let last = rows.iter().filter_map(|tags| tags.last().copied());
                Wanted::Class(last.collect()).sum(net.output(end(&y)))
            }
            Some(wanted) => wanted.sum(net.output_last(y)),
        }
    }

    /// The rows as the layers read them.
    pub(crate) fn sequence(&self, net: &Net, device: &Device) -> rekindle::Sequence {
        net.sequence(&self.inputs, device)
    }
}

#[cfg(all(test, feature = "flex"))]
mod tests {
    use super::*;

    /// The mean and the sum of the losses of rows.
    fn losses(wanted: &Wanted, outputs: [[f32; 2]; 2]) -> [f64; 2] {
        let outputs: Tensor<2> = Tensor::from_data(outputs, &Device::flex());
        [wanted.loss(outputs.clone()), wanted.sum(outputs)]
            .map(|loss| f64::from(loss.into_scalar::<f32>()))
    }

    fn close(found: [f64; 2], right: [f64; 2]) {
        for (found, right) in found.into_iter().zip(right) {
            assert!((found - right).abs() < 1e-6, "{found} {right}");
        }
    }

    #[test]
    fn classes_are_judged_by_cross_entropy() {
        // Of probabilities 1/4 and 3/4, and of 1/2 each, the true ones are 3/4 and 1/2.
        let logits = [[0.0, 3f32.ln()], [0.0, 0.0]];
        let sum = (4.0 / 3.0_f64).ln() + 2f64.ln();
        close(losses(&Wanted::Class(vec![1, 0]), logits), [sum / 2.0, sum]);
    }

    #[test]
    fn labels_are_smoothed_towards_every_class() {
        // Of probabilities 1/4 and 3/4, and of 1/2 each, the true ones are 3/4 and 1/2; a fifth of what is wanted is both alike.
        let logits: Tensor<2> = Tensor::from_data([[0.0, 3f32.ln()], [0.0, 0.0]], &Device::flex());
        let wanted = Wanted::Class(vec![1, 0]);
        let plain = wanted.loss(logits.clone());
        let found = wanted.smoothed(plain, &logits, 0.2).into_scalar::<f32>();
        let [quarter, three, half] = [0.25f32, 0.75, 0.5].map(|p| -p.ln());
        let right = (0.9 * three + 0.1 * quarter + half) / 2.0;
        assert!((found - right).abs() < 1e-6, "{found} {right}");
    }

    #[test]
    fn rows_count_by_their_class() {
        // The same losses as above, of class 1 with 1 and of class 0 with 3.
        let logits: Tensor<2> = Tensor::from_data([[0.0, 3f32.ln()], [0.0, 0.0]], &Device::flex());
        let wanted = Wanted::Class(vec![1, 0]);
        let mean = wanted.weighted_loss(logits.clone(), &[3.0, 1.0]);
        let mean = f64::from(mean.into_scalar::<f32>());
        let right = ((4.0 / 3.0_f64).ln() + 3.0 * 2f64.ln()) / 2.0;
        assert!((mean - right).abs() < 1e-6, "{mean} {right}");
    }

    #[test]
    fn numbers_are_judged_by_the_mean_of_their_squared_errors() {
        // Errors 0 and 2 in the first row, 3 and 0 in the second: means of 2 and 4.5.
        let wanted = Wanted::Numbers(vec![vec![1.0, 0.0], vec![0.0, 4.0]]);
        close(losses(&wanted, [[1.0, 2.0], [3.0, 4.0]]), [3.25, 6.5]);
    }
}
