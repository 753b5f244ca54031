//! The series of a classifier.

use super::{config::ClassifySeriesConfig, spec::SeriesSpec};
use crate::{
    data::{
        file::DataFile,
        reading::Steps,
        scaler::Scaler,
        series::{Series, SeriesColumns},
        series_set::SeriesSet,
        split::Split,
    },
    error::Result,
    model::taken::Taken,
    tasks::{
        account::{self, Line},
        classify::{
            files::{cut, no_file, repeated},
            items::Items,
            task::Classify,
        },
        kind::Opened,
        task::Task,
    },
};
use rekindle_view::{Axis, Block, Figure};
use std::path::Path;

/// The channels of a series that a report shows.
const SHOWN: usize = 8;

/// Reads and scales the series, which may lack values if the cell takes that.
///
/// # Errors
///
/// If a file cannot be read, or there are too few series.
pub(super) fn open(
    config: &ClassifySeriesConfig,
    seed: u64,
    takes_missing: bool,
    spec: Option<SeriesSpec>,
) -> Result<Opened<SeriesSpec>> {
    let with_classes = |file: &DataFile, columns: &SeriesColumns, classes: &[String], channels| {
        SeriesSet::read_with_classes(file, columns, classes, channels, takes_missing)
    };
    let mut all = match &spec {
        None => SeriesSet::read(&config.train, &config.columns(), takes_missing)?,
        Some(spec) => {
            let columns = spec.columns();
            with_classes(&config.train, &columns, &spec.classes, spec.channels)?
        }
    };
    let (places, known) = (all.places(seed), spec.as_ref().map(|s| &s.cut));
    let (classes, shares) = (all.classes.len(), config.held_out());
    let cut = cut(&config.train, known, &all.labels, &places, classes, shares)?;
    let mut parts = cut.parts(&all.labels, &places);
    let mut notes = std::mem::take(&mut all.notes);
    if !no_file(&config.test) {
        let test = with_classes(&config.test, &all.columns, &all.classes, all.channels)?;
        notes.extend(test.notes.iter().cloned());
        notes.extend(repeated(
            [&config.train, &config.test],
            &places,
            &test.places(seed),
        ));
        parts.test = (all.series.len()..all.series.len() + test.series.len()).collect();
        all.series.extend(test.series);
        all.labels.extend(test.labels);
    }
    let spec = spec.unwrap_or_else(|| {
        let train = parts.train.iter().flat_map(|&i| &all.series[i].values);
        let train: Vec<f64> = train.copied().collect();
        SeriesSpec {
            classes: all.classes.clone(),
            channels: all.channels,
            scaler: Scaler::fit(&train, all.channels),
            cut,
            columns: Some(all.columns.clone()),
        }
    });
    let task =
        classify(config, &spec, all, parts, notes).weighted(config.class_weights.as_ref())?;
    Ok(Opened {
        spec,
        task: Box::new(task),
    })
}

/// Reads series that all test, by what a run knows of its own.
///
/// # Errors
///
/// If the file cannot be read, or has another class or other channels.
pub(super) fn test_on(
    config: &ClassifySeriesConfig,
    spec: &SeriesSpec,
    path: &Path,
    takes_missing: bool,
) -> Result<Box<dyn Task>> {
    let SeriesSpec {
        classes, channels, ..
    } = spec;
    let columns = spec.columns();
    let mut all = SeriesSet::read_with_classes(path, &columns, classes, *channels, takes_missing)?;
    let notes = std::mem::take(&mut all.notes);
    let parts = Split::test_alone((0..all.series.len()).collect());
    Ok(Box::new(classify(config, spec, all, parts, notes)))
}

fn classify(
    config: &ClassifySeriesConfig,
    spec: &SeriesSpec,
    mut all: SeriesSet,
    parts: Split<Vec<usize>>,
    notes: Vec<String>,
) -> Classify<Vec<Series>> {
    for series in &mut all.series {
        spec.scaler.transform(&mut series.values);
    }
    let ends = (spec.shape(), Taken::Pooled(config.pool));
    Classify::new(all.series, ends, all.labels, all.classes, parts, notes)
}

/// Scaled series, all of one number of channels.
impl Items for Vec<Series> {
    const UNIT: &'static str = "series";

    fn longest(&self) -> usize {
        self.iter().map(|s| s.steps).max().unwrap_or(1)
    }

    fn account(&self) -> Vec<Line> {
        let lengths = self.iter().map(|series| series.steps).collect();
        let channels = self.first().map_or(0, |series| series.channels);
        let said = account::lengths(lengths, "steps");
        vec![
            Line::new("lengths", said),
            Line::new("columns", format!("{channels} channels, all inputs")),
        ]
    }

    fn steps(&self, rows: &[usize]) -> Steps {
        Steps::of_series(rows.iter().map(|&i| &self[i]))
    }

    fn labels(&self, rows: &[usize]) -> Vec<Vec<String>> {
        rows.iter().map(|&i| self[i].labels()).collect()
    }

    fn shown(&self, row: usize, caption: String) -> Block {
        let Series {
            values, channels, ..
        } = &self[row];
        let channel = |c: usize| {
            let values = values.iter().skip(c).step_by(*channels).enumerate();
            let points = values.map(|(t, &v)| [t as f64, v]);
            rekindle_view::Series::line(format!("channel {c}"), points.collect())
        };
        Block::Figure(Figure {
            title: caption,
            x: Axis::linear("step"),
            y: Axis::linear("value, scaled"),
            series: (0..(*channels).min(SHOWN)).map(channel).collect(),
            notes: Vec::new(),
        })
    }
}
