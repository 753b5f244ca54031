//! HGRN with state expansion, HGRN2: Z. Qin et al., *HGRN2: Gated Linear RNNs with State Expansion*
//! (2024), <https://arxiv.org/abs/2404.07904>.
//!
//! ```text
//! f_t = γ + (1 - γ) σ(W_f x_t + b_f)       forget gate, never below γ
//! i_t = silu(W_i x_t + b_i)                candidate
//! o_t = σ(W_o x_t + b_o)                   output gate, which is what reads
//! h_t = diag(f_t) h_{t-1} + (1 - f_t) i_tᵀ the memory of HGRN, expanded by an outer product
//! y_t = h_tᵀ o_t                           the output
//! ```
//!
//! `γ` grows from layer to layer in the paper; here it is the key `lower_bound`, the same for all layers.
//! Gates and candidates have the functions of [HGRN](crate::cells::Hgrn); with `form = "queries"` they are those of the
//! authors' library, `o_t = silu(W_o x_t + b_o)` and `i_t = W_i x_t + b_i`. The normalisation behind is left out.

use super::algebra::{by_heads, outer, read, rows};
use super::cell::{MatrixCell, Recurrence, matrix_cell};
use super::chunkwise::{Terms, chunkwise};
use super::config::matrix_config;
use crate::card::Card;
use crate::invalid;
use crate::pointwise::{sigmoid, silu};
use crate::projected::Inputs;
use burn::nn::Linear;
use burn::tensor::Tensor;
use serde::{Deserialize, Serialize};

const EQUATIONS: &str = "\
h' = diag(f) h + (1 - f) i^T
y' = h'^T o
f = lower_bound + (1 - lower_bound) * sigmoid(W_f x + b_f)
i = silu(W_i x + b_i); o = sigmoid(W_o x + b_o)
";

/// The same with [`Hgrn2Form::Queries`].
const QUERIES: &str = "\
h' = diag(f) h + (1 - f) i^T
y' = h'^T o
f = lower_bound + (1 - lower_bound) * sigmoid(W_f x + b_f)
i = W_i x + b_i; o = silu(W_o x + b_o)
";

/// What candidates and output gates are made by.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Hgrn2Form {
    /// The functions of HGRN: `i = silu(W_i x + b_i)`, `o = σ(W_o x + b_o)`.
    #[default]
    Gates,
    /// Those of values and queries, as the authors' library has them: `i = W_i x + b_i`, `o = silu(W_o x + b_o)`.
    Queries,
}

matrix_cell! {
    /// The cell of this page, as a Burn module.
    pub struct Hgrn2: 3, 1 {
        /// `W_f` and `b_f`: weight `[d_input, heads * d_key]`.
        f: Linear,
        /// `W_i` and `b_i`: weight `[d_input, heads * d_value]`.
        i: Linear,
        /// `W_o` and `b_o`: weight `[d_input, heads * d_key]`.
        o: Linear,
        /// `γ`.
        lower_bound: f64,
        /// What candidates and output gates are made by.
        #[module(skip)]
        form: Hgrn2Form,
    }
    projections: f i o;
    output: "y";
    memory: "h" d_key d_value;
}

impl MatrixCell<3, 1> for Hgrn2 {
    fn project(&self, x: &dyn Inputs) -> [Tensor<4>; 3] {
        let of = |name, map: &Linear| by_heads(x.through(name, map), self.heads.count);
        let f = sigmoid(of("f", &self.f));
        let f = f
            .mul_scalar(1.0 - self.lower_bound)
            .add_scalar(self.lower_bound);
        let (i, o) = (of("i", &self.i), of("o", &self.o));
        match self.form {
            Hgrn2Form::Gates => [f, silu(i), sigmoid(o)],
            Hgrn2Form::Queries => [f, i, silu(o)],
        }
    }
}

impl Recurrence<3, 1> for Hgrn2 {
    fn step(&self, at: [Tensor<3>; 3], memory: [Tensor<4>; 1]) -> (Tensor<3>, [Tensor<4>; 1]) {
        let ([f, i, o], [h]) = (at, memory);
        let h = rows(f.clone()) * h + outer(f.neg().add_scalar(1.0), i);
        (read(&h, o), [h])
    }

    fn scan(
        &self,
        over: [Tensor<4>; 3],
        memory: [Tensor<4>; 1],
        keep: Option<&Tensor<4>>,
    ) -> (Tensor<4>, [Tensor<4>; 1]) {
        let ([f, i, o], [h]) = (over, memory);
        let k = f.clone().neg().add_scalar(1.0);
        // A gate that is shut to the last digit has no logarithm; 1e-30 is nothing beside what is written.
        let log_f = f.clamp_min(1e-30).log();
        let (y, h) = chunkwise(Terms::new(o, k, i).decaying(log_f).held(keep), h);
        (y, [h])
    }
}

matrix_config! {
    /// Configuration of [`Hgrn2`]; `d_key` is the factor by which the state is expanded.
    pub struct Hgrn2Config: Hgrn2, bias: true {
        /// `γ`: the least share of the old memory that stays.
        lower_bound: f64 = 0.0,
        /// What candidates and output gates are made by: `gates`, HGRN's functions, or `queries`, those of the authors' library.
        form: Hgrn2Form = Hgrn2Form::Gates,
    }
    equations: |config| match config.form {
        Hgrn2Form::Gates => EQUATIONS,
        Hgrn2Form::Queries => QUERIES,
    };
    valid: |config| invalid::share("lower_bound", config.lower_bound);
    init: |config, m| Hgrn2 {
        f: m.keys(),
        i: m.values(),
        o: m.keys(),
        lower_bound: config.lower_bound,
        form: config.form,
        heads: m.heads,
    };
    forms: |usual| vec![
        Hgrn2Config { lower_bound: 0.5, ..usual.clone() },
        Hgrn2Config { form: Hgrn2Form::Queries, ..usual },
    ];
}

/// What the table of cells says of it.
pub(crate) const CARD: Card = Card {
    name: "hgrn2",
    title: "Gated linear RNN with state expansion (HGRN2)",
    authors: "Qin et al.",
    year: 2024,
    url: "https://arxiv.org/abs/2404.07904",
    gates: &[
        (
            "f",
            "forget gate: how much of each row of the memory stays, and how much is not written",
        ),
        ("i", "candidate: what could be written"),
        ("o", "output gate: what is asked of the memory"),
    ],
    oracle: "float64 code written from the paper; fla-core 0.6.0, step by step",
};
