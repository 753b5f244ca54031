//! Attention: what a query sees of a memory, a vector a step of another row.
//!
//! ```text
//! e_j = v · tanh(W q + U k_j)      additive: D. Bahdanau, K. Cho, Y. Bengio, ICLR 2015, https://arxiv.org/abs/1409.0473
//! e_j = q · k_j                    dot       M.-T. Luong, H. Pham, C. Manning, EMNLP 2015,
//! e_j = q · W k_j                  general   https://arxiv.org/abs/1508.04025
//! a = softmax(e) over the real steps         c = Σ_j a_j k_j
//! ```

use crate::steps::real;
use burn::module::Module;
use burn::nn::{Linear, LinearConfig};
use burn::tensor::activation::softmax;
use burn::tensor::{Bool, Device, Tensor};
use rekindle::Sequence;
use serde::{Deserialize, Serialize};

/// How a query and a step of the memory are compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Score {
    /// `v · tanh(W q + U k)` (Bahdanau et al. 2015).
    Additive,
    /// `q · k`, which must have one width (Luong et al. 2015).
    Dot,
    /// `q · W k` (Luong et al. 2015).
    General,
}

/// Attention over a memory.
#[derive(Module, Debug)]
pub struct Attention {
    /// `W` of the additive score: `[d_query, d_attention]`.
    query: Option<Linear>,
    /// `U` of the additive score, `[d_memory, d_attention]`, or `W` of the general one, `[d_memory, d_query]`.
    key: Option<Linear>,
    /// `v` of the additive score: `[d_attention, 1]`.
    score: Option<Linear>,
}

/// A memory whose steps were made ready to be compared.
#[derive(Clone, Debug)]
pub struct Memory {
    /// `[batch, time, d_key]`
    keys: Tensor<3>,
    /// `[batch, time, d_memory]`
    values: Tensor<3>,
    /// `[batch, 1, time]`, true beyond a row's length; none where rows are all as long.
    padding: Option<Tensor<3, Bool>>,
}

impl Attention {
    /// Attention with fresh parameters, of `d_attention` hidden units where the score is additive.
    ///
    /// # Panics
    ///
    /// If the score is `dot`, and the widths of query and memory differ.
    pub fn new(
        score: Score,
        d_query: usize,
        d_memory: usize,
        d_attention: usize,
        device: &Device,
    ) -> Self {
        let linear = |from, to| Some(LinearConfig::new(from, to).with_bias(false).init(device));
        match score {
            Score::Additive => Attention {
                query: linear(d_query, d_attention),
                key: linear(d_memory, d_attention),
                score: linear(d_attention, 1),
            },
            Score::General => Attention {
                query: None,
                key: linear(d_memory, d_query),
                score: None,
            },
            Score::Dot => {
                assert!(
                    d_query == d_memory,
                    "the dot score compares vectors of one width, but the query has {d_query} and the memory {d_memory}"
                );
                Attention {
                    query: None,
                    key: None,
                    score: None,
                }
            }
        }
    }

    /// Makes a memory ready: what does not depend on the query is computed once.
    pub fn memory(&self, steps: &Sequence) -> Memory {
        let values = steps.data().clone();
        let [_, time, _] = values.dims();
        let keys = match &self.key {
            Some(key) => key.forward(values.clone()),
            None => values.clone(),
        };
        let padding = steps.lengths().map(|lengths| {
            let real = real(lengths, time, &values.device());
            real.bool_not().unsqueeze_dim(1)
        });
        Memory {
            keys,
            values,
            padding,
        }
    }

    /// What each of some queries, `[batch, queries, d_query]`, sees: `[batch, queries, d_memory]`; and how much it looked at each
    /// step, `[batch, queries, time]`, zero beyond a row's length.
    ///
    /// # Panics
    ///
    /// If a shape does not fit.
    pub fn forward(&self, queries: Tensor<3>, memory: &Memory) -> (Tensor<3>, Tensor<3>) {
        let scores = match (&self.query, &self.score) {
            (Some(query), Some(score)) => {
                let queries = query.forward(queries).unsqueeze_dim::<4>(2);
                let sums = queries + memory.keys.clone().unsqueeze_dim(1);
                score.forward(sums.tanh()).squeeze_dim::<3>(3)
            }
            _ => queries.matmul(memory.keys.clone().swap_dims(1, 2)),
        };
        let scores = match &memory.padding {
            Some(padding) => {
                let padding = padding.clone().expand(scores.dims());
                scores.mask_fill(padding, f32::NEG_INFINITY)
            }
            None => scores,
        };
        let weights = softmax(scores, 2);
        (weights.clone().matmul(memory.values.clone()), weights)
    }
}

impl Memory {
    /// The rows at these places, in their order.
    pub(crate) fn rows(&self, rows: burn::tensor::Tensor<1, burn::tensor::Int>) -> Self {
        Memory {
            keys: self.keys.clone().select(0, rows.clone()),
            values: self.values.clone().select(0, rows.clone()),
            padding: self.padding.clone().map(|padding| padding.select(0, rows)),
        }
    }
}
