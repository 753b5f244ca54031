//! Nothing that comes out is infinite or no number, where gates are shut or wide open, and where all is zero.

use super::holds;
use crate::case::{D_HIDDEN, ROWS, TIME};
use crate::observe::{forward, observe};
use crate::{Case, Numbers, Verdict};
use rekindle::{CellConfig, RecurrentConfig};

/// So large that whoever takes an exponential of a sum of inputs has more than an f32 holds.
const LARGE: f64 = 300.0;

pub(super) fn check<K: CellConfig>(case: &Case<K>) -> Verdict {
    let single = RecurrentConfig::new(case.cell(D_HIDDEN));
    case.each(vec![single], |place, subject| {
        let batch = subject.batch(ROWS, TIME, None);
        for (input, factor) in [
            ("large", LARGE),
            ("large and negated", -LARGE),
            ("zero", 0.0),
        ] {
            let scaled = |n: &Numbers| Numbers {
                values: n.values.iter().map(|x| factor * x).collect(),
                ..n.clone()
            };
            let mut batch = batch.clone();
            batch.x = scaled(&batch.x);
            // States as the layer begins with them: large ones need be none that a step could leave.
            batch.states = None;
            for (name, found) in observe(place, subject, &batch, &forward) {
                let wrong = found.values.iter().find(|x| !x.is_finite());
                holds(wrong.is_none(), || {
                    let wrong = wrong.copied().unwrap_or_default();
                    format!(
                        "where the input is {input}, {name} has {wrong} ({:?})",
                        place.dtype
                    )
                })?;
            }
        }
        Ok(())
    })
}
