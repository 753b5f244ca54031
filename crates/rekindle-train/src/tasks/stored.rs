//! What a run stored of its data is a file that somebody may have touched: its numbers must fit together.

use crate::data::scaler::Scaler;
use serde::de::DeserializeOwned;
use serde_json::Value;

/// The keys of one kind, with the path of the first that is wrong.
pub(super) fn keys<T: DeserializeOwned>(value: &Value) -> Result<T, String> {
    serde_path_to_error::deserialize(value)
        .map_err(|error| format!("{}: {}", error.path(), error.inner()))
}

/// There is something that a list of names stands for.
pub(super) fn some<T>(key: &str, names: &[T]) -> Result<(), String> {
    match names {
        [] => Err(format!("`{key}` is empty, where at least one is needed")),
        _ => Ok(()),
    }
}

/// A list has an entry for each of some things.
pub(super) fn one_of_each(
    key: &str,
    entries: usize,
    things: usize,
    of: &str,
) -> Result<(), String> {
    match entries == things {
        true => Ok(()),
        false => Err(format!("{key} holds {entries} numbers for {things} {of}")),
    }
}

/// A scaler has a mean and a spread of each column, by which it can divide.
pub(super) fn scales(name: &str, scaler: &Scaler, columns: usize, of: &str) -> Result<(), String> {
    if columns == 0 {
        return Err(format!("{of} = 0: there is nothing to read"));
    }
    for (part, numbers) in [("mean", &scaler.mean), ("std", &scaler.std)] {
        let key = &format!("{name}.{part}");
        one_of_each(key, numbers.len(), columns, of)?;
        if let Some(number) = numbers.iter().find(|number| !number.is_finite()) {
            return Err(format!("{key} holds {number}, which is no number"));
        }
    }
    match scaler.std.iter().find(|&&std| std <= 0.0) {
        Some(std) => Err(format!(
            "{name}.std holds {std}, where more than 0 is needed"
        )),
        None => Ok(()),
    }
}
