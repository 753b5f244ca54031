//! The series of a classifier.

use super::{config::ClassifySeriesConfig, spec::SeriesSpec};
use crate::{
    data::{
        file::DataFile,
        scaler::Scaler,
        series::{Series, SeriesColumns},
        series_set::SeriesSet,
        split::Split,
    },
    error::{Error, Result},
    model::taken::Taken,
    tasks::{
        classify::task::Classify,
        in_parts::InParts,
        kind::Opened,
        labelled::{
            files::{cut, no_file, repeated, twice},
            given::scaled,
        },
        task::Task,
    },
};
use std::path::Path;

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
    let cut =
        cut(&config.train, known, &all.labels, &places, classes, shares).map_err(|error| {
            // Numbers that were taken for classes are why no class has rows enough.
            let doubts = all.doubts.iter().map(|doubt| format!("\n{doubt}"));
            Error::mend(format!("{error}{}", doubts.collect::<String>()))
        })?;
    let mut parts = cut.parts(&all.labels, &places);
    let mut notes = std::mem::take(&mut all.notes);
    notes.append(&mut all.doubts);
    notes.extend(twice(&config.train, &places, |a, b| {
        all.labels[a] != all.labels[b]
    }));
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
    for series in &mut all.series {
        spec.scaler.transform(&mut series.values);
    }
    let weights = config.class_weights.as_ref();
    let rows = classify(config, &spec, all).weighted(weights, &parts.train)?;
    Ok(Opened {
        spec,
        task: Box::new(InParts::new(rows, parts, notes)),
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
    let mut notes = std::mem::take(&mut all.notes);
    let scaler = (&spec.scaler, columns.audio.is_some());
    notes.extend(scaled(&mut all.series, scaler, path));
    let parts = Split::test_alone((0..all.series.len()).collect());
    let rows = classify(config, spec, all);
    Ok(Box::new(InParts::new(rows, parts, notes)))
}

/// The scaled series as the task's rows.
fn classify(
    config: &ClassifySeriesConfig,
    spec: &SeriesSpec,
    all: SeriesSet,
) -> Classify<Vec<Series>> {
    let ends = (spec.shape(), Taken::Pooled(config.pool));
    Classify::new(all.series, ends, all.labels, all.classes)
}
