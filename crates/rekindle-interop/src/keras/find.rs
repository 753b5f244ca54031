//! The recurrent layers of a model.

use std::fmt;

use burn::tensor::Device;
use rekindle::{AnyCell, Merge, Recurrent, RecurrentConfig, Reset};

use super::place::{Names, Place, places};
use super::settings::{Settings, settings};
use super::twin::{Kind, Twin};
use crate::WeightError;
use crate::formats::keras::Model;

/// A recurrent layer of a model of Keras'.
#[derive(Clone, Debug, PartialEq)]
pub struct Found {
    /// Its name.
    pub name: String,
    /// The width of its input.
    pub d_input: usize,
    /// The layer that computes the same.
    pub config: RecurrentConfig,
    /// What it is, in Keras' words.
    said: String,
}

impl fmt::Display for Found {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.name, self.said)
    }
}

impl Found {
    /// The layer with these weights.
    ///
    /// # Errors
    ///
    /// As [`take`](super::take).
    pub fn load(&self, model: &Model, device: &Device) -> Result<Recurrent<AnyCell>, WeightError> {
        let layer = self.config.init(self.d_input, device);
        super::take(layer, model, Some(&self.name)).map(|(layer, _)| layer)
    }
}

/// The recurrent layers of a model that have an equal here, each by itself, in the model's order. A file of weights alone has none of its
/// own: layers then are in the order of their names, and functions are taken for the usual ones.
pub fn find(model: &Model) -> Vec<Found> {
    let layers = layers(model).into_iter();
    layers.filter_map(|layer| layer.found(model)).collect()
}

/// A recurrent layer of a model.
pub(super) struct Layer {
    pub(super) place: Place,
    pub(super) settings: Option<Settings>,
}

/// All recurrent layers of a model, in its order.
pub(super) fn layers(model: &Model) -> Vec<Layer> {
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
        Layer { place, settings }
    });
    layers.collect()
}

impl Layer {
    /// Whether a name or a path means this layer.
    pub(super) fn is(&self, name: &str) -> bool {
        self.place.name == name || self.place.path == name
    }

    /// The layer as one of ours; none if none computes the same.
    fn found(&self, model: &Model) -> Option<Found> {
        let forward = self.place.cells[0].as_ref()?;
        let shape = |name: String| model.tensors().get(&name).map(|entry| entry.shape.clone());
        let kernel = shape(forward.of("kernel"))?;
        let recurrent = shape(forward.of("recurrent_kernel"))?;
        let (&[d_input, blocks], &[d_hidden, _]) = (&kernel[..], &recurrent[..]) else {
            return None;
        };
        let bias = shape(forward.of("bias"));
        let twin = self.twin(blocks, d_hidden, bias.as_deref())?;
        let cell = twin.cell(d_hidden, bias.is_some());
        let mut config = RecurrentConfig::new(cell);
        if self.place.cells[1].is_some() {
            config.bidirectional = true;
            let both = self
                .settings
                .as_ref()
                .and_then(|settings| settings.both.as_ref());
            config.merge = match both {
                Some((named, _)) => merge(named.as_deref()?)?,
                None => Merge::Concat,
            };
        }
        config.fits(d_input).ok()?;
        let directions = if config.bidirectional {
            ", both directions"
        } else {
            ""
        };
        Some(Found {
            name: self.place.name.clone(),
            d_input,
            said: format!("{}, {d_input} to {d_hidden}{directions}", twin.kind.class()),
            config,
        })
    }

    /// The cell that computes the same: as it is set, or as its shapes tell it.
    fn twin(&self, blocks: usize, d_hidden: usize, bias: Option<&[usize]>) -> Option<Twin> {
        if let Some(settings) = &self.settings {
            let backwards = settings.both.iter().any(|(_, one)| !one.go_backwards);
            return Twin::set(&settings.forward)
                .filter(|_| !settings.forward.go_backwards && !backwards);
        }
        let before = bias.is_some_and(|bias| bias == [blocks]);
        let kind = match blocks.checked_div(d_hidden)? {
            1 => Kind::SimpleRnn,
            3 if before => Kind::Gru(Reset::Before),
            3 => Kind::Gru(Reset::After),
            4 => Kind::Lstm,
            _ => return None,
        };
        Some(kind.usual())
    }

    /// The names of the cells of its directions.
    pub(super) fn directions(&self) -> impl Iterator<Item = &Names> {
        self.place.cells.iter().flatten()
    }
}

/// How outputs are merged, by Keras' name.
pub(super) fn merge(name: &str) -> Option<Merge> {
    Some(match name {
        "concat" => Merge::Concat,
        "sum" => Merge::Sum,
        "mul" => Merge::Product,
        "ave" => Merge::Mean,
        _ => return None,
    })
}
