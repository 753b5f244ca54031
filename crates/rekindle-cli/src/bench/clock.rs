//! The stop-watch: rounds in which competitors take turns, and what they amount to.

use std::time::{Duration, Instant};

use super::work::Work;

/// What one reading of the clock covers at least: runs that are shorter are read several at a time,
/// so that neither the clock nor the caches left behind by the competitor count.
const READING: Duration = Duration::from_millis(2);

/// The fewest rounds, however long a run takes.
const ROUNDS: usize = 3;

/// The times of one competitor, milliseconds a run, the shortest first; never empty.
#[derive(Clone, Debug)]
pub(crate) struct Times {
    readings: Vec<f64>,
    batch: u32,
}

impl Times {
    pub(crate) fn min(&self) -> f64 {
        self.readings[0]
    }

    pub(crate) fn median(&self) -> f64 {
        let n = self.readings.len();
        (self.readings[(n - 1) / 2] + self.readings[n / 2]) / 2.0
    }

    pub(crate) fn max(&self) -> f64 {
        self.readings[self.readings.len() - 1]
    }

    /// How many runs were timed.
    pub(crate) fn runs(&self) -> usize {
        self.readings.len() * self.batch as usize
    }
}

/// Warms every competitor up, then lets them take turns until the time is over, so that whatever
/// else the machine does meets them all.
pub(crate) fn interleave(works: &mut [Work], budget: Duration) -> Vec<Times> {
    let batches: Vec<u32> = works.iter_mut().map(|work| warm_up(work, budget)).collect();
    let mut times: Vec<Times> = batches
        .into_iter()
        .map(|batch| Times {
            readings: Vec::new(),
            batch,
        })
        .collect();
    let began = Instant::now();
    for round in 0.. {
        if round >= ROUNDS && began.elapsed() >= budget {
            break;
        }
        for (work, times) in works.iter_mut().zip(&mut times) {
            let spent = spent(work, times.batch);
            let ms = spent.as_secs_f64() * 1e3 / f64::from(times.batch);
            times.readings.push(ms);
        }
    }
    for times in &mut times {
        times.readings.sort_by(f64::total_cmp);
    }
    times
}

/// Runs for a tenth of the budget, twice at least; returns how many runs make a reading.
fn warm_up(work: &mut Work, budget: Duration) -> u32 {
    spent(work, 1);
    let began = Instant::now();
    let mut shortest = spent(work, 1);
    while began.elapsed() < budget / 10 {
        shortest = shortest.min(spent(work, 1));
    }
    let runs = READING.as_secs_f64() / shortest.as_secs_f64().max(1e-9);
    runs.ceil() as u32
}

fn spent(work: &mut Work, runs: u32) -> Duration {
    let began = Instant::now();
    for _ in 0..runs {
        work();
    }
    began.elapsed()
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::{cell::RefCell, rc::Rc};

    #[test]
    fn the_median_of_an_even_number_lies_between_the_middle_two() {
        let times = |readings: &[f64]| Times {
            readings: readings.to_vec(),
            batch: 3,
        };
        let even = times(&[1.0, 2.0, 4.0, 9.0]);
        assert_eq!((even.min(), even.median(), even.max()), (1.0, 3.0, 9.0));
        assert_eq!(even.runs(), 12);
        assert_eq!(times(&[1.0, 2.0, 9.0]).median(), 2.0);
    }

    #[test]
    fn competitors_take_turns() {
        let log = Rc::new(RefCell::new(Vec::new()));
        let slow = |name| -> Work {
            let log = log.clone();
            Box::new(move || {
                std::thread::sleep(READING);
                log.borrow_mut().push(name);
            })
        };
        let times = interleave(&mut [slow('a'), slow('b')], Duration::ZERO);
        assert_eq!(times.iter().map(Times::runs).collect::<Vec<_>>(), [3, 3]);
        let log: String = log.borrow().iter().collect();
        assert_eq!(log, "aabbababab");
    }
}
