//! How a classifier is judged.

use crate::metric::Metric;
use burn::tensor::Tensor;

/// The most likely class of each row.
pub(super) fn predictions(logits: Tensor<2>) -> Vec<usize> {
    let classes = logits.argmax(1).into_data();
    classes.iter::<i64>().map(|c| c as usize).collect()
}

/// Accuracy, and the mean over classes of F1.
pub(super) fn scores(predicted: &[usize], labels: &[usize], classes: usize) -> Vec<Metric> {
    let (mut hits, mut named, mut there) = (vec![0; classes], vec![0; classes], vec![0; classes]);
    for (&p, &l) in predicted.iter().zip(labels) {
        hits[l] += usize::from(p == l);
        named[p] += 1;
        there[l] += 1;
    }
    let right: usize = hits.iter().sum();
    let f1 = |class: usize| match named[class] + there[class] {
        0 => None,
        both => Some(2.0 * hits[class] as f64 / both as f64),
    };
    let f1s: Vec<f64> = (0..classes).filter_map(f1).collect();
    vec![
        Metric::higher("accuracy", right as f64 / labels.len() as f64),
        Metric::higher(
            "macro F1",
            f1s.iter().sum::<f64>() / f1s.len().max(1) as f64,
        ),
    ]
}

/// The accuracy of naming the most frequent class of the training rows every time.
pub(super) fn majority(
    train: &[usize],
    rows: &[usize],
    labels: &[usize],
    classes: usize,
) -> (String, Metric) {
    let mut counts = vec![0; classes];
    for &row in train {
        counts[labels[row]] += 1;
    }
    let most = (0..classes).max_by_key(|&class| counts[class]).unwrap_or(0);
    let there: Vec<usize> = rows.iter().map(|&i| labels[i]).collect();
    let accuracy = scores(&vec![most; there.len()], &there, classes).swap_remove(0);
    ("most frequent class".into(), accuracy)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn f1_is_the_mean_over_the_classes_that_occur() {
        // Class 0: 2 hits, 3 named, 2 there; class 1: 1 hit, 1 named, 2 there; class 2 never.
        let scores = scores(&[0, 0, 0, 1], &[0, 0, 1, 1], 3);
        assert_eq!(scores[0].value, 0.75);
        assert!((scores[1].value - (0.8 + 2.0 / 3.0) / 2.0).abs() < 1e-12);
    }

    #[test]
    fn many_classes_are_judged_in_time() {
        let labels: Vec<usize> = (0..200_000).collect();
        let began = std::time::Instant::now();
        assert_eq!(scores(&labels, &labels, labels.len())[1].value, 1.0);
        let (_, majority) = majority(&labels, &labels[..4], &labels, labels.len());
        assert_eq!(majority.value, 0.0);
        assert!(began.elapsed().as_secs() < 20, "{:?}", began.elapsed());
    }
}
