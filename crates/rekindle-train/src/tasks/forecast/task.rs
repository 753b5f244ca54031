//! How a forecast is learned and judged.

use super::{config::ForecastConfig, data::Forecast, exhibits};
use crate::{
    data::reading::Reading,
    error::Result,
    memory::Batch,
    metric::{Baselines, Evaluation},
    model::{net::Net, shape::NetShape, taken::Taken},
    tasks::{
        part::Part,
        task::{At, JUDGED, Lesson, Task},
    },
};
use burn::tensor::Device;
use rekindle_view::Block;
use std::ops::Range;

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

    fn steps_per_epoch(&self, batch: usize) -> Result<u64> {
        Ok((self.windows(Part::Train).len() / batch).max(1) as u64)
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
        self.errors(part, self.forecasts(net, part, device))
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
        let mut notes: Vec<String> = self.said.clone();
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
