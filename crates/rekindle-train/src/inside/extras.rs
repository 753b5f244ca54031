//! What a report shows of the inside of a network.

use super::view::{line, over_lags};
use crate::{
    doctor::{checkup::Checkup, diagnose, finding::Finding},
    error::Result,
    predict::predictor::Predictor,
    run::directory::RunDir,
    tasks::{part::Part, task::Task},
};
use rekindle::engine::Role;
use rekindle_view::{Figure, Trace};

/// What a report shows beside what every run has: an example of what the layers do, and how far
/// back their gradients reach.
#[derive(Clone, Debug, Default)]
pub(crate) struct Extras {
    /// The layers on an example.
    pub traces: Vec<Trace>,
    /// What the network says of that example, as a clause.
    pub answer: Option<String>,
    /// The gradient against the lag.
    pub horizon: Option<Figure>,
    /// What ails the run.
    pub findings: Vec<Finding>,
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
        answer: task.answer(
            &predictor.net,
            shown_part(task),
            0,
            STEPS,
            &predictor.device,
        ),
        traces: example(predictor, task)?,
        horizon,
        findings: diagnose(&checkup),
    })
}

/// The part whose first row is shown.
fn shown_part(task: &dyn Task) -> Part {
    task.first_of(&[Part::Test, Part::Valid])
}

/// The states and gates of every layer and direction over the beginning of a row of the test part, or of the first
/// part that there is.
fn example(predictor: &Predictor, task: &dyn Task) -> Result<Vec<rekindle_view::Trace>> {
    let part = shown_part(task);
    let reading = task.reading(part, 0..1, STEPS);
    if reading.rows() == 0 {
        return Ok(Vec::new());
    }
    let Some(recurrent) = predictor.net.body().stack() else {
        return Ok(Vec::new());
    };
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
