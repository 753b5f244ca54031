//! The card names the blocks of the equations in stored order, save where the config has these; a form may lack
//! some of them.

use super::holds;
use crate::Verdict;
use rekindle::{AnyCellConfig, CATALOG, CellConfig};

pub(super) fn check(cell: &AnyCellConfig) -> Verdict {
    let card = cell.card();
    let gates: Vec<&str> = card.gates.iter().map(|(name, _)| *name).collect();
    let blocks_of = |form: &AnyCellConfig| form.program().map(|p| p.inputs().to_vec());
    let table = toml::Table::try_from(cell).map_err(|e| e.to_string())?;
    // Whoever has no program, or one from the config, names no blocks.
    let blocks = blocks_of(cell).filter(|_| !table.contains_key("equations"));
    let own = blocks.is_none();
    let blocks = blocks.unwrap_or_default();
    let mut rest = gates.iter();
    let in_order = blocks.iter().all(|block| rest.any(|gate| gate == block));
    holds(in_order, || {
        format!("the card has {gates:?}, the equations {blocks:?}")
    })?;
    let forms = AnyCellConfig::forms(4).into_iter();
    let mut forms = forms.filter(|form| form.card() == card);
    holds(
        own || forms.any(|form| blocks_of(&form).is_some_and(|blocks| blocks.len() == gates.len())),
        || format!("no form has all blocks of the card, {gates:?}"),
    )?;
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
