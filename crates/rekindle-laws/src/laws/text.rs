//! A config prints and parses again; an unknown key is refused by name.

use super::holds;
use crate::Verdict;
use rekindle::{AnyCellConfig, RecurrentConfig};

pub(super) fn check(cell: &AnyCellConfig) -> Verdict {
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
    holds(again == text, || format!("{text}prints again as\n{again}"))?;

    let d_hidden = 8;
    let short = format!(
        "[cell]\nkind = {:?}\nd_hidden = {d_hidden}\n",
        cell.card().name
    );
    let named = AnyCellConfig::named(cell.card().name, d_hidden);
    let parsed = parse(&short).map_err(|e| format!("{e}\n{short}"))?;
    holds(Some(&parsed.cell) == named.as_ref(), || {
        format!("the paper's defaults are not what is read from\n{short}")
    })?;
    holds(parsed == RecurrentConfig::new(parsed.cell.clone()), || {
        format!("a layer without extras is not what is read from\n{short}")
    })?;

    refused(&format!("{short}d_hiden = 3\n"), "d_hiden")?;
    refused(&format!("layer = 3\n{short}"), "layer")?;
    refused(
        &format!("[cell]\nkind = \"nothing\"\nd_hidden = {d_hidden}\n"),
        "nothing",
    )
}

fn print(config: &RecurrentConfig) -> Result<String, String> {
    toml::to_string(config).map_err(|e| e.to_string())
}

fn parse(text: &str) -> Result<RecurrentConfig, String> {
    toml::from_str(text).map_err(|e| e.message().to_string())
}

fn refused(text: &str, word: &str) -> Verdict {
    match parse(text) {
        Ok(_) => Err(format!("{word:?} is taken in\n{text}")),
        Err(message) => holds(message.contains(&format!("`{word}`")), || {
            format!("the refusal of {word:?} does not name it: {message}")
        }),
    }
}
