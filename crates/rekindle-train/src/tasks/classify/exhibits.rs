//! What a report shows of a classifier: which classes it takes for which, and where it errs most.

use super::Classifier;
use rekindle_view::{Block, Confusion};

/// The most classes that a matrix is legible with.
const CLASSES: usize = 40;

/// The examples shown.
const WORST: usize = 6;

/// The matrix and the worst examples among `rows`, from their probabilities, `[rows, classes]`.
pub(super) fn of<C: Classifier + ?Sized>(
    task: &C,
    rows: &[usize],
    probabilities: &[f32],
) -> Vec<Block> {
    let names = task.class_names();
    let classes = names.len();
    let mut counts = vec![vec![0; classes]; classes];
    let mut wrong = Vec::new();
    for (&row, p) in rows.iter().zip(probabilities.chunks(classes)) {
        let truth = task.labels()[row];
        let best = (0..classes).max_by(|&a, &b| p[a].total_cmp(&p[b]));
        let best = best.unwrap_or(0);
        counts[truth][best] += 1;
        if best != truth {
            wrong.push((p[truth], p[best], row, best));
        }
    }
    let mut blocks = Vec::new();
    if classes <= CLASSES {
        blocks.push(Block::Confusion(Confusion {
            title: "Classes of the test part".into(),
            classes: names.to_vec(),
            counts,
        }));
    }
    wrong.sort_by(|a, b| a.0.total_cmp(&b.0));
    let count = match wrong.len() {
        0 => format!("None of the {} test {} is wrong.", rows.len(), task.unit()),
        n => format!(
            "{n} of the {} test {} are wrong; these are the worst, by the probability of the true class.",
            rows.len(),
            task.unit()
        ),
    };
    blocks.push(Block::Text(count));
    for (own, probability, row, best) in wrong.into_iter().take(WORST) {
        let caption = format!(
            "{}, taken for {} with {probability:.3}; the truth was given {own:.2e}",
            names[task.labels()[row]],
            names[best]
        );
        blocks.push(task.shown(row, caption));
    }
    blocks
}
