//! The copying problem: a row of symbols, repeated after a long pause (Hochreiter & Schmidhuber
//! 1997; in the form of Arjovsky et al. 2016, arXiv 1511.06464).

use super::adding::{EVALUATION_ROWS, held_out, seed_of};
use super::{At, Carry, Loss, Part, Spec, Task, tensors};
use crate::{
    data::{
        generated::CopyingProblem,
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
use burn::nn::loss::CrossEntropyLossConfig;
use burn::tensor::{Device, Int, Tensor};
use rekindle::{AnyCellConfig, Invalid, RecurrentConfig, positive, width};
use rekindle_view::Block;
use serde::{Deserialize, Serialize};
use std::ops::Range;

/// `[task]` of the copying problem.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CopyConfig {
    /// The symbols in all, blank and delimiter among them.
    #[serde(default = "symbols")]
    pub symbols: u32,
    /// The symbols to remember.
    #[serde(default = "length")]
    pub length: usize,
    /// The steps between the last symbol and its repetition.
    #[serde(default = "delay")]
    pub delay: usize,
    /// The width of a symbol's vector.
    #[serde(default = "d_embedding")]
    pub d_embedding: usize,
    /// The series that validate, and as many that test.
    #[serde(default = "held_out")]
    pub held_out: usize,
}

fn symbols() -> u32 {
    10
}

fn length() -> usize {
    10
}

fn delay() -> usize {
    50
}

fn d_embedding() -> usize {
    10
}

impl CopyConfig {
    pub(super) fn validate(&self, model: &RecurrentConfig<AnyCellConfig>) -> Result<(), Invalid> {
        positive("length", self.length)?;
        positive("delay", self.delay)?;
        width("d_embedding", self.d_embedding)?;
        positive("held_out", self.held_out)?;
        if !(4..=1 << 20).contains(&self.symbols) {
            return Err(Invalid::new(
                "symbols",
                self.symbols,
                "at least 4: blank, delimiter and two to remember",
            ));
        }
        super::language_model::forward_only(model, "it would see the symbols from the other side")
    }

    /// A symbol as it is written: blank and delimiter are the last two.
    pub(crate) fn label(&self, symbol: u32) -> String {
        match self.symbols - symbol {
            2 => "·".into(),
            1 => "|".into(),
            _ => symbol.to_string(),
        }
    }

    /// The symbol that is written so, as a number or by its label.
    pub(crate) fn symbol(&self, word: &str) -> Option<u32> {
        let symbol = match word {
            "·" => self.symbols - 2,
            "|" => self.symbols - 1,
            number => number.parse().ok()?,
        };
        let written = |symbol: u32| symbol.to_string() == word || self.label(symbol) == word;
        (symbol < self.symbols && written(symbol)).then_some(symbol)
    }

    pub(super) fn batch(&self, rows: usize) -> Batch {
        Batch {
            rows,
            judged: EVALUATION_ROWS.min(self.held_out),
            time: self.delay + 2 * self.length,
            each: true,
        }
    }

    pub(super) fn shape(&self) -> NetShape {
        NetShape {
            inputs: Inputs::Symbols {
                count: self.symbols as usize,
                width: self.d_embedding,
            },
            outputs: self.symbols as usize,
            tied: false,
        }
    }
}

/// Rows of the problem, drawn when they are needed.
pub struct Copying {
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
    pub fn open(config: &CopyConfig, seed: u64) -> Result<Self> {
        Ok(Copying {
            problem: CopyingProblem::new(config.symbols, config.length, config.delay)?,
            config: config.clone(),
            seed,
        })
    }

    /// The logits at every step of some rows, `[rows * time, symbols]`, and the symbols wanted.
    fn compare(
        &self,
        net: &Net,
        part: Part,
        rows: Range<u64>,
        device: &Device,
    ) -> (Tensor<2>, Tensor<1, Int>) {
        let (mut inputs, mut targets) = (Vec::new(), Vec::new());
        let shape = [(rows.end - rows.start) as usize, self.problem.steps()];
        for index in rows {
            let (input, target) = self.problem.item(seed_of(part, self.seed), index);
            inputs.extend(input);
            targets.extend(target);
        }
        let (y, _) = net.read(net.embed(tensors::symbols(inputs, shape, device)), None);
        let targets = tensors::symbols(targets, shape, device).reshape([-1]);
        (net.output_each(y), targets)
    }
}

impl Task for Copying {
    fn shape(&self) -> NetShape {
        self.config.shape()
    }

    fn spec(&self) -> Spec {
        Spec::Copy
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
        let (mut inputs, mut wanted) = (Vec::new(), Vec::new());
        for index in rows.start..rows.end.min(self.config.held_out) {
            let (input, target) = self.problem.item(seed_of(part, self.seed), index as u64);
            wanted.extend(target.last().map(|&symbol| symbol as usize));
            inputs.push(input);
        }
        let labels = inputs
            .iter()
            .map(|row| row.iter().map(|&s| self.config.label(s)));
        Reading {
            labels: labels.map(Iterator::collect).collect(),
            inputs: Steps::Symbols(inputs),
            wanted: Some(Wanted::Class(wanted)),
        }
    }

    fn loss(&self, net: &Net, at: &At, _: Carry) -> Loss {
        let first = at.step * at.batch as u64;
        let rows = first..first + at.batch as u64;
        let (logits, targets) = self.compare(net, Part::Train, rows, &at.device);
        Loss {
            value: CrossEntropyLossConfig::new()
                .init(&at.device)
                .forward(logits, targets),
            carry: None,
            units: at.batch,
        }
    }

    fn figure(&self, loss: f64) -> Option<Metric> {
        Some(Metric::lower("cross-entropy (nats)", loss))
    }

    fn evaluate(&self, net: &Net, part: Part, device: &Device) -> Option<Evaluation> {
        let all = self.config.held_out as u64;
        let (steps, length) = (self.problem.steps(), self.config.length);
        let (mut nats, mut right) = (0.0, 0);
        for from in (0..all).step_by(EVALUATION_ROWS) {
            let to = (from + EVALUATION_ROWS as u64).min(all);
            let (logits, targets) = self.compare(net, part, from..to, device);
            let mean = CrossEntropyLossConfig::new()
                .init(device)
                .forward(logits.clone(), targets.clone());
            nats += mean.into_scalar::<f32>() as f64 * (to - from) as f64;
            let guessed = logits.argmax(1).reshape([-1]).into_data();
            let wanted = targets.into_data();
            let pairs = guessed.iter::<i64>().zip(wanted.iter::<i64>()).enumerate();
            right += pairs
                .filter(|(i, (g, w))| i % steps >= steps - length && g == w)
                .count();
        }
        let loss = nats / all as f64;
        let recalled = right as f64 / (all as usize * length) as f64;
        Some(Evaluation {
            metrics: vec![
                Metric::lower("cross-entropy (nats)", loss),
                Metric::higher("symbols recalled", recalled),
            ],
            loss,
        })
    }

    fn exhibits(&self, net: &Net, device: &Device) -> Vec<Block> {
        let (steps, length) = (self.problem.steps(), self.config.length);
        let rows = (self.config.held_out).min(SHOWN);
        let (logits, targets) = self.compare(net, Part::Test, 0..rows as u64, device);
        let written = logits.argmax(1).reshape([-1]).into_data();
        let [wanted, written]: [Vec<i64>; 2] =
            [targets.into_data(), written].map(|d| d.iter::<i64>().collect());
        let mut text = String::new();
        for row in 0..rows {
            let end = (row + 1) * steps;
            for (what, symbols) in [("wanted ", &wanted), ("written", &written)] {
                let symbols = symbols[end - length..end].iter();
                let symbols: Vec<String> = symbols.map(|s| format!("{s:>3}")).collect();
                text.push_str(&format!("{what} {}\n", symbols.concat()));
            }
            text.push('\n');
        }
        let caption = "The first rows of the test part, after the pause";
        vec![Block::Verbatim(caption.into(), text.trim_end().into())]
    }

    fn baselines(&self, _: Part) -> Baselines {
        let nats = Metric::lower("cross-entropy (nats)", self.problem.baseline());
        vec![("no memory".into(), nats)]
    }
}
