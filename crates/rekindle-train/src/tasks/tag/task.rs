//! The task of a tagger.

use super::{
    config::TagConfig,
    figures::{ByWord, Judged, written},
    sentences,
    spec::TagSpec,
};
use crate::{
    data::{
        draw::{Draw, Purpose},
        reading::{Reading, Steps, Wanted},
        split::Split,
        tagged::{Scheme, TaggedText, spans::spans},
    },
    error::{Error, Result},
    memory::Batch,
    metric::{Baselines, Evaluation},
    model::{net::Net, shape::NetShape, taken::Taken},
    tasks::{
        account::{self, Line},
        classify::by_class::{self, ClassFigures},
        part::Part,
        passes::Passes,
        prediction::{Predicted, Prediction, Truth},
        task::{At, Carry, JUDGED, Lesson, Loss, Task, UpdateRows},
    },
};
use burn::tensor::Device;
use rekindle_models::{Tokens, crf::Crf, tagger};
use rekindle_view::{Block, Confusion, Table};
use std::{
    collections::{HashMap, HashSet},
    ops::Range,
};

/// Sentences with the tags of their words, and the parts that they are in.
pub(super) struct Tag {
    spec: TagSpec,
    shape: NetShape,
    text: TaggedText,
    parts: Split<Vec<usize>>,
    passes: Passes,
    notes: Vec<String>,
    /// The words that stand once in the training part.
    once: HashSet<u32>,
    /// How often these are read as the unknown one, in an update.
    unknown: f64,
}

/// What speed is counted in.
const UNIT: &str = "sentences";

/// The most tags that a matrix or a table is legible with.
const TAGS: usize = 40;

/// The sentences that a report shows.
const WORST: usize = 5;

/// The field of a network, in which what breaks the scheme of the tags has no probability.
fn field(spec: &TagSpec, net: &Net) -> Option<Crf> {
    let crf = net.crf()?.clone();
    Some(match spec.scheme {
        Scheme::Bio => crf.with_bio(&spec.tags),
        Scheme::Iob | Scheme::Free => crf,
    })
}

/// What the network says of some sentences.
pub(super) fn say(
    spec: &TagSpec,
    net: &Net,
    rows: &[&Vec<String>],
    device: &Device,
) -> Vec<Prediction> {
    let scores = net.scores(net.sequence(&spec.steps(rows.iter().copied()), device));
    let best = tagger::decode(field(spec, net).as_ref(), &scores);
    let said = rows.iter().zip(best).map(|(words, tags)| Prediction::Tags {
        words: words.to_vec(),
        tags: spec.named(&tags).into_iter().map(String::from).collect(),
    });
    said.collect()
}

impl Tag {
    /// Sentences of these parts.
    pub(super) fn new(
        config: &TagConfig,
        spec: TagSpec,
        text: TaggedText,
        parts: Split<Vec<usize>>,
        notes: Vec<String>,
    ) -> Self {
        let mut counts: HashMap<u32, usize> = HashMap::new();
        for word in parts.train.iter().flat_map(|&row| &text.words[row]) {
            *counts.entry(spec.words.look_up(word)).or_default() += 1;
        }
        let once = counts.into_iter().filter(|&(_, count)| count == 1);
        Tag {
            passes: Passes::over(parts.train.len()),
            once: once.map(|(word, _)| word).collect(),
            unknown: config.unknown,
            shape: spec.shape(config),
            spec,
            text,
            parts,
            notes,
        }
    }

    fn steps(&self, rows: &[usize]) -> Steps {
        self.spec
            .steps(rows.iter().map(|&row| &self.text.words[row]))
    }

    fn tags(&self, rows: &[usize]) -> Vec<Vec<usize>> {
        rows.iter()
            .map(|&row| self.text.tags[row].clone())
            .collect()
    }

    fn right(&self, rows: &[usize]) -> Vec<&[usize]> {
        rows.iter()
            .map(|&row| self.text.tags[row].as_slice())
            .collect()
    }

    /// The tags that the network gives the words of some rows, and the sum over these of `-log p` of what is right.
    fn judge(&self, net: &Net, rows: &[usize], device: &Device) -> (Judged<'_>, f64) {
        let field = field(&self.spec, net);
        let (mut said, mut nats) = (Vec::new(), 0.0);
        for rows in rows.chunks(JUDGED) {
            let scores = net.scores(net.sequence(&self.steps(rows), device));
            let mean = tagger::loss(
                field.as_ref(),
                &scores,
                &Tokens::of(&self.right(rows), device),
            );
            nats += f64::from(mean.into_scalar::<f32>()) * rows.len() as f64;
            said.extend(tagger::decode(field.as_ref(), &scores));
        }
        let judged = Judged {
            spec: &self.spec,
            right: self.right(rows),
            said,
        };
        (judged, nats)
    }

