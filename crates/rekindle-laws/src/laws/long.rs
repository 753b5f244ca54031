//! A long sequence = a loop of single steps, in both directions, rows of all lengths included.

use super::chunk::in_two_parts;
use super::reverse::{halves, overflow, row_by_row};
use crate::case::{D_HIDDEN, ROWS};
use crate::observe::{forward, infer};
use crate::{Case, Tolerance, Verdict, compare};
use rekindle::engine::Direction;
use rekindle::{CellConfig, RecurrentConfig};

/// More than two chunks of whatever takes many steps together.
const TIME: usize = 137;
/// A row that ends within a chunk, one that ends in the middle of a later one, and one of a single step.
const LENGTHS: [usize; ROWS] = [90, TIME, 1];

/// So many that whoever takes a part of a long sequence at a time needs a second one.
const LONG: usize = 1100;

pub(super) fn check<K: CellConfig>(case: &Case<K>) -> Verdict {
    let single = RecurrentConfig::new(case.cell(D_HIDDEN));
    let pair = RecurrentConfig {
        bidirectional: true,
        ..single.clone()
    };
    case.each(vec![single], |place, subject| {
        let batch = subject.batch(1, LONG, None);
        let whole = infer(place, subject, &batch, &forward);
        let parts = infer(place, subject, &batch, &in_two_parts);
        match overflow(&whole, &parts) {
            true => Ok(()),
            false => compare(&parts, &whole, place.dtype, Tolerance::for_tensor),
        }
    })?;
    let ahead = row_by_row(Direction::Forward);
    case.each(vec![pair], |place, subject| {
        halves(place, subject, TIME, Some(&LENGTHS), &ahead)
    })
}
