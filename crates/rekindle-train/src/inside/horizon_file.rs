//! Horizons as a file.

use super::horizon::{HorizonOptions, ModelHorizon, horizon};
use super::output::{Format, pixels};
use super::view::figure;
use crate::{
    config::plan::Plan,
    error::{Error, Result},
    predict::predictor::Predictor,
};
use rekindle_view::{Block, Figure, Page, Section};
use std::fmt::Write;
use std::path::{Path, PathBuf};

/// The files that horizons can be written to.
const FORMATS: [Format; 5] = [
    Format::Svg,
    Format::Png,
    Format::Html,
    Format::Csv,
    Format::Json,
];

/// Measures horizons and writes them to a file, by its ending: a picture as `.svg`,
/// `.png` or `.html`, numbers as `.csv` or `.json`.
///
/// # Errors
///
/// As [`horizon`], and if the file cannot be written, which is found out before anything is computed.
pub fn write_horizon(options: &HorizonOptions, path: &Path) -> Result<Vec<ModelHorizon>> {
    let (format, output) = Format::of(path, "a horizon", &FORMATS)?;
    let output = output.apart_from(inputs(options)?)?;
    let all = horizon(options)?;
    let picture = || figure(&all, options.fraction);
    let bytes = match format {
        Format::Csv | Format::Safetensors => csv(&all).into_bytes(),
        Format::Json => json(&all)?.into_bytes(),
        Format::Svg => picture().svg().into_bytes(),
        Format::Png => pixels(&picture().svg())?,
        Format::Html => page(picture()).html().into_bytes(),
    };
    output.write(&bytes)?;
    Ok(all)
}

/// The configs, and the data of these and of the runs.
fn inputs(options: &HorizonOptions) -> Result<Vec<PathBuf>> {
    let mut inputs = Vec::new();
    for model in &options.models {
        let plan = match model.is_dir() {
            true => Predictor::plan(model)?,
            false => Plan::read(model, &options.overrides)?,
        };
        inputs.push(model.clone());
        inputs.extend(plan.files());
    }
    Ok(inputs)
}

fn page(figure: Figure) -> Page {
    Page {
        title: figure.title.clone(),
        lead: "The gradient of the last step's loss by the states before, by the median over sequences of the \
               validation part"
            .into(),
        sections: vec![Section {
            title: "By lag".into(),
            blocks: vec![Block::Figure(figure)],
        }],
    }
}

/// A line a model, lag and state: the fraction of the gradient at lag 1 that is left, and its decimal
/// logarithm, which does not underflow.
fn csv(all: &[ModelHorizon]) -> String {
    let mut text = String::from("model,state,lag,left,log10_left\n");
    for model in all {
        let name = format!("\"{}\"", model.title().replace('"', "\"\""));
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
