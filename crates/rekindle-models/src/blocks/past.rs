//! The steps before those of a batch.

use burn::tensor::{Int, Tensor, TensorData};
use rekindle::Sequence;

/// A batch behind so many steps before it, `[batch, steps + time, features]`: zeros, where a sequence begins.
pub(super) fn joined(before: Option<Tensor<3>>, x: &Sequence, steps: usize) -> Tensor<3> {
    let [batch, _, features] = x.data().dims();
    if steps == 0 {
        return x.data().clone();
    }
    let like = (&x.data().device(), x.data().dtype());
    let before = before.unwrap_or_else(|| Tensor::zeros([batch, steps, features], like));
    Tensor::cat(vec![before, x.data().clone()], 1)
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
