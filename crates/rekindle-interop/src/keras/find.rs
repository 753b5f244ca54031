//! The recurrent layers of a model.

use std::fmt;

use burn::tensor::Device;
use rekindle::{AnyCell, CellConfig, Merge, Recurrent, RecurrentConfig, Reset};

use super::convolution;
use super::layer::{Layer, layers, merge};
use super::take::take;
use super::twin::{Kind, Twin};
use crate::error::WeightError;
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
    /// As [`take`].
    pub fn load(
        &self,
        model: &Model<'_>,
        device: &Device,
    ) -> Result<Recurrent<AnyCell>, WeightError> {
        let layer = self.config.blank(self.d_input, device);
        take(layer, model, Some(&self.name)).map(|(layer, _)| layer)
    }
}

/// The recurrent layers of a model that have an equal here, each by itself, in the model's order. A file of weights alone has none of its
/// own: layers then are in the order of their names, and functions are taken for the usual ones.
pub fn find(model: &Model<'_>) -> Vec<Found> {
    let layers = layers(model).into_iter();
    layers.filter_map(|layer| found(&layer, model)).collect()
}

/// The recurrent layers of a model that none here computes, a line each with its name and what it is.
pub fn left(model: &Model<'_>) -> Vec<String> {
    let layers = layers(model).into_iter();
    let left = layers.filter(|layer| found(layer, model).is_none());
    left.map(|layer| {
        let is = match &layer.settings {
            Some(settings) => settings.forward.to_string(),
            None => "of a class that is not known".to_owned(),
        };
        format!("{}: {is}, which no layer here computes", layer.place.name)
    })
    .collect()
}

/// The layer as one of ours; none if none computes the same.
fn found(layer: &Layer, model: &Model<'_>) -> Option<Found> {
    let forward = layer.place.cells[0].as_ref().filter(|_| !layer.unknown)?;
    let shape = |name: String| model.tensors().get(&name).map(|entry| entry.shape.clone());
    let kernel = shape(forward.of("kernel"))?;
    let recurrent = shape(forward.of("recurrent_kernel"))?;
    let bias = shape(forward.of("bias"));
    let (d_input, cell, class) = match (&kernel[..], &recurrent[..]) {
        (&[d_input, blocks], &[d_hidden, _]) => {
            let twin = twin(layer, blocks, d_hidden, bias.as_deref())?;
            (
                d_input,
                twin.cell(d_hidden, bias.is_some()),
                twin.kind.class().to_owned(),
            )
        }
        (kernel, recurrent) => {
            let one = &layer.settings.as_ref().filter(|_| forwards(layer))?.forward;
            let (d_input, cell) = convolution::cell(one, kernel, recurrent, bias.is_some())?;
            (d_input, cell, one.class.clone())
        }
    };
    let d_output = cell.d_output();
    let mut config = RecurrentConfig::new(cell);
    if layer.place.cells[1].is_some() {
        config.bidirectional = true;
        let both = layer
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
        name: layer.place.name.clone(),
        d_input,
        said: format!("{class}, {d_input} to {d_output}{directions}"),
        config,
    })
}

/// The cell that computes the same: as it is set, or as its shapes tell it.
fn twin(layer: &Layer, blocks: usize, d_hidden: usize, bias: Option<&[usize]>) -> Option<Twin> {
    if let Some(settings) = &layer.settings {
        return Twin::set(&settings.forward).filter(|_| forwards(layer));
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

/// Whether a layer reads from the beginning, and what reads in reverse beside it from the end, as far as its configuration tells.
fn forwards(layer: &Layer) -> bool {
    layer.settings.iter().all(|settings| {
        let both = settings.both.iter().all(|(_, one)| one.go_backwards);
        !settings.forward.go_backwards && both
    })
}
