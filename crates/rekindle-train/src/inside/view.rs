//! What was looked at, as the pictures have it.

use super::doctor::{Checkup, diagnose};
use super::{ModelHorizon, Plane, Traced};
use crate::{
    error::Result,
    predictor::Predictor,
    report::Extras,
    run::directory::RunDir,
    tasks::{Part, Task},
};
use rekindle::engine::{Role, Unary};
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
            (Role::Gate, Some(Unary::Sigmoid | Unary::HardSigmoid)) => Shown::Gate,
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

fn line(name: &str, ln_left: &[f64]) -> Series {
    let points = ln_left.iter().enumerate();
    let points = points.map(|(k, ln)| [(k + 1) as f64, ln.exp()]);
    Series::line(name, points.collect())
}

/// Lines over lags, with one where the gradient counts as lost.
fn over_lags(mut series: Vec<Series>, fraction: f64) -> Figure {
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

/// The most numbers of a report's traces: a report is to stay small.
const NUMBERS: usize = 120_000;
/// The steps of a report's example.
const STEPS: usize = 80;

/// What a report shows of the inside of a network: an example of what its layers do, how far back their
/// gradients reach, and what ails the run.
///
/// # Errors
///
/// If the run's files cannot be read.
pub(crate) fn extras(predictor: &Predictor, task: &dyn Task, run: &RunDir) -> Result<Extras> {
    let checkup = Checkup::of(predictor, task, run)?;
    let horizon = checkup.net.as_ref().map(|net| {
        let lines = net.horizons.iter().map(|(_, horizon)| horizon);
        let lines = lines.flat_map(super::horizon::by_state);
        let lines: Vec<_> = lines.collect();
        let lines = lines.iter().map(|s| line(&s.name, &s.ln_left));
        over_lags(lines.collect(), 1e-3)
    });
    Ok(Extras {
        traces: example(predictor, task)?,
        horizon,
        findings: diagnose(&checkup),
    })
}

/// The states and gates of every layer and direction over the beginning of a row of the test part, or of the first
/// part that there is.
fn example(predictor: &Predictor, task: &dyn Task) -> Result<Vec<rekindle_view::Trace>> {
    let part = task.first_of(&[Part::Test, Part::Valid]);
    let reading = task.reading(part, 0..1, STEPS);
    if reading.rows() == 0 {
        return Ok(Vec::new());
    }
    let recurrent = predictor.net.recurrent();
    let mut traces = Vec::new();
    let mut numbers = 0;
    for site in recurrent.sites() {
        let Ok(named) = recurrent.traceable(site) else {
            continue;
        };
        let shown = named
            .into_iter()
            .filter(|n| matches!(n.role, Role::State | Role::Gate));
        let shown: Vec<String> = shown.map(|n| n.name).collect();
        let mut trace = predictor.trace(&reading, site, &shown)?.view();
        let units: usize = trace.planes.iter().map(|p| p.units).sum();
        let steps = (NUMBERS / units.max(1)).clamp(8, STEPS);
        trace.labels.truncate(steps);
        for plane in &mut trace.planes {
            plane.values.truncate(steps * plane.units);
            numbers += plane.values.len();
        }
        if numbers > NUMBERS && !traces.is_empty() {
            break;
        }
        traces.push(trace);
    }
    Ok(traces)
}
