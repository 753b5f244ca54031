//! Rows of a table as they come, and what is forecast behind each.

use super::{
    config::ForecastConfig,
    spec::ForecastSpec,
    table::{Prepared, prepare},
};
use crate::{
    data::{
        columns::Columns,
        fill::Fill,
        reading::single,
        roles::{Role, Schema},
        segments::Segment,
        step,
    },
    error::{Error, Result},
    model::frames::Frames,
    tasks::{
        at_work::AtWork,
        lines::Lines,
        prediction::{Predicted, Predictions},
    },
};
use std::collections::VecDeque;

/// A row a line, below a header if the run's own table has one.
///
/// The network was trained on windows that it reads from their beginning, and forecasts so here: behind every row it reads the last
/// `window` rows anew.
pub(super) struct Rows {
    config: ForecastConfig,
    spec: ForecastSpec,
    schema: Schema,
    takes_missing: bool,
    frames: Frames,
    header: Option<String>,
    /// The row before, with the last known value of each column.
    before: Option<Columns>,
    /// What the network reads of the last rows, the oldest first.
    window: VecDeque<Vec<f32>>,
    /// When these are, where dates say it.
    times: VecDeque<i64>,
    rows: usize,
}

impl Rows {
    /// Before the first row.
    ///
    /// # Errors
    ///
    /// If the network reads in both directions, or what is missing is filled with what comes behind it.
    pub(super) fn new(
        config: &ForecastConfig,
        spec: &ForecastSpec,
        at: AtWork<'_>,
    ) -> Result<Self> {
        if config.missing == Some(Fill::Linear) {
            return Err(Error::mend(
                "task.missing = \"linear\": what stands in the place of a missing value follows from the rows behind it, which have \
                 not come yet in a stream; train with \"last\" or \"mean\"",
            ));
        }
        let keys = [
            ("id", config.id.is_some(), "a stream is one series"),
            (
                "known",
                !config.known.is_empty(),
                "what is known ahead stands in rows that have not come yet in a stream",
            ),
        ];
        if let Some((key, _, why)) = keys.into_iter().find(|(_, is_there, _)| *is_there) {
            return Err(Error::mend(format!(
                "task.{key}: {why}; `rekindle predict` reads files of such a run"
            )));
        }
        Ok(Rows {
            config: config.clone(),
            schema: spec.schema(),
            spec: spec.clone(),
            takes_missing: at.model.takes_missing(),
            frames: Frames::new(at.net, at.device)?,
            header: None,
            before: None,
            window: VecDeque::with_capacity(config.window),
            times: VecDeque::with_capacity(config.window),
            rows: 0,
        })
    }

    fn has_header(&self) -> bool {
        self.schema.table.header != Some(false)
    }

    /// The row that came, behind the one before.
    ///
    /// # Errors
    ///
    /// If it is older than that.
    fn after(&self, number: usize, row: &Columns) -> Result<Columns> {
        let columns = self.spec.columns.len();
        let unknown = || Columns {
            values: vec![f64::NAN; columns],
            ..row.clone()
        };
        let before = self.before.clone().unwrap_or_else(unknown);
        let has_time = self.schema.of(Role::Time).next().is_some();
        let time = |row: &Columns| match &row.micros {
            Some(micros) => Some(micros[0] as f64),
            None => row.stamps[0].parse().ok().filter(|_| has_time),
        };
        if time(row) < time(&before) {
            return Err(Error::mend(format!(
                "line {number}: {} is before {} of the row above; a stream goes forward in time",
                row.stamps[0], before.stamps[0]
            )));
        }
        let micros = before.micros.zip(row.micros.clone());
        Ok(Columns {
            values: [before.values, row.values.clone()].concat(),
            rows: 2,
            segments: vec![Segment {
                id: None,
                rows: 0..2,
                ahead: 2..2,
            }],
            micros: micros.map(|(before, now)| [before, now].concat()),
            ..row.clone()
        })
    }
}

impl Lines for Rows {
    fn takes(&self) -> String {
        let header = match self.has_header() {
            true => "the first line names the columns, as in the run's table; every other",
            false => "a line",
        };
        let ForecastConfig {
            window, horizon, ..
        } = self.config;
        let next = match horizon {
            1 => "the next value".to_owned(),
            _ => format!("the next {horizon} values"),
        };
        format!(
            "{header} is a row, and once there are {window} of them {next} of {} come behind each",
            self.spec.target_names().join(", ")
        )
    }

    fn take(&mut self, number: usize, line: &str) -> Result<Predictions> {
        let line = line.trim_end_matches(['\r', '\n']);
        if line.trim().is_empty() {
            return Ok(Predictions::default());
        }
        if self.has_header() && self.header.is_none() {
            self.header = Some(line.trim_start_matches('\u{feff}').to_owned());
            return Ok(Predictions::default());
        }
        self.rows += 1;
        let holes = self.config.holes(self.takes_missing);
        let header = self.header.as_deref();
        let row = Columns::of_line(
            format!("line {number}"),
            (header, self.rows, line),
            (&self.schema, &self.spec.columns),
            holes,
        )?;
        let both = self.after(number, &row)?;
        let parts = [both.segments.iter().map(|both| both.rows.clone()).collect()];
        let Prepared { inputs, anchors } = prepare(&self.config, &self.spec, &both, &parts)?;
        let width = self.spec.width(&self.config);
        if self.window.len() == self.config.window {
            self.window.pop_front();
            self.times.pop_front();
        }
        self.times
            .extend(row.micros.as_ref().map(|micros| micros[0]));
        self.window.push_back(single(&inputs[width..]));
        let columns = self.spec.columns.len();
        let mut known = both.values[columns..].to_vec();
        for (known, before) in known.iter_mut().zip(&both.values[..columns]) {
            if known.is_nan() {
                *known = *before;
            }
        }
        let after = row.stamps[0].clone();
        let format = row.format;
        self.before = Some(Columns {
            values: known,
            ..row
        });
        let last = self.spec.targets_of(&anchors[columns..]);
        let is_unknown = last.iter().any(|value| value.is_nan());
        if self.window.len() < self.config.window || is_unknown {
            return Ok(Predictions::default());
        }
        self.frames.begin();
        let mut y = &[][..];
        for frame in &self.window {
            y = self.frames.read(frame);
        }
        let y = y.to_vec();
        let changes = self.frames.output(y).into_data();
        let changes: Vec<f32> = changes.iter::<f32>().collect();
        let said = self.spec.said(&self.spec.forecast(&last, &changes));
        let times = format.map(|format| {
            let times = self.times.make_contiguous();
            step::behind(times, (format, &after), self.config.horizon)
        });
        let times = times.unwrap_or_default();
        let all = said.into_iter().map(|one| Predicted {
            after: Some(after.clone()),
            times: times.clone(),
            ..one.of_row(self.rows)
        });
        Ok(Predictions {
            all: all.collect(),
            notes: Vec::new(),
        })
    }
}
