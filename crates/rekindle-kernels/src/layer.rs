//! One layer in one direction, as numbers in memory.

use crate::lengths::check_lengths;
use alloc::vec::Vec;
use rekindle_program::plan::Compiled;
use rekindle_program::{Program, Width};

/// What a layer computes from, as it is given. Matrices are row after row.
#[derive(Clone, Copy, Debug)]
pub struct Numbers<'a, E> {
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
    /// How far the states, side by side, move at each step, `[batch, time, widths]`, or empty
    pub moves: &'a [E],
    /// The states side by side: `[batch, widths]`
    pub state: &'a [E],
    /// What the shapes above are made of.
    pub sizes: Sizes,
}

/// A program with numbers that have the sizes they claim. Kernels go by the sizes and take nothing else, so this is what
/// keeps them within memory that is theirs.
#[derive(Clone, Copy, Debug)]
pub struct Layer<'a, E> {
    compiled: &'a Compiled,
    numbers: Numbers<'a, E>,
}

impl<'a, E> core::ops::Deref for Layer<'a, E> {
    type Target = Numbers<'a, E>;
    fn deref(&self) -> &Numbers<'a, E> {
        &self.numbers
    }
}

impl<'a, E> Layer<'a, E> {
    /// The layer of a program.
    ///
    /// # Panics
    ///
    /// Where a size is 0, there are more or fewer numbers than the sizes say, or a length is not from 1 to `time`.
    pub fn new(compiled: &'a Compiled, numbers: Numbers<'a, E>) -> Self {
        let layer = Layer::of_sequence(compiled, numbers);
        let Sizes {
            batch,
            time,
            d_input,
            ..
        } = layer.sizes;
        count("x", layer.x, &[batch, time, d_input]);
        let program = compiled.program();
        match program.has_moves() {
            true => {
                let states = layer.sizes.states(program);
                let widths = states.iter().map(|s| s.1).sum();
                count("the moves", layer.moves, &[batch, time, widths]);
            }
            false => count("the moves", layer.moves, &[0]),
        }
        layer
    }

    /// The program, planned.
    pub(crate) fn compiled(&self) -> &'a Compiled {
        self.compiled
    }

    /// The layer of a stream, whose frames come later: it has no `x`.
    ///
    /// # Panics
    ///
    /// As [`Layer::new`], and where there are several steps.
    pub(crate) fn without_frames(compiled: &'a Compiled, numbers: Numbers<'a, E>) -> Self {
        let layer = Layer::of_sequence(compiled, numbers);
        assert!(
            layer.sizes.time == 1 && layer.x.is_empty(),
            "a stream takes frames"
        );
        layer
    }

    /// What a stream computes a step from, `[batch, d_input]`: its weights are packed already.
    ///
    /// # Panics
    ///
    /// Where there are more or fewer numbers than the sizes say.
    pub(crate) fn of_frame(compiled: &'a Compiled, sizes: Sizes, frame: &'a [E]) -> Self {
        count("a frame", frame, &[sizes.batch, sizes.d_input]);
        Layer::without_weights(compiled, sizes, frame, &[])
    }

    /// What a stream goes on from, `[batch, width]`.
    ///
    /// # Panics
    ///
    /// Where there are more or fewer numbers than the sizes say.
    pub(crate) fn of_state(
        compiled: &'a Compiled,
        sizes: Sizes,
        state: &'a [E],
        width: usize,
    ) -> Self {
        count("the states", state, &[sizes.batch, width]);
        Layer::without_weights(compiled, sizes, &[], state)
    }

    fn without_weights(compiled: &'a Compiled, sizes: Sizes, x: &'a [E], state: &'a [E]) -> Self {
        Layer {
            compiled,
            numbers: Numbers {
                x,
                lengths: None,
                reverse: false,
                w: &[],
                b: &[],
                u: &[],
                d: &[],
                r: &[],
                vectors: &[],
                mask: &[],
                moves: &[],
                state,
                sizes,
            },
        }
    }

    /// Checks everything but `x`.
    fn of_sequence(compiled: &'a Compiled, numbers: Numbers<'a, E>) -> Self {
        let program = compiled.program();
        let sizes = numbers.sizes;
        let Sizes {
            batch,
            time,
            d_input,
            d_hidden: h,
            d_projection: p,
        } = sizes;
        assert!(
            [batch, time, d_input, h, p].iter().all(|&size| size > 0),
            "every size of a layer is 1 or more: {sizes:?}"
        );
        assert!(
            !program.has_raw() || d_input == h,
            "an input that is read as it is has the width of a state: {sizes:?}"
        );
        if let Some(lengths) = numbers.lengths {
            check_lengths(lengths, batch, time).unwrap_or_else(|e| panic!("{e}"));
        }
        let (g, k) = (program.inputs().len(), program.hiddens().len());
        let product = sizes.width(program.product_width());
        count("W", numbers.w, &[d_input, g, h]);
        count_or_none("b", numbers.b, &[g, h]);
        count("U", numbers.u, &[product, k, h]);
        count_or_none("d", numbers.d, &[k, h]);
        match program.has_projection() {
            true => count("R", numbers.r, &[h, p]),
            false => count("R", numbers.r, &[0]),
        }
        count(
            "the vectors",
            numbers.vectors,
            &[program.vectors().len(), h],
        );
        match program.mask_width() {
            Some(width) => count("the mask", numbers.mask, &[batch, sizes.width(width)]),
            None => count_or_none("the mask", numbers.mask, &[batch, product]),
        }
        let widths = sizes.states(program).iter().map(|s| s.1).sum();
        count("the states", numbers.state, &[batch, widths]);
        Layer { compiled, numbers }
    }
}

