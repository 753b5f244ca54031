//! Series of which something is said step by step, as they come.

use super::given::GivenSeries;
use crate::{
    data::{reading::single, scaler::Scaler, series::SeriesColumns},
    error::Result,
    model::{
        frames::Frames,
        taken::{Pool, Pooled},
    },
    tasks::{
        at_work::AtWork,
        lines::Lines,
        prediction::{Prediction, Predictions},
    },
};
use burn::tensor::Tensor;

/// What makes predictions of outputs `[series, outputs]`.
type Say = Box<dyn Fn(Tensor<2>) -> Vec<Prediction>>;

/// A step a line.
pub(in crate::tasks) struct Steps {
    columns: SeriesColumns,
    scaler: Scaler,
    takes_missing: bool,
    frames: Frames,
    pooled: Pooled,
    answer: &'static str,
    say: Say,
}

impl Steps {
    /// At the beginning of a series, of which its class or another answer is said.
    ///
    /// # Errors
    ///
    /// If the network reads in both directions.
    pub(in crate::tasks) fn new(
        given: GivenSeries<'_>,
        at: AtWork<'_>,
        pool: Pool,
        answer: &'static str,
        say: impl Fn(Tensor<2>) -> Vec<Prediction> + 'static,
    ) -> Result<Self> {
        Ok(Steps {
            columns: given.columns,
            scaler: given.scaler.clone(),
            takes_missing: at.model.takes_missing(),
            frames: Frames::new(at.net, at.device)?,
            pooled: Pooled::new(pool),
            answer,
            say: Box::new(say),
        })
    }

    /// The numbers of a step.
    fn channels(&self) -> usize {
        self.scaler.mean.len()
    }
}

impl Lines for Steps {
    fn takes(&self) -> String {
        let names = match self.columns.channels.as_slice() {
            [] => String::new(),
            names => format!(" ({})", names.join(", ")),
        };
        format!(
            "a line is the {} numbers of a step{names}, and the {} of the series so far comes behind it; a blank line begins \
             another series",
            self.channels(),
            self.answer
        )
    }

    fn take(&mut self, number: usize, line: &str) -> Result<Predictions> {
        let line = line.trim_end_matches(['\r', '\n']);
        if line.trim().is_empty() {
            self.frames.begin();
            self.pooled.begin();
            return Ok(Predictions::default());
        }
        let (name, missing) = (format!("line {number}"), self.takes_missing);
        let mut step = self.columns.step(name, line, self.channels(), missing)?;
        self.scaler.transform(&mut step);
        let y = self.pooled.add(self.frames.read(&single(&step)));
        let said = (self.say)(self.frames.output(y)).into_iter();
        Ok(Predictions {
            all: said.map(|one| one.of_row(number)).collect(),
            notes: Vec::new(),
        })
    }
}
