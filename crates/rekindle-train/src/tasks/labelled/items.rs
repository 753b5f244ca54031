//! Rows that have an answer each.

use crate::{data::reading::Steps, tasks::account::Line};
use rekindle_view::Block;

/// What a network says one thing of each.
pub(in crate::tasks) trait Items {
    /// What speed is counted in.
    const UNIT: &'static str;

    /// The steps of the longest row.
    fn longest(&self) -> usize;

    /// What is to be said of the rows before training: their lengths, their channels, their vocabulary.
    fn account(&self) -> Vec<Line>;

    /// Some rows as the network reads them.
    fn steps(&self, rows: &[usize]) -> Steps;

    /// What stands at each step of some rows.
    fn labels(&self, rows: &[usize]) -> Vec<Vec<String>>;

    /// A row as a report shows it.
    fn shown(&self, row: usize, caption: String) -> Block;
}
