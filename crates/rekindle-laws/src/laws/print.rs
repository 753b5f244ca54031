//! The printed equations parse back to the same program; a cell that scans by itself says its own.

use super::holds;
use crate::Verdict;
use rekindle::CellConfig;
use rekindle::engine::Program;

pub(super) fn check<K: CellConfig>(cell: &K) -> Verdict {
    let text = cell.equations();
    let Some(program) = cell.program() else {
        let said = cell.own_scan().is_some() && text.contains('=');
        return holds(said, || "a cell without a program says no equations".into());
    };
    let parsed = Program::parse(&text).map_err(|e| format!("{e}\n{text}"))?;
    holds(parsed == program, || {
        format!("another program is read from\n{text}")
    })?;
    let again = parsed.to_string();
    holds(again == text, || format!("{text}prints again as\n{again}"))
}
