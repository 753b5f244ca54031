//! A page of traces alone.

use super::{Block, Page, Section};
use crate::trace::Trace;

impl Trace {
    /// A page of its own for the traces of one or several layers and directions, of which one is
    /// shown at a time: heat maps, values under the pointer, orders of units, a zoom.
    ///
    /// # Panics
    ///
    /// If [`Trace::steps`] does.
    pub fn html(traces: Vec<Trace>) -> String {
        let mut cells: Vec<&str> = Vec::new();
        for trace in &traces {
            if !cells.contains(&trace.cell.as_str()) {
                cells.push(&trace.cell);
            }
        }
        let page = Page {
            title: traces.first().map(|t| t.title.clone()).unwrap_or_default(),
            lead: cells.join(", "),
            sections: vec![Section {
                title: String::new(),
                blocks: vec![Block::Traces(traces)],
            }],
        };
        page.html()
    }
}
