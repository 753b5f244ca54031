//! Backends whose tensors lie in the memory of this process: the kernels read and write them.
#![cfg(any(feature = "flex", feature = "ndarray"))]

use super::tape::{Gradients, Tape};
use super::{Run, primitives};
use crate::call::{Call, OPERANDS, Operands, PackedWeights, Ran, operand};
use crate::choose::Executor;
#[cfg(feature = "flex")]
use burn::backend::flex::Layout;
#[cfg(feature = "ndarray")]
use burn::backend::ops::FloatTensorOps;
use burn::backend::tensor::FloatTensor;
use burn::backend::{Backend, TensorMetadata};
#[cfg(feature = "flex")]
use burn::tensor::Bytes;
use burn::tensor::{DType, Element, TensorData};
use rekindle_kernels::{Given, Isa, Keep, Layer, Number, Numbers, Packing, Sizes, Wanted};
#[cfg(feature = "ndarray")]
use std::convert::Infallible;
#[cfg(feature = "flex")]
use std::sync::Weak;
use std::sync::{Arc, PoisonError};

/// A number type of the kernels, as tensors have it.
pub(super) trait TensorNumber: Number + Element {
    /// The numbers of a tensor of flex that is contiguous.
    #[cfg(feature = "flex")]
    fn of_flex(tensor: &burn::backend::flex::FlexTensor) -> Option<&[Self]>;
}

macro_rules! number {
    ($($E:ident)*) => { $(
        impl TensorNumber for $E {
            #[cfg(feature = "flex")]
            fn of_flex(tensor: &burn::backend::flex::FlexTensor) -> Option<&[Self]> {
                tensor.as_slice::<$E>()
            }
        }
    )* };
}
number!(f32 f64);

/// A backend whose tensors are numbers in memory.
pub(super) trait Host: Backend {
    /// A tensor whose numbers stand row after row.
    type Held: Clone + Send + Sync + 'static;
    /// What tells a tensor and its numbers from all others, without keeping it alive.
    type Content: PartialEq + Send + Sync + 'static;
    /// That of a tensor, where the backend can tell.
    fn content(held: &Self::Held) -> Option<Self::Content>;
    fn hold(tensor: FloatTensor<Self>) -> Self::Held;
    fn numbers<E: TensorNumber>(held: &Self::Held) -> &[E];
    fn tensor<E: TensorNumber>(numbers: Vec<E>, shape: &[usize]) -> FloatTensor<Self>;
}

/// A tensor of flex and its numbers.
///
/// A weak reference keeps the numbers alive for nobody, but nothing else can come to have its address. And flex changes
/// numbers in place through `Arc::make_mut` and `Arc::get_mut` alone, which take other bytes where a weak reference is left.
/// So the same reference is the same numbers.
#[cfg(feature = "flex")]
pub(super) struct Content {
    bytes: Weak<Bytes>,
    layout: Layout,
    dtype: DType,
}

#[cfg(feature = "flex")]
impl PartialEq for Content {
    fn eq(&self, other: &Self) -> bool {
        self.bytes.ptr_eq(&other.bytes) && self.layout == other.layout && self.dtype == other.dtype
    }
}

#[cfg(feature = "flex")]
impl Host for burn::backend::Flex {
    type Held = burn::backend::flex::FlexTensor;
    type Content = Content;

    fn content(held: &Self::Held) -> Option<Content> {
        Some(Content {
            bytes: Arc::downgrade(&held.data_arc()),
            layout: held.layout().clone(),
            dtype: held.dtype(),
        })
    }

    fn hold(tensor: FloatTensor<Self>) -> Self::Held {
        match tensor.is_contiguous() {
            true => tensor,
            false => tensor.to_contiguous(),
        }
    }

    fn numbers<E: TensorNumber>(held: &Self::Held) -> &[E] {
        E::of_flex(held).expect("the type was asked for, and the tensor is contiguous")
    }

    fn tensor<E: TensorNumber>(numbers: Vec<E>, shape: &[usize]) -> FloatTensor<Self> {
        burn::backend::flex::FlexTensor::from_data(TensorData::new(numbers, shape.to_vec()))
    }
}

