//! What there is to say in words of a model; the figures are those of its run.

use crate::{
    config::table,
    error::{Error, Result},
};
use serde::{Deserialize, Serialize};
use std::path::Path;

/// A model's card: the file `card.toml`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Card {
    /// What it is, in a line.
    pub title: String,
    /// What it is, in a few sentences.
    pub about: String,
    /// What it was trained on, where that is from, and its licence.
    pub data: String,
    /// The licence of the weights.
    pub licence: String,
    /// What it is meant for.
    pub intended: String,
    /// What it is not good for.
    pub limits: String,
    /// The best figure that others have published for this data, or `none` and why there is none.
    pub published: String,
    /// Where that figure stands; none where there is no figure.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub source: Option<String>,
    /// The config that trains it, from the repository's root.
    pub config: String,
    /// Values in place of the config's, as behind `--set`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub set: Vec<String>,
    /// How many seeds it is trained with, from the config's on; the model is that of the first.
    pub seeds: u64,
    /// Why there is no model, where its training failed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub failed: Option<String>,
    /// The command that writes the data files, from the repository's root, where they are not in the repository.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub fetch: Option<String>,
    /// A text that it reads, of a model that says something of texts.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub example: Option<String>,
}

impl Card {
    /// Reads a card, and checks that nothing is left empty.
    ///
    /// # Errors
    ///
    /// Names the file, the key and what it must be.
    pub fn read(path: &Path) -> Result<Card> {
        let card: Card = table::load(path, &[])?;
        let wrong =
            |key: &str, must: &str| Error::mend(format!("{}: {key}: must {must}", path.display()));
        let texts = [
            ("title", &card.title),
            ("about", &card.about),
            ("data", &card.data),
            ("licence", &card.licence),
            ("intended", &card.intended),
            ("limits", &card.limits),
            ("published", &card.published),
            ("config", &card.config),
        ];
        if let Some((key, _)) = texts.iter().find(|(_, text)| text.trim().is_empty()) {
            return Err(wrong(key, "not be empty"));
        }
        if card.title.contains('\n') {
            return Err(wrong("title", "be one line"));
        }
        if card.seeds == 0 {
            return Err(wrong("seeds", "be 1 or more"));
        }
        match (&card.source, card.published.starts_with("none")) {
            (None, false) => Err(wrong(
                "source",
                "say where the published figure stands; or begin `published` with `none` and say why there is none",
            )),
            (Some(_), true) => Err(wrong("source", "be left out where nothing is published")),
            _ => Ok(card),
        }
    }
}
