//! A padded row = the short row; NaN in the padding changes nothing.

use crate::case::{LENGTHS, ROWS, TIME};
use crate::observe::{forward, observe};
use crate::rows::alone;
use crate::{Case, Tolerance, Verdict, compare};
use rekindle::CellConfig;

pub(super) fn check<K: CellConfig>(case: &Case<K>) -> Verdict {
    case.each(case.all(), |place, subject| {
        let mut batch = subject.batch(ROWS, TIME, Some(&LENGTHS));
        let padded = observe(place, subject, &batch, &forward);
        let short = alone(place, subject, &batch, &forward);
        compare(&padded, &short, place.dtype, Tolerance::for_tensor)?;

        let row = TIME * subject.d_input;
        for (i, length) in LENGTHS.iter().enumerate() {
            batch.x.values[i * row + length * subject.d_input..(i + 1) * row].fill(f64::NAN);
        }
        let poisoned = observe(place, subject, &batch, &forward);
        compare(&poisoned, &padded, place.dtype, |_| Tolerance::of("exact"))
            .map_err(|e| format!("with NaN in the padding: {e}"))
    })
}
