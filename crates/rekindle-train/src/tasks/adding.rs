//! The adding problem: the sum of two marked numbers of a long series (Hochreiter & Schmidhuber
//! 1997).

use super::{At, Carry, Loss, Part, Spec, Task, tensors};
use crate::{
    data::{
        generated::AddingProblem,
        reading::{Reading, Steps, Wanted},
    },
    error::Result,
    memory::Batch,
    metric::{Baselines, Evaluation, Metric},
    model::{
        net::Net,
        shape::{Inputs, NetShape},
    },
};
use burn::nn::loss::{MseLoss, Reduction};
use burn::tensor::{Device, Tensor};
use rekindle::{Invalid, positive};
use rekindle_view::{Axis, Block, Figure, Mark, Series};
use serde::{Deserialize, Serialize};
use std::ops::Range;

/// `[task]` of the adding problem.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AddingConfig {
    /// The steps of a series.
    #[serde(default = "time")]
    pub time: usize,
    /// The series that validate, and as many that test.
    #[serde(default = "held_out")]
    pub held_out: usize,
}

fn time() -> usize {
    200
}

pub(super) fn held_out() -> usize {
    512
}

impl AddingConfig {
    pub(super) fn validate(&self) -> Result<(), Invalid> {
        positive("time", self.time)?;
        positive("held_out", self.held_out)?;
        match self.time {
            1 => Err(Invalid::new("time", 1, "at least 2, one step a marker")),
            _ => Ok(()),
        }
    }

    pub(super) fn batch(&self, rows: usize) -> Batch {
        Batch {
            rows,
            judged: EVALUATION_ROWS.min(self.held_out),
            time: self.time,
            each: false,
        }
    }

    pub(super) fn shape(&self) -> NetShape {
        NetShape {
            inputs: Inputs::Features(2),
            outputs: 1,
            tied: false,
        }
    }
}

/// Series of the problem, drawn when they are needed.
pub struct Adding {
    config: AddingConfig,
    problem: AddingProblem,
    seed: u64,
}

/// The seed of a part: no series of one part comes again in another.
pub(super) fn seed_of(part: Part, seed: u64) -> u64 {
    seed.wrapping_mul(3).wrapping_add(part as u64)
}

/// The rows of a batch in an evaluation.
pub(super) const EVALUATION_ROWS: usize = 64;

/// The series that a report shows.
const SHOWN: u64 = 256;

impl Adding {
    /// The problem of that length.
    ///
    /// # Errors
    ///
    /// If the series is too short to carry two markers.
    pub fn open(config: &AddingConfig, seed: u64) -> Result<Self> {
        Ok(Adding {
            problem: AddingProblem::new(config.time)?,
            config: config.clone(),
            seed,
        })
    }

    /// The outputs of some series and their targets, `[rows, 1]` each.
    fn compare(
        &self,
        net: &Net,
        part: Part,
        rows: std::ops::Range<u64>,
        device: &Device,
    ) -> [Tensor<2>; 2] {
        let (mut values, mut sums) = (Vec::new(), Vec::new());
        for index in rows {
            let (series, sum) = self.problem.item(seed_of(part, self.seed), index);
            values.extend(series);
            sums.push(sum);
        }
        let shape = [sums.len(), self.config.time, 2];
        let (y, _) = net.read(tensors::floats(values, shape, device), None);
        let last = y.narrow(1, self.config.time - 1, 1).squeeze_dim(1);
        let rows = sums.len();
        [net.output(last), tensors::floats(sums, [rows, 1], device)]
    }
}

impl Task for Adding {
    fn shape(&self) -> NetShape {
        self.config.shape()
    }

    fn spec(&self) -> Spec {
        Spec::Adding
    }

    fn unit(&self) -> &'static str {
        "series"
    }

    fn steps_per_epoch(&self, _: usize) -> Result<u64> {
        Ok(1)
    }

    fn batch(&self, rows: usize) -> Batch {
        self.config.batch(rows)
    }

    fn reading(&self, part: Part, rows: Range<usize>, _: usize) -> Reading {
        let (mut values, mut sums) = (Vec::new(), Vec::new());
        for index in rows.start..rows.end.min(self.config.held_out) {
            let (series, sum) = self.problem.item(seed_of(part, self.seed), index as u64);
            values.push(series);
            sums.push(vec![sum]);
        }
        let label = |step: &[f32]| match step[1] > 0.0 {
            true => format!("{:.2} marked", step[0]),
            false => format!("{:.2}", step[0]),
        };
        let labels = values.iter().map(|row| row.chunks(2).map(label).collect());
        Reading {
            labels: labels.collect(),
            inputs: Steps::Numbers {
                width: 2,
                rows: values,
            },
            wanted: Some(Wanted::Numbers(sums)),
        }
    }

    fn loss(&self, net: &Net, at: &At, _: Carry) -> Loss {
        let first = at.step * at.batch as u64;
        let rows = first..first + at.batch as u64;
        let [sums, truth] = self.compare(net, Part::Train, rows, &at.device);
        Loss {
            value: MseLoss::new().forward(sums, truth, Reduction::Mean),
            carry: None,
            units: at.batch,
        }
    }

    fn figure(&self, loss: f64) -> Option<Metric> {
        Some(Metric::lower("MSE", loss))
    }

    fn evaluate(&self, net: &Net, part: Part, device: &Device) -> Option<Evaluation> {
        let all = self.config.held_out as u64;
        let mut squared = 0.0;
        for from in (0..all).step_by(EVALUATION_ROWS) {
            let to = (from + EVALUATION_ROWS as u64).min(all);
            let [sums, truth] = self.compare(net, part, from..to, device);
            squared += (sums - truth).square().sum().into_scalar::<f32>() as f64;
        }
        let loss = squared / all as f64;
        Some(Evaluation {
            metrics: vec![Metric::lower("MSE", loss)],
            loss,
        })
    }

    fn exhibits(&self, net: &Net, device: &Device) -> Vec<Block> {
        let rows = 0..(self.config.held_out as u64).min(SHOWN);
        let both = self.compare(net, Part::Test, rows, device);
        let [sums, truth] = both.map(|t| t.into_data().iter::<f32>().collect::<Vec<_>>());
        let points = truth.iter().zip(&sums);
        let points = points.map(|(&t, &s)| [f64::from(t), f64::from(s)]);
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
        let mse = Metric::lower("MSE", AddingProblem::BASELINE);
        vec![("always 1".into(), mse)]
    }
}
