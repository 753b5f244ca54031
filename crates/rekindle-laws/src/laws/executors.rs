//! Executors agree: kernels = primitives = steps, values and gradients, with either policy.

use super::holds;
use crate::case::{D_HIDDEN, LENGTHS, ROWS, TIME};
use crate::observe::{forward, infer, observe};
use crate::{Case, Named, Place, Subject, Tolerance, Verdict, compare};
use rekindle::{CellConfig, EngineConfig, ExecutorChoice, PolicyChoice};

pub(super) fn check<K: CellConfig>(case: &Case<K>) -> Verdict {
    if case.cell(D_HIDDEN).program().is_none() {
        return case.each(case.all(), nothing_to_choose);
    }
    use ExecutorChoice::{Cube, Primitives, Steps, Tiles};
    use PolicyChoice::{Memory, Speed};
    // The others keep the same, whatever the policy.
    let ways: &[(ExecutorChoice, PolicyChoice)] = match case.slow {
        true => &[(Primitives, Speed), (Cube, Speed)],
        false => &[(Primitives, Speed), (Tiles, Speed), (Tiles, Memory)],
    };
    case.each(case.all(), |place, subject| {
        for lengths in [None, Some(&LENGTHS[..])] {
            let batch = subject.batch(ROWS, TIME, lengths);
            let by = |executor, policy| {
                let engine = EngineConfig {
                    executor,
                    policy,
                    ..EngineConfig::default()
                };
                subject.with(|config| config.engine = engine)
            };
            let steps = observe(place, &by(Steps, Speed), &batch, &forward);
            for &(executor, policy) in ways {
                let subject = by(executor, policy);
                let trained = observe(place, &subject, &batch, &forward);
                let inferred = infer(place, &subject, &batch, &forward);
                let about = |e| format!("{executor:?}, {policy:?}: {e}");
                compare(&trained, &steps, place.dtype, Tolerance::for_tensor).map_err(about)?;
                same_values(place, &inferred, &steps).map_err(about)?;
            }
        }
        Ok(())
    })
}

/// A cell without equations of the engine runs in one way, and says so.
fn nothing_to_choose<K: CellConfig>(place: &Place, subject: &Subject<K>) -> Verdict {
    let layer = subject.layer(&place.device, place.dtype);
    let choices = layer.executors(&place.device, place.dtype);
    holds(choices.iter().all(Option::is_none), || {
        "a cell without a program has an executor".into()
    })
}

/// What inference gives is what training gives, gradients aside.
fn same_values(place: &Place, inferred: &Named, trained: &Named) -> Verdict {
    let values = trained
        .iter()
        .filter(|(name, _)| !name.starts_with("grad."));
    let values: Named = values.map(|(n, v)| (n.clone(), v.clone())).collect();
    compare(inferred, &values, place.dtype, Tolerance::for_tensor)
}
