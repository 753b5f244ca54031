//! The simple recurrent network of J. L. Elman, *Finding Structure in Time*, Cognitive Science
//! 14 (1990), <https://doi.org/10.1207/s15516709cog1402_1>.
//!
//! ```text
//! s_t = tanh(U x_t + W s_{t-1})        the memory: what the network has seen so far
//! o_t = softmax(V s_t)                 the output, which a task adds on top of this cell
//! ```
//!
//! There is no gate: every step overwrites the whole memory with a squashed mixture of the new
//! input and the old memory. That is why it forgets. Going back k steps, the gradient is
//! multiplied k times by `diag(1 - s²) W`, and so vanishes or explodes with k (Bengio et al. 1994).
//!
//! As stored here, and by PyTorch, the input matrix is `W`, the recurrent one `U`, each with a bias.

use crate::activation::Activation;
use crate::card::Card;
use rekindle_engine::{Next, Step};

fn elman(k: &Step, activation: Activation) -> Next {
    let h = k.state("h");
    let a = k.affine("h", h);
    k.next(activation.of(a))
}

crate::cell! {
    /// The cell of this page, as a Burn module.
    pub struct Elman: 1
}

crate::cell_config! {
    /// Configuration of [`Elman`].
    pub struct ElmanConfig: Elman {
        /// What squashes the memory: `tanh`, as in the paper, or another.
        activation: Activation = Activation::Tanh,
    }
    equations: |config, k| elman(k, config.activation);
    forms: |usual| vec![ElmanConfig { activation: Activation::Relu, bias: false, ..usual }];
}

/// What the table of cells says of it.
pub(crate) const CARD: Card = Card {
    name: "elman",
    title: "Elman network",
    authors: "Elman",
    year: 1990,
    url: "https://doi.org/10.1207/s15516709cog1402_1",
    gates: &[("h", "mixes the new input with the whole old memory")],
    oracle: "torch.nn.RNN",
};
