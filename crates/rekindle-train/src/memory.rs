//! How much memory data, a network and its batches take at least, found out before any is asked for.
//!
//! A machine that has not enough says so where it is allotted, by an abort or by killing the program. So what is asked
//! for is held to the key `memory`, by estimates that leave much out and never say too much.

use rekindle::{Extent, Invalid, RecurrentConfig};
use std::path::Path;

/// What the key `memory` is by default, and what is taken where there is no config: gigabytes.
pub const USUAL: f64 = 16.0;

const GIGA: f64 = 1e9;

/// The size of a number.
pub(crate) const NUMBER: f64 = 4.0;

/// A number of bytes, as people read it.
pub(crate) fn size(bytes: f64) -> String {
    let units = [(GIGA, "GB"), (1e6, "MB"), (1e3, "kB")];
    match units.into_iter().find(|(unit, _)| bytes >= *unit) {
        Some((unit, name)) => format!("{:.1} {name}", bytes / unit),
        None => format!("{bytes} bytes"),
    }
}

/// Rows that go through a network together.
#[derive(Clone, Copy, Debug, Default)]
pub struct Batch {
    /// The number of rows that leave behind what the way back needs.
    pub rows: usize,
    /// The number of rows that are judged at once, which leave nothing behind but their outputs.
    pub judged: usize,
    /// The steps of the longest of them.
    pub time: usize,
    /// Whether every step has outputs, and not the last alone.
    pub each: bool,
}

impl Batch {
    /// One row, which is the least that there can be.
    pub(crate) fn of_one(time: usize) -> Self {
        Batch {
            rows: 1,
            time,
            ..Batch::default()
        }
    }
}

/// The bytes that layers of an extent, with inputs and outputs of these widths, take for a batch: those of the weights, and those of the
/// rows.
pub(crate) fn layers(extent: Extent, [d_input, d_output]: [usize; 2], batch: Batch) -> [f64; 2] {
    let [rows, judged, time] = [batch.rows, batch.judged, batch.time].map(|n| n as f64);
    let learned = rows * extent.state + rows * time * (extent.step + d_input as f64);
    let judged = judged * time * (d_input + d_output) as f64;
    [extent.weights + extent.recurrent, learned.max(judged)].map(|numbers| numbers * NUMBER)
}

/// Checks the key `memory` itself.
///
/// # Errors
///
/// If it is no amount.
pub(crate) fn check(memory: f64) -> Result<(), Invalid> {
    match memory.is_finite() && memory > 0.0 {
        true => Ok(()),
        false => Err(Invalid::new("memory", memory, "more than 0, in gigabytes")),
    }
}

/// Checks that recurrent layers at work fit a limit in gigabytes, with batches where they are known.
///
/// # Errors
///
/// Names what is needed at least, and the limit.
pub fn of_layers(
    memory: f64,
    model: &RecurrentConfig,
    d_input: usize,
    batch: Batch,
) -> Result<(), Invalid> {
    let widths = [d_input, model.d_output()];
    held(memory, layers(model.extent(d_input), widths, batch))
}

pub(crate) fn held(memory: f64, [weights, rows]: [f64; 2]) -> Result<(), Invalid> {
    let all = weights + rows;
    match all <= memory * GIGA {
        true => Ok(()),
        false => {
            let smaller = match weights > rows {
                true => "fewer units, layers or symbols",
                false => "smaller batches, shorter rows, fewer units or symbols",
            };
            Err(Invalid::because(
                "memory",
                format!(
                    "{} are asked for at least, {} for the network and {} for a batch, where memory = {memory} GB; take \
                     {smaller}, or raise memory to what the machine has",
                    size(all),
                    size(weights),
                    size(rows)
                ),
            ))
        }
    }
}

/// Checks that a file of data fits a limit in gigabytes.
///
/// # Errors
///
/// Names the file, its size and the limit. Whether it can be read at all is found out when it is.
pub(crate) fn file(memory: f64, path: &Path) -> Result<(), Invalid> {
    let bytes = std::fs::metadata(path).map_or(0, |file| file.len()) as f64;
    match bytes <= memory * GIGA {
        true => Ok(()),
        false => Err(Invalid::because(
            "memory",
            format!(
                "{} has {}, where memory = {memory} GB; take a part of the file, or raise memory to what the machine has",
                path.display(),
                size(bytes)
            ),
        )),
    }
}
