//! Cells that are nothing but equations.

use crate::cell::Cell;
use crate::gates::Gates;
use crate::sequence::Sequence;
use crate::state::State;
use burn::module::{Module, ModuleDisplay};
use burn::tensor::Tensor;
use rekindle_engine::Direction;

/// A cell that is nothing but equations and their parameters, its [`Gates`]. It is a [`Cell`] by that.
pub trait Equations: Module + ModuleDisplay + AsRef<Gates> + AsMut<Gates> {
    /// What the cell carries: one tensor a state of the equations.
    type State: State;
}

impl<C: Equations> Cell for C {
    type State = C::State;

    fn d_input(&self) -> usize {
        self.as_ref().d_input()
    }

    fn d_output(&self) -> usize {
        self.as_ref().state_width(0)
    }

    fn states(&self) -> Vec<(String, usize)> {
        let gates = self.as_ref();
        let names = gates.program().states().iter().cloned();
        names
            .enumerate()
            .map(|(s, name)| (name, gates.state_width(s)))
            .collect()
    }

    fn gates(&self) -> Option<&Gates> {
        Some(self.as_ref())
    }

    fn gates_mut(&mut self) -> Option<&mut Gates> {
        Some(self.as_mut())
    }

    fn step(&self, x: Tensor<2>, state: Self::State) -> (Tensor<2>, Self::State) {
        let next = self.as_ref().step(x, state.into_parts());
        (next[0].clone(), State::from_parts(next))
    }

    fn scan(
        &self,
        x: &Sequence,
        state: Self::State,
        direction: Direction,
    ) -> (Tensor<3>, Self::State) {
        let (y, last) = self.as_ref().scan(x, state.into_parts(), direction);
        (y, State::from_parts(last))
    }
}

/// Declares a cell of equations: a Burn module that is nothing but its [`Gates`], with so many
/// states. Without a number it has as many as its equations, which may depend on the configuration.
///
/// ```
/// # use burn::tensor::Device;
/// # use rekindle::engine::{Step, Next, tanh};
/// # use rekindle::{Cell, Gates, GateSizes};
/// rekindle::cell! {
///     /// A cell of one state.
///     pub struct Mine: 1
/// }
/// # fn mine(k: &Step) -> Next { let h = k.state("h"); k.next(tanh(k.affine("h", h))) }
/// let cell = Mine { gates: Gates::new(mine, GateSizes::new(3, 8), &Device::flex()) };
/// # assert_eq!(cell.d_output(), 8);
/// ```
#[macro_export]
macro_rules! cell {
    ($(#[$meta:meta])* $vis:vis struct $Cell:ident: $states:literal) => {
        $crate::cell! { @ $(#[$meta])* $vis $Cell [burn::tensor::Tensor<2>; $states] }
    };
    ($(#[$meta:meta])* $vis:vis struct $Cell:ident) => {
        $crate::cell! { @ $(#[$meta])* $vis $Cell std::vec::Vec<burn::tensor::Tensor<2>> }
    };
    (@ $(#[$meta:meta])* $vis:vis $Cell:ident $State:ty) => {
        $(#[$meta])*
        #[derive(burn::module::Module, Debug)]
        $vis struct $Cell {
            /// Its equations and their parameters.
            pub gates: $crate::Gates,
        }

        impl $crate::Equations for $Cell {
            type State = $State;
        }

        impl AsRef<$crate::Gates> for $Cell {
            fn as_ref(&self) -> &$crate::Gates {
                &self.gates
            }
        }

        impl AsMut<$crate::Gates> for $Cell {
            fn as_mut(&mut self) -> &mut $crate::Gates {
                &mut self.gates
            }
        }
    };
}
