//! Long short-term memory as it was before the forget gate: S. Hochreiter and J. Schmidhuber, *Long
//! Short-Term Memory*, Neural Computation 9 (1997), <https://doi.org/10.1162/neco.1997.9.8.1735>.
//!
//! ```text
//! i_t = σ(W_i x_t + U_i h_{t-1} + b_i)                      input gate
//! c_t = c_{t-1} + i_t * tanh(W_g x_t + U_g h_{t-1} + b_g)   the memory, which is never erased
//! o_t = σ(W_o x_t + U_o h_{t-1} + b_o)                      output gate
//! h_t = o_t * tanh(c_t)
//! ```
//!
//! Along `c` the gradient neither vanishes nor explodes: the constant error carousel. On long
//! streams `c` grows without bound, which is why there are forget gates. The paper squashes with
//! scaled logistic functions, of range (-2, 2) and (-1, 1), where today one takes `tanh`, and cuts
//! the gradient at the gates, which is not done here.

use crate::card::Card;
use rekindle_engine::{Next, Step, sigmoid, tanh};

fn original_lstm(k: &Step) -> Next {
    let [h, c] = k.state(["h", "c"]);
    let [i, g, o] = k.affine(["i", "g", "o"], h);
    let c = c + sigmoid(i) * tanh(g);
    k.next([sigmoid(o) * tanh(c), c])
}

crate::cell! {
    /// The cell of this page, as a Burn module.
    pub struct OriginalLstm: 2
}

crate::cell_config! {
    /// Configuration of [`OriginalLstm`].
    pub struct OriginalLstmConfig: OriginalLstm {}
    equations: |_, k| original_lstm(k);
}

/// What the table of cells says of it.
pub(crate) const CARD: Card = Card {
    name: "original_lstm",
    title: "LSTM without a forget gate",
    authors: "Hochreiter & Schmidhuber",
    year: 1997,
    url: "https://doi.org/10.1162/neco.1997.9.8.1735",
    gates: &[
        ("i", "input gate: how much of the candidate is written"),
        ("g", "candidate: what could be written"),
        ("o", "output gate: how much of the memory is shown"),
    ],
    oracle: "torchrecurrent 0.2.5",
};
