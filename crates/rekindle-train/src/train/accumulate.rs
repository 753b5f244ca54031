//! The loss of an update and its gradient, taken in batches.

use crate::{
    model::net::Net,
    tasks::task::{At, Carry, Lesson, Task},
};
use burn::optim::{GradientsAccumulator, GradientsParams};
use burn::tensor::Tensor;

/// What an update learns from.
pub(crate) struct Learned {
    /// The mean loss, without what is for learning alone; where it is not finite there are no gradients.
    pub(crate) loss: f64,
    /// Those of the mean loss.
    pub(crate) gradients: GradientsParams,
    /// What the next update begins with.
    pub(crate) carry: Carry,
}

/// The mean loss of a lesson and its gradient: those of all rows at once, with `batch` of them in memory at a time.
pub(crate) fn learn(
    task: &dyn Task,
    net: &Net,
    lesson: Lesson,
    batch: usize,
    carry: Carry,
    at: &At,
) -> Learned {
    let all = lesson.wanted.terms() as f64;
    let mut sum = GradientsAccumulator::new();
    let (mut loss, mut first, mut carries) = (0.0, 0, Vec::new());
    let whole = lesson.inputs.rows();
    for piece in lesson.pieces(batch) {
        let rows = piece.inputs.rows();
        let share = piece.wanted.terms() as f64 / all;
        let carry = carry.as_ref().map(|parts| match rows == whole {
            true => parts.clone(),
            false => parts
                .iter()
                .map(|part| part.clone().narrow(0, first, rows))
                .collect(),
        });
        let given = task.loss_of(net, piece, carry, at);
        loss += share * f64::from(given.plain.into_scalar::<f32>());
        if !loss.is_finite() {
            break;
        }
        let value = match rows == whole {
            true => given.value,
            false => given.value.mul_scalar(share),
        };
        sum.accumulate(net, GradientsParams::from_grads(value.backward(), net));
        carries.extend(given.carry);
        first += rows;
    }
    Learned {
        loss,
        gradients: sum.grads(),
        carry: joined(carries),
    }
}

/// The states of all rows, from those of batches.
fn joined(batches: Vec<Vec<Tensor<2>>>) -> Carry {
    let mut batches = batches.into_iter();
    let first = batches.next()?;
    let rest: Vec<_> = batches.collect();
    let of = |(i, part): (usize, Tensor<2>)| match rest.is_empty() {
        true => part,
        false => {
            let rest = rest.iter().map(|parts| parts[i].clone());
            Tensor::cat(std::iter::once(part).chain(rest).collect(), 0)
        }
    };
    Some(first.into_iter().enumerate().map(of).collect())
}
