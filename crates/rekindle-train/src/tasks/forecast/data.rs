//! The table of a forecast, and its windows.

use super::{
    config::ForecastConfig,
    errors::{self, Errors},
    outlook::{Outlook, Spread},
    spec::ForecastSpec,
    table::{Prepared, prepare},
};
use crate::{
    data::{
        columns::Columns,
        message::{counted, listed, shown},
        reading::{Steps, Wanted, single},
        scaler::Scaler,
        segments::Segment,
        split::{self, Split},
    },
    error::{Error, Result},
    metric::{Evaluation, Metric},
    model::{net::Net, taken::Taken},
    tasks::{part::Part, passes::Passes, task::JUDGED},
};
use burn::tensor::Device;
use rekindle_models::distribution::Distribution;
use std::{collections::HashMap, ops::Range};

/// A forecast's table.
pub(super) struct Forecast {
    pub(super) config: ForecastConfig,
    pub(super) spec: ForecastSpec,
    /// `[rows, columns]`, as in the file.
    pub(super) values: Vec<f64>,
    /// The same, with a value before in the place of a missing one.
    pub(super) anchors: Vec<f64>,
    /// What the network reads, `[rows, width]`.
    inputs: Vec<f64>,
    /// What each row is called.
    pub(super) stamps: Vec<String>,
    /// When each row is, in microseconds since 1970, where dates say it.
    pub(super) micros: Option<Vec<i64>>,
    /// What is to be said of the table.
    pub(super) said: Vec<String>,
    /// What its columns are for, in words.
    pub(super) roles: String,
    /// Its series.
    pub(super) segments: Vec<Segment>,
    /// The rows of each part, of each of them.
    pub(super) parts: Vec<Split<Range<usize>>>,
    /// The first rows of the windows whose forecast lies within each part, and of which what is forecast is known.
    windows: Split<Vec<usize>>,
    /// Passes over the windows of the training part.
    pub(super) passes: Passes,
}

impl Forecast {
    /// Reads and scales the table.
    ///
    /// # Errors
    ///
    /// If the file cannot be read, a column is not there, or a part has too few rows.
    pub(super) fn open(
        config: &ForecastConfig,
        takes_missing: bool,
        spec: Option<ForecastSpec>,
    ) -> Result<Self> {
        let table = config.read(&config.file, takes_missing, spec.as_ref())?;
        let Cut { parts, notes } = cut(config, &table)?;
        let columns = table.names.len();
        let spec = match spec {
            Some(spec) => spec,
            None => {
                let targets = match config.targets.is_empty() {
                    true => table.targets(),
                    false => places(&table, config)?,
                };
                let of =
                    |rows: &Range<usize>| &table.values[rows.start * columns..rows.end * columns];
                let each: Vec<&[f64]> = parts.iter().map(|parts| of(&parts.train)).collect();
                let train = each.concat();
                let has_holes = |&c: &usize| {
                    let mut values = train.iter().skip(c).step_by(columns);
                    config.indicator && values.any(|value| value.is_nan())
                };
                ForecastSpec {
                    steps: errors::steps(&each, columns, &targets, config.season),
                    scaler: Scaler::fit(&train, columns).without(&table.words()),
                    columns: table.names.clone(),
                    targets,
                    indicators: (0..columns).filter(has_holes).collect(),
                    known: table.known(),
                    schema: Some(table.schema.clone()),
                    spacing: table.spacing(),
                }
            }
        };
        Self::of(config, spec, table, parts, notes)
    }

    /// Reads a table that tests as a whole, by what a run knows of its own.
    ///
    /// # Errors
    ///
    /// If the file cannot be read, a column is not there, or it has too few rows.
    pub(super) fn test_on(
        config: &ForecastConfig,
        takes_missing: bool,
        spec: ForecastSpec,
    ) -> Result<Self> {
        let table = config.read(&config.file, takes_missing, Some(&spec))?;
        let least = config.window + config.horizon;
        let longest = table
            .segments
            .iter()
            .map(|segment| segment.rows.len())
            .max();
        if longest.unwrap_or(0) < least {
            return Err(Error::mend(format!(
                "{}: it has {}, fewer than the {least} that one forecast and its judgement take: {} to look back on and {} to \
                 compare with; take a longer table",
                config.file.display(),
                counted(longest.unwrap_or(0), "rows"),
                config.window,
                config.horizon
            )));
        }
        let all = table
            .segments
            .iter()
            .map(|segment| Split::test_alone(segment.rows.clone()));
        let parts = all.collect();
        let notes = spec.other_spacing(&config.file, &table);
        Self::of(config, spec, table, parts, notes.into_iter().collect())
    }

