//! Series of which something is said step by step, as they come.

use super::given::GivenSeries;
use crate::{
    data::{audio::stream::Samples, reading::single, scaler::Scaler, series::SeriesColumns},
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

/// A step a line, or, of sounds, some samples.
pub(in crate::tasks) struct Steps {
    columns: SeriesColumns,
    /// What steps are made of, where the series are sounds.
    samples: Option<Samples>,
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
    /// If the network reads in both directions, or what the run stored of sounds is damaged.
    pub(in crate::tasks) fn new(
        given: GivenSeries<'_>,
        at: AtWork<'_>,
        pool: Pool,
        answer: &'static str,
        say: impl Fn(Tensor<2>) -> Vec<Prediction> + 'static,
    ) -> Result<Self> {
        let audio = given.columns.audio.as_ref();
        Ok(Steps {
            samples: audio.map(Samples::new).transpose()?,
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
        let line = match (&self.samples, self.columns.channels.as_slice()) {
            (Some(samples), _) => samples.called(),
            (None, []) => format!("the {} numbers of a step", self.channels()),
            (None, names) => format!(
                "the {} numbers of a step ({})",
                self.channels(),
                names.join(", ")
            ),
        };
        format!(
            "a line is {line}, and the {} of the series so far comes behind it; a blank line begins another series",
            self.answer
        )
    }

    fn take(&mut self, number: usize, line: &str) -> Result<Predictions> {
        let line = line.trim_end_matches(['\r', '\n']);
        if line.trim().is_empty() {
            self.frames.begin();
            self.pooled.begin();
            if let Some(samples) = &mut self.samples {
                samples.begin();
            }
            return Ok(Predictions::default());
        }
        let name = format!("line {number}");
        let steps = match &mut self.samples {
            Some(samples) => samples.take(&name, line)?,
            None => {
                let (channels, missing) = (self.channels(), self.takes_missing);
                vec![self.columns.step(name, line, channels, missing)?]
            }
        };
        let mut said = Vec::new();
        for mut step in steps {
            self.scaler.transform(&mut step);
            let y = self.pooled.add(self.frames.read(&single(&step)));
            said = (self.say)(self.frames.output(y));
        }
        Ok(Predictions {
            all: said.into_iter().map(|one| one.of_row(number)).collect(),
            notes: Vec::new(),
        })
    }
}
