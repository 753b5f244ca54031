//! A layer as a TOML file: `d_input` and the keys of a model's layer.

use std::path::Path;

use rekindle::{AnyCellConfig, RecurrentConfig};
use toml::{Table, Value};

use crate::{
    config::table,
    error::{Error, Result},
    memory,
};

/// What a layer's file says.
pub(crate) struct LayerFile {
    /// The width of its input.
    pub(crate) d_input: usize,
    /// The gigabytes that the layer and the input may take.
    pub(crate) memory: f64,
    /// The layer.
    pub(crate) config: RecurrentConfig,
}

impl LayerFile {
    /// Reads a file.
    pub(crate) fn read(path: &Path) -> Result<LayerFile> {
        let mut table = table::load_table(path, &[])?;
        let origin = path.display();
        let memory = match table.remove("memory") {
            None => memory::USUAL,
            // What is no number is no amount.
            Some(value) => value
                .as_float()
                .or(value.as_integer().map(|n| n as f64))
                .unwrap_or(0.0),
        };
        memory::check(memory).map_err(|e| Error::mend(format!("{origin}: {e}")))?;
        let d_input = table.remove("d_input").ok_or_else(|| {
            Error::mend(format!(
                "{origin}: missing key `d_input`, the width of the input; write e.g. d_input = 24"
            ))
        })?;
        let width = d_input.as_integer().and_then(|d| usize::try_from(d).ok());
        let width = width.ok_or_else(|| wrong(&origin.to_string(), &d_input))?;
        let config: RecurrentConfig = table::parse(table, &table::origin(path, &[]))?;
        config
            .fits(width)
            .map_err(|invalid| Error::mend(format!("{origin}: {invalid}")))?;
        Ok(LayerFile {
            d_input: width,
            memory,
            config,
        })
    }

    /// A layer as such a file, without what has its default.
    pub(crate) fn text(d_input: usize, config: &RecurrentConfig) -> Result<String> {
        let usual = RecurrentConfig::new(config.cell.clone());
        let mut keys = beyond(&written(config)?, &written(&usual)?);
        keys.remove("reverse_cell");
        let mut text = format!("d_input = {d_input}\n");
        for (key, value) in keys {
            text.push_str(&format!("{key} = {value}\n"));
        }
        for (key, cell) in config.cells() {
            text.push_str(&format!("{key} = {}\n", inline(cell)?));
        }
        Ok(text)
    }
}

/// A cell in one line: the keys that say which it is, and those that have another value than the usual one.
fn inline(config: &AnyCellConfig) -> Result<String> {
    let mut keys = written(config)?;
    let name = keys.get("kind").and_then(Value::as_str);
    let width = keys.get("d_hidden").and_then(Value::as_integer);
    let width = width.and_then(|width| usize::try_from(width).ok());
    let usual = name.zip(width);
    let usual = usual.and_then(|(name, width)| AnyCellConfig::named(name, width));
    let usual = usual.map_or_else(|| Ok(Table::new()), |usual| written(&usual))?;
    let first = ["kind", "d_hidden"];
    let other = beyond(&keys, &usual).into_iter();
    let other = other.filter(|(key, _)| !first.contains(&key.as_str()));
    let first = first.into_iter().filter_map(|key| keys.remove_entry(key));
    let all = first.chain(other);
    let all: Vec<String> = all.map(|(key, value)| format!("{key} = {value}")).collect();
    Ok(format!("{{ {} }}", all.join(", ")))
}

/// Keys that the other table has not, or with another value.
fn beyond(keys: &Table, usual: &Table) -> Table {
    let keys = keys
        .iter()
        .filter(|(key, value)| usual.get(*key) != Some(value));
    keys.map(|(key, value)| (key.clone(), value.clone()))
        .collect()
}

fn written(config: &impl serde::Serialize) -> Result<Table> {
    Table::try_from(config)
        .map_err(|error| Error::fault(format!("a layer cannot be written: {error}")))
}

fn wrong(origin: &str, d_input: &Value) -> Error {
    Error::mend(format!(
        "{origin}: d_input = {d_input}: must be a whole number from 1 to 1048576"
    ))
}

#[cfg(test)]
mod tests {
    use std::fs;

    use rekindle::{CellConfig, Merge};
    use tempfile::tempdir;

    use super::*;

    #[test]
    fn what_is_written_is_read_whatever_the_cell() {
        let place = tempdir().expect("a directory");
        let path = place.path().join("layer.toml");
        for (at, cell) in AnyCellConfig::forms(6).into_iter().enumerate() {
            let mut config = RecurrentConfig::new(cell.clone());
            if at % 2 == 1 {
                config.layers = 2;
                config.bidirectional = true;
                config.merge = Merge::Sum;
                config.reverse_cell = Some(cell);
            }
            let text = LayerFile::text(12, &config).expect("a text");
            fs::write(&path, &text).expect("written");
            let table: Table = text.parse().expect("TOML");
            assert_eq!(table["d_input"].as_integer(), Some(12));
            if config.fits(12).is_ok() {
                let read = LayerFile::read(&path).expect(&text);
                assert_eq!((read.d_input, read.config), (12, config), "{text}");
            }
        }
    }

    #[test]
    fn what_has_its_default_is_left_out() {
        let cell = AnyCellConfig::named("lstm", 8).expect("a cell of the list");
        let config = RecurrentConfig::new(cell).with_bidirectional(true);
        assert_eq!(
            LayerFile::text(3, &config).expect("a text"),
            "d_input = 3\nbidirectional = true\ncell = { kind = \"lstm\", d_hidden = 8 }\n"
        );
    }
}
