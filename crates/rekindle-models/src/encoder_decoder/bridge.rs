//! How a decoder begins, from what an encoder ended with.

use burn::module::Module;
use burn::nn::{Linear, LinearConfig};
use burn::tensor::{Device, Tensor};
use rekindle::{AnyCell, Cell, Layer, Recurrent, States};
use serde::{Deserialize, Serialize};

/// How the decoder begins.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum BridgeKind {
    /// With what it remembers of one step that reads `W y + b`, `y` what the encoder's topmost layer ended with, as a caption is begun
    /// by the picture (Vinyals et al. 2015, <https://arxiv.org/abs/1411.4555>). Whatever the cell, its memory is then one that it can
    /// have: no weight that it divides by is below zero, and a matrix takes no map that is as large as its square.
    #[default]
    Read,
    /// With `tanh(W s + b)` for each of its states, `s` all final states of the encoder's layer at that height side by side; where
    /// the decoder is higher, of the topmost (Bahdanau et al. 2015, <https://arxiv.org/abs/1409.0473>). For cells whose states may be
    /// any numbers, as those of LSTM and GRU; not for one that divides by a state, as RWKV-4 and linear attention do.
    Linear,
    /// With the encoder's final states, where the two have the same ones.
    Copy,
    /// As it always begins: all that it knows of the source is what attention sees.
    None,
}

type NetStates = States<Vec<Tensor<2>>>;

/// The way from the encoder's final states to the decoder's first.
#[derive(Module, Debug)]
pub(super) struct Bridge {
    /// What the decoder reads; or of each state of each layer of the decoder; or none.
    linear: Vec<Linear>,
    #[module(skip)]
    kind: BridgeKind,
}

impl Bridge {
    pub(super) fn new(
        kind: BridgeKind,
        encoder: &Recurrent<AnyCell>,
        decoder: &Recurrent<AnyCell>,
        device: &Device,
    ) -> Self {
        let mut linear = Vec::new();
        match kind {
            BridgeKind::None | BridgeKind::Copy => {}
            BridgeKind::Read => {
                let top = encoder.layers().last().expect("at least one layer");
                let cells = std::iter::once(&top.forward).chain(&top.reverse);
                let from = cells.map(Cell::d_output).sum();
                linear.push(LinearConfig::new(from, decoder.d_input()).init(device));
            }
            BridgeKind::Linear => {
                let below = encoder.layers();
                for (depth, layer) in decoder.layers().iter().enumerate() {
                    let from = d_states(&below[depth.min(below.len() - 1)]);
                    let states = layer.forward.states().into_iter();
                    linear.extend(states.map(|(_, to)| LinearConfig::new(from, to).init(device)));
                }
            }
        }
        Bridge { linear, kind }
    }

    /// The decoder's first states; none where it begins as it always does.
    pub(super) fn cross(
        &self,
        ended: NetStates,
        decoder: &Recurrent<AnyCell>,
    ) -> Option<NetStates> {
        match self.kind {
            BridgeKind::None => None,
            BridgeKind::Copy => Some(ended),
            BridgeKind::Read => {
                let top = ended.layers.into_iter().last();
                let top = top.expect("at least one layer");
                // The output of a cell is the first part of its state.
                let sides = std::iter::once(top.forward).chain(top.reverse);
                let outputs = sides.map(|mut state| state.swap_remove(0));
                let read = self.linear[0].forward(Tensor::cat(outputs.collect(), 1));
                Some(decoder.forward(read.unsqueeze_dim::<3>(1), None).1)
            }
            BridgeKind::Linear => {
                let below: Vec<Tensor<2>> = ended.layers.into_iter().map(joined).collect();
                let batch = below[0].dims()[0];
                let device = below[0].device();
                let mut linear = self.linear.iter();
                let mut parts = Vec::new();
                for (depth, layer) in decoder.layers().iter().enumerate() {
                    let from = &below[depth.min(below.len() - 1)];
                    let states = layer.forward.states().len();
                    // A state that no step reads, an output or a count of steps, begins as it always does.
                    let begun = layer.forward.initial(batch, &device);
                    for (state, begun) in (0..states).zip(begun) {
                        let linear = linear.next().expect("a map for every state");
                        parts.push(match layer.forward.reads(state) {
                            true => linear.forward(from.clone()).tanh(),
                            false => begun.cast(from.dtype()),
                        });
                    }
                }
                let x = Tensor::zeros([batch, 1, decoder.d_input()], &device);
                Some(decoder.initial(&x).with_parts(parts))
            }
        }
    }
}

/// The width of all states of a layer.
fn d_states(layer: &Layer<AnyCell>) -> usize {
    let cells = std::iter::once(&layer.forward).chain(&layer.reverse);
    let states = cells.flat_map(|cell| cell.states());
    states.map(|(_, width)| width).sum()
}

/// All states of a layer side by side, those that read forward first.
fn joined(layer: rekindle::LayerState<Vec<Tensor<2>>>) -> Tensor<2> {
    let parts = layer
        .forward
        .into_iter()
        .chain(layer.reverse.into_iter().flatten());
    Tensor::cat(parts.collect(), 1)
}
