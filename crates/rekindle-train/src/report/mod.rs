//! Reports: a run's directory as a page, and several runs side by side.

mod compare;
pub(crate) mod record;
mod verdict;

use crate::{
    data::message::counted,
    error::{Error, Result},
    files,
    inside::extras::{Extras, extras},
    metric::Metric,
    predict::predictor::Predictor,
    run::directory::RunDir,
    tasks::{account::Line, overview, task::Task},
};
use record::Record;
use rekindle_view::{Axis, Block, Figure, Mark, Page, Section, Series, Table};
use std::path::{Path, PathBuf};
use verdict::verdict;

pub use compare::{Comparison, compare};

/// The figures on the validation part whose curves a page shows: each target of a forecast has two.
const CURVES: usize = 13;

/// Writes the report of a finished run into its directory.
pub(crate) fn write(run: &RunDir, predictor: &Predictor, task: &dyn Task) -> Result<()> {
    let record = Record::read(run)?;
    let extras = extras(predictor, task, run)?;
    let exhibits = task.exhibits(&predictor.net, &predictor.device);
    let page = page(&record, said(predictor, task), exhibits, extras);
    files::write_atomic(&run.report(), page.html().as_bytes())
}

/// Writes the report of a finished run into its directory again, and says where.
///
/// # Errors
///
/// As [`again`], and if it cannot be written.
pub fn renew(run: &Path, device: Option<&str>) -> Result<PathBuf> {
    let page = again(run, device)?;
    let run = RunDir::open(run)?;
    if run.is_in_zoo() {
        return Err(Error::mend(format!(
            "{} is a model of the zoo, into which no page is written; name another place",
            run.path().display()
        )));
    }
    let place = run.report();
    files::write_atomic(&place, page.html().as_bytes())?;
    Ok(place)
}

/// The files that the report of a run is made of, beside the run's own.
///
/// # Errors
///
/// If it is no run.
pub fn inputs(run: &Path) -> Result<Vec<PathBuf>> {
    Ok(Predictor::plan(run)?.files())
}

/// The report of a finished run, from its directory and its data.
///
/// # Errors
///
/// If it is no run, is not finished, or its data cannot be read any more.
pub fn again(run: &Path, device: Option<&str>) -> Result<Page> {
    let dir = RunDir::open(run)?;
    let record = Record::read(&dir)?;
    let predictor = Predictor::open(run, device)?;
    let task = predictor.task()?;
    let extras = extras(&predictor, task.as_ref(), &dir)?;
    let exhibits = task.exhibits(&predictor.net, &predictor.device);
    let said = said(&predictor, task.as_ref());
    Ok(page(&record, said, exhibits, extras))
}

/// What was said of the data and the network before training.
fn said(predictor: &Predictor, task: &dyn Task) -> Table {
    let experiment = predictor.plan.experiment();
    let (update, at) = (
        experiment.train.update(),
        experiment.first(&predictor.device),
    );
    let lines = overview::of(task, &predictor.net, update, &at).into_iter();
    Table {
        head: Vec::new(),
        rows: lines
            .map(|Line { about, said }| vec![about.into(), said])
            .collect(),
    }
}

fn page(record: &Record, read: Table, exhibits: Vec<Block>, extras: Extras) -> Page {
    let section = |title: &str, blocks: Vec<Block>| Section {
        title: title.into(),
        blocks,
    };
    let result = &record.result;
    let mut sections = vec![
        section("Verdict", verdict(record, &extras.findings)),
        section("Result", outcome(record)),
    ];
    if !extras.findings.is_empty() {
        let said = extras.findings.iter().map(|f| {
            let [rule, meaning] = [f.rule, &f.meaning].map(sentence);
            Block::Text(format!(
                "{rule}: {}. {meaning}. Try {}.",
                f.figure, f.remedy
            ))
        });
        sections.push(section("What the doctor finds", said.collect()));
    }
    sections.push(section("Data and network", vec![Block::Table(read)]));
    sections.push(section("Curves", curves(record)));
    sections.push(section("At work", exhibits));
    if !extras.traces.is_empty() {
        let answer = extras
            .answer
            .map(|answer| Block::Text(format!("Of the row that is read here {answer}.")));
        let blocks = answer.into_iter().chain([Block::Traces(extras.traces)]);
        sections.push(section("Inside", blocks.collect()));
    }
    if let Some(horizon) = extras.horizon {
        sections.push(section("How far back", vec![Block::Figure(horizon)]));
    }
    let command = result.taken();
    let config = Block::Verbatim("config.toml".into(), record.config.clone());
    sections.push(section("Configuration", vec![Block::Text(command), config]));
    sections.retain(|section| !section.blocks.is_empty());
    Page {
        title: record.name.clone(),
        lead: format!(
            "{}, {} after {} on {}",
            result.task.replace('_', " "),
            record.model(),
            counted(result.steps as usize, "steps"),
            result.device
        ),
        sections,
    }
}

