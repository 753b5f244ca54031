//! `docs/cells.md`: every cell in a row, with what this program knows of it.

use std::path::Path;

use burn::module::Module;
use burn::tensor::{DType, Device};
use rekindle::engine::Executor;
use rekindle::{AnyCellConfig, Card, Cell, CellConfig, FAMILIES};
use rekindle_train::device::{self, Preference};
use rekindle_train::{Error, Result, files};
use serde::Deserialize;

use super::gates;

/// The sizes at which parameters are counted.
const D_INPUT: usize = 64;
const D_HIDDEN: usize = 64;
/// The layer whose training steps are compared.
const SHAPE: [usize; 4] = [32, 100, 128, 128];
/// More states than this are not all named.
const STATES: usize = 6;

const HEAD: &str = "\
# The cells

What `rekindle list --page benches/cells.jsonl` prints; `.ci/run` compares. Cells stand by family, the oldest first, each
with its paper's defaults: its equations, keys and weights are what `rekindle show CELL` prints.

- *parameters*: of a layer with 64 inputs and 64 units.
- *compared with*: the independent implementation whose numbers the tests hold the cell to.
- *on CPUs* and *elsewhere*: what runs the cell on flex and ndarray, and on other devices. `tiles` are fused kernels for
  CPUs, `cube` those for GPUs ([ARCHITECTURE.md](../ARCHITECTURE.md#the-engine)); a cell that is no set of equations has a
  scan of its own.
- *speed*: a training step of a layer at 32 rows, 100 steps, 128 inputs and 128 units, relative to the LSTM: 2 is twice as
  fast. The fastest of the runs in [`benches/cells.jsonl`](../benches/cells.jsonl), with one thread; - where there is none.
";

/// The head of a family's table.
const COLUMNS: &str = "\
| `kind` | cell | published | states | gates | parameters | compared with | on CPUs | elsewhere | speed |
|---|---|---|---|---|---|---|---|---|---|
";

/// A line of `rekindle bench --json`.
#[derive(Deserialize)]
struct Timed {
    cell: String,
    mode: String,
    shape: [usize; 4],
    /// The fastest run: what else a machine does makes others slower.
    #[serde(default)]
    ms_min: Option<f64>,
}

/// The page, with the speeds of a file that `rekindle bench --json` wrote.
pub(super) fn page(bench: &Path) -> Result<String> {
    let times = times(bench)?;
    let ms = |cell: &str| {
        let own = times.iter().filter(|(name, _)| name == cell);
        own.map(|(_, ms)| *ms).reduce(f64::min)
    };
    let lstm = ms("lstm").ok_or_else(|| {
        let shape = SHAPE.map(|size| size.to_string()).join(",");
        Error::mend(format!(
            "{}: no training step of lstm at {shape}; write one with `rekindle bench --json --mode train --shape {shape}`",
            bench.display()
        ))
    })?;
    let device = device::resolve(&Preference::default(), false)?.device;
    let mut text = HEAD.to_owned();
    for family in FAMILIES {
        text.push_str(&format!(
            "\n## {}\n\n{}.\n\n{COLUMNS}",
            family.title,
            sentence(family.shares)
        ));
        for card in family.cards {
            let speed = ms(card.name).map_or("-".to_owned(), |ms| format!("{:.2}", lstm / ms));
            text.push_str(&row(card, &speed, &device)?);
        }
    }
    Ok(text)
}

fn row(card: &Card, speed: &str, device: &Device) -> Result<String> {
    let config = AnyCellConfig::named(card.name, D_HIDDEN);
    let config = config.ok_or_else(|| Error::fault(format!("{} is in no config", card.name)))?;
    let cell = config.init(D_INPUT, device);
    let own = match config.own_scan() {
        Some(_) => "own scan",
        None => "own steps",
    };
    let [here, elsewhere] = match cell.gates() {
        Some(gates) => {
            [gates.executor(device, DType::F32).executor, Executor::Cube].map(Executor::name)
        }
        None => [own, own],
    };
    Ok(format!(
        "| `{}` | [{}]({}) | {}, {} | {} | {} | {} | {} | {here} | {elsewhere} | {speed} |\n",
        card.name,
        card.title,
        card.url,
        card.authors,
        card.year,
        states(&cell.states()),
        gates(card, "`"),
        cell.num_params(),
        card.oracle,
    ))
}

/// The same with a capital letter.
fn sentence(text: &str) -> String {
    let mut letters = text.chars();
    let first = letters.next().map(|first| first.to_uppercase().to_string());
    first.unwrap_or_default() + letters.as_str()
}

fn states(states: &[(String, usize)]) -> String {
    let named = states.iter().take(STATES);
    let named: Vec<String> = named.map(|(name, _)| format!("`{name}`")).collect();
    match states.len() {
        ..=STATES => named.join(" "),
        all => format!("{} .. ({all})", named.join(" ")),
    }
}

/// The milliseconds of training steps by cell, as often as the file has one.
fn times(bench: &Path) -> Result<Vec<(String, f64)>> {
    let text = String::from_utf8_lossy(&files::read(bench)?).into_owned();
    let mut times = Vec::new();
    for (line, text) in text.lines().enumerate() {
        let timed: Timed = serde_json::from_str(text).map_err(|error| {
            let at = format!("{}: line {}", bench.display(), line + 1);
            Error::mend(format!("{at} is none of `rekindle bench --json`: {error}"))
        })?;
        if let (true, SHAPE, Some(ms)) = (timed.mode == "train", timed.shape, timed.ms_min) {
            times.push((timed.cell, ms));
        }
    }
    Ok(times)
}
