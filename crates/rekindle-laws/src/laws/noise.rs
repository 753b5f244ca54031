//! Dropout and zoneout: in training only, and one mask for all steps where the paper says so.

use super::holds;
use super::step::loop_of_steps;
use crate::case::{D_HIDDEN, D_INPUT, ROWS, TIME, fitting};
use crate::observe::{forward, infer, observe};
use crate::{Batch, Case, Named, Numbers, Place, Subject, Tolerance, Verdict, compare};
use burn::tensor::{DType, Tensor};
use rekindle::{Cell, CellConfig, Gates, Recurrent, RecurrentConfig, Sequence, States};

/// Units enough that a mask that keeps or drops all of them is out of the question: 2⁻³² at most.
const MANY: usize = 64;
/// Steps enough that masks drawn anew at each of them leave no unit dropped at all: 64 · 2⁻²⁴.
const LONG: usize = 24;
const RATE: f64 = 0.5;

pub(super) fn check<K: CellConfig>(case: &Case<K>) -> Verdict {
    let place = Place {
        device: case.device.clone(),
        dtype: DType::F32,
    };
    let small = RecurrentConfig::new(case.cell(D_HIDDEN));
    dropout_rests_at_inference(&place, &small)?;
    zoneout_at_inference_is_its_expectation(&place, &small)?;
    let large = RecurrentConfig::new(case.cell(MANY));
    match (recurs(&large), large.cell.maps_weights()) {
        (true, false) => recurrent_mask_lasts(&place, &large)?,
        (true, true) => recurrent_mask_acts(&place, &large)?,
        (false, _) => recurrent_mask_is_refused(&large)?,
    }
    input_mask_lasts(&place, &large)?;
    zoneout_holds_units(&place, &large)
}

/// Whether the cell has a recurrent product, whose operand recurrent dropout masks.
fn recurs<K: CellConfig>(config: &RecurrentConfig<K>) -> bool {
    config
        .cell
        .program()
        .is_some_and(|program| !program.hiddens().is_empty())
}

fn dropout_rests_at_inference<K: CellConfig>(place: &Place, plain: &RecurrentConfig<K>) -> Verdict {
    let plain = RecurrentConfig {
        layers: 2,
        ..plain.clone()
    };
    let noisy = RecurrentConfig {
        dropout: RATE,
        input_dropout: RATE,
        recurrent_dropout: if recurs(&plain) { RATE } else { 0.0 },
        weight_dropout: if recurs(&plain) { RATE } else { 0.0 },
        ..plain.clone()
    };
    let run = |config| {
        let subject = subject(config);
        infer(place, &subject, &subject.batch(ROWS, TIME, None), &forward)
    };
    let exact = |_: &str| Tolerance::of("exact");
    compare(&run(noisy), &run(plain), place.dtype, exact)
        .map_err(|e| format!("dropout acts at inference: {e}"))
}

fn zoneout_at_inference_is_its_expectation<K: CellConfig>(
    place: &Place,
    plain: &RecurrentConfig<K>,
) -> Verdict {
    let zoned = RecurrentConfig {
        zoneout: 0.25,
        ..plain.clone()
    };
    let plain = subject(plain.clone());
    let zoned = subject(zoned);
    let batch = plain.batch(ROWS, TIME, None);
    let expected = infer(place, &plain, &batch, &expected_zoneout);
    for way in [forward, loop_of_steps] {
        let found = infer(place, &zoned, &batch, &way);
        compare(&found, &expected, place.dtype, Tolerance::for_tensor)
            .map_err(|e| format!("zoneout at inference: {e}"))?;
    }
    Ok(())
}

/// A layer without zoneout whose states move three quarters of the way.
fn expected_zoneout<C: Cell>(
    layer: &Recurrent<C>,
    x: Sequence,
    states: Option<States<C::State>>,
) -> (Tensor<3>, States<C::State>) {
    let mut states = states.unwrap_or_else(|| layer.initial(x.data()));
    let mut outputs = Vec::new();
    for t in 0..x.data().dims()[1] {
        let frame = x.data().clone().narrow(1, t, 1).squeeze_dim(1);
        let (_, next) = layer.step(frame, Some(states.clone()));
        let pairs = states
            .clone()
            .into_parts()
            .into_iter()
            .zip(next.into_parts());
        let moved = pairs.map(|(old, new)| old.clone() * 0.25 + new * 0.75);
        states = states.with_parts(moved.collect());
        outputs.push(states.clone().into_parts().swap_remove(0));
    }
    (Tensor::stack(outputs, 1), states)
}

/// A unit that the mask drops has no weight in any recurrent product, at no step: all gradients of
/// its weights are zero. Masks drawn anew every step would leave no such unit.
fn recurrent_mask_lasts<K: CellConfig>(place: &Place, plain: &RecurrentConfig<K>) -> Verdict {
    let masked = RecurrentConfig {
        recurrent_dropout: RATE,
        ..plain.clone()
    };
    let layer = plain.init(fitting(&plain.cell, MANY), &place.device);
    let gates = layer.layers()[0].forward.gates();
    if gates.is_some_and(Gates::is_fixed) {
        // There are no gradients that could tell.
        let [with, without] = [&masked, plain].map(|config| one_row(place, config.clone()).0);
        return holds(with["y"] != without["y"], || {
            "recurrent dropout does nothing".into()
        });
    }
    let silent = |config: RecurrentConfig<K>| {
        let (out, _) = one_row(place, config);
        let grad = &out["grad.weight_hh_l0"];
        let columns = grad.shape[1];
        let silent = (0..columns).filter(|&j| grad.narrow(1, j..j + 1).norm() == 0.0);
        (silent.count(), columns)
    };
    let (without, columns) = silent(plain.clone());
    let (with, _) = silent(masked);
    holds(without < with && with < columns, || {
        format!("recurrent dropout silences {with} of {columns} units, {without} are without it")
    })
}

