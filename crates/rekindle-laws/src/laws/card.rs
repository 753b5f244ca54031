//! The card names the blocks of the equations in stored order, save where the config has these.

use super::holds;
use crate::Verdict;
use rekindle::{AnyCellConfig, CATALOG, CellConfig};

pub(super) fn check(cell: &AnyCellConfig) -> Verdict {
    let card = cell.card();
    let gates: Vec<&str> = card.gates.iter().map(|(name, _)| *name).collect();
    let program = cell.program();
    let table = toml::Table::try_from(cell).map_err(|e| e.to_string())?;
    let blocks = match table.contains_key("equations") {
        true => &[],
        false => program.inputs(),
    };
    holds(blocks == gates, || {
        format!("the card has {gates:?}, the equations {blocks:?}")
    })?;
    let places = CATALOG.iter().filter(|other| other.name == card.name);
    holds(places.count() == 1, || {
        format!("{:?} is not once in the catalogue", card.name)
    })?;
    let known = AnyCellConfig::named(card.name, 4).map(|c| c.card());
    holds(known == Some(card), || {
        format!("{:?} names another cell", card.name)
    })?;
    let texts = [card.title, card.authors, card.oracle];
    let said = card.gates.iter().map(|(_, what)| *what).chain(texts);
    let said = said.into_iter().all(|text| !text.trim().is_empty());
    holds(said && card.url.starts_with("https://"), || {
        "the card is silent on something".into()
    })
}
