//! Horizons as a file.

use super::horizon::{HorizonOptions, ModelHorizon, horizon};
use crate::{Error, Result, files};
use std::fmt::Write;
use std::path::Path;

/// The files that horizons can be written to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Format {
    Csv,
    Json,
}

impl Format {
    fn of(path: &Path) -> Result<Format> {
        let ending = path.extension().map(|e| e.to_string_lossy().to_lowercase());
        match ending.as_deref() {
            Some("csv") => Ok(Format::Csv),
            Some("json") => Ok(Format::Json),
            _ => Err(Error::mend(format!(
                "--output {}: a horizon is written as .csv or .json; choose one by the file's ending",
                path.display()
            ))),
        }
    }
}

/// Measures horizons and writes them to a file, by its ending `.csv` or `.json`.
///
/// # Errors
///
/// As [`horizon`], and if the file cannot be written, which is found out before anything is computed.
pub fn write_horizon(options: &HorizonOptions, path: &Path) -> Result<Vec<ModelHorizon>> {
    let format = Format::of(path)?;
    files::check_writable(path)?;
    let all = horizon(options)?;
    let text = match format {
        Format::Csv => csv(&all),
        Format::Json => json(&all)?,
    };
    files::write_atomic(path, text.as_bytes())?;
    Ok(all)
}

/// A line a model, lag and state: the fraction of the gradient at lag 1 that is left, and its decimal
/// logarithm, which does not underflow.
fn csv(all: &[ModelHorizon]) -> String {
    let mut text = String::from("model,state,lag,left,log10_left\n");
    for model in all {
        let name = format!("\"{}\"", model.name.replace('"', "\"\""));
        let states = model.states.iter().map(|s| (s.name.as_str(), &s.ln_left));
        for (state, lags) in std::iter::once(("all", &model.ln_left)).chain(states) {
            for (k, ln) in lags.iter().enumerate() {
                let log10 = ln / std::f64::consts::LN_10;
                let _ = writeln!(text, "{name},{state},{},{},{log10}", k + 1, ln.exp());
            }
        }
    }
    text
}

fn json(all: &[ModelHorizon]) -> Result<String> {
    let text = serde_json::to_string_pretty(all);
    text.map(|text| text + "\n")
        .map_err(|e| Error::fault(format!("horizons cannot be written as JSON: {e}")))
}