    /// A table in parts, scaled as a specification says.
    fn of(
        config: &ForecastConfig,
        spec: ForecastSpec,
        table: Columns,
        parts: Vec<Split<Range<usize>>>,
        notes: Vec<String>,
    ) -> Result<Self> {
        let at = config.file.display();
        let three = parts.iter().map(|own| {
            [&own.train, &own.valid, &own.test]
                .map(Range::clone)
                .to_vec()
        });
        let Prepared { inputs, anchors } =
            prepare(config, &spec, &table, &three.collect::<Vec<_>>())?;
        let mut said = said(config, &table);
        said.extend(notes);
        let mut forecast = Forecast {
            passes: Passes::over(0),
            config: config.clone(),
            spec,
            values: table.values,
            anchors,
            inputs,
            stamps: table.stamps,
            micros: table.micros,
            segments: table.segments,
            said,
            roles: table.schema.said(),
            parts,
            windows: Split {
                train: Vec::new(),
                valid: Vec::new(),
                test: Vec::new(),
            },
        };
        forecast.counts()?;
        let all = [Part::Train, Part::Valid, Part::Test].map(|part| {
            let each = forecast.segments.iter().zip(&forecast.parts);
            let windows =
                each.flat_map(|(segment, parts)| windows(config, segment, parts.of(part)));
            windows.collect::<Vec<usize>>()
        });
        let known = all.each_ref().map(|starts| {
            let starts = starts.iter().copied();
            starts.filter(|&start| forecast.is_known(start)).collect()
        });
        let of = |[train, valid, test]: [Vec<usize>; 3]| Split { train, valid, test };
        let (all, known) = (of(all), of(known));
        forecast.windows = known;
        forecast.passes = Passes::over(forecast.windows.train.len());
        let mut unknown = 0;
        for part in [Part::Train, Part::Valid, Part::Test] {
            let all = all.of(part);
            let has_rows = forecast
                .parts
                .iter()
                .any(|parts| !parts.of(part).is_empty());
            if has_rows && all.is_empty() {
                return Err(Error::mend(format!(
                    "{at}: its {} part is too short for task.window = {} and task.horizon = {}; \
                     make them smaller, or take a longer table ({})",
                    part.name(),
                    config.window,
                    config.horizon,
                    counted(table.rows, "rows")
                )));
            }
            let left = forecast.windows(part).len();
            if has_rows && left == 0 {
                return Err(Error::mend(format!(
                    "{at}: in its {} part no {} rows are known of all targets, which task.horizon asks for; name fewer targets, \
                     or take a table with fewer missing values",
                    part.name(),
                    config.horizon
                )));
            }
            unknown += all.len() - left;
        }
        forecast.said.extend((unknown > 0).then(|| {
            format!(
                "{at}: left out {}, for a value is missing of what they would be judged by",
                counted(unknown, "windows")
            )
        }));
        Ok(forecast)
    }

    /// Checks that what is forecast are counts where their distribution is one of counts.
    ///
    /// # Errors
    ///
    /// If one is below zero or not whole: it is named by its series, row and column.
    fn counts(&self) -> Result<()> {
        let Some(distribution) = &self.config.distribution else {
            return Ok(());
        };
        let columns = self.spec.columns.len();
        for (row, values) in self.values.chunks(columns).enumerate() {
            for &target in &self.spec.targets {
                let value = values[target];
                if value.is_nan() || distribution.takes(&[value as f32]).is_ok() {
                    continue;
                }
                let segment = self.segment(row);
                let series = segment
                    .id
                    .iter()
                    .map(|id| format!("series {}, ", shown(id)));
                return Err(Error::mend(format!(
                    "{}: {}row {} ({}), column {}: {value} is no count, and task.distribution = \"negative_binomial\" is of counts, 0, 1, 2 \
                     and so on; take \"normal\" or \"student_t\"",
                    self.config.file.display(),
                    series.collect::<String>(),
                    row - segment.rows.start + 1,
                    self.stamps[row],
                    shown(&self.spec.columns[target])
                )));
            }
        }
        Ok(())
    }

