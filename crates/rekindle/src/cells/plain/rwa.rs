//! The recurrent weighted average: J. Ostmeyer and L. Cowell, *Machine Learning on Sequential Data Using
//! a Recurrent Weighted Average* (2017), <https://arxiv.org/abs/1703.01253>.
//!
//! ```text
//! u_t = W_u x_t + b_u                                       what the input says
//! g_t = W_g x_t + U_g h_{t-1} + b_g                         in the light of the memory
//! a_t = W_a x_t + U_a h_{t-1}                               how much it counts
//! z_t = u_t * tanh(g_t)
//! n_t = n_{t-1} + e^{a_t} * z_t,  d_t = d_{t-1} + e^{a_t}   sums over all steps
//! h_t = tanh(n_t / d_t)                                     their average, squashed
//! ```
//!
//! Attention to all steps so far that needs no look back. `n` and `d` are stored divided by `e^m`,
//! where the state `m` is the largest `a` so far, as the paper has it. Its memory begins with a
//! learned `h_0`; here with zeros, or learned with `learned_initial`.

use crate::card::Card;
use crate::fading::Average;
use rekindle_engine::{Next, Step, tanh};

fn rwa(k: &Step) -> Next {
    let [h, n, d, m] = k.state(["h", "n", "d", "m"]);
    let u = k.input("u");
    let g = k.affine("g", h);
    let a = k.plain_input("a") + k.plain_hidden("a", h);
    let average = Average::stored([n, d, m]).with(a, u * tanh(g));
    let h = tanh(average.value());
    k.next([h, average.sum, average.weight, average.most])
}

crate::cell! {
    /// The cell of this page, as a Burn module.
    pub struct Rwa: 4
}

crate::cell_config! {
    /// Configuration of [`Rwa`].
    pub struct RwaConfig: Rwa {}
    equations: |_, k| rwa(k);
}

/// What the table of cells says of it.
pub(crate) const CARD: Card = Card {
    name: "rwa",
    title: "Recurrent weighted average",
    authors: "Ostmeyer & Cowell",
    year: 2017,
    url: "https://arxiv.org/abs/1703.01253",
    gates: &[
        ("u", "what the input says"),
        (
            "g",
            "in the light of the memory: the sign and the share of it that is added",
        ),
        ("a", "how much this step counts in the average"),
    ],
    oracle: "float64 code written from the paper",
};
