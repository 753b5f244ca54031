//! Series to classify, step by step as they come.

use super::{config::ClassifySeriesConfig, spec::SeriesSpec};
use crate::{
    data::{reading::single, series::SeriesColumns},
    error::Result,
    model::{frames::Frames, taken::Pooled},
    tasks::{
        at_work::AtWork,
        lines::Lines,
        prediction::{Predictions, classes},
    },
};

/// A step a line.
pub(super) struct Steps {
    spec: SeriesSpec,
    columns: SeriesColumns,
    takes_missing: bool,
    frames: Frames,
    pooled: Pooled,
}

impl Steps {
    /// At the beginning of a series.
    ///
    /// # Errors
    ///
    /// If the network reads in both directions.
    pub(super) fn new(
        config: &ClassifySeriesConfig,
        spec: &SeriesSpec,
        at: AtWork<'_>,
    ) -> Result<Self> {
        Ok(Steps {
            columns: spec.columns(),
            spec: spec.clone(),
            takes_missing: at.model.takes_missing(),
            frames: Frames::new(at.net, at.device)?,
            pooled: Pooled::new(config.pool),
        })
    }
}

impl Lines for Steps {
    fn takes(&self) -> String {
        let names = match self.columns.channels.as_slice() {
            [] => String::new(),
            names => format!(" ({})", names.join(", ")),
        };
        format!(
            "a line is the {} numbers of a step{names}, and the class of the series so far comes behind it; a blank line begins \
             another series",
            self.spec.channels
        )
    }

    fn take(&mut self, number: usize, line: &str) -> Result<Predictions> {
        let line = line.trim_end_matches(['\r', '\n']);
        if line.trim().is_empty() {
            self.frames.begin();
            self.pooled.begin();
            return Ok(Predictions::default());
        }
        let (channels, missing) = (self.spec.channels, self.takes_missing);
        let mut step = self
            .columns
            .step(format!("line {number}"), line, channels, missing)?;
        self.spec.scaler.transform(&mut step);
        let y = self.pooled.add(self.frames.read(&single(&step)));
        let said = classes(self.frames.output(y), &self.spec.classes).into_iter();
        Ok(Predictions {
            all: said.map(|one| one.of_row(number)).collect(),
            notes: Vec::new(),
        })
    }
}
