//! When the averaging of weights begins that waits until they no longer become better.

use serde::{Deserialize, Serialize};
use std::collections::VecDeque;

/// The non-monotonic trigger of NT-ASGD (Merity et al. 2017, <https://arxiv.org/abs/1708.02182>): averaging begins at the first
/// evaluation whose loss is above the lowest of those that so many or more evaluations lie behind.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub(crate) struct Trigger {
    /// The losses of the last evaluations, as many as one has patience for.
    recent: VecDeque<f64>,
    /// The lowest loss before those.
    lowest: Option<f64>,
    /// The update behind which averaging began.
    began: Option<u64>,
}

impl Trigger {
    /// Takes an evaluation in; says whether averaging begins with it.
    pub(crate) fn add(&mut self, step: u64, loss: f64, patience: u64) -> bool {
        if self.began.is_some() {
            return false;
        }
        let above = self.lowest.is_some_and(|lowest| loss > lowest);
        self.recent.push_back(loss);
        if self.recent.len() as u64 > patience
            && let Some(left) = self.recent.pop_front()
        {
            // Of a loss that is no number nothing follows: `min` takes the other.
            self.lowest = Some(self.lowest.unwrap_or(left).min(left));
        }
        if above {
            self.began = Some(step);
        }
        above
    }

    /// The update behind which averaging began, if it did.
    pub(crate) fn began(&self) -> Option<u64> {
        self.began
    }

    /// Lets the evaluations before averaging begin anew.
    pub(crate) fn forget(&mut self) {
        self.recent.clear();
        self.lowest = None;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn averaging_begins_where_the_loss_is_above_the_lowest_of_long_ago() {
        // With a patience of 2 the fourth evaluation is the first that has one before the last two.
        for (losses, begins) in [
            (&[3.0, 2.0, 1.0, 2.5, 1.5][..], None),
            (&[3.0, 2.0, 1.0, 2.5, 1.5, 2.1], Some(5)),
            (&[3.0, 2.0, 1.0, 2.5, 1.5, 0.9, 1.4], Some(6)),
            (&[3.0, 2.0, 3.1], None),
            (&[3.0, 2.0, 2.5, 3.1, 9.0], Some(3)),
            (&[1.0, f64::NAN, 2.0, 2.0], Some(3)),
            (&[f64::NAN, 1.0, 0.9, 0.8, 2.0], Some(4)),
        ] {
            let mut trigger = Trigger::default();
            let began = losses
                .iter()
                .zip(0..)
                .filter_map(|(&loss, step)| trigger.add(step, loss, 2).then_some(step));
            let began: Vec<u64> = began.collect();
            assert_eq!(began, Vec::from_iter(begins), "{losses:?}");
            assert_eq!(trigger.began(), begins);
        }
    }
}
