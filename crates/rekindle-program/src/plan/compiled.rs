//! A program, ready for the kernels: in phases, differentiated and planned, once for all sizes.

use super::place::Loc;
use super::precision::Precision;
use super::source::Source;
use super::stages::Plan;
use crate::passes::{
    Carried, Phase, Phases, arrange, differentiate, fold, gather, phases, recompute, saved, total,
};
use crate::program::{Id, Node, Program, Width};
use alloc::vec::Vec;

/// A plan for each phase.
pub type Plans = Vec<Plan>;

/// What executors need to know of a program, derived and planned once. Nobody else makes one or changes it: kernels go by what
/// stands here.
#[derive(Debug)]
pub struct Compiled {
    program: Program,
    phases: Vec<Phase>,
    states: Vec<Carried>,
    handed: Vec<[usize; 2]>,
    apart: bool,
    inference: Plans,
    training: Option<Training>,
    precision: Precision,
}

/// The plans of a pass that is followed by a backward one, and those of the backward one.
#[derive(Debug)]
struct Training {
    forward: Plans,
    backward: Plans,
}

impl Compiled {
    /// Derives and plans everything.
    pub fn new(program: &Program) -> Compiled {
        let mut compiled = Compiled::for_inference(program);
        compiled.training = Some(Training::new(&compiled.phases, &compiled.states));
        compiled
    }

    /// Plans inference alone: what streams run. It takes less code, time and memory.
    pub fn for_inference(program: &Program) -> Compiled {
        let program = gather(&fold(program));
        let Phases {
            phases,
            states,
            handed,
        } = phases(&program);
        let mut phases = phases;
        for phase in &mut phases {
            phase.program = arrange(&phase.program);
        }
        let inference = phases.iter().map(|p| plan(&p.program, &[], None, &[]));
        Compiled {
            apart: phases.iter().all(|p| !p.looped || p.is_apart()),
            inference: inference.collect(),
            training: None,
            precision: Precision::default(),
            program,
            phases,
            states,
            handed,
        }
    }

    /// The same with products of another precision.
    pub fn with_precision(mut self, precision: Precision) -> Compiled {
        self.precision = precision;
        self
    }

    /// How exact the products are.
    pub fn precision(&self) -> Precision {
        self.precision
    }

    /// The whole program.
    pub fn program(&self) -> &Program {
        &self.program
    }

    /// Its phases, in the order in which they run.
    pub fn phases(&self) -> &[Phase] {
        &self.phases
    }

    /// Where the values of each state are made and used.
    pub fn states(&self) -> &[Carried] {
        &self.states
    }

    /// Every value that one phase hands on: from which phase to which.
    pub fn handed(&self) -> &[[usize; 2]] {
        &self.handed
    }

    /// The width of a value that one phase hands on.
    pub fn handed_width(&self, value: usize) -> Width {
        let [from, _] = self.handed[value];
        self.phases[from].program.names.plane_widths[value]
    }

    /// Whether units do not meet in any loop over time: no matrix product and no function of a whole row is left
    /// there.
    pub fn is_apart(&self) -> bool {
        self.apart
    }

    /// Plans that keep nothing for a backward pass.
    pub fn inference(&self) -> &Plans {
        &self.inference
    }

    /// Plans that keep what the backward pass reads.
    ///
    /// # Panics
    ///
    /// If inference alone was planned.
    pub fn forward(&self) -> &Plans {
        &self.training().forward
    }

    /// Plans of the derived programs.
    ///
    /// # Panics
    ///
    /// If inference alone was planned.
    pub fn backward(&self) -> &Plans {
        &self.training().backward
    }

    fn training(&self) -> &Training {
        let training = self.training.as_ref();
        training.expect("a program that is compiled for inference alone has no gradient")
    }

    /// Into how many shares the columns of a product are cut, for so many members.
    pub fn shares(&self, members: usize) -> usize {
        match self.apart {
            true => 1,
            false => members,
        }
    }

    /// Whether any phase reads the input itself.
    pub fn has_raw(&self) -> bool {
        self.phases
            .iter()
            .any(|p| p.program.nodes.contains(&Node::Raw))
    }

    /// Where the values are that phases hand on: of each the phase, and the place as that knows it.
    pub fn homes(&self, plans: &Plans) -> Vec<(usize, Loc)> {
        let home = |(k, &[from, _]): (usize, &[usize; 2])| {
            let place = plans[from].handed.iter().find(|h| h.0 == k);
            let loc = place.expect("a phase has what it hands on").1.loc;
            (from, loc)
        };
        self.handed.iter().enumerate().map(home).collect()
    }
}

impl Training {
    fn new(phases: &[Phase], states: &[Carried]) -> Training {
        let backs = phases.iter().map(|phase| {
            let back = recompute(&differentiate(&phase.program), &phase.program);
            arrange(&if phase.looped { total(&back) } else { back })
        });
        let backs: Vec<Program> = backs.collect();
        let forward = phases.iter().zip(&backs);
        let forward =
            forward.map(|(p, back)| plan(&p.program, &saved(&p.program, back), None, &[]));
        let forward: Plans = forward.collect();
        let backward = phases.iter().zip(&backs).zip(&forward).enumerate();
        let backward = backward.map(|(phase, ((p, back), there))| {
            // A state that nothing reads is its loop's all the same.
            let here = |s: &usize| match states[*s].looped {
                true => states[*s].computed == phase,
                false => states[*s].read == Some(phase),
            };
            let states: Vec<usize> = (0..states.len()).filter(here).collect();
            plan(back, &[], Some((&p.program, there)), &states)
        });
        Training {
            backward: backward.collect(),
            forward,
        }
    }
}

/// The plan of a phase's program, or with the program and the plan that it was derived from, that of its derived one.
fn plan(
    program: &Program,
    saved: &[Id],
    forward: Option<(&Program, &Plan)>,
    states: &[usize],
) -> Plan {
    Plan::new(&Source {
        program,
        saved,
        forward,
        states,
    })
}
