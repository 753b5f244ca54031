//! Row i of a batch = that row alone.

use crate::case::{ROWS, TIME};
use crate::observe::{forward, observe};
use crate::rows::alone;
use crate::{Case, Tolerance, Verdict, compare};
use rekindle::CellConfig;

pub(super) fn check<K: CellConfig>(case: &Case<K>) -> Verdict {
    case.each(case.all(), |place, subject| {
        let batch = subject.batch(ROWS, TIME, None);
        let together = observe(place, subject, &batch, &forward);
        let alone = alone(place, subject, &batch, &forward);
        compare(&together, &alone, place.dtype, Tolerance::for_tensor)
    })
}
