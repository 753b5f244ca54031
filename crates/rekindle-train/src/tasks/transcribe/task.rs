//! The task of writing down what is said.

use super::{config::TranscribeConfig, figures::Errors, sounds::Sounds, spec::TranscribeSpec};
use crate::{
    data::{
        reading::{Steps, Wanted},
        series::Series,
    },
    metric::{Baselines, Evaluation, Metric},
    model::{net::Net, shape::NetShape, taken::Taken},
    tasks::{
        account::Line,
        in_parts::{Rows, known},
        part::Part,
        prediction::{Prediction, Truth},
        task::{At, JUDGED},
    },
};
use burn::tensor::{Device, Tensor, activation::log_softmax};
use rekindle::Sequence;
use rekindle_models::ctc;
use rekindle_view::{Block, Table};
use std::collections::HashMap;

/// Sounds with their texts.
pub(super) struct Transcribe {
    pub(super) config: TranscribeConfig,
    pub(super) spec: TranscribeSpec,
    /// Scaled.
    pub(super) sounds: Sounds,
}

/// The sounds that a report shows.
const SHOWN: usize = 12;

/// The logarithms of the probabilities of the blank and the labels at each step.
fn log_probs(net: &Net, inputs: &Steps, device: &Device) -> Sequence {
    normalised(net.scores(net.sequence(inputs, device)))
}

/// The logarithms of probabilities that scores amount to.
fn normalised(scores: Sequence) -> Sequence {
    let log_probs = log_softmax(scores.data().clone(), 2);
    scores.with(log_probs)
}

/// What the network hears in scaled frames, by a search of this width.
pub(super) fn say(
    config: &TranscribeConfig,
    spec: &TranscribeSpec,
    net: &Net,
    frames: &[&Series],
    width: usize,
    device: &Device,
) -> Vec<String> {
    let of = |frames: &[&Series]| {
        let inputs = spec.steps(config, frames.iter().copied());
        let said = ctc::decode(&log_probs(net, &inputs, device), width);
        let texts = said.iter().map(|labels| spec.text(labels));
        texts.collect::<Vec<_>>()
    };
    frames.chunks(JUDGED).flat_map(of).collect()
}

impl Transcribe {
    fn frames(&self, rows: &[usize]) -> Vec<&Series> {
        rows.iter().map(|&row| &self.sounds.frames[row]).collect()
    }

    fn text(&self, row: usize) -> &str {
        &self.sounds.texts[row]
    }

    /// What the network says of some rows.
    fn said(&self, net: &Net, rows: &[usize], device: &Device) -> Vec<String> {
        let (frames, beam) = (self.frames(rows), self.config.beam);
        say(&self.config, &self.spec, net, &frames, beam, device)
    }

    /// The labels of what is said in some rows.
    fn targets(&self, rows: &[usize]) -> Vec<Vec<usize>> {
        let labels = rows.iter().map(|&row| self.spec.labels(self.text(row)));
        labels.collect()
    }

    /// The figures of what one says of some rows.
    fn metrics<'s>(&self, rows: &[usize], said: impl IntoIterator<Item = &'s str>) -> Vec<Metric> {
        let mut errors = Errors::default();
        for (&row, said) in rows.iter().zip(said) {
            errors.add(&self.spec, said, self.text(row));
        }
        errors.metrics()
    }
}

/// The mean over the labels of `-log p` of all that a row has.
fn loss(log_probs: &Sequence, labels: &[Vec<usize>]) -> Tensor<1> {
    let count = labels.iter().map(Vec::len).sum::<usize>().max(1);
    ctc::loss(log_probs, labels)
        .expect("sounds whose steps are too few are refused when they are read")
        .sum()
        .div_scalar(count as f64)
}

impl Rows for Transcribe {
    const UNIT: &'static str = "sounds";

    fn shape(&self) -> NetShape {
        self.spec.shape(&self.config)
    }

    fn taken(&self) -> Taken {
        Taken::Each
    }

    fn count(&self) -> usize {
        self.sounds.frames.len()
    }

    fn longest(&self) -> usize {
        let steps = self.sounds.frames.iter().map(|frames| frames.steps);
        steps.max().unwrap_or(1).div_ceil(self.config.subsampling)
    }

    fn steps(&self, rows: &[usize]) -> Steps {
        self.spec.steps(&self.config, self.frames(rows))
    }

    fn labels(&self, rows: &[usize]) -> Vec<Vec<String>> {
        let frames = self.frames(rows).into_iter();
        frames
            .map(|one| self.spec.times(&self.config, one))
            .collect()
    }

