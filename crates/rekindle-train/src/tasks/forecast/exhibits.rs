//! What a report shows of a forecast: the last rows of the test part, beside the naive forecast.

use super::{data::Forecast, outlook::Outlook};
use crate::{data::segments::Segment, tasks::part::Part};
use rekindle_view::{Axis, Block, Figure, Mark, Series};
use std::ops::Range;

/// The rows and the columns shown.
const ROWS: usize = 300;
const COLUMNS: usize = 4;

/// The series shown, where there are several.
const SERIES: usize = 2;

/// Figures from what is expected behind the windows of the test part.
pub(super) fn of(task: &Forecast, outlooks: &[Outlook]) -> Vec<Block> {
    let horizon = task.config.horizon;
    let mut ahead = vec![1];
    if horizon > 1 {
        ahead.push(horizon);
    }
    let all = task.spec.targets.len();
    let starts = task.windows(Part::Test);
    let each: Vec<Range<usize>> = task
        .segments
        .iter()
        .map(|segment| windows_of(segment, starts))
        .collect();
    let there: Vec<(&Segment, Range<usize>)> = task
        .segments
        .iter()
        .zip(each)
        .filter(|(_, own)| !own.is_empty())
        .collect();
    let mut blocks = Vec::new();
    for (segment, own) in there.iter().take(SERIES) {
        let figures = (0..all.min(COLUMNS)).flat_map(|t| ahead.iter().map(move |&k| (t, k)));
        let figure = |(t, k)| figure(task, (segment, own), outlooks, t, k);
        blocks.extend(figures.map(figure).map(Block::Figure));
    }
    if all > COLUMNS {
        let text = format!("The first {COLUMNS} of {all} targets are shown.");
        blocks.push(Block::Text(text));
    }
    if there.len() > SERIES {
        let text = format!("The first {SERIES} of {} series are shown.", there.len());
        blocks.push(Block::Text(text));
    }
    blocks
}

/// Which of the windows that begin at these rows are those of a series.
fn windows_of(segment: &Segment, starts: &[usize]) -> Range<usize> {
    let before = |row: usize| starts.partition_point(|&start| start < row);
    before(segment.rows.start)..before(segment.rows.end)
}

/// The forecasts of a target of a series `ahead` rows ahead, those behind some of the windows.
fn figure(
    task: &Forecast,
    (segment, own): (&Segment, &Range<usize>),
    outlooks: &[Outlook],
    target: usize,
    ahead: usize,
) -> Figure {
    let targets = task.spec.targets.len();
    let starts = task.windows(Part::Test);
    let shown = own.end.saturating_sub(ROWS).max(own.start)..own.end;
    let windows = || shown.clone().zip(&outlooks[shown.clone()]);
    // The row that the forecast of a window is for.
    let row = |i: usize| starts[i] + task.config.window + ahead - 1;
    let truth = |row: usize| task.targets_at(&task.values, row)[target];
    let naive = |row: usize| task.targets_at(&task.anchors, row)[target];
    let place = |row: usize| match &task.micros {
        Some(micros) => micros[row] as f64 / 1e6,
        None => (row - segment.rows.start) as f64,
    };
    let line = |value: &dyn Fn(usize, &Outlook) -> f64| -> Vec<[f64; 2]> {
        windows()
            .map(|(i, f)| [place(row(i)), value(i, f)])
            .collect()
    };
    let place_of = (ahead - 1) * targets + target;
    let name = &task.spec.columns[task.spec.targets[target]];
    let rows = if ahead == 1 { "row" } else { "rows" };
    // The lowest and the highest quantile, where there are such.
    let bound = |&(place, level): &(usize, f64)| {
        let values = line(&|_, of| of.quantiles[place].1[place_of]);
        Series::line(format!("{} %", 100.0 * level), values).drawn(Mark::Reference)
    };
    let levels: Vec<(usize, f64)> = task.config.levels().into_iter().enumerate().collect();
    let outermost = [levels.first(), levels.last()].map(|level| level.map(bound));
    Figure {
        title: match &segment.id {
            Some(id) => format!("{id}: {name}, {ahead} {rows} ahead"),
            None => format!("{name}, {ahead} {rows} ahead"),
        },
        x: match task.micros {
            Some(_) => Axis::time("time"),
            None => Axis::linear("row of the table"),
        },
        y: Axis::linear(name.clone()),
        series: [
            Series::line("truth", line(&|i, _| truth(row(i)))),
            Series::line("forecast", line(&|_, of| of.values[place_of])),
            Series::line("naive", line(&|i, _| naive(row(i) - ahead))).drawn(Mark::Reference),
        ]
        .into_iter()
        .chain(outermost.into_iter().flatten())
        .collect(),
        notes: vec![format!(
            "The naive forecast is the truth, {ahead} {rows} late. A forecast that lies on it has learned no more than that."
        )],
    }
}
