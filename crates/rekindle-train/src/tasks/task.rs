//! A task with its data in memory.

use super::{account::Line, classify::by_class::ClassFigures, part::Part, prediction::Predicted};
use crate::{
    data::reading::{Reading, Steps, Wanted},
    error::Result,
    memory::Batch,
    metric::{Baselines, Evaluation, Metric},
    model::{net::Net, shape::NetShape, taken::Taken},
};
use burn::tensor::{Device, Tensor};
use rekindle_view::Block;
use std::{fmt, ops::Range};

/// One update, of which everything random is a function.
#[derive(Clone, Debug)]
pub struct At {
    /// The number of updates before this one.
    pub step: u64,
    /// The sequences of an update.
    pub batch: usize,
    /// The experiment's seed.
    pub seed: u64,
    /// The share of what is wanted that is every class alike: `train.label_smoothing`.
    pub smoothing: f64,
    /// The updates whose rows are put in the order of their lengths together: `train.bucketing`.
    pub bucketing: usize,
    /// Where the tensors live.
    pub device: Device,
}

/// The rows of an update, by the keys that say how many.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct UpdateRows {
    /// Those that go through the network at once: `train.batch`.
    pub batch: usize,
    /// How many times: `train.accumulate`.
    pub accumulate: usize,
}

impl UpdateRows {
    /// All of them.
    pub fn all(self) -> usize {
        self.batch.saturating_mul(self.accumulate)
    }
}

impl fmt::Display for UpdateRows {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "train.batch = {}", self.batch)?;
        match self.accumulate {
            1 => Ok(()),
            times => write!(f, " times train.accumulate = {times}"),
        }
    }
}

/// States carried from one update to the next, without their gradient.
pub type Carry = Option<Vec<Tensor<2>>>;

/// What a network is given to learn from in an update.
#[derive(Clone, Debug, PartialEq)]
pub struct Lesson {
    /// The rows that it reads.
    pub inputs: Steps,
    /// What each of its outputs should be.
    pub wanted: Wanted,
    /// Whether the rows go on where those of the update before ended, so that states are carried on.
    pub goes_on: bool,
    /// How many [units](Task::unit) are read.
    pub units: usize,
}

/// The loss of an update.
#[derive(Debug)]
pub struct Loss {
    /// What is made smaller, a single number.
    pub value: Tensor<1>,
    /// The mean loss, without what is for learning alone.
    pub plain: Tensor<1>,
    /// What the next update begins with.
    pub carry: Carry,
}

impl Lesson {
    /// The lesson in parts of at most so many rows, in their order; the parts have no units of their own.
    pub(crate) fn pieces(self, rows: usize) -> Vec<Lesson> {
        let all = self.inputs.rows();
        if all <= rows {
            return vec![self];
        }
        let starts = (0..all).step_by(rows);
        let piece = |start: usize| {
            let end = (start + rows).min(all);
            Lesson {
                inputs: self.inputs.range(start..end),
                wanted: self.wanted.range(start..end, all),
                goes_on: self.goes_on,
                units: 0,
            }
        };
        starts.map(piece).collect()
    }
}

/// The most rows that are judged at once.
pub(crate) const JUDGED: usize = 64;

/// A task with its data in memory.
pub trait Task {
    /// The network's two ends.
    fn shape(&self) -> NetShape;

    /// The steps from which the network's outputs are taken.
    fn taken(&self) -> Taken;

    /// What speed is counted in: characters, sequences, ...
    fn unit(&self) -> &'static str;

    /// The updates of one pass over the training data.
    ///
    /// # Errors
    ///
    /// If there is not enough data for one update.
    fn steps_per_epoch(&self, update: UpdateRows) -> Result<u64>;

    /// The most that goes through the network at once, in updates of so many rows.
    fn batch(&self, rows: usize) -> Batch;

