//! Executors agree: kernels = primitives = steps, values and gradients, with either policy.

use crate::case::{LENGTHS, ROWS, TIME};
use crate::observe::{forward, infer, observe};
use crate::{Case, Named, Place, Tolerance, Verdict, compare};
use rekindle::{EngineConfig, ExecutorChoice, PolicyChoice};

pub(super) fn check(case: &Case) -> Verdict {
    // Only the kernels of the CPU can keep less.
    let (executors, policies) = match case.slow {
        true => (
            &[ExecutorChoice::Primitives, ExecutorChoice::Cube][..],
            &[PolicyChoice::Speed][..],
        ),
        false => (
            &[ExecutorChoice::Primitives, ExecutorChoice::Tiles][..],
            &[PolicyChoice::Speed, PolicyChoice::Memory][..],
        ),
    };
    case.each(case.all(), |place, subject| {
        for lengths in [None, Some(&LENGTHS[..])] {
            let batch = subject.batch(ROWS, TIME, lengths);
            let by = |executor, policy| {
                let engine = EngineConfig { executor, policy };
                let subject = subject.with(|config| config.engine = engine);
                let there = observe(place, &subject, &batch, &forward);
                (there, infer(place, &subject, &batch, &forward))
            };
            let (steps, _) = by(ExecutorChoice::Steps, PolicyChoice::Speed);
            for &executor in executors {
                for &policy in policies {
                    let (trained, inferred) = by(executor, policy);
                    let about = |e| format!("{executor:?}, {policy:?}: {e}");
                    compare(&trained, &steps, place.dtype, Tolerance::for_tensor).map_err(about)?;
                    same_values(place, &inferred, &steps).map_err(about)?;
                }
            }
        }
        Ok(())
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
