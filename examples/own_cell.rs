//! The laws of a cell of your own, as the tests of the crate that declares it: a loop of steps is the sequence, gradients are
//! central differences, padding changes nothing, and all that `crates/rekindle-laws` holds the cells of the list to.
//!
//! ```text
//! cargo test --release -p rekindle-laws --test own_cell
//! ```

use burn::tensor::Tensor;
use rekindle::engine::{Next, Step, sigmoid, tanh};

/// An LSTM whose gates share one product: what is written is what is forgotten.
fn coupled(k: &Step, sharpness: f64) -> Next {
    let [h, c] = k.state(["h", "c"]);
    let [f, g, o] = k.affine(["f", "g", "o"], h);
    let f = sigmoid(sharpness * f);
    let c = f * c + (1.0 - f) * tanh(g);
    k.next([sigmoid(o) * tanh(c), c])
}

rekindle::cell! {
    /// A cell that is in no list.
    pub struct Coupled: 2
}

rekindle::cell_config! {
    /// Its configuration.
    pub struct CoupledConfig: Coupled {
        /// How steep the gate is.
        sharpness: f64 = 1.0,
    }
    equations: |config, k| coupled(k, config.sharpness);
    begin: |config, gates, device| {
        gates.with_bias("f", Tensor::full([1], config.init.forget_bias(), device))
    };
    forms: |usual| vec![usual.with_sharpness(2.0).with_bias(false)];
}

fn main() {
    let arguments = libtest_mimic::Arguments::from_args();
    libtest_mimic::run(
        &arguments,
        rekindle_laws::trials::<CoupledConfig>("coupled"),
    )
    .exit();
}
