//! How much memory a cell takes at least, found out before it is made.

use rekindle_engine::Program;
use std::ops::Add;

/// How many numbers a cell or a stack of layers takes at least. They are so many that whole ones might not hold them.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Extent {
    /// The weights, but for those of recurrent products.
    pub weights: f64,
    /// The weights of recurrent products, where they are stored as they are used.
    pub recurrent: f64,
    /// What a row carries from step to step.
    pub state: f64,
    /// What a step of a row leaves behind in training: the mapped input and the output.
    pub step: f64,
}

impl Extent {
    /// That of equations of so many units, for inputs of a width.
    pub(crate) fn of(program: &Program, [d_input, units]: [usize; 2], mapped: bool) -> Extent {
        let [d_input, units] = [d_input, units].map(|n| n as f64);
        let count = |names: &[String]| names.len() as f64;
        let inputs = count(program.inputs());
        Extent {
            weights: inputs * d_input * units,
            recurrent: match mapped {
                // They may be stored as next to nothing.
                true => 0.0,
                false => count(program.hiddens()) * units * units,
            },
            state: count(program.states()) * units,
            step: (inputs + 1.0) * units,
        }
    }

    /// That of so many of the same.
    pub(crate) fn times(self, count: usize) -> Extent {
        let times = |n: f64| n * count as f64;
        Extent {
            weights: times(self.weights),
            recurrent: times(self.recurrent),
            state: times(self.state),
            step: times(self.step),
        }
    }
}

impl Add for Extent {
    type Output = Extent;

    fn add(self, other: Extent) -> Extent {
        Extent {
            weights: self.weights + other.weights,
            recurrent: self.recurrent + other.recurrent,
            state: self.state + other.state,
            step: self.step + other.step,
        }
    }
}
