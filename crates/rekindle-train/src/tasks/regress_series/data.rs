//! The series of a regression, with their targets.

use super::{config::RegressSeriesConfig, spec::RegressionSpec, task::Regression};
use crate::{
    data::{
        file::DataFile, scaler::Scaler, series::SeriesColumns, series_targets::SeriesTargets,
        split::Split,
    },
    error::Result,
    model::taken::Taken,
    tasks::{
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
    config: &RegressSeriesConfig,
    seed: u64,
    takes_missing: bool,
    spec: Option<RegressionSpec>,
) -> Result<Opened<RegressionSpec>> {
    let read = |file: &DataFile, columns: &SeriesColumns, channels| {
        SeriesTargets::read(file, columns, channels, takes_missing)
    };
    let mut all = match &spec {
        None => read(&config.train, &config.columns(), None)?,
        Some(spec) => read(&config.train, &spec.columns, Some(spec.channels))?,
    };
    let places = all.places(seed);
    // All series are cut as one class.
    let strata = vec![0; all.series.len()];
    let known = spec.as_ref().map(|spec| &spec.cut);
    let cut = cut(&config.train, known, &strata, &places, 1, config.held_out())?;
    let mut parts = cut.parts(&strata, &places);
    let mut notes = std::mem::take(&mut all.notes);
    notes.extend(twice(&config.train, &places, |a, b| {
        all.targets[a] != all.targets[b]
    }));
    if !no_file(&config.test) {
        let test = read(&config.test, &all.columns, Some(all.channels))?;
        notes.extend(test.notes.iter().cloned());
        notes.extend(repeated(
            [&config.train, &config.test],
            &places,
            &test.places(seed),
        ));
        parts.test = (all.series.len()..all.series.len() + test.series.len()).collect();
        all.series.extend(test.series);
        all.targets.extend(test.targets);
    }
    let spec = spec.unwrap_or_else(|| {
        let train = || parts.train.iter().copied();
        let values = train().flat_map(|i| all.series[i].values.iter().copied());
        let targets: Vec<f64> = train().map(|i| all.targets[i]).collect();
        RegressionSpec {
            channels: all.channels,
            scaler: Scaler::fit(&values.collect::<Vec<_>>(), all.channels),
            target: Scaler::fit(&targets, 1),
            cut,
            columns: all.columns.clone(),
        }
    });
    for one in &mut all.series {
        spec.scaler.transform(&mut one.values);
    }
    let rows = regression(config, &spec, all);
    Ok(Opened {
        spec,
        task: Box::new(InParts::new(rows, parts, notes)),
    })
}

/// Reads series that all test, by what a run knows of its own.
///
/// # Errors
///
/// If the file cannot be read, or has other channels.
pub(super) fn test_on(
    config: &RegressSeriesConfig,
    spec: &RegressionSpec,
    path: &Path,
    takes_missing: bool,
) -> Result<Box<dyn Task>> {
    let known = Some(spec.channels);
    let mut all = SeriesTargets::read(path, &spec.columns, known, takes_missing)?;
    let mut notes = std::mem::take(&mut all.notes);
    let scaler = (&spec.scaler, spec.columns.audio.is_some());
    notes.extend(scaled(&mut all.series, scaler, path));
    let parts = Split::test_alone((0..all.series.len()).collect());
    let rows = regression(config, spec, all);
    Ok(Box::new(InParts::new(rows, parts, notes)))
}

/// The scaled series as the task's rows.
fn regression(
    config: &RegressSeriesConfig,
    spec: &RegressionSpec,
    all: SeriesTargets,
) -> Regression {
    Regression {
        spec: spec.clone(),
        taken: Taken::Pooled(config.pool),
        series: all.series,
        targets: all.targets,
    }
}