/// Asserts that there are as many numbers as a shape has.
pub(crate) fn count<E>(what: &str, numbers: &[E], shape: &[usize]) {
    let wanted = shape
        .iter()
        .try_fold(1_usize, |n, &size| n.checked_mul(size));
    assert!(
        Some(numbers.len()) == wanted,
        "{what} has {} numbers, but its shape is {shape:?}",
        numbers.len()
    );
}

/// The same, or that there are none.
fn count_or_none<E>(what: &str, numbers: &[E], shape: &[usize]) {
    if !numbers.is_empty() {
        count(what, numbers, shape);
    }
}

/// The sizes of a layer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Sizes {
    /// The rows.
    pub batch: usize,
    /// The steps of the longest row.
    pub time: usize,
    /// The width of the input.
    pub d_input: usize,
    /// `H`
    pub d_hidden: usize,
    /// `P`: `H` where nothing is projected.
    pub d_projection: usize,
}

impl Sizes {
    /// How many numbers a width is.
    pub fn width(&self, width: Width) -> usize {
        match width {
            Width::Hidden => self.d_hidden,
            Width::Projection => self.d_projection,
        }
    }

    /// The width of every state of a program, and where it begins among the states side by side.
    pub fn states(&self, program: &Program) -> Vec<(usize, usize)> {
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
pub enum Keep {
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
pub struct Wanted {
    /// That of `x`.
    pub x: bool,
    /// Any of `W`, `b`, `U`, `d`, `R` and the vectors.
    pub weights: bool,
}

/// The gradients that a backward pass begins with; zero where `None`.
#[derive(Clone, Copy, Debug)]
pub struct Given<'a, E> {
    /// Of the output with what is shown beside it: `[batch, time, width]`.
    pub y: Option<&'a [E]>,
    /// Of the final states side by side: `[batch, widths]`.
    pub last: Option<&'a [E]>,
}

/// Gradients, in the shapes of what they are of.
#[derive(Clone, Debug, Default)]
pub struct Gradients<E> {
    /// Of `x`, or empty.
    pub x: Vec<E>,
    /// Of `W`, or empty; so below.
    pub w: Vec<E>,
    /// Of `b`.
    pub b: Vec<E>,
    /// Of `U`.
    pub u: Vec<E>,
    /// Of `d`.
    pub d: Vec<E>,
    /// Of `R`.
    pub r: Vec<E>,
    /// Of the learned vectors.
    pub vectors: Vec<E>,
    /// Of the initial states, side by side.
    pub state: Vec<E>,
}
