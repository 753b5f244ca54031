//! What a network and its batches are at least, before any data is read.

use super::TaskConfig;
use crate::memory::Batch;
use crate::model::shape::{Inputs, NetShape};

impl TaskConfig {
    /// The network's two ends as narrow as any data makes them, and the least that goes through it at once in updates of
    /// so many rows.
    pub(crate) fn least(&self, rows: usize) -> (NetShape, Batch) {
        let of = |inputs, outputs| NetShape {
            inputs,
            outputs,
            tied: false,
        };
        let symbols = |width| Inputs::Symbols { count: 1, width };
        // Where there are fewer rows than a batch has, it has as many as there are.
        let one = |time| Batch {
            rows: 1,
            time,
            ..Batch::default()
        };
        match self {
            TaskConfig::LanguageModel(c) => (of(symbols(c.d_embedding), 1), c.batch(rows)),
            TaskConfig::ClassifyText(c) => (of(symbols(c.d_embedding), 2), one(1)),
            TaskConfig::ClassifySeries(_) => (of(Inputs::Features(1), 2), one(1)),
            TaskConfig::Forecast(c) => (of(Inputs::Features(1), c.horizon), one(c.window)),
            TaskConfig::Adding(c) => (c.shape(), c.batch(rows)),
            TaskConfig::Copy(c) => (c.shape(), c.batch(rows)),
        }
    }
}
