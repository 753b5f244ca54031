//! What a recurrent cell is: one step, its state, and its equations.

use crate::extent::Extent;
use crate::gates::Gates;
use crate::invalid::Invalid;
use crate::sequence::Sequence;
use crate::state::State;
use burn::module::{Module, ModuleDisplay};
use burn::nn::Dropout;
use burn::tensor::{DType, Device, Tensor};
use rekindle_engine::{
    Choice, Direction, Engine, Id, Program, Stream, Traced, choose, drive, unbind,
};
use serde::{Serialize, de::DeserializeOwned};
use std::fmt::Debug;

/// In which other way recurrent weights are stored.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RecurrentWeights {
    /// As a product of two matrices; see [`Gates::of_rank`].
    OfRank(usize),
    /// Diagonal; see [`Gates::independent`].
    Independent,
}

/// A recurrent cell: a function from an input and a state to an output and a new state.
///
/// A cell knows no time axis, direction, padding, depth or dropout; [`Recurrent`](crate::Recurrent)
/// owns those. Implement [`Equations`] instead where the cell can be written as equations, and this
/// trait comes with it.
pub trait Cell: Module + ModuleDisplay {
    /// What the cell carries from step to step.
    type State: State;

    /// The width of the input.
    fn d_input(&self) -> usize;

    /// The width of the output.
    fn d_output(&self) -> usize;

    /// The name and width of each state.
    fn states(&self) -> Vec<(String, usize)>;

    /// The equations, where the cell is written as such.
    fn program(&self) -> Option<&Program> {
        None
    }

    /// Whether a step reads a state. One that it does not read is an output only.
    fn reads(&self, state: usize) -> bool {
        self.program().is_none_or(|program| program.reads(state))
    }

    /// The names of the learned vectors and scalars of the equations, in stored order.
    fn vectors(&self) -> Vec<String> {
        let program = self.program();
        program.map_or_else(Vec::new, |program| program.vectors().to_vec())
    }

    /// Whether the parameters stay as they were drawn, as those of a reservoir do: they are stored, and have
    /// no gradient.
    fn is_fixed(&self) -> bool {
        false
    }

    /// One step: `x` is `[batch, d_input]`; returns the output, `[batch, d_output]`, and the new
    /// state, the first part of which is the output.
    fn step(&self, x: Tensor<2>, state: Self::State) -> (Tensor<2>, Self::State);

    /// The same cell with the operand of its recurrent products multiplied by `mask`,
    /// `[batch, d_output]`: variational dropout of the recurrence.
    ///
    /// # Panics
    ///
    /// A cell that does not implement it panics.
    fn masked(&self, mask: Tensor<2>) -> Self {
        let _ = mask;
        panic!("this cell has no recurrent dropout: implement `Cell::masked` for it")
    }

    /// The same cell with numbers of its recurrent weights dropped, which ones `dropout` decides (DropConnect, Wan et al.
    /// 2013; of recurrences Merity et al. 2017, <https://arxiv.org/abs/1708.02182>).
    ///
    /// # Panics
    ///
    /// A cell that does not implement it panics.
    fn disconnected(&self, dropout: &Dropout) -> Self {
        let _ = dropout;
        panic!("this cell has no dropout of its weights: implement `Cell::disconnected` for it")
    }

    /// The same cell with fresh recurrent weights, stored in another way.
    ///
    /// # Panics
    ///
    /// A cell that does not implement it panics, and so does one whose weights are stored in a way of its own.
    fn with_recurrent_weights(self, form: RecurrentWeights, device: &Device) -> Self {
        let _ = (form, device);
        panic!(
            "the recurrent weights of this cell are its own: implement `Cell::with_recurrent_weights` for it"
        )
    }

    /// The same cell with inputs and memory that scale one another where its equations add them up; see
    /// [`Gates::multiplied`].
    ///
    /// # Panics
    ///
    /// A cell that does not implement it panics.
    fn multiplied(self, device: &Device) -> Self {
        let _ = device;
        panic!("this cell adds nothing up: implement `Cell::multiplied` for it")
    }

