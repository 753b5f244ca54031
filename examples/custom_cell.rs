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
use rekindle::engine::{Next, Program, Step, sigmoid, tanh};
use rekindle::{CellConfig, GateSizes, Gates, Invalid, RecurrentConfig, positive};
use serde::{Deserialize, Serialize};

// ANCHOR: equations
fn peephole(k: &Step) -> Next {
    let [h, c] = k.state(["h", "c"]);
    let [i, f, g, o] = k.affine(["i", "f", "g", "o"], h);
    let [p_i, p_f, p_o] = k.vector(["p_i", "p_f", "p_o"]);
    let new = sigmoid(f + p_f * c) * c + sigmoid(i + p_i * c) * tanh(g);
    k.next([sigmoid(o + p_o * new) * tanh(new), new])
}
// ANCHOR_END: equations

rekindle::cell! { struct Peephole: 2 }

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
struct PeepholeConfig(usize);

impl CellConfig for PeepholeConfig {
    type Cell = Peephole;
    fn new(d_hidden: usize) -> Self {
        PeepholeConfig(d_hidden)
    }
    fn validate(&self) -> Result<(), Invalid> {
        positive("d_hidden", self.0)
    }
    fn d_output(&self) -> usize {
        self.0
    }
    fn program(&self) -> Option<Program> {
        Some(Program::new(peephole))
    }
    fn init(&self, d_input: usize, device: &Device) -> Peephole {
        let gates = Gates::new(peephole, GateSizes::new(d_input, self.0), device);
        Peephole { gates }
    }
}

fn main() {
    let device = Device::flex();
    let config = RecurrentConfig {
        layers: 2,
        bidirectional: true,
        ..RecurrentConfig::new(PeepholeConfig::new(32))
    };
    println!("{}", config.cell.equations());

    let layer = config.init(24, &device);
    let x = Tensor::random([8, 50, 24], Distribution::Default, &device);
    let (y, states) = layer.forward(x, None);
    let [h, c] = states.layers[1].forward.clone();
    println!("output {:?}", y.dims());
    println!("last h {:?}, last c {:?}", h.dims(), c.dims());
    println!("{} parameters", layer.num_params());
}
