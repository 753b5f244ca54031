//! Recurrent networks for [Burn](https://burn.dev), each from one statement of its equations.
//!
//! A cell is one file: its paper, its equations, and what its gates do. Everything else — layers,
//! directions, padded batches, dropout, zoneout, streaming, weights by PyTorch's names — is
//! [`Recurrent`], once, for every cell. The same code trains on every Burn device.
//!
//! Start with [`Recurrent`]; write your own cell with [`cell!`], or its equations as a text with [`CustomConfig`].

mod activation;
mod card;
mod cell;
mod cell_config;
pub mod cells;
mod complex;
mod config;
mod constants;
mod equations;
mod extent;
mod fading;
mod gates;
mod init;
mod integration;
mod invalid;
mod pointwise;
mod projected;
mod recurrent;
mod ridge;
mod sequence;
mod state;
mod streamer;
mod structure;
mod zoo;

pub use activation::Activation;
pub use card::{Card, Family};
pub use cell::{Cell, CellConfig};
pub use cells::{
    AnyCell, AnyCellConfig, CATALOG, Custom, CustomConfig, Elman, ElmanConfig, FAMILIES, Gru,
    GruConfig, Lstm, LstmConfig, Reset,
};
pub use equations::Equations;
pub use extent::Extent;
pub use gates::{GateSizes, Gates, Used};
pub use init::Init;
pub use invalid::{Invalid, positive, rate, width};
pub use projected::{Inputs, Projected};
pub use recurrent::{
    EngineConfig, ExecutorChoice, Horizon, Layer, LayerState, Merge, PolicyChoice, PrecisionChoice,
    Recurrent, RecurrentConfig, Site, States, Trace, TraceError, TracedNode,
};
pub use rekindle_engine::LengthError;
pub use ridge::ridge;
pub use sequence::Sequence;
pub use state::State;
pub use streamer::Streamer;
pub use structure::{Map, Sees, Structure};

/// Equations and how they are run, as far as cells and layers are made of it.
///
/// What a [`Program`](engine::Program) becomes for an executor, its nodes and the passes over them, is that of the crates
/// `rekindle-program` and `rekindle-engine`, and changes with them.
pub mod engine {
    pub use rekindle_engine::calls::*;
    pub use rekindle_engine::{
        Choice, Direction, Engine, Executor, GRAMMAR, Id, Isa, LengthError, Named, Names, Next,
        ParseError, Policy, Precision, Program, Role, Step, Stream, Traced, Unary, Values, Var,
        Width, suggest,
    };
}

/// What the macros of this crate need where they are used.
#[doc(hidden)]
pub mod support {
    pub use paste::paste;
}
