//! `[B, T, D] -> [B, T, d_output]`.

use super::holds;
use crate::case::{about, fitting};
use crate::{Case, Verdict};
use burn::tensor::Tensor;
use rekindle::{Cell, CellConfig, Merge, RecurrentConfig};

/// Batch, time, input, units.
const SIZES: [[usize; 4]; 6] = [
    [1, 1, 1, 1],
    [1, 4, 3, 2],
    [5, 1, 3, 2],
    [3, 4, 1, 7],
    [2, 3, 5, 1],
    [3, 17, 5, 9],
];

pub(super) fn check<K: CellConfig>(case: &Case<K>) -> Verdict {
    for [batch, time, d_input, d_hidden] in SIZES {
        let d_input = fitting(&case.cell(d_hidden), d_input);
        for config in layers(case, d_input, d_hidden) {
            let layer = config.init(d_input, &case.device);
            let x = Tensor::<3>::ones([batch, time, d_input], &case.device);
            let size = |what: &str, found: &[usize], expected: &[usize]| {
                holds(found == expected, || {
                    about(&config, &format!("{what} is {found:?}, not {expected:?}"))
                })
            };
            let d_output = width(&config, &layer.state_names());
            size("d_output", &[layer.d_output()], &[d_output])?;
            let cell = layer.layers()[0].forward.d_output();
            size("d_output of the config", &[config.cell.d_output()], &[cell])?;

            let (y, states) = layer.forward(x.clone(), None);
            size("y", &y.dims(), &[batch, time, d_output])?;
            holds(finite(y), || about(&config, "y is not finite"))?;
            let names = layer.state_names();
            size(
                "the number of states",
                &[states.clone().into_parts().len()],
                &[names.len()],
            )?;
            for ((name, width), state) in names.into_iter().zip(states.into_parts()) {
                size(&name, &state.dims(), &[batch, width])?;
            }

            let (y, _) = layer.forward_unbatched(x.narrow(0, 0, 1).squeeze_dim(0), None);
            size("unbatched y", &y.dims(), &[time, d_output])?;
        }
    }
    Ok(())
}

/// Every option that decides a width.
fn layers<K: CellConfig>(
    case: &Case<K>,
    d_input: usize,
    d_hidden: usize,
) -> Vec<RecurrentConfig<K>> {
    let one = RecurrentConfig::new(case.cell(d_hidden));
    let mut layers = vec![
        RecurrentConfig {
            layers: 2,
            residual: true,
            ..one.clone()
        },
        RecurrentConfig {
            layers: 2,
            bidirectional: true,
            projection: Some(d_input),
            residual: true,
            learned_initial: true,
            ..one.clone()
        },
    ];
    for merge in [Merge::Concat, Merge::Sum, Merge::Mean, Merge::Product] {
        layers.push(RecurrentConfig {
            layers: 2,
            bidirectional: true,
            merge,
            ..one.clone()
        });
    }
    layers.push(one);
    layers
}

/// The width of the output, from that of the first state.
fn width<K: CellConfig>(config: &RecurrentConfig<K>, states: &[(String, usize)]) -> usize {
    let (_, cell) = states[0];
    match config.projection {
        Some(width) => width,
        None if config.bidirectional && config.merge == Merge::Concat => 2 * cell,
        None => cell,
    }
}

fn finite(y: Tensor<3>) -> bool {
    y.into_data().iter::<f64>().all(f64::is_finite)
}
