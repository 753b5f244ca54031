//! A loop of single steps = the whole sequence.

use super::holds;
use crate::case::{LENGTHS, ROWS, TIME};
use crate::observe::{forward, infer, observe};
use crate::{Case, Named, Numbers, Place, Subject, Tolerance, Verdict, compare};
use burn::tensor::Tensor;
use rekindle::{Cell, CellConfig, Recurrent, Sequence, States, Streamer};

pub(super) fn check<K: CellConfig>(case: &Case<K>) -> Verdict {
    case.each(case.forward_only(), |place, subject| {
        let batch = subject.batch(ROWS, TIME, None);
        let whole = observe(place, subject, &batch, &forward);
        let stepped = observe(place, subject, &batch, &loop_of_steps);
        compare(&stepped, &whole, place.dtype, Tolerance::for_tensor)?;
        stream(place, subject)
    })?;
    case.each(case.all(), states_over_time)
}

/// The layer one step at a time.
pub(super) fn loop_of_steps<C: Cell>(
    layer: &Recurrent<C>,
    x: Sequence,
    mut states: Option<States<C::State>>,
) -> (Tensor<3>, States<C::State>) {
    let frames = x.data().clone().dims()[1];
    let outputs = (0..frames).map(|t| {
        let (y, next) = layer.step(frame(x.data(), t), states.take());
        states = Some(next);
        y
    });
    let y = Tensor::stack(outputs.collect(), 1);
    (y, states.expect("at least one step"))
}

fn frame(x: &Tensor<3>, t: usize) -> Tensor<2> {
    x.clone().narrow(1, t, 1).squeeze_dim(1)
}

/// A streamer is the sequence, and goes on from a snapshot as from the moment it was taken.
fn stream<K: CellConfig>(place: &Place, subject: &Subject<K>) -> Verdict {
    let batch = subject.batch(ROWS, TIME, None);
    let layer = subject.layer(&place.device, place.dtype);
    let x = batch.x(&place.device, place.dtype);
    let (whole, _) = layer.forward(x.clone(), None);
    let mut stream = Streamer::new(layer);
    let mut outputs = Vec::new();
    for t in 0..TIME {
        let here = stream.snapshot();
        let y = stream.push(frame(&x, t));
        stream.restore(here);
        let again = stream.push(frame(&x, t));
        holds(y.to_data() == again.to_data(), || {
            format!("a restored stream differs at step {t}")
        })?;
        outputs.push(y);
    }
    stream.reset();
    let first = stream.push(frame(&x, 0));
    holds(first.to_data() == outputs[0].to_data(), || {
        "a stream that was reset differs at the first step".into()
    })?;
    let named = |y: Tensor<3>| Named::from([("y".to_string(), y.into_data().into())]);
    let streamed = named(Tensor::stack(outputs, 1));
    compare(&streamed, &named(whole), place.dtype, Tolerance::for_tensor)
}

/// The states at a row's last real step are the final ones (in reverse, those at the first), and
/// zero beyond.
fn states_over_time<K: CellConfig>(place: &Place, subject: &Subject<K>) -> Verdict {
    let batch = subject.batch(ROWS, TIME, Some(&LENGTHS));
    let mut expected = infer(place, subject, &batch, &forward);
    expected.remove("y");

    let layer = subject.layer(&place.device, place.dtype);
    let x = batch.x(&place.device, place.dtype);
    let states = batch.states(&place.device, place.dtype);
    let states = states.map(|parts| layer.initial(&x).with_parts(parts));
    let all = layer.states_over_time(batch.sequence(x), states);
    let mut found = Named::new();
    for ((name, _), over_time) in layer.state_names().into_iter().zip(all) {
        let over_time = Numbers::from(over_time.into_data());
        let rows = LENGTHS.iter().enumerate().map(|(row, &length)| {
            let row = over_time.narrow(0, row..row + 1);
            let beyond = row.narrow(1, length..TIME).norm();
            let last = if name.contains(".reverse.") {
                0
            } else {
                length - 1
            };
            let mut state = row.narrow(1, last..last + 1);
            state.shape.remove(1);
            (state, beyond)
        });
        let (rows, beyond): (Vec<Numbers>, Vec<f64>) = rows.unzip();
        holds(beyond.iter().all(|&norm| norm == 0.0), || {
            format!("{name} over time is not zero in the padding")
        })?;
        found.insert(format!("state.{name}"), Numbers::cat(&rows, 0));
    }
    compare(&found, &expected, place.dtype, Tolerance::for_tensor)
}
