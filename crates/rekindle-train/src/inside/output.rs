//! The files that what was seen inside is written to.

use crate::{
    error::{Error, Result},
    output::Output,
};
use std::path::Path;

/// A kind of file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Format {
    Safetensors,
    Csv,
    Json,
    Html,
    Svg,
    Png,
}

/// Pixels a point of a PNG: sharp on paper and on fine screens.
const SCALE: f32 = 2.0;

impl Format {
    fn ending(self) -> &'static str {
        match self {
            Format::Safetensors => "safetensors",
            Format::Csv => "csv",
            Format::Json => "json",
            Format::Html => "html",
            Format::Svg => "svg",
            Format::Png => "png",
        }
    }

    /// The file, and the format that its ending asks for, one of those that `what` has; for standard output numbers as
    /// CSV. This is asked before the work.
    pub(super) fn of(path: &Path, what: &str, known: &[Format]) -> Result<(Format, Output)> {
        let output = Output::new("--output", path);
        if output.as_ref().is_ok_and(Output::is_standard) {
            return Ok((Format::Csv, output?));
        }
        let ending = path.extension().map(|e| e.to_string_lossy().to_lowercase());
        let mut all = known.iter().copied();
        let found = all.find(|format| ending.as_deref() == Some(format.ending()));
        let format = found.ok_or_else(|| {
            let endings: Vec<String> = known.iter().map(|f| format!(".{}", f.ending())).collect();
            Error::mend(format!(
                "--output {}: {what} is written as {}; choose one by the file's ending",
                path.display(),
                endings.join(", ")
            ))
        })?;
        Ok((format, output?))
    }
}

/// A picture as pixels.
pub(super) fn pixels(svg: &str) -> Result<Vec<u8>> {
    rekindle_view::png(svg, SCALE).map_err(|e| Error::fault(e.to_string()))
}
