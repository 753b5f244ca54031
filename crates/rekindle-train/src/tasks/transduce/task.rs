//! The task of writing a text of another.

use super::{config::TransduceConfig, figures::Errors, spec::TransduceSpec, texts};
use crate::{
    data::{
        pairs::TextPairs,
        reading::{Reading, Steps, Wanted, visible},
        split::Split,
        vocabulary::Unit,
    },
    error::{Error, Result},
    memory::Batch,
    metric::{Baselines, Evaluation, Metric},
    model::{net::Net, shape::NetShape, taken::Taken},
    tasks::{
        account::{self, Line},
        part::Part,
        passes::Passes,
        prediction::{Predicted, Prediction, Truth},
        task::{At, Carry, JUDGED, Lesson, Loss, Task, UpdateRows},
    },
};
use burn::tensor::Device;
use rekindle_models::{Search, Tokens};
use rekindle_view::{Block, Table};
use std::{collections::HashMap, ops::Range};

/// Pairs of texts, and the parts that they are in.
pub(super) struct Transduce {
    config: TransduceConfig,
    spec: TransduceSpec,
    pairs: TextPairs,
    parts: Split<Vec<usize>>,
    passes: Passes,
    notes: Vec<String>,
}

/// What speed is counted in.
const UNIT: &str = "pairs";

/// The pairs that a report shows.
const SHOWN: usize = 12;

/// What the network writes of some texts, as many at once as fit a batch where one row is kept, or else one by one.
pub(super) fn say(
    config: &TransduceConfig,
    spec: &TransduceSpec,
    net: &Net,
    texts: &[&str],
    device: &Device,
) -> Vec<String> {
    let search = config.search();
    let (begin, end) = (spec.begin(), spec.end());
    match search.width {
        1 => texts
            .chunks(JUDGED)
            .flat_map(|texts| greedy(config, spec, net, texts, device))
            .collect(),
        _ => {
            let of = |text: &&str| {
                let read = net.look(&texts::steps(config, spec, [*text]), device);
                let found = net.writer().write(read, &search, begin, end);
                spec.written(&found[0].tokens)
            };
            texts.iter().map(of).collect()
        }
    }
}

/// What the most probable symbol each time makes of some texts.
fn greedy(
    config: &TransduceConfig,
    spec: &TransduceSpec,
    net: &Net,
    texts: &[&str],
    device: &Device,
) -> Vec<String> {
    let read = net.look(&texts::steps(config, spec, texts.iter().copied()), device);
    let Search { longest, .. } = config.search();
    let rows = net
        .writer()
        .greedy(&read, longest, spec.begin(), spec.end());
    rows.iter().map(|row| spec.written(row)).collect()
}

impl Transduce {
    /// Pairs of these parts.
    pub(super) fn new(
        config: &TransduceConfig,
        spec: TransduceSpec,
        pairs: TextPairs,
        parts: Split<Vec<usize>>,
        notes: Vec<String>,
    ) -> Self {
        Transduce {
            passes: Passes::over(parts.train.len()),
            config: config.clone(),
            spec,
            pairs,
            parts,
            notes,
        }
    }

    fn sources(&self, rows: &[usize]) -> Vec<&str> {
        rows.iter()
            .map(|&row| self.pairs.sources[row].as_str())
            .collect()
    }

    fn steps(&self, rows: &[usize]) -> Steps {
        texts::steps(&self.config, &self.spec, self.sources(rows))
    }

    fn wanted(&self, rows: &[usize]) -> Vec<Vec<usize>> {
        rows.iter()
            .map(|&row| self.spec.wanted(&self.pairs.targets[row]))
            .collect()
    }

    /// A symbol, as figures call it.
    fn symbol(&self) -> &'static str {
        match self.config.unit {
            Unit::Char => "character",
            Unit::Word => "word",
        }
    }

    /// The figures of what one says of some rows.
    fn metrics<'s>(&self, rows: &[usize], said: impl IntoIterator<Item = &'s str>) -> Vec<Metric> {
        let mut errors = Errors::default();
        for (&row, said) in rows.iter().zip(said) {
            errors.add(&self.spec.target, said, &self.pairs.targets[row]);
        }
        errors.metrics(self.symbol())
    }
}

