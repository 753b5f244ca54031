//! The recurrent layers of a model: where they stand, and what the configuration says of them.

use rekindle::Merge;

use super::place::{Names, Place, places};
use super::settings::{Settings, settings};
use crate::formats::keras::Model;

/// A recurrent layer of a model.
pub(super) struct Layer {
    pub(super) place: Place,
    pub(super) settings: Option<Settings>,
    /// Whether the model has a configuration that does not know the layer, as one whose cell is of its own kind.
    pub(super) unknown: bool,
}

/// All recurrent layers of a model, in its order.
pub(super) fn layers(model: &Model<'_>) -> Vec<Layer> {
    let old = model.version().is_some_and(|version| version < "3");
    let all = settings(model.config().unwrap_or_default(), old);
    let of = |place: &Place| {
        let path = all.iter().position(|settings| settings.path == place.path);
        path.or_else(|| all.iter().position(|settings| settings.name == place.name))
    };
    let mut layers: Vec<(Option<usize>, Place)> = places(model)
        .into_iter()
        .map(|place| (of(&place), place))
        .collect();
    layers.sort_by_key(|(at, _)| at.unwrap_or(usize::MAX));
    let layers = layers.into_iter().map(|(at, mut place)| {
        let settings = at.map(|at| all[at].clone());
        if let Some(settings) = &settings {
            place.name.clone_from(&settings.name);
        }
        Layer {
            unknown: settings.is_none() && model.config().is_some(),
            place,
            settings,
        }
    });
    layers.collect()
}

impl Layer {
    /// Whether a name or a path means this layer.
    pub(super) fn is(&self, name: &str) -> bool {
        self.place.name == name || self.place.path == name
    }

    /// The names of the cells of its directions.
    pub(super) fn directions(&self) -> impl Iterator<Item = &Names> {
        self.place.cells.iter().flatten()
    }
}

/// How outputs are merged, and Keras' names of it.
const MERGES: [(&str, Merge); 4] = [
    ("concat", Merge::Concat),
    ("sum", Merge::Sum),
    ("mul", Merge::Product),
    ("ave", Merge::Mean),
];

/// How outputs are merged, by Keras' name.
pub(super) fn merge(name: &str) -> Option<Merge> {
    let known = MERGES.iter().find(|(known, _)| *known == name);
    known.map(|(_, merge)| *merge)
}

/// Keras' name of how outputs are merged; none where it has none.
pub(super) fn merged(merge: Merge) -> Option<&'static str> {
    let known = MERGES.iter().find(|(_, known)| *known == merge);
    known.map(|(name, _)| *name)
}
