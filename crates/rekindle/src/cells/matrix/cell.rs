//! What a matrix cell says of itself, and how that makes it a cell.

use super::heads::Heads;
use crate::projected::Inputs;
use burn::tensor::Tensor;

/// What a matrix cell is but for its recurrence: its sizes, as [`matrix_cell!`](matrix_cell) declares them.
pub(super) trait Sizes<const S: usize> {
    /// The name of the output, the first state.
    const OUTPUT: &'static str;

    /// The heads.
    fn heads(&self) -> Heads;

    /// The name, rows and columns of each matrix.
    fn memory(&self) -> [(&'static str, usize, usize); S];
}

/// A cell with a memory of `S` matrices a head, of which an input makes `P` vectors a head.
pub(super) trait MatrixCell<const P: usize, const S: usize>: Recurrence<P, S> {
    /// What the input makes, `[batch, time, heads, width]`.
    fn project(&self, x: &dyn Inputs) -> [Tensor<4>; P];
}

/// What `P` vectors a head do to a memory of `S` matrices a head.
pub(super) trait Recurrence<const P: usize, const S: usize>: Sizes<S> {
    /// The paper's recurrence, one step of it: what the input made, `[batch, heads, width]`, and the
    /// memory, `[batch, heads, rows, columns]`, to the output, `[batch, heads, d_value]`, and the new memory.
    fn step(&self, at: [Tensor<3>; P], memory: [Tensor<4>; S]) -> (Tensor<3>, [Tensor<4>; S]);

    /// The same over time: what the input made, and the output, are `[batch, time, heads, width]`. Where
    /// `keep`, `[batch, time, 1, 1]`, is 0 and not 1, the memory stays as it was.
    fn scan(
        &self,
        over: [Tensor<4>; P],
        memory: [Tensor<4>; S],
        keep: Option<&Tensor<4>>,
    ) -> (Tensor<4>, [Tensor<4>; S]);
}

/// The names and widths of the states: the output, and the memory.
pub(super) fn states<C: Sizes<S>, const S: usize>(cell: &C) -> Vec<(String, usize)> {
    let Heads { count, d_value, .. } = cell.heads();
    let memory = cell.memory().into_iter();
    let memory = memory.map(|(name, rows, columns)| (name.to_string(), count * rows * columns));
    let output = (C::OUTPUT.to_string(), count * d_value);
    std::iter::once(output).chain(memory).collect()
}

/// Declares a matrix cell: a Burn module with these parameters and its heads, which is a cell by what it
/// says as a [`MatrixCell`] of so many vectors and matrices.
///
/// ```text
/// matrix_cell! {
///     /// The cell of this page, as a Burn module.
///     pub struct MLstm: 6, 3 { q: Linear, .. }
///     projections: q k v i f o;                       the maps of the input, by their fields
///     output: "h";                                    the name of the output; `o`
///     memory: "C" d_key d_value, "n" d_key 1;         names, rows and columns; one matrix, `S`
/// }
/// ```
macro_rules! matrix_cell {
    (@ $cell:ident 1) => {
        1
    };
    (@ $cell:ident $width:ident) => {
        $cell.heads.$width
    };
    (
        $(#[$meta:meta])*
        $vis:vis struct $Cell:ident: $vectors:literal, $matrices:literal { $($fields:tt)* }
        projections: $($projection:ident)*;
    ) => {
        matrix_cell! {
            $(#[$meta])* $vis struct $Cell: $vectors, $matrices { $($fields)* }
            projections: $($projection)*;
            output: "o";
            memory: "S" d_key d_value;
        }
    };
    (
        $(#[$meta:meta])*
        $vis:vis struct $Cell:ident: $vectors:literal, $matrices:literal {
            $($(#[$field_meta:meta])* $field:ident: $Type:ty,)*
        }
        projections: $first:ident $($projection:ident)*;
        output: $output:literal;
        memory: $($name:literal $rows:tt $columns:tt),*;
    ) => {
        $(#[$meta])*
        #[derive(burn::module::Module, Debug)]
        $vis struct $Cell {
            $($(#[$field_meta])* pub $field: $Type,)*
            #[module(skip)]
            heads: $crate::cells::matrix::heads::Heads,
        }

        impl $Cell {
            /// The names of the maps of the input.
            const PROJECTIONS: &'static [&'static str] =
                &[stringify!($first) $(, stringify!($projection))*];
        }

        impl $crate::cells::matrix::cell::Sizes<$matrices> for $Cell {
            const OUTPUT: &'static str = $output;

            fn heads(&self) -> $crate::cells::matrix::heads::Heads {
                self.heads
            }

            fn memory(&self) -> [(&'static str, usize, usize); $matrices] {
                [$(($name, matrix_cell!(@ self $rows), matrix_cell!(@ self $columns))),*]
            }
        }

        impl $crate::Cell for $Cell {
            type State = [burn::tensor::Tensor<2>; 1 + $matrices];

            fn d_input(&self) -> usize {
                self.$first.weight.dims()[0]
            }

            fn d_output(&self) -> usize {
                self.heads.count * self.heads.d_value
            }

            fn states(&self) -> Vec<(String, usize)> {
                $crate::cells::matrix::cell::states::<_, $matrices>(self)
            }

            fn reads(&self, state: usize) -> bool {
                state > 0
            }

            fn projected(&self) -> Option<&dyn $crate::Projected> {
                Some(self)
            }

            fn step(
                &self,
                x: burn::tensor::Tensor<2>,
                state: Self::State,
            ) -> (burn::tensor::Tensor<2>, Self::State) {
                let (y, next) = $crate::cells::matrix::scan::step::<$vectors, $matrices>(
                    self,
                    x,
                    $crate::State::into_parts(state),
                );
                (y, $crate::State::from_parts(next))
            }

            fn scan(
                &self,
                x: &$crate::Sequence,
                state: Self::State,
                direction: rekindle_engine::Direction,
            ) -> (burn::tensor::Tensor<3>, Self::State) {
                let (y, last) = $crate::cells::matrix::scan::scan::<$vectors, $matrices>(
                    self,
                    x,
                    $crate::State::into_parts(state),
                    direction,
                );
                (y, $crate::State::from_parts(last))
            }
        }

        impl $crate::Projected for $Cell {
            fn projections(&self) -> Vec<(&'static str, usize)> {
                vec![
                    (stringify!($first), self.$first.weight.dims()[1])
                    $(, (stringify!($projection), self.$projection.weight.dims()[1]))*
                ]
            }

            fn vectors(&self, inputs: &dyn $crate::Inputs) -> Vec<burn::tensor::Tensor<4>> {
                $crate::cells::matrix::cell::MatrixCell::project(self, inputs).into()
            }

            fn scan_vectors(
                &self,
                vectors: Vec<burn::tensor::Tensor<4>>,
                x: &$crate::Sequence,
                states: Vec<burn::tensor::Tensor<2>>,
            ) -> (burn::tensor::Tensor<3>, Vec<burn::tensor::Tensor<2>>) {
                $crate::cells::matrix::scan::scan_vectors::<$vectors, $matrices>(
                    self, vectors, x, states,
                )
            }
        }
    };
}

pub(super) use matrix_cell;
