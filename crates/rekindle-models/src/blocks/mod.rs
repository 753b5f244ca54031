//! Residual blocks, as modern language models stack them, about any cell.
//!
//! ```text
//! x ← x + mixer(norm(x))          mixer: W_out( norm(cell(f(convolution(W_in u)))) * g(W_g u) ), most of it left out by default;
//!                                 the convolution may stand behind the cell's own projections, and the gate before the norm
//! x ← x + mlp(norm(x))            mlp:   W_down( f(W_gate u) * W_up u )
//! y = norm(x)                     behind the last block
//! ```
//!
//! [`BlocksConfig::preset`] has published ones by name.

mod behind;
mod config;
mod convolution;
mod extent;
mod function;
mod headwise;
mod mixer;
mod mixing;
mod mlp;
mod norm;
mod past;
mod presets;
mod rwkv7;
mod shift;
mod stack;
mod state;
mod xlstm;

pub use config::{BlocksConfig, OtherConfig};
pub use function::Function;
pub use mixer::MixerConfig;
pub use mixing::{Mixing, MixingConfig};
pub use mlp::MlpConfig;
pub use norm::NormKind;
pub use presets::PRESETS;
pub use rwkv7::TimeMixConfig;
pub use stack::Blocks;
pub use state::BlocksState;
pub use xlstm::{MLstmMixerConfig, SLstmMixerConfig};
