//! What a layer may make of any cell's weights is a layer like others.

use super::step::loop_of_steps;
use crate::case::{D_HIDDEN, ROWS, TIME};
use crate::observe::{forward, observe};
use crate::{Case, Tolerance, Verdict, compare};
use rekindle::{CellConfig, RecurrentConfig};

/// Recurrent weights of low rank, diagonal ones, and inputs and memory that scale one another; a cell for which
/// that makes no sense refuses it.
pub(super) fn check<K: CellConfig>(case: &Case<K>) -> Verdict {
    let usual = RecurrentConfig::new(case.cell(D_HIDDEN));
    let forms = [
        RecurrentConfig {
            recurrent_rank: Some(2),
            ..usual.clone()
        },
        RecurrentConfig {
            independent: true,
            ..usual.clone()
        },
        RecurrentConfig {
            multiplicative: true,
            ..usual
        },
    ];
    let taken = forms.into_iter().filter(|form| form.validate().is_ok());
    case.each(taken.collect(), |place, subject| {
        let batch = subject.batch(ROWS, TIME, None);
        let whole = observe(place, subject, &batch, &forward);
        let stepped = observe(place, subject, &batch, &loop_of_steps);
        compare(&stepped, &whole, place.dtype, Tolerance::for_tensor)
    })
}
