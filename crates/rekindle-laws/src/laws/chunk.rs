//! `scan(x1 ++ x2, s) = scan(x2, scan(x1, s))`.

use crate::case::{ROWS, TIME};
use crate::observe::{forward, observe};
use crate::{Case, Tolerance, Verdict, compare};
use burn::tensor::Tensor;
use rekindle::{Cell, CellConfig, Recurrent, Sequence, States};

pub(super) fn check<K: CellConfig>(case: &Case<K>) -> Verdict {
    case.each(case.forward_only(), |place, subject| {
        let batch = subject.batch(ROWS, TIME, None);
        let whole = observe(place, subject, &batch, &forward);
        let parts = observe(place, subject, &batch, &in_two_parts);
        compare(&parts, &whole, place.dtype, Tolerance::for_tensor)
    })
}

pub(super) fn in_two_parts<C: Cell>(
    layer: &Recurrent<C>,
    x: Sequence,
    states: Option<States<C::State>>,
) -> (Tensor<3>, States<C::State>) {
    let time = x.data().dims()[1];
    let cut = time / 2;
    let (first, states) = layer.forward(x.data().clone().narrow(1, 0, cut), states);
    let (second, states) = layer.forward(x.into_data().narrow(1, cut, time - cut), Some(states));
    (Tensor::cat(vec![first, second], 1), states)
}
