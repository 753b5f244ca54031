//! Gradients = central differences, along directions that move all elements; every parameter learns.

use super::{holds, trained};
use crate::case::{about, all, fitting};
use crate::observe::{forward, infer, observe};
use crate::{Batch, Case, Named, Numbers, Place, Subject, Tolerance, Verdict, compare};
use burn::optim::{GradientsParams, SgdConfig};
use burn::tensor::{DType, Tensor};

/// Small, as every number of every parameter costs four runs.
const D_INPUT: usize = 2;
const D_HIDDEN: usize = 3;
const LENGTHS: [usize; 2] = [2, 3];
const DIRECTIONS: usize = 3;
/// Truncation leaves its fourth or sixth power, rounding 1e-16 divided by it.
const STEP: f64 = 2e-4;
/// The weights of central differences of fourth order.
pub(super) const FOURTH: [f64; 2] = [8.0 / 12.0, -1.0 / 12.0];
/// Of sixth order.
pub(super) const SIXTH: [f64; 3] = [45.0 / 60.0, -9.0 / 60.0, 1.0 / 60.0];

pub(super) fn check(case: &Case) -> Verdict {
    let place = Place {
        device: case.device.clone(),
        dtype: DType::F64,
    };
    let d_input = fitting(&case.cell(D_HIDDEN), D_INPUT);
    for config in all(case.cell(D_HIDDEN), d_input, false) {
        let subject = Subject::new(config, d_input, &place.device);
        differences(&place, &subject)
            .and_then(|()| learns(&place, &subject))
            .map_err(|e| about(&subject.config, &e))?;
    }
    Ok(())
}

/// Differences of fourth order; of sixth, which cost half as much again, where these are too coarse.
fn differences(place: &Place, subject: &Subject) -> Verdict {
    let by = |weights| differences_by(place, subject, weights);
    by(&FOURTH).or_else(|_| by(&SIXTH))
}

fn differences_by(place: &Place, subject: &Subject, weights: &[f64]) -> Verdict {
    let batch = subject.batch(LENGTHS.len(), 3, Some(&LENGTHS));
    let found = observe(place, subject, &batch, &forward);
    let layer = subject.config.init(subject.d_input, &place.device);
    let names = layer.state_names().into_iter().map(|(name, _)| name);
    let names: Vec<String> = names.collect();

    let loss = |subject: &Subject, batch: &Batch| loss(place, subject, batch, &names);
    let mut expected = Named::new();
    let (mut s, mut b) = (subject.clone(), batch.clone());
    for name in subject.weights.keys().filter(|name| trained(&layer, name)) {
        let slope = slopes_along(&subject.weights[name], weights, |n| {
            s.weights.insert(name.clone(), n.clone());
            loss(&s, &batch)
        });
        s.weights
            .insert(name.clone(), subject.weights[name].clone());
        expected.insert(format!("grad.{name}"), slope);
    }
    expected.insert(
        "grad.x".into(),
        slopes_along(&batch.x, weights, |n| {
            b.x = n.clone();
            loss(subject, &b)
        }),
    );
    b.x = batch.x.clone();
    for (k, name) in names.iter().enumerate() {
        let Some(states) = &batch.states else { break };
        let slope = slopes_along(&states[k], weights, |n| {
            let mut moved = states.clone();
            moved[k] = n.clone();
            b.states = Some(moved);
            loss(subject, &b)
        });
        b.states = Some(states.clone());
        expected.insert(format!("grad.state.{name}"), slope);
    }
    let gradients = found.iter().filter(|(name, _)| name.starts_with("grad."));
    let found = gradients
        .map(|(name, gradient)| {
            let along = directions(&gradient.shape).map(|v| dot(gradient, &v));
            (name.clone(), vector(along.collect()))
        })
        .collect();
    compare(&found, &expected, place.dtype, |_| {
        Tolerance::of("difference")
    })
}

/// The sum of everything that comes out, weighted by the cotangents; `names` are those of the states.
fn loss(place: &Place, subject: &Subject, batch: &Batch, names: &[String]) -> f64 {
    let out = infer(place, subject, batch, &forward);
    let states = names.iter().map(|name| &out[&format!("state.{name}")]);
    let outputs = std::iter::once(&out["y"]).chain(states);
    let cotangents = std::iter::once(&batch.y).chain(&batch.last);
    let products = outputs.zip(cotangents).map(|(a, b)| dot(a, b));
    products.sum()
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

/// The slope of a function in every direction.
fn slopes_along(at: &Numbers, weights: &[f64], mut f: impl FnMut(&Numbers) -> f64) -> Numbers {
    vector(
        directions(&at.shape)
            .map(|v| slope(at, &v, weights, &mut f))
            .collect(),
    )
}

/// The slope of a function in every element.
pub(super) fn slopes(at: &Numbers, weights: &[f64], mut f: impl FnMut(&Numbers) -> f64) -> Numbers {
    let unit = |i: usize| {
        let mut unit = Numbers::full(&at.shape, 0.0);
        unit.values[i] = 1.0;
        unit
    };
    let slopes = (0..at.values.len()).map(|i| slope(at, &unit(i), weights, &mut f));
    Numbers {
        shape: at.shape.clone(),
        values: slopes.collect(),
    }
}

/// The slope of a function in a direction: the sum of central differences over so many steps, with these
/// weights.
fn slope(
    at: &Numbers,
    direction: &Numbers,
    weights: &[f64],
    f: &mut impl FnMut(&Numbers) -> f64,
) -> f64 {
    let mut value = |step: f64| {
        let mut moved = at.clone();
        for (x, v) in moved.values.iter_mut().zip(&direction.values) {
            *x += step * v;
        }
        f(&moved)
    };
    let steps = weights.iter().zip(1..).map(|(w, n)| {
        let step = f64::from(n) * STEP;
        w * (value(step) - value(-step))
    });
    steps.sum::<f64>() / STEP
}

/// After one step of an optimizer, every parameter is another one, or the same if it is fixed.
fn learns(place: &Place, subject: &Subject) -> Verdict {
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
    for ((name, before), (_, after)) in before.into_iter().zip(after) {
        let moves = before != after;
        holds(moves == trained(&layer, &name), || {
            format!("{name} moves in a step of the optimizer: {moves}")
        })?;
    }
    Ok(())
}
