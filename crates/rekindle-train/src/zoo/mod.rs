//! The zoo of trained models: run directories with a card, by their names.
//!
//! An entry is the directory of a run in the zoo's folder, which lies in the repository, and beside the run's own files [`card.toml`](Card), what
//! there is to say of it in words; `seed-N.json`, the results of runs that differ by their seed; and `SHA256SUMS`. [`add()`] makes one of
//! finished runs. [`load`] opens one by its name; where there is no file system,
//! [`Predictor::from_bytes`](crate::Predictor::from_bytes) makes the same of three files' contents.

mod add;
mod card;
mod model;
mod page;
mod place;
mod sums;

pub use add::{Added, add};
pub use card::Card;
pub use model::{Model, Trained, is_model, to_fetch};
pub use page::page;
pub use place::{Zoo, run};

use crate::{error::Result, pattern::Pattern, predict::Predictor};
use burn::tensor::Device;

/// A trained model by its name, on a device.
///
/// # Errors
///
/// If there is no zoo, no such model in it, or the model is not whole.
pub fn load(name: &str, device: &Device) -> Result<Predictor> {
    let run = Zoo::find(None)?.run(name)?;
    Predictor::open_on(&run, device)
}

/// The names of the trained models that are like a pattern, `"*gru*"`, or have it in their name or title, sorted.
///
/// # Errors
///
/// If there is no zoo, it cannot be read, or it is no pattern.
pub fn list_models(pattern: &str) -> Result<Vec<String>> {
    let pattern = Pattern::read(Some(pattern))?;
    let models = Zoo::find(None)?.models(&pattern)?.into_iter();
    let trained = models.filter(|model| model.trained.is_some());
    Ok(trained.map(|model| model.name).collect())
}
