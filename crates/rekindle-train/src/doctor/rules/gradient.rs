//! How the gradient fares on its way back: through time, and through layers.

use super::rate;
use crate::doctor::{
    checkup::{Checkup, NetFigures},
    finding::{Finding, Rule},
};
use rekindle::{Horizon, Site};

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
    let peaks = net.horizons.iter().map(|(site, h)| (site, h.peak()));
    let (site, (lag, ln)) = peaks.max_by(|a, b| a.1.1.total_cmp(&b.1.1))?;
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
            "{lag} steps before the loss the gradient is {:.1e} times what it is at lag 1{}",
            ln.exp(),
            place(*site)
        ),
        format!("the recurrence multiplies gradients by more than 1 at every step; {clipped}"),
        format!(
            "a gated cell, smaller recurrent weights, train.weight_decay, or {}",
            tighter_clip(clip)
        ),
    )
}

/// What a clip can be made, where there is one and where there is none.
pub(crate) fn tighter_clip(clip: f64) -> String {
    match clip > 0.0 {
        true => format!("a smaller train.clip than {clip}"),
        false => "train.clip = 1.0".into(),
    }
}

/// Forgetting alone is no fault: it is one where nothing was learned of a long sequence.
fn vanishing(checkup: &Checkup) -> Option<Finding> {
    let net = checkup.net.as_ref()?;
    let (site, horizon, reach) = farthest(net)?;
    let lags = horizon.norms.len();
    if reach > lags / 2 || lags < 16 || !checkup.is_useless() {
        return None;
    }
    let place = place(site);
    if horizon.peak().1 == f64::NEG_INFINITY {
        let figure = format!("no gradient reaches even one step back{place}");
        return match net.is_recurrent {
            false => Rule::finds(
                VANISHING.name,
                figure,
                "the cell does not read its state: each step is judged alone, and the figures show it",
                "a cell with a recurrent product (elman, lstm, gru), or an equation with `U h` in it",
            ),
            true => Rule::finds(
                VANISHING.name,
                figure,
                "the cell reads its state, but each function that it goes through is flat where it is used: the weights have \
                 come so far that the state has no say",
                format!(
                    "{}; or smaller biases at the start (begin)",
                    rate::smaller(checkup)
                ),
            ),
        };
    }
    Rule::finds(
        VANISHING.name,
        format!(
            "less than a thousandth of the gradient is left {reach} steps before the loss, of {lags}{place}"
        ),
        "what lies further back has no say in what is learned, and the figures show it",
        "a gated cell (lstm, gru) with an open forget gate: model.cell.forget_bias = 3.0 or model.cell.chrono",
    )
}

/// The horizon of the top layer that lies farthest, and where; none where one has no end.
fn farthest(net: &NetFigures) -> Option<(Option<Site>, &Horizon, usize)> {
    let layer = |site: &Option<Site>| site.map(|site| site.layer);
    let top = net.horizons.iter().map(|(site, _)| layer(site)).max()?;
    let horizons = net.horizons.iter().filter(|(site, _)| layer(site) == top);
    let reaches = horizons.map(|(site, h)| Some((*site, h, h.reach(LOST)?)));
    let reaches: Option<Vec<_>> = reaches.collect();
    reaches?.into_iter().max_by_key(|(_, _, reach)| *reach)
}

/// Where in the stack it is, if not everywhere.
fn place(site: Option<Site>) -> String {
    site.map(|site| format!(" ({site})")).unwrap_or_default()
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
        match checkup.experiment.model.stack()?.residual {
            true => "fewer model.layers",
            false => "fewer model.layers, or model.residual = true",
        },
    )
}
