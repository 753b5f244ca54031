//! The gated unit with delayed feedback, τ-GRU: N. B. Erichson, S. H. Lim and M. W. Mahoney, *Gated
//! Recurrent Neural Networks with Weighted Time-Delay Feedback* (2022),
//! <https://arxiv.org/abs/2212.00228>.
//!
//! ```text
//! u_n = tanh(W_1 h_n + U_1 x_n)                             instantaneous candidate
//! z_n = tanh(W_2 h_l + U_2 x_n)                             delayed candidate, l = n - τ
//! g_n = σ(W_3 h_n + U_3 x_n)                                time gate
//! a_n = σ(W_4 h_n + U_4 x_n)                                how much the delayed one counts
//! h_{n+1} = (1 - g_n) * h_n + g_n * (u_n + a_n * z_n)
//! ```
//!
//! The delay is one step, held in a state of its own, `p`: the shortcut through time shortens the
//! way of the gradient. Blocks have biases, as in torchrecurrent.

use crate::card::Card;
use rekindle_engine::{Next, Step, sigmoid, tanh};

fn tau_gru(k: &Step) -> Next {
    let [h, p] = k.state(["h", "p"]);
    let u = tanh(k.affine("u", h));
    let z = tanh(k.affine("z", p));
    let [g, a] = k.affine(["g", "a"], h).map(sigmoid);
    k.next([(1.0 - g) * h + g * (u + a * z), h])
}

crate::cell! {
    /// The cell of this page, as a Burn module.
    pub struct TauGru: 2
}

crate::cell_config! {
    /// Configuration of [`TauGru`].
    pub struct TauGruConfig: TauGru {}
    equations: |_, k| tau_gru(k);
}

/// What the table of cells says of it.
pub(crate) const CARD: Card = Card {
    name: "tau_gru",
    title: "τ-GRU: weighted time-delay feedback",
    authors: "Erichson et al.",
    year: 2022,
    url: "https://arxiv.org/abs/2212.00228",
    gates: &[
        ("u", "instantaneous candidate"),
        ("z", "delayed candidate"),
        ("g", "time gate: how much of the memory is replaced"),
        ("a", "how much the delayed candidate counts"),
    ],
    oracle: "torchrecurrent 0.2.5",
};
