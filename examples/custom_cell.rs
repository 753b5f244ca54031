//! A cell of your own: an LSTM with peepholes (Gers & Schmidhuber 2000, doi:10.1109/IJCNN.2000.861302),
//! whose gates also see the memory. From these lines it has layers, directions, lengths, dropout,
//! streaming and printed equations.
//!
//! ```text
//! cargo run --release --example custom_cell
//! ```
#![allow(clippy::print_stdout, reason = "it shows what it does")]

use burn::module::Module;
use burn::tensor::{Device, Distribution, Tensor};
use rekindle::engine::{Next, Step, sigmoid, tanh};
use rekindle::{CellConfig, RecurrentConfig};

// ANCHOR: equations
fn peephole(k: &Step) -> Next {
    let [h, c] = k.state(["h", "c"]);
    let [i, f, g, o] = k.affine(["i", "f", "g", "o"], h);
    let [p_i, p_f, p_o] = k.vector(["p_i", "p_f", "p_o"]);
    let new = sigmoid(f + p_f * c) * c + sigmoid(i + p_i * c) * tanh(g);
    k.next([sigmoid(o + p_o * new) * tanh(new), new])
}
// ANCHOR_END: equations

// ANCHOR: cell
rekindle::cell! {
    /// The cell, a Burn module.
    pub struct Peephole: 2
}

rekindle::cell_config! {
    /// Its configuration, with `d_hidden`, `bias` and `init` beside its own keys.
    pub struct PeepholeConfig: Peephole {
        /// What the bias of the forget gate begins with.
        forget_bias: f64 = 1.0,
    }
    equations: |_, k| peephole(k);
    begin: |config, gates, device| {
        gates.with_bias("f", Tensor::full([1], config.forget_bias, device))
    };
}
// ANCHOR_END: cell

fn main() {
    let device = Device::flex();
    let config = RecurrentConfig::new(PeepholeConfig::new(32))
        .with_layers(2)
        .with_bidirectional(true);
    println!("{}", config.cell.equations());

    let layer = config.init(24, &device);
    let x = Tensor::random([8, 50, 24], Distribution::Default, &device);
    let (y, states) = layer.forward(x, None);
    let [h, c] = states.layers[1].forward.clone();
    println!("output {:?}", y.dims());
    println!("last h {:?}, last c {:?}", h.dims(), c.dims());
    println!("{} parameters", layer.num_params());
}