    /// Whether what a window begins its forecast from and what it forecasts are known.
    fn is_known(&self, start: usize) -> bool {
        let last = self.targets_at(&self.anchors, start + self.config.window - 1);
        let mut all = last.into_iter().chain(self.future(&self.values, start));
        all.all(|value| !value.is_nan())
    }

    /// The first rows of the windows whose forecast lies within a part.
    pub(super) fn windows(&self, part: Part) -> &[usize] {
        self.windows.of(part)
    }

    /// The windows from some rows on, as the network reads them.
    pub(super) fn rows(&self, starts: &[usize]) -> Steps {
        let width = self.spec.width(&self.config);
        let window = |&s: &usize| single(&self.inputs[s * width..(s + self.config.window) * width]);
        Steps::Numbers {
            width,
            rows: starts.iter().map(window).collect(),
        }
    }

    /// What the network is to give behind windows.
    pub(super) fn wanted(&self, starts: &[usize]) -> Wanted {
        let changes = || {
            let changes = starts.iter().map(|&start| single(&self.changes(start)));
            changes.collect()
        };
        match self.spec.of_each(&self.config) {
            None => Wanted::Numbers(changes()),
            Some(said) if said.distribution == Distribution::NegativeBinomial => {
                let counts = starts
                    .iter()
                    .map(|&start| single(&self.future(&self.values, start)));
                Wanted::Distributed(said, counts.collect())
            }
            Some(said) => Wanted::Distributed(said, changes()),
        }
    }

    /// What comes behind a window: `[horizon, targets]`.
    pub(super) fn future(&self, table: &[f64], start: usize) -> Vec<f64> {
        let from = start + self.config.window;
        let rows = from..from + self.config.horizon;
        rows.flat_map(|row| self.targets_at(table, row)).collect()
    }

    /// The same as changes from the window's last row, scaled: what the network is to give.
    fn changes(&self, start: usize) -> Vec<f64> {
        let last = self.targets_at(&self.anchors, start + self.config.window - 1);
        let future = self.future(&self.values, start).into_iter();
        let scaled = |(f, (l, &target)): (f64, (f64, &usize))| {
            let scaler = &self.spec.scaler;
            scaler.scaled(f, target) - scaler.scaled(l, target)
        };
        let last = last.into_iter().zip(&self.spec.targets).cycle();
        future.zip(last).map(scaled).collect()
    }

    pub(super) fn targets_at(&self, table: &[f64], row: usize) -> Vec<f64> {
        let columns = self.spec.columns.len();
        self.spec
            .targets_of(&table[row * columns..(row + 1) * columns])
    }

    /// What is expected behind windows that begin at these rows.
    pub(super) fn outlooks(&self, net: &Net, starts: &[usize], device: &Device) -> Vec<Outlook> {
        let behind = |starts: &[usize]| {
            let outputs = net.given(&self.rows(starts), Taken::End, device);
            let last =
                |&start: &usize| self.targets_at(&self.anchors, start + self.config.window - 1);
            let last: Vec<Vec<f64>> = starts.iter().map(last).collect();
            self.spec.outlooks(&self.config, outputs, &last)
        };
        starts.chunks(JUDGED).flat_map(behind).collect()
    }

    /// How quantiles behind the windows of a part do; nothing without such.
    pub(super) fn spread(&self, part: Part, outlooks: &[Outlook]) -> Vec<Metric> {
        let mut spread = Spread::new(&self.config, self.spec.targets.len());
        for (&start, outlook) in self.windows(part).iter().zip(outlooks) {
            spread.add(outlook, &self.future(&self.values, start));
        }
        spread.metrics(&self.spec)
    }

    /// How forecasts behind the windows of a part do, by their first rows; `None` where there is no such part.
    pub(super) fn errors(
        &self,
        part: Part,
        forecasts: impl IntoIterator<Item = Vec<f64>>,
    ) -> Option<Evaluation> {
        let mut errors = Errors::new(self.spec.targets.len());
        for (&start, forecast) in self.windows(part).iter().zip(forecasts) {
            errors.add(&forecast, &self.future(&self.values, start));
        }
        errors.evaluation(&self.spec)
    }

    /// Whether there is a row a season before every row that is forecast in a part.
    pub(super) fn knows_a_season(&self, part: Part) -> bool {
        let ForecastConfig { window, season, .. } = self.config;
        let starts = self.windows(part);
        let knows = |&start: &usize| start + window >= self.segment(start).rows.start + season;
        season > 0 && !starts.is_empty() && starts.iter().all(knows)
    }

