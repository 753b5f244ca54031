//! Rows with a class each: one output at the end, and how it is judged.

use super::{
    by_class::{self, ClassFigures},
    exhibits::{self, Guess},
    scores::{majority, predictions, scores},
    weights::ClassWeights,
};
use crate::{
    data::{
        classes,
        message::listed,
        reading::{Steps, Wanted},
    },
    error::Result,
    metric::{Baselines, Evaluation},
    model::{net::Net, shape::NetShape, taken::Taken},
    tasks::{
        account::{self, Line},
        in_parts::{Rows, known},
        labelled::items::Items,
        part::Part,
        prediction::{self, Prediction, Truth},
        task::{At, JUDGED},
    },
};
use burn::tensor::activation::softmax;
use burn::tensor::{Device, Tensor};
use rekindle_view::Block;
use std::collections::HashSet;

/// Rows and their classes.
pub(in crate::tasks) struct Classify<I> {
    items: I,
    shape: NetShape,
    taken: Taken,
    /// The class of every row.
    labels: Vec<usize>,
    /// The names of the classes.
    names: Vec<String>,
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
    ) -> Self {
        Classify {
            items,
            shape,
            taken,
            labels,
            names,
            weights: None,
        }
    }

    /// The same with classes that count so in the loss of an update, by the rows of the training part.
    ///
    /// # Errors
    ///
    /// If these weights are of another number of classes.
    pub(in crate::tasks) fn weighted(
        mut self,
        weights: Option<&ClassWeights>,
        train: &[usize],
    ) -> Result<Self> {
        let labels = || train.iter().map(|&row| self.labels[row]);
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

    /// The probabilities of the classes of some rows, one after the other.
    fn probabilities(&self, net: &Net, rows: &[usize], device: &Device) -> Vec<f32> {
        let all = softmax(self.logits(net, rows, device), 1).into_data();
        all.iter::<f32>().collect()
    }

    /// What is to be said where rows that are judged have none of a class.
    fn absent(&self, part: Part, rows: &[usize], is_alone: bool) -> Option<String> {
        let there: HashSet<usize> = self.classes(rows).into_iter().collect();
        let all = self.names.len();
        let absent = (0..all).filter(|class| !there.contains(class));
        let names: Vec<String> = absent.map(|class| self.names[class].clone()).collect();
        (!there.is_empty() && !names.is_empty()).then(|| {
            format!(
                "{} has no row of {}: its figures are of {} of the {all} classes",
                part.called(is_alone),
                listed(&names),
                there.len()
            )
        })
    }
}

/// What is to be said of classes whose names differ in case only.
fn alike(names: &[String]) -> Option<String> {
    let alike = classes::alike(names);
    (!alike.is_empty()).then(|| {
        format!(
            "the classes {} differ in case only, and are learned as different ones; write them alike where they are the same",
            listed(&alike)
        )
    })
}

impl<I: Items> Rows for Classify<I> {
    const UNIT: &'static str = I::UNIT;

    fn shape(&self) -> NetShape {
        self.shape
    }

    fn taken(&self) -> Taken {
        self.taken
    }

    fn count(&self) -> usize {
        self.labels.len()
    }

    fn longest(&self) -> usize {
        self.items.longest()
    }

    fn steps(&self, rows: &[usize]) -> Steps {
        self.items.steps(rows)
    }

    fn labels(&self, rows: &[usize]) -> Vec<Vec<String>> {
        self.items.labels(rows)
    }

    fn wanted(&self, rows: &[usize]) -> Wanted {
        Wanted::Class(self.classes(rows))
    }

    fn loss(&self, net: &Net, inputs: &Steps, wanted: &Wanted, at: &At) -> Tensor<1> {
        let given = net.learned(net.sequence(inputs, &at.device), self.taken, None);
        let outputs = given.outputs.clone();
        let plain = match &self.weights {
            None => wanted.loss(outputs),
            Some(weights) => wanted.weighted_loss(outputs, weights),
        };
        given.learned(plain, wanted, at.smoothing)
    }

    fn evaluate(&self, net: &Net, rows: &[usize], device: &Device) -> Evaluation {
        let (mut predicted, mut nats) = (Vec::new(), 0.0);
        for rows in rows.chunks(JUDGED) {
            let logits = self.logits(net, rows, device);
            let mean = self.wanted(rows).loss(logits.clone());
            nats += f64::from(mean.into_scalar::<f32>()) * rows.len() as f64;
            predicted.extend(predictions(logits));
        }
        Evaluation {
            metrics: scores(&predicted, &self.classes(rows), self.names.len()),
            loss: nats / rows.len() as f64,
        }
    }

    fn baselines(&self, train: &[usize], rows: &[usize]) -> Baselines {
        let classes = self.names.len();
        vec![majority(known(train, rows), rows, &self.labels, classes)]
    }

    fn account(&self) -> Vec<Line> {
        let mut lines = vec![account::classes(&self.names, &self.labels)];
        lines.extend(self.items.account());
        lines
    }

    fn notes(&self, part: Part, rows: &[usize], is_alone: bool) -> Vec<String> {
        let own = "for comparison, the most frequent class is that of the rows that are judged";
        let own = is_alone.then(|| own.to_owned());
        let notes = alike(&self.names).into_iter().chain(own);
        notes.chain(self.absent(part, rows, is_alone)).collect()
    }

    fn by_class(&self, net: &Net, rows: &[usize], device: &Device) -> Vec<ClassFigures> {
        if self.names.len() > exhibits::CLASSES {
            return Vec::new();
        }
        let of = |rows| self.probabilities(net, rows, device);
        let probabilities: Vec<f32> = rows.chunks(JUDGED).flat_map(of).collect();
        by_class::figures(&probabilities, &self.classes(rows), &self.names)
    }

    fn predictions(&self, net: &Net, rows: &[usize], device: &Device) -> Vec<Prediction> {
        prediction::classes(self.logits(net, rows, device), &self.names)
    }

    fn truth(&self, row: usize) -> Truth {
        Truth::Class(self.names[self.labels[row]].clone())
    }

    fn answer(&self, net: &Net, row: usize, device: &Device) -> String {
        let probabilities = self.probabilities(net, &[row], device);
        let guess = Guess::of(&probabilities, row, self.labels[row]);
        format!(
            "the network says {}, with probability {:.3}; right is {}",
            self.names[guess.best], guess.probabilities[1], self.names[guess.truth]
        )
    }

    fn exhibits(&self, net: &Net, rows: &[usize], device: &Device) -> Vec<Block> {
        // The probabilities of all classes are kept for a batch only: there may be many of both.
        let guesses = rows.chunks(JUDGED).flat_map(|rows| {
            let all = self.probabilities(net, rows, device);
            let each = rows.iter().zip(all.chunks(self.names.len()));
            let guesses = each.map(|(&row, p)| Guess::of(p, row, self.labels[row]));
            guesses.collect::<Vec<_>>()
        });
        let mut blocks = exhibits::of(&self.items, &self.names, &guesses.collect::<Vec<_>>());
        let by_class = self.by_class(net, rows, device);
        if !by_class.is_empty() {
            // Behind the matrix, which there is where these are.
            blocks.insert(1, by_class::table(&by_class));
        }
        blocks
    }
}
