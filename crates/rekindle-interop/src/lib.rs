//! Weights of recurrent layers by the names and in the layout of other frameworks.
//!
//! ```
//! # use burn::tensor::Device;
//! # use rekindle::{AnyCellConfig, RecurrentConfig};
//! let device = Device::flex();
//! let config = RecurrentConfig::new(AnyCellConfig::named("lstm", 8).expect("a cell of the zoo"));
//! let weights = rekindle_interop::export(&config.init(3, &device)).into_iter().collect();
//! let layer = rekindle_interop::import(config.init(3, &device), &weights)?;
//! let names: Vec<String> = rekindle_interop::weight_names(&layer).into_iter().map(|w| w.name).collect();
//! assert_eq!(names, ["weight_ih_l0", "bias_ih_l0", "weight_hh_l0", "bias_hh_l0"]);
//! # Ok::<(), rekindle_interop::WeightError>(())
//! ```
//!
//! A whole model, whatever it is made of, is read and written by its own dotted paths:
//! [`named_tensors`] and [`load_named`].
//!
//! Files of other frameworks are read by [`formats`], which knows no layer; [`find`] and [`take`] find a layer's weights among their
//! tensors. Nothing here touches a disk: bytes are their callers'.

pub mod burn_nn;
mod checkpoint;
mod convert;
mod counted;
mod error;
pub mod formats;
mod given;
pub mod keras;
mod libraries;
mod load;
mod mapping;
mod networks;
pub mod onnx;
mod path;
mod place;
mod pytorch;
mod read;
mod stored;
mod taken;
mod transpose;
mod written;

pub use checkpoint::{Found, Kind, find, take};
pub use convert::{entry, tensor, tensor_data};
pub use error::WeightError;
pub use libraries::{Library, export_as};
pub use load::load_named;
pub use networks::take_network;
pub use pytorch::{Weight, export, gradients, import, is_trained, weight_names};
pub use read::{named_gradients, named_tensors};
pub use taken::Taken;

/// The page of weights, whose code is tried.
#[cfg(doctest)]
#[doc = include_str!("../../../docs/weights.md")]
struct Page;
