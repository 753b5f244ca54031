//! What a network reads, on the host: sequences, with a name for every step and what is wanted at the end.

use super::{series::Series, vocabulary::Vocabulary};
use rekindle_models::distribution::Distribution;
use std::ops::Range;

/// Sequences as a network reads them.
#[derive(Clone, Debug, PartialEq)]
pub struct Reading {
    /// The inputs.
    pub inputs: Steps,
    /// What stands at each step of each row: a token, a number, a time stamp.
    pub labels: Vec<Vec<String>>,
    /// What the output behind each row should be, where that is known.
    pub wanted: Option<Wanted>,
}

/// The steps of each row.
#[derive(Clone, Debug, PartialEq)]
pub enum Steps {
    /// A symbol a step.
    Symbols(Vec<Vec<u32>>),
    /// A word a step, with its letters.
    Words {
        /// The words of each row.
        words: Vec<Vec<u32>>,
        /// The letters of each word of each row, at least one.
        letters: Vec<Vec<Vec<u32>>>,
    },
    /// So many numbers a step.
    Numbers {
        /// The numbers of a step.
        width: usize,
        /// Each row, `[time, width]` row-major.
        rows: Vec<Vec<f32>>,
    },
}

/// What the output behind a row should be.
#[derive(Clone, Debug, PartialEq)]
pub enum Wanted {
    /// A class or a symbol, judged by cross-entropy.
    Class(Vec<usize>),
    /// Numbers, judged by their mean squared error.
    Numbers(Vec<Vec<f32>>),
    /// Numbers of which a distribution is wanted, judged by the mean over numbers of the loss of each.
    Distributed(Said, Vec<Vec<f32>>),
    /// A class at every step of each row, all together judged by the logarithm of their probability.
    Tags(Vec<Vec<usize>>),
    /// Symbols to be written of each row, between one that begins and one that ends them; judged by the cross-entropy of each behind the
    /// first.
    Text(Vec<Vec<usize>>),
    /// Labels that the steps of each row say together, of which nobody said which step says which; all together judged by the logarithm of
    /// their probability, for each label.
    Labels(Vec<Vec<usize>>),
}

/// What a network says of each number in its place.
#[derive(Clone, Debug, PartialEq)]
pub struct Said {
    /// Its distribution.
    pub distribution: Distribution,
    /// Of counts what the mean of each number of a row is multiplied by, so that outputs about 1 are those of usual counts; none of others.
    pub means: Vec<f32>,
}

impl Steps {
    /// Series of one number of channels.
    pub(crate) fn of_series<'s>(series: impl IntoIterator<Item = &'s Series>) -> Steps {
        let mut width = 1;
        let rows = series.into_iter().map(|one| {
            width = one.channels;
            single(&one.values)
        });
        let rows = rows.collect();
        Steps::Numbers { width, rows }
    }

    /// The number of rows.
    pub fn rows(&self) -> usize {
        match self {
            Steps::Symbols(rows) | Steps::Words { words: rows, .. } => rows.len(),
            Steps::Numbers { rows, .. } => rows.len(),
        }
    }

    /// The number of steps of each row.
    pub fn lengths(&self) -> Vec<usize> {
        match self {
            Steps::Symbols(rows) | Steps::Words { words: rows, .. } => {
                rows.iter().map(Vec::len).collect()
            }
            Steps::Numbers { width, rows } => rows.iter().map(|r| r.len() / width).collect(),
        }
    }
}

impl Steps {
    /// Some rows that follow one another.
    pub(crate) fn range(&self, rows: Range<usize>) -> Steps {
        match self {
            Steps::Symbols(all) => Steps::Symbols(all[rows].to_vec()),
            Steps::Words { words, letters } => Steps::Words {
                words: words[rows.clone()].to_vec(),
                letters: letters[rows].to_vec(),
            },
            Steps::Numbers { width, rows: all } => Steps::Numbers {
                width: *width,
                rows: all[rows].to_vec(),
            },
        }
    }
}

impl Wanted {
    /// Of how many terms the loss is the mean.
    pub(crate) fn terms(&self) -> usize {
        match self {
            Wanted::Class(classes) => classes.len(),
            Wanted::Numbers(rows) | Wanted::Distributed(_, rows) => rows.len(),
            Wanted::Tags(rows) => rows.len(),
            Wanted::Text(rows) => rows.iter().map(|row| row.len() - 1).sum(),
            Wanted::Labels(rows) => rows.iter().map(Vec::len).sum::<usize>().max(1),
        }
    }

    /// What is wanted of some of so many rows that follow one another.
    pub(crate) fn range(&self, rows: Range<usize>, of: usize) -> Wanted {
        let each = self.terms() / of;
        let outputs = rows.start * each..rows.end * each;
        match self {
            Wanted::Class(all) => Wanted::Class(all[outputs].to_vec()),
            Wanted::Numbers(all) => Wanted::Numbers(all[outputs].to_vec()),
            Wanted::Distributed(said, all) => {
                Wanted::Distributed(said.clone(), all[outputs].to_vec())
            }
            Wanted::Tags(all) => Wanted::Tags(all[rows].to_vec()),
            Wanted::Text(all) => Wanted::Text(all[rows].to_vec()),
            Wanted::Labels(all) => Wanted::Labels(all[rows].to_vec()),
        }
    }
}

