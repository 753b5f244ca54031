//! The classical problems of long-term dependency, generated one item at a time.

use super::draw::{Draw, Purpose};
use crate::error::{Error, Result};

/// The adding problem: add the two marked numbers of a long sequence.
///
/// Hochreiter and Schmidhuber, *Long Short-Term Memory*, 1997, in the form of Le, Jaitly and
/// Hinton, *A Simple Way to Initialize Recurrent Networks of Rectified Linear Units*, 2015: numbers
/// in `[0, 1)`, one marker in each half, and their sum as the target.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct AddingProblem {
    steps: usize,
}

impl AddingProblem {
    /// The mean squared error of always answering 1, the variance of the sum of two uniform numbers:
    /// `2 · 1/12`. Le et al. print 0.1767 for it, which is a slip of theirs for 0.1667.
    pub const BASELINE: f64 = 1.0 / 6.0;

    /// The problem over sequences of `steps` steps; each half needs one.
    pub fn new(steps: usize) -> Result<Self> {
        if steps < 2 {
            return Err(Error::mend(format!(
                "steps = {steps}: the adding problem marks one step in each half; use 2 or more"
            )));
        }
        Ok(Self { steps })
    }

    /// The steps of a sequence.
    pub fn steps(&self) -> usize {
        self.steps
    }

    /// Item `index` of the data set `seed`: the input, `[steps, 2]` row-major with the number and its
    /// marker at each step, and the target.
    pub fn item(&self, seed: u64, index: u64) -> (Vec<f32>, f32) {
        let mut draw = Draw::new(Purpose::Adding, seed, index);
        let half = self.steps / 2;
        let marked = [draw.below(half), half + draw.below(self.steps - half)];
        let mut input = Vec::with_capacity(2 * self.steps);
        let mut target = 0.0;
        for step in 0..self.steps {
            let value = draw.unit();
            let marker = if marked.contains(&step) { 1.0 } else { 0.0 };
            input.extend([value, marker]);
            target += value * marker;
        }
        (input, target)
    }
}

/// The copying problem: repeat a few symbols after a long delay.
///
/// Arjovsky, Shah and Bengio, *Unitary Evolution Recurrent Neural Networks*, 2016:
///
/// ```text
/// input    x₁ … x_L   blank × (T-1)   delimiter   blank × L
/// target   blank × (T + L)                        x₁ … x_L
/// ```
///
/// with `L` the length and `T` the delay. Of the paper's 10 symbols, 0 to 7 are to be remembered, 8
/// is the blank and 9 the delimiter; so are the last two of any other number.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CopyingProblem {
    symbols: u32,
    length: usize,
    delay: usize,
}

impl CopyingProblem {
    /// The problem with so many symbols in all (10 in the paper), so many to remember (10), over so
    /// many steps (100 to 500).
    pub fn new(symbols: u32, length: usize, delay: usize) -> Result<Self> {
        let refused = |problem: String| Err(Error::mend(problem));
        if symbols < 4 {
            return refused(format!(
                "symbols = {symbols}: blank and delimiter are two of them; use 4 or more"
            ));
        }
        if length == 0 {
            return refused("length = 0: there is nothing to copy; use 1 or more".to_owned());
        }
        if delay == 0 {
            return refused("delay = 0: the delimiter takes one step; use 1 or more".to_owned());
        }
        Ok(Self {
            symbols,
            length,
            delay,
        })
    }

    /// The steps of a sequence: `delay + 2 · length`.
    pub fn steps(&self) -> usize {
        self.delay + 2 * self.length
    }

    /// The cross entropy a step, in nats, of the best model without memory: it is sure of the blanks
    /// and guesses the rest, `length · ln(symbols - 2) / (delay + 2 · length)`.
    pub fn baseline(&self) -> f64 {
        self.length as f64 * f64::from(self.symbols - 2).ln() / self.steps() as f64
    }

