//! A config prints and parses again; an unknown key is refused by name.

use super::holds;
use crate::Verdict;
use rekindle::{AnyCellConfig, CellConfig, RecurrentConfig};

/// The units of the config that names nothing else.
const D_HIDDEN: usize = 8;

pub(super) fn check<K: CellConfig>(cell: &K) -> Verdict {
    round_trip(cell)?;
    defaults(cell, Some(&K::new(D_HIDDEN))).map(drop)
}

/// The same of a cell that is chosen by its name, one that there is not among them.
pub(super) fn check_of_the_list(cell: &AnyCellConfig) -> Verdict {
    round_trip(cell)?;
    let named = AnyCellConfig::named(cell.card().name, D_HIDDEN);
    let short = defaults(cell, named.as_ref())?;
    let kind = format!("{:?}", cell.card().name);
    refused::<AnyCellConfig>(&short.replace(&kind, "\"nothing\""), "nothing")
}

fn round_trip<K: CellConfig>(cell: &K) -> Verdict {
    let config = RecurrentConfig {
        layers: 2,
        zoneout: 0.25,
        bidirectional: true,
        reverse_cell: Some(cell.clone()),
        ..RecurrentConfig::new(cell.clone())
    };
    let text = print(&config)?;
    let parsed = parse(&text).map_err(|e| format!("{e}\n{text}"))?;
    holds(parsed == config, || {
        format!("another config is read from\n{text}")
    })?;
    let again = print(&parsed)?;
    holds(again == text, || format!("{text}prints again as\n{again}"))
}

/// What is read where only the units, and what kind of cell, are given. Returns that text.
fn defaults<K: CellConfig>(cell: &K, usual: Option<&K>) -> Result<String, String> {
    let table = toml::Table::try_from(cell).map_err(|e| e.to_string())?;
    let kind = table.get("kind").map(|kind| format!("kind = {kind}\n"));
    let kind = kind.unwrap_or_default();
    let short = format!("[cell]\n{kind}d_hidden = {D_HIDDEN}\n");
    let parsed: RecurrentConfig<K> = parse(&short).map_err(|e| format!("{e}\n{short}"))?;
    holds(Some(&parsed.cell) == usual, || {
        format!("the paper's defaults are not what is read from\n{short}")
    })?;
    holds(parsed == RecurrentConfig::new(parsed.cell.clone()), || {
        format!("a layer without extras is not what is read from\n{short}")
    })?;
    refused::<K>(&format!("{short}d_hiden = 3\n"), "d_hiden")?;
    refused::<K>(&format!("layer = 3\n{short}"), "layer")?;
    Ok(short)
}

fn print<K: CellConfig>(config: &RecurrentConfig<K>) -> Result<String, String> {
    toml::to_string(config).map_err(|e| e.to_string())
}

fn parse<K: CellConfig>(text: &str) -> Result<RecurrentConfig<K>, String> {
    toml::from_str(text).map_err(|e| e.message().to_string())
}

fn refused<K: CellConfig>(text: &str, word: &str) -> Verdict {
    match parse::<K>(text) {
        Ok(_) => Err(format!("{word:?} is taken in\n{text}")),
        Err(message) => holds(message.contains(&format!("`{word}`")), || {
            format!("the refusal of {word:?} does not name it: {message}")
        }),
    }
}