/// Words as a sentence begins.
fn sentence(words: &str) -> String {
    let mut letters = words.chars();
    let first = letters.next().map(char::to_uppercase);
    first.into_iter().flatten().chain(letters).collect()
}

/// The figures of the run, and what is to be said of them.
fn outcome(record: &Record) -> Vec<Block> {
    let result = &record.result;
    let figures = match result.metrics.is_empty() {
        true => {
            Block::Text("There is neither a validation nor a test part, and so no figure.".into())
        }
        false => Block::Table(figures(record)),
    };
    let notes = result
        .notes
        .iter()
        .map(|note| Block::Text(format!("{note}.")));
    std::iter::once(figures).chain(notes).collect()
}

/// The final figures beside those of predictors that learn nothing.
fn figures(record: &Record) -> Table {
    let result = &record.result;
    let mut head = vec![String::new()];
    let parts: Vec<&str> = ["valid", "test"]
        .into_iter()
        .filter(|part| result.metrics.contains_key(*part))
        .collect();
    head.extend(parts.iter().map(|part| part.to_string()));
    let mut baselines: Vec<&String> = Vec::new();
    for (name, _) in &result.baselines {
        if !baselines.contains(&name) {
            baselines.push(name);
        }
    }
    head.extend(baselines.iter().map(|name| format!("{name}, test")));
    let names = parts.iter().flat_map(|part| &result.metrics[*part]);
    let mut rows: Vec<Vec<String>> = Vec::new();
    for Metric { name, .. } in names {
        if rows.iter().any(|row| row[0] == *name) {
            continue;
        }
        let mut row = vec![name.clone()];
        for part in &parts {
            let found = result.metrics[*part].iter().find(|m| m.name == *name);
            row.push(found.map(Metric::digits).unwrap_or_default());
        }
        for baseline in &baselines {
            let all = result.baselines.iter();
            let found = all
                .filter(|(b, _)| b == *baseline)
                .find(|(_, m)| m.name == *name);
            row.push(found.map(|(_, m)| m.digits()).unwrap_or_default());
        }
        rows.push(row);
    }
    Table { head, rows }
}

/// The loss, the figures on the validation part, and the gradient over the steps.
fn curves(record: &Record) -> Vec<Block> {
    let figure = |title: &str, y: Axis, series: Vec<Series>| {
        let compared = series.iter().any(|s| s.mark == Mark::Reference);
        let note = compared.then(|| "The baselines are those of the test part.".to_string());
        Block::Figure(Figure {
            title: title.into(),
            x: Axis::linear("step"),
            y,
            series,
            notes: note.into_iter().collect(),
        })
    };
    let kept = record.result.kept.step as f64;
    let at_kept = |points: &[[f64; 2]]| {
        let found = points.iter().find(|point| point[0] == kept);
        found.map(|point| Series::line("kept", vec![*point]).drawn(Mark::Dots))
    };
    // What was measured on the validation part comes first, and so has the same colour in every figure.
    let mut losses = Vec::new();
    let valid = record.valid_losses();
    if !valid.is_empty() {
        let kept = at_kept(&valid);
        losses.push(Series::line("validation", valid).drawn(Mark::Dotted));
        losses.extend(kept);
    }
    losses.push(Series::line("training, of an interval", record.losses()));
    let mut blocks = vec![figure("Loss", Axis::linear("mean loss"), losses)];
    let last = record.result.steps as f64;
    let validations = record.validations();
    let more = validations.len().saturating_sub(CURVES);
    for (name, points) in validations.into_iter().take(CURVES) {
        let kept = at_kept(&points);
        let first = match points[..] {
            [[first, _], _, ..] => first,
            _ => 0.0,
        };
        let mut series = vec![Series::line("validation", points).drawn(Mark::Dotted)];
        series.extend(kept);
        for (baseline, metric) in &record.result.baselines {
            if metric.name == name {
                let level = vec![[first, metric.value], [last, metric.value]];
                series.push(Series::line(baseline.clone(), level).drawn(Mark::Reference));
            }
        }
        blocks.push(figure(&name, Axis::linear(name.clone()), series));
    }
    if more > 0 {
        let text = format!("The curves of {more} more figures are in metrics.jsonl.");
        blocks.push(Block::Text(text));
    }
    let norms = Series::line("gradient", record.norms());
    let y = Axis::log("norm, before clipping");
    blocks.push(figure("Norm of the gradient", y, vec![norms]));
    blocks
}