    /// Item `index` of the data set `seed`: the symbols of the input and of the target.
    pub fn item(&self, seed: u64, index: u64) -> (Vec<u32>, Vec<u32>) {
        let mut draw = Draw::new(Purpose::Copying, seed, index);
        let (blank, delimiter) = (self.symbols - 2, self.symbols - 1);
        let remembered: Vec<u32> = (0..self.length)
            .map(|_| draw.below(blank as usize) as u32)
            .collect();
        let blanks = |count| std::iter::repeat_n(blank, count);
        let mut input = remembered.clone();
        input.extend(
            blanks(self.delay - 1)
                .chain([delimiter])
                .chain(blanks(self.length)),
        );
        let target = blanks(self.delay + self.length).chain(remembered).collect();
        (input, target)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_target_adds_one_marked_number_of_each_half() {
        for steps in [2, 3, 7, 50] {
            let problem = AddingProblem::new(steps).unwrap();
            for index in 0..50 {
                let (input, target) = problem.item(3, index);
                assert_eq!(input.len(), 2 * steps);
                let marked: Vec<usize> = (0..steps)
                    .filter(|step| input[2 * step + 1] == 1.0)
                    .collect();
                assert!(
                    marked.len() == 2 && marked[0] < steps / 2 && marked[1] >= steps / 2,
                    "{marked:?}"
                );
                assert_eq!(target, input[2 * marked[0]] + input[2 * marked[1]]);
                assert!(input.iter().all(|value| (0.0..=1.0).contains(value)));
            }
        }
    }

    #[test]
    fn answering_one_has_the_baseline_error() {
        let problem = AddingProblem::new(4).unwrap();
        let count = 20_000;
        let squares = (0..count).map(|index| (f64::from(problem.item(0, index).1) - 1.0).powi(2));
        let error = squares.sum::<f64>() / count as f64;
        // Four standard errors: the squared error has variance 1/15 - 1/36 = 7/180.
        let margin = 4.0 * (7.0 / 180.0 / count as f64).sqrt();
        assert!((error - AddingProblem::BASELINE).abs() < margin, "{error}");
    }

    #[test]
    fn the_first_symbols_come_back_at_the_end() {
        let problem = CopyingProblem::new(10, 3, 4).unwrap();
        let (input, target) = problem.item(1, 2);
        let remembered = &input[..3];
        assert!(remembered.iter().all(|&symbol| symbol < 8));
        assert_eq!(input[3..], [8, 8, 8, 9, 8, 8, 8]);
        assert_eq!(target[..7], [8; 7]);
        assert_eq!(&target[7..], remembered);
        assert_eq!((input.len(), target.len(), problem.steps()), (10, 10, 10));
    }

    #[test]
    fn all_symbols_to_remember_are_drawn() {
        let problem = CopyingProblem::new(10, 200, 1).unwrap();
        let mut drawn = problem.item(0, 0).0[..200].to_vec();
        drawn.sort_unstable();
        drawn.dedup();
        assert_eq!(drawn, [0, 1, 2, 3, 4, 5, 6, 7]);
    }

    #[test]
    fn the_copying_baseline_is_the_papers() {
        let baseline = CopyingProblem::new(10, 10, 100).unwrap().baseline();
        assert!(
            (baseline - 10.0 * 8.0_f64.ln() / 120.0).abs() < 1e-12,
            "{baseline}"
        );
    }

    #[test]
    fn items_depend_on_seed_and_index_alone() {
        let adding = AddingProblem::new(5).unwrap();
        assert_eq!(adding.item(1, 2), adding.item(1, 2));
        assert_ne!(adding.item(1, 2), adding.item(1, 3));
        assert_ne!(adding.item(1, 2), adding.item(2, 2));
        let copying = CopyingProblem::new(10, 10, 5).unwrap();
        assert_eq!(copying.item(1, 2), copying.item(1, 2));
        assert_ne!(copying.item(1, 2), copying.item(1, 3));
        assert_ne!(copying.item(1, 2), copying.item(2, 2));
    }

    #[test]
    fn items_are_the_same_on_every_machine_and_version() {
        // From a ChaCha8 written anew in Python; published results rely on it.
        let (input, _) = AddingProblem::new(8).unwrap().item(42, 0);
        assert_eq!(
            input[..6],
            [0.485_377_13, 0.0, 0.110_984_09, 0.0, 0.186_090_95, 1.0]
        );
        assert_eq!(input[11], 1.0);
    }

    #[test]
    fn problems_without_room_are_refused() {
        let error = AddingProblem::new(1).unwrap_err().to_string();
        assert!(
            error.contains("steps = 1") && error.contains("use 2 or more"),
            "{error}"
        );
        for (symbols, length, delay, words) in [
            (3, 1, 1, "symbols = 3"),
            (4, 0, 1, "length = 0"),
            (4, 1, 0, "delay = 0"),
        ] {
            let error = CopyingProblem::new(symbols, length, delay)
                .unwrap_err()
                .to_string();
            assert!(
                error.contains(words) && error.contains("or more"),
                "{error}"
            );
        }
    }
}
