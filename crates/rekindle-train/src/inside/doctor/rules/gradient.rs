//! How the gradient fares on its way back: through time, and through layers.

use crate::inside::doctor::{Checkup, Finding, Rule};

pub(crate) const EXPLODING: Rule = Rule {
    name: "exploding gradient",
    check: exploding,
};

pub(crate) const VANISHING: Rule = Rule {
    name: "vanishing gradient",
    check: vanishing,
};

pub(crate) const LAYERS: Rule = Rule {
    name: "gradient by layer",
    check: layers,
};

/// What counts as lost.
pub(crate) const LOST: f64 = 1e-3;

fn exploding(checkup: &Checkup) -> Option<Finding> {
    let net = checkup.net.as_ref()?;
    let (lag, ln) = net.horizon.peak();
    if ln < 1000f64.ln() {
        return None;
    }
    let clip = checkup.experiment.train.clip;
    let clipped = match clip > 0.0 {
        true => format!(
            "the norm is clipped to {clip}, so that such a step points where the oldest inputs want it"
        ),
        false => "and it is not clipped".to_string(),
    };
    Rule::finds(
        EXPLODING.name,
        format!(
            "{lag} steps before the loss the gradient is {:.1e} times what it is at lag 1",
            ln.exp()
        ),
        format!("the recurrence multiplies gradients by more than 1 at every step; {clipped}"),
        "a gated cell, smaller recurrent weights, train.weight_decay, or train.clip = 1.0",
    )
}

/// Forgetting alone is no fault: it is one where nothing was learned of a long sequence.
fn vanishing(checkup: &Checkup) -> Option<Finding> {
    let net = checkup.net.as_ref()?;
    let lags = net.horizon.norms.len();
    let reach = net.horizon.reach(LOST)?;
    if reach > lags / 2 || lags < 16 || !checkup.is_useless() {
        return None;
    }
    Rule::finds(
        VANISHING.name,
        format!(
            "less than a thousandth of the gradient is left {reach} steps before the loss, of {lags}"
        ),
        "what lies further back has no say in what is learned, and the figures show it",
        "a gated cell (lstm, gru) with an open forget gate: model.cell.forget_bias = 3.0 or model.cell.chrono",
    )
}

fn layers(checkup: &Checkup) -> Option<Finding> {
    let norms = &checkup.net.as_ref()?.layer_gradients;
    let (top, below) = norms.split_last()?;
    let (layer, least) = below.iter().enumerate().min_by(|a, b| a.1.total_cmp(b.1))?;
    if *least > 1e-4 * top {
        return None;
    }
    Rule::finds(
        LAYERS.name,
        format!(
            "the gradient of layer {layer} has norm {least:.1e}, that of the top layer {top:.1e}"
        ),
        "lower layers learn ten thousand times as slowly, which is hardly at all",
        "fewer model.layers, or model.residual = true",
    )
}
