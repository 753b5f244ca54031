//! The copying problem, how it is learned and judged.

use super::config::CopyConfig;
use crate::{
    data::{
        generated::CopyingProblem,
        reading::{Reading, Steps, Wanted},
    },
    error::Result,
    memory::Batch,
    metric::{Baselines, Evaluation, Metric},
    model::{net::Net, shape::NetShape, taken::Taken},
    tasks::{
        account::Line,
        drawn::{self, seed_of},
        part::Part,
        task::{At, JUDGED, Lesson, Task, UpdateRows},
    },
};
use burn::tensor::{Device, Tensor};
use rekindle_view::Block;
use std::ops::Range;

/// Rows of the problem, drawn when they are needed.
pub(super) struct Copying {
    config: CopyConfig,
    problem: CopyingProblem,
    seed: u64,
}

/// The rows that a report shows.
const SHOWN: usize = 4;

impl Copying {
    /// The problem of that length and delay.
    ///
    /// # Errors
    ///
    /// If there are too few symbols.
    pub(super) fn open(config: &CopyConfig, seed: u64) -> Result<Self> {
        Ok(Copying {
            problem: CopyingProblem::new(config.symbols, config.length, config.delay)?,
            config: config.clone(),
            seed,
        })
    }

    /// Some rows of a part, and the symbols wanted at each step of each.
    fn items(&self, part: Part, rows: Range<u64>) -> (Vec<Vec<u32>>, Vec<Vec<u32>>) {
        let seed = seed_of(part, self.seed);
        rows.map(|index| self.problem.item(seed, index)).unzip()
    }

    /// The symbols behind the pause of some rows: those that are wanted, and those that the network writes.
    fn recalled(
        &self,
        net: &Net,
        part: Part,
        rows: Range<usize>,
        device: &Device,
    ) -> [Vec<String>; 2] {
        let (inputs, targets) = self.items(part, rows.start as u64..rows.end as u64);
        let written = likeliest(net.given(&Steps::Symbols(inputs), self.taken(), device));
        [every(targets), written].map(|symbols| {
            let behind = |row: &[usize]| {
                let symbols = row[row.len() - self.config.length..].iter();
                symbols.map(|s| format!("{s:>3}")).collect()
            };
            symbols.chunks(self.problem.steps()).map(behind).collect()
        })
    }
}

/// The symbols of all steps, one after the other.
fn every(targets: Vec<Vec<u32>>) -> Vec<usize> {
    let all = targets.into_iter().flatten();
    all.map(|symbol| symbol as usize).collect()
}

/// The likeliest symbol at each step, of logits `[rows * time, symbols]`.
fn likeliest(logits: Tensor<2>) -> Vec<usize> {
    let written = logits.argmax(1).into_data();
    written
        .iter::<i64>()
        .map(|symbol| symbol as usize)
        .collect()
}

/// The figure of merit.
fn figure(nats: f64) -> Metric {
    Metric::lower("cross-entropy (nats)", nats)
}

impl Task for Copying {
    fn shape(&self) -> NetShape {
        self.config.ends()
    }

    fn taken(&self) -> Taken {
        Taken::Each
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
        let (inputs, targets) = self.items(part, rows.start as u64..end as u64);
        let wanted = targets.iter().filter_map(|target| target.last());
        let wanted = wanted.map(|&symbol| symbol as usize).collect();
        let labels = inputs
            .iter()
            .map(|row| row.iter().map(|&s| self.config.label(s)));
        Reading {
            labels: labels.map(Iterator::collect).collect(),
            inputs: Steps::Symbols(inputs),
            wanted: Some(Wanted::Class(wanted)),
        }
    }

    fn lesson(&self, at: &At) -> Lesson {
        let first = at.step * at.batch as u64;
        let (inputs, targets) = self.items(Part::Train, first..first + at.batch as u64);
        Lesson {
            inputs: Steps::Symbols(inputs),
            wanted: Wanted::Class(every(targets)),
            goes_on: false,
            units: at.batch,
        }
    }

    fn account(&self) -> Vec<Line> {
        let steps = self.config.delay + 2 * self.config.length;
        drawn::account(steps, self.config.held_out)
    }

    fn figure(&self, loss: f64) -> Option<Metric> {
        Some(figure(loss))
    }

    fn evaluate(&self, net: &Net, part: Part, device: &Device) -> Option<Evaluation> {
        let all = self.config.held_out as u64;
        let (steps, length) = (self.problem.steps(), self.config.length);
        let (mut nats, mut right) = (0.0, 0);
        for from in (0..all).step_by(JUDGED) {
            let to = (from + JUDGED as u64).min(all);
            let (inputs, targets) = self.items(part, from..to);
            let logits = net.given(&Steps::Symbols(inputs), self.taken(), device);
            let wanted = every(targets);
            let written = likeliest(logits.clone());
            let pairs = written.iter().zip(&wanted).enumerate();
            right += pairs
                .filter(|(i, (g, w))| i % steps >= steps - length && g == w)
                .count();
            let mean = Wanted::Class(wanted).loss(logits);
            nats += mean.into_scalar::<f32>() as f64 * (to - from) as f64;
        }
        let loss = nats / all as f64;
        let recalled = right as f64 / (all as usize * length) as f64;
        Some(Evaluation {
            metrics: vec![figure(loss), Metric::higher("symbols recalled", recalled)],
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
        let [wanted, written] = self.recalled(net, part, row..row + 1, device);
        Some(format!(
            "the network writes{} after the pause; right is{}",
            written.concat(),
            wanted.concat()
        ))
    }

    fn exhibits(&self, net: &Net, device: &Device) -> Vec<Block> {
        let rows = 0..self.config.held_out.min(SHOWN);
        let [wanted, written] = self.recalled(net, Part::Test, rows, device);
        let rows = wanted.iter().zip(&written);
        let rows = rows.map(|(wanted, written)| format!("wanted  {wanted}\nwritten {written}"));
        let text: Vec<String> = rows.collect();
        let caption = "The first rows of the test part, after the pause";
        vec![Block::Verbatim(caption.into(), text.join("\n\n"))]
    }

    fn baselines(&self, _: Part) -> Baselines {
        vec![("no memory".into(), figure(self.problem.baseline()))]
    }
}
