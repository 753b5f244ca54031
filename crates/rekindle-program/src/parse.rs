//! Equations from text: what [`Program`]'s `Display` prints parses back to the same program.
//!
//! The language is described once, in [`GRAMMAR`].

mod declare;
mod equation;
mod error;
mod expression;
mod lex;
mod scope;
#[cfg(test)]
mod tests;

pub use error::ParseError;

use crate::builder::Step;
use crate::functions::for_each_function;
use crate::program::{FaultAt, Program};
use declare::{Declared, Kind};
use equation::equation;
use error::{Parsed, Place, Text};
use scope::{Scope, all_used};

/// The largest number of operations, of lines and of declared names. More than any cell has, and so few that a
/// walk through operations can call itself, and names can be looked for one by one.
const MOST: usize = 1000;

macro_rules! grammar {
    ($($line:literal => $name:ident $Type:ident,)*) => {
        /// The language of equations, as people read it:
        ///
        /// ```text
        #[doc = page!($($line)*)]
        /// ```
        pub const GRAMMAR: &str = page!($($line)*);
    };
}
macro_rules! page {
    ($($line:literal)*) => {
        concat!(
            include_str!("parse/grammar/expressions.txt"),
            $("  ", $line, "\n",)*
            include_str!("parse/grammar/functions.txt")
        )
    };
}
for_each_function!(grammar);

impl Program {
    /// Reads equations, as [`GRAMMAR`] describes them. A program prints itself in this form.
    ///
    /// ```
    /// # use rekindle_program::Program;
    /// let program = Program::parse("
    ///     state h
    ///     input z, n
    ///     hidden z, n
    ///     z = sigmoid(affine(z, h))
    ///     h' = z * h + (1 - z) * tanh(affine(n, z * h))
    /// ")?;
    /// assert_eq!(program.inputs(), ["z", "n"]);
    /// # Ok::<(), rekindle_program::ParseError>(())
    /// ```
    ///
    /// # Errors
    ///
    /// With line and column, what was expected there, and what was found. No text panics.
    pub fn parse(text: &str) -> Result<Program, ParseError> {
        let text = Text::new(text);
        let lines = lex::lines(&text)?;
        let (declared, equations) = Declared::read(&text, &lines)?;
        if declared.blocks.states.is_empty() {
            let message = "expected a line `state h`, which names what the cell carries";
            return Err(text.error(Place::default(), message));
        }
        let step = Step::default();
        step.declare(declared.blocks.clone());
        let mut scope = Scope::new(&text, &declared, &equations, &step);
        for line in equations {
            equation(&mut scope, line)?;
        }
        let biases = scope.biases.clone();
        let (next, places) = scope.finish()?;
        let biased = |kind: usize, blocks: usize| {
            let has = |block| biases[kind].get(&block).is_none_or(|(has, _)| *has);
            (0..blocks).map(has).collect()
        };
        step.declare_biases(
            biased(0, declared.blocks.inputs.len()),
            biased(1, declared.blocks.hiddens.len()),
        );
        let next = step.next(next);
        let program = step.finish(next).map_err(|fault| {
            let place = match fault.at {
                FaultAt::Node(id) => places.get(&id).copied(),
                FaultAt::Program => None,
            };
            text.error(place.unwrap_or_default(), fault.message)
        })?;
        all_used(&text, &declared, &program)?;
        reads_input(&text, &program)?;
        Ok(program)
    }
}

/// Checks that the equations have an input block, without which a cell has no width.
fn reads_input(text: &Text, program: &Program) -> Parsed<()> {
    match program.inputs().is_empty() {
        false => Ok(()),
        true => {
            let word = Kind::Input.word();
            let message = format!(
                "there is no input block; declare one with a line `{word} i`, and use it: `W_i x + b_i`"
            );
            Err(text.error(Place::default(), message))
        }
    }
}
