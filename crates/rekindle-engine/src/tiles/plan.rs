//! The plan of a program: stages of matrix products and pointwise instructions, and where every value
//! lives. Everything is decided here, once, so that the executor only follows addresses.

mod chains;
mod fuse;
mod homes;
mod registers;

use crate::passes::stages;
use crate::program::{Across, Id, Node, Out, Program, Unary, Width};
use fuse::Fused;
use homes::Homes;

/// The most operands that one product adds up.
pub(super) const OPERANDS: usize = 32;

/// Where a value lives while a program runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Loc {
    /// A block of the projected input, for the steps of a chunk.
    Input(usize),
    /// The input itself.
    Raw,
    /// A value that one phase hands on to another, for the steps of a chunk.
    Plane(usize),
    /// A state, before the step.
    State(usize),
    /// A state, after the step.
    Next(usize),
    /// A value kept for the backward program.
    Saved(usize),
    /// A learned vector, repeated for every row.
    Vector(usize),
    /// The mask of variational dropout.
    Mask,
    /// A number, repeated over a tile.
    Number(usize),
    /// A value that a later stage reads.
    Scratch(usize),
    /// A value that only this stage reads: it never leaves a tile.
    Register(usize),
    /// The gradient of a learned vector, of the steps that were taken so far.
    Total(usize),
    /// The gradient of a result.
    Adjoint(Out),
    /// The gradient of a state, before the step.
    StateGradient(usize),
    /// The gradient of something that is not a state, for the steps of a chunk.
    Gradient(usize),
}

/// Where a value lives, and how wide it is there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Place {
    pub loc: Loc,
    pub width: Width,
}

/// What a pointwise instruction computes, of its operands `a`, `b` and `c`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Code {
    /// `a`
    Copy,
    /// A function of `a`.
    Unary(Unary),
    /// A derivative, from `a`.
    Slope(Unary),
    /// `a` times the derivative from `b`.
    TimesSlope(Unary),
    /// `a + b`
    Add,
    /// `a - b`
    Sub,
    /// `a b`
    Mul,
    /// `a / b`
    Div,
    /// The larger of `a` and `b`.
    Max,
    /// The smaller of `a` and `b`.
    Min,
    /// `a b + c`
    MulAdd,
    /// `a b - c`
    MulSub,
    /// `c - a b`
    SubMul,
}

impl Code {
    /// How many operands it reads.
    pub(super) fn operands(self) -> usize {
        match self {
            Code::Copy | Code::Unary(_) | Code::Slope(_) => 1,
            Code::MulAdd | Code::MulSub | Code::SubMul => 3,
            _ => 2,
        }
    }

    /// The operand that may be the value of the instruction before it, still in registers.
    pub(super) fn carried(self) -> Option<usize> {
        match self {
            Code::Add | Code::Sub | Code::Mul => Some(0),
            Code::MulAdd | Code::MulSub | Code::SubMul => Some(2),
            _ => None,
        }
    }

    /// Whether its two operands may change places.
    fn commutes(self) -> bool {
        matches!(self, Code::Add | Code::Mul)
    }
}

/// A pointwise instruction: places by their index in [`Plan::places`].
#[derive(Clone, Copy, Debug)]
pub(crate) struct Op {
    pub code: Code,
    pub to: usize,
    pub of: [usize; 3],
    /// How many instructions after it are one chain with it: each goes on with the value of the one before, which
    /// nothing else reads.
    pub links: usize,
}

/// Which matrix a product is with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
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
pub(crate) struct Product {
    pub kind: Kind,
    /// The operands: (block, place). One, or for [`Kind::HiddenT`] one a block.
    pub operands: Vec<(usize, usize)>,
    /// The results: block, what the sums start from (if not the bias), place.
    pub results: Vec<(usize, Option<usize>, usize)>,
}

/// Products and functions of whole rows, then instructions on tiles, by width.
#[derive(Clone, Debug, Default)]
pub(crate) struct Stage {
    pub products: Vec<Product>,
    /// Functions of whole rows: of which place, to which.
    pub across: Vec<(Across, usize, usize)>,
    pub hidden: Vec<Op>,
    pub projection: Vec<Op>,
}

/// What the executor follows.
#[derive(Clone, Debug, Default)]
pub(crate) struct Plan {
    pub stages: Vec<Stage>,
    pub places: Vec<Place>,
    pub numbers: Vec<f64>,
    pub registers: usize,
    pub scratch: Vec<Width>,
    pub saved: Vec<Width>,
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
    home: Vec<Option<usize>>,
    /// Values that are wanted in a second place.
    copies: Vec<(Id, usize)>,
    /// Gradients that are zero: (a place that holds zero, the gradient's).
    zeros: Vec<(usize, usize)>,
}

