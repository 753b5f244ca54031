//! What a report shows of a regression: what was said beside what is right, and where it errs most.

use crate::{data::series::Series as Row, metric::digits, tasks::labelled::items::Items};
use rekindle_view::{Axis, Block, Figure, Mark, Series};

/// The series that are shown as dots, and those that are shown whole.
const DOTS: usize = 1000;
const WORST: usize = 6;

/// A figure of what was predicted for some rows, and the worst of them.
pub(super) fn of(
    series: &Vec<Row>,
    targets: &[f64],
    rows: &[usize],
    predicted: &[f64],
) -> Vec<Block> {
    let both = rows.iter().zip(predicted);
    let points: Vec<[f64; 2]> = both
        .clone()
        .map(|(&row, &said)| [targets[row], said])
        .take(DOTS)
        .collect();
    let right = points.iter().map(|[right, _]| *right);
    let (least, most) = (
        right.clone().fold(f64::INFINITY, f64::min),
        right.fold(f64::NEG_INFINITY, f64::max),
    );
    let shown = match rows.len() > DOTS {
        true => format!(" The first {DOTS} of {} are shown.", rows.len()),
        false => String::new(),
    };
    let figure = Figure {
        title: "Targets of the test part".into(),
        x: Axis::linear("right"),
        y: Axis::linear("predicted"),
        series: vec![
            Series::line("a series", points).drawn(Mark::Dots),
            Series::line("as it should be", vec![[least, least], [most, most]])
                .drawn(Mark::Reference),
        ],
        notes: vec![format!(
            "A dot is a series; on the dashed line it is predicted as it is.{shown}"
        )],
    };
    let mut order: Vec<(usize, f64)> = both.map(|(&row, &said)| (row, said)).collect();
    let error = |(row, said): &(usize, f64)| (said - targets[*row]).abs();
    order.sort_by(|a, b| error(b).total_cmp(&error(a)));
    let worst = order.into_iter().take(WORST).map(|(row, said)| {
        let caption = format!(
            "right is {}, predicted {}",
            digits(targets[row]),
            digits(said)
        );
        series.shown(row, caption)
    });
    let mut blocks = vec![
        Block::Figure(figure),
        Block::Text("The largest errors:".into()),
    ];
    blocks.extend(worst);
    blocks
}
