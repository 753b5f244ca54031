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

/// Scales the series of a file, of sounds perhaps, by what the training part had; what is said of those that lie far from it.
pub(in crate::tasks) fn scaled(
    series: &mut [Series],
    (scaler, is_audio): (&Scaler, bool),
    path: &Path,
) -> Option<String> {
    let mut far = Vec::new();
    for (one, number) in series.iter_mut().zip(1..) {
        scaler.transform(&mut one.values);
        // Silence has a logarithm that may be as far below as it likes.
        let is_far = match is_audio {
            true => Scaler::is_far_above(&one.values),
            false => !Scaler::far(&one.values).is_empty(),
        };
        far.extend(is_far.then_some(number));
    }
    let first: &usize = far.first()?;
    Some(format!(
        "{}: {} of the series {} values more than {FAR} standard deviations from the mean of the training part, the first is series {first}; \
         nobody knows what the network makes of such",
        path.display(),
        far.len(),
        if far.len() == 1 { "has" } else { "have" }
    ))
}

impl GivenSeries<'_> {
    /// The series of a file, scaled, and what is to be said of how they were read.
    fn read(&self, path: &Path, takes_missing: bool) -> Result<Unlabelled> {
        let channels = self.scaler.mean.len();
        let mut read = unlabelled(path, &self.columns, self.labels, channels, takes_missing)?;
        let is_audio = self.columns.audio.is_some();
        let far = scaled(&mut read.series, (self.scaler, is_audio), path);
        read.notes.extend(far);
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn series_far_from_the_training_part_are_said() {
        let scaler = Scaler {
            mean: vec![1.0],
            std: vec![0.5],
        };
        let one = |value: f64| Series {
            values: vec![value, 1.0],
            steps: 2,
            channels: 1,
        };
        let mut series = [one(1.5), one(-6.0), one(2.0)];
        let said = scaled(&mut series, (&scaler, false), Path::new("a.csv")).expect("one is far");
        assert_eq!(series[1].values, [-14.0, 0.0]);
        assert!(
            said.starts_with("a.csv: 1 of the series has values more than 8 standard deviations")
                && said.contains("the first is series 2"),
            "{said}"
        );
        let near = |value: f64, is_audio: bool| {
            scaled(&mut [one(value)], (&scaler, is_audio), Path::new("a.csv")).is_none()
        };
        assert!(near(1.5, false) && near(-6.0, true) && !near(6.0, true));
    }
}
