//! The printed equations parse back to the same program.

use super::holds;
use crate::Verdict;
use rekindle::engine::Program;
use rekindle::{AnyCellConfig, CellConfig};

pub(super) fn check(cell: &AnyCellConfig) -> Verdict {
    let program = cell.program();
    let text = program.to_string();
    let parsed = Program::parse(&text).map_err(|e| format!("{e}\n{text}"))?;
    holds(parsed == program, || {
        format!("another program is read from\n{text}")
    })?;
    let again = parsed.to_string();
    holds(again == text, || format!("{text}prints again as\n{again}"))
}
