//! The straight-line code of a group, and the tensors that it reads.

use super::Values;
use crate::backend::pointwise::Value;
use crate::backend::primitives::Group;
use burn::tensor::Shape;
use burn_cubecl::CubeBackend;
use burn_cubecl::kernel::into_contiguous;
use burn_cubecl::tensor::CubeTensor;
use rekindle_program::plan::{Instruction, Known, Straight};
use std::sync::Arc;

/// What the kernel is compiled for.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) struct Code {
    pub instructions: Vec<Instruction>,
    /// The buffer that each source lies in.
    pub buffer_of: Vec<usize>,
}

/// What a kernel binds.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Buffers {
    /// Every source: the code is then the same wherever the sources lie.
    Each,
    /// Every allocation that sources lie in, however many: where a device has too few bindings.
    Shared,
}

/// Straight-line code with the tensors that it reads.
pub(super) struct Bound {
    pub code: Arc<Code>,
    /// What is bound, one tensor of each.
    pub buffers: Vec<CubeTensor>,
    pub by: Buffers,
    pub sources: Vec<CubeTensor>,
    /// The places of the results, in their order.
    pub stores: Vec<usize>,
    /// Places that the kernel has nothing to do for.
    pub known: Vec<(usize, Value<CubeBackend>)>,
}

impl Bound {
    pub(super) fn new(group: &Group<'_, CubeBackend>, values: &Values, by: Buffers) -> Bound {
        let straight = Straight::new(group.plan, group.ops, |place| match values[place] {
            Some(Value::Number(n)) => Some(n),
            _ => None,
        });
        let rows = |&place: &usize| match &values[place] {
            Some(Value::Rows(rows)) => readable(rows.clone(), group.shape),
            _ => unreachable!("values are there before they are read"),
        };
        let sources: Vec<CubeTensor> = straight.sources.iter().map(rows).collect();
        let memory = |t: &CubeTensor| std::ptr::from_ref(t.handle.memory.descriptor());
        let mut buffers: Vec<CubeTensor> = Vec::new();
        let buffer_of = sources.iter().map(|rows| {
            let shared = |b: &CubeTensor| by == Buffers::Shared && memory(b) == memory(rows);
            buffers.iter().position(shared).unwrap_or_else(|| {
                buffers.push(rows.clone());
                buffers.len() - 1
            })
        });
        let buffer_of = buffer_of.collect();
        let known = straight.known.into_iter().filter_map(|(place, known)| {
            let value = match known {
                Known::Number(n) => Some(Value::Number(n)),
                Known::Given(from) => values[from].clone(),
            };
            Some((place, value?))
        });
        Bound {
            known: known.collect(),
            code: Arc::new(Code {
                instructions: straight.instructions,
                buffer_of,
            }),
            buffers,
            by,
            sources,
            stores: straight.stores,
        }
    }
}

/// A tensor with a row for each row of the group, or one for all, and columns that are neighbours.
fn readable(rows: CubeTensor, [_, width]: [usize; 2]) -> CubeTensor {
    let (columns, stride) = (rows.meta.shape()[1], rows.meta.strides()[1]);
    match columns == width && (stride == 1 || width == 1) {
        true => rows,
        false => {
            let shape = Shape::new([rows.meta.shape()[0], width]);
            into_contiguous(<CubeBackend as burn::backend::ops::FloatTensorOps<
                CubeBackend,
            >>::float_expand(rows, shape))
        }
    }
}
