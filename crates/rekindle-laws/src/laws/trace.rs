//! A trace shows what the steps compute: its states are those of the steps, its last states those of the
//! pass, and every executor shows the same.

use super::holds;
use crate::case::{D_HIDDEN, LENGTHS, ROWS, TIME};
use crate::{Batch, Case, Named, Place, Subject, Tolerance, Verdict, compare};
use burn::tensor::{DType, Tensor};
use rekindle::engine::Role;
use rekindle::{
    Cell, CellConfig, EngineConfig, ExecutorChoice, PolicyChoice, Recurrent, RecurrentConfig, Site,
    States, TraceError,
};

pub(super) fn check<K: CellConfig>(case: &Case<K>) -> Verdict {
    if case.cell(D_HIDDEN).program().is_none() {
        return case.each(case.forward_only(), nothing_to_trace);
    }
    let executors = match case.slow {
        true => &[ExecutorChoice::Auto][..],
        false => &[ExecutorChoice::Tiles, ExecutorChoice::Primitives][..],
    };
    let mut configs = case.all();
    // Zoneout moves states on their way, and a trace shows them as they are.
    let one = configs[0].clone();
    configs.push(RecurrentConfig {
        zoneout: 0.3,
        ..one
    });
    case.each(configs, |place, subject| {
        for lengths in [None, Some(&LENGTHS[..])] {
            let batch = subject.batch(ROWS, TIME, lengths);
            let by = |executor| {
                let policy = PolicyChoice::default();
                let engine = EngineConfig {
                    executor,
                    policy,
                    ..EngineConfig::default()
                };
                let subject = subject.with(|config| config.engine = engine);
                observe(place, &subject, &batch)
            };
            let (steps, states) = by(ExecutorChoice::Steps)?;
            let forward = |_: &str| Tolerance::of("forward");
            for &executor in executors {
                let about = |e| format!("{executor:?}: {e}");
                let (traced, traced_states) = by(executor)?;
                compare(&traced, &steps, place.dtype, forward).map_err(about)?;
                compare(&traced_states, &states, place.dtype, forward).map_err(about)?;
            }
        }
        Ok(())
    })
}

/// A cell without equations of the engine has no named values, and says so.
fn nothing_to_trace<K: CellConfig>(place: &Place, subject: &Subject<K>) -> Verdict {
    let layer = subject.layer(&place.device, place.dtype);
    let refused = layer.traceable(Site::default());
    holds(refused == Err(TraceError::NoEquations), || {
        "values of a cell without a program are traced".into()
    })
}

/// Every named value of every cell, and the states among them with the last ones; the second are checked
/// against the states that the steps of the layer and its pass give.
fn observe<K: CellConfig>(
    place: &Place,
    subject: &Subject<K>,
    batch: &Batch,
) -> Result<(Named, Named), String> {
    let layer = subject.layer(&place.device, place.dtype);
    let x = batch.x(&place.device, place.dtype);
    let given = || {
        let states = batch.states(&place.device, place.dtype);
        states.map(|parts| layer.initial(&x).with_parts(parts))
    };
    let mut values = Named::new();
    let mut states = Named::new();
    for site in layer.sites() {
        let trace = layer
            .trace(batch.sequence(x.clone()), given(), site, &[])
            .map_err(|e| e.to_string())?;
        for traced in trace.nodes {
            let name = format!("{site}.{}", traced.node.name);
            if traced.node.role == Role::State {
                let last = last(&traced.values, batch, &name);
                states.insert(format!("last.{name}"), last.into_data().into());
                states.insert(name.clone(), traced.values.clone().into_data().into());
            }
            // What is not squashed may be a difference of nearly equal values, of whose digits f32 keeps too
            // few to compare. That every node is where it should be is seen in f64.
            if place.dtype == DType::F64 || matches!(traced.node.role, Role::State | Role::Gate) {
                values.insert(name, traced.values.into_data().into());
            }
        }
    }
    let stepped = stepped(&layer, batch, &x, given());
    let forward = |_: &str| Tolerance::of("forward");
    compare(&states, &stepped, place.dtype, forward)?;
    Ok((values, states))
}

/// The states over time, from steps, and the last ones, from the pass.
fn stepped<C: Cell>(
    layer: &Recurrent<C>,
    batch: &Batch,
    x: &Tensor<3>,
    states: Option<States<C::State>>,
) -> Named {
    let names = layer.state_names();
    let over_time = layer.states_over_time(batch.sequence(x.clone()), states.clone());
    let (_, last) = layer.forward(batch.sequence(x.clone()), states);
    let mut named = Named::new();
    for (((name, _), all), last) in names.into_iter().zip(over_time).zip(last.into_parts()) {
        named.insert(format!("last.{name}"), last.into_data().into());
        named.insert(name, all.into_data().into());
    }
    named
}

/// The row of each sequence's last step in reading order.
fn last(values: &Tensor<3>, batch: &Batch, name: &str) -> Tensor<2> {
    let [rows, time, _] = values.dims();
    let reverse = name.contains(".reverse.");
    let ends = (0..rows).map(|row| match (&batch.lengths, reverse) {
        (_, true) => 0,
        (Some(lengths), false) => lengths[row] - 1,
        (None, false) => time - 1,
    });
    let rows = ends.enumerate().map(|(row, t)| {
        let row = values.clone().narrow(0, row, 1);
        row.narrow(1, t, 1).squeeze_dim::<2>(1)
    });
    Tensor::cat(rows.collect(), 0)
}
