//! What a recurrent cell is: its state, one step, and how it goes through a sequence; and what its configuration is.

use crate::extent::Extent;
use crate::gates::Gates;
use crate::init::Init;
use crate::invalid::Invalid;
use crate::projected::Projected;
use crate::sequence::Sequence;
use crate::state::State;
use burn::module::{Module, ModuleDisplay};
use burn::tensor::{Device, Tensor};
use rekindle_engine::{Direction, Program, drive, unbind};
use serde::{Serialize, de::DeserializeOwned};
use std::fmt::Debug;

/// A recurrent cell: a function from an input and a state to an output and a new state.
///
/// A cell knows no time axis, direction, padding, depth or dropout; [`Recurrent`](crate::Recurrent)
/// owns those. Declare it by [`cell!`](crate::cell) where it can be written as equations, and it has this trait.
pub trait Cell: Module + ModuleDisplay {
    /// What the cell carries from step to step.
    type State: State;

    /// The width of the input.
    fn d_input(&self) -> usize;

    /// The width of the output.
    fn d_output(&self) -> usize;

    /// The name and width of each state.
    fn states(&self) -> Vec<(String, usize)>;

    /// The equations and their parameters, where the cell is nothing else: what can be done to equations, masks, other
    /// recurrent weights, another executor, a stream, a trace, is done to them. `None` where the cell steps and scans by
    /// itself.
    fn gates(&self) -> Option<&Gates> {
        None
    }

    /// The same, to be changed.
    fn gates_mut(&mut self) -> Option<&mut Gates> {
        None
    }

    /// The projections by which alone the input enters, and the recurrence behind them; `None` where the input enters otherwise.
    fn projected(&self) -> Option<&dyn Projected> {
        None
    }

    /// Whether a step reads a state. One that it does not read is an output only.
    fn reads(&self, state: usize) -> bool {
        self.gates()
            .is_none_or(|gates| gates.program().reads(state))
    }

    /// The points in each dimension of the pictures that the cell reads and gives, `[channels * points]` with the channels first; none
    /// of a cell that knows no space.
    fn space(&self) -> &[usize] {
        &[]
    }

    /// The state before the first step: zeros.
    fn initial(&self, batch: usize, device: &Device) -> Self::State {
        let zeros = |(_, width)| Tensor::zeros([batch, width], device);
        State::from_parts(self.states().into_iter().map(zeros).collect())
    }

    /// One step: `x` is `[batch, d_input]`; returns the output, `[batch, d_output]`, and the new
    /// state, the first part of which is the output.
    fn step(&self, x: Tensor<2>, state: Self::State) -> (Tensor<2>, Self::State);

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

    /// The names of the [projections](Projected) by which alone the input enters, where it enters so.
    fn projections(&self) -> &'static [&'static str] {
        &[]
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

    /// The same, whose parameters are drawn by a scheme, where the cell has a choice of it.
    fn drawn(self, init: Init) -> Self {
        let _ = init;
        self
    }

    /// A cell with fresh parameters.
    ///
    /// # Panics
    ///
    /// If the configuration is [invalid](CellConfig::validate), or does not
    /// [fit](CellConfig::fits) the width.
    fn init(&self, d_input: usize, device: &Device) -> Self::Cell;
}
