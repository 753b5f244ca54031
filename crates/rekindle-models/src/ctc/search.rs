//! What a row of class probabilities says, where classes repeat and a blank stands between: greedy, and by beam search.

use std::collections::BTreeMap;

/// The labels of the best class at each step: repeats are one, blanks are none. `log_probs` is `[time, classes]`.
///
/// # Panics
///
/// If the numbers are not a whole number of steps.
pub fn greedy(log_probs: &[f32], classes: usize, blank: usize) -> Vec<usize> {
    let best = steps(log_probs, classes).map(|step| {
        let larger = |best: usize, class: usize| {
            if step[class] > step[best] {
                class
            } else {
                best
            }
        };
        (0..classes).fold(0, larger)
    });
    let mut best: Vec<usize> = best.collect();
    best.dedup();
    best.retain(|&class| class != blank);
    best
}

/// The most probable labels that a beam search finds, with the logarithm of their probability, the best first: prefixes are
/// extended step by step, and the probabilities of all paths that say the same are summed (A. Hannun et al. 2014,
/// <https://arxiv.org/abs/1408.2873>, without a language model).
///
/// `log_probs` is `[time, classes]`; `width` prefixes are kept a step.
///
/// # Panics
///
/// If the numbers are not a whole number of steps, or the width is 0.
pub fn prefix_beam(
    log_probs: &[f32],
    classes: usize,
    blank: usize,
    width: usize,
) -> Vec<(Vec<usize>, f64)> {
    assert!(width > 0, "a beam search keeps at least one prefix");
    let mut beam = vec![(Vec::new(), Paths::EMPTY)];
    for step in steps(log_probs, classes) {
        let mut next: BTreeMap<Vec<usize>, Paths> = BTreeMap::new();
        for (prefix, paths) in &beam {
            for (class, &log_prob) in step.iter().enumerate() {
                let log_prob = f64::from(log_prob);
                if class == blank {
                    next.entry(prefix.clone())
                        .or_default()
                        .blank(paths.all() + log_prob);
                } else if prefix.last() == Some(&class) {
                    // Without a blank between the two are one, with a blank they are two.
                    next.entry(prefix.clone())
                        .or_default()
                        .label(paths.label + log_prob);
                    extended(&mut next, prefix, class).label(paths.blank + log_prob);
                } else {
                    extended(&mut next, prefix, class).label(paths.all() + log_prob);
                }
            }
        }
        // What no path says so far, equal labels without a step for the blank between, is none.
        let said = next
            .into_iter()
            .filter(|(_, paths)| paths.all() > f64::NEG_INFINITY);
        beam = said.collect();
        beam.sort_by(|(_, a), (_, b)| b.all().total_cmp(&a.all()));
        beam.truncate(width);
    }
    let found = beam
        .into_iter()
        .map(|(prefix, paths)| (prefix, paths.all()));
    found.collect()
}

fn steps(log_probs: &[f32], classes: usize) -> std::slice::ChunksExact<'_, f32> {
    assert!(
        classes > 0 && log_probs.len().is_multiple_of(classes),
        "{} numbers are no whole steps of {classes} classes",
        log_probs.len()
    );
    log_probs.chunks_exact(classes)
}

/// The paths of a prefix with one more label.
fn extended<'n>(
    next: &'n mut BTreeMap<Vec<usize>, Paths>,
    prefix: &[usize],
    class: usize,
) -> &'n mut Paths {
    let longer = prefix.iter().copied().chain([class]).collect();
    next.entry(longer).or_default()
}

/// The logarithms of the probabilities of all paths that say a prefix, by what they end with.
#[derive(Clone, Copy)]
struct Paths {
    blank: f64,
    label: f64,
}

impl Default for Paths {
    fn default() -> Self {
        Paths {
            blank: f64::NEG_INFINITY,
            label: f64::NEG_INFINITY,
        }
    }
}

impl Paths {
    /// Those before the first step: one, which says nothing.
    const EMPTY: Paths = Paths {
        blank: 0.0,
        label: f64::NEG_INFINITY,
    };

    fn all(&self) -> f64 {
        log_add(self.blank, self.label)
    }

    fn blank(&mut self, log_prob: f64) {
        self.blank = log_add(self.blank, log_prob);
    }

    fn label(&mut self, log_prob: f64) {
        self.label = log_add(self.label, log_prob);
    }
}

/// `ln(exp a + exp b)`.
fn log_add(a: f64, b: f64) -> f64 {
    let (large, small) = if a > b { (a, b) } else { (b, a) };
    match large {
        f64::NEG_INFINITY => large,
        _ => large + (small - large).exp().ln_1p(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// All paths of a few steps, and the probabilities of what they say: the definition.
    fn all_paths(log_probs: &[f32], classes: usize, blank: usize) -> BTreeMap<Vec<usize>, f64> {
        let mut paths = vec![(Vec::new(), 0.0)];
        for step in log_probs.chunks(classes) {
            paths = paths
                .iter()
                .flat_map(|(path, sum): &(Vec<usize>, f64)| {
                    step.iter().enumerate().map(move |(class, &log_prob)| {
                        let longer = path.iter().copied().chain([class]).collect();
                        (longer, sum + f64::from(log_prob))
                    })
                })
                .collect();
        }
        let mut said: BTreeMap<Vec<usize>, f64> = BTreeMap::new();
        for (mut path, log_prob) in paths {
            path.dedup();
            path.retain(|&class| class != blank);
            *said.entry(path).or_default() += log_prob.exp();
        }
        said
    }

    fn log_probs(steps: usize, classes: usize) -> Vec<f32> {
        let logits = (0..steps * classes).map(|k| (k as f64 * 1.7).sin() * 2.0);
        let logits: Vec<f64> = logits.collect();
        let rows = logits.chunks(classes).flat_map(|row| {
            let sum = row.iter().map(|v| v.exp()).sum::<f64>().ln();
            row.iter().map(move |v| (v - sum) as f32)
        });
        rows.collect()
    }

    #[test]
    fn a_beam_that_loses_nothing_finds_the_sum_over_all_paths() {
        let (steps, classes, blank) = (5, 3, 1);
        let log_probs = log_probs(steps, classes);
        let right = all_paths(&log_probs, classes, blank);
        let found = prefix_beam(&log_probs, classes, blank, 1000);
        assert_eq!(found.len(), right.len());
        for (labels, log_prob) in &found {
            assert!((log_prob.exp() - right[labels]).abs() < 1e-12, "{labels:?}");
        }
        assert!(found.windows(2).all(|two| two[0].1 >= two[1].1));
    }

    #[test]
    fn repeats_are_one_and_blanks_are_none() {
        let one_hot = |class: usize| (0..3).map(move |c| if c == class { 0.0 } else { -9.0 });
        let rows: Vec<f32> = [1, 1, 0, 1, 2, 2, 0]
            .into_iter()
            .flat_map(one_hot)
            .collect();
        assert_eq!(greedy(&rows, 3, 0), [1, 1, 2]);
        assert_eq!(prefix_beam(&rows, 3, 0, 4)[0].0, [1, 1, 2]);
    }

    #[test]
    fn the_sum_of_paths_may_beat_the_best_path() {
        // Two steps: blank 0.6, a 0.4. The best path is blank, blank (0.36); `a` is said by three (0.64).
        let rows: Vec<f32> = [0.6f32, 0.4, 0.6, 0.4].map(f32::ln).to_vec();
        assert!(greedy(&rows, 2, 0).is_empty());
        assert_eq!(prefix_beam(&rows, 2, 0, 2)[0].0, [1]);
    }
}
