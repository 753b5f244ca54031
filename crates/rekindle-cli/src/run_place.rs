//! A run among the arguments: by its directory, or by its name in the zoo.

use std::path::PathBuf;

use clap::builder::{OsStringValueParser, TypedValueParser};
use rekindle_train::zoo;

/// What reads an argument that names a run, or a file in its place: `zoo:NAME` becomes the directory of that model.
pub(crate) fn run_place() -> impl TypedValueParser<Value = PathBuf> {
    OsStringValueParser::new().try_map(|argument| zoo::run(&argument))
}
