//! The rows of tokens that a network finds most probable: greedy, and by beam search.

use rekindle::{Invalid, positive};
use serde::{Deserialize, Serialize};

/// What gives the probabilities of the next token, from the tokens so far.
pub trait Generator {
    /// What it remembers of the tokens so far, of several rows.
    type State: Clone;

    /// Reads a token of each row; gives the logarithms of the probabilities of the next, `[rows, tokens]`, row by row, and what it
    /// remembers then.
    fn next(&self, tokens: &[usize], state: Self::State) -> (Vec<f32>, Self::State);

    /// What it remembers of the rows at these places, in their order; a row may be there more than once.
    fn rows(&self, state: Self::State, rows: &[usize]) -> Self::State;
}

/// How rows are searched.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Search {
    /// How many rows are kept a step: 1 takes the best token each time.
    pub width: usize,
    /// The most tokens of a row, without the last, which ends it.
    pub longest: usize,
    /// `α` of the length norm: rows are compared by `log p / ((5 + length) / 6)^α` (Wu et al. 2016,
    /// <https://arxiv.org/abs/1609.08144>); 0 compares their probabilities.
    pub length_norm: f64,
}

impl Default for Search {
    fn default() -> Self {
        Search {
            width: 5,
            longest: 200,
            length_norm: 0.6,
        }
    }
}

/// A row that a search found.
#[derive(Clone, Debug, PartialEq)]
pub struct Found {
    /// The tokens, without those that begin and end it.
    pub tokens: Vec<usize>,
    /// The logarithm of its probability, the end included.
    pub log_prob: f64,
    /// Whether it came to its end; the others were cut at the most tokens.
    pub ended: bool,
}

impl Search {
    /// Takes the best token each time.
    pub fn greedy(longest: usize) -> Self {
        Search {
            width: 1,
            longest,
            length_norm: 0.0,
        }
    }

    /// Checks every number.
    ///
    /// # Errors
    ///
    /// Names the key, its value and what it must be.
    pub fn validate(&self) -> Result<(), Invalid> {
        positive("width", self.width)?;
        positive("longest", self.longest)?;
        match self.length_norm.is_finite() && self.length_norm >= 0.0 {
            true => Ok(()),
            false => Err(Invalid::new("length_norm", self.length_norm, "0 or more")),
        }
    }

    /// The rows that are found from a state of one row, at most as many as the width: the best first, and behind them those that
    /// were cut. Each begins behind the token `begin` and ends before the token `end`.
    ///
    /// # Panics
    ///
    /// If the width is 0.
    pub fn run<G: Generator>(
        &self,
        generator: &G,
        state: G::State,
        begin: usize,
        end: usize,
    ) -> Vec<Found> {
        assert!(self.width > 0, "a search keeps at least one row");
        let mut found: Vec<Found> = Vec::new();
        let mut open = vec![(Vec::new(), 0.0)];
        let mut state = state;
        for length in 0..=self.longest {
            let last = |(tokens, _): &(Vec<usize>, f64)| tokens.last().copied().unwrap_or(begin);
            let tokens: Vec<usize> = open.iter().map(last).collect();
            let (log_probs, next) = generator.next(&tokens, state);
            let (ends, steps): (Vec<_>, Vec<_>) = best(&open, &log_probs, self.width)
                .into_iter()
                .partition(|&(_, token, _)| token == end);
            found.extend(ends.into_iter().map(|(row, _, log_prob)| Found {
                tokens: open[row].0.clone(),
                log_prob,
                ended: true,
            }));
            self.rank(&mut found);
            if length == self.longest {
                let cut = open.iter().enumerate();
                let cut = cut.filter(|(row, _)| steps.iter().any(|step| step.0 == *row));
                found.extend(cut.map(|(_, (tokens, log_prob))| Found {
                    tokens: tokens.clone(),
                    log_prob: *log_prob,
                    ended: false,
                }));
                self.rank(&mut found);
                break;
            }
            if steps.is_empty() || self.settled(&found, &steps) {
                break;
            }
            let rows: Vec<usize> = steps.iter().map(|&(row, ..)| row).collect();
            state = generator.rows(next, &rows);
            let longer = steps.into_iter().map(|(row, token, log_prob)| {
                let tokens = open[row].0.iter().copied().chain([token]);
                (tokens.collect(), log_prob)
            });
            open = longer.collect();
        }
        found
    }

    /// The best first, those that ended before those that were cut, and at most the width of them.
    fn rank(&self, found: &mut Vec<Found>) {
        let score = |found: &Found| self.score(found);
        found.sort_by(|a, b| (b.ended.cmp(&a.ended)).then(score(b).total_cmp(&score(a))));
        found.truncate(self.width);
    }

    fn score(&self, found: &Found) -> f64 {
        found.log_prob / self.norm(found.tokens.len())
    }

