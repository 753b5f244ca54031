//! Recurrent modules within a larger checkpoint.
//!
//! PyTorch's `nn.RNN`, `nn.LSTM` and `nn.GRU` are told by the names and shapes of their weights, and so are their cells, whose names lack
//! the number of the layer.

use std::fmt;

use burn::tensor::Device;
use rekindle::{
    Activation, AnyCell, AnyCellConfig, Cell, CellConfig, ElmanConfig, GruConfig, LstmConfig,
    Recurrent, RecurrentConfig,
};

use crate::counted::counted;
use crate::error::WeightError;
use crate::formats::Tensors;
use crate::load::load;
use crate::place::{Place, Ways, ends};
use crate::taken::Taken;

/// Which of PyTorch's modules.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(missing_docs, reason = "the names are PyTorch's")]
pub enum Kind {
    Rnn,
    Lstm,
    Gru,
}

impl Kind {
    /// Blocks of rows in a matrix, the kind, and the cell here.
    const ALL: [(usize, Kind, &'static str); 3] = [
        (1, Kind::Rnn, "elman"),
        (3, Kind::Gru, "gru"),
        (4, Kind::Lstm, "lstm"),
    ];

    /// The name of the cell here. PyTorch's `RNN` squashes by `tanh` or by `relu`, which its weights do not say.
    pub fn cell(self) -> &'static str {
        let row = Kind::ALL.iter().find(|(_, kind, _)| *kind == self);
        row.expect("every kind has a row").2
    }
}

impl fmt::Display for Kind {
    /// PyTorch's name.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Kind::Rnn => "nn.RNN",
            Kind::Lstm => "nn.LSTM",
            Kind::Gru => "nn.GRU",
        })
    }
}

/// A module of PyTorch's, as its weights tell it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Found {
    /// What stands before the names of its weights, with the dot: `encoder.rnn.`; nothing at the top.
    pub prefix: String,
    /// Which module.
    pub kind: Kind,
    /// The width of its input.
    pub d_input: usize,
    /// The number of its units.
    pub d_hidden: usize,
    /// The number of its layers.
    pub layers: usize,
    /// Whether it reads in both directions.
    pub bidirectional: bool,
    /// Whether it has biases.
    pub bias: bool,
    /// The width that its output is projected to (`proj_size`).
    pub d_projection: Option<usize>,
    /// What an `Rnn` squashes by, its `nonlinearity`. Its weights do not say it: none is taken for `tanh`, until somebody sets it.
    pub activation: Option<Activation>,
}

impl fmt::Display for Found {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Found {
            kind,
            d_input,
            d_hidden,
            layers,
            ..
        } = self;
        let place = self.prefix.trim_end_matches('.');
        let place = if place.is_empty() { "the top" } else { place };
        write!(
            f,
            "{place}: {kind}, {d_input} to {d_hidden}, {}",
            counted(*layers, "layer")
        )?;
        if let Some(width) = self.d_projection {
            write!(f, ", projected to {width}")?;
        }
        f.write_str(if self.bidirectional {
            ", both directions"
        } else {
            ""
        })?;
        f.write_str(if self.bias { "" } else { ", no bias" })?;
        match (kind, self.activation) {
            (Kind::Rnn, Some(activation)) => write!(f, ", {activation:?}"),
            (Kind::Rnn, None) => {
                f.write_str(", taken for one of tanh (its weights do not say whether it is relu)")
            }
            _ => Ok(()),
        }
    }
}

impl Found {
    /// The layer that takes these weights.
    pub fn config(&self) -> RecurrentConfig {
        let (d_hidden, bias) = (self.d_hidden, self.bias);
        let cell = match self.kind {
            Kind::Lstm => AnyCellConfig::Lstm(LstmConfig {
                d_projection: self.d_projection,
                bias,
                ..LstmConfig::new(d_hidden)
            }),
            Kind::Gru => AnyCellConfig::Gru(GruConfig::new(d_hidden).with_bias(bias)),
            Kind::Rnn => {
                let cell = ElmanConfig::new(d_hidden).with_bias(bias);
                AnyCellConfig::Elman(cell.with_activation(self.activation.unwrap_or_default()))
            }
        };
        RecurrentConfig {
            layers: self.layers,
            bidirectional: self.bidirectional,
            ..RecurrentConfig::new(cell)
        }
    }

