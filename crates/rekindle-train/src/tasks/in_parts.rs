//! Rows that lie in parts: what follows of that for every task that has such.

use super::{
    account::{self, Line},
    classify::by_class::ClassFigures,
    part::Part,
    passes::Passes,
    prediction::{Predicted, Prediction, Truth},
    task::{At, Carry, JUDGED, Lesson, Loss, Task, UpdateRows},
};
use crate::{
    data::{
        reading::{Reading, Steps, Wanted},
        split::Split,
    },
    error::{Error, Result},
    memory::Batch,
    metric::{Baselines, Evaluation},
    model::{net::Net, shape::NetShape, taken::Taken},
};
use burn::tensor::{Device, Tensor};
use rekindle_view::Block;
use std::ops::Range;

/// Rows, each read from its beginning to its end, with what is right for each: what a task says of them by their numbers. Of no
/// rows nothing is asked.
pub(super) trait Rows {
    /// What they are called, and speed is counted in.
    const UNIT: &'static str;

    /// The network's two ends.
    fn shape(&self) -> NetShape;

    /// The steps from which the network's outputs are taken.
    fn taken(&self) -> Taken;

    /// The number of rows.
    fn count(&self) -> usize;

    /// The steps of the longest row that is read or written.
    fn longest(&self) -> usize;

    /// Some rows as the network reads them.
    fn steps(&self, rows: &[usize]) -> Steps;

    /// The same in an update, where it learns from something else.
    fn lesson(&self, rows: &[usize], at: &At) -> Steps {
        let _ = at;
        self.steps(rows)
    }

    /// What stands at each step of some rows.
    fn labels(&self, rows: &[usize]) -> Vec<Vec<String>>;

    /// What is wanted behind some rows.
    fn wanted(&self, rows: &[usize]) -> Wanted;

    /// What an update of some rows makes smaller: their mean loss.
    fn loss(&self, net: &Net, inputs: &Steps, wanted: &Wanted, at: &At) -> Tensor<1> {
        let given = net.learned(net.sequence(inputs, &at.device), self.taken(), None);
        given.learned(wanted.loss(given.outputs.clone()), wanted, at.smoothing)
    }

    /// How the network does on some rows.
    fn evaluate(&self, net: &Net, rows: &[usize], device: &Device) -> Evaluation;

    /// The same figures for predictors that learn nothing but from the rows of the training part, of which there may be none.
    fn baselines(&self, train: &[usize], rows: &[usize]) -> Baselines;

    /// What is to be said of all rows before training, between their number and their parts.
    fn account(&self) -> Vec<Line>;

    /// What is worth knowing of the figures on a part with these rows; `is_alone` where nobody trains on others.
    fn notes(&self, part: Part, rows: &[usize], is_alone: bool) -> Vec<String>;

    /// How the network does on each class of some rows; nothing where there are no classes or too many for a table.
    fn by_class(&self, net: &Net, rows: &[usize], device: &Device) -> Vec<ClassFigures> {
        let _ = (net, rows, device);
        Vec::new()
    }

    /// What the network predicts for some rows, no more than are judged at once.
    fn predictions(&self, net: &Net, rows: &[usize], device: &Device) -> Vec<Prediction>;

    /// Whether it is known what is right for a row.
    fn has_truth(&self) -> bool {
        true
    }

    /// What is right for a row, where that is known.
    fn truth(&self, row: usize) -> Truth;

    /// What the network says of a row, and what is right, as a clause.
    fn answer(&self, net: &Net, row: usize, device: &Device) -> String;

    /// What a report shows of the network at work on some rows.
    fn exhibits(&self, net: &Net, rows: &[usize], device: &Device) -> Vec<Block>;
}

/// The rows that figures which need some are taken from: those of the training part, or where there are none those that are
/// judged.
pub(super) fn known<'r>(train: &'r [usize], rows: &'r [usize]) -> &'r [usize] {
    match train {
        [] => rows,
        train => train,
    }
}

/// The updates of which padding is counted.
const COUNTED: u64 = 100;

/// The steps of some rows.
fn lengths(rows: &impl Rows, of: &[usize]) -> Vec<usize> {
    let chunks = of.chunks(JUDGED);
    chunks.flat_map(|some| rows.steps(some).lengths()).collect()
}

/// The task of rows that lie in parts.
pub(super) struct InParts<R> {
    rows: R,
    parts: Split<Vec<usize>>,
    passes: Passes,
    /// What is worth knowing of the data.
    notes: Vec<String>,
}

