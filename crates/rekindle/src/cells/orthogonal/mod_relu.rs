//! The rectifier of networks that turn.

use rekindle_engine::{Var, abs, relu, sign};

/// `sign(z) max(|z| + b, 0)`: the rectifier that leaves the sign alone.
pub(super) fn mod_relu<'k>(z: Var<'k>, b: Var<'k>) -> Var<'k> {
    sign(z) * relu(abs(z) + b)
}
