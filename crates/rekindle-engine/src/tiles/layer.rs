//! One layer in one direction, as numbers in memory.

use crate::program::{Program, Width};

/// What a layer computes from. Matrices are row after row.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Layer<'a, E> {
    /// `[batch, time, d_input]`
    pub x: &'a [E],
    /// The real steps of every row; all of `time` where `None`.
    pub lengths: Option<&'a [usize]>,
    /// Whether each row is read from its end.
    pub reverse: bool,
    /// `W`: `[d_input, G * H]`
    pub w: &'a [E],
    /// `b`: `[G * H]`, or empty
    pub b: &'a [E],
    /// `U`: `[P, K * H]`
    pub u: &'a [E],
    /// `d`: `[K * H]`, or empty
    pub d: &'a [E],
    /// `R`: `[H, P]`, or empty
    pub r: &'a [E],
    /// The learned vectors: `[V, H]`
    pub vectors: &'a [E],
    /// The mask of variational dropout, `[batch, P]`, or empty
    pub mask: &'a [E],
    /// The states side by side: `[batch, widths]`
    pub state: &'a [E],
    pub sizes: Sizes,
}

/// The sizes of a layer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Sizes {
    pub batch: usize,
    pub time: usize,
    pub d_input: usize,
    /// `H`
    pub d_hidden: usize,
    /// `P`: `H` where nothing is projected.
    pub d_projection: usize,
}

impl Sizes {
    pub(crate) fn width(&self, width: Width) -> usize {
        match width {
            Width::Hidden => self.d_hidden,
            Width::Projection => self.d_projection,
        }
    }

    /// The width of every state of a program, and where it begins among the states side by side.
    pub(crate) fn states(&self, program: &Program) -> Vec<(usize, usize)> {
        let mut start = 0;
        let states = 0..program.states().len();
        let widths = states.map(|s| self.width(program.state_width(s)));
        widths
            .map(|w| {
                start += w;
                (start - w, w)
            })
            .collect()
    }
}

/// What the forward keeps for a backward pass.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Keep {
    /// Nothing: inference.
    #[default]
    Nothing,
    /// The values that the backward reads, of every step: policy `speed`.
    Values,
    /// The states now and then, from which the backward computes the values again: policy `memory`.
    States,
}

/// Which gradients are asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Wanted {
    pub x: bool,
    /// Any of `W`, `b`, `U`, `d`, `R` and the vectors.
    pub weights: bool,
}

/// Gradients, in the shapes of what they are of.
#[derive(Clone, Debug, Default)]
pub(crate) struct Gradients<E> {
    pub x: Vec<E>,
    pub w: Vec<E>,
    pub b: Vec<E>,
    pub u: Vec<E>,
    pub d: Vec<E>,
    pub r: Vec<E>,
    pub vectors: Vec<E>,
    pub state: Vec<E>,
}
