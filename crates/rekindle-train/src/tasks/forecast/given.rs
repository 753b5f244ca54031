//! A table that a trained network goes on from: its series, the last window of each, and what comes behind it.

use super::{
    config::ForecastConfig,
    spec::ForecastSpec,
    table::{Prepared, prepare},
};
use crate::{
    data::{
        columns::Columns,
        message::{counted, listed, shown},
        reading::{Reading, Steps, single},
        scaler::{FAR, Scaler},
        segments::Segment,
    },
    error::{Error, Result},
    model::taken::Taken,
    tasks::{
        at_work::AtWork,
        given::empty,
        prediction::{Predicted, Predictions},
        task::JUDGED,
    },
};
use std::path::Path;

/// A table, as a run's network reads it.
pub(super) struct Given<'a> {
    config: &'a ForecastConfig,
    spec: &'a ForecastSpec,
    path: &'a Path,
    pub(super) table: Columns,
    prepared: Prepared,
}

impl<'a> Given<'a> {
    /// Reads a table.
    ///
    /// # Errors
    ///
    /// If the file cannot be read, or lacks a column.
    pub(super) fn read(
        config: &'a ForecastConfig,
        spec: &'a ForecastSpec,
        path: &'a Path,
        takes_missing: bool,
    ) -> Result<Self> {
        let table = config.read(path, takes_missing, Some(spec))?;
        let whole = |segment: &Segment| vec![segment.rows.clone()];
        let parts: Vec<_> = table.segments.iter().map(whole).collect();
        let prepared = prepare(config, spec, &table, &parts)?;
        Ok(Given {
            config,
            spec,
            path,
            table,
            prepared,
        })
    }

    fn wrong(&self, why: impl std::fmt::Display) -> Error {
        Error::mend(format!("{}: {why}", self.path.display()))
    }

    /// What a series is called in errors.
    fn called(segment: &Segment) -> String {
        match &segment.id {
            Some(id) => format!("series {}: ", shown(id)),
            None => String::new(),
        }
    }

    /// What a forecast behind a series looks back on, at most.
    ///
    /// # Errors
    ///
    /// If there is no row, or what is known ahead ends before the horizon.
    pub(super) fn reading(&self, segment: &Segment) -> Result<Reading> {
        if segment.rows.is_empty() {
            return Err(empty(&self.path.display().to_string()));
        }
        self.looks_ahead(segment)?;
        let from = segment
            .rows
            .end
            .saturating_sub(self.config.window)
            .max(segment.rows.start);
        Ok(Reading {
            labels: vec![self.table.stamps[from..segment.rows.end].to_vec()],
            inputs: Steps::Numbers {
                width: self.spec.width(self.config),
                rows: vec![self.inputs(from..segment.rows.end)],
            },
            wanted: None,
        })
    }

    fn inputs(&self, rows: std::ops::Range<usize>) -> Vec<f32> {
        let width = self.spec.width(self.config);
        single(&self.prepared.inputs[rows.start * width..rows.end * width])
    }

    /// Checks that what is known ahead reaches over the horizon.
    fn looks_ahead(&self, segment: &Segment) -> Result<()> {
        let (there, horizon) = (segment.ahead.len(), self.config.horizon);
        let names: Vec<String> = self
            .spec
            .known
            .iter()
            .map(|&c| self.spec.columns[c].clone())
            .collect();
        if names.is_empty() || there >= horizon {
            return Ok(());
        }
        Err(self.wrong(format!(
            "{}behind row {}, the last with a target, {} of the {horizon} rows of task.horizon are there, and task.known asks for {} in \
             each; append them, their targets empty",
            Self::called(segment),
            segment.rows.len(),
            there,
            listed(&names)
        )))
    }

    /// The last known value of each target of a series.
    ///
    /// # Errors
    ///
    /// If one has none.
    fn last(&self, segment: &Segment) -> Result<Vec<f64>> {
        let columns = self.spec.columns.len();
        let row = segment.rows.end - 1;
        let last = &self.prepared.anchors[row * columns..(row + 1) * columns];
        let last = self.spec.targets_of(last);
        match last.iter().position(|value| value.is_nan()) {
            None => Ok(last),
            Some(unknown) => Err(self.wrong(format!(
                "{}column {} has no value, and a forecast goes on from its last",
                Self::called(segment),
                shown(&self.spec.columns[self.spec.targets[unknown]])
            ))),
        }
    }

    /// What is said of rows at the end of series that have no target, and are taken for the past all the same.
    fn untold(&self, segments: &[&Segment]) -> Option<String> {
        let columns = self.spec.columns.len();
        let is_untold = |row: &usize| {
            let row = &self.table.values[row * columns..(row + 1) * columns];
            self.spec.targets_of(row).iter().all(|value| value.is_nan())
        };
        let untold = |segment: &&Segment| segment.rows.clone().rev().take_while(is_untold).count();
        let count: usize = segments.iter().map(untold).sum();
        (count > 0).then(|| {
            format!(
                "{}: the last {} without a target are taken for the past, and the forecast goes on behind them; leave out those that are \
                 still to come, or train with task.known, which says what is known of such rows",
                self.path.display(),
                counted(count, "rows")
            )
        })
    }

    /// What is said of rows that are known ahead and lie behind all that is forecast.
    fn beyond(&self, segments: &[&Segment]) -> Option<String> {
        let horizon = self.config.horizon;
        let beyond = segments
            .iter()
            .map(|one| one.ahead.len().saturating_sub(horizon));
        let beyond: usize = beyond.sum();
        (beyond > 0).then(|| {
            format!(
                "{}: {} that {} known ahead {} not read, for the next {} forecast",
                self.path.display(),
                counted(beyond, "rows"),
                if beyond == 1 { "is" } else { "are" },
                if beyond == 1 { "is" } else { "are" },
                match horizon {
                    1 => "row alone is".to_owned(),
                    several => format!("{several} rows alone are"),
                }
            )
        })
    }