    /// The series that a row belongs to.
    pub(super) fn segment(&self, row: usize) -> &Segment {
        let behind = self
            .segments
            .partition_point(|segment| segment.ahead.end <= row);
        &self.segments[behind]
    }

    /// The rows that are learned from, of all series.
    pub(super) fn trained_rows(&self) -> usize {
        self.parts.iter().map(|parts| parts.train.len()).sum()
    }
}

/// The first rows of the windows of a series whose forecast lies within some of its rows. What they look back on may lie before these.
fn windows(config: &ForecastConfig, segment: &Segment, rows: &Range<usize>) -> Range<usize> {
    let ForecastConfig {
        window, horizon, ..
    } = *config;
    let start = rows.start.saturating_sub(window).max(segment.rows.start);
    match rows.is_empty() {
        true => start..start,
        false => start..(rows.end + 1).saturating_sub(window + horizon).max(start),
    }
}

/// The parts of each series, and what is to be said of them.
struct Cut {
    parts: Vec<Split<Range<usize>>>,
    notes: Vec<String>,
}

/// Cuts every series into parts at its own end. Of several those are left out that are too short for a window in each part.
///
/// # Errors
///
/// If a part gets no row, or none of several series is long enough.
fn cut(config: &ForecastConfig, table: &Columns) -> Result<Cut> {
    let at = config.file.display();
    let (mut parts, mut notes, mut short) = (Vec::new(), Vec::new(), Vec::new());
    let mut ahead = 0;
    for segment in &table.segments {
        ahead += segment.ahead.len();
        let start = segment.rows.start;
        let own = split::fractions(segment.rows.len(), config.valid, config.test);
        let own = own.map(|Split { train, valid, test }| {
            let [train, valid, test] =
                [train, valid, test].map(|rows| rows.start + start..rows.end + start);
            Split { train, valid, test }
        });
        let has_windows = |own: &Split<Range<usize>>| {
            let mut parts = [&own.train, &own.valid, &own.test].into_iter();
            parts.all(|rows| rows.is_empty() || !windows(config, segment, rows).is_empty())
        };
        match (&segment.id, own) {
            (None, own) => parts.push(own.map_err(|e| Error::mend(format!("{at}: {e}")))?),
            (Some(_), Ok(own)) if has_windows(&own) => parts.push(own),
            (Some(id), _) => {
                short.push(id.clone());
                parts.push(Split {
                    train: start..start,
                    valid: start..start,
                    test: start..start,
                });
            }
        }
    }
    if short.len() == table.segments.len() {
        return Err(Error::mend(format!(
            "{at}: none of the {} series by task.id is long enough for task.window = {} and task.horizon = {} in each part; make them \
             smaller",
            short.len(),
            config.window,
            config.horizon
        )));
    }
    if table.segments.len() > 1 {
        notes.push(format!(
            "{at}: each series is cut into parts at its own end, no window reaches from one into another, and all have the scales of \
             the training rows of all"
        ));
    }
    notes.extend((!short.is_empty()).then(|| {
        format!(
            "{at}: left out {} of the series, too short for a window in each part: {}",
            short.len(),
            listed(&short)
        )
    }));
    notes.extend((ahead > 0).then(|| {
        format!(
            "{at}: {} at the end without a target, where only what is known ahead is read",
            counted(ahead, "rows")
        )
    }));
    Ok(Cut { parts, notes })
}

/// What is to be said of a table and its missing values.
fn said(config: &ForecastConfig, table: &Columns) -> Vec<String> {
    let past = table.segments.iter().map(|segment| segment.rows.clone());
    let missing = config.missing_in(table, past);
    let missing =
        missing.map(|holes| format!("{}: values are missing, {holes}", config.file.display()));
    table.notes.iter().cloned().chain(missing).collect()
}

/// The places of the targets among the columns.
fn places(table: &Columns, config: &ForecastConfig) -> Result<Vec<usize>> {
    let known: HashMap<&String, usize> = table.names.iter().zip(0..).collect();
    let place = |name: &String| {
        known.get(name).copied().ok_or_else(|| {
            Error::mend(format!(
                "task.targets: {name:?} is not among the columns read from {} ({}); add it to task.columns",
                config.file.display(),
                table.names.join(", ")
            ))
        })
    };
    config.targets.iter().map(place).collect()
}
