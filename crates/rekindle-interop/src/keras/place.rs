//! Where recurrent layers stand in a file, by the names of their tensors.

use std::collections::BTreeMap;

use crate::formats::keras::Model;

/// The names of a cell's tensors in files of Keras 3, and in older ones, behind which TensorFlow sets a `:0`.
const NAMES: [[&str; 2]; 3] = [["0", "kernel"], ["1", "recurrent_kernel"], ["2", "bias"]];

/// A recurrent layer in a file.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Place {
    /// The layer's name, or where there is none, the last of its path.
    pub(super) name: String,
    /// The path of its weights.
    pub(super) path: String,
    /// The cell that reads forward, and the one that reads in reverse.
    pub(super) cells: [Option<Names>; 2],
}

/// The names of a cell's tensors: kernel, recurrent kernel and bias, and others beside them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Names {
    /// What stands before them, with the dot.
    pub(super) prefix: String,
    known: [Option<String>; 3],
}

impl Names {
    /// The name of a tensor of a table: `kernel`, `recurrent_kernel` or `bias`; the name that it would have if there is none.
    pub(super) fn of(&self, tensor: &str) -> String {
        let at = NAMES.iter().position(|names| names[1] == tensor);
        let at = at.expect("a table has Keras' names");
        let numbered = self.prefix.ends_with("vars.");
        self.known[at].clone().unwrap_or_else(|| {
            let [number, name] = NAMES[at];
            format!("{}{}", self.prefix, if numbered { number } else { name })
        })
    }
}

/// All recurrent layers of a file that a kernel and a recurrent kernel tell, in the order of their paths, in which numbers are counted.
pub(super) fn places(model: &Model<'_>) -> Vec<Place> {
    let mut cells: BTreeMap<&str, Names> = BTreeMap::new();
    for tensor in model.tensors().names() {
        let Some((prefix, last)) = tensor.rsplit_once('.') else {
            continue;
        };
        let last = last.strip_suffix(":0").unwrap_or(last);
        let numbered = prefix.ends_with("cell.vars") || prefix == "vars";
        let known = NAMES
            .iter()
            .position(|names| names[usize::from(!numbered)] == last);
        if let Some(at) = known {
            let names = cells.entry(prefix).or_default();
            names.prefix = format!("{prefix}.");
            names.known[at] = Some(tensor.to_owned());
        }
    }
    let mut places: Vec<Place> = Vec::new();
    for (prefix, names) in cells {
        if names.known[0].is_none() || names.known[1].is_none() {
            continue;
        }
        let (path, reverse) = owner(prefix);
        let at = places.iter().position(|place| place.path == path);
        let at = at.unwrap_or_else(|| {
            places.push(Place {
                name: name(model, &path),
                path,
                ..Place::default()
            });
            places.len() - 1
        });
        places[at].cells[usize::from(reverse)] = Some(names);
    }
    places.sort_by_key(|place| counted(&place.path));
    places
}

/// The path of the layer that a cell belongs to, and whether the cell reads in reverse.
fn owner(prefix: &str) -> (String, bool) {
    let mut parts: Vec<&str> = prefix.split('.').collect();
    while parts.len() > 1
        && parts
            .last()
            .is_some_and(|last| *last == "vars" || *last == "cell" || is_cell(last))
    {
        parts.pop();
    }
    let direction = parts.last().copied().unwrap_or_default();
    let reverse = direction.starts_with("backward_");
    if parts.len() > 1 && (reverse || direction.starts_with("forward_")) {
        parts.pop();
    }
    (parts.join("."), reverse)
}

/// Whether a name is one that Keras gives cells: `lstm_cell`, `gru_cell_3`.
fn is_cell(name: &str) -> bool {
    let stem = name.trim_end_matches(|c: char| c.is_ascii_digit());
    let stem = stem.strip_suffix('_').unwrap_or(stem);
    ["lstm_cell", "gru_cell", "simple_rnn_cell", "conv_lstm_cell"].contains(&stem)
}

/// The name of a layer: Keras 3 attaches it to the group of its variables, older ones call its group so.
fn name(model: &Model<'_>, path: &str) -> String {
    let attached = model.content().text(&format!("{path}.vars"), "name");
    let last = || path.rsplit('.').next().unwrap_or_default();
    attached.unwrap_or_else(last).to_owned()
}

/// A path by which `lstm_2` comes before `lstm_10`.
fn counted(path: &str) -> Vec<(String, u64)> {
    let parts = path.split('.').map(|part| {
        let (stem, number) = part.rsplit_once('_').unwrap_or((part, ""));
        match number.parse() {
            Ok(number) => (stem.to_owned(), number),
            Err(_) => (part.to_owned(), 0),
        }
    });
    parts.collect()
}
