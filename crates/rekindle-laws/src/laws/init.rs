//! A fresh layer: every scheme gives the same parameters, finite, each a leaf that learns.

use super::holds;
use crate::case::D_HIDDEN;
use crate::{Case, Verdict};
use burn::tensor::{Distribution, Tensor};
use rekindle::{Cell, CellConfig, Recurrent, RecurrentConfig};
use rekindle_interop::is_trained;
use rekindle_interop::{Weight, export, gradients, weight_names};

const SCHEMES: [&str; 3] = ["rekindle", "pytorch", "keras"];

pub(super) fn check<K: CellConfig>(case: &Case<K>) -> Verdict {
    let cell = case.cell(D_HIDDEN);
    let usual = RecurrentConfig::new(cell.clone()).init(case.d_input(), &case.device);
    // The others are the same operations on other shapes.
    let schemes = match case.slow {
        true => &SCHEMES[..1],
        false => &SCHEMES[..],
    };
    for scheme in schemes {
        let config = RecurrentConfig {
            learned_initial: true,
            ..RecurrentConfig::new(with_init(&cell, scheme)?)
        };
        let plain = config.init(case.d_input(), &case.device);
        let names: Vec<Weight> = weight_names(&plain)
            .into_iter()
            .filter(|weight| !weight.name.starts_with("initial_"))
            .collect();
        holds(names == weight_names(&usual), || {
            format!("with init = {scheme:?} the weights are others: {names:?}")
        })?;
        starts(&plain, scheme)?;
        learns(
            &config.init(case.d_input(), &case.device.clone().autodiff()),
            scheme,
        )?;
    }
    Ok(())
}

/// The cell with another key `init`, if it has such.
fn with_init<K: CellConfig>(cell: &K, scheme: &str) -> Result<K, String> {
    let mut table = toml::Table::try_from(cell).map_err(|e| e.to_string())?;
    if let Some(init) = table.get_mut("init") {
        *init = scheme.into();
    }
    table.try_into().map_err(|e| e.to_string())
}

/// Every matrix holds finite numbers, none the same everywhere.
fn starts<C: Cell>(layer: &Recurrent<C>, scheme: &str) -> Verdict {
    for (name, data) in export(layer) {
        let values: Vec<f64> = data.iter().collect();
        holds(values.iter().all(|v| v.is_finite()), || {
            format!("with init = {scheme:?} {name} is not finite")
        })?;
        let drawn = values.iter().any(|v| *v != values[0]);
        holds(drawn || data.rank() == 1, || {
            format!("with init = {scheme:?} {name} is {} everywhere", values[0])
        })?;
    }
    Ok(())
}

/// Every parameter of a layer as it comes has a gradient.
fn learns<C: Cell>(layer: &Recurrent<C>, scheme: &str) -> Verdict {
    let device = layer.layers()[0].initial[0].device();
    let x = Tensor::random([2, 3, layer.d_input()], Distribution::Default, &device);
    let found = gradients(layer, &layer.forward(x, None).0.sum().backward());
    let expected = export(layer).into_iter().map(|(name, _)| name);
    let expected = expected.filter(|name| is_trained(layer, name));
    holds(found.into_iter().map(|(name, _)| name).eq(expected), || {
        format!("with init = {scheme:?} a parameter of a fresh layer has no gradient")
    })
}
