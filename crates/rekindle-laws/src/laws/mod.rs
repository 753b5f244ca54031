//! The laws, one file each.

mod card;
mod chunk;
mod executors;
mod finite;
mod gradient;
mod horizon;
mod init;
mod long;
mod noise;
mod padding;
mod print;
mod record;
mod reverse;
mod rounded;
mod row;
mod shape;
mod step;
mod text;
mod trace;
mod weights;

use crate::{Case, Reach, Verdict};
use rekindle::{AnyCellConfig, CellConfig};

/// A statement that holds for every cell.
#[derive(Debug)]
pub struct Law<K> {
    /// Its name in the names of tests.
    pub name: &'static str,
    /// What it says.
    pub statement: &'static str,
    /// How to try it.
    pub check: Check<K>,
}

/// How to try a law.
#[derive(Debug)]
pub enum Check<K> {
    /// On a form of a cell alone; no device is needed.
    Form(fn(&K) -> Verdict),
    /// On a form of a cell on the devices it reaches.
    Case(Reach, fn(&Case<K>) -> Verdict),
}

/// Those of any cell.
pub fn laws<K: CellConfig>() -> Vec<Law<K>> {
    let mut laws = common();
    laws.extend([
        Law {
            name: "refusal",
            statement: "weights of another width are refused by name",
            check: Check::Case(Reach::Reference, record::refusals),
        },
        Law {
            name: "toml",
            statement: "a config prints and parses again; an unknown key is refused by name",
            check: Check::Form(text::check),
        },
    ]);
    laws
}

/// Those of the cells of the list, which are chosen by name and have a card.
pub fn laws_of_the_list() -> Vec<Law<AnyCellConfig>> {
    let mut laws = common();
    laws.extend([
        // Names and shapes are compared on the host, with every other cell of the list.
        Law {
            name: "refusal",
            statement: "weights of another cell or width are refused by name",
            check: Check::Case(Reach::Reference, record::refusals_of_the_list),
        },
        Law {
            name: "toml",
            statement: "a config prints and parses again; an unknown key is refused by name",
            check: Check::Form(text::check_of_the_list),
        },
        Law {
            name: "card",
            statement: "the card names the blocks in stored order, unless the config has the equations",
            check: Check::Form(card::check),
        },
    ]);
    laws
}

fn common<K: CellConfig>() -> Vec<Law<K>> {
    vec![
        Law {
            name: "init",
            statement: "every scheme gives the same parameters, finite, each a leaf that learns",
            check: Check::Case(Reach::Every, init::check),
        },
        // Sizes of every kind, each of which is a kernel to compile on a GPU.
        Law {
            name: "shape",
            statement: "[B, T, D] becomes [B, T, d_output] at every size, 1 included",
            check: Check::Case(Reach::Processors, shape::check),
        },
        Law {
            name: "step",
            statement: "a loop of single steps is the whole sequence, gradients included",
            check: Check::Case(Reach::Every, step::check),
        },
        Law {
            name: "executors",
            statement: "every executor gives what steps of Burn's operations give, gradients included",
            check: Check::Case(Reach::Every, executors::check),
        },
        // Kernels of the processor alone round, and they do not know whose tensors they are handed.
        Law {
            name: "rounded",
            statement: "products of bf16 move the numbers as far as their rounding explains, gradients included",
            check: Check::Case(Reach::Reference, rounded::check),
        },
        Law {
            name: "chunk",
            statement: "a sequence in two parts, the state carried over, is the whole sequence",
            check: Check::Case(Reach::Every, chunk::check),
        },
        Law {
            name: "row",
            statement: "a row of a batch is that row alone",
            check: Check::Case(Reach::Every, row::check),
        },
        Law {
            name: "padding",
            statement: "a padded row is the short row, whatever stands in the padding",
            check: Check::Case(Reach::Every, padding::check),
        },
        Law {
            name: "reverse",
            statement: "each direction is a layer of its own; the reverse one loops from the end",
            check: Check::Case(Reach::Every, reverse::check),
        },
        // More steps are more of the same calls.
        Law {
            name: "long",
            statement: "a sequence of many steps, taken together or not, is a loop of single steps",
            check: Check::Case(Reach::Processors, long::check),
        },
        // `executors` and the golden numbers hold every device to the gradients that are tried here.
        Law {
            name: "gradient",
            statement: "gradients are central differences, and every parameter learns",
            check: Check::Case(Reach::Reference, gradient::check),
        },
        // On a GPU the functions decide it, which are tried at their edges by themselves.
        Law {
            name: "finite",
            statement: "outputs and gradients are finite, also of large inputs and of zeros",
            check: Check::Case(Reach::Processors, finite::check),
        },
        // Where no kernels of the CPU run, steps are traced, which is nothing new on a GPU.
        Law {
            name: "trace",
            statement: "a trace shows what the steps compute, whatever runs them",
            check: Check::Case(Reach::Processors, trace::check),
        },
        // As `gradient`.
        Law {
            name: "horizon",
            statement: "the gradient by earlier states is central differences, at every lag",
            check: Check::Case(Reach::Reference, horizon::check),
        },
        // What an executor gets is weights like others.
        Law {
            name: "weights",
            statement: "with weights of low rank or diagonal, or multiplied inputs, a loop of single steps is the sequence",
            check: Check::Case(Reach::Reference, weights::check),
        },
        // Masks are drawn by Burn, and wide layers are needed to see them.
        Law {
            name: "noise",
            statement: "dropout and zoneout act in training only, and as their papers say",
            check: Check::Case(Reach::Processors, noise::check),
        },
        Law {
            name: "record",
            statement: "what is saved is what is loaded",
            check: Check::Case(Reach::Every, record::check),
        },
        Law {
            name: "print",
            statement: "the printed equations parse back to the same program",
            check: Check::Form(print::check),
        },
    ]
}

/// A condition of a law.
fn holds(condition: bool, otherwise: impl FnOnce() -> String) -> Verdict {
    match condition {
        true => Ok(()),
        false => Err(otherwise()),
    }
}
