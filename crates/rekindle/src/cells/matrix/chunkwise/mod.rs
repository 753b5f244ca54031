//! The chunkwise algorithm.

mod inverse;
mod layout;
mod scores;
mod terms;

pub(crate) use terms::Terms;

use burn::tensor::Tensor;
use inverse::inverse;
use layout::{Layout, Move};
use scores::{before, behind, scores};

/// The steps of a chunk. On flex, one row of 4,096 steps and 128 units, chunks of 16, 32 and 64 steps take 13, 13
/// and 17 ms with a decay a head (`mamba2`), 32, 40 and 74 with one a row (`gla`), 112, 78 and 72 with a
/// correction as well (`gated_delta_net`): the least of three runs in turn.
const CHUNK: usize = 32;

/// Many steps of a [recurrence](Terms) from a state, `[batch, heads, d_key, d_value]`: the output at every step,
/// `[batch, time, heads, d_value]`, and the state behind the last one.
///
/// Within a chunk that begins with the state `S`, with `D_t` the product of all decays up to step `t`,
///
/// ```text
/// u_t = a_tᵀ S_{t-1}         for all steps: (I - A_ab) U = diag(D_{t-1}) a S + A_ak V
/// o_t = (D_t q_t)ᵀ S + A_qk V + A_qb U
/// S'  = D_last S + Σ_i (D_last / D_i) (k_i v_iᵀ + b_i u_iᵀ)
/// ```
///
/// where `A` holds what step `t` sees of step `i` ([`scores`]). All of it is computed for all chunks at
/// once, but the way of `S` from chunk to chunk, which is one product a chunk.
pub(crate) fn chunkwise(terms: Terms, s: Tensor<4>) -> (Tensor<4>, Tensor<4>) {
    let layout = Layout::new(&terms, CHUNK);
    let fold = |t: Tensor<4>| layout.fold(t);
    let (q, k, v) = (fold(terms.q), fold(terms.k), fold(terms.v));
    let bonus = terms.bonus.map(|u| layout.of_heads(u));
    let decay = terms.decay.map(fold);
    let span = Span::new(decay.clone());

    // Who reads behind a step reads what was there before, decayed once more, and what the step wrote.
    let reader = match (&bonus, decay) {
        (None, Some(decay)) => q.clone() * decay.exp(),
        _ => q.clone(),
    };
    let own = match bonus {
        None => k.clone(),
        Some(bonus) => k.clone() * bonus,
    };
    let own = dot(&q, own) * v.clone();
    let written = transposed(span.at_the_end(k.clone()), v.clone());

    let Some(delta) = terms.delta else {
        let moves = span
            .whole
            .clone()
            .map(|d| Move::Rows(d.exp().swap_dims(1, 2)));
        let (starts, last) = layout.walk(s, moves, written);
        let qk = one(scores(
            std::slice::from_ref(&reader),
            &[k],
            span.decay.as_ref(),
        ));
        let o = span.since_the_start(reader).matmul(starts) + qk.matmul(v) + own;
        return (layout.unfold(o), last);
    };
    let [a, b] = delta.map(fold);
    let rows = [reader.clone(), a.clone()];
    let mut all = scores(&rows, &[k, b.clone()], span.decay.as_ref()).into_iter();
    let mut next = || all.next().expect("a matrix a row and a column");
    let (qk, qb, ak, ab) = (next(), next(), next(), next());
    // U = of_state S + of_values
    let solved = inverse(ab);
    let of_state = solved.clone().matmul(span.since_the_start(a));
    let of_values = solved.matmul(ak.matmul(v.clone()));
    let corrected = span.at_the_end(b.clone());
    let written = written + transposed(corrected.clone(), of_values.clone());
    let moves = layout.diagonal(span.whole.clone(), &q) + transposed(corrected, of_state.clone());
    let (starts, last) = layout.walk(s, Some(Move::Matrix(moves)), written);
    let u = of_state.matmul(starts.clone()) + of_values;
    let own = own + dot(&q, b) * u.clone();
    let o = span.since_the_start(reader).matmul(starts) + qk.matmul(v) + qb.matmul(u) + own;
    (layout.unfold(o), last)
}

/// The decays within each chunk, as logarithms.
struct Span {
    /// Each step's, `[chunks, steps, width]`.
    decay: Option<Tensor<3>>,
    /// A whole chunk's, `[chunks, 1, width]`.
    whole: Option<Tensor<3>>,
}

impl Span {
    fn new(decay: Option<Tensor<3>>) -> Self {
        let whole = decay.clone().map(|decay| decay.sum_dim(1));
        Span { decay, whole }
    }

    /// Times what is left of the chunk's first state before each step.
    fn since_the_start(&self, t: Tensor<3>) -> Tensor<3> {
        match self.decay.clone() {
            Some(decay) => t * before(decay).exp(),
            None => t,
        }
    }

    /// Times what is left, at the end of the chunk, of what each step wrote.
    fn at_the_end(&self, t: Tensor<3>) -> Tensor<3> {
        match self.decay.clone() {
            Some(decay) => t * behind(decay).exp(),
            None => t,
        }
    }
}

/// The inner product at every step, `[chunks, steps, 1]`.
fn dot(a: &Tensor<3>, b: Tensor<3>) -> Tensor<3> {
    (a.clone() * b).sum_dim(2)
}

/// `aᵀ b`.
fn transposed(a: Tensor<3>, b: Tensor<3>) -> Tensor<3> {
    a.swap_dims(1, 2).matmul(b)
}

fn one(all: Vec<Tensor<3>>) -> Tensor<3> {
    all.into_iter().next().expect("a row and a column")
}
