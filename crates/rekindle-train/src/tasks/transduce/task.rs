//! The task of writing a text of another.

use super::{
    config::TransduceConfig,
    figures::Errors,
    spec::TransduceSpec,
    texts::{self, Written},
};
use crate::{
    data::{
        pairs::TextPairs,
        reading::{Steps, Wanted, visible},
        vocabulary::Unit,
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
use burn::tensor::{Device, Tensor};
use rekindle_models::{Search, Tokens};
use rekindle_view::{Block, Table};
use std::collections::HashMap;

/// Pairs of texts.
pub(super) struct Transduce {
    pub(super) config: TransduceConfig,
    pub(super) spec: TransduceSpec,
    pub(super) pairs: TextPairs,
}

/// The pairs that a report shows.
const SHOWN: usize = 12;

/// What the network writes of some texts, as many at once as fit a batch where one row is kept, or else one by one.
pub(super) fn say(
    config: &TransduceConfig,
    spec: &TransduceSpec,
    net: &Net,
    texts: &[&str],
    device: &Device,
) -> Vec<Written> {
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
                Written::of(config, spec, &found[0].tokens)
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
) -> Vec<Written> {
    let read = net.look(&texts::steps(config, spec, texts.iter().copied()), device);
    let Search { longest, .. } = config.search();
    let rows = net
        .writer()
        .greedy(&read, longest, spec.begin(), spec.end());
    rows.iter()
        .map(|row| Written::of(config, spec, row))
        .collect()
}

impl Transduce {
    fn sources(&self, rows: &[usize]) -> Vec<&str> {
        rows.iter()
            .map(|&row| self.pairs.sources[row].as_str())
            .collect()
    }

    /// What is to be written of some rows, between what begins and what ends it.
    fn targets(&self, rows: &[usize]) -> Vec<Vec<usize>> {
        rows.iter()
            .map(|&row| self.spec.wanted(&self.pairs.targets[row]))
            .collect()
    }

    /// What the network writes of some rows.
    fn said(&self, net: &Net, rows: &[usize], device: &Device) -> Vec<Written> {
        say(&self.config, &self.spec, net, &self.sources(rows), device)
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

impl Rows for Transduce {
    const UNIT: &'static str = "pairs";

    fn shape(&self) -> NetShape {
        self.spec.shape(&self.config)
    }

    fn taken(&self) -> Taken {
        Taken::Each
    }

    fn count(&self) -> usize {
        self.pairs.sources.len()
    }

    fn longest(&self) -> usize {
        let texts = self.pairs.sources.iter().chain(&self.pairs.targets);
        let symbols = texts.map(|text| self.config.splitting().symbols(text).len());
        symbols.max().unwrap_or(1) + 1
    }

    fn steps(&self, rows: &[usize]) -> Steps {
        texts::steps(&self.config, &self.spec, self.sources(rows))
    }

    fn labels(&self, rows: &[usize]) -> Vec<Vec<String>> {
        let tokens = |text: &str| {
            let mut tokens = self.spec.source.tokens(text);
            tokens.truncate(self.config.longest);
            if tokens.is_empty() {
                tokens.push(String::new());
            }
            tokens.iter().map(|token| visible(token)).collect()
        };
        self.sources(rows).into_iter().map(tokens).collect()
    }

    fn wanted(&self, rows: &[usize]) -> Wanted {
        Wanted::Text(self.targets(rows))
    }

    fn loss(&self, net: &Net, inputs: &Steps, wanted: &Wanted, at: &At) -> Tensor<1> {
        let Wanted::Text(rows) = wanted else {
            unreachable!("a lesson of pairs has texts");
        };
        let read = net.look(inputs, &at.device);
        let (sampled, rows) = (self.config.sampled, Tokens::of(rows, &at.device));
        net.writer()
            .loss_smoothed(&read, &rows, sampled, at.smoothing)
    }

    fn evaluate(&self, net: &Net, rows: &[usize], device: &Device) -> Evaluation {
        let (mut said, mut nats, mut symbols) = (Vec::new(), 0.0, 0);
        for rows in rows.chunks(JUDGED) {
            let wanted = self.targets(rows);
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
        Evaluation {
            metrics: self.metrics(rows, said.iter().map(|said| said.text.as_str())),
            loss: nats / symbols as f64,
        }
    }

    fn baselines(&self, train: &[usize], rows: &[usize]) -> Baselines {
        let mut counts: HashMap<&str, usize> = HashMap::new();
        for &row in known(train, rows) {
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
        texts::account(&self.spec, &self.pairs)
    }

    fn notes(&self, _: Part, _: &[usize], is_alone: bool) -> Vec<String> {
        let own = "for comparison, the most frequent text is that of the pairs that are judged";
        is_alone.then(|| own.to_owned()).into_iter().collect()
    }

    fn predictions(&self, net: &Net, rows: &[usize], device: &Device) -> Vec<Prediction> {
        let said = self.said(net, rows, device).into_iter();
        said.map(Written::prediction).collect()
    }

    fn truth(&self, row: usize) -> Truth {
        Truth::Text(self.pairs.targets[row].clone())
    }

    fn answer(&self, net: &Net, row: usize, device: &Device) -> String {
        format!(
            "the network writes {:?}; right is {:?}",
            self.said(net, &[row], device)[0].text,
            self.pairs.targets[row]
        )
    }

    fn exhibits(&self, net: &Net, rows: &[usize], device: &Device) -> Vec<Block> {
        let said = self.said(net, rows, device);
        let mut errors = Errors::default();
        let mut edits: Vec<(usize, usize)> = Vec::new();
        for (at, (&row, said)) in rows.iter().zip(&said).enumerate() {
            edits.push((
                errors.add(&self.spec.target, &said.text, &self.pairs.targets[row]),
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
                said[at].text.clone(),
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
