//! Keras' files: `.keras`, a zip file of `config.json` and `model.weights.h5`; `.weights.h5`; and the `.h5` of Keras 2 and before, with
//! the configuration as an attribute, or with weights alone.

use serde_json::{Value, json};

use super::archive::{self, Archive, damaged};
use super::hdf5::{self, Branch, Content};
use super::{Bytes, Entry, FIRST, Format, FormatError, Tensors};

/// The members of a `.keras` file.
const WEIGHTS: &str = "model.weights.h5";
const CONFIG: &str = "config.json";
const METADATA: &str = "metadata.json";

/// What a file of Keras' holds.
#[derive(Clone, Debug, PartialEq)]
pub struct Model<'b> {
    content: Content<'b>,
    config: Option<String>,
    version: Option<String>,
}

impl<'b> Model<'b> {
    /// The tensors, by their paths with dots: `layers.lstm.cell.vars.0`, `model_weights.lstm.lstm.lstm_cell.kernel:0`.
    pub fn tensors(&self) -> &Tensors<'b> {
        &self.content.tensors
    }

    /// The tensors alone.
    pub fn into_tensors(self) -> Tensors<'b> {
        self.content.tensors
    }

    /// The model's configuration, as JSON; files of weights have none.
    pub fn config(&self) -> Option<&str> {
        self.config.as_deref()
    }

    /// The version of Keras that wrote it, where it says so.
    pub fn version(&self) -> Option<&str> {
        self.version.as_deref()
    }

    /// What is attached to groups.
    pub(crate) fn content(&self) -> &Content<'b> {
        &self.content
    }
}

/// Whether a content begins as a file of Keras' does: as HDF5, or as a zip file with weights in HDF5.
pub fn begins<'b>(content: impl Into<Bytes<'b>>) -> bool {
    let content = content.into();
    let first = content.first(FIRST).unwrap_or_default();
    match Format::of(&first) {
        Some(Format::Hdf5) => true,
        Some(Format::Zip) => Archive::open(content.clone()).is_ok_and(|archive| holds(&archive)),
        _ => false,
    }
}

/// Whether a zip file is one of Keras'.
pub(super) fn holds(archive: &Archive<'_>) -> bool {
    archive.names().any(|name| name == WEIGHTS)
}

/// What a file holds.
///
/// # Errors
///
/// If it is none of Keras', is damaged, or would take more memory than its size warrants.
pub fn read<'b>(content: impl Into<Bytes<'b>>) -> Result<Model<'b>, FormatError> {
    let file = content.into();
    if Format::of(&file.first(FIRST)?) == Some(Format::Hdf5) {
        let content = hdf5::read(&file)?;
        let attached = |group, name| content.text(group, name).map(str::to_owned);
        let version = attached("", "keras_version");
        return Ok(Model {
            config: attached("", "model_config"),
            version: version.or_else(|| attached("model_weights", "keras_version")),
            content,
        });
    }
    let mut archive = Archive::open(file)?;
    let content = hdf5::read(&archive.member(WEIGHTS)?)?;
    let mut json = |name: &str| {
        let there = archive.names().any(|known| known == name);
        there.then(|| text(archive.member(name)?)).transpose()
    };
    let config = json(CONFIG)?;
    let metadata = json(METADATA)?.unwrap_or_default();
    let metadata: Option<Value> = serde_json::from_str(&metadata).ok();
    let version = metadata
        .as_ref()
        .and_then(|all| all["keras_version"].as_str());
    Ok(Model {
        content,
        config,
        version: version.map(str::to_owned),
    })
}

fn text(bytes: Bytes<'_>) -> Result<String, FormatError> {
    String::from_utf8(bytes.read()?.into_owned())
        .map_err(|_| damaged("its configuration is no text".into()))
}

/// The content of a `.weights.h5` file: tensors of f32 or f64 by the paths that [`Model::tensors`] has, and the names of groups of
/// variables, by their paths.
///
/// # Errors
///
/// If a tensor is of another type.
pub fn write(
    tensors: &[(String, Entry<'_>)],
    names: &[(String, String)],
) -> Result<Vec<u8>, FormatError> {
    let mut root = Branch::default();
    for (path, entry) in tensors {
        let path: Vec<&str> = path.split('.').collect();
        let (name, groups) = path.split_last().expect("a path has a name");
        let group = root.at(groups);
        group.tensors.insert((*name).to_owned(), entry.clone());
    }
    for (path, name) in names {
        let path: Vec<&str> = path.split('.').collect();
        root.at(&path).texts.insert("name".into(), name.clone());
    }
    hdf5::write(&root)
}

/// The version of Keras that a `.keras` file is written for.
const VERSION: &str = "3.15.1";

/// The content of a `.keras` file, of that of a `.weights.h5` file and of the model's configuration as JSON. The same model gives the
/// same bytes.
///
/// # Errors
///
/// If there is more than a zip file holds.
pub fn write_model(weights: &[u8], config: &str) -> Result<Vec<u8>, FormatError> {
    // Keras sets the date beside it; this one is that of the zip file's members.
    let metadata = json!({ "keras_version": VERSION, "date_saved": "1980-01-01@00:00:00" });
    archive::write(&[
        (METADATA.to_owned(), metadata.to_string().into_bytes()),
        (CONFIG.to_owned(), config.as_bytes().to_vec()),
        (WEIGHTS.to_owned(), weights.to_vec()),
    ])
}
