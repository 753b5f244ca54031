//! What operands of products that are rounded to bf16 may do to the results of a layer.

use crate::compare::{error, within};
use crate::observe::{forward, observe};
use crate::{Batch, Named, Numbers, Place, Subject, Tolerance, Verdict};
use rekindle::{CellConfig, PrecisionChoice};

/// How often numbers are moved, with other signs each time.
const TRIALS: usize = 8;

/// Half a unit in the last of the 8 bits of bf16, of a number that is a power of two; of any other it is less.
const HALF_UNIT: f64 = 1.0 / 256.0;

/// A layer of equations with operands of products that are rounded to bf16.
pub(crate) fn rounded<K: CellConfig>(subject: &Subject<K>) -> Subject<K> {
    subject.with(|config| config.engine.precision = PrecisionChoice::Bf16)
}

/// Compares what a rounded layer gives with what the layer would give exactly.
///
/// # Errors
///
/// Names every tensor that is further off than rounding explains, with the largest distance that it does.
pub(crate) fn explains<K: CellConfig>(
    place: &Place,
    subject: &Subject<K>,
    batch: &Batch,
    found: &Named,
    exact: &Named,
) -> Verdict {
    let times = Tolerance::of("rounded").value(place.dtype);
    let trials = (0..TRIALS).map(|trial| {
        let (subject, batch) = moved(subject, batch, trial);
        observe(place, &subject, &batch, &forward)
    });
    let trials: Vec<Named> = trials.collect();
    within(found, exact, |name| {
        let apart = |trial: &Named| error(trial.get(name)?, exact.get(name)?);
        let farthest = trials.iter().filter_map(apart).fold(0.0, f64::max);
        let unrounded = Tolerance::for_tensor(name).value(place.dtype);
        times * farthest + unrounded
    })
}

/// A layer and a batch whose weights, inputs, initial states and cotangents are off by half a unit, up or down.
fn moved<K: CellConfig>(subject: &Subject<K>, batch: &Batch, trial: usize) -> (Subject<K>, Batch) {
    let (mut subject, mut batch) = (subject.clone(), batch.clone());
    let weights = subject.weights.values_mut();
    let states = batch.states.iter_mut().flatten().chain(&mut batch.last);
    let all = weights.chain(states).chain([&mut batch.x, &mut batch.y]);
    for (place, numbers) in all.enumerate() {
        let signs = Numbers::wave(&numbers.shape, 1.0, (TRIALS * place + trial) as f64);
        for (number, sign) in numbers.values.iter_mut().zip(signs.values) {
            *number *= 1.0 + HALF_UNIT * sign.signum();
        }
    }
    (subject, batch)
}
