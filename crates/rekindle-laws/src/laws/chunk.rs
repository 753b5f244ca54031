//! `scan(x1 ++ x2, s) = scan(x2, scan(x1, s))`.

use crate::case::{ROWS, TIME};
use crate::observe::{AnyStates, forward, observe};
use crate::{Case, Tolerance, Verdict, compare};
use burn::tensor::Tensor;
use rekindle::{AnyCell, Recurrent, Sequence};

pub(super) fn check(case: &Case) -> Verdict {
    case.each(case.forward_only(), |place, subject| {
        let batch = subject.batch(ROWS, TIME, None);
        let whole = observe(place, subject, &batch, &forward);
        let parts = observe(place, subject, &batch, &in_two_parts);
        compare(&parts, &whole, place.dtype, Tolerance::for_tensor)
    })
}

pub(super) fn in_two_parts(
    layer: &Recurrent<AnyCell>,
    x: Sequence,
    states: Option<AnyStates>,
) -> (Tensor<3>, AnyStates) {
    let time = x.data().dims()[1];
    let cut = time / 2;
    let (first, states) = layer.forward(x.data().clone().narrow(1, 0, cut), states);
    let (second, states) = layer.forward(x.into_data().narrow(1, cut, time - cut), Some(states));
    (Tensor::cat(vec![first, second], 1), states)
}
