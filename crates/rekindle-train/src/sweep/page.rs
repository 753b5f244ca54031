//! The page of a sweep.

use super::standing::{Place, Standing};
use rekindle_view::{Axis, Bars, Block, Figure, Mark, Page, Section, Series, Table};

/// The points that are named one by one.
const SHOWN: usize = 200;

/// The values of one key that span more than this are drawn over their logarithm.
const WIDE: f64 = 20.0;

/// A page: the best point, all of them in a table, and what each key does.
pub(super) fn of(title: &str, varied: &[String], standing: &Standing) -> Page {
    let rows: Vec<Vec<String>> = standing.rows().take(SHOWN).map(Vec::from).collect();
    let mut table = vec![Block::Table(Table {
        head: standing.head().into(),
        rows,
    })];
    let hidden = standing.places.len().saturating_sub(SHOWN);
    if hidden > 0 {
        table.push(Block::Text(format!(
            "{hidden} more points rank behind these."
        )));
    }
    if !standing.unfinished.is_empty() {
        table.push(Block::Verbatim(
            format!("{} runs are not finished", standing.unfinished.len()),
            standing.unfinished.join("\n"),
        ));
    }
    let keys = varied.iter().map(|key| of_key(key, standing)).collect();
    let section = |title: &str, blocks: Vec<Block>| Section {
        title: title.into(),
        blocks,
    };
    let mut sections = vec![
        section("Verdict", verdict(standing)),
        section("Points", table),
        section("Keys", keys),
    ];
    sections.retain(|section| !section.blocks.is_empty());
    let points = standing.places.len();
    Page {
        title: format!("Sweep {title}"),
        lead: format!("{points} points by {}", standing.figure),
        sections,
    }
}

fn verdict(standing: &Standing) -> Vec<Block> {
    let mut rows = standing.rows();
    let Some([_, point, runs, figure, test, _]) = rows.next() else {
        return vec![Block::Text("No run is finished yet.".into())];
    };
    let head = standing.head();
    let best = format!(
        "Best is {point}: {} {figure} and {} {test}, of {runs} runs.",
        head[3], head[4]
    );
    let next = rows.next().map(|[_, point, _, figure, ..]| {
        format!("The next is {point} with {figure}; where both differ by less than they spread, their order says little.")
    });
    [Some(best), next]
        .into_iter()
        .flatten()
        .map(Block::Text)
        .collect()
}

/// What a key does: the mean of the points with each of its values, and their lowest and highest.
fn of_key(key: &str, standing: &Standing) -> Block {
    let value = |place: &Place| {
        let found = place.point.iter().find(|(name, _)| name == key);
        found.map(|(_, value)| value.clone()).unwrap_or_default()
    };
    let mut means: Vec<(String, Vec<f64>)> = Vec::new();
    for place in &standing.places {
        let value = value(place);
        match means.iter_mut().find(|(other, _)| *other == value) {
            Some((_, all)) => all.push(place.mean()),
            None => means.push((value, vec![place.mean()])),
        }
    }
    let title = format!("{} over {key}", standing.figure);
    let mean = |all: &[f64]| all.iter().sum::<f64>() / all.len() as f64;
    let numbers: Option<Vec<(f64, Vec<f64>)>> = means
        .iter()
        .map(|(value, all)| Some((value.parse::<f64>().ok()?, all.clone())))
        .collect();
    let Some(mut numbers) = numbers else {
        let bars = means.iter().map(|(value, all)| (value.clone(), mean(all)));
        return Block::Bars(Bars {
            title,
            label: format!(
                "{}, the mean over the points with this value",
                standing.figure
            ),
            bars: bars.collect(),
            notes: Vec::new(),
        });
    };
    numbers.sort_by(|a, b| a.0.total_cmp(&b.0));
    let least = numbers.first().map_or(0.0, |(value, _)| *value);
    let most = numbers.last().map_or(0.0, |(value, _)| *value);
    let over = |of: &dyn Fn(&[f64]) -> f64| {
        let points = numbers.iter().map(|(value, all)| [*value, of(all)]);
        points.collect::<Vec<_>>()
    };
    let end = |of: fn(f64, f64) -> f64| move |all: &[f64]| all.iter().copied().fold(f64::NAN, of);
    let [lowest, highest] = [f64::min, f64::max].map(end);
    Block::Figure(Figure {
        x: match least > 0.0 && most / least > WIDE {
            true => Axis::log(key),
            false => Axis::linear(key),
        },
        y: Axis::linear(standing.figure.clone()),
        series: vec![
            Series::line("mean", over(&mean)).drawn(Mark::Dotted),
            Series::line("lowest of the points", over(&lowest)).drawn(Mark::Dots),
            Series::line("highest", over(&highest)).drawn(Mark::Dots),
        ],
        title,
        notes: Vec::new(),
    })
}
