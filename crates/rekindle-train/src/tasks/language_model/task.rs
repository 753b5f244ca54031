//! How a language model is learned and judged.

use super::{
    data::{self, LanguageModel, Rows},
    sample,
};
use crate::{
    data::{
        message::counted,
        reading::{Reading, Steps, Wanted},
        symbols::{Symbols, TextUnit},
    },
    error::{Error, Result},
    memory::Batch,
    metric::{Baselines, Evaluation, Metric},
    model::{net::Net, shape::NetShape, taken::Taken},
    tasks::{
        account::{self, Line},
        part::Part,
        prediction::SampleOptions,
        task::{At, Lesson, Task, UpdateRows},
    },
};
use burn::tensor::{Device, activation::softmax};
use rekindle_view::Block;
use std::ops::Range;

/// The symbols that an evaluation reads at a time: enough to be quick, few enough for the logits of a large vocabulary.
const EVALUATION_STEPS: usize = 1024;

/// The symbols that a network expects next, of which a report says how likely they are.
const LIKELIEST: usize = 3;

impl Task for LanguageModel {
    fn shape(&self) -> NetShape {
        self.spec.shape(&self.config)
    }

    fn taken(&self) -> Taken {
        Taken::Each
    }

    fn window(&self) -> Option<usize> {
        Some(self.config.window)
    }

