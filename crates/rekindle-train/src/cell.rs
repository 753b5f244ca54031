//! The cell that a file is about.

use crate::{Plan, Result, apply, config};
use rekindle::AnyCellConfig;
use std::path::Path;

/// The cell of an experiment's config, or of a layer's file as [`apply`](crate::apply::apply) takes it.
///
/// # Errors
///
/// Names the file, the key, the value and the remedy.
pub fn cell(path: &Path) -> Result<AnyCellConfig> {
    let is_layer = config::load_table(path, &[])?.contains_key("d_input");
    match is_layer {
        true => Ok(apply::layer(path)?.1.cell),
        false => Ok(Plan::read(path, &[])?.0.model.cell),
    }
}
