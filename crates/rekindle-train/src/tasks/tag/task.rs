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
        reading::{Steps, Wanted},
        tagged::{Scheme, TaggedText, spans::spans},
    },
    metric::{Baselines, Evaluation},
    model::{net::Net, shape::NetShape, taken::Taken},
    tasks::{
        account::Line,
        classify::by_class::{self, ClassFigures},
        in_parts::{Rows, known},
        part::Part,
        prediction::{Prediction, Truth},
        task::{At, JUDGED},
    },
};
use burn::tensor::{Device, Tensor};
use rekindle_models::{Tokens, crf::Crf, tagger};
use rekindle_view::{Block, Confusion, Table};
use std::collections::{HashMap, HashSet};

/// Sentences with the tags of their words.
pub(super) struct Tag {
    spec: TagSpec,
    shape: NetShape,
    text: TaggedText,
    /// The words that stand once in the training part.
    once: HashSet<u32>,
    /// How often these are read as the unknown one, in an update.
    unknown: f64,
}

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
    /// Sentences, of which these train.
    pub(super) fn new(
        config: &TagConfig,
        spec: TagSpec,
        text: TaggedText,
        train: &[usize],
    ) -> Self {
        let mut counts: HashMap<u32, usize> = HashMap::new();
        for word in train.iter().flat_map(|&row| &text.words[row]) {
            *counts.entry(spec.words.look_up(word)).or_default() += 1;
        }
        let once = counts.into_iter().filter(|&(_, count)| count == 1);
        Tag {
            once: once.map(|(word, _)| word).collect(),
            unknown: config.unknown,
            shape: spec.shape(config),
            spec,
            text,
        }
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

impl Rows for Tag {
    const UNIT: &'static str = "sentences";

    fn shape(&self) -> NetShape {
        self.shape
    }

    fn taken(&self) -> Taken {
        Taken::Each
    }

    fn count(&self) -> usize {
        self.text.words.len()
    }

    fn longest(&self) -> usize {
        self.text.words.iter().map(Vec::len).max().unwrap_or(1)
    }

    fn steps(&self, rows: &[usize]) -> Steps {
        self.spec
            .steps(rows.iter().map(|&row| &self.text.words[row]))
    }

    fn lesson(&self, rows: &[usize], at: &At) -> Steps {
        let mut inputs = self.steps(rows);
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
        inputs
    }

    fn labels(&self, rows: &[usize]) -> Vec<Vec<String>> {
        let words = rows.iter().map(|&row| self.text.words[row].clone());
        words.collect()
    }

    fn wanted(&self, rows: &[usize]) -> Wanted {
        let tags = rows.iter().map(|&row| self.text.tags[row].clone());
        Wanted::Tags(tags.collect())
    }

    fn loss(&self, net: &Net, inputs: &Steps, wanted: &Wanted, at: &At) -> Tensor<1> {
        let Wanted::Tags(tags) = wanted else {
            unreachable!("a tagger's lesson has tags");
        };
        let x = net.sequence(inputs, &at.device);
        let given = net.learned(x.clone(), Taken::Each, None);
        let scores = given.scores(&x);
        let field = field(&self.spec, net);
        let plain = tagger::loss(field.as_ref(), &scores, &Tokens::of(tags, &at.device));
        given.learned(plain, wanted, 0.0)
    }

    fn evaluate(&self, net: &Net, rows: &[usize], device: &Device) -> Evaluation {
        let (judged, nats) = self.judge(net, rows, device);
        Evaluation {
            metrics: judged.metrics(),
            loss: nats / rows.len() as f64,
        }
    }

    fn baselines(&self, train: &[usize], rows: &[usize]) -> Baselines {
        let words = known(train, rows).iter().flat_map(|&row| {
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
        sentences::account(&self.spec, &self.text)
    }

    fn notes(&self, _: Part, _: &[usize], is_alone: bool) -> Vec<String> {
        let own =
            "for comparison, the most frequent tags are those of the sentences that are judged";
        is_alone.then(|| own.to_owned()).into_iter().collect()
    }

    fn by_class(&self, net: &Net, rows: &[usize], device: &Device) -> Vec<ClassFigures> {
        let by_class = self.judge(net, rows, device).0.by_class();
        if by_class.len() > TAGS {
            Vec::new()
        } else {
            by_class
        }
    }

    fn predictions(&self, net: &Net, rows: &[usize], device: &Device) -> Vec<Prediction> {
        let words: Vec<&Vec<String>> = rows.iter().map(|&row| &self.text.words[row]).collect();
        say(&self.spec, net, &words, device)
    }

    fn truth(&self, row: usize) -> Truth {
        let right = self.spec.named(&self.text.tags[row]);
        Truth::Tags(right.into_iter().map(String::from).collect())
    }

    fn answer(&self, net: &Net, row: usize, device: &Device) -> String {
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
        format!(
            "the network says {}; right is {}",
            clause(&judged.said[0]),
            clause(judged.right[0])
        )
    }

    fn exhibits(&self, net: &Net, rows: &[usize], device: &Device) -> Vec<Block> {
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
