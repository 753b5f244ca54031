//! The table of a forecast, and its windows.

use super::{
    config::ForecastConfig,
    errors::{self, Errors},
    spec::ForecastSpec,
    table::{Prepared, prepare},
};
use crate::{
    data::{
        columns::Columns,
        message::{counted, shown},
        reading::{Steps, Wanted, single},
        scaler::Scaler,
        split::{self, Split},
    },
    error::{Error, Result},
    metric::Evaluation,
    model::{net::Net, taken::Taken},
    tasks::{part::Part, passes::Passes, task::JUDGED},
};
use burn::tensor::Device;
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
    /// The rows of each part.
    pub(super) parts: Split<Range<usize>>,
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
        let parts = split::fractions(table.rows, config.valid, config.test)
            .map_err(|e| Error::mend(format!("{}: {e}", config.file.display())))?;
        let columns = table.names.len();
        let spec = match spec {
            Some(spec) => spec,
            None => {
                let targets = match config.targets.is_empty() {
                    true => table.targets(),
                    false => places(&table, config)?,
                };
                let train = &table.values[..parts.train.end * columns];
                let has_holes = |&c: &usize| {
                    let mut values = train.iter().skip(c).step_by(columns);
                    config.indicator && values.any(|value| value.is_nan())
                };
                ForecastSpec {
                    steps: errors::steps(train, columns, &targets, config.season),
                    scaler: Scaler::fit(train, columns),
                    columns: table.names.clone(),
                    targets,
                    indicators: (0..columns).filter(has_holes).collect(),
                    schema: Some(table.schema.clone()),
                }
            }
        };
        Self::of(config, spec, table, parts)
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
        if table.rows < least {
            return Err(Error::mend(format!(
                "{}: {} rows are fewer than the {least} that one forecast and its judgement take: {} to look back on and {} to \
                 compare with; take a longer table",
                config.file.display(),
                table.rows,
                config.window,
                config.horizon
            )));
        }
        let parts = Split::test_alone(0..table.rows);
        Self::of(config, spec, table, parts)
    }

    /// A table in parts, scaled as a specification says.
    fn of(
        config: &ForecastConfig,
        spec: ForecastSpec,
        table: Columns,
        parts: Split<Range<usize>>,
    ) -> Result<Self> {
        let at = config.file.display();
        let three = [&parts.train, &parts.valid, &parts.test].map(Range::clone);
        let Prepared { inputs, anchors } = prepare(config, &spec, &table, &three)?;
        let said = said(config, &table);
        let mut forecast = Forecast {
            passes: Passes::over(0),
            config: config.clone(),
            spec,
            values: table.values,
            anchors,
            inputs,
            stamps: table.stamps,
            micros: table.micros,
            said,
            roles: table.schema.said(),
            parts,
            windows: Split {
                train: Vec::new(),
                valid: Vec::new(),
                test: Vec::new(),
            },
        };
        let all = Split {
            train: windows(config, &forecast.parts.train),
            valid: windows(config, &forecast.parts.valid),
            test: windows(config, &forecast.parts.test),
        };
        let known = |windows: &Range<usize>| -> Vec<usize> {
            windows
                .clone()
                .filter(|&start| forecast.is_known(start))
                .collect()
        };
        let known = Split {
            train: known(&all.train),
            valid: known(&all.valid),
            test: known(&all.test),
        };
        forecast.windows = known;
        forecast.passes = Passes::over(forecast.windows.train.len());
        let mut unknown = 0;
        for part in [Part::Train, Part::Valid, Part::Test] {
            let (rows, all) = (forecast.parts.of(part), all.of(part));
            if !rows.is_empty() && all.is_empty() {
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
            if !rows.is_empty() && left == 0 {
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
        let changes = starts.iter().map(|&start| single(&self.changes(start)));
        Wanted::Numbers(changes.collect())
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

    /// The forecasts behind windows that begin at these rows, `[horizon, targets]` each, in the units of the table.
    pub(super) fn forecasts(&self, net: &Net, starts: &[usize], device: &Device) -> Vec<Vec<f64>> {
        let outputs = self.config.horizon * self.spec.targets.len();
        let changes = starts.chunks(JUDGED).flat_map(|starts| {
            let changes = net.given(&self.rows(starts), Taken::End, device);
            changes.into_data().iter::<f32>().collect::<Vec<_>>()
        });
        let changes: Vec<f32> = changes.collect();
        let windows = starts.iter().zip(changes.chunks(outputs));
        let forecast = |(&start, changes): (&usize, &[f32])| {
            let last = self.targets_at(&self.anchors, start + self.config.window - 1);
            self.spec.forecast(&last, changes)
        };
        windows.map(forecast).collect()
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
        let first = self.windows(part).first();
        season > 0 && first.is_some_and(|first| first + window >= season)
    }
}

/// The first rows of the windows whose forecast lies within some rows. What they look back on may lie before these.
fn windows(config: &ForecastConfig, rows: &Range<usize>) -> Range<usize> {
    let ForecastConfig {
        window, horizon, ..
    } = *config;
    let start = rows.start.saturating_sub(window);
    start..(rows.end + 1).saturating_sub(window + horizon).max(start)
}

/// What is to be said of a table and its missing values.
fn said(config: &ForecastConfig, table: &Columns) -> Vec<String> {
    let columns = table.names.len();
    let holes = |(c, name): (usize, &String)| {
        let values = table.values.iter().skip(c).step_by(columns);
        let count = values.filter(|value| value.is_nan()).count();
        (count > 0).then(|| format!("{count} of {}", shown(name)))
    };
    let holes: Vec<String> = table.names.iter().enumerate().filter_map(holes).collect();
    let how = match config.missing {
        Some(fill) => format!("filled with {}", fill.said()),
        None => "read as missing by the cell".into(),
    };
    let missing = format!(
        "{}: values are missing, {}: {how}",
        config.file.display(),
        holes.join(", ")
    );
    let mut said = table.notes.clone();
    said.extend((!holes.is_empty()).then_some(missing));
    said
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
