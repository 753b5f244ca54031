//! Kernels on the devices of CubeCL, most of them GPUs.
//!
//! A pass is that of the primitives but for one thing: the pointwise instructions of a stage are one launch,
//! with the sums that its matrix products begin. The products are Burn's own, which tunes them for the
//! device.

mod kernel;
mod straight;

use super::Run;
use super::pointwise::Value;
use super::primitives::{self, Group};
use super::tape::{Gradients, Tape};
use crate::call::{Call, OPERANDS, Operands, Ran};
use crate::choose::Executor;
use burn::backend::tensor::FloatTensor;
use burn_cubecl::CubeBackend;
use rekindle_kernels::Keep;
use straight::{Bound, Buffers};

type Values = [Option<Value<CubeBackend>>];

fn pointwise_of(call: &Call) -> primitives::Pointwise<CubeBackend> {
    match call.executor {
        Executor::Cube => pointwise,
        _ => primitives::one_by_one,
    }
}

impl Run for CubeBackend {
    fn run(operands: Operands<Self>, call: &Call, keep: Keep) -> Ran<Self, Tape<Self>> {
        primitives::run(operands, call, keep, pointwise_of(call))
    }

    fn reverse(
        operands: Operands<Self>,
        call: &Call,
        tape: Tape<Self>,
        dy: Option<FloatTensor<Self>>,
        dlast: Option<FloatTensor<Self>>,
        wanted: [bool; OPERANDS],
    ) -> Gradients<Self> {
        primitives::reverse(
            operands,
            call,
            tape,
            [dy, dlast],
            wanted,
            pointwise_of(call),
        )
    }
}

/// The instructions of a group in one launch, or one by one where the device can't hold so many tensors
/// together, or so many numbers.
fn pointwise(group: &Group<'_, CubeBackend>, values: &mut Values) {
    let most = kernel::most_buffers(&group.like.client);
    let mut bound = Bound::new(group, values, Buffers::Each);
    if bound.buffers.len() > most {
        bound = Bound::new(group, values, Buffers::Shared);
    }
    let results = match bound.stores.is_empty() {
        true => Some(Vec::new()),
        false => kernel::launch(&bound, group),
    };
    match results {
        None => primitives::one_by_one(group, values),
        Some(results) => {
            for (place, value) in bound.known {
                values[place] = Some(value);
            }
            for (place, rows) in bound.stores.into_iter().zip(results) {
                values[place] = Some(Value::Rows(rows));
            }
        }
    }
}
