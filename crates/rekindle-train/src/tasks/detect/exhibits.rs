//! What a report shows of a search for anomalies: the scores of the test part over time, beside the threshold.

use super::{figures::Measure, windows::Windows};
use rekindle_view::{Axis, Block, Figure, Mark, Series};

/// The columns that are shown below the scores.
const COLUMNS: usize = 2;

/// A figure of the scores of some windows, and of the columns that they are of.
pub(super) fn of(
    task: &Windows,
    rows: &[usize],
    errors: &[f64],
    measure: Option<Measure>,
) -> Vec<Block> {
    let starts = task.starts_of(rows);
    let window = task.config.window;
    let place = |row: usize| match &task.table.micros {
        Some(micros) => micros[row] as f64 / 1e6,
        None => row as f64,
    };
    let x = || match task.table.micros {
        Some(_) => Axis::time("time"),
        None => Axis::linear("row of the table"),
    };
    // A window stands where it ends.
    let at = |start: usize| place(start + window - 1);
    let score = |error: f64| measure.map_or(error, |measure| measure.score(error));
    let points: Vec<[f64; 2]> = starts
        .iter()
        .zip(errors)
        .map(|(&start, &error)| [at(start), score(error)])
        .collect();
    let ends = [points.first(), points.last()];
    let [Some(first), Some(last)] = ends else {
        return Vec::new();
    };
    let mut series = vec![Series::line("score of a window", points.clone())];
    if let Some(Measure { threshold, .. }) = measure {
        let line = vec![[first[0], threshold], [last[0], threshold]];
        series.push(Series::line("threshold", line).drawn(Mark::Reference));
    }
    let rows = starts[0]..starts[starts.len() - 1] + window;
    let labelled = task.table.labels.as_ref().map(|labels| {
        let own = rows.clone().filter(|&row| labels[row]);
        own.map(|row| [place(row), 0.0]).collect::<Vec<_>>()
    });
    if let Some(labelled) = labelled.filter(|labelled| !labelled.is_empty()) {
        series.push(Series::line("labelled as anomalies", labelled).drawn(Mark::Dots));
    }
    let scores = Figure {
        title: "Scores of the test part".into(),
        x: x(),
        y: Axis::linear("score"),
        series,
        notes: vec![
            "A score is the error with which a window is given back, as a multiple of that in training. Above the threshold a window is said \
             to be an anomaly."
                .to_owned(),
        ],
    };
    let columns = task.spec.columns.len();
    let column = |c: usize| {
        let name = &task.spec.columns[c];
        let line = rows
            .clone()
            .map(|row| [place(row), task.table.values[row * columns + c]]);
        Figure {
            title: format!("{name}, of the test part"),
            x: x(),
            y: Axis::linear(name.clone()),
            series: vec![Series::line(name.clone(), line.collect())],
            notes: Vec::new(),
        }
    };
    let columns = (0..columns.min(COLUMNS)).map(column);
    std::iter::once(scores)
        .chain(columns)
        .map(Block::Figure)
        .collect()
}