impl<R: Rows> InParts<R> {
    /// Rows in these parts, and what is worth knowing of how they were read.
    pub(super) fn new(rows: R, parts: Split<Vec<usize>>, notes: Vec<String>) -> Self {
        InParts {
            passes: Passes::of_lengths(lengths(&rows, &parts.train)),
            rows,
            parts,
            notes,
        }
    }

    /// The rows of a part; none where it has none.
    fn of(&self, part: Part) -> Option<&[usize]> {
        let rows = self.parts.of(part).as_slice();
        (!rows.is_empty()).then_some(rows)
    }
}

impl<R: Rows> Task for InParts<R> {
    fn shape(&self) -> NetShape {
        self.rows.shape()
    }

    fn taken(&self) -> Taken {
        self.rows.taken()
    }

    fn unit(&self) -> &'static str {
        R::UNIT
    }

    fn rows_to_train_on(&self) -> Option<usize> {
        Some(self.parts.train.len())
    }

    fn steps_per_epoch(&self, update: UpdateRows) -> Result<u64> {
        match self.parts.train.len() {
            0 => Err(Error::mend(format!(
                "none of the {} is one to train on; give task.train the file that the run was begun with",
                R::UNIT
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
            time: self.rows.longest(),
            each: self.rows.taken() == Taken::Each,
        }
    }

    fn reading(&self, part: Part, rows: Range<usize>, _: usize) -> Reading {
        let all = self.parts.of(part);
        let rows = &all[rows.start.min(all.len())..rows.end.min(all.len())];
        Reading {
            inputs: self.rows.steps(rows),
            labels: self.rows.labels(rows),
            wanted: Some(self.rows.wanted(rows)),
        }
    }

    fn padding(&self, at: &At) -> Option<f64> {
        self.passes.padding(at, COUNTED)
    }

    fn lesson(&self, at: &At) -> Lesson {
        let rows = self.passes.rows(at).into_iter();
        let rows: Vec<usize> = rows.map(|row| self.parts.train[row]).collect();
        Lesson {
            inputs: self.rows.lesson(&rows, at),
            wanted: self.rows.wanted(&rows),
            goes_on: false,
            units: rows.len(),
        }
    }

    fn loss_of(&self, net: &Net, lesson: Lesson, _: Carry, at: &At) -> Loss {
        let Lesson { inputs, wanted, .. } = lesson;
        let value = self.rows.loss(net, &inputs, &wanted, at);
        Loss {
            plain: value.clone(),
            value,
            carry: None,
        }
    }

    fn evaluate(&self, net: &Net, part: Part, device: &Device) -> Option<Evaluation> {
        let rows = self.of(part)?;
        Some(self.rows.evaluate(net, rows, device))
    }

    fn baselines(&self, part: Part) -> Baselines {
        let rows = self.of(part);
        rows.map_or_else(Vec::new, |rows| {
            self.rows.baselines(&self.parts.train, rows)
        })
    }

    fn account(&self) -> Vec<Line> {
        let Split { train, valid, test } = &self.parts;
        let sizes = [("train", train), ("valid", valid), ("test", test)];
        let sizes = sizes.map(|(part, rows)| (part, rows.len()));
        let mut lines = vec![account::rows(self.rows.count(), R::UNIT)];
        lines.extend(self.rows.account());
        lines.push(account::parts(sizes, R::UNIT));
        lines
    }

    fn notes(&self, part: Part) -> Vec<String> {
        let is_alone = self.parts.train.is_empty();
        let own = self.rows.notes(part, self.parts.of(part), is_alone);
        self.notes.iter().cloned().chain(own).collect()
    }

    fn by_class(&self, net: &Net, part: Part, device: &Device) -> Vec<ClassFigures> {
        let rows = self.of(part);
        rows.map_or_else(Vec::new, |rows| self.rows.by_class(net, rows, device))
    }

    fn back_test(&self, net: &Net, part: Part, device: &Device) -> Option<Vec<Predicted>> {
        let rows = self.parts.of(part);
        let said = rows
            .chunks(JUDGED)
            .flat_map(|rows| self.rows.predictions(net, rows, device));
        let all = rows.iter().zip(1..).zip(said);
        let all = all.map(|((&row, number), said)| Predicted {
            truth: self.rows.has_truth().then(|| self.rows.truth(row)),
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
        Some(self.rows.answer(net, row, device))
    }

    fn exhibits(&self, net: &Net, device: &Device) -> Vec<Block> {
        let rows = self.of(Part::Test);
        rows.map_or_else(Vec::new, |rows| self.rows.exhibits(net, rows, device))
    }
}