/// Where weights are mapped, a stored number belongs to several units, and no gradient tells which are dropped: then
/// training is at least not what it is without the mask.
fn recurrent_mask_acts<K: CellConfig>(place: &Place, plain: &RecurrentConfig<K>) -> Verdict {
    let masked = RecurrentConfig {
        recurrent_dropout: RATE,
        ..plain.clone()
    };
    let [with, without] = [masked, plain.clone()].map(|config| one_row(place, config).0);
    holds(with["y"].values != without["y"].values, || {
        "recurrent dropout changes nothing in training".into()
    })
}

/// Where there is no recurrent product, there is nothing to drop, and whoever asks for it is told.
fn recurrent_mask_is_refused<K: CellConfig>(plain: &RecurrentConfig<K>) -> Verdict {
    let config = RecurrentConfig {
        recurrent_dropout: RATE,
        ..plain.clone()
    };
    let key = config.validate().err().map(|e| e.key);
    holds(key.as_deref() == Some("recurrent_dropout"), || {
        "recurrent dropout is taken, without a recurrent product".into()
    })
}

/// An input that the mask drops has no gradient at any step, another has one at some.
fn input_mask_lasts<K: CellConfig>(place: &Place, plain: &RecurrentConfig<K>) -> Verdict {
    let config = RecurrentConfig {
        input_dropout: RATE,
        ..plain.clone()
    };
    let (out, subject) = one_row(place, config);
    let dropped = |j: usize| {
        let column = out["grad.x"].narrow(2, j..j + 1);
        column.values.iter().filter(|&&g| g == 0.0).count()
    };
    let counts: Vec<usize> = (0..subject.d_input).map(dropped).collect();
    let whole = counts.iter().all(|&n| n == 0 || n == LONG);
    holds(
        whole && counts.contains(&0) && counts.contains(&LONG),
        || format!("input dropout drops inputs at so many of {LONG} steps: {counts:?}"),
    )
}

/// A layer that takes the common input, or the next wider one that its cell takes.
fn subject<K: CellConfig>(config: RecurrentConfig<K>) -> Subject<K> {
    let d_input = fitting(&config.cell, D_INPUT);
    Subject::new(config, d_input)
}

/// One row of a wide layer in training.
fn one_row<K: CellConfig>(place: &Place, config: RecurrentConfig<K>) -> (Named, Subject<K>) {
    let d_input = fitting(&config.cell, MANY);
    let subject = Subject::new(config, d_input);
    let mut batch = subject.batch(1, LONG, None);
    // A missing value has no gradient, dropped or not.
    batch.x = Numbers::wave(&batch.x.shape, 1.0, 0.3);
    (observe(place, &subject, &batch, &forward), subject)
}

/// In training, a step leaves each unit of each state as it was or moves it all the way.
fn zoneout_holds_units<K: CellConfig>(place: &Place, plain: &RecurrentConfig<K>) -> Verdict {
    let zoned = RecurrentConfig {
        zoneout: RATE,
        ..plain.clone()
    };
    let plain = subject(plain.clone());
    let zoned = subject(zoned);
    // Rows enough that a state of one number a head has units enough, too.
    let batch: Batch = plain.batch(MANY / 4, 1, None);
    let moved = observe(place, &plain, &batch, &forward);
    let found = observe(place, &zoned, &batch, &forward);
    let old = batch.states.iter().flatten();
    let names = found.iter().filter(|(name, _)| name.starts_with("state."));
    for ((name, state), old) in names.zip(old_in_order(&zoned, place, old.cloned().collect())) {
        let new = &moved[name];
        let near = |a: f64, b: f64| (a - b).abs() <= 1e-6 * (1.0 + b.abs());
        // A unit that stays where it is either way, behind a gate that is shut, says nothing.
        let tells = |&i: &usize| !near(old.values[i], new.values[i]);
        let units: Vec<usize> = (0..state.values.len()).filter(tells).collect();
        let at = |there: &Numbers| {
            let units = units.iter();
            let units = units.filter(|&&i| near(state.values[i], there.values[i]));
            units.count()
        };
        let (held, gone) = (at(&old), at(new));
        let all = held + gone == units.len();
        holds(all && held > 0 && gone > 0, || {
            format!(
                "zoneout holds {held} and moves {gone} of {} units of {name}",
                units.len()
            )
        })?;
    }
    Ok(())
}

/// States in the order of their names.
fn old_in_order<K: CellConfig>(
    subject: &Subject<K>,
    place: &Place,
    states: Vec<Numbers>,
) -> Vec<Numbers> {
    let names = subject.layer(&place.device, place.dtype).state_names();
    let named: Named = names
        .into_iter()
        .map(|(name, _)| name)
        .zip(states)
        .collect();
    named.into_values().collect()
}
