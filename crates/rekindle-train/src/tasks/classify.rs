//! What the two classification tasks share: one output at the end, and how it is judged.

mod exhibits;

use super::{At, Carry, Loss, Part, Spec, Task, tensors};
use crate::{
    data::{
        cut::Cut,
        file::DataFile,
        reading::{Reading, Wanted},
        split::{self, Split},
    },
    error::{Error, Result},
    memory::Batch,
    metric::{Baselines, Evaluation, Metric},
    model::{
        head::{Sides, sides},
        net::Net,
        shape::NetShape,
    },
};
use burn::nn::loss::CrossEntropyLossConfig;
use burn::tensor::activation::softmax;
use burn::tensor::{Device, Tensor};
use rekindle::Sequence;
use rekindle_view::Block;
use serde::{Deserialize, Serialize};
use std::{collections::HashSet, ops::Range};

use exhibits::Guess;

impl Split<Vec<usize>> {
    /// The rows of a part.
    pub(super) fn of(&self, part: Part) -> &[usize] {
        match part {
            Part::Train => &self.train,
            Part::Valid => &self.valid,
            Part::Test => &self.test,
        }
    }
}

/// What a classifier knows of its data; the rest of the [`Task`] follows.
pub(super) trait Classifier {
    /// The network's two ends.
    fn shape(&self) -> NetShape;
    /// What inference must know of the data.
    fn spec(&self) -> Spec;
    /// What speed is counted in.
    fn unit(&self) -> &'static str;
    /// The number of classes.
    fn classes(&self) -> usize;
    /// The class of every row.
    fn labels(&self) -> &[usize];
    /// The rows of each part.
    fn parts(&self) -> &Split<Vec<usize>>;
    /// What is worth knowing of the data.
    fn note(&self) -> Option<String>;
    /// The steps of the longest row.
    fn longest(&self) -> usize;
    /// The names of the classes.
    fn class_names(&self) -> &[String];
    /// A row as a report shows it.
    fn shown(&self, row: usize, caption: String) -> Block;
    /// Some rows as the network reads them.
    fn reading(&self, rows: &[usize]) -> Reading;
    /// The logits of some rows, `[rows, classes]`.
    fn logits(&self, net: &Net, rows: &[usize], device: &Device) -> Tensor<2>;
}

impl<C: Classifier> Task for C {
    fn shape(&self) -> NetShape {
        Classifier::shape(self)
    }

    fn spec(&self) -> Spec {
        Classifier::spec(self)
    }

    fn unit(&self) -> &'static str {
        Classifier::unit(self)
    }

    fn rows_to_train_on(&self) -> Option<usize> {
        Some(self.parts().train.len())
    }

    fn steps_per_epoch(&self, batch: usize) -> Result<u64> {
        match self.parts().train.len() {
            0 => Err(Error::mend(format!(
                "none of the {} is one to train on; give task.train the file that the run was begun with",
                Classifier::unit(self)
            ))),
            rows => Ok((rows / batch).max(1) as u64),
        }
    }

    fn batch(&self, rows: usize) -> Batch {
        let Split { train, valid, test } = self.parts();
        let most = train.len().max(valid.len()).max(test.len());
        Batch {
            rows: rows.min(train.len()),
            judged: EVALUATION_ROWS.min(most),
            time: self.longest(),
            each: false,
        }
    }

    fn reading(&self, part: Part, rows: Range<usize>, _: usize) -> Reading {
        let all = self.parts().of(part);
        let rows = &all[rows.start.min(all.len())..rows.end.min(all.len())];
        let classes = rows.iter().map(|&i| self.labels()[i]).collect();
        Reading {
            wanted: Some(Wanted::Class(classes)),
            ..Classifier::reading(self, rows)
        }
    }

    fn loss(&self, net: &Net, at: &At, _: Carry) -> Loss {
        let rows = batch(&self.parts().train, at);
        let labels = tensors::indices(rows.iter().map(|&i| self.labels()[i]), &at.device);
        let logits = self.logits(net, &rows, &at.device);
        Loss {
            value: CrossEntropyLossConfig::new()
                .init(&at.device)
                .forward(logits, labels),
            carry: None,
            units: rows.len(),
        }
    }

    fn evaluate(&self, net: &Net, part: Part, device: &Device) -> Option<Evaluation> {
        let rows = self.parts().of(part);
        if rows.is_empty() {
            return None;
        }
        let labels: Vec<usize> = rows.iter().map(|&i| self.labels()[i]).collect();
        let cross_entropy = CrossEntropyLossConfig::new().init(device);
        let (mut predicted, mut nats) = (Vec::new(), 0.0);
        let chunks = rows.chunks(EVALUATION_ROWS);
        for (rows, labels) in chunks.zip(labels.chunks(EVALUATION_ROWS)) {
            let logits = self.logits(net, rows, device);
            let labels = tensors::indices(labels.iter().copied(), device);
            let mean = cross_entropy.forward(logits.clone(), labels);
            nats += f64::from(mean.into_scalar::<f32>()) * rows.len() as f64;
            predicted.extend(predictions(logits));
        }
        Some(Evaluation {
            metrics: scores(&predicted, &labels, self.classes()),
            loss: nats / rows.len() as f64,
        })
    }

    fn baselines(&self, part: Part) -> Baselines {
        let (train, rows) = (&self.parts().train, self.parts().of(part));
        match rows.is_empty() {
            true => Vec::new(),
            false => vec![majority(train, rows, self.labels(), self.classes())],
        }
    }

    fn notes(&self, _: Part) -> Vec<String> {
        self.note().into_iter().collect()
    }

    fn exhibits(&self, net: &Net, device: &Device) -> Vec<Block> {
        let rows = self.parts().of(Part::Test);
        if rows.is_empty() {
            return Vec::new();
        }
        let chunks = rows.chunks(EVALUATION_ROWS);
        // The probabilities of all classes are kept for a batch only: there may be many of both.
        let guesses = chunks.flat_map(|rows| {
            let all = softmax(self.logits(net, rows, device), 1).into_data();
            let all: Vec<f32> = all.iter::<f32>().collect();
            let each = rows.iter().zip(all.chunks(self.classes()));
            let guesses = each.map(|(&row, p)| Guess::of(p, row, self.labels()[row]));
            guesses.collect::<Vec<_>>()
        });
        exhibits::of(self, &guesses.collect::<Vec<_>>())
    }
}