    /// The same cell with its equations run in another way. A cell that is no set of equations is run as it
    /// is.
    fn run_by(self, engine: Engine) -> Self {
        let _ = engine;
        self
    }

    /// What runs the equations on tensors of a device and type, and why; `None` for a cell that is no
    /// set of equations.
    fn executor(&self, device: &Device, dtype: DType) -> Option<Choice> {
        let _ = (device, dtype);
        None
    }

    /// A stream of this cell that begins with a state, where that is faster than single steps.
    fn stream(&self, state: Self::State) -> Option<Stream> {
        let _ = state;
        None
    }

    /// A whole sequence with the values of some nodes of the equations at every step, without gradients;
    /// `None` for a cell that is no set of equations.
    fn trace(
        &self,
        x: &Sequence,
        state: Self::State,
        direction: Direction,
        nodes: &[Id],
    ) -> Option<Traced> {
        let _ = (x, state, direction, nodes);
        None
    }

    /// The state before the first step: zeros.
    fn initial(&self, batch: usize, device: &Device) -> Self::State {
        let zeros = |(_, width)| Tensor::zeros([batch, width], device);
        State::from_parts(self.states().into_iter().map(zeros).collect())
    }

    /// A whole sequence, in the given direction. Returns the output, `[batch, time, d_output]`,
    /// zero beyond a row's length, and the state after each row's last real step (before its
    /// first, in reading order, where the direction is reverse).
    fn scan(
        &self,
        x: &Sequence,
        state: Self::State,
        direction: Direction,
    ) -> (Tensor<3>, Self::State) {
        unroll(x, state, direction, |x, state| self.step(x, state))
    }
}

/// Runs a step function over a batch, one step at a time.
pub(crate) fn unroll<S: State>(
    x: &Sequence,
    state: S,
    direction: Direction,
    mut step: impl FnMut(Tensor<2>, S) -> (Tensor<2>, S),
) -> (Tensor<3>, S) {
    let steps = unbind(x.data().clone().swap_dims(0, 1));
    let parts = state.into_parts();
    let (output, last) = drive(&steps, x.lengths(), parts, direction, |x, state| {
        let (y, state) = step(x.clone(), S::from_parts(state));
        (y, state.into_parts())
    });
    (output, S::from_parts(last))
}

/// A cell that is nothing but equations and their parameters.
pub trait Equations: Module + ModuleDisplay {
    /// What the cell carries: one tensor a state of the equations.
    type State: State;

    /// The parameters and the program.
    fn gates(&self) -> &Gates;

    /// The parameters and the program, to be changed.
    fn gates_mut(&mut self) -> &mut Gates;
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

            fn gates(&self) -> &$crate::Gates {
                &self.gates
            }

            fn gates_mut(&mut self) -> &mut $crate::Gates {
                &mut self.gates
            }
        }
    };
}

impl<C: Equations> Cell for C {
    type State = C::State;

    fn d_input(&self) -> usize {
        self.gates().d_input()
    }

    fn d_output(&self) -> usize {
        self.gates().state_width(0)
    }

    fn states(&self) -> Vec<(String, usize)> {
        let gates = self.gates();
        let names = gates.program().states().iter().cloned();
        names
            .enumerate()
            .map(|(s, name)| (name, gates.state_width(s)))
            .collect()
    }

    fn program(&self) -> Option<&Program> {
        Some(self.gates().program())
    }

    fn vectors(&self) -> Vec<String> {
        self.gates().learned().cloned().collect()
    }

    fn is_fixed(&self) -> bool {
        self.gates().is_fixed()
    }

    fn step(&self, x: Tensor<2>, state: Self::State) -> (Tensor<2>, Self::State) {
        let next = self.gates().step(x, state.into_parts());
        (next[0].clone(), State::from_parts(next))
    }

    fn masked(&self, mask: Tensor<2>) -> Self {
        let mut cell = self.clone();
        cell.gates_mut().set_mask(mask);
        cell
    }

    fn disconnected(&self, dropout: &Dropout) -> Self {
        let mut cell = self.clone();
        if let Some(weights) = self.gates().stored_weights() {
            let mask = dropout.forward(weights.detach().ones_like());
            cell.gates_mut().set_weight_mask(mask);
        }
        cell
    }