impl Series {
    /// What stands at each step: its number.
    pub(crate) fn labels(&self) -> Vec<String> {
        (0..self.steps).map(|step| step.to_string()).collect()
    }
}

impl Reading {
    /// One series.
    pub(crate) fn of_series(series: &Series) -> Reading {
        Reading {
            labels: vec![series.labels()],
            inputs: Steps::of_series([series]),
            wanted: None,
        }
    }

    /// The number of rows.
    pub fn rows(&self) -> usize {
        self.inputs.rows()
    }

    /// The number of steps of each row.
    pub fn lengths(&self) -> Vec<usize> {
        self.inputs.lengths()
    }

    /// Some of the rows, in that order.
    fn select(&self, chosen: &[usize]) -> Reading {
        fn of<T: Clone>(all: &[T], chosen: &[usize]) -> Vec<T> {
            chosen.iter().map(|&i| all[i].clone()).collect()
        }
        Reading {
            inputs: match &self.inputs {
                Steps::Symbols(rows) => Steps::Symbols(of(rows, chosen)),
                Steps::Words { words, letters } => Steps::Words {
                    words: of(words, chosen),
                    letters: of(letters, chosen),
                },
                Steps::Numbers { width, rows } => Steps::Numbers {
                    width: *width,
                    rows: of(rows, chosen),
                },
            },
            labels: of(&self.labels, chosen),
            wanted: self.wanted.as_ref().map(|wanted| match wanted {
                Wanted::Class(all) => Wanted::Class(of(all, chosen)),
                Wanted::Numbers(all) => Wanted::Numbers(of(all, chosen)),
                Wanted::Distributed(said, all) => {
                    Wanted::Distributed(said.clone(), of(all, chosen))
                }
                Wanted::Tags(all) => Wanted::Tags(of(all, chosen)),
                Wanted::Text(all) => Wanted::Text(of(all, chosen)),
                Wanted::Labels(all) => Wanted::Labels(of(all, chosen)),
            }),
        }
    }

    /// The longest rows, so many at most, each cut to its last steps so that all are as long as the
    /// shortest of them, and none longer than `most`.
    pub(crate) fn level(&self, rows: usize, most: usize) -> Reading {
        let lengths = self.lengths();
        let mut order: Vec<usize> = (0..lengths.len()).collect();
        order.sort_by_key(|&i| std::cmp::Reverse(lengths[i].min(most)));
        order.truncate(rows);
        let steps = order
            .iter()
            .map(|&i| lengths[i])
            .min()
            .unwrap_or(0)
            .min(most);
        let mut level = self.select(&order);
        fn cut<T>(rows: &mut [Vec<T>], keep: usize) {
            for row in rows {
                row.drain(..row.len() - keep);
            }
        }
        match &mut level.inputs {
            Steps::Symbols(rows) => cut(rows, steps),
            Steps::Words { words, letters } => {
                cut(words, steps);
                cut(letters, steps);
            }
            Steps::Numbers { width, rows } => cut(rows, steps * *width),
        }
        cut(&mut level.labels, steps);
        if let Some(Wanted::Tags(tags)) = &mut level.wanted {
            cut(tags, steps);
        }
        level
    }
}

/// Scaled numbers as a network reads them.
pub(crate) fn single(values: &[f64]) -> Vec<f32> {
    values.iter().map(|&v| v as f32).collect()
}

impl Vocabulary {
    /// What stands at each step of a text.
    pub(crate) fn labels(&self, symbols: &[u32]) -> Vec<String> {
        let label = |&symbol: &u32| visible(self.get(symbol).unwrap_or_default());
        symbols.iter().map(label).collect()
    }
}

/// A symbol as it stands on an axis: what would not be seen is written.
pub(crate) fn visible(symbol: &str) -> String {
    match symbol {
        "\n" => "⏎".into(),
        " " => "␣".into(),
        "\t" => "⇥".into(),
        "" => "‿".into(),
        other => other.into(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_are_levelled_at_their_ends() {
        let reading = Reading {
            inputs: Steps::Symbols(vec![vec![1, 2], vec![3, 4, 5, 6], vec![7, 8, 9]]),
            labels: ["ab", "cdef", "ghi"]
                .map(|row| row.chars().map(String::from).collect())
                .to_vec(),
            wanted: Some(Wanted::Class(vec![0, 1, 2])),
        };
        let level = reading.level(2, 10);
        assert_eq!(
            level.inputs,
            Steps::Symbols(vec![vec![4, 5, 6], vec![7, 8, 9]])
        );
        assert_eq!(level.labels[0], ["d", "e", "f"]);
        assert_eq!(level.wanted, Some(Wanted::Class(vec![1, 2])));
        assert_eq!(reading.level(3, 1).lengths(), [1, 1, 1]);
    }
}
