//! Multiplicative integration, in which the input and the memory scale one another (Wu et al. 2016,
//! <https://arxiv.org/abs/1606.06630>): one block of it, and how its vectors begin.

use crate::gates::Gates;
use crate::invalid::{self, Invalid};
use burn::tensor::{Device, Tensor};
use rekindle_engine::{Step, Var};

/// `α * W x * U v + β_1 * U v + β_2 * W x + b`, of one block.
pub(crate) fn integrate<'k>(k: &'k Step, block: &str, v: Var<'k>, bias: bool) -> Var<'k> {
    let w = k.plain_input(block);
    let u = k.plain_hidden(block, v);
    let vector = |letter: &str| k.vector(format!("{letter}_{block}").as_str());
    let [alpha, beta1, beta2] = ["alpha", "beta1", "beta2"].map(vector);
    let a = alpha * w * u + beta1 * u + beta2 * w;
    if bias { a + vector("bias") } else { a }
}

/// Checks what `α` and `β` begin with.
pub(crate) fn valid(alpha: f64, beta: f64) -> Result<(), Invalid> {
    invalid::finite("alpha", alpha)?;
    invalid::finite("beta", beta)
}

/// Begins the vectors of every block.
pub(crate) fn begin<const N: usize>(
    mut gates: Gates,
    blocks: [&str; N],
    alpha: f64,
    beta: f64,
    device: &Device,
) -> Gates {
    for block in blocks {
        for (letter, value) in [("alpha", alpha), ("beta1", beta), ("beta2", beta)] {
            let value = Tensor::full([1], value, device);
            gates = gates.with_vector(&format!("{letter}_{block}"), value);
        }
    }
    gates
}