    /// Sentences with the most wrong tags, each word with what is right and what was said.
    fn worst(&self, rows: &[usize], judged: &Judged<'_>) -> Vec<Block> {
        let wrong = |at: usize| {
            let pairs = judged.right[at].iter().zip(&judged.said[at]);
            pairs.filter(|(right, said)| right != said).count()
        };
        let mut order: Vec<usize> = (0..rows.len()).filter(|&at| wrong(at) > 0).collect();
        let mut blocks = vec![Block::Text(match order.len() {
            0 => format!("No tag of the {} test sentences is wrong.", rows.len()),
            count => format!(
                "{count} of the {} test sentences have a wrong tag; these have the most.",
                rows.len()
            ),
        })];
        order.sort_by_key(|&at| std::cmp::Reverse(wrong(at)));
        for at in order.into_iter().take(WORST) {
            let [right, said] =
                [judged.right[at], &judged.said[at]].map(|tags| self.spec.named(tags));
            let words = &self.text.words[rows[at]];
            let row = |((word, right), said): ((&String, &&str), &&str)| {
                let mark = if right == said { "" } else { "wrong" };
                [word, *right, *said, mark].map(String::from).to_vec()
            };
            let rows = words.iter().zip(&right).zip(&said).map(row);
            blocks.push(Block::Table(Table {
                head: ["word", "right", "said", ""].map(String::from).into(),
                rows: rows.collect(),
            }));
        }
        blocks
    }
}

impl Task for Tag {
    fn shape(&self) -> NetShape {
        self.shape
    }

    fn taken(&self) -> Taken {
        Taken::Each
    }

