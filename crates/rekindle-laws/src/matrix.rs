//! What is tried where, and why.
//!
//! | | laws | forms of cells | layers | types |
//! |---|---|---|---|---|
//! | [`Role::Reference`], flex | all | all | all | f32, f64 |
//! | [`Role::Twin`], ndarray | [`Reach::Processors`], [`Reach::Every`] | the first of each [`Structure`] | all | f32, f64 |
//! | [`Role::Graphics`], wgpu | [`Reach::Every`] | the first of each [`Structure`] | few | f32 |
//!
//! The golden numbers are those of every cell on every device: they are cheap, and see what a structure hides.

use rekindle::{AnyCellConfig, CellConfig};
use rekindle_engine::passes::{phases, stages};

/// What a device adds to the others.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Role {
    /// Where everything is tried.
    Reference,
    /// Another type of tensors in the same memory. The kernels that run the equations are those of the reference; how they
    /// are handed tensors, and Burn's own operations, are not, and these depend on the structure of a program alone.
    Twin,
    /// Kernels of its own, compiled when they are first needed: in software, a third of what the laws take all together. So few
    /// layers are tried, and one form of each structure: another form has other instructions in the same places, which
    /// [`functions`](crate::functions) and the golden numbers try.
    Graphics,
}

/// The devices that a law is tried on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reach {
    /// The reference alone: what is tried is the same code everywhere.
    Reference,
    /// The devices that are quick at many small shapes.
    Processors,
    /// Every device.
    Every,
}

impl Role {
    /// Whether a law is tried there.
    pub fn is_reached(self, reach: Reach) -> bool {
        match reach {
            Reach::Reference => self == Role::Reference,
            Reach::Processors => self != Role::Graphics,
            Reach::Every => true,
        }
    }

    /// The forms of cells that laws are tried on, with their places in [`AnyCellConfig::forms`].
    pub fn forms(self) -> Vec<(usize, AnyCellConfig)> {
        let forms = AnyCellConfig::forms(4).into_iter().enumerate();
        if self == Role::Reference {
            return forms.collect();
        }
        let mut seen = Vec::new();
        let first = |(_, form): &(usize, AnyCellConfig)| {
            let structure = Structure::of(form);
            let new = !seen.contains(&structure);
            seen.push(structure);
            new
        };
        forms.filter(first).collect()
    }
}

/// What of a form's equations decides which operations run.
#[derive(PartialEq)]
enum Structure {
    /// Every cell that scans by itself has one of its own.
    Own(&'static str),
    Equations(Shape),
}

#[derive(PartialEq)]
struct Shape {
    states: usize,
    stages: usize,
    /// Which parts go step by step, and which are computed for all steps at once.
    loops: Vec<bool>,
    projection: bool,
    raw: bool,
    vectors: bool,
    bias: bool,
}

impl Structure {
    fn of(form: &AnyCellConfig) -> Self {
        let Some(program) = form.program() else {
            return Structure::Own(form.card().name);
        };
        Structure::Equations(Shape {
            // A third one runs no other operations than a second.
            states: program.states().len().min(2),
            stages: stages(&program).into_iter().max().unwrap_or(0).min(2),
            loops: phases(&program).phases.iter().map(|p| p.looped).collect(),
            projection: program.has_projection(),
            raw: program.has_raw(),
            vectors: !program.vectors().is_empty(),
            bias: program.input_biases().contains(&true),
        })
    }
}