impl Task for Transduce {
    fn shape(&self) -> NetShape {
        self.spec.shape(&self.config)
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
                "none of the pairs is one to train on; give task.train the file that the run was begun with",
            )),
            rows => Ok((rows / update.all()).max(1) as u64),
        }
    }

    fn batch(&self, rows: usize) -> Batch {
        let Split { train, valid, test } = &self.parts;
        let most = train.len().max(valid.len()).max(test.len());
        let lengths = self.pairs.sources.iter().chain(&self.pairs.targets);
        let symbols = lengths.map(|text| self.config.splitting().symbols(text).len());
        Batch {
            rows: rows.min(train.len()),
            judged: JUDGED.min(most),
            time: symbols.max().unwrap_or(1) + 1,
            each: true,
        }
    }

    fn reading(&self, part: Part, rows: Range<usize>, _: usize) -> Reading {
        let all = self.parts.of(part);
        let rows = &all[rows.start.min(all.len())..rows.end.min(all.len())];
        let tokens = |text: &str| {
            let mut tokens = self.spec.source.tokens(text);
            tokens.truncate(self.config.longest);
            if tokens.is_empty() {
                tokens.push(String::new());
            }
            tokens.iter().map(|token| visible(token)).collect()
        };
        Reading {
            inputs: self.steps(rows),
            labels: self.sources(rows).into_iter().map(tokens).collect(),
            wanted: None,
        }
    }

    fn lesson(&self, at: &At) -> Lesson {
        let rows = self.passes.rows(at).into_iter();
        let rows: Vec<usize> = rows.map(|row| self.parts.train[row]).collect();
        Lesson {
            inputs: self.steps(&rows),
            wanted: Wanted::Text(self.wanted(&rows)),
            goes_on: false,
            units: rows.len(),
        }
    }

    fn loss_of(&self, net: &Net, lesson: Lesson, _: Carry, device: &Device) -> Loss {
        let Wanted::Text(rows) = &lesson.wanted else {
            unreachable!("a lesson of pairs has texts");
        };
        let read = net.look(&lesson.inputs, device);
        Loss {
            value: net
                .writer()
                .loss(&read, &Tokens::of(rows, device), self.config.sampled),
            carry: None,
        }
    }

    fn evaluate(&self, net: &Net, part: Part, device: &Device) -> Option<Evaluation> {
        let rows = self.parts.of(part);
        if rows.is_empty() {
            return None;
        }
        let (mut said, mut nats, mut symbols) = (Vec::new(), 0.0, 0);
        for rows in rows.chunks(JUDGED) {
            let wanted = self.wanted(rows);
            let read = net.look(&self.steps(rows), device);
            let mean = net.writer().loss(&read, &Tokens::of(&wanted, device), 0.0);
            let count: usize = wanted.iter().map(|row| row.len() - 1).sum();
            nats += f64::from(mean.into_scalar::<f32>()) * count as f64;
            symbols += count;
            said.extend(greedy(
                &self.config,
                &self.spec,
                net,
                &self.sources(rows),
                device,
            ));
        }
        Some(Evaluation {
            metrics: self.metrics(rows, said.iter().map(String::as_str)),
            loss: nats / symbols as f64,
        })
    }

    fn baselines(&self, part: Part) -> Baselines {
        let (train, rows) = (&self.parts.train, self.parts.of(part));
        let known = if train.is_empty() { rows } else { train };
        if rows.is_empty() {
            return Vec::new();
        }
        let mut counts: HashMap<&str, usize> = HashMap::new();
        for &row in known {
            *counts.entry(&self.pairs.targets[row]).or_default() += 1;
        }
        // Of equal ones that which stands first in the alphabet.
        let most = counts
            .into_iter()
            .max_by_key(|&(text, count)| (count, std::cmp::Reverse(text)));
        let most = most.map_or("", |(text, _)| text);
        let named = |name: &str, metrics: Vec<Metric>| {
            metrics
                .into_iter()
                .map(|metric| (name.to_owned(), metric))
                .collect::<Vec<_>>()
        };
        [
            named("what was read", self.metrics(rows, self.sources(rows))),
            named(
                "most frequent text",
                self.metrics(rows, rows.iter().map(|_| most)),
            ),
        ]
        .concat()
    }

    fn account(&self) -> Vec<Line> {
        let Split { train, valid, test } = &self.parts;
        let sizes = [("train", train), ("valid", valid), ("test", test)];
        let mut lines = vec![account::rows(self.pairs.sources.len(), UNIT)];
        lines.extend(texts::account(&self.spec, &self.pairs));
        lines.push(account::parts(
            sizes.map(|(part, rows)| (part, rows.len())),
            UNIT,
        ));
        lines
    }

    fn notes(&self, _: Part) -> Vec<String> {
        self.notes.clone()
    }

    fn back_test(&self, net: &Net, part: Part, device: &Device) -> Option<Vec<Predicted>> {
        let rows = self.parts.of(part);
        let said = say(&self.config, &self.spec, net, &self.sources(rows), device);
        let known = rows.iter().zip(1..).zip(said);
        let all = known.map(|((&row, number), text)| Predicted {
            truth: Some(Truth::Text(self.pairs.targets[row].clone())),
            ..Prediction::Text { text }.of_row(number)
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
        let said = say(&self.config, &self.spec, net, &self.sources(&[row]), device);
        Some(format!(
            "the network writes {:?}; right is {:?}",
            said[0], self.pairs.targets[row]
        ))
    }

    fn exhibits(&self, net: &Net, device: &Device) -> Vec<Block> {
        let rows = self.parts.of(Part::Test);
        if rows.is_empty() {
            return Vec::new();
        }
        let said = say(&self.config, &self.spec, net, &self.sources(rows), device);
        let mut errors = Errors::default();
        let mut edits: Vec<(usize, usize)> = Vec::new();
        for (at, (&row, said)) in rows.iter().zip(&said).enumerate() {
            edits.push((
                errors.add(&self.spec.target, said, &self.pairs.targets[row]),
                at,
            ));
        }
        edits.sort_by_key(|&(edits, at)| (std::cmp::Reverse(edits), at));
        let wrong = edits.iter().filter(|(edits, _)| *edits > 0).count();
        let caption = match wrong {
            0 => format!(
                "All {} texts of the test part are written as they should be; these are some.",
                rows.len()
            ),
            count => format!(
                "{count} of the {} texts of the test part are not written as they should be; these are furthest off.",
                rows.len()
            ),
        };
        let row = |&(edits, at): &(usize, usize)| {
            let row = rows[at];
            vec![
                self.pairs.sources[row].clone(),
                self.pairs.targets[row].clone(),
                said[at].clone(),
                edits.to_string(),
            ]
        };
        let errors = format!("wrong {}s", self.symbol());
        vec![
            Block::Text(caption),
            Block::Table(Table {
                head: ["read", "right", "written", &errors]
                    .map(String::from)
                    .into(),
                rows: edits.iter().take(SHOWN).map(row).collect(),
            }),
        ]
    }
}
