//! The sequence mixing of xLSTM's blocks.
//!
//! M. Beck et al.: xLSTM: Extended Long Short-Term Memory, 2024, <https://arxiv.org/abs/2405.04517>, figures 9 and 10.
//!
//! ```text
//! mLSTM:  u = W_up x,  c = silu(convolution(u)),  q = W_q c,  k = W_k c,  v = W_v u,  i, f = W [q; k; v] + b
//!         memory of q, k / √d_key, v, exp(i), σ(f)
//!         W_down ((norm_heads(memory) + s * c) * silu(W_z x))
//! sLSTM:  c = silu(convolution(x)),  i, f = W c,  z, o = W x,  norm_heads(cell(i, f, z, o))
//! ```
//!
//! The maps of queries, keys and values are block diagonal, of blocks of four features, and so are those of the sLSTM's gates, of a block a
//! head.

mod mlstm;
mod slstm;

pub(super) use mlstm::MLstmMixer;
pub use mlstm::MLstmMixerConfig;
pub(super) use slstm::SLstmMixer;
pub use slstm::SLstmMixerConfig;

use rekindle::cells::MLstmConfig;
use rekindle::{CellConfig, Invalid};

fn usual_convolution() -> usize {
    4
}

/// Four heads, where a width can be parted so.
fn usual_heads(width: usize) -> usize {
    MLstmConfig::new(width).heads
}

/// Checks that heads, or blocks, part a width.
fn parted(key: &str, parts: usize, width: usize) -> Result<(), Invalid> {
    match parts > 0 && width.is_multiple_of(parts) {
        true => Ok(()),
        false => Err(Invalid::new(
            key,
            parts,
            &format!("a divisor of the width, {width}"),
        )),
    }
}
