//! Gradients = central differences, along directions that move all elements; every parameter learns.

use super::holds;
use crate::case::{about, all, fitting};
use crate::compare::error;
use crate::observe::{forward, infer, observe};
use crate::{Batch, Case, Named, Numbers, Place, Subject, Tolerance, Verdict, compare};
use burn::optim::{GradientsParams, SgdConfig};
use burn::tensor::{DType, Tensor};
use rekindle::CellConfig;
use rekindle_interop::is_trained;

/// Small, as every tensor costs dozens of runs.
const D_INPUT: usize = 2;
const D_HIDDEN: usize = 3;
const LENGTHS: [usize; 2] = [2, 3];
const DIRECTIONS: usize = 3;
/// Central differences: the weights of the differences over 1, 2, ... steps, and the length of a step.
#[derive(Clone, Copy)]
pub(super) struct Differences {
    weights: &'static [f64],
    step: f64,
}

/// Of fourth order. Truncation leaves the fourth power of a step, rounding 1e-16 divided by it.
const FOURTH: Differences = Differences {
    weights: &[8.0 / 12.0, -1.0 / 12.0],
    step: 2e-4,
};
/// Of sixth order, where a function bends much within a step.
const SIXTH: Differences = Differences {
    weights: &[45.0 / 60.0, -9.0 / 60.0, 1.0 / 60.0],
    step: 2e-4,
};
/// Of eighth order in wide steps, where a slope is so small that rounding hides it.
const EIGHTH: Differences = Differences {
    weights: &[4.0 / 5.0, -1.0 / 5.0, 4.0 / 105.0, -1.0 / 280.0],
    step: 2e-2,
};
/// Of fourth order in short steps, where a corner or a pole is near.
const SHORT: Differences = Differences {
    weights: FOURTH.weights,
    step: 4e-6,
};

/// What holds by differences of some order.
pub(super) fn by_differences(holds: impl Fn(Differences) -> Verdict) -> Verdict {
    let others = [SIXTH, EIGHTH, SHORT].into_iter();
    others.fold(holds(FOURTH), |held, other| held.or_else(|_| holds(other)))
}

pub(super) fn check<K: CellConfig>(case: &Case<K>) -> Verdict {
    let place = Place {
        device: case.device.clone(),
        dtype: DType::F64,
    };
    let d_input = fitting(&case.cell(D_HIDDEN), D_INPUT);
    for config in all(case.cell(D_HIDDEN), d_input, false) {
        let subject = Subject::new(config, d_input);
        differences(&place, &subject)
            .and_then(|()| learns(&place, &subject))
            .map_err(|e| about(subject.config(), &e))?;
    }
    Ok(())
}

fn differences<K: CellConfig>(place: &Place, subject: &Subject<K>) -> Verdict {
    let batch = subject.batch(LENGTHS.len(), 3, Some(&LENGTHS));
    let mut found = Named::new();
    for (name, gradient) in observe(place, subject, &batch, &forward) {
        if name.starts_with("grad.") {
            let along = directions(&gradient.shape).map(|v| dot(&gradient, &v));
            found.insert(name, vector(along.collect()));
        }
    }
    let layer = subject.fresh(&place.device);
    let names = layer.state_names().into_iter().map(|(name, _)| name);
    let names: Vec<String> = names.collect();

    let loss = |subject: &Subject<K>, batch: &Batch| loss(place, subject, batch, &names);
    let mut expected = Named::new();
    let mut expect = |name: String, at: &Numbers, f: &mut dyn FnMut(&Numbers) -> Vec<f64>| {
        let slopes = slopes_along(at, found.get(&name), f);
        expected.insert(name, slopes);
    };
    let (mut s, mut b) = (subject.clone(), batch.clone());
    for name in subject
        .weights
        .keys()
        .filter(|name| is_trained(&layer, name))
    {
        let at = &subject.weights[name];
        expect(format!("grad.{name}"), at, &mut |n| {
            s.weights.insert(name.clone(), n.clone());
            loss(&s, &batch)
        });
        s.weights.insert(name.clone(), at.clone());
    }
    expect("grad.x".into(), &batch.x, &mut |n| {
        b.x = n.clone();
        loss(subject, &b)
    });
    b.x = batch.x.clone();
    for (k, name) in names.iter().enumerate() {
        let Some(states) = &batch.states else { break };
        expect(format!("grad.state.{name}"), &states[k], &mut |n| {
            let mut moved = states.clone();
            moved[k] = n.clone();
            b.states = Some(moved);
            loss(subject, &b)
        });
        b.states = Some(states.clone());
    }
    compare(&found, &expected, place.dtype, |_| {
        Tolerance::of("difference")
    })
}

/// Everything that comes out, weighted by the cotangents: the terms of the loss. `names` are those of the states.
fn loss<K: CellConfig>(
    place: &Place,
    subject: &Subject<K>,
    batch: &Batch,
    names: &[String],
) -> Vec<f64> {
    let out = infer(place, subject, batch, &forward);
    let states = names.iter().map(|name| &out[&format!("state.{name}")]);
    let outputs = std::iter::once(&out["y"]).chain(states);
    let cotangents = std::iter::once(&batch.y).chain(&batch.last);
    let terms = outputs.zip(cotangents).flat_map(|(a, b)| {
        let each = a.values.iter().zip(&b.values);
        each.map(|(a, b)| a * b)
    });
    terms.collect()
}