#[cfg(feature = "ndarray")]
impl Host for burn::backend::NdArray {
    type Held = TensorData;
    type Content = Infallible;

    fn content(_: &Self::Held) -> Option<Infallible> {
        None
    }

    fn hold(tensor: FloatTensor<Self>) -> Self::Held {
        burn::tensor::read_sync(Self::float_into_data(tensor)).expect("memory can be read")
    }

    fn numbers<E: TensorNumber>(held: &Self::Held) -> &[E] {
        held.as_slice().expect("the type was asked for")
    }

    fn tensor<E: TensorNumber>(numbers: Vec<E>, shape: &[usize]) -> FloatTensor<Self> {
        burn::backend::ndarray::NdArrayTensor::from_data(TensorData::new(numbers, shape.to_vec()))
    }
}

macro_rules! run {
    ($(#[$meta:meta])* $B:ty) => {
        $(#[$meta])*
        impl Run for $B {
            fn run(operands: Operands<Self>, call: &Call, keep: Keep) -> Ran<Self, Tape<Self>> {
                match (call.executor, operands[operand::X].dtype()) {
                    (Executor::Tiles, DType::F32) => forward::<Self, f32>(operands, call, keep),
                    (Executor::Tiles, DType::F64) => forward::<Self, f64>(operands, call, keep),
                    _ => primitives::run(operands, call, keep, primitives::one_by_one),
                }
            }

            fn reverse(
                operands: Operands<Self>,
                call: &Call,
                tape: Tape<Self>,
                dy: Option<FloatTensor<Self>>,
                dlast: Option<FloatTensor<Self>>,
                wanted: [bool; OPERANDS],
            ) -> Gradients<Self> {
                match (&tape, operands[operand::X].dtype()) {
                    (Tape::Kernel(_), DType::F32) => {
                        backward::<Self, f32>(operands, call, tape, dy, dlast, wanted)
                    }
                    (Tape::Kernel(_), DType::F64) => {
                        backward::<Self, f64>(operands, call, tape, dy, dlast, wanted)
                    }
                    _ => primitives::reverse(
                        operands,
                        call,
                        tape,
                        [dy, dlast],
                        wanted,
                        primitives::one_by_one,
                    ),
                }
            }
        }
    };
}
run!(
    #[cfg(feature = "flex")]
    burn::backend::Flex
);
run!(
    #[cfg(feature = "ndarray")]
    burn::backend::NdArray
);

/// The operands of a pass, held for the kernels.
struct Held<B: Host> {
    operands: [B::Held; OPERANDS],
    shapes: [Vec<usize>; OPERANDS],
    sizes: Sizes,
    widths: usize,
}

impl<B: Host> Held<B> {
    fn new(operands: Operands<B>, call: &Call) -> Self {
        let shapes: [Vec<usize>; OPERANDS] = std::array::from_fn(|i| operands[i].shape().to_vec());
        let sizes = call.sizes::<B>(&operands);
        Held {
            widths: shapes[operand::STATE][1],
            operands: operands.map(B::hold),
            shapes,
            sizes,
        }
    }

    fn layer<'h, E: TensorNumber>(&'h self, call: &'h Call) -> Layer<'h, E> {
        let numbers = |i: usize| match call.present[i] {
            true => B::numbers::<E>(&self.operands[i]),
            false => &[],
        };
        let numbers = Numbers {
            x: numbers(operand::X),
            lengths: call.lengths.as_deref(),
            reverse: call.reverse,
            w: numbers(operand::W),
            b: numbers(operand::B),
            u: numbers(operand::U),
            d: numbers(operand::D),
            r: numbers(operand::R),
            vectors: numbers(operand::VECTORS),
            mask: numbers(operand::MASK),
            moves: numbers(operand::MOVES),
            state: numbers(operand::STATE),
            sizes: self.sizes,
        };
        Layer::new(&call.prepared.compiled, numbers)
    }
}

fn forward<B: Host, E: TensorNumber>(
    operands: Operands<B>,
    call: &Call,
    keep: Keep,
) -> Ran<B, Tape<B>> {
    let held = Held::<B>::new(operands, call);
    let known = match keep {
        Keep::Nothing => held.packed::<E>(call),
        Keep::Values | Keep::States => None,
    };
    let fresh = known.is_none();
    let layer = held.layer(call);
    let output = E::forward(Isa::current(), &layer, keep, known);
    if let (Keep::Nothing, true, Some(packing)) = (keep, fresh, output.packing) {
        held.remember(call, packing);
    }
    let Sizes { batch, time, .. } = held.sizes;
    let width = output.y.len() / (batch * time);
    Ran {
        y: B::tensor(output.y, &[batch, time, width]),
        last: B::tensor(output.last, &[batch, held.widths]),
        tape: output.tape.map(|tape| Tape::Kernel(Arc::new(tape))),
    }
}

/// The operands that are packed.
const WEIGHTS: [usize; 5] = [operand::W, operand::B, operand::U, operand::D, operand::R];

impl<B: Host> Held<B> {
    /// The contents of the weights that the pass has; what stands for an absent one is new each time.
    fn contents(&self, call: &Call) -> Option<Vec<Option<B::Content>>> {
        let content = |&i: &usize| match call.present[i] {
            true => B::content(&self.operands[i]).map(Some),
            false => Some(None),
        };
        WEIGHTS.iter().map(content).collect()
    }

    /// The weights as they were packed before, if they are the same.
    fn packed<E: TensorNumber>(&self, call: &Call) -> Option<Arc<Packing<E>>> {
        let packed = call
            .prepared
            .packed
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        let packed = packed.as_ref()?;
        let of: &Vec<Option<B::Content>> = packed.of.downcast_ref()?;
        match *of == self.contents(call)? {
            true => packed.packing.clone().downcast().ok(),
            false => None,
        }
    }

    fn remember<E: TensorNumber>(&self, call: &Call, packing: Arc<Packing<E>>) {
        if let Some(contents) = self.contents(call) {
            let packed = PackedWeights {
                of: Box::new(contents),
                packing,
            };
            let mut last = call
                .prepared
                .packed
                .lock()
                .unwrap_or_else(PoisonError::into_inner);
            *last = Some(packed);
        }
    }
}

fn backward<B: Host, E: TensorNumber>(
    operands: Operands<B>,
    call: &Call,
    tape: Tape<B>,
    dy: Option<FloatTensor<B>>,
    dlast: Option<FloatTensor<B>>,
    wanted: [bool; OPERANDS],
) -> Gradients<B> {
    use operand::{B as BIAS, D, R, STATE, U, VECTORS, W, X};
    let Tape::Kernel(tape) = tape else {
        unreachable!("the tape is a kernel's")
    };
    let tape = tape
        .downcast::<rekindle_kernels::Tape<E>>()
        .expect("the tape has the type of the pass");
    let held = Held::<B>::new(operands, call);
    let [dy, dlast] = [dy, dlast].map(|g| g.map(B::hold));
    let wanted_of = Wanted {
        x: wanted[X],
        weights: [W, BIAS, U, D, R, VECTORS].iter().any(|&i| wanted[i]),
    };
    let given = Given {
        y: dy.as_ref().map(B::numbers::<E>),
        last: dlast.as_ref().map(B::numbers::<E>),
    };
    let gradients = E::backward(Isa::current(), &held.layer(call), &tape, given, wanted_of);
    let mut of: [Vec<E>; OPERANDS] = Default::default();
    of[X] = gradients.x;
    of[W] = gradients.w;
    of[BIAS] = gradients.b;
    of[U] = gradients.u;
    of[D] = gradients.d;
    of[R] = gradients.r;
    of[VECTORS] = gradients.vectors;
    of[STATE] = gradients.state;
    let mut index = 0;
    of.map(|numbers| {
        let i = index;
        index += 1;
        (wanted[i] && call.present[i]).then(|| B::tensor(numbers, &held.shapes[i]))
    })
}
