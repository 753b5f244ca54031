//! What a finished run has left in its directory.

use crate::{
    error::{Error, Result},
    files,
    metric::Metric,
    run::{directory::RunDir, result::RunResult},
    shell::quoted,
};
use serde::Deserialize;
use toml::Table;

/// The points of a curve that a page shows.
const POINTS: usize = 2000;

/// A finished run, as its files tell.
pub(crate) struct Record {
    /// The name of its directory.
    pub name: String,
    /// The resolved config, as it was written.
    pub config: String,
    /// The same, read.
    pub keys: Table,
    /// The final figures.
    pub result: RunResult,
    lines: Vec<Line>,
}

/// A line of `metrics.jsonl`: an interval of training, or an evaluation.
#[derive(Deserialize)]
struct Line {
    step: u64,
    loss: Option<f64>,
    gradient_norm: Option<f64>,
    valid: Option<Vec<Metric>>,
    valid_loss: Option<f64>,
}

impl Record {
    /// Reads a finished run.
    pub(crate) fn read(run: &RunDir) -> Result<Record> {
        let at = run.path().display();
        if !run.result().exists() {
            return Err(Error::mend(format!(
                "{at} is not finished: it has no result.json; go on with it by `rekindle train {}`",
                quoted(run.path())
            )));
        }
        let damaged = |file: &std::path::Path, what: String| {
            Error::mend(format!("{} is damaged: {what}", file.display()))
        };
        let text = |file: &std::path::Path| {
            String::from_utf8(files::read(file)?).map_err(|e| damaged(file, e.to_string()))
        };
        let config = text(&run.config())?;
        let keys = config.parse::<Table>();
        let keys = keys.map_err(|e| damaged(&run.config(), e.message().to_string()))?;
        let result = serde_json::from_slice(&files::read(&run.result())?);
        let result = result.map_err(|e| damaged(&run.result(), e.to_string()))?;
        let mut lines = Vec::new();
        for (i, line) in text(&run.metrics())?.lines().enumerate() {
            let line = serde_json::from_str(line)
                .map_err(|e| damaged(&run.metrics(), format!("line {}: {e}", i + 1)))?;
            lines.push(line);
        }
        // `runs/a/..` and `.` have no name of their own.
        let path = run.path().canonicalize();
        let name = path
            .ok()
            .and_then(|p| Some(p.file_name()?.to_string_lossy().into_owned()));
        Ok(Record {
            name: name.unwrap_or_else(|| at.to_string()),
            config,
            keys,
            result,
            lines,
        })
    }

    /// The layers in a few words: `2 layers of lstm with 128 units`; and what else reads in reverse.
    pub(crate) fn model(&self) -> String {
        let model = &self.keys.get("model");
        let key = |path: &[&str]| {
            let value = path.iter().try_fold((*model)?, |v, key| v.get(key))?;
            Some(value.to_string().trim_matches('"').to_string())
        };
        let cell = |table: &str| {
            let (kind, units) = (key(&[table, "kind"])?, key(&[table, "d_hidden"])?);
            Some(format!("{kind} with {units} units"))
        };
        let cells = [
            cell("cell"),
            cell("reverse_cell").map(|cell| format!("in reverse {cell}")),
        ];
        let cells: Vec<String> = cells.into_iter().flatten().collect();
        let cells = cells.join(", ");
        let [kind, blocks, width] = ["kind", "blocks", "d_model"].map(|name| key(&[name]));
        match kind.as_deref() {
            Some("blocks") => {
                let mixer = key(&["mixer", "cell", "kind"]).or_else(|| key(&["mixer", "kind"]));
                let [blocks, mixer, width] = [blocks, mixer, width].map(Option::unwrap_or_default);
                return format!("{blocks} blocks of {mixer}, {width} wide");
            }
            Some("awd_lstm") => {
                let [layers, cell, units] = ["layers", "cell", "d_hidden"].map(|name| key(&[name]));
                let [layers, cell, units] = [layers, cell, units].map(Option::unwrap_or_default);
                return format!("{layers} regularised layers of {cell} with {units} units");
            }
            _ => {}
        }
        match key(&["layers"]).as_deref() {
            None | Some("1") => cells,
            Some(layers) => format!("{layers} layers of {cells}"),
        }
    }

    /// The mean training loss over the steps.
    pub(super) fn losses(&self) -> Vec<[f64; 2]> {
        thinned(
            self.lines
                .iter()
                .filter_map(|l| Some([l.step as f64, l.loss?])),
        )
    }

    /// The mean loss on the validation part over the steps.
    pub(super) fn valid_losses(&self) -> Vec<[f64; 2]> {
        thinned(
            self.lines
                .iter()
                .filter_map(|l| Some([l.step as f64, l.valid_loss?])),
        )
    }

    /// The norm of the gradient over the steps.
    pub(super) fn norms(&self) -> Vec<[f64; 2]> {
        thinned(
            self.lines
                .iter()
                .filter_map(|l| Some([l.step as f64, l.gradient_norm?])),
        )
    }

    /// Each figure on the validation part over the steps.
    pub(super) fn validations(&self) -> Vec<(String, Vec<[f64; 2]>)> {
        let mut all: Vec<(String, Vec<[f64; 2]>)> = Vec::new();
        for line in &self.lines {
            for metric in line.valid.iter().flatten() {
                let point = [line.step as f64, metric.value];
                match all.iter_mut().find(|(name, _)| *name == metric.name) {
                    Some((_, points)) => points.push(point),
                    None => all.push((metric.name.clone(), vec![point])),
                }
            }
        }
        all.into_iter()
            .map(|(name, points)| (name, thinned(points.into_iter())))
            .collect()
    }

    /// Every key of the config with its value.
    pub(super) fn flat(&self) -> Vec<(String, String)> {
        let mut flat = Vec::new();
        flatten("", &self.keys, &mut flat);
        flat
    }
}

/// Every so many points, and the last, of a long curve.
fn thinned(points: impl Iterator<Item = [f64; 2]>) -> Vec<[f64; 2]> {
    let all: Vec<[f64; 2]> = points.collect();
    let every = all.len().div_ceil(POINTS).max(1);
    let mut kept: Vec<[f64; 2]> = all.iter().copied().step_by(every).collect();
    if let (Some(&end), true) = (all.last(), every > 1) {
        kept.push(end);
    }
    kept
}

fn flatten(under: &str, table: &Table, flat: &mut Vec<(String, String)>) {
    for (key, value) in table {
        match value {
            toml::Value::Table(inner) => flatten(&format!("{under}{key}."), inner, flat),
            value => flat.push((format!("{under}{key}"), value.to_string())),
        }
    }
}
