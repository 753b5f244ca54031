//! The next values of a table's columns, against forecasts that learn nothing.

mod errors;
mod exhibits;

use super::{At, Carry, Loss, Part, Spec, Task, tensors};
use crate::{
    data::{
        columns::Columns,
        file::DataFile,
        message::shown,
        reading::{Reading, Steps, Wanted, single},
        scaler::Scaler,
        split::{self, Split},
    },
    error::{Error, Result},
    memory::Batch,
    metric::{Baselines, Evaluation},
    model::{
        net::Net,
        shape::{Inputs, NetShape},
    },
};
use burn::nn::loss::{MseLoss, Reduction};
use burn::tensor::{Device, Tensor};
use rekindle::{Invalid, positive};
use rekindle_view::Block;
use serde::{Deserialize, Serialize};
use std::{
    collections::{HashMap, HashSet},
    ops::Range,
};

/// `[task]` of a forecast.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ForecastConfig {
    /// A CSV file, one row a point in time, oldest first.
    pub file: DataFile,
    /// The columns that the forecast reads; all numeric ones by default.
    #[serde(default)]
    pub columns: Vec<String>,
    /// The columns that are forecast; all that are read by default.
    #[serde(default)]
    pub targets: Vec<String>,
    /// The rows that a forecast looks back on.
    #[serde(default = "window")]
    pub window: usize,
    /// The rows that are forecast.
    #[serde(default = "one")]
    pub horizon: usize,
    /// The rows of a season, for the seasonal baseline; 0 for none.
    #[serde(default)]
    pub season: usize,
    /// The share of the rows, at their end but for the test part, that validates.
    #[serde(default = "share")]
    pub valid: f64,
    /// The share of the rows, at their end, that tests.
    #[serde(default = "share")]
    pub test: f64,
}

fn window() -> usize {
    32
}

fn one() -> usize {
    1
}

fn share() -> f64 {
    0.15
}

impl ForecastConfig {
    pub(super) fn validate(&self) -> Result<(), Invalid> {
        positive("window", self.window)?;
        positive("horizon", self.horizon)?;
        for (key, names) in [("columns", &self.columns), ("targets", &self.targets)] {
            let mut seen = HashSet::new();
            if let Some(twice) = names.iter().find(|name| !seen.insert(*name)) {
                let reason = format!("{} is named twice; name it once", shown(twice));
                return Err(Invalid::because(key, reason));
            }
        }
        super::shares([("valid", self.valid), ("test", self.test)])
    }
}

/// What inference must know: the columns and their scales.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ForecastSpec {
    /// The columns that the forecast reads.
    pub columns: Vec<String>,
    /// The places of the targets among them.
    pub targets: Vec<usize>,
    /// Mean and standard deviation of each column over the training rows.
    pub scaler: Scaler,
    /// The mean absolute change of each target over the training rows, from row to row, or over a season where the
    /// task has one that is shorter than they are: what MASE measures errors by. 0 where a target does not change.
    pub steps: Vec<f64>,
}

impl ForecastSpec {
    pub(super) fn shape(&self, config: &ForecastConfig) -> NetShape {
        NetShape {
            inputs: Inputs::Features(self.columns.len()),
            outputs: config.horizon * self.targets.len(),
            tied: false,
        }
    }

    /// The changes from the last row that the network forecasts behind windows of scaled rows,
    /// `[windows, horizon * targets]`, scaled: "tomorrow as today" is where it begins.
    pub(crate) fn changes(&self, net: &Net, windows: Tensor<3>) -> Tensor<2> {
        let [_, time, _] = windows.dims();
        let (y, _) = net.read(windows, None);
        net.output(y.narrow(1, time - 1, 1).squeeze_dim(1))
    }

    /// The targets among the columns of a row.
    pub(crate) fn targets_of(&self, row: &[f64]) -> Vec<f64> {
        self.targets.iter().map(|&t| row[t]).collect()
    }