    /// The steps of a row in an update, where states are carried from one to the next; none where every update begins
    /// afresh.
    fn window(&self) -> Option<usize> {
        None
    }

    /// Some rows of a part, as the network reads them, with what is wanted behind each; fewer, or none,
    /// where the part has no more. Where a row has no length of its own it has `steps` steps.
    fn reading(&self, part: Part, rows: Range<usize>, steps: usize) -> Reading;

    /// What the network is given to learn from in an update.
    fn lesson(&self, at: &At) -> Lesson;

    /// The loss of an update.
    fn loss(&self, net: &Net, at: &At, carry: Carry) -> Loss {
        self.loss_of(net, self.lesson(at), carry, at)
    }

    /// The loss of a lesson.
    fn loss_of(&self, net: &Net, lesson: Lesson, carry: Carry, at: &At) -> Loss {
        let Lesson {
            inputs,
            wanted,
            goes_on,
            ..
        } = lesson;
        let x = net.sequence(&inputs, &at.device);
        let carry = carry.filter(|_| goes_on);
        let states = carry.map(|parts| net.body().initial(x.data()).with_parts(parts));
        let given = net.learned(x, self.taken(), states);
        let plain = wanted.loss(given.outputs.clone());
        Loss {
            value: given.learned(plain.clone(), &wanted, at.smoothing),
            plain,
            carry: self.window().map(|_| given.states.detach().into_parts()),
        }
    }

    /// The share of padding in updates of the first pass, where rows have lengths of their own.
    fn padding(&self, at: &At) -> Option<f64> {
        let _ = at;
        None
    }

    /// The figure of merit that a mean training loss amounts to, where one does.
    fn figure(&self, loss: f64) -> Option<Metric> {
        let _ = loss;
        None
    }

    /// How the network does on a part of the data; `None` where there is no such part.
    fn evaluate(&self, net: &Net, part: Part, device: &Device) -> Option<Evaluation>;

    /// The same figures for predictors that learn nothing, each with its name; none where there is no such part.
    fn baselines(&self, part: Part) -> Baselines;

    /// The rows of the training part, more than which no update can read; none where updates are not made of them.
    fn rows_to_train_on(&self) -> Option<usize> {
        None
    }

    /// The first of these parts that there is; the training part is always there.
    fn first_of(&self, parts: &[Part]) -> Part {
        let is_there = |part: &&Part| self.reading(**part, 0..1, 1).rows() > 0;
        parts.iter().find(is_there).copied().unwrap_or(Part::Train)
    }

    /// What was read, a line a thing, said before training: rows, classes, lengths, columns, parts, vocabulary. Six at most.
    fn account(&self) -> Vec<Line>;

    /// What is worth knowing of the data and of the figures on a part, where they are not what one may take them for:
    /// columns that are called by their place, a baseline that is left out.
    fn notes(&self, part: Part) -> Vec<String> {
        let _ = part;
        Vec::new()
    }

    /// How the network does on each class of a part; nothing where there are no classes or too many for a table.
    fn by_class(&self, net: &Net, part: Part, device: &Device) -> Vec<ClassFigures> {
        let _ = (net, part, device);
        Vec::new()
    }

    /// What the network predicts for each row of a part, beside what is right; `None` where it predicts nothing for rows.
    fn back_test(&self, net: &Net, part: Part, device: &Device) -> Option<Vec<Predicted>> {
        let _ = (net, part, device);
        None
    }

    /// What the network says of a row of a part, read in `steps` steps as [`reading`](Task::reading) reads it, and what is
    /// right, as a clause; nothing where there is no such row.
    fn answer(
        &self,
        net: &Net,
        part: Part,
        row: usize,
        steps: usize,
        device: &Device,
    ) -> Option<String>;

    /// What a report shows of the network at work on the test part: figures, examples.
    fn exhibits(&self, net: &Net, device: &Device) -> Vec<Block> {
        let _ = (net, device);
        Vec::new()
    }
}
