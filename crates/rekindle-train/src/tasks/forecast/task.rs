//! How a forecast is learned and judged.

use super::{config::ForecastConfig, data::Forecast, exhibits};
use crate::{
    data::{message::counted, reading::Reading},
    error::Result,
    memory::Batch,
    metric::{Baselines, Evaluation, digits},
    model::{net::Net, shape::NetShape, taken::Taken},
    tasks::{
        account::{self, Line},
        part::Part,
        prediction::{Predicted, Truth},
        task::{At, JUDGED, Lesson, Task, UpdateRows},
    },
};
use burn::tensor::Device;
use rekindle_view::Block;
use std::ops::Range;

/// The rows and the columns of a forecast that are said in words.
const ROWS_SAID: usize = 4;
const COLUMNS_SAID: usize = 3;

impl Task for Forecast {
    fn shape(&self) -> NetShape {
        self.spec.shape(&self.config)
    }

    fn taken(&self) -> Taken {
        Taken::End
    }

    fn unit(&self) -> &'static str {
        "windows"
    }

    fn rows_to_train_on(&self) -> Option<usize> {
        Some(self.windows(Part::Train).len())
    }

    fn steps_per_epoch(&self, update: UpdateRows) -> Result<u64> {
        Ok((self.windows(Part::Train).len() / update.all()).max(1) as u64)
    }

    fn batch(&self, rows: usize) -> Batch {
        Batch {
            rows: rows.min(self.windows(Part::Train).len()),
            judged: JUDGED,
            time: self.config.window,
            each: false,
        }
    }

    fn reading(&self, part: Part, rows: Range<usize>, _: usize) -> Reading {
        let starts = self.windows(part).iter().copied();
        let starts: Vec<usize> = starts.skip(rows.start).take(rows.len()).collect();
        let window = self.config.window;
        let labels = starts.iter().map(|&s| self.stamps[s..s + window].to_vec());
        Reading {
            inputs: self.rows(&starts),
            labels: labels.collect(),
            wanted: Some(self.wanted(&starts)),
        }
    }

    fn lesson(&self, at: &At) -> Lesson {
        let windows = self.windows(Part::Train);
        let starts = self.passes.rows(at).into_iter();
        let starts: Vec<usize> = starts.map(|row| windows[row]).collect();
        Lesson {
            inputs: self.rows(&starts),
            wanted: self.wanted(&starts),
            goes_on: false,
            units: starts.len(),
        }
    }

    fn evaluate(&self, net: &Net, part: Part, device: &Device) -> Option<Evaluation> {
        let outlooks = self.outlooks(net, self.windows(part), device);
        let values = outlooks.iter().map(|outlook| outlook.values.clone());
        let mut evaluation = self.errors(part, values)?;
        evaluation.metrics.extend(self.spread(part, &outlooks));
        Some(evaluation)
    }

    fn account(&self) -> Vec<Line> {
        let ForecastConfig {
            window, horizon, ..
        } = self.config;
        let parts = [Part::Train, Part::Valid, Part::Test];
        let sizes = parts.map(|part| (part.name(), self.windows(part).len()));
        let rows = self.stamps.len();
        let ends = match (&self.segments[..], self.stamps.first(), self.stamps.last()) {
            ([_], Some(first), Some(last)) => format!(", {first} to {last}"),
            (several, _, _) => {
                let lengths = several.iter().map(|segment| segment.rows.len()).collect();
                format!(
                    " in {} series: {}",
                    several.len(),
                    account::lengths(lengths, "rows")
                )
            }
        };
        let forecast = match horizon {
            1 => "the next is forecast".to_owned(),
            _ => format!("the next {horizon} are forecast"),
        };
        vec![
            Line::new("rows", format!("{rows}{ends}")),
            Line::new("columns", self.roles.clone()),
            Line::new(
                "lengths",
                format!(
                    "windows of {}, from which {forecast}",
                    counted(window, "rows")
                ),
            ),
            account::parts(sizes, "windows"),
        ]
    }

    fn notes(&self, part: Part) -> Vec<String> {
        let ForecastConfig { season, .. } = self.config;
        let (part_name, rows) = (part.name(), self.trained_rows());
        let unknown = format!(
            "task.season = {season}: there is no seasonal baseline, for the first rows that are forecast in the \
             {part_name} part have none a season before"
        );
        let long = format!(
            "task.season = {season} is not shorter than the training part ({rows} rows): MASE measures by the change from \
             row to row"
        );
        let mut notes: Vec<String> = self.said.clone();
        notes.extend((season > 0 && !self.knows_a_season(part)).then_some(unknown));
        notes.extend((rows > 0 && season >= rows).then_some(long));
        notes.extend(self.spec.note());
        notes
    }

    fn back_test(&self, net: &Net, part: Part, device: &Device) -> Option<Vec<Predicted>> {
        let ForecastConfig {
            window, horizon, ..
        } = self.config;
        let targets = self.spec.targets.len();
        let outlooks = self.outlooks(net, self.windows(part), device);
        let each = self.windows(part).iter().zip(1..).zip(&outlooks);
        let all = each.flat_map(|((&start, row), outlook)| {
            let from = start + window;
            let right = self.future(&self.values, start);
            let said = self.spec.said(outlook).into_iter().enumerate();
            said.map(move |(target, said)| {
                let right = right.iter().skip(target).step_by(targets).copied();
                Predicted {
                    id: self.segment(start).id.clone(),
                    after: Some(self.stamps[from - 1].clone()),
                    times: self.stamps[from..from + horizon].to_vec(),
                    truth: Some(Truth::Values(right.collect())),
                    ..said.of_row(row)
                }
            })
        });
        Some(all.collect())
    }

    fn answer(
        &self,
        net: &Net,
        part: Part,
        row: usize,
        _: usize,
        device: &Device,
    ) -> Option<String> {
        let start = *self.windows(part).get(row)?;
        let said = self.outlooks(net, &[start], device).swap_remove(0).values;
        let right = self.future(&self.values, start);
        let targets = &self.spec.targets;
        let ahead = self.config.horizon.min(ROWS_SAID);
        let of = |all: &[f64], target: usize| {
            let values = all.iter().skip(target).step_by(targets.len()).take(ahead);
            let values: Vec<String> = values.map(|&v| digits(v)).collect();
            values.join(", ")
        };
        let columns = targets.iter().enumerate().take(COLUMNS_SAID);
        let columns: Vec<String> = columns
            .map(|(target, &column)| {
                let (name, said, right) = (
                    &self.spec.columns[column],
                    of(&said, target),
                    of(&right, target),
                );
                format!("{name} {said}; right is {right}")
            })
            .collect();
        let rows = if ahead == 1 { "row" } else { "rows" };
        Some(format!(
            "the network says for the next {ahead} {rows}: {}",
            columns.join(". ")
        ))
    }

    fn exhibits(&self, net: &Net, device: &Device) -> Vec<Block> {
        match self.windows(Part::Test).is_empty() {
            true => Vec::new(),
            false => exhibits::of(self, &self.outlooks(net, self.windows(Part::Test), device)),
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
        let behind = |forecast: &dyn Fn(usize) -> Vec<f64>| {
            let forecasts = self.windows(part).iter().map(|&start| forecast(start));
            self.errors(part, forecasts)
        };
        let naive = behind(&|start| {
            let last = self.targets_at(&self.anchors, start + window - 1);
            last.repeat(horizon)
        });
        let mut baselines: Vec<_> = named("naive (as the last row)", naive).collect();
        if self.knows_a_season(part) {
            let seasonal = behind(&|start| {
                let now = start + window;
                let row = |k: usize| self.targets_at(&self.anchors, now + k % season - season);
                (0..horizon).flat_map(row).collect()
            });
            baselines.extend(named("seasonal naive (as a season ago)", seasonal));
        }
        baselines
    }
}
