//! What a matrix cell says of itself, and how that makes it a cell.

use super::heads::Heads;
use burn::tensor::Tensor;

/// A cell with a memory of `S` matrices a head, of which an input makes `P` vectors a head.
pub(crate) trait MatrixCell<const P: usize, const S: usize> {
    /// The name of the output, the first state.
    const OUTPUT: &'static str = "o";

    /// The heads.
    fn heads(&self) -> Heads;

    /// The width of the input.
    fn d_input(&self) -> usize;

    /// The name, rows and columns of each matrix.
    fn memory(&self) -> [(&'static str, usize, usize); S];

    /// What the input makes: `[batch, time, d_input]` to `[batch, time, heads, width]`.
    fn project(&self, x: Tensor<3>) -> [Tensor<4>; P];

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
pub(crate) fn states<C: MatrixCell<P, S>, const P: usize, const S: usize>(
    cell: &C,
) -> Vec<(String, usize)> {
    let Heads { count, d_value, .. } = cell.heads();
    let memory = cell.memory().into_iter();
    let memory = memory.map(|(name, rows, columns)| (name.to_string(), count * rows * columns));
    let output = (C::OUTPUT.to_string(), count * d_value);
    std::iter::once(output).chain(memory).collect()
}

/// Declares a matrix cell: a Burn module with these parameters and its heads, which is a cell by what it
/// says as a [`MatrixCell`] of so many vectors and matrices.
macro_rules! matrix_cell {
    (
        $(#[$meta:meta])*
        $vis:vis struct $Cell:ident: $vectors:literal, $matrices:literal {
            $($(#[$field_meta:meta])* $field:ident: $Type:ty,)*
        }
    ) => {
        $(#[$meta])*
        #[derive(burn::module::Module, Debug)]
        $vis struct $Cell {
            $($(#[$field_meta])* pub $field: $Type,)*
            #[module(skip)]
            heads: $crate::cells::matrix::heads::Heads,
        }

        impl $crate::Cell for $Cell {
            type State = [burn::tensor::Tensor<2>; 1 + $matrices];

            fn d_input(&self) -> usize {
                $crate::cells::matrix::cell::MatrixCell::<$vectors, $matrices>::d_input(self)
            }

            fn d_output(&self) -> usize {
                self.heads.count * self.heads.d_value
            }

            fn states(&self) -> Vec<(String, usize)> {
                $crate::cells::matrix::cell::states::<_, $vectors, $matrices>(self)
            }

            fn reads(&self, state: usize) -> bool {
                state > 0
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
    };
}

pub(crate) use matrix_cell;
