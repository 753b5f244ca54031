//! The horizon is what central differences of the last step's loss by earlier states are.

use super::gradient::{Differences, by_differences, slopes};
use crate::case::{about, fitting, forward_only};
use crate::{Case, Named, Numbers, Place, Subject, Tolerance, Verdict, compare};
use burn::tensor::{DType, Tensor};
use rekindle::engine::Direction;
use rekindle::{CellConfig, Horizon, Recurrent, RecurrentConfig, Site};

const D_INPUT: usize = 2;
const D_HIDDEN: usize = 3;
const ROWS: usize = 2;
const TIME: usize = 4;
/// The longest lag: one step leads up to it.
const LAG: usize = 3;

pub(super) fn check<K: CellConfig>(case: &Case<K>) -> Verdict {
    let place = Place {
        device: case.device.clone(),
        dtype: DType::F64,
    };
    let cell = case.cell(D_HIDDEN);
    let d_input = fitting(&cell, D_INPUT);
    let mut configs = forward_only(cell.clone(), d_input, false);
    configs.push(RecurrentConfig {
        bidirectional: true,
        ..RecurrentConfig::new(cell)
    });
    for config in configs {
        let subject = Subject::new(config, d_input);
        let layer = subject.layer(&place.device, place.dtype);
        let sites = match layer.is_bidirectional() {
            false => vec![Site::default()],
            true => layer.sites(),
        };
        for site in sites {
            by_differences(|by| differences(&place, &subject, &layer, site, by))
                .map_err(|e| about(subject.config(), &format!("{site}: {e}")))?;
        }
    }
    Ok(())
}

fn differences<K: CellConfig>(
    place: &Place,
    subject: &Subject<K>,
    layer: &Recurrent<K::Cell>,
    site: Site,
    by: Differences,
) -> Verdict {
    let batch = subject.batch(ROWS, TIME, None);
    let cotangent = Numbers::wave(&[ROWS, subject.d_output], 1.0, 0.9);
    let loss = |y: Tensor<3>| ends(y, &cotangent, layer.is_bidirectional());
    let x = batch.x(&place.device, place.dtype);
    let given = batch.states(&place.device, place.dtype);
    let given = given.map(|parts| layer.initial(&x).with_parts(parts));
    let horizon = layer.horizon(x.clone(), given.clone(), LAG, site, loss);

    let names: Vec<String> = layer.state_names().into_iter().map(|n| n.0).collect();
    let mut expected = Named::new();
    for (name, part) in names.iter().enumerate().map(|(k, name)| (name, k)) {
        if !horizon.states.contains(name) {
            continue;
        }
        let mut norms = Vec::new();
        for lag in 1..=LAG {
            // The steps before the state in question, and those behind it, in reading order.
            let (before, after) = match site.direction {
                Direction::Forward => (0..TIME - lag, TIME - lag..TIME),
                Direction::Reverse => (lag..TIME, 0..lag),
            };
            let cut = |range: std::ops::Range<usize>| x.clone().narrow(1, range.start, range.len());
            let (_, states) = layer.forward(cut(before), given.clone());
            let parts = states.clone().into_parts();
            let at: Numbers = parts[part].clone().into_data().into();
            let slope = slopes(&at, by, |moved| {
                let mut parts = parts.clone();
                parts[part] =
                    Tensor::from_data(moved.data(place.dtype), (&place.device, place.dtype));
                let states = states.clone().with_parts(parts);
                let (y, _) = layer.forward(cut(after.clone()), Some(states));
                loss(y).into_scalar::<f64>()
            });
            norms.extend((0..ROWS).map(|row| slope.narrow(0, row..row + 1).norm()));
        }
        let shape = vec![LAG, ROWS];
        expected.insert(
            name.clone(),
            Numbers {
                shape,
                values: norms,
            },
        );
    }
    let found = norms(&horizon);
    let difference = |_: &str| Tolerance::of("difference");
    compare(&found, &expected, place.dtype, difference)
}

fn norms(horizon: &Horizon) -> Named {
    let states = horizon.states.iter().zip(&horizon.by_state);
    let states = states.map(|(name, lags)| {
        let values = lags.iter().flatten().map(|ln| ln.exp()).collect();
        let shape = vec![LAG, ROWS];
        (name.clone(), Numbers { shape, values })
    });
    states.collect()
}

/// What the last step of each direction gave, times a cotangent.
fn ends(y: Tensor<3>, cotangent: &Numbers, both: bool) -> Tensor<1> {
    let [_, time, width] = y.dims();
    let last: Tensor<2> = y.clone().narrow(1, time - 1, 1).squeeze_dim(1);
    let row = match both {
        false => last,
        true => {
            let first: Tensor<2> = y.narrow(1, 0, 1).squeeze_dim(1);
            let half = width / 2;
            Tensor::cat(
                vec![last.narrow(1, 0, half), first.narrow(1, half, half)],
                1,
            )
        }
    };
    let options = (&row.device(), row.dtype());
    (row * Tensor::from_data(cotangent.data(options.1), options)).sum()
}
