//! A linear-chain conditional random field: tags that are scored together, not one by one.
//!
//! J. Lafferty, A. McCallum, F. Pereira: Conditional random fields: probabilistic models for segmenting and labeling sequence
//! data, ICML 2001; above an LSTM, Z. Huang, W. Xu, K. Yu, 2015, <https://arxiv.org/abs/1508.01991>.
//!
//! ```text
//! s(e, y) = a_{y_1} + Σ_t e_{t, y_t} + Σ_{t > 1} A_{y_{t-1}, y_t} + z_{y_n}      the score of tags y, of scores e of a row
//! log p(y | e) = s(e, y) - log Σ_{y'} exp s(e, y')
//! ```

use crate::steps::{log_sum_exp, real};
use burn::module::{Initializer, Module, Param};
use burn::tensor::{Device, Int, Tensor, TensorData};
use rekindle::Sequence;

/// What a forbidden step costs: next to it every other score is nothing, and differences of scores stay finite.
const FORBIDDEN: f64 = -1e4;

/// A linear-chain conditional random field over tags.
#[derive(Module, Debug)]
pub struct Crf {
    /// The score of beginning with a tag, `[tags]`.
    start: Param<Tensor<1>>,
    /// The score of a tag behind another, `[from, to]`.
    transitions: Param<Tensor<2>>,
    /// The score of ending with a tag, `[tags]`.
    end: Param<Tensor<1>>,
    /// Pairs `(from, to)` that never follow one another.
    #[module(skip)]
    forbidden: Vec<(usize, usize)>,
    /// Tags that no row begins with.
    #[module(skip)]
    never_first: Vec<usize>,
}

impl Crf {
    /// A field with scores drawn from `U(-0.1, 0.1)`.
    ///
    /// # Panics
    ///
    /// If there is no tag.
    pub fn new(tags: usize, device: &Device) -> Self {
        assert!(tags > 0, "a field has at least one tag");
        let init = Initializer::Uniform {
            min: -0.1,
            max: 0.1,
        };
        Crf {
            start: init.init([tags], device),
            transitions: init.init([tags, tags], device),
            end: init.init([tags], device),
            forbidden: Vec::new(),
            never_first: Vec::new(),
        }
    }

    /// The same field, in which what breaks the scheme of the labels has no probability: `I-X` stands behind `B-X` or `I-X` only.
    /// Labels that begin with neither are free.
    ///
    /// # Panics
    ///
    /// If there is not a label a tag.
    pub fn with_bio(mut self, labels: &[String]) -> Self {
        let tags = self.tags();
        assert!(
            labels.len() == tags,
            "{} labels are given, but the field has {tags} tags",
            labels.len()
        );
        let inside = |to: usize| labels[to].strip_prefix("I-");
        let follows = |from: usize, kind: &str| {
            let kinds = [
                labels[from].strip_prefix("B-"),
                labels[from].strip_prefix("I-"),
            ];
            kinds.contains(&Some(kind))
        };
        for (to, kind) in (0..tags).filter_map(|to| Some((to, inside(to)?))) {
            self.never_first.push(to);
            let broken = (0..tags).filter(|&from| !follows(from, kind));
            self.forbidden.extend(broken.map(|from| (from, to)));
        }
        self
    }

    /// The number of tags.
    pub fn tags(&self) -> usize {
        self.start.dims()[0]
    }

    /// The log-likelihood of tags for each row, `[batch]`. `scores` is `[batch, time, tags]`, `tags` is `[batch, time]`, of which
    /// what lies beyond a row's length is ignored.
    ///
    /// # Panics
    ///
    /// If a shape does not fit; the message names the shapes.
    pub fn log_likelihood(&self, scores: &Sequence, tags: &Tensor<2, Int>) -> Tensor<1> {
        let (batch, time, lengths) = self.dims(scores);
        assert!(
            tags.dims() == [batch, time],
            "the tags are {:?}, but the scores are [batch, time] = {:?}",
            tags.dims(),
            [batch, time]
        );
        let scores = scores.clone().cleared().into_data();
        let chain = self.chain(&scores.device());
        chain.score(&scores, tags, &lengths) - chain.partition(&scores, &lengths)
    }

    /// The best tags of each row: Viterbi's algorithm.
    ///
    /// # Panics
    ///
    /// If a shape does not fit.
    pub fn decode(&self, scores: &Sequence) -> Vec<Vec<usize>> {
        let (_, time, lengths) = self.dims(scores);
        let chain = self.chain(&scores.data().device());
        let [start, transitions, end] = [
            chain.start.into_data(),
            chain.transitions.into_data(),
            chain.end.into_data(),
        ]
        .map(|data| data.iter::<f64>().collect::<Vec<_>>());
        let rows: Vec<f64> = scores.data().to_data().iter::<f64>().collect();
        let rows = rows.chunks(time * start.len()).zip(lengths);
        rows.map(|(row, length)| {
            let row = &row[..length * start.len()];
            viterbi(row, &start, &transitions, &end)
        })
        .collect()
    }

    /// The batch, the time and the length of each row.
    fn dims(&self, scores: &Sequence) -> (usize, usize, Vec<usize>) {
        let [batch, time, tags] = scores.data().dims();
        assert!(
            tags == self.tags(),
            "the scores are [batch, time, tags] = {:?}, but the field has {} tags",
            scores.data().dims(),
            self.tags()
        );
        let lengths = scores
            .lengths()
            .map_or(vec![time; batch], <[usize]>::to_vec);
        (batch, time, lengths)
    }

