//! Series that a trained network is given.

use crate::{
    data::{
        reading::{Reading, Steps},
        scaler::{FAR, Scaler},
        series::{Series, SeriesColumns},
        series_file::{Unlabelled, unlabelled},
        series_parsed::Labels,
    },
    error::{Error, Result},
    memory::Batch,
    model::taken::{Pool, Taken},
    tasks::{
        at_work::AtWork,
        given::no_row,
        prediction::{Predicted, Prediction, Predictions},
        task::JUDGED,
    },
};
use burn::tensor::Tensor;
use std::path::Path;

/// How a file of series is read that are to be told something of: as the training data were.
pub(in crate::tasks) struct GivenSeries<'s> {
    /// Where series stand in a table.
    pub(in crate::tasks) columns: SeriesColumns,
    /// What they may be labelled with, which is not looked at.
    pub(in crate::tasks) labels: Labels,
    /// The scale of each channel.
    pub(in crate::tasks) scaler: &'s Scaler,
}

impl GivenSeries<'_> {
    /// The series of a file, scaled, and what is to be said of how they were read.
    fn read(&self, path: &Path, takes_missing: bool) -> Result<Unlabelled> {
        let channels = self.scaler.mean.len();
        let mut read = unlabelled(path, &self.columns, self.labels, channels, takes_missing)?;
        let mut far = Vec::new();
        for (index, one) in read.series.iter_mut().enumerate() {
            self.scaler.transform(&mut one.values);
            // Silence has a logarithm that may be as far below as it likes.
            let is_far = match self.columns.audio {
                Some(_) => Scaler::is_far_above(&one.values),
                None => !Scaler::far(&one.values).is_empty(),
            };
            far.extend(is_far.then_some(index + 1));
        }
        read.notes.extend(far.first().map(|first| {
            format!(
                "{}: {} of the series {} values more than {FAR} standard deviations from the mean of the training part, the first row {first}; \
                 nobody knows what the network makes of such",
                path.display(),
                far.len(),
                if far.len() == 1 { "has" } else { "have" }
            )
        }));
        Ok(read)
    }

    /// A series of a file, counted from 0, as the network reads it.
    ///
    /// # Errors
    ///
    /// If the file cannot be read or has no such row.
    pub(in crate::tasks) fn row(
        &self,
        path: &Path,
        row: usize,
        takes_missing: bool,
    ) -> Result<Reading> {
        let Unlabelled { series, .. } = self.read(path, takes_missing)?;
        let one = series.get(row);
        let one = one.ok_or_else(|| no_row(&path.display().to_string(), row))?;
        Ok(Reading::of_series(one))
    }

    /// What a network says of each series of a file: `say` makes predictions of its outputs `[series, outputs]`.
    ///
    /// # Errors
    ///
    /// If the file cannot be read, or its longest series takes more memory than there may be.
    pub(in crate::tasks) fn predictions(
        &self,
        path: &Path,
        at: AtWork<'_>,
        pool: Pool,
        say: impl Fn(Tensor<2>) -> Vec<Prediction>,
    ) -> Result<Predictions> {
        let Unlabelled { series, ids, notes } = self.read(path, at.model.takes_missing())?;
        at.holds(Batch {
            judged: series.len().min(JUDGED),
            time: series.iter().map(|one| one.steps).max().unwrap_or(0),
            ..Batch::default()
        })
        .map_err(|e| Error::mend(format!("{}: {e}", path.display())))?;
        let said = series.chunks(JUDGED).flat_map(|rows: &[Series]| {
            let steps = Steps::of_series(rows);
            say(at.net.given(&steps, Taken::Pooled(pool), at.device))
        });
        let all = said.enumerate().map(|(index, said)| Predicted {
            id: ids.as_ref().map(|ids| ids[index].clone()),
            ..said.of_row(index + 1)
        });
        Ok(Predictions {
            all: all.collect(),
            notes,
        })
    }
}
