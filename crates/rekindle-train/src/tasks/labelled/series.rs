//! The rows of tasks that read series.

use super::items::Items;
use crate::{
    data::{message::counted, reading::Steps, series::Series},
    tasks::account::{self, Line},
};
use rekindle_view::{Axis, Block, Figure};

/// The channels of a series that a report shows.
const SHOWN: usize = 8;

/// Scaled series, all of one number of channels.
impl Items for Vec<Series> {
    const UNIT: &'static str = "series";

    fn longest(&self) -> usize {
        self.iter().map(|s| s.steps).max().unwrap_or(1)
    }

    fn account(&self) -> Vec<Line> {
        let lengths = self.iter().map(|series| series.steps).collect();
        let channels = self.first().map_or(0, |series| series.channels);
        let said = account::lengths(lengths, "steps");
        vec![
            Line::new("lengths", said),
            Line::new("columns", counted(channels, "channels") + ", all inputs"),
        ]
    }

    fn steps(&self, rows: &[usize]) -> Steps {
        Steps::of_series(rows.iter().map(|&i| &self[i]))
    }

    fn labels(&self, rows: &[usize]) -> Vec<Vec<String>> {
        rows.iter().map(|&i| self[i].labels()).collect()
    }

    fn shown(&self, row: usize, caption: String) -> Block {
        let Series {
            values, channels, ..
        } = &self[row];
        let channel = |c: usize| {
            let values = values.iter().skip(c).step_by(*channels).enumerate();
            let points = values.map(|(t, &v)| [t as f64, v]);
            rekindle_view::Series::line(format!("channel {c}"), points.collect())
        };
        Block::Figure(Figure {
            title: caption,
            x: Axis::linear("steps"),
            y: Axis::linear("value, scaled"),
            series: (0..(*channels).min(SHOWN)).map(channel).collect(),
            notes: Vec::new(),
        })
    }
}
