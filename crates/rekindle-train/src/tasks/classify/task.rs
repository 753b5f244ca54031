//! Rows with a class each: one output at the end, and how it is judged.

use super::{
    by_class::{self, ClassFigures},
    exhibits::{self, Guess},
    scores::{majority, predictions, scores},
    weights::ClassWeights,
};
use crate::{
    data::{
        message::listed,
        reading::{Reading, Wanted},
        split::Split,
    },
    error::{Error, Result},
    memory::Batch,
    metric::{Baselines, Evaluation},
    model::{net::Net, shape::NetShape, taken::Taken},
    tasks::{
        account::{self, Line},
        labelled::items::Items,
        part::Part,
        passes::Passes,
        prediction::{self, Predicted, Prediction, Truth},
        task::{At, JUDGED, Lesson, Task, UpdateRows},
    },
};
use burn::tensor::activation::softmax;
use burn::tensor::{Device, Tensor};
use rekindle_view::Block;
use std::{
    collections::{BTreeMap, HashSet},
    ops::Range,
};

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
    notes: Vec<String>,
    /// How much a row counts in the loss of an update, by its class; each as much where there are none.
    weights: Option<Vec<f32>>,
}

impl<I: Items> Classify<I> {
    /// Rows with their classes, learned by a network of a shape whose outputs are taken so.
    pub(in crate::tasks) fn new(
        items: I,
        (shape, taken): (NetShape, Taken),
        labels: Vec<usize>,
        names: Vec<String>,
        parts: Split<Vec<usize>>,
        notes: Vec<String>,
    ) -> Self {
        Classify {
            passes: Passes::over(parts.train.len()),
            items,
            shape,
            taken,
            labels,
            names,
            parts,
            notes,
            weights: None,
        }
    }

    /// The same with classes that count so in the loss of an update.
    ///
    /// # Errors
    ///
    /// If these weights are of another number of classes.
    pub(in crate::tasks) fn weighted(mut self, weights: Option<&ClassWeights>) -> Result<Self> {
        let labels = || self.parts.train.iter().map(|&row| self.labels[row]);
        let weights = weights.map(|weights| weights.of(&self.names, labels()));
        self.weights = weights.transpose()?;
        Ok(self)
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

/// What is to be said of classes whose names differ in case only.
fn alike(names: &[String]) -> Option<String> {
    let mut by_name: BTreeMap<String, Vec<&str>> = BTreeMap::new();
    for name in names {
        by_name.entry(name.to_lowercase()).or_default().push(name);
    }
    let alike = by_name.values().filter(|names| names.len() > 1);
    let alike: Vec<String> = alike.flatten().map(|name| format!("`{name}`")).collect();
    (!alike.is_empty()).then(|| {
        format!(
            "the classes {} differ in case only, and are learned as different ones; write them alike where they are the same",
            alike.join(", ")
        )
    })
}

impl<I: Items> Classify<I> {
    /// What is to be said where a part that is judged has no row of a class.
    fn absent(&self, part: Part) -> Option<String> {
        let there: HashSet<usize> = self.classes(self.parts.of(part)).into_iter().collect();
        let all = self.names.len();
        let absent = (0..all).filter(|class| !there.contains(class));
        let names: Vec<String> = absent.map(|class| self.names[class].clone()).collect();
        (!there.is_empty() && !names.is_empty()).then(|| {
            format!(
                "{} has no row of {}: its figures are of {} of the {all} classes",
                part.called(self.parts.train.is_empty()),
                listed(&names),
                there.len()
            )
        })
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

    fn steps_per_epoch(&self, update: UpdateRows) -> Result<u64> {
        match self.parts.train.len() {
            0 => Err(Error::mend(format!(
                "none of the {} is one to train on; give task.train the file that the run was begun with",
                I::UNIT
            ))),
            rows => Ok((rows / update.all()).max(1) as u64),
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

    fn objective(&self, wanted: &Wanted, outputs: Tensor<2>) -> Tensor<1> {
        match &self.weights {
            None => wanted.loss(outputs),
            Some(weights) => wanted.weighted_loss(outputs, weights),
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
        let known = if train.is_empty() { rows } else { train };
        match rows.is_empty() {
            true => Vec::new(),
            false => vec![majority(known, rows, &self.labels, self.names.len())],
        }
    }

    fn account(&self) -> Vec<Line> {
        let Split { train, valid, test } = &self.parts;
        let sizes = [("train", train), ("valid", valid), ("test", test)];
        let mut lines = vec![
            account::rows(self.labels.len(), I::UNIT),
            account::classes(&self.names, &self.labels),
        ];
        lines.extend(self.items.account());
        lines.push(account::parts(
            sizes.map(|(part, rows)| (part, rows.len())),
            I::UNIT,
        ));
        lines
    }

    fn by_class(&self, net: &Net, part: Part, device: &Device) -> Vec<ClassFigures> {
        let rows = self.parts.of(part);
        if self.names.len() > exhibits::CLASSES || rows.is_empty() {
            return Vec::new();
        }
        let probabilities = rows.chunks(JUDGED).flat_map(|rows| {
            let all = softmax(self.logits(net, rows, device), 1).into_data();
            all.iter::<f32>().collect::<Vec<_>>()
        });
        let probabilities: Vec<f32> = probabilities.collect();
        by_class::figures(&probabilities, &self.classes(rows), &self.names)
    }

    fn back_test(&self, net: &Net, part: Part, device: &Device) -> Option<Vec<Predicted>> {
        let rows = self.parts.of(part);
        let said = rows
            .chunks(JUDGED)
            .flat_map(|rows| prediction::classes(self.logits(net, rows, device), &self.names));
        let known = rows.iter().zip(1..).zip(said);
        let all = known.map(|((&row, number), said)| Predicted {
            truth: Some(Truth::Class(self.names[self.labels[row]].clone())),
            ..said.of_row(number)
        });
        Some(all.collect())
    }

    fn answer(
        &self,
        net: &Net,
        part: Part,
        row: usize,
        _: usize,
        device: &Device,
    ) -> Option<String> {
        let row = *self.parts.of(part).get(row)?;
        let said = prediction::classes(self.logits(net, &[row], device), &self.names);
        let Some(Prediction::Class {
            class,
            probabilities,
        }) = said.into_iter().next()
        else {
            return None;
        };
        let given = probabilities.iter().find(|(name, _)| *name == class)?.1;
        Some(format!(
            "the network says {class}, with probability {given:.3}; right is {}",
            self.names[self.labels[row]]
        ))
    }

    fn notes(&self, part: Part) -> Vec<String> {
        let own = "for comparison, the most frequent class is that of the rows that are judged";
        let own = self.parts.train.is_empty().then(|| own.to_owned());
        let notes = self.notes.iter().cloned();
        notes
            .chain(alike(&self.names))
            .chain(own)
            .chain(self.absent(part))
            .collect()
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
        let mut blocks = exhibits::of(&self.items, &self.names, &guesses.collect::<Vec<_>>());
        let by_class = self.by_class(net, Part::Test, device);
        if !by_class.is_empty() {
            // Behind the matrix, which there is where these are.
            blocks.insert(1, by_class::table(&by_class));
        }
        blocks
    }
}