    fn unit(&self) -> &'static str {
        self.config.unit.name()
    }

    fn steps_per_epoch(&self, update: UpdateRows) -> Result<u64> {
        let train = self.part(Part::Train).len();
        match (train - 1) / update.all() / self.config.window {
            0 => Err(Error::mend(format!(
                "{}: its train part has {train} symbols, fewer than one update of {update} windows of \
                 task.window = {}; make one of these keys smaller",
                self.config.file, self.config.window
            ))),
            steps => Ok(steps as u64),
        }
    }

    fn batch(&self, rows: usize) -> Batch {
        // An evaluation's one row, as rows of a window.
        let parts = [Part::Valid, Part::Test].map(|part| self.part(part).len().saturating_sub(1));
        let steps = parts[0].max(parts[1]).min(EVALUATION_STEPS);
        Batch {
            judged: steps / self.config.window,
            ..self.config.batch(rows)
        }
    }

    fn account(&self) -> Vec<Line> {
        let unit = self.unit();
        let parts = [Part::Train, Part::Valid, Part::Test];
        let sizes = parts.map(|part| (part.name(), self.part(part).len()));
        let (all, unknown) = sizes
            .iter()
            .zip(parts)
            .fold((0, 0), |(all, unknown), (size, part)| {
                (all + size.1, unknown + self.unknown(part))
            });
        let share = 100.0 * (all - unknown) as f64 / all.max(1) as f64;
        let symbols = self.spec.vocabulary.len() - 1;
        let said = match &self.spec.vocabulary {
            Symbols::Known(_) => {
                format!("{symbols} different {unit}, which are {share:.1} % of the text")
            }
            Symbols::Pieces(pieces) if pieces.are_single() => {
                "every byte, so that nothing is unknown".into()
            }
            Symbols::Pieces(_) => {
                let each =
                    self.sizes.train.bytes as f64 / self.part(Part::Train).len().max(1) as f64;
                format!("{symbols} pieces, of {each:.1} bytes on average; none is unknown")
            }
        };
        vec![
            Line::new("rows", format!("one text of {}", counted(all, unit))),
            Line::new("symbols", said),
            account::parts(sizes, unit),
        ]
    }

    fn notes(&self, part: Part) -> Vec<String> {
        let (unknown, all) = (self.unknown(part), self.part(part).len());
        let share = 100.0 * unknown as f64 / all.max(1) as f64;
        let note = format!(
            "{unknown} of the {all} symbols of {} ({share:.1} %) are not in the vocabulary: all of them count as one",
            part.called(self.part(Part::Train).is_empty())
        );
        let own = "for comparison, the frequencies are those of the text that is judged";
        let own = self.part(Part::Train).is_empty().then(|| own.to_owned());
        let said = self.note.iter().cloned();
        said.chain((unknown > 0).then_some(note))
            .chain(own)
            .collect()
    }

    fn reading(&self, part: Part, rows: Range<usize>, steps: usize) -> Reading {
        let text = self.part(part);
        let following = text.len().saturating_sub(1);
        let steps = steps.min(following).max(1);
        let whole = following / steps;
        let starts = (rows.start.min(whole)..rows.end.min(whole)).map(|row| row * steps);
        let wanted = starts.clone().map(|s| text[s + steps] as usize).collect();
        let texts = starts.map(|s| &text[s..s + steps]);
        Reading {
            labels: texts
                .clone()
                .map(|t| self.spec.vocabulary.labels(t))
                .collect(),
            inputs: Steps::Symbols(texts.map(<[u32]>::to_vec).collect()),
            wanted: Some(Wanted::Class(wanted)),
        }
    }

    fn lesson(&self, at: &At) -> Lesson {
        let rows = Rows::new(self.part(Part::Train), at.batch);
        let time = self.config.window;
        let windows = (rows.length / time).max(1) as u64;
        let start = (at.step % windows) as usize * time;
        let (inputs, wanted) = rows.window(start, time);
        Lesson {
            inputs,
            wanted,
            // A pass begins without memory.
            goes_on: start > 0,
            units: at.batch * time,
        }
    }

    fn figure(&self, loss: f64) -> Option<Metric> {
        Some(self.metric(Part::Train, loss))
    }

    /// Every symbol of the part but its first is predicted once, from all that stand before it in the part: one
    /// row, whose state is carried from its first symbol to its last.
    fn evaluate(&self, net: &Net, part: Part, device: &Device) -> Option<Evaluation> {
        let text = self.part(part);
        if text.is_empty() {
            return None;
        }
        let row = Rows::new(text, 1);
        let (mut nats, mut states) = (0.0, None);
        for start in (0..row.length).step_by(EVALUATION_STEPS) {
            let time = EVALUATION_STEPS.min(row.length - start);
            let (inputs, wanted) = row.window(start, time);
            let x = net.sequence(&inputs, device);
            let (outputs, last) = net.outputs(x, self.taken(), states.take());
            nats += wanted.loss(outputs).into_scalar::<f32>() as f64 * time as f64;
            states = Some(last);
        }
        let loss = nats / row.length as f64;
        Some(Evaluation {
            metrics: self.metrics(part, loss),
            loss,
        })
    }

    fn answer(
        &self,
        net: &Net,
        part: Part,
        row: usize,
        steps: usize,
        device: &Device,
    ) -> Option<String> {
        let reading = self.reading(part, row..row + 1, steps);
        let Some(Wanted::Class(right)) = reading.wanted else {
            return None;
        };
        let right = *right.first()?;
        let logits = net.given(&reading.inputs, Taken::End, device);
        let probabilities: Vec<f32> = softmax(logits, 1).into_data().iter::<f32>().collect();
        let mut order: Vec<usize> = (0..probabilities.len()).collect();
        order.sort_by(|&a, &b| probabilities[b].total_cmp(&probabilities[a]));
        let label = |symbol: usize| self.spec.vocabulary.labels(&[symbol as u32]).concat();
        let likeliest = order.iter().take(LIKELIEST);
        let likeliest = likeliest.map(|&s| format!("{} ({:.3})", label(s), probabilities[s]));
        let likeliest: Vec<String> = likeliest.collect();
        Some(format!(
            "the network expects next {}; what follows is {} ({:.3})",
            likeliest.join(", "),
            label(right),
            probabilities[right]
        ))
    }

    fn exhibits(&self, net: &Net, device: &Device) -> Vec<Block> {
        let sample = |temperature| {
            let text = sample::write(&self.spec.vocabulary, net, device, &shown(temperature));
            Block::Verbatim(format!("A sample at temperature {temperature}"), text)
        };
        [0.5, 0.8].map(sample).into()
    }

    fn baselines(&self, part: Part) -> Baselines {
        // The symbols that an evaluation counts.
        let Some((_, text)) = self.part(part).split_first() else {
            return Vec::new();
        };
        let train = match self.part(Part::Train) {
            [] => text,
            train => train,
        };
        let mut counts = vec![1.0; self.spec.vocabulary.len()];
        for &symbol in train {
            counts[symbol as usize] += 1.0;
        }
        let total: f64 = counts.iter().sum();
        let nats = |&symbol: &u32| -(counts[symbol as usize] / total).ln();
        let unigram = text.iter().map(nats).sum::<f64>() / text.len() as f64;
        let mut baselines = vec![("frequencies alone".into(), self.metric(part, unigram))];
        // What gzip packs is the text as it is.
        if self.config.unit != TextUnit::Word && self.unknown(part) == 0 {
            let nats = self.gzip_bits * std::f64::consts::LN_2;
            let metric = data::bits("character", nats);
            baselines.push(("gzip -9 of the whole text".into(), metric));
        }
        baselines
    }
}

/// The text that a report shows of what the network writes.
fn shown(temperature: f64) -> SampleOptions {
    SampleOptions {
        length: 400,
        temperature,
        top_k: None,
        prompt: String::new(),
        seed: 0,
    }
}

#[cfg(all(test, feature = "flex"))]
mod tests;