fn dot(a: &Numbers, b: &Numbers) -> f64 {
    a.values.iter().zip(&b.values).map(|(a, b)| a * b).sum()
}

fn vector(values: Vec<f64>) -> Numbers {
    Numbers {
        shape: vec![values.len()],
        values,
    }
}

/// The directions in which a tensor is moved: of length 1, all elements at once, in proportions without symmetry. A
/// gradient that is wrong anywhere is wrong along them, and they are far fewer than its elements.
fn directions(shape: &[usize]) -> impl Iterator<Item = Numbers> {
    (0..DIRECTIONS).map(|i| {
        let mut wave = Numbers::wave(shape, 1.0, 0.4 + 1.7 * i as f64);
        let length = dot(&wave, &wave).sqrt();
        wave.values.iter_mut().for_each(|v| *v /= length);
        wave
    })
}

/// The slope of a function in every direction, by the first differences that are as fine as it takes to agree
/// with what was found; by the closest, if none are.
fn slopes_along(
    at: &Numbers,
    found: Option<&Numbers>,
    f: &mut dyn FnMut(&Numbers) -> Vec<f64>,
) -> Numbers {
    let mut by = |by| {
        vector(
            directions(&at.shape)
                .map(|v| slope(at, &v, by, &mut *f))
                .collect(),
        )
    };
    let apart = |slopes: &Numbers| found.and_then(|found| error(found, slopes)).unwrap_or(0.0);
    let mut closest = by(FOURTH);
    for finer in [SIXTH, EIGHTH, SHORT] {
        if apart(&closest) <= Tolerance::of("difference").f64 {
            break;
        }
        let slopes = by(finer);
        if apart(&slopes) < apart(&closest) {
            closest = slopes;
        }
    }
    closest
}

/// The slope of a function in every element.
pub(super) fn slopes(at: &Numbers, by: Differences, mut f: impl FnMut(&Numbers) -> f64) -> Numbers {
    let unit = |i: usize| {
        let mut unit = Numbers::full(&at.shape, 0.0);
        unit.values[i] = 1.0;
        unit
    };
    let mut f = |moved: &Numbers| vec![f(moved)];
    let slopes = (0..at.values.len()).map(|i| slope(at, &unit(i), by, &mut f));
    Numbers {
        shape: at.shape.clone(),
        values: slopes.collect(),
    }
}

/// The slope of a sum in a direction, from its terms. They are subtracted one by one, so that large ones which do not
/// change add no rounding to what small ones do.
fn slope(
    at: &Numbers,
    direction: &Numbers,
    by: Differences,
    f: &mut dyn FnMut(&Numbers) -> Vec<f64>,
) -> f64 {
    let mut terms = |step: f64| {
        let mut moved = at.clone();
        for (x, v) in moved.values.iter_mut().zip(&direction.values) {
            *x += step * v;
        }
        f(&moved)
    };
    let steps = by.weights.iter().zip(1..).map(|(w, n)| {
        let step = f64::from(n) * by.step;
        let (up, down) = (terms(step), terms(-step));
        let differences = up.iter().zip(&down).map(|(up, down)| up - down);
        w * differences.sum::<f64>()
    });
    steps.sum::<f64>() / by.step
}

/// After one step of an optimizer, every parameter is another one, or the same if it is fixed. What a cell does with
/// missing values, only the lowest layer can learn: the others are given none.
fn learns<K: CellConfig>(place: &Place, subject: &Subject<K>) -> Verdict {
    let device = place.device.clone().autodiff();
    let batch = subject.batch(LENGTHS.len(), 3, Some(&LENGTHS));
    let layer = subject.layer(&device, place.dtype);
    let before = rekindle_interop::export(&layer);
    // Where every parameter is fixed, the input alone has a gradient.
    let x = batch.x(&device, place.dtype).require_grad();
    let (y, last) = layer.forward(batch.sequence(x), None);
    let cotangent = Tensor::from_data(batch.y.data(place.dtype), (&device, place.dtype));
    let mut loss = (y * cotangent).sum();
    // What a step shows may depend on a state as soon as it is large enough; the state itself always does.
    for (state, cotangent) in last.into_parts().into_iter().zip(&batch.last) {
        let cotangent = Tensor::from_data(cotangent.data(place.dtype), (&device, place.dtype));
        loss = loss + (state * cotangent).sum();
    }
    let grads = loss.backward();
    let grads = GradientsParams::from_grads(grads, &layer);
    let layer = SgdConfig::new().init().step(0.1, layer, grads);
    let after = rekindle_interop::export(&layer);
    let rests = |name: &str| subject.config().cell.takes_missing() && !name.contains("_l0");
    for ((name, before), (_, after)) in before.into_iter().zip(after) {
        let moves = before != after;
        holds(moves == is_trained(&layer, &name) || rests(&name), || {
            format!("{name} moves in a step of the optimizer: {moves}")
        })?;
    }
    Ok(())
}