    fn norm(&self, length: usize) -> f64 {
        ((5.0 + length as f64) / 6.0).powf(self.length_norm)
    }

    /// Whether no open row can become better than those found: its probability only falls, and at best it is divided by the norm
    /// of the longest.
    fn settled(&self, found: &[Found], open: &[(usize, usize, f64)]) -> bool {
        let Some(worst) = found.get(self.width - 1) else {
            return false;
        };
        let norm = self.norm(self.longest);
        open.iter()
            .all(|(.., log_prob)| log_prob / norm <= self.score(worst))
    }
}

/// The best steps from all open rows, at most so many: the row, the token, and the logarithm of the probability with it.
fn best(open: &[(Vec<usize>, f64)], log_probs: &[f32], width: usize) -> Vec<(usize, usize, f64)> {
    let each = log_probs.len() / open.len();
    let rows = open.iter().zip(log_probs.chunks_exact(each)).enumerate();
    let mut steps: Vec<(usize, usize, f64)> = rows
        .flat_map(|(row, ((_, so_far), log_probs))| {
            let tokens = log_probs.iter().enumerate();
            tokens.map(move |(token, &p)| (row, token, so_far + f64::from(p)))
        })
        .collect();
    let better = |a: &(usize, usize, f64), b: &(usize, usize, f64)| b.2.total_cmp(&a.2);
    if steps.len() > width {
        steps.select_nth_unstable_by(width - 1, better);
        steps.truncate(width);
    }
    steps.sort_by(better);
    steps
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Probabilities of the next of three tokens, of which 0 ends a row, by the tokens so far.
    struct Chain;

    impl Chain {
        fn probabilities(tokens: &[usize]) -> [f64; 3] {
            let seed = tokens.iter().fold(1.0, |sum, &t| sum * 1.9 + t as f64);
            let raw = [0.0, 1.0, 2.0].map(|k: f64| ((seed + k) * 1.3).sin().exp());
            let sum: f64 = raw.iter().sum();
            raw.map(|p| p / sum)
        }
    }

    impl Generator for Chain {
        type State = Vec<Vec<usize>>;

        fn next(&self, tokens: &[usize], mut state: Self::State) -> (Vec<f32>, Self::State) {
            for (row, &token) in state.iter_mut().zip(tokens) {
                row.push(token);
            }
            let rows = state.iter().flat_map(|row| Chain::probabilities(&row[1..]));
            let rows = rows.map(|p| p.ln() as f32).collect();
            (rows, state)
        }

        fn rows(&self, state: Self::State, rows: &[usize]) -> Self::State {
            rows.iter().map(|&row| state[row].clone()).collect()
        }
    }

    /// All rows of at most so many tokens that end, with their probabilities.
    fn all(longest: usize) -> Vec<(Vec<usize>, f64)> {
        let mut open = vec![(Vec::new(), 1.0)];
        let mut ended = Vec::new();
        for _ in 0..=longest {
            let mut next = Vec::new();
            for (tokens, p) in open {
                let each = Chain::probabilities(&tokens);
                ended.push((tokens.clone(), p * each[0]));
                for token in [1, 2] {
                    let longer = tokens.iter().copied().chain([token]).collect();
                    next.push((longer, p * each[token]));
                }
            }
            open = next;
        }
        ended
    }

    #[test]
    fn a_beam_that_loses_nothing_finds_the_best_of_all_rows() {
        for length_norm in [0.0, 0.6, 1.0] {
            let longest = 5;
            let search = Search {
                width: 400,
                longest,
                length_norm,
            };
            let norm = |length: usize| ((5.0 + length as f64) / 6.0).powf(length_norm);
            let mut right = all(longest);
            right.sort_by(|a, b| {
                let score = |(tokens, p): &(Vec<usize>, f64)| p.ln() / norm(tokens.len());
                score(b).total_cmp(&score(a))
            });
            let found = search.run(&Chain, vec![Vec::new()], 9, 0);
            let ended: Vec<&Found> = found.iter().filter(|found| found.ended).collect();
            assert_eq!(ended.len(), right.len());
            for (found, (tokens, p)) in ended.iter().zip(&right) {
                assert_eq!(&found.tokens, tokens);
                assert!((found.log_prob - p.ln()).abs() < 1e-5);
            }
        }
    }

    #[test]
    fn a_width_of_one_takes_the_best_token_each_time() {
        let found = Search::greedy(4).run(&Chain, vec![Vec::new()], 9, 0);
        let mut tokens = Vec::new();
        let ended = loop {
            let each = Chain::probabilities(&tokens);
            let token = (0..3)
                .max_by(|&a, &b| each[a].total_cmp(&each[b]))
                .expect("three");
            if token == 0 || tokens.len() == 4 {
                break token == 0;
            }
            tokens.push(token);
        };
        assert_eq!(
            (found.len(), &found[0].tokens, found[0].ended),
            (1, &tokens, ended)
        );
    }
}
