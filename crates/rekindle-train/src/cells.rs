//! The cells that a file is about.

use crate::{
    config::{plan::Plan, table},
    error::Result,
    layer_file::LayerFile,
    model::config::ModelConfig,
};
use rekindle::AnyCellConfig;
use std::path::Path;

/// The cells of an experiment's config, or of a layer's file as [`apply`](crate::apply::apply) takes it, by their keys:
/// `cell`, and `reverse_cell` where another one reads from the end; of blocks `mixer.cell`, where that is what mixes steps.
///
/// # Errors
///
/// Names the file, the key, the value and the remedy.
pub fn cells(path: &Path) -> Result<Vec<(&'static str, AnyCellConfig)>> {
    let is_layer = table::load_table(path, &[])?.contains_key("d_input");
    let layers = match is_layer {
        true => ModelConfig::Stack(LayerFile::read(path)?.config),
        false => Plan::read(path, &[])?.0.model,
    };
    let cells = layers.cells().into_iter();
    Ok(cells.map(|(key, cell)| (key, cell.clone())).collect())
}
