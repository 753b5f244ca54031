//! The cell that a search by reinforcement learning found: B. Zoph and Q. V. Le, *Neural
//! Architecture Search with Reinforcement Learning* (2016), <https://arxiv.org/abs/1611.01578>, in
//! the form of TensorFlow's `NASCell`.
//!
//! ```text
//! a_j = W_j x_t + U_j h_{t-1},  j = 0 .. 7                  but a_3 = (W_3 x_t) * (U_3 h_{t-1})
//! l_0 = tanh(σ(a_0) * relu(a_1))
//! l_1 = tanh(σ(a_2) + relu(a_3))
//! l_2 = tanh(tanh(a_4) * σ(a_5))
//! l_3 = σ(tanh(a_6) + σ(a_7))
//! c_t = tanh(l_0 + c_{t-1}) * l_1
//! h_t = tanh(c_t * tanh(l_2 + l_3))
//! ```
//!
//! Node 3 multiplies, as the reference does; torchrecurrent adds there.

use crate::card::Card;
use rekindle_engine::{Next, Step, relu, sigmoid, tanh};

fn nas(k: &Step) -> Next {
    let [h, c] = k.state(["h", "c"]);
    let [a0, a1, a2] = k.affine(["n0", "n1", "n2"], h);
    let a3 = k.input("n3") * k.hidden("n3", h);
    let [a4, a5, a6, a7] = k.affine(["n4", "n5", "n6", "n7"], h);
    let l0 = tanh(sigmoid(a0) * relu(a1));
    let l1 = tanh(sigmoid(a2) + relu(a3));
    let l2 = tanh(tanh(a4) * sigmoid(a5));
    let l3 = sigmoid(tanh(a6) + sigmoid(a7));
    let c = tanh(l0 + c) * l1;
    k.next([tanh(c * tanh(l2 + l3)), c])
}

crate::cell! {
    /// The cell of this page, as a Burn module.
    pub struct Nas: 2
}

crate::cell_config! {
    /// Configuration of [`Nas`].
    pub struct NasConfig: Nas {}
    equations: |_, k| nas(k);
}

/// What the table of cells says of it.
pub(crate) const CARD: Card = Card {
    name: "nas",
    title: "NAS cell",
    authors: "Zoph & Le",
    year: 2016,
    url: "https://arxiv.org/abs/1611.01578",
    gates: &[
        ("n0", "gates node 1"),
        ("n1", "what is added to the memory"),
        ("n2", "scales the memory, with node 3"),
        (
            "n3",
            "scales the memory: the product of input and old output",
        ),
        ("n4", "part of the output, with node 5"),
        ("n5", "gates node 4"),
        ("n6", "part of the output, with node 7"),
        ("n7", "part of the output, with node 6"),
    ],
    oracle: "float64 code written from the paper; torchrecurrent 0.2.5 with a sum at node 3",
};
