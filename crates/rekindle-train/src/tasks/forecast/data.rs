//! The table of a forecast, and its windows.

use super::{
    config::ForecastConfig,
    errors::{self, Errors},
    spec::ForecastSpec,
};
use crate::{
    data::{
        columns::Columns,
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
    /// The same, scaled.
    scaled: Vec<f64>,
    /// What each row is called.
    pub(super) stamps: Vec<String>,
    /// What is to be said of the columns' names.
    pub(super) note: Option<String>,
    /// The rows of each part.
    pub(super) parts: Split<Range<usize>>,
    /// Passes over the windows of the training part.
    pub(super) passes: Passes,
}

impl Forecast {
    /// Reads and scales the table.
    ///
    /// # Errors
    ///
    /// If the file cannot be read, a column is not there, or a part has too few rows.
    pub(super) fn open(config: &ForecastConfig, spec: Option<ForecastSpec>) -> Result<Self> {
        let wanted = spec.as_ref().map_or(&config.columns, |s| &s.columns);
        let table = Columns::read(&config.file, wanted)?;
        let at = config.file.display();
        let parts = split::fractions(table.rows, config.valid, config.test)
            .map_err(|e| Error::mend(format!("{at}: {e}")))?;
        let columns = table.names.len();
        let targets: Vec<usize> = match config.targets.is_empty() {
            true => (0..columns).collect(),
            false => places(&table, config)?,
        };
        let spec = spec.unwrap_or_else(|| {
            let train = &table.values[..parts.train.end * columns];
            ForecastSpec {
                steps: errors::steps(train, columns, &targets, config.season),
                scaler: Scaler::fit(train, columns),
                columns: table.names.clone(),
                targets,
            }
        });
        let mut scaled = table.values.clone();
        spec.scaler.transform(&mut scaled);
        let windows = windows(config, &parts.train);
        let forecast = Forecast {
            passes: Passes::over(windows.len()),
            config: config.clone(),
            spec,
            values: table.values,
            scaled,
            stamps: table.stamps,
            note: table.note,
            parts,
        };
        for (part, rows) in [
            (Part::Train, &forecast.parts.train),
            (Part::Valid, &forecast.parts.valid),
            (Part::Test, &forecast.parts.test),
        ] {
            if !rows.is_empty() && forecast.windows(part).is_empty() {
                return Err(Error::mend(format!(
                    "{at}: its {} part is too short for task.window = {} and task.horizon = {}; \
                     make them smaller, or take a longer table ({} rows)",
                    part.name(),
                    config.window,
                    config.horizon,
                    table.rows
                )));
            }
        }
        Ok(forecast)
    }

    /// The first rows of the windows whose forecast lies within a part.
    pub(super) fn windows(&self, part: Part) -> Range<usize> {
        windows(&self.config, self.parts.of(part))
    }

    /// The windows from some rows on, as the network reads them.
    pub(super) fn rows(&self, starts: &[usize]) -> Steps {
        let columns = self.spec.columns.len();
        let window =
            |&s: &usize| single(&self.scaled[s * columns..(s + self.config.window) * columns]);
        Steps::Numbers {
            width: columns,
            rows: starts.iter().map(window).collect(),
        }
    }

    /// What the network is to give behind windows.
    pub(super) fn wanted(&self, starts: &[usize]) -> Wanted {
        let changes = starts.iter().map(|&start| single(&self.changes(start)));
        Wanted::Numbers(changes.collect())
    }

    /// What comes behind a window: `[horizon, targets]`.
    fn future(&self, table: &[f64], start: usize) -> Vec<f64> {
        let from = start + self.config.window;
        let rows = from..from + self.config.horizon;
        rows.flat_map(|row| self.targets_at(table, row)).collect()
    }

    /// The same as changes from the window's last row, scaled: what the network is to give.
    fn changes(&self, start: usize) -> Vec<f64> {
        let last = self.targets_at(&self.scaled, start + self.config.window - 1);
        let future = self.future(&self.scaled, start).into_iter();
        future
            .zip(last.into_iter().cycle())
            .map(|(f, l)| f - l)
            .collect()
    }

    pub(super) fn targets_at(&self, table: &[f64], row: usize) -> Vec<f64> {
        let columns = self.spec.columns.len();
        self.spec
            .targets_of(&table[row * columns..(row + 1) * columns])
    }

    /// The forecast behind every window of a part, `[horizon, targets]` each, in the units of the table.
    pub(super) fn forecasts(&self, net: &Net, part: Part, device: &Device) -> Vec<Vec<f64>> {
        let starts: Vec<usize> = self.windows(part).collect();
        let outputs = self.config.horizon * self.spec.targets.len();
        let changes = starts.chunks(JUDGED).flat_map(|starts| {
            let changes = net.given(&self.rows(starts), Taken::End, device);
            changes.into_data().iter::<f32>().collect::<Vec<_>>()
        });
        let changes: Vec<f32> = changes.collect();
        let windows = starts.iter().zip(changes.chunks(outputs));
        let forecast = |(&start, changes): (&usize, &[f32])| {
            let last = self.targets_at(&self.values, start + self.config.window - 1);
            self.spec.forecast(&last, changes)
        };
        windows.map(forecast).collect()
    }

    /// How forecasts do on a part; `None` where there is no such part.
    pub(super) fn errors(
        &self,
        part: Part,
        forecast: impl Fn(usize) -> Vec<f64>,
    ) -> Option<Evaluation> {
        let mut errors = Errors::new(self.spec.targets.len());
        for start in self.windows(part) {
            errors.add(&forecast(start), &self.future(&self.values, start));
        }
        errors.evaluation(&self.spec)
    }

    /// Whether there is a row a season before every row that is forecast in a part.
    pub(super) fn knows_a_season(&self, part: Part) -> bool {
        let ForecastConfig { window, season, .. } = self.config;
        season > 0 && self.windows(part).start + window >= season
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
