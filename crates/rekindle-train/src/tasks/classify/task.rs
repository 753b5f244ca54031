//! Rows with a class each: one output at the end, and how it is judged.

use super::{
    exhibits::{self, Guess},
    items::Items,
    scores::{majority, predictions, scores},
};
use crate::{
    data::{
        reading::{Reading, Wanted},
        split::Split,
    },
    error::{Error, Result},
    memory::Batch,
    metric::{Baselines, Evaluation},
    model::{net::Net, shape::NetShape, taken::Taken},
    tasks::{
        part::Part,
        passes::Passes,
        task::{At, JUDGED, Lesson, Task},
    },
};
use burn::tensor::activation::softmax;
use burn::tensor::{Device, Tensor};
use rekindle_view::Block;
use std::ops::Range;

/// Rows, their classes, and the parts that they are in.
pub(in crate::tasks) struct Classify<I> {
    items: I,
    shape: NetShape,
    taken: Taken,
    /// The class of every row.
    labels: Vec<usize>,
    /// The names of the classes.
    names: Vec<String>,
    parts: Split<Vec<usize>>,
    passes: Passes,
    /// What is worth knowing of the data.
    note: Option<String>,
}

impl<I: Items> Classify<I> {
    /// Rows with their classes, learned by a network of a shape whose outputs are taken so.
    pub(in crate::tasks) fn new(
        items: I,
        (shape, taken): (NetShape, Taken),
        labels: Vec<usize>,
        names: Vec<String>,
        parts: Split<Vec<usize>>,
        note: Option<String>,
    ) -> Self {
        Classify {
            passes: Passes::over(parts.train.len()),
            items,
            shape,
            taken,
            labels,
            names,
            parts,
            note,
        }
    }

    /// The classes of some rows.
    fn classes(&self, rows: &[usize]) -> Vec<usize> {
        rows.iter().map(|&row| self.labels[row]).collect()
    }

    /// The logits of some rows, `[rows, classes]`.
    fn logits(&self, net: &Net, rows: &[usize], device: &Device) -> Tensor<2> {
        net.given(&self.items.steps(rows), self.taken, device)
    }
}

impl<I: Items> Task for Classify<I> {
    fn shape(&self) -> NetShape {
        self.shape
    }

    fn taken(&self) -> Taken {
        self.taken
    }

    fn unit(&self) -> &'static str {
        I::UNIT
    }

    fn rows_to_train_on(&self) -> Option<usize> {
        Some(self.parts.train.len())
    }

    fn steps_per_epoch(&self, batch: usize) -> Result<u64> {
        match self.parts.train.len() {
            0 => Err(Error::mend(format!(
                "none of the {} is one to train on; give task.train the file that the run was begun with",
                I::UNIT
            ))),
            rows => Ok((rows / batch).max(1) as u64),
        }
    }

    fn batch(&self, rows: usize) -> Batch {
        let Split { train, valid, test } = &self.parts;
        let most = train.len().max(valid.len()).max(test.len());
        Batch {
            rows: rows.min(train.len()),
            judged: JUDGED.min(most),
            time: self.items.longest(),
            each: false,
        }
    }

    fn reading(&self, part: Part, rows: Range<usize>, _: usize) -> Reading {
        let all = self.parts.of(part);
        let rows = &all[rows.start.min(all.len())..rows.end.min(all.len())];
        Reading {
            inputs: self.items.steps(rows),
            labels: self.items.labels(rows),
            wanted: Some(Wanted::Class(self.classes(rows))),
        }
    }

    fn lesson(&self, at: &At) -> Lesson {
        let rows = self.passes.rows(at).into_iter();
        let rows: Vec<usize> = rows.map(|row| self.parts.train[row]).collect();
        Lesson {
            inputs: self.items.steps(&rows),
            wanted: Wanted::Class(self.classes(&rows)),
            goes_on: false,
            units: rows.len(),
        }
    }

    fn evaluate(&self, net: &Net, part: Part, device: &Device) -> Option<Evaluation> {
        let rows = self.parts.of(part);
        if rows.is_empty() {
            return None;
        }
        let (mut predicted, mut nats) = (Vec::new(), 0.0);
        for rows in rows.chunks(JUDGED) {
            let logits = self.logits(net, rows, device);
            let mean = Wanted::Class(self.classes(rows)).loss(logits.clone());
            nats += f64::from(mean.into_scalar::<f32>()) * rows.len() as f64;
            predicted.extend(predictions(logits));
        }
        Some(Evaluation {
            metrics: scores(&predicted, &self.classes(rows), self.names.len()),
            loss: nats / rows.len() as f64,
        })
    }

    fn baselines(&self, part: Part) -> Baselines {
        let (train, rows) = (&self.parts.train, self.parts.of(part));
        match rows.is_empty() {
            true => Vec::new(),
            false => vec![majority(train, rows, &self.labels, self.names.len())],
        }
    }

    fn notes(&self, _: Part) -> Vec<String> {
        self.note.iter().cloned().collect()
    }

    fn exhibits(&self, net: &Net, device: &Device) -> Vec<Block> {
        let rows = self.parts.of(Part::Test);
        if rows.is_empty() {
            return Vec::new();
        }
        // The probabilities of all classes are kept for a batch only: there may be many of both.
        let guesses = rows.chunks(JUDGED).flat_map(|rows| {
            let all = softmax(self.logits(net, rows, device), 1).into_data();
            let all: Vec<f32> = all.iter::<f32>().collect();
            let each = rows.iter().zip(all.chunks(self.names.len()));
            let guesses = each.map(|(&row, p)| Guess::of(p, row, self.labels[row]));
            guesses.collect::<Vec<_>>()
        });
        exhibits::of(&self.items, &self.names, &guesses.collect::<Vec<_>>())
    }
}