    fn wanted(&self, rows: &[usize]) -> Wanted {
        Wanted::Labels(self.targets(rows))
    }

    fn loss(&self, net: &Net, inputs: &Steps, wanted: &Wanted, at: &At) -> Tensor<1> {
        let Wanted::Labels(labels) = wanted else {
            unreachable!("a lesson of sounds has labels");
        };
        let x = net.sequence(inputs, &at.device);
        let given = net.learned(x.clone(), Taken::Each, None);
        let plain = loss(&normalised(given.scores(&x)), labels);
        given.learned(plain, wanted, 0.0)
    }

    fn evaluate(&self, net: &Net, rows: &[usize], device: &Device) -> Evaluation {
        let (mut said, mut nats, mut count) = (Vec::new(), 0.0, 0);
        for rows in rows.chunks(JUDGED) {
            let (labels, log_probs) = (
                self.targets(rows),
                log_probs(net, &self.steps(rows), device),
            );
            let own = labels.iter().map(Vec::len).sum::<usize>();
            nats += f64::from(loss(&log_probs, &labels).into_scalar::<f32>()) * own as f64;
            count += own;
            let found = ctc::decode(&log_probs, 1);
            said.extend(found.iter().map(|labels| self.spec.text(labels)));
        }
        Evaluation {
            metrics: self.metrics(rows, said.iter().map(String::as_str)),
            loss: nats / count.max(1) as f64,
        }
    }

    fn baselines(&self, train: &[usize], rows: &[usize]) -> Baselines {
        let mut counts: HashMap<&str, usize> = HashMap::new();
        for &row in known(train, rows) {
            *counts.entry(self.text(row)).or_default() += 1;
        }
        // Of equal ones that which stands first in the alphabet.
        let most = counts
            .into_iter()
            .max_by_key(|&(text, count)| (count, std::cmp::Reverse(text)));
        let most = most.map_or("", |(text, _)| text);
        let of = |(name, text): (&str, &str)| {
            let metrics = self.metrics(rows, rows.iter().map(|_| text)).into_iter();
            metrics
                .map(|metric| (name.to_owned(), metric))
                .collect::<Vec<_>>()
        };
        [("silence", ""), ("most frequent text", most)]
            .map(of)
            .concat()
    }

    fn account(&self) -> Vec<Line> {
        self.sounds.account(&self.spec)
    }

    fn notes(&self, _: Part, _: &[usize], is_alone: bool) -> Vec<String> {
        let own = "for comparison, the most frequent text is that of the sounds that are judged";
        is_alone.then(|| own.to_owned()).into_iter().collect()
    }

    fn predictions(&self, net: &Net, rows: &[usize], device: &Device) -> Vec<Prediction> {
        let said = self.said(net, rows, device).into_iter();
        said.map(Prediction::text).collect()
    }

    fn truth(&self, row: usize) -> Truth {
        Truth::Text(self.text(row).to_owned())
    }

    fn answer(&self, net: &Net, row: usize, device: &Device) -> String {
        format!(
            "the network hears {:?}; right is {:?}",
            self.said(net, &[row], device)[0],
            self.text(row)
        )
    }

    fn exhibits(&self, net: &Net, rows: &[usize], device: &Device) -> Vec<Block> {
        let said = self.said(net, rows, device);
        let mut errors = Errors::default();
        let mut edits: Vec<(usize, usize)> = Vec::new();
        for (at, (&row, said)) in rows.iter().zip(&said).enumerate() {
            edits.push((errors.add(&self.spec, said, self.text(row)), at));
        }
        edits.sort_by_key(|&(edits, at)| (std::cmp::Reverse(edits), at));
        let caption = match edits.iter().filter(|(edits, _)| *edits > 0).count() {
            0 => format!(
                "All {} sounds of the test part are heard as they should be; these are some.",
                rows.len()
            ),
            count => format!(
                "{count} of the {} sounds of the test part are not heard as they should be; these are furthest off.",
                rows.len()
            ),
        };
        let row = |&(edits, at): &(usize, usize)| {
            let row = rows[at];
            vec![
                self.sounds.names[row].clone(),
                self.text(row).to_owned(),
                said[at].clone(),
                edits.to_string(),
            ]
        };
        vec![
            Block::Text(caption),
            Block::Table(Table {
                head: ["sound", "right", "heard", "wrong characters"]
                    .map(String::from)
                    .into(),
                rows: edits.iter().take(SHOWN).map(row).collect(),
            }),
        ]
    }
}