    /// The layer with these weights.
    ///
    /// # Errors
    ///
    /// As [`take`].
    pub fn load(
        &self,
        tensors: &Tensors<'_>,
        device: &Device,
    ) -> Result<Recurrent<AnyCell>, WeightError> {
        let layer = self.config().blank(self.d_input, device);
        take(layer, tensors, Some(&self.prefix)).map(|(layer, _)| layer)
    }
}

/// PyTorch's recurrent modules among the tensors of a file.
pub fn find(tensors: &Tensors<'_>) -> Vec<Found> {
    let stems = ["weight_ih_l0", "weight_ih"];
    let places = tensors.names().filter_map(|name| {
        let stem = stems.iter().find(|stem| ends(name, stem))?;
        found(
            tensors,
            &name[..name.len() - stem.len()],
            stem.ends_with("_l0"),
        )
    });
    places.collect()
}

fn found(tensors: &Tensors<'_>, prefix: &str, numbered: bool) -> Option<Found> {
    let shape = |stem: &str, depth: usize| {
        let name = match numbered {
            true => format!("{prefix}{stem}_l{depth}"),
            false => format!("{prefix}{stem}"),
        };
        tensors.get(&name).map(|entry| entry.shape.as_slice())
    };
    let (&[rows, d_input], &[_, d_output]) = (shape("weight_ih", 0)?, shape("weight_hh", 0)?)
    else {
        return None;
    };
    let (d_hidden, d_projection) = match shape("weight_hr", 0) {
        Some(&[width, d_hidden]) => (d_hidden, Some(width)),
        _ => (d_output, None),
    };
    if d_hidden == 0 || rows % d_hidden != 0 {
        return None;
    }
    let kind = Kind::ALL
        .iter()
        .find(|(blocks, ..)| *blocks == rows / d_hidden);
    let found = Found {
        prefix: prefix.to_owned(),
        kind: kind?.1,
        d_input,
        d_hidden,
        layers: match numbered {
            true => (0..)
                .take_while(|&depth| shape("weight_ih", depth).is_some())
                .count(),
            false => 1,
        },
        bidirectional: tensors
            .get(&format!("{prefix}weight_ih_l0_reverse"))
            .is_some(),
        bias: shape("bias_ih", 0).is_some(),
        d_projection,
        activation: None,
    };
    found.config().fits(d_input).is_ok().then_some(found)
}

/// The layer with its weights from a file of tensors, in PyTorch's names and layout ([`weight_names`](crate::weight_names)): those behind
/// a prefix (`encoder.rnn`), or, without one, those of the one place where all names and shapes fit.
///
/// A layer of one level and direction takes the names of PyTorch's cells as well, without `_l0`, and every layer those of the
/// [libraries](crate::Library) that have its cell. Numbers of f16 and bf16 become f32, which holds each of them; f32 and f64 stay what they are.
///
/// # Errors
///
/// If they fit in no place, or in several. All tensors that are missing, misshapen, of another type or of no parameter are named, each
/// as in the file. Nothing is loaded then.
pub fn take<C: Cell>(
    layer: Recurrent<C>,
    tensors: &Tensors<'_>,
    prefix: Option<&str>,
) -> Result<(Recurrent<C>, Taken), WeightError> {
    let ways = Ways::of(&layer);
    let mut fitting: Vec<Place<'_>> = Vec::new();
    // Where none of the names stands is farther than any place where some do.
    let mut closest: Option<((bool, usize), Place<'_>)> = None;
    for place in ways.places(tensors, prefix) {
        match place.faults(tensors) {
            // A library may have PyTorch's names.
            0 if fitting.iter().any(|other| other.is(&place)) => {}
            0 => fitting.push(place),
            faults => {
                let faults = (place.lacks_all(tensors), faults);
                if closest.as_ref().is_none_or(|(least, _)| faults < *least) {
                    closest = Some((faults, place));
                }
            }
        }
    }
    if fitting.len() > 1 {
        let mut prefixes: Vec<String> = fitting.into_iter().map(|place| place.prefix).collect();
        prefixes.sort();
        return Err(WeightError::Ambiguous { prefixes });
    }
    let closest = closest.map(|(_, place)| place);
    let place = fitting.pop().or(closest).unwrap_or_else(|| ways.own());
    let (slots, weights, taken) = place.weights(&ways, tensors)?;
    Ok((load(layer, slots, weights)?, taken))
}