/// Where labelled rows are cut into parts: as when the run was begun, or anew, in shares of `valid` and `test`.
///
/// # Errors
///
/// If the run stored another number of classes, or a part gets no row.
pub(super) fn cut(
    file: &DataFile,
    known: Option<&Cut>,
    labels: &[usize],
    places: &[u64],
    classes: usize,
    [valid, test]: [f64; 2],
) -> Result<Cut> {
    match known {
        None => Cut::new(labels, places, classes, valid, test)
            .map_err(|e| Error::mend(format!("{}: {e}", file.display()))),
        Some(cut) if cut.classes() == classes => Ok(cut.clone()),
        Some(cut) => Err(Error::mend(format!(
            "the run's data.json is damaged: `cut` has {} entries, and there are {classes} classes; restore the file",
            cut.classes()
        ))),
    }
}

/// What is to be said of a test file that repeats rows of the training file, by the places of both.
pub(super) fn repeated(
    [train, test]: [&DataFile; 2],
    known: &[u64],
    places: &[u64],
) -> Option<String> {
    let known: HashSet<&u64> = known.iter().collect();
    match places.iter().filter(|place| known.contains(place)).count() {
        0 => None,
        count => Some(format!(
            "{}: {count} of its {} rows also stand in {}, so its figures are those of rows that were learned from",
            test.display(),
            places.len(),
            train.display()
        )),
    }
}

/// How the outputs of all steps become one.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Pool {
    /// The output after the last real step; where two directions stand side by side, the one that
    /// reads in reverse gives its output at the first step, its last.
    #[default]
    Last,
    /// The mean over the real steps.
    Mean,
    /// The largest of each unit over the real steps.
    Max,
}

impl Pool {
    /// `[batch, time, d_output]` to `[batch, d_output]`, over the real steps only.
    fn of(self, y: Tensor<3>, x: &Sequence, sides: Option<Sides>) -> Tensor<2> {
        let [batch, time, width] = y.dims();
        let full = vec![time; batch];
        let lengths = x.lengths().unwrap_or(&full);
        match self {
            Pool::Last => {
                let ends = lengths.iter().map(|&n| n - 1);
                let at = tensors::indices(ends, &y.device());
                let at = at.reshape([batch, 1, 1]).expand([batch, 1, width]);
                let last: Tensor<2> = y.clone().gather(1, at).squeeze_dim(1);
                match sides {
                    None => last,
                    Some(sides) => sides.joined(last, y.narrow(1, 0, 1).squeeze_dim(1)),
                }
            }
            Pool::Mean => {
                let counts = lengths.iter().map(|&n| n as f32).collect();
                let counts = tensors::floats(counts, [batch, 1], &y.device());
                y.sum_dim(1).squeeze_dim::<2>(1) / counts
            }
            Pool::Max => {
                let y = match x.padding() {
                    None => y,
                    Some(mask) => {
                        let mask = mask.unsqueeze_dim::<3>(2).expand(y.dims());
                        y.mask_fill(mask, f32::NEG_INFINITY)
                    }
                };
                y.max_dim(1).squeeze_dim(1)
            }
        }
    }
}

