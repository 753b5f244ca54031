//! The adding problem, how it is learned and judged.

use super::config::AddingConfig;
use crate::{
    data::{
        generated::AddingProblem,
        reading::{Reading, Steps, Wanted},
    },
    error::Result,
    memory::Batch,
    metric::{Baselines, Evaluation, Metric, digits},
    model::{net::Net, shape::NetShape, taken::Taken},
    tasks::{
        account::Line,
        drawn::{self, seed_of},
        part::Part,
        task::{At, JUDGED, Lesson, Task, UpdateRows},
    },
};
use burn::tensor::Device;
use rekindle_view::{Axis, Block, Figure, Mark, Series};
use std::ops::Range;

/// Series of the problem, drawn when they are needed.
pub(super) struct Adding {
    config: AddingConfig,
    problem: AddingProblem,
    seed: u64,
}

/// The series that a report shows.
const SHOWN: u64 = 256;

impl Adding {
    /// The problem of that length.
    ///
    /// # Errors
    ///
    /// If the series is too short to carry two markers.
    pub(super) fn open(config: &AddingConfig, seed: u64) -> Result<Self> {
        Ok(Adding {
            problem: AddingProblem::new(config.time)?,
            config: config.clone(),
            seed,
        })
    }

    /// Some series of a part, and the sum of each.
    fn items(&self, part: Part, rows: Range<u64>) -> (Vec<Vec<f32>>, Vec<Vec<f32>>) {
        let seed = seed_of(part, self.seed);
        let items = rows.map(|index| self.problem.item(seed, index));
        items.map(|(series, sum)| (series, vec![sum])).unzip()
    }
}

/// Series as the network reads them: a number and its marker a step.
fn steps(rows: Vec<Vec<f32>>) -> Steps {
    Steps::Numbers { width: 2, rows }
}

/// The figure of merit.
fn figure(squared: f64) -> Metric {
    Metric::lower("MSE", squared)
}

impl Task for Adding {
    fn shape(&self) -> NetShape {
        self.config.ends()
    }

    fn taken(&self) -> Taken {
        Taken::End
    }

    fn unit(&self) -> &'static str {
        "series"
    }

    fn steps_per_epoch(&self, _: UpdateRows) -> Result<u64> {
        Ok(1)
    }

    fn batch(&self, rows: usize) -> Batch {
        self.config.batch(rows)
    }

    fn reading(&self, part: Part, rows: Range<usize>, _: usize) -> Reading {
        let end = rows.end.min(self.config.held_out);
        let (rows, sums) = self.items(part, rows.start as u64..end as u64);
        let label = |step: &[f32]| match step[1] > 0.0 {
            true => format!("{:.2} marked", step[0]),
            false => format!("{:.2}", step[0]),
        };
        let labels = rows.iter().map(|row| row.chunks(2).map(label).collect());
        Reading {
            labels: labels.collect(),
            inputs: steps(rows),
            wanted: Some(Wanted::Numbers(sums)),
        }
    }

    fn lesson(&self, at: &At) -> Lesson {
        let first = at.step * at.batch as u64;
        let (rows, sums) = self.items(Part::Train, first..first + at.batch as u64);
        Lesson {
            inputs: steps(rows),
            wanted: Wanted::Numbers(sums),
            goes_on: false,
            units: at.batch,
        }
    }

    fn account(&self) -> Vec<Line> {
        drawn::account(self.config.time, self.config.held_out)
    }

    fn figure(&self, loss: f64) -> Option<Metric> {
        Some(figure(loss))
    }

    fn evaluate(&self, net: &Net, part: Part, device: &Device) -> Option<Evaluation> {
        let all = self.config.held_out as u64;
        let mut squared = 0.0;
        for from in (0..all).step_by(JUDGED) {
            let to = (from + JUDGED as u64).min(all);
            let (rows, sums) = self.items(part, from..to);
            let given = net.given(&steps(rows), self.taken(), device);
            squared += Wanted::Numbers(sums).sum(given).into_scalar::<f32>() as f64;
        }
        let loss = squared / all as f64;
        Some(Evaluation {
            metrics: vec![figure(loss)],
            loss,
        })
    }

    fn answer(
        &self,
        net: &Net,
        part: Part,
        row: usize,
        _: usize,
        device: &Device,
    ) -> Option<String> {
        let (rows, sums) = self.items(part, row as u64..row as u64 + 1);
        let said = net.given(&steps(rows), self.taken(), device);
        let said = digits(f64::from(said.into_scalar::<f32>()));
        let right = digits(f64::from(sums[0][0]));
        Some(format!("the network says {said}; right is {right}"))
    }

    fn exhibits(&self, net: &Net, device: &Device) -> Vec<Block> {
        let rows = 0..(self.config.held_out as u64).min(SHOWN);
        let (rows, sums) = self.items(Part::Test, rows);
        let given = net.given(&steps(rows), self.taken(), device).into_data();
        let points = sums.into_iter().flatten().zip(given.iter::<f32>());
        let points = points.map(|(truth, said)| [f64::from(truth), f64::from(said)]);
        vec![Block::Figure(Figure {
            title: "Sums of the test part".into(),
            x: Axis::linear("the sum"),
            y: Axis::linear("what the network says"),
            series: vec![
                Series::line("right", vec![[0.0, 0.0], [2.0, 2.0]]).drawn(Mark::Reference),
                Series::line("network", points.collect()).drawn(Mark::Dots),
            ],
            notes: vec!["A network that remembers nothing says 1 every time.".into()],
        })]
    }

    fn baselines(&self, _: Part) -> Baselines {
        vec![("always 1".into(), figure(AddingProblem::BASELINE))]
    }
}