/// A program and what planning it needs to know.
pub(super) struct Source<'p> {
    pub program: &'p Program,
    /// The nodes that the backward program needs.
    pub saved: &'p [Id],
    /// The forward program and its plan, where this one is backward.
    pub forward: Option<(&'p Program, &'p Plan)>,
    /// The states that wait for a gradient of this one, if it is backward.
    pub states: &'p [usize],
}

impl Source<'_> {
    /// The width of every node. Those of numbers are of no consequence.
    fn widths(&self) -> Vec<Width> {
        let p = self.program;
        let mut widths: Vec<Width> = Vec::with_capacity(p.nodes.len());
        for (id, node) in p.nodes.iter().enumerate() {
            let width = match (*node, self.forward) {
                (Node::Forward(of), Some((forward, _))) => forward.width(of),
                (Node::Adjoint(Out::Next(s)), _) => p.state_width(s),
                (Node::Adjoint(Out::Plane(k)), _) => p.names.plane_widths[k],
                (Node::HiddenT(..), Some((forward, _))) => forward.product_width(),
                (Node::Mask, Some((forward, _))) => forward.product_width(),
                (Node::Mask, None) => p.product_width(),
                (Node::ProjectT(_), _) => Width::Hidden,
                (Node::Slope(_, a) | Node::Unary(_, a) | Node::Across(_, a), _) => widths[a],
                (Node::Binary(_, a, b), _) => match p.is_number(a) {
                    true => widths[b],
                    false => widths[a],
                },
                _ => p.width(id),
            };
            widths.push(width);
        }
        widths
    }
}

impl Stage {
    /// Whether anything here needs whole rows of its operand.
    pub(super) fn needs_rows(&self) -> bool {
        !self.products.is_empty() || !self.across.is_empty()
    }
}

impl Plan {
    pub(super) fn new(source: &Source<'_>) -> Plan {
        let widths = source.widths();
        let mut fused = Fused::new(source, &stages(source.program));
        let mut plan = Plan::default();
        Homes::new(source, &widths, &fused).assign(&mut plan);
        let last = fused.stage.iter().copied().max().unwrap_or(0);
        for stage in 0..=last {
            let mut built = Stage::default();
            plan.products(source, &fused, stage, &mut built);
            let across = fused.across.iter().enumerate();
            built.across = across
                .filter(|&(id, _)| fused.stage[id] == stage)
                .filter_map(|(id, across)| {
                    across.map(|(op, of)| (op, plan.home(of), plan.home(id)))
                })
                .collect();
            plan.instructions(source, &widths, &mut fused, stage, &mut built);
            plan.stages.push(built);
        }
        plan
    }

    /// The index of a place, which is new or known.
    fn place(&mut self, loc: Loc, width: Width) -> usize {
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
    fn home(&self, id: Id) -> usize {
        self.home[id].expect("a value that is read from memory has a place there")
    }

    /// Whether units do not meet in it.
    pub(super) fn is_apart(&self) -> bool {
        !self.stages.iter().any(Stage::needs_rows)
    }

    /// Whether anything needs whole rows of a place.
    pub(super) fn reads_rows_of(&self, place: usize) -> bool {
        self.stages.iter().any(|stage| {
            let products = stage.products.iter().flat_map(|p| &p.operands);
            let products = products.map(|operand| operand.1);
            let across = stage.across.iter().map(|a| a.1);
            products.chain(across).any(|of| of == place)
        })
    }

    /// Whether any stage has a matrix product.
    pub(super) fn has_products(&self) -> bool {
        self.stages.iter().any(|stage| !stage.products.is_empty())
    }

    /// The gradient plane of a result of a backward program.
    pub(crate) fn gradient(&self, out: Out) -> Option<usize> {
        self.results.iter().find(|r| r.0 == out).map(|r| r.1)
    }

    fn products(&self, source: &Source<'_>, fused: &Fused, stage: usize, built: &mut Stage) {
        for (id, product) in fused.products.iter().enumerate() {
            let Some((terms, from)) = product else {
                continue;
            };
            if fused.stage[id] != stage {
                continue;
            }
            let from = from.map(|id| self.home(id));
            let to = self.home(id);
            let term = |&t: &Id| match source.program.nodes[t] {
                Node::Hidden(g, v) => (Kind::Hidden, g, self.home(v)),
                Node::Project(v) => (Kind::Project, 0, self.home(v)),
                Node::HiddenT(g, v) => (Kind::HiddenT, g, self.home(v)),
                Node::ProjectT(v) => (Kind::ProjectT, 0, self.home(v)),
                _ => unreachable!("a term of a product is a product"),
            };
            let (kind, block, operand) = term(&terms[0]);
            let shared = built
                .products
                .iter_mut()
                .find(|p| kind == Kind::Hidden && p.kind == kind && p.operands[0].1 == operand);
            match shared {
                Some(p) => p.results.push((block, from, to)),
                None => built.products.push(Product {
                    kind,
                    operands: terms.iter().map(|t| (term(t).1, term(t).2)).collect(),
                    results: vec![(block, from, to)],
                }),
            }
        }
    }
}