    /// What is said of rows that are known ahead and lie further behind the last one than rows do.
    fn late(&self, segments: &[&Segment]) -> Option<String> {
        let (micros, step) = (self.table.micros.as_ref()?, self.spec.spacing?);
        let is_late = |segment: &&&Segment| {
            let last = micros[segment.rows.end - 1];
            let next = micros.get(segment.ahead.clone()).and_then(<[i64]>::first);
            let due = step.after(last, 1);
            next.zip(due)
                .is_some_and(|(&next, due)| (next - last) as f64 > 1.5 * (due - last) as f64)
        };
        let first = segments.iter().find(is_late)?;
        Some(format!(
            "{}: {}{} is the first row that is known ahead, and {} the last with a target; rows lie {step} apart, and the forecast is of the \
             next ones, whatever their times",
            self.path.display(),
            Self::called(first),
            shown(&self.table.stamps[first.ahead.start]),
            shown(&self.table.stamps[first.rows.end - 1])
        ))
    }

    /// What is said of values that a forecast looks back on and that lie far from those of the training rows.
    fn far(&self, segments: &[&Segment]) -> Option<String> {
        let names = &self.spec.columns;
        let mut first = None;
        let mut count = 0;
        for segment in segments {
            let rows = segment.rows.end - self.config.window..segment.rows.end;
            let values = &self.table.values[rows.start * names.len()..rows.end * names.len()];
            let mut scaled = values.to_vec();
            self.spec.scaler.transform(&mut scaled);
            let far = Scaler::far(&scaled);
            count += far.len();
            first = first.or_else(|| {
                let at = *far.first()?;
                let stamp = &self.table.stamps[rows.start + at / names.len()];
                Some((&names[at % names.len()], values[at], stamp))
            });
        }
        let (name, value, stamp) = first?;
        Some(format!(
            "{}: {} that the forecast looks back on {} more than {FAR} standard deviations from the mean of the training rows, the first \
             {} = {value} at {}; nobody knows what the network makes of such",
            self.path.display(),
            counted(count, "values"),
            if count == 1 { "lies" } else { "lie" },
            shown(name),
            shown(stamp)
        ))
    }

    /// What comes behind each series.
    ///
    /// # Errors
    ///
    /// If the table is too short, or lacks what a forecast goes on from.
    pub(super) fn predictions(self, at: AtWork<'_>) -> Result<Predictions> {
        let window = self.config.window;
        let is_long = |segment: &&Segment| segment.rows.len() >= window;
        let (long, short): (Vec<&Segment>, Vec<&Segment>) =
            self.table.segments.iter().partition(is_long);
        let too_short = || {
            let ids: Vec<String> = short
                .iter()
                .filter_map(|segment| segment.id.clone())
                .collect();
            match (ids.is_empty(), short.first()) {
                (true, Some(one)) => format!("it has {}", counted(one.rows.len(), "rows")),
                _ if ids.len() == 1 => format!("the series {} has fewer rows", listed(&ids)),
                _ => format!("the series {} have fewer rows", listed(&ids)),
            }
        };
        if long.is_empty() {
            return Err(self.wrong(format!(
                "{}, fewer than the {window} that a forecast looks back on",
                too_short()
            )));
        }
        let width = self.spec.width(self.config);
        let mut all = Vec::new();
        for segments in long.chunks(JUDGED) {
            let mut rows = Vec::with_capacity(segments.len());
            for segment in segments {
                self.looks_ahead(segment)?;
                rows.push(self.inputs(segment.rows.end - window..segment.rows.end));
            }
            let steps = Steps::Numbers { width, rows };
            let outputs = at.net.given(&steps, Taken::End, at.device);
            let last = segments.iter().map(|segment| self.last(segment));
            let last = last.collect::<Result<Vec<_>>>()?;
            let outlooks = self.spec.outlooks(self.config, outputs, &last);
            for (segment, outlook) in segments.iter().zip(&outlooks) {
                let said = self.spec.said(outlook);
                let horizon = self.config.horizon;
                let times = match segment.ahead.len() >= horizon {
                    true => self.table.stamps[segment.ahead.clone()][..horizon].to_vec(),
                    false => self.table.times_behind(segment.rows.clone(), horizon),
                };
                all.extend(said.into_iter().map(|one| Predicted {
                    id: segment.id.clone(),
                    after: Some(self.table.stamps[segment.rows.end - 1].clone()),
                    times: times.clone(),
                    ..one.into()
                }));
            }
        }
        let mut notes = self.table.notes.clone();
        let seen = long
            .iter()
            .map(|segment| segment.rows.end - window..segment.rows.end);
        notes.extend(self.config.missing_in(&self.table, seen).map(|holes| {
            let at = self.path.display();
            format!("{at}: of what the forecast looks back on values are missing, {holes}")
        }));
        notes.extend(self.spec.other_spacing(self.path, &self.table));
        notes.extend(self.late(&long));
        notes.extend(self.beyond(&long));
        notes.extend(self.untold(&long));
        notes.extend(self.far(&long));
        notes.extend((!short.is_empty()).then(|| {
            format!(
                "{}: {} than the {window} that a forecast looks back on; left out",
                self.path.display(),
                too_short()
            )
        }));
        Ok(Predictions { all, notes })
    }
}
