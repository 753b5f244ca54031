//! The steps before those of a batch.

use burn::tensor::{Int, Tensor, TensorData};
use rekindle::Sequence;

/// So many steps before those of a batch that begins: zeros, `[batch, steps, features]`.
pub(super) fn begun(x: &Tensor<3>, steps: usize, features: usize) -> Tensor<3> {
    let [batch, ..] = x.dims();
    Tensor::zeros([batch, steps, features], (&x.device(), x.dtype()))
}

/// A batch behind the steps before it, `[batch, steps + time, features]`.
pub(super) fn joined(before: Tensor<3>, x: &Sequence) -> Tensor<3> {
    match before.dims()[1] {
        0 => x.data().clone(),
        _ => Tensor::cat(vec![before, x.data().clone()], 1),
    }
}

/// The last so many real steps of each row of what [`joined`] gave, `[batch, steps, features]`: those before what follows.
pub(super) fn ended(joined: Tensor<3>, x: &Sequence, steps: usize) -> Tensor<3> {
    let [batch, time, features] = x.data().dims();
    let Some(lengths) = x.lengths() else {
        return joined.narrow(1, time, steps);
    };
    let last = lengths.iter().flat_map(|&length| length..length + steps);
    let last: Vec<i32> = last.map(|step| step as i32).collect();
    let last = TensorData::new(last, [batch, steps, 1]);
    let last: Tensor<3, Int> = Tensor::from_data(last, &joined.device());
    joined.gather(1, last.expand([batch, steps, features]))
}
