//! What an executor follows: stages of products and instructions, and where every value lives.

use super::instruction::Op;
use super::place::{Loc, Place};
use crate::program::{Across, Id, Out, Width};
use alloc::vec::Vec;

/// The most operands that one product adds up.
pub const OPERANDS: usize = 32;

/// Which matrix a product is with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// `U`, some blocks of it: one operand, a result a block.
    Hidden,
    /// `R`
    Project,
    /// `U^T`: an operand a block, one result.
    HiddenT,
    /// `R^T`
    ProjectT,
}

/// Matrix products that are one for the micro-kernel.
#[derive(Clone, Debug)]
pub struct Product {
    /// With which matrix.
    pub kind: Kind,
    /// The operands: (block, place). One, or for [`Kind::HiddenT`] one a block.
    pub operands: Vec<(usize, usize)>,
    /// The results: block, or number of a projection, what the sums start from (if not the bias), place.
    pub results: Vec<(usize, Option<usize>, usize)>,
}

/// Products and functions of whole rows, then instructions on tiles, by width.
#[derive(Clone, Debug, Default)]
pub struct Stage {
    /// Matrix products: first of all, and in any order.
    pub products: Vec<Product>,
    /// Functions of whole rows: of which place, to which.
    pub across: Vec<(Across, usize, usize)>,
    /// Then the instructions on rows of `d_hidden` numbers, in their order.
    pub hidden: Vec<Op>,
    /// Those on rows of `d_projection` numbers.
    pub projection: Vec<Op>,
}

impl Stage {
    /// Whether anything here needs whole rows of its operand.
    pub fn needs_rows(&self) -> bool {
        !self.products.is_empty() || !self.across.is_empty()
    }

    /// Adds an instruction on rows of a width.
    pub(super) fn push(&mut self, width: Width, op: Op) {
        match width {
            Width::Hidden => self.hidden.push(op),
            Width::Projection => self.projection.push(op),
        }
    }
}

/// What the executor follows.
#[derive(Clone, Debug, Default)]
pub struct Plan {
    /// The stages, in their order.
    pub stages: Vec<Stage>,
    /// Every place, once; instructions name them by their index.
    pub places: Vec<Place>,
    /// The numbers that [`Loc::Number`] counts.
    pub numbers: Vec<f64>,
    /// How many tiles [`Loc::Register`] counts.
    pub registers: usize,
    /// The widths of what [`Loc::Scratch`] counts.
    pub scratch: Vec<Width>,
    /// The widths of what [`Loc::Saved`] counts.
    pub saved: Vec<Width>,
    /// The widths of what [`Loc::Gradient`] counts.
    pub gradients: Vec<Width>,
    /// Which gradient is which result of the program.
    pub results: Vec<(Out, usize)>,
    /// The recurrent biases that are added to the bias of an input block, because a product starts from
    /// that block: (input block, recurrent block).
    pub folded: Vec<(usize, usize)>,
    /// Leaves that the backward program reads.
    pub kept: Vec<Loc>,
    /// The learned vectors whose gradients are added up from step to step.
    pub totals: Vec<usize>,
    /// The values that later phases read, by their numbers.
    pub handed: Vec<(usize, Place)>,
    /// The values that are shown beside the output, by their numbers.
    pub traced: Vec<(usize, Place)>,
    /// Where the value of each node is in memory, if it is.
    pub(super) home: Vec<Option<usize>>,
    /// Values that are wanted in a second place.
    pub(super) copies: Vec<(Id, usize)>,
    /// Gradients that are zero: (a place that holds zero, the gradient's).
    pub(super) zeros: Vec<(usize, usize)>,
}

impl Plan {
    /// The index of a place, which is new or known.
    pub(super) fn place(&mut self, loc: Loc, width: Width) -> usize {
        let place = Place { loc, width };
        self.places
            .iter()
            .position(|p| p.loc == loc)
            .unwrap_or_else(|| {
                self.places.push(place);
                self.places.len() - 1
            })
    }

    /// Where a node's value is in memory.
    pub(super) fn home(&self, id: Id) -> usize {
        self.home[id].expect("a value that is read from memory has a place there")
    }

    /// Whether units do not meet in it.
    pub fn is_apart(&self) -> bool {
        !self.stages.iter().any(Stage::needs_rows)
    }

    /// Whether anything needs whole rows of a place.
    pub fn reads_rows_of(&self, place: usize) -> bool {
        self.stages.iter().any(|stage| {
            let products = stage.products.iter().flat_map(|p| &p.operands);
            let products = products.map(|operand| operand.1);
            let across = stage.across.iter().map(|a| a.1);
            products.chain(across).any(|of| of == place)
        })
    }

    /// Whether any stage has a matrix product.
    pub fn has_products(&self) -> bool {
        self.stages.iter().any(|stage| !stage.products.is_empty())
    }

    /// The gradient plane of a result of a backward program.
    pub fn gradient(&self, out: Out) -> Option<usize> {
        self.results.iter().find(|r| r.0 == out).map(|r| r.1)
    }
}