    /// The forecast of one window in the units of the table, `[horizon, targets]`: its last row's targets and the
    /// changes from them. They are added in f64, so that no digit of a large number is lost.
    pub(crate) fn forecast(&self, last: &[f64], changes: &[f32]) -> Vec<f64> {
        let n = self.targets.len();
        let value = |(i, &change): (usize, &f32)| {
            last[i % n] + f64::from(change) * self.scaler.std[self.targets[i % n]]
        };
        changes.iter().enumerate().map(value).collect()
    }
}

/// A forecast's table.
pub struct Forecast {
    config: ForecastConfig,
    spec: ForecastSpec,
    /// `[rows, columns]`, as in the file.
    values: Vec<f64>,
    /// The same, scaled.
    scaled: Vec<f64>,
    /// What each row is called.
    stamps: Vec<String>,
    /// What is to be said of the columns' names.
    note: Option<String>,
    /// The rows of each part.
    parts: Split<Range<usize>>,
}

impl Forecast {
    /// Reads and scales the table.
    ///
    /// # Errors
    ///
    /// If the file cannot be read, a column is not there, or a part has too few rows.
    pub fn open(config: &ForecastConfig, spec: Option<ForecastSpec>) -> Result<Self> {
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
        let forecast = Forecast {
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

    /// The first rows of the windows whose forecast lies within a part. What they look back on may
    /// lie before it.
    fn windows(&self, part: Part) -> Range<usize> {
        let ForecastConfig {
            window, horizon, ..
        } = self.config;
        let rows = match part {
            Part::Train => &self.parts.train,
            Part::Valid => &self.parts.valid,
            Part::Test => &self.parts.test,
        };
        let start = rows.start.saturating_sub(window);
        start..(rows.end + 1).saturating_sub(window + horizon).max(start)
    }

    fn rows(&self, starts: &[usize], device: &Device) -> Tensor<3> {
        let columns = self.spec.columns.len();
        let window = |&s: &usize| &self.scaled[s * columns..(s + self.config.window) * columns];
        let values = starts.iter().flat_map(window).copied();
        tensors::scaled(values, [starts.len(), self.config.window, columns], device)
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

    fn targets_at(&self, table: &[f64], row: usize) -> Vec<f64> {
        let columns = self.spec.columns.len();
        self.spec
            .targets_of(&table[row * columns..(row + 1) * columns])
    }

    /// The forecast behind every window of a part, `[horizon, targets]` each, in the units of the table.
    fn forecasts(&self, net: &Net, part: Part, device: &Device) -> Vec<Vec<f64>> {
        let starts: Vec<usize> = self.windows(part).collect();
        let outputs = self.config.horizon * self.spec.targets.len();
        let chunks = starts.chunks(EVALUATION_ROWS);
        let changes = chunks.flat_map(|s| {
            let changes = self.spec.changes(net, self.rows(s, device));
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
    fn errors(&self, part: Part, forecast: impl Fn(usize) -> Vec<f64>) -> Option<Evaluation> {
        let mut errors = errors::Errors::new(self.spec.targets.len());
        for start in self.windows(part) {
            errors.add(&forecast(start), &self.future(&self.values, start));
        }
        errors.evaluation(&self.spec)
    }

    /// Whether there is a row a season before every row that is forecast in a part.
    fn knows_a_season(&self, part: Part) -> bool {
        let ForecastConfig { window, season, .. } = self.config;
        season > 0 && self.windows(part).start + window >= season
    }
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

/// The windows of a batch in an evaluation.
const EVALUATION_ROWS: usize = 64;

impl Task for Forecast {
    fn shape(&self) -> NetShape {
        self.spec.shape(&self.config)
    }

    fn spec(&self) -> Spec {
        Spec::Forecast(self.spec.clone())
    }

    fn unit(&self) -> &'static str {
        "windows"
    }

    fn rows_to_train_on(&self) -> Option<usize> {
        Some(self.windows(Part::Train).len())
    }

    fn steps_per_epoch(&self, batch: usize) -> Result<u64> {
        Ok((self.windows(Part::Train).len() / batch).max(1) as u64)
    }

    fn batch(&self, rows: usize) -> Batch {
        Batch {
            rows: rows.min(self.windows(Part::Train).len()),
            judged: EVALUATION_ROWS,
            time: self.config.window,
            each: false,
        }
    }

    fn reading(&self, part: Part, rows: Range<usize>, _: usize) -> Reading {
        let starts: Vec<usize> = self
            .windows(part)
            .skip(rows.start)
            .take(rows.len())
            .collect();
        let columns = self.spec.columns.len();
        let window = self.config.window;
        let rows = starts
            .iter()
            .map(|s| single(&self.scaled[s * columns..(s + window) * columns]));
        let change = |&start: &usize| single(&self.changes(start));
        let labels = starts.iter().map(|&s| self.stamps[s..s + window].to_vec());
        Reading {
            inputs: Steps::Numbers {
                width: columns,
                rows: rows.collect(),
            },
            labels: labels.collect(),
            wanted: Some(Wanted::Numbers(starts.iter().map(change).collect())),
        }
    }

    fn loss(&self, net: &Net, at: &At, _: Carry) -> Loss {
        let all: Vec<usize> = self.windows(Part::Train).collect();
        let starts = super::classify::batch(&all, at);
        let changes = starts.iter().flat_map(|&start| self.changes(start));
        let shape = [starts.len(), self.config.horizon * self.spec.targets.len()];
        let wanted = tensors::scaled(changes, shape, &at.device);
        let given = self.spec.changes(net, self.rows(&starts, &at.device));
        Loss {
            value: MseLoss::new().forward(given, wanted, Reduction::Mean),
            carry: None,
            units: starts.len(),
        }
    }

    fn evaluate(&self, net: &Net, part: Part, device: &Device) -> Option<Evaluation> {
        let forecasts = self.forecasts(net, part, device);
        let first = self.windows(part).start;
        self.errors(part, |start| forecasts[start - first].clone())
    }

    fn notes(&self, part: Part) -> Vec<String> {
        let ForecastConfig { season, .. } = self.config;
        let (part_name, rows) = (part.name(), self.parts.train.len());
        let unknown = format!(
            "task.season = {season}: there is no seasonal baseline, for the first rows that are forecast in the \
             {part_name} part have none a season before"
        );
        let long = format!(
            "task.season = {season} is not shorter than the training part ({rows} rows): MASE measures by the change from \
             row to row"
        );
        let mut notes: Vec<String> = self.note.iter().cloned().collect();
        notes.extend((season > 0 && !self.knows_a_season(part)).then_some(unknown));
        notes.extend((season >= rows).then_some(long));
        notes.extend(self.spec.note());
        notes
    }

    fn exhibits(&self, net: &Net, device: &Device) -> Vec<Block> {
        match self.windows(Part::Test).is_empty() {
            true => Vec::new(),
            false => exhibits::of(self, &self.forecasts(net, Part::Test, device)),
        }
    }

    fn baselines(&self, part: Part) -> Baselines {
        let ForecastConfig {
            window,
            horizon,
            season,
            ..
        } = self.config;
        let named = |name: &str, errors: Option<Evaluation>| {
            let name = name.to_string();
            let metrics = errors.into_iter().flat_map(|errors| errors.metrics);
            metrics.map(move |m| (name.clone(), m))
        };
        let naive = self.errors(part, |start| {
            let last = self.targets_at(&self.values, start + window - 1);
            last.repeat(horizon)
        });
        let mut baselines: Vec<_> = named("naive (as the last row)", naive).collect();
        if self.knows_a_season(part) {
            let seasonal = self.errors(part, |start| {
                let now = start + window;
                let row = |k: usize| self.targets_at(&self.values, now + k % season - season);
                (0..horizon).flat_map(row).collect()
            });
            baselines.extend(named("seasonal naive (as a season ago)", seasonal));
        }
        baselines
    }
}
