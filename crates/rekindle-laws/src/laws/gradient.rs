//! Gradients = central differences; every parameter learns.

use super::holds;
use crate::case::{about, all};
use crate::observe::{forward, infer, observe};
use crate::{Batch, Case, Named, Numbers, Place, Subject, Tolerance, Verdict, compare};
use burn::optim::{GradientsParams, SgdConfig};
use burn::tensor::{DType, Tensor};

/// Small, as every number of every parameter costs four runs.
const D_INPUT: usize = 2;
const D_HIDDEN: usize = 3;
const LENGTHS: [usize; 2] = [2, 3];
/// Truncation leaves its fourth power, rounding 1e-16 divided by it.
const STEP: f64 = 2e-4;

pub(super) fn check(case: &Case) -> Verdict {
    let place = Place {
        device: case.device.clone(),
        dtype: DType::F64,
    };
    for config in all(case.cell(D_HIDDEN), D_INPUT, false) {
        let subject = Subject::new(config, D_INPUT, &place.device);
        differences(&place, &subject)
            .and_then(|()| learns(&place, &subject))
            .map_err(|e| about(&subject.config, &e))?;
    }
    Ok(())
}

fn differences(place: &Place, subject: &Subject) -> Verdict {
    let batch = subject.batch(LENGTHS.len(), 3, Some(&LENGTHS));
    let mut found = observe(place, subject, &batch, &forward);
    found.retain(|name, _| name.starts_with("grad."));

    let loss = |subject: &Subject, batch: &Batch| loss(place, subject, batch);
    let mut expected = Named::new();
    let (mut s, mut b) = (subject.clone(), batch.clone());
    for name in subject.weights.keys() {
        let slope = slopes(&subject.weights[name], |n| {
            s.weights.insert(name.clone(), n.clone());
            loss(&s, &batch)
        });
        s.weights
            .insert(name.clone(), subject.weights[name].clone());
        expected.insert(format!("grad.{name}"), slope);
    }
    expected.insert(
        "grad.x".into(),
        slopes(&batch.x, |n| {
            b.x = n.clone();
            loss(subject, &b)
        }),
    );
    b.x = batch.x.clone();
    let layer = subject.config.init(subject.d_input, &place.device);
    for (k, (name, _)) in layer.state_names().into_iter().enumerate() {
        let Some(states) = &batch.states else { break };
        let slope = slopes(&states[k], |n| {
            let mut moved = states.clone();
            moved[k] = n.clone();
            b.states = Some(moved);
            loss(subject, &b)
        });
        b.states = Some(states.clone());
        expected.insert(format!("grad.state.{name}"), slope);
    }
    compare(&found, &expected, place.dtype, |_| {
        Tolerance::of("difference")
    })
}

/// The sum of everything that comes out, weighted by the cotangents.
fn loss(place: &Place, subject: &Subject, batch: &Batch) -> f64 {
    let out = infer(place, subject, batch, &forward);
    let layer = subject.config.init(subject.d_input, &place.device);
    let names = layer.state_names().into_iter();
    let states = names.map(|(name, _)| &out[&format!("state.{name}")]);
    let outputs = std::iter::once(&out["y"]).chain(states);
    let cotangents = std::iter::once(&batch.y).chain(&batch.last);
    let products = outputs.zip(cotangents).map(|(a, b)| dot(a, b));
    products.sum()
}

fn dot(a: &Numbers, b: &Numbers) -> f64 {
    a.values.iter().zip(&b.values).map(|(a, b)| a * b).sum()
}

/// The slope of a function in every element: a central difference of fourth order.
pub(super) fn slopes(at: &Numbers, mut f: impl FnMut(&Numbers) -> f64) -> Numbers {
    let mut moved = at.clone();
    let mut slope = at.clone();
    for i in 0..at.values.len() {
        let mut difference = |step: f64| {
            let mut value = |step: f64| {
                moved.values[i] = at.values[i] + step;
                f(&moved)
            };
            value(step) - value(-step)
        };
        slope.values[i] = (8.0 * difference(STEP) - difference(2.0 * STEP)) / (12.0 * STEP);
        moved.values[i] = at.values[i];
    }
    slope
}

/// After one step of an optimizer, every parameter is another one.
fn learns(place: &Place, subject: &Subject) -> Verdict {
    let device = place.device.clone().autodiff();
    let batch = subject.batch(LENGTHS.len(), 3, Some(&LENGTHS));
    let layer = subject.layer(&device, place.dtype);
    let before = rekindle_interop::export(&layer);
    let (y, _) = layer.forward(batch.sequence(batch.x(&device, place.dtype)), None);
    let cotangent = Tensor::from_data(batch.y.data(place.dtype), (&device, place.dtype));
    let grads = (y * cotangent).sum().backward();
    let grads = GradientsParams::from_grads(grads, &layer);
    let layer = SgdConfig::new().init().step(0.1, layer, grads);
    let after = rekindle_interop::export(&layer);
    for ((name, before), (_, after)) in before.into_iter().zip(after) {
        holds(before != after, || {
            format!("{name} does not move in a step of the optimizer")
        })?;
    }
    Ok(())
}