/// The logits of a batch: `[batch, classes]`.
pub(super) fn logits(net: &Net, x: Sequence, pool: Pool) -> Tensor<2> {
    let (y, _) = net.read(x.clone(), None);
    net.output(pool.of(y, &x, sides(net)))
}

/// The rows of an update: a shuffled pass over the training rows, cut into batches.
pub(super) fn batch(train: &[usize], at: &At) -> Vec<usize> {
    let batch = at.batch.min(train.len());
    let per_epoch = (train.len() / batch) as u64;
    let order = split::shuffled(train.len(), at.seed, at.step / per_epoch);
    let start = (at.step % per_epoch) as usize * batch;
    order[start..start + batch]
        .iter()
        .map(|&i| train[i])
        .collect()
}

/// The rows of a batch in an evaluation.
const EVALUATION_ROWS: usize = 64;

/// The most likely class of each row.
fn predictions(logits: Tensor<2>) -> Vec<usize> {
    let classes = logits.argmax(1).into_data();
    classes.iter::<i64>().map(|c| c as usize).collect()
}

/// Accuracy, and the mean over classes of F1.
fn scores(predicted: &[usize], labels: &[usize], classes: usize) -> Vec<Metric> {
    let (mut hits, mut named, mut there) = (vec![0; classes], vec![0; classes], vec![0; classes]);
    for (&p, &l) in predicted.iter().zip(labels) {
        hits[l] += usize::from(p == l);
        named[p] += 1;
        there[l] += 1;
    }
    let right: usize = hits.iter().sum();
    let f1 = |class: usize| match named[class] + there[class] {
        0 => None,
        both => Some(2.0 * hits[class] as f64 / both as f64),
    };
    let f1s: Vec<f64> = (0..classes).filter_map(f1).collect();
    vec![
        Metric::higher("accuracy", right as f64 / labels.len() as f64),
        Metric::higher(
            "macro F1",
            f1s.iter().sum::<f64>() / f1s.len().max(1) as f64,
        ),
    ]
}

/// The accuracy of naming the most frequent class of the training rows every time.
fn majority(train: &[usize], rows: &[usize], labels: &[usize], classes: usize) -> (String, Metric) {
    let mut counts = vec![0; classes];
    for &row in train {
        counts[labels[row]] += 1;
    }
    let most = (0..classes).max_by_key(|&class| counts[class]).unwrap_or(0);
    let there: Vec<usize> = rows.iter().map(|&i| labels[i]).collect();
    let accuracy = scores(&vec![most; there.len()], &there, classes).swap_remove(0);
    ("most frequent class".into(), accuracy)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn f1_is_the_mean_over_the_classes_that_occur() {
        // Class 0: 2 hits, 3 named, 2 there; class 1: 1 hit, 1 named, 2 there; class 2 never.
        let scores = scores(&[0, 0, 0, 1], &[0, 0, 1, 1], 3);
        assert_eq!(scores[0].value, 0.75);
        assert!((scores[1].value - (0.8 + 2.0 / 3.0) / 2.0).abs() < 1e-12);
    }

    #[test]
    fn many_classes_are_judged_in_time() {
        let labels: Vec<usize> = (0..200_000).collect();
        let began = std::time::Instant::now();
        assert_eq!(scores(&labels, &labels, labels.len())[1].value, 1.0);
        let (_, majority) = majority(&labels, &labels[..4], &labels, labels.len());
        assert_eq!(majority.value, 0.0);
        assert!(began.elapsed().as_secs() < 20, "{:?}", began.elapsed());
    }

    #[test]
    fn pooling_sees_the_real_steps_only() {
        let device = burn::tensor::Device::flex();
        let y = [[[1., -5., 2.], [3., -7., 4.], [0., 0., 0.]]];
        let y: Tensor<3> = Tensor::from_data(y, &device);
        let x = Sequence::padded(y.clone(), vec![2]).expect("fits");
        let pooled = |pool: Pool, sides| -> Vec<f32> {
            pool.of(y.clone(), &x, sides)
                .into_data()
                .iter::<f32>()
                .collect()
        };
        let sides = |forward| Some(Sides { forward });
        assert_eq!(pooled(Pool::Last, None), [3., -7., 4.]);
        assert_eq!(pooled(Pool::Last, sides(1)), [3., -5., 2.]);
        assert_eq!(pooled(Pool::Last, sides(2)), [3., -7., 2.]);
        assert_eq!(pooled(Pool::Mean, None), [2., -6., 3.]);
        assert_eq!(pooled(Pool::Max, None), [3., -5., 4.]);
    }
}
