//! What was looked at, as the pictures have it.

use super::{
    horizon::ModelHorizon,
    trace::{Plane, Traced},
};
use rekindle::engine::Role;
use rekindle_view::{Axis, Figure, Mark, Series};

impl Traced {
    /// The trace as a picture has it.
    pub fn view(&self) -> rekindle_view::Trace {
        rekindle_view::Trace {
            title: self.name.clone(),
            cell: self.cell.clone(),
            layer: self.site.layer,
            direction: self.site.direction.name().to_string(),
            labels: self.labels.clone(),
            planes: self.planes.iter().map(plane).collect(),
        }
    }
}

fn plane(plane: &Plane) -> rekindle_view::Plane {
    use rekindle_view::Role as Shown;
    rekindle_view::Plane {
        name: plane.node.name.clone(),
        role: match (plane.node.role, plane.node.function) {
            (Role::State, _) => Shown::State,
            // A function onto [0, 1] lets through; any other proposes.
            (Role::Gate, Some(function)) if function.limits() == Some([0.0, 1.0]) => Shown::Gate,
            (Role::Gate, _) => Shown::Candidate,
            (Role::Sum, _) => Shown::Product,
            (Role::Value, _) => Shown::Value,
        },
        sentence: plane.sentence.clone(),
        units: plane.units,
        values: plane.values.clone(),
    }
}

/// What lies below this share of the gradient is not drawn.
const LEAST: f64 = 1e-10;

/// What is said of a model of whose states none acts on the loss.
const NOTHING: &str = "no gradient reaches even one step back";

/// The horizons of several models over one axis of lags.
pub(super) fn figure(models: &[ModelHorizon], fraction: f64) -> Figure {
    let lines = models.iter().map(|m| line(&m.title(), &m.ln_left));
    let empty = models.iter().filter(|m| m.is_empty());
    let empty = empty.map(|m| format!("{}: {}", m.title(), NOTHING));
    let explodes = models.iter().filter(|m| m.explodes()).map(|m| {
        let times = m.ln_peak.exp();
        format!(
            "{} explodes: {times:.1e} times as much at lag {}",
            m.title(),
            m.peak
        )
    });
    let clipped = models
        .iter()
        .filter(|m| m.clip > 0.0 && m.gradient > m.clip)
        .map(|m| {
            let (norm, clip) = (m.gradient, m.clip);
            let name = &m.name;
            format!("{name}: a gradient of norm {norm:.2} is clipped to {clip} in training")
        });
    let mut notes: Vec<String> = empty.chain(explodes).chain(clipped).collect();
    // The cells of one network have one gradient of all weights.
    notes.dedup();
    Figure {
        notes,
        ..over_lags(lines.collect(), fraction)
    }
}

pub(super) fn line(name: &str, ln_left: &[f64]) -> Series {
    let points = ln_left.iter().enumerate();
    let points = points.map(|(k, ln)| [(k + 1) as f64, ln.exp()]);
    Series::line(name, points.collect())
}

/// Lines over lags, with one where the gradient counts as lost.
pub(super) fn over_lags(mut series: Vec<Series>, fraction: f64) -> Figure {
    let lags = series.iter().flat_map(|s| &s.points).map(|p| p[0]);
    let lags = lags.fold(2.0, f64::max);
    let lost = vec![[1.0, fraction], [lags, fraction]];
    series.push(Series::line(format!("{fraction} of it"), lost).drawn(Mark::Reference));
    Figure {
        title: "How far back the gradient reaches".into(),
        x: Axis::linear("steps back from the loss"),
        y: Axis::log("gradient, relative to one step back").above(LEAST),
        series,
        notes: Vec::new(),
    }
}