    fn unit(&self) -> &'static str {
        UNIT
    }

    fn rows_to_train_on(&self) -> Option<usize> {
        Some(self.parts.train.len())
    }

    fn steps_per_epoch(&self, update: UpdateRows) -> Result<u64> {
        match self.parts.train.len() {
            0 => Err(Error::mend(
                "none of the sentences is one to train on; give task.train the file that the run was begun with",
            )),
            rows => Ok((rows / update.all()).max(1) as u64),
        }
    }

    fn batch(&self, rows: usize) -> Batch {
        let Split { train, valid, test } = &self.parts;
        let most = train.len().max(valid.len()).max(test.len());
        Batch {
            rows: rows.min(train.len()),
            judged: JUDGED.min(most),
            time: self.text.words.iter().map(Vec::len).max().unwrap_or(1),
            each: true,
        }
    }

    fn reading(&self, part: Part, rows: Range<usize>, _: usize) -> Reading {
        let all = self.parts.of(part);
        let rows = &all[rows.start.min(all.len())..rows.end.min(all.len())];
        Reading {
            inputs: self.steps(rows),
            labels: rows
                .iter()
                .map(|&row| self.text.words[row].clone())
                .collect(),
            wanted: Some(Wanted::Tags(self.tags(rows))),
        }
    }

    fn lesson(&self, at: &At) -> Lesson {
        let rows = self.passes.rows(at).into_iter();
        let rows: Vec<usize> = rows.map(|row| self.parts.train[row]).collect();
        let mut inputs = self.steps(&rows);
        let mut draw = Draw::new(Purpose::Unknown, at.seed, at.step);
        if let Steps::Symbols(words) | Steps::Words { words, .. } = &mut inputs {
            for word in words
                .iter_mut()
                .flatten()
                .filter(|word| self.once.contains(word))
            {
                if f64::from(draw.unit()) < self.unknown {
                    *word = 0;
                }
            }
        }
        Lesson {
            inputs,
            wanted: Wanted::Tags(self.tags(&rows)),
            goes_on: false,
            units: rows.len(),
        }
    }

    fn loss_of(&self, net: &Net, lesson: Lesson, _: Carry, device: &Device) -> Loss {
        let Wanted::Tags(tags) = &lesson.wanted else {
            unreachable!("a tagger's lesson has tags");
        };
        let scores = net.scores(net.sequence(&lesson.inputs, device));
        let field = field(&self.spec, net);
        Loss {
            value: tagger::loss(field.as_ref(), &scores, &Tokens::of(tags, device)),
            carry: None,
        }
    }

    fn evaluate(&self, net: &Net, part: Part, device: &Device) -> Option<Evaluation> {
        let rows = self.parts.of(part);
        if rows.is_empty() {
            return None;
        }
        let (judged, nats) = self.judge(net, rows, device);
        Some(Evaluation {
            metrics: judged.metrics(),
            loss: nats / rows.len() as f64,
        })
    }

    fn baselines(&self, part: Part) -> Baselines {
        let (train, rows) = (&self.parts.train, self.parts.of(part));
        let known = if train.is_empty() { rows } else { train };
        if rows.is_empty() {
            return Vec::new();
        }
        let words = known.iter().flat_map(|&row| {
            let words = self.text.words[row].iter().map(String::as_str);
            words.zip(self.text.tags[row].iter().copied())
        });
        let by_word = ByWord::of(words, self.spec.tags.len());
        let figures = |name: &str, say: &dyn Fn(&[String]) -> Vec<usize>| {
            let judged = Judged {
                spec: &self.spec,
                right: self.right(rows),
                said: rows.iter().map(|&row| say(&self.text.words[row])).collect(),
            };
            let metrics = judged.metrics().into_iter();
            let kept =
                metrics.filter(|metric| ["span F1", "accuracy"].contains(&metric.name.as_str()));
            kept.map(|metric| (name.to_owned(), metric))
                .collect::<Vec<_>>()
        };
        [
            figures("most frequent tag of each word", &|words| {
                by_word.say(words)
            }),
            figures("most frequent tag", &|words| {
                vec![by_word.most(); words.len()]
            }),
        ]
        .concat()
    }

    fn account(&self) -> Vec<Line> {
        let Split { train, valid, test } = &self.parts;
        let sizes = [("train", train), ("valid", valid), ("test", test)];
        let mut lines = vec![account::rows(self.text.words.len(), UNIT)];
        lines.extend(sentences::account(&self.spec, &self.text));
        lines.push(account::parts(
            sizes.map(|(part, rows)| (part, rows.len())),
            UNIT,
        ));
        lines
    }

    fn notes(&self, _: Part) -> Vec<String> {
        let own =
            "for comparison, the most frequent tags are those of the sentences that are judged";
        let own = self.parts.train.is_empty().then(|| own.to_owned());
        self.notes.iter().cloned().chain(own).collect()
    }

    fn by_class(&self, net: &Net, part: Part, device: &Device) -> Vec<ClassFigures> {
        let rows = self.parts.of(part);
        if rows.is_empty() {
            return Vec::new();
        }
        let by_class = self.judge(net, rows, device).0.by_class();
        if by_class.len() > TAGS {
            Vec::new()
        } else {
            by_class
        }
    }

    fn back_test(&self, net: &Net, part: Part, device: &Device) -> Option<Vec<Predicted>> {
        let rows = self.parts.of(part);
        let said = rows.chunks(JUDGED).flat_map(|rows| {
            let words: Vec<&Vec<String>> = rows.iter().map(|&row| &self.text.words[row]).collect();
            say(&self.spec, net, &words, device)
        });
        let known = rows.iter().zip(1..).zip(said);
        let all = known.map(|((&row, number), said)| {
            let right = self.spec.named(&self.text.tags[row]);
            Predicted {
                truth: Some(Truth::Tags(right.into_iter().map(String::from).collect())),
                ..said.of_row(number)
            }
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
        let row = *self.parts.of(part).get(row)?;
        let (judged, _) = self.judge(net, &[row], device);
        let words = &self.text.words[row];
        let clause = |tags: &[usize]| {
            let named = self.spec.named(tags);
            let found: Vec<String> = match self.spec.marks_spans() {
                true => spans(&named)
                    .iter()
                    .map(|span| written(span, words))
                    .collect(),
                false => words
                    .iter()
                    .zip(named)
                    .map(|(word, tag)| format!("{word}/{tag}"))
                    .collect(),
            };
            match found.is_empty() {
                true => "no span".to_owned(),
                false => found.join(if self.spec.marks_spans() { ", " } else { " " }),
            }
        };
        Some(format!(
            "the network says {}; right is {}",
            clause(&judged.said[0]),
            clause(judged.right[0])
        ))
    }

    fn exhibits(&self, net: &Net, device: &Device) -> Vec<Block> {
        let rows = self.parts.of(Part::Test);
        if rows.is_empty() {
            return Vec::new();
        }
        let (judged, _) = self.judge(net, rows, device);
        let mut blocks = Vec::new();
        if self.spec.tags.len() <= TAGS {
            blocks.push(Block::Confusion(Confusion {
                title: "Tags of the test part".into(),
                classes: self.spec.tags.clone(),
                counts: judged.confusion(),
            }));
        }
        let by_class = judged.by_class();
        if !by_class.is_empty() && by_class.len() <= TAGS {
            blocks.push(by_class::table(&by_class));
        }
        blocks.extend(self.worst(rows, &judged));
        blocks
    }
}
