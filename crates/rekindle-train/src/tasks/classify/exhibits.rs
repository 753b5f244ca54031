//! What a report shows of a classifier: which classes it takes for which, and where it errs most.

use crate::tasks::labelled::items::Items;
use rekindle_view::{Block, Confusion};

/// The most classes that a matrix is legible with.
pub(super) const CLASSES: usize = 40;

/// The examples shown.
const WORST: usize = 6;

/// What a network took a row for.
pub(super) struct Guess {
    row: usize,
    pub(super) truth: usize,
    pub(super) best: usize,
    /// The probability of the true class, and of the likeliest.
    pub(super) probabilities: [f32; 2],
}

impl Guess {
    /// From the probabilities of the classes.
    pub(super) fn of(p: &[f32], row: usize, truth: usize) -> Self {
        let best = (0..p.len()).max_by(|&a, &b| p[a].total_cmp(&p[b]));
        let best = best.unwrap_or(0);
        Guess {
            row,
            truth,
            best,
            probabilities: [p[truth], p[best]],
        }
    }
}

/// The matrix and the worst examples among some rows.
pub(super) fn of<I: Items>(items: &I, names: &[String], guesses: &[Guess]) -> Vec<Block> {
    let classes = names.len();
    let mut blocks = Vec::new();
    if classes <= CLASSES {
        let mut counts = vec![vec![0; classes]; classes];
        for guess in guesses {
            counts[guess.truth][guess.best] += 1;
        }
        blocks.push(Block::Confusion(Confusion {
            title: "Classes of the test part".into(),
            classes: names.to_vec(),
            counts,
        }));
    }
    let mut wrong: Vec<&Guess> = guesses.iter().filter(|g| g.best != g.truth).collect();
    wrong.sort_by(|a, b| a.probabilities[0].total_cmp(&b.probabilities[0]));
    let count = match wrong.len() {
        0 => format!("None of the {} test {} is wrong.", guesses.len(), I::UNIT),
        n => format!(
            "{n} of the {} test {} are wrong; these are the worst, by the probability of the true class.",
            guesses.len(),
            I::UNIT
        ),
    };
    blocks.push(Block::Text(count));
    for guess in wrong.into_iter().take(WORST) {
        let [own, probability] = guess.probabilities;
        let caption = format!(
            "{}, taken for {} with {probability:.3}; the truth was given {own:.2e}",
            names[guess.truth], names[guess.best]
        );
        blocks.push(items.shown(guess.row, caption));
    }
    blocks
}