    fn with_recurrent_weights(mut self, form: RecurrentWeights, device: &Device) -> Self {
        let gates = self.gates().clone();
        *self.gates_mut() = match form {
            RecurrentWeights::OfRank(rank) => gates.of_rank(rank, device),
            RecurrentWeights::Independent => gates.independent(device),
        };
        self
    }

    fn multiplied(mut self, device: &Device) -> Self {
        let gates = self.gates().clone();
        *self.gates_mut() = gates.multiplied(device);
        self
    }

    fn run_by(mut self, engine: Engine) -> Self {
        self.gates_mut().set_engine(engine);
        self
    }

    fn stream(&self, state: Self::State) -> Option<Stream> {
        self.gates().stream(&state.into_parts())
    }

    fn executor(&self, device: &Device, dtype: DType) -> Option<Choice> {
        Some(choose(self.gates().engine(), device, dtype))
    }

    fn trace(
        &self,
        x: &Sequence,
        state: Self::State,
        direction: Direction,
        nodes: &[Id],
    ) -> Option<Traced> {
        let state = state.into_parts();
        Some(self.gates().trace(x, state, direction, nodes))
    }

    fn scan(
        &self,
        x: &Sequence,
        state: Self::State,
        direction: Direction,
    ) -> (Tensor<3>, Self::State) {
        let (y, last) = self.gates().scan(x, state.into_parts(), direction);
        (y, State::from_parts(last))
    }
}

/// The configuration of a cell: plain data, without the width of the input, which the layer below
/// decides.
pub trait CellConfig: Clone + Debug + PartialEq + Serialize + DeserializeOwned {
    /// The cell it makes.
    type Cell: Cell;

    /// The paper's defaults at a hidden width.
    fn new(d_hidden: usize) -> Self;

    /// Checks every number.
    ///
    /// # Errors
    ///
    /// Names the key, its value and what it must be.
    fn validate(&self) -> Result<(), Invalid>;

    /// The width of the cell's output, where the configuration is [valid](CellConfig::validate).
    fn d_output(&self) -> usize;

    /// The equations, as this configuration makes them; `None` for a cell that the engine's
    /// equations cannot say, and that scans by itself.
    fn program(&self) -> Option<Program>;

    /// The equations as a text for people.
    fn equations(&self) -> String {
        self.program().map_or_else(String::new, |p| p.to_string())
    }

    /// How the cell goes through a sequence, in a few words, where it scans by itself.
    fn own_scan(&self) -> Option<&'static str> {
        None
    }

    /// Checks that the cell takes inputs of a width, for cells that do not take every width.
    ///
    /// # Errors
    ///
    /// Names the key that asks for another width.
    fn fits(&self, d_input: usize) -> Result<(), Invalid> {
        let _ = d_input;
        Ok(())
    }

    /// Whether inputs may lack values, which then are NaN.
    fn takes_missing(&self) -> bool {
        false
    }

    /// Whether the recurrent weights are not used as they are stored, but [mapped](crate::Structure) first.
    fn maps_weights(&self) -> bool {
        false
    }

    /// How many numbers the cell takes at least for inputs of a width, where the configuration is
    /// [valid](CellConfig::validate): what a machine's memory is held to before the cell is made. By default that of the
    /// equations; of a cell without, its output alone.
    fn extent(&self, d_input: usize) -> Extent {
        let units = self.d_output();
        match self.program() {
            Some(program) => Extent::of(&program, [d_input, units], self.maps_weights()),
            None => Extent {
                state: units as f64,
                step: units as f64,
                ..Extent::default()
            },
        }
    }

    /// The forms of the cell that its options make, one of each, for tables and tests.
    fn forms(d_hidden: usize) -> Vec<Self> {
        vec![Self::new(d_hidden)]
    }

    /// A cell with fresh parameters.
    ///
    /// # Panics
    ///
    /// If the configuration is [invalid](CellConfig::validate), or does not
    /// [fit](CellConfig::fits) the width.
    fn init(&self, d_input: usize, device: &Device) -> Self::Cell;
}
