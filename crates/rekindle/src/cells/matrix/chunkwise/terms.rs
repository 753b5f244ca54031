//! What the algorithm needs to know of a recurrence.

use burn::tensor::Tensor;

/// The recurrence of a head, for many steps at once. Everything is `[batch, time, heads, width]`.
///
/// ```text
/// S_t = diag(e^{decay_t}) S_{t-1} + b_t (a_tᵀ S_{t-1}) + k_t v_tᵀ
/// o_t = S_tᵀ q_t                                          or, with a bonus u,
/// o_t = (S_{t-1} + diag(u) k_t v_tᵀ)ᵀ q_t
/// ```
pub(crate) struct Terms {
    /// What reads, `d_key` wide.
    pub(crate) q: Tensor<4>,
    /// Where is written, `d_key` wide.
    pub(crate) k: Tensor<4>,
    /// What is written, `d_value` wide.
    pub(crate) v: Tensor<4>,
    /// The logarithm of what stays, zero or less: one for the whole matrix, or one a row.
    pub(crate) decay: Option<Tensor<4>>,
    /// `a` and `b`, `d_key` wide: the delta rule has `a = k` and `b = -β k`.
    pub(crate) delta: Option<[Tensor<4>; 2]>,
    /// `u`, `[heads, d_key]`.
    pub(crate) bonus: Option<Tensor<2>>,
}

impl Terms {
    /// A memory that only grows.
    pub(crate) fn new(q: Tensor<4>, k: Tensor<4>, v: Tensor<4>) -> Self {
        Terms {
            q,
            k,
            v,
            decay: None,
            delta: None,
            bonus: None,
        }
    }

    /// The same with the logarithm of what stays, `[batch, time, heads, 1]` or, a row of the matrix
    /// each, `[batch, time, heads, d_key]`.
    pub(crate) fn decaying(self, decay: Tensor<4>) -> Self {
        Terms {
            decay: Some(decay),
            ..self
        }
    }

    /// The same with `a` and `b`.
    pub(crate) fn correcting(self, a: Tensor<4>, b: Tensor<4>) -> Self {
        Terms {
            delta: Some([a, b]),
            ..self
        }
    }

    /// The same with steps that change nothing where `keep`, `[batch, time, 1, 1]`, is 0 and not 1.
    pub(crate) fn held(self, keep: Option<&Tensor<4>>) -> Self {
        let Some(keep) = keep else { return self };
        let held = |t: Tensor<4>| t * keep.clone();
        Terms {
            k: held(self.k),
            decay: self.decay.map(held),
            delta: self.delta.map(|[a, b]| [a, held(b)]),
            ..self
        }
    }
}
