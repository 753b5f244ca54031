//! Operands of products that are rounded to bf16 move what comes out as far as their rounding explains, and the same whatever is
//! kept for the way back.

use super::holds;
use crate::case::{D_HIDDEN, LENGTHS, ROWS, TIME};
use crate::observe::{forward, infer, observe};
use crate::rounding::{explains, rounded};
use crate::{Case, Named, Tolerance, Verdict, compare};
use burn::tensor::DType;
use rekindle::{CellConfig, PolicyChoice};

pub(super) fn check<K: CellConfig>(case: &Case<K>) -> Verdict {
    if case.cell(D_HIDDEN).program().is_none() {
        return Ok(());
    }
    case.each(case.forward_only(), |place, subject| {
        if place.dtype != DType::F32 {
            return Ok(());
        }
        let batch = subject.batch(ROWS, TIME, Some(&LENGTHS));
        let exact = observe(place, subject, &batch, &forward);
        let rounded = rounded(subject);
        let found = observe(place, &rounded, &batch, &forward);
        explains(place, subject, &batch, &found, &exact)?;
        holds(found["y"] != exact["y"], || "nothing was rounded".into())?;

        let frugal = rounded.with(|config| config.engine.policy = PolicyChoice::Memory);
        let again = observe(place, &frugal, &batch, &forward);
        compare(&again, &found, place.dtype, Tolerance::for_tensor)
            .map_err(|e| format!("computed again: {e}"))?;
        let inferred = infer(place, &rounded, &batch, &forward);
        let values = found.into_iter();
        let values: Named = values
            .filter(|(name, _)| !name.starts_with("grad."))
            .collect();
        compare(&inferred, &values, place.dtype, Tolerance::for_tensor)
            .map_err(|e| format!("inference: {e}"))
    })
}