    /// The scores of steps, with those that are forbidden.
    fn chain(&self, device: &Device) -> Chain {
        let tags = self.tags();
        let costs = |places: Vec<usize>, all: usize| {
            let mut costs = vec![0.0; all];
            for place in places {
                costs[place] = FORBIDDEN;
            }
            costs
        };
        let pairs = self.forbidden.iter().map(|(from, to)| from * tags + to);
        let pairs = costs(pairs.collect(), tags * tags);
        let first = costs(self.never_first.clone(), tags);
        let (start, transitions) = (self.start.val(), self.transitions.val());
        let first = Tensor::from_data(TensorData::new(first, [tags]), (device, start.dtype()));
        let pairs = TensorData::new(pairs, [tags, tags]);
        let pairs = Tensor::from_data(pairs, (device, start.dtype()));
        Chain {
            start: start + first,
            transitions: transitions + pairs,
            end: self.end.val(),
        }
    }
}

/// The scores of steps.
struct Chain {
    start: Tensor<1>,
    transitions: Tensor<2>,
    end: Tensor<1>,
}

impl Chain {
    /// The score of tags, a number a row.
    fn score(&self, scores: &Tensor<3>, tags: &Tensor<2, Int>, lengths: &[usize]) -> Tensor<1> {
        let [batch, time, count] = scores.dims();
        let device = scores.device();
        let real = real(lengths, time, &device).bool_not();
        let own: Tensor<2> = scores
            .clone()
            .gather(2, tags.clone().unsqueeze_dim(2))
            .squeeze_dim(2);
        let ends: Vec<i32> = lengths.iter().map(|&n| n as i32 - 1).collect();
        let ends: Tensor<2, Int> = Tensor::from_data(TensorData::new(ends, [batch, 1]), &device);
        let of =
            |scores: &Tensor<1>, at: Tensor<2, Int>| scores.clone().select(0, at.flatten(0, 1));
        let ends = of(&self.start, tags.clone().narrow(1, 0, 1))
            + of(&self.end, tags.clone().gather(1, ends));
        let mut sum: Tensor<2> = own.mask_fill(real.clone(), 0.0).sum_dim(1);
        if time > 1 {
            let from = tags.clone().narrow(1, 0, time - 1);
            let to = tags.clone().narrow(1, 1, time - 1);
            let pairs = (from.mul_scalar(count as i32) + to).flatten::<1>(0, 1);
            let moves = self.transitions.clone().flatten::<1>(0, 1).select(0, pairs);
            let moves = moves.reshape([batch, time - 1]);
            let moves = moves.mask_fill(real.narrow(1, 1, time - 1), 0.0);
            sum = sum + moves.sum_dim(1);
        }
        sum.squeeze_dim(1) + ends
    }

    /// The logarithm of the sum of `exp` of the scores of all tags, a number a row: the forward algorithm.
    fn partition(&self, scores: &Tensor<3>, lengths: &[usize]) -> Tensor<1> {
        let [batch, time, tags] = scores.dims();
        let step = |t: usize| -> Tensor<2> { scores.clone().narrow(1, t, 1).squeeze_dim(1) };
        let padding = real(lengths, time, &scores.device()).bool_not();
        let shortest = lengths.iter().copied().min().unwrap_or(time);
        let transitions = self.transitions.clone().unsqueeze_dim::<3>(0);
        // The logarithm of the sum over all tags up to a step that end with each tag there.
        let mut ending = step(0) + self.start.clone().unsqueeze();
        for t in 1..time {
            let pairs = ending.clone().unsqueeze_dim::<3>(2) + transitions.clone();
            let next = log_sum_exp(pairs, 1).squeeze_dim::<2>(1) + step(t);
            ending = match t < shortest {
                true => next,
                false => {
                    let over = padding.clone().narrow(1, t, 1).expand([batch, tags]);
                    next.mask_where(over, ending)
                }
            };
        }
        log_sum_exp(ending + self.end.clone().unsqueeze(), 1).squeeze_dim(1)
    }
}

/// The best tags of a row, `[time, tags]`.
fn viterbi(row: &[f64], start: &[f64], transitions: &[f64], end: &[f64]) -> Vec<usize> {
    let tags = start.len();
    let mut steps = row.chunks(tags);
    let first = steps.next().expect("a row has at least one step");
    let mut best: Vec<f64> = first.iter().zip(start).map(|(e, s)| e + s).collect();
    let mut before = Vec::new();
    for step in steps {
        let into = |to: usize| {
            let from = (0..tags).map(|from| best[from] + transitions[from * tags + to]);
            largest(from)
        };
        let (came, score): (Vec<usize>, Vec<f64>) = (0..tags)
            .map(into)
            .zip(step)
            .map(|((from, score), e)| (from, score + e))
            .unzip();
        best = score;
        before.push(came);
    }
    let (mut tag, _) = largest(best.iter().zip(end).map(|(b, e)| b + e));
    let mut path = vec![tag];
    for came in before.iter().rev() {
        tag = came[tag];
        path.push(tag);
    }
    path.reverse();
    path
}

/// The largest of some numbers and its place, the first of equal ones.
fn largest(numbers: impl Iterator<Item = f64>) -> (usize, f64) {
    let larger = |best: (usize, f64), new: (usize, f64)| if new.1 > best.1 { new } else { best };
    numbers
        .enumerate()
        .reduce(larger)
        .expect("at least one number")
}
