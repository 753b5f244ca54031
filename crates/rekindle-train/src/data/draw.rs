//! Random draws that are a function of a purpose, a seed and a number, and of nothing else.
//!
//! The generator's key is built here and the draws use its raw words only, since neither
//! `seed_from_u64` nor the distributions of `rand` promise the same values across its versions.

use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;

/// What the draws are for. One seed gives unrelated draws to each purpose.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Purpose {
    /// The order of an epoch.
    Shuffle = 0,
    /// Items of the adding problem.
    Adding = 2,
    /// Items of the copying problem.
    Copying = 3,
    /// The symbols of a sample.
    Sampling = 4,
    /// The words of an update that are read as the unknown one.
    Unknown = 5,
    /// The order of batches whose rows are about as long.
    Batches = 6,
}

/// One stream of draws.
pub(crate) struct Draw(ChaCha8Rng);

impl Draw {
    /// The stream that belongs to these three, always the same.
    pub(crate) fn new(purpose: Purpose, seed: u64, number: u64) -> Self {
        let mut key = [0; 32];
        let words = [seed, number, purpose as u64];
        for (bytes, word) in key.chunks_exact_mut(8).zip(words) {
            bytes.copy_from_slice(&word.to_le_bytes());
        }
        Self(ChaCha8Rng::from_seed(key))
    }

    /// A whole number in `0..bound`, or 0 when the bound is 0. The bias is below `bound / 2^64`.
    pub(super) fn below(&mut self, bound: usize) -> usize {
        ((u128::from(self.0.next_u64()) * bound as u128) >> 64) as usize
    }

    /// A number in `[0, 1)`, one of the 2^24 that 32-bit floats space evenly there.
    pub(crate) fn unit(&mut self) -> f32 {
        (self.0.next_u32() >> 8) as f32 / 16_777_216.0
    }

    /// Puts the items in random order (Fisher-Yates).
    pub(crate) fn shuffle<T>(&mut self, items: &mut [T]) {
        for last in (1..items.len()).rev() {
            items.swap(last, self.below(last + 1));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(purpose: Purpose, seed: u64, number: u64) -> Vec<usize> {
        let mut draw = Draw::new(purpose, seed, number);
        (0..4).map(|_| draw.below(1000)).collect()
    }

    #[test]
    fn each_of_purpose_seed_and_number_changes_the_draws() {
        let base = words(Purpose::Adding, 1, 2);
        assert_eq!(base, words(Purpose::Adding, 1, 2));
        assert_ne!(base, words(Purpose::Copying, 1, 2));
        assert_ne!(base, words(Purpose::Adding, 2, 2));
        assert_ne!(base, words(Purpose::Adding, 2, 1));
    }

    #[test]
    fn draws_stay_within_their_bounds_and_reach_both_ends() {
        let mut draw = Draw::new(Purpose::Adding, 0, 0);
        let whole: Vec<_> = (0..1000).map(|_| draw.below(5)).collect();
        assert_eq!(
            (whole.iter().min(), whole.iter().max()),
            (Some(&0), Some(&4))
        );
        assert_eq!(draw.below(0), 0);
        let units: Vec<_> = (0..1000).map(|_| draw.unit()).collect();
        assert!(units.iter().all(|unit| (0.0..1.0).contains(unit)));
        let mean = units.iter().sum::<f32>() / 1000.0;
        // Four standard errors of the mean of 1000 uniform draws.
        assert!(
            (mean - 0.5).abs() < 4.0 * (1.0_f32 / 12.0 / 1000.0).sqrt(),
            "{mean}"
        );
    }
}
