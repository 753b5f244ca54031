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
        message::shown,
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
use std::collections::{HashMap, VecDeque};

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
    /// The series by their names; one without a name where there are not several.
    series: HashMap<Option<String>, Past>,
    rows: usize,
}

/// The last rows of a series.
#[derive(Default)]
struct Past {
    /// The row before, with the last known value of each column.
    before: Option<Columns>,
    /// What the network reads of the last rows, the oldest first.
    window: VecDeque<Vec<f32>>,
    /// When these are, where dates say it.
    times: VecDeque<i64>,
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
        if !config.known.is_empty() {
            return Err(Error::mend(
                "task.known: what is known ahead stands in rows that have not come yet in a stream; `rekindle predict` reads files of such \
                 a run",
            ));
        }
        Ok(Rows {
            config: config.clone(),
            schema: spec.schema(),
            spec: spec.clone(),
            takes_missing: at.model.takes_missing(),
            frames: Frames::new(at.net, at.device)?,
            header: None,
            series: HashMap::new(),
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
    fn after(&self, number: usize, row: &Columns, before: Option<&Columns>) -> Result<Columns> {
        let columns = self.spec.columns.len();
        let unknown = || Columns {
            values: vec![f64::NAN; columns],
            ..row.clone()
        };
        let before = before.cloned().unwrap_or_else(unknown);
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
        let mut values = row.values.clone();
        for fixed in self.schema.of(Role::Static) {
            let numbers = fixed.numbers();
            let places = (0..columns).filter(|&place| numbers.contains(&self.spec.columns[place]));
            let places: Vec<usize> = places.filter(|&place| values[place].is_nan()).collect();
            for &place in &places {
                values[place] = before.values[place];
            }
            if places.iter().any(|&place| values[place].is_nan()) {
                return Err(Error::mend(format!(
                    "line {number}, column {}: task.static says that its series has one value of it: write it into the first row of the series",
                    shown(&fixed.name)
                )));
            }
        }
        Ok(Columns {
            values: [before.values, values].concat(),
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
        let (next, come) = match (horizon, self.spec.targets.len()) {
            (1, 1) => ("the next value".to_owned(), "comes"),
            (1, _) => ("the next value".to_owned(), "come"),
            _ => (format!("the next {horizon} values"), "come"),
        };
        let of_each = match &self.config.id {
            Some(id) => format!(" of a series, by its `{id}`,"),
            None => String::new(),
        };
        format!(
            "{header} is a row, and once there are {window} of them{of_each} {next} of {} {come} behind each",
            self.spec.target_names().join(", ")
        )
    }

    fn take(&mut self, number: usize, line: &str) -> Result<Predictions> {
        let line = line.trim_end_matches(['\r', '\n']);
        if line.trim().is_empty() {
            return Ok(Predictions::default());
        }
        let skipped = self.schema.table.skip_lines.unwrap_or(0);
        let header_rows = self.schema.table.header_rows.unwrap_or(1);
        let is_below = self.header.is_some() && number <= skipped + header_rows;
        if number <= skipped || is_below {
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
        let id = row.segments.first().and_then(|own| own.id.clone());
        let before = self.series.get(&id).and_then(|past| past.before.as_ref());
        let both = self.after(number, &row, before)?;
        let parts = [both.segments.iter().map(|both| both.rows.clone()).collect()];
        let Prepared { inputs, anchors } = prepare(&self.config, &self.spec, &both, &parts)?;
        let width = self.spec.width(&self.config);
        let past = self.series.entry(id.clone()).or_default();
        if past.window.len() == self.config.window {
            past.window.pop_front();
            past.times.pop_front();
        }
        past.times
            .extend(row.micros.as_ref().map(|micros| micros[0]));
        past.window.push_back(single(&inputs[width..]));
        let columns = self.spec.columns.len();
        let mut known = both.values[columns..].to_vec();
        for (known, before) in known.iter_mut().zip(&both.values[..columns]) {
            if known.is_nan() {
                *known = *before;
            }
        }
        let after = row.stamps[0].clone();
        let format = row.format;
        past.before = Some(Columns {
            values: known,
            ..row
        });
        let last = self.spec.targets_of(&anchors[columns..]);
        let is_unknown = last.iter().any(|value| value.is_nan());
        if past.window.len() < self.config.window || is_unknown {
            return Ok(Predictions::default());
        }
        self.frames.begin();
        let mut y = &[][..];
        for frame in &past.window {
            y = self.frames.read(frame);
        }
        let y = y.to_vec();
        let outputs = self.frames.output(y);
        let outlook = self
            .spec
            .outlooks(&self.config, outputs, &[last])
            .swap_remove(0);
        let said = self.spec.said(&outlook);
        let times = format.map(|format| {
            let times = past.times.make_contiguous();
            step::behind(times, (format, &after), self.config.horizon)
        });
        let times = times.unwrap_or_default();
        let all = said.into_iter().map(|one| Predicted {
            id: id.clone(),
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
