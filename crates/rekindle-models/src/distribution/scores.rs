//! How good what was said of numbers is, when they are known.

/// The continuous ranked probability score of what samples say of a number: `E|x - z| - ½ E|x - x'|`, in the number's unit; of one
/// sample, the absolute error (Gneiting & Raftery 2007, equation 21).
///
/// # Panics
///
/// If there is no sample.
pub fn crps(samples: &[f64], number: f64) -> f64 {
    assert!(!samples.is_empty(), "a score of no sample");
    let mut sorted = samples.to_vec();
    sorted.sort_by(f64::total_cmp);
    let count = sorted.len() as f64;
    let error: f64 = sorted.iter().map(|x| (x - number).abs()).sum();
    // Sorted, the distances of all pairs are a weighted sum: x_i is above i of the others.
    let spread = sorted.iter().enumerate();
    let spread: f64 = spread
        .map(|(i, x)| (2.0 * i as f64 + 1.0 - count) * x)
        .sum();
    error / count - spread / (count * count)
}

/// The loss of a quantile: `2 max(l (z - q), (l - 1)(z - q))`, at a level of ½ the absolute error.
pub fn quantile_loss(level: f64, quantile: f64, number: f64) -> f64 {
    let above = number - quantile;
    2.0 * (level * above).max((level - 1.0) * above)
}

/// The quantile of a level of some samples: of as many as fall on each side, by a straight line between the two next to it.
///
/// # Panics
///
/// If there is no sample.
pub fn quantile(samples: &[f64], level: f64) -> f64 {
    assert!(!samples.is_empty(), "a quantile of no sample");
    let mut sorted = samples.to_vec();
    sorted.sort_by(f64::total_cmp);
    let place = level.clamp(0.0, 1.0) * (sorted.len() - 1) as f64;
    let below = place.floor() as usize;
    let above = place.ceil() as usize;
    sorted[below] + (place - below as f64) * (sorted[above] - sorted[below])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_score_of_samples_is_its_definition() {
        let samples = [0.3, -1.2, 2.5, 2.5, 0.0];
        let number = 0.7;
        let error: f64 = samples
            .iter()
            .map(|x: &f64| (x - number).abs())
            .sum::<f64>()
            / 5.0;
        let pairs = samples.iter().flat_map(|x| samples.map(|y| (x - y).abs()));
        let spread = pairs.sum::<f64>() / 25.0;
        assert!((crps(&samples, number) - (error - spread / 2.0)).abs() < 1e-12);
        assert_eq!(crps(&[3.0], 1.0), 2.0);
    }

    #[test]
    fn quantiles_lie_between_samples() {
        assert_eq!(quantile(&[4.0, 1.0, 3.0, 2.0], 0.5), 2.5);
        assert_eq!(
            [0.0, 1.0].map(|level| quantile(&[4.0, 1.0], level)),
            [1.0, 4.0]
        );
        assert_eq!([1.0, 3.0].map(|z| quantile_loss(0.5, 2.0, z)), [1.0, 1.0]);
        assert!((quantile_loss(0.9, 2.0, 3.0) - 1.8).abs() < 1e-12);
        assert!((quantile_loss(0.9, 2.0, 1.0) - 0.2).abs() < 1e-12);
    }
}
