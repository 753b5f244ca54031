//! A recurrent layer and a linear one behind it, as `rekindle train` makes them for a forecast.

use crate::flash::Flash;
use crate::trained::{D_HIDDEN, MEAN, STD};
use alloc::sync::Arc;
use alloc::vec;
use alloc::vec::Vec;
use rekindle_kernels::{Isa, Numbers, Sizes, Stream};
use rekindle_program::plan::Compiled;
use rekindle_program::{Next, Program, Step, sigmoid, tanh};

/// The equations of a GRU, as in `crates/rekindle/src/cells/gru/gru.rs`.
pub(crate) fn gru(k: &Step) -> Next {
    let h = k.state("h");
    let [r, z] = k.affine(["r", "z"], h).map(sigmoid);
    let n = tanh(k.input("n") + r * k.hidden("n", h));
    k.next((1.0 - z) * n + z * h)
}

/// The equations of a minGRU, as in `crates/rekindle/src/cells/linear/mingru.rs`.
pub(crate) fn mingru(k: &Step) -> Next {
    let h = k.state("h");
    let z = sigmoid(k.input("z"));
    let n = k.input("n");
    k.next((1.0 - z) * h + z * n)
}

/// A network that is ready to read.
pub(crate) struct Network {
    flash: &'static Flash,
    stream: Stream<f32>,
    /// The output of the recurrent layer for the last frame.
    y: Vec<f32>,
}

impl Network {
    /// The network of some equations, with weights from flash.
    pub(crate) fn new(equations: impl Fn(&Step) -> Next, flash: &'static Flash) -> Network {
        let program = Program::new(equations);
        let numbers = Numbers {
            x: &[],
            lengths: None,
            reverse: false,
            w: flash.input_weight,
            b: flash.input_bias,
            u: flash.hidden_weight,
            d: flash.hidden_bias,
            r: &[],
            vectors: &[],
            mask: &[],
            moves: &[],
            state: &[0.0; D_HIDDEN],
            sizes: Sizes {
                batch: 1,
                time: 1,
                d_input: 1,
                d_hidden: D_HIDDEN,
                d_projection: D_HIDDEN,
            },
        };
        let compiled = Arc::new(Compiled::for_inference(&program));
        Network {
            flash,
            stream: Stream::new(Isa::current(), compiled, numbers),
            y: vec![0.0; D_HIDDEN],
        }
    }

    /// The number of spots in the year behind a window: that of its last year, and the change that the network sees coming.
    pub(crate) fn forecast(&mut self, window: &[f64]) -> f64 {
        self.stream.set_state(&[0.0; D_HIDDEN]);
        for spots in window {
            let frame = (spots - MEAN) / STD;
            self.stream.push(&[frame as f32], &mut self.y);
        }
        let products = self.y.iter().zip(self.flash.output_weight);
        let change = products.map(|(y, w)| y * w).sum::<f32>() + self.flash.output_bias[0];
        window[window.len() - 1] + f64::from(change) * STD
    }
}
