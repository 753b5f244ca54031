//! The golden numbers: what independent implementations make of small layers.
//!
//! `oracles/README.md` says what a file holds and which script wrote it.

use crate::observe::{forward, observe};
use crate::rounding::{explains, rounded};
use crate::{Batch, Named, Numbers, Place, Subject, Tolerance, Verdict, compare};
use rekindle::{AnyCellConfig, CellConfig, RecurrentConfig};
use safetensors::{Dtype, SafeTensors};
use std::path::{Path, PathBuf};

/// The golden files by name.
///
/// # Panics
///
/// If their directory cannot be read.
pub fn files() -> Vec<(String, PathBuf)> {
    let directory = Path::new(env!("CARGO_MANIFEST_DIR")).join("golden");
    let entries = std::fs::read_dir(&directory).expect("the directory of golden files");
    let paths = entries.map(|entry| entry.expect("an entry of a directory").path());
    let mut files: Vec<_> = paths
        .filter(|path| path.extension().is_some_and(|e| e == "safetensors"))
        .filter_map(|path| Some((path.file_stem()?.to_str()?.to_string(), path)))
        .collect();
    files.sort();
    files
}

/// A layer computes what the file says: outputs, final states and every gradient.
///
/// # Errors
///
/// Names every tensor that differs.
pub fn check(path: &Path, place: &Place) -> Verdict {
    let golden = Golden::read(path)?;
    let found = observe(place, &golden.subject, &golden.batch, &forward);
    compare(&found, &golden.expected, place.dtype, Tolerance::for_tensor)
}

/// Whether the layer of a file is one of equations, whose products can be rounded. A file that cannot be read is none.
pub fn is_of_equations(path: &Path) -> bool {
    let layer = std::fs::read(path).map_err(|e| e.to_string());
    let layer = layer.and_then(|bytes| layer_of(&bytes));
    layer.is_ok_and(|(config, _)| config.cell.program().is_some())
}

/// A layer whose products take operands that are rounded to bf16 computes the same to their 8 bits.
///
/// # Errors
///
/// Names every tensor that differs.
pub fn check_rounded(path: &Path, place: &Place) -> Verdict {
    let Golden {
        subject,
        batch,
        expected,
    } = Golden::read(path)?;
    let found = observe(place, &rounded(&subject), &batch, &forward);
    explains(place, &subject, &batch, &found, &expected)
}

struct Golden {
    subject: Subject<AnyCellConfig>,
    batch: Batch,
    expected: Named,
}

impl Golden {
    fn read(path: &Path) -> Result<Golden, String> {
        let bytes = std::fs::read(path).map_err(|e| e.to_string())?;
        let (config, d_input) = layer_of(&bytes)?;

        let file = SafeTensors::deserialize(&bytes).map_err(|e| e.to_string())?;
        let mut tensors = Named::new();
        for (name, view) in file.tensors() {
            let values = numbers(view.dtype(), view.data())?;
            let shape = view.shape().to_vec();
            tensors.insert(name, Numbers { shape, values });
        }
        let mut subject = Subject::new(config, d_input);
        subject.weights = under(&tensors, "weights.");
        let states = |prefix: &str| -> Result<Vec<Numbers>, String> {
            let names = subject.states.iter();
            let names = names.map(|(name, _)| format!("{prefix}.state.{name}"));
            names.map(|name| take(&tensors, &name)).collect()
        };
        let lengths = tensors.get("input.lengths");
        let batch = Batch {
            x: take(&tensors, "input.x")?,
            lengths: lengths.map(|n| n.values.iter().map(|&v| v as usize).collect()),
            states: Some(states("input")?),
            y: take(&tensors, "cotangent.y")?,
            last: states("cotangent")?,
        };
        Ok(Golden {
            subject,
            batch,
            expected: under(&tensors, "output."),
        })
    }
}

/// The layer that a file is about, from its metadata.
fn layer_of(bytes: &[u8]) -> Result<(RecurrentConfig, usize), String> {
    let (_, header) = SafeTensors::read_metadata(bytes).map_err(|e| e.to_string())?;
    let metadata = header.metadata().clone().unwrap_or_default();
    layer_toml(metadata.get("layer").ok_or("no metadata `layer`")?)
}

/// A `LAYER.toml`: `d_input` and the configuration of a layer.
fn layer_toml(text: &str) -> Result<(RecurrentConfig, usize), String> {
    let mut table: toml::Table = toml::from_str(text).map_err(|e| e.to_string())?;
    let d_input = table.remove("d_input").and_then(|v| v.as_integer());
    let d_input = d_input.ok_or("no `d_input` in the layer")?;
    let config = table.try_into().map_err(|e| e.to_string())?;
    Ok((config, d_input as usize))
}

fn take(tensors: &Named, name: &str) -> Result<Numbers, String> {
    let found = tensors.get(name).cloned();
    found.ok_or_else(|| format!("no tensor `{name}`"))
}

fn under(tensors: &Named, prefix: &str) -> Named {
    let own = tensors.iter();
    let own = own.filter_map(|(name, n)| Some((name.strip_prefix(prefix)?.to_string(), n.clone())));
    own.collect()
}

fn numbers(dtype: Dtype, bytes: &[u8]) -> Result<Vec<f64>, String> {
    let words = bytes
        .chunks_exact(8)
        .map(|b| b.try_into().expect("8 bytes"));
    match dtype {
        Dtype::F64 => Ok(words.map(f64::from_le_bytes).collect()),
        Dtype::I64 => Ok(words.map(|w| i64::from_le_bytes(w) as f64).collect()),
        other => Err(format!("a tensor of type {other:?}")),
    }
}
