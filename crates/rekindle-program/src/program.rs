//! The program: what a cell's equations become, a list of nodes in the order of their evaluation.

pub use crate::functions::{Across, Binary, Subject, Unary};
use alloc::string::String;
use alloc::vec::Vec;

/// The place of a node in [`Program::nodes`].
pub type Id = usize;

/// One value per unit and row of the batch.
///
/// Those from [`Node::Mask`] on stand only in programs that a pass has made, never in a cell's equations.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Node {
    /// `W_g x + b_g`: block `g` of the input projection.
    Input(usize),
    /// The input itself, which then has the width of a state.
    Raw,
    /// A state, as the previous step left it.
    State(usize),
    /// A learned vector, one number per unit.
    Vector(usize),
    /// A number, by its bits, so that nodes can be compared and hashed.
    Constant(u64),
    /// A pointwise function of a node.
    Unary(Unary, Id),
    /// A pointwise function of two nodes.
    Binary(Binary, Id, Id),
    /// `U_g v + d_g`: block `g` of the recurrent product with a node `v`.
    Hidden(usize, Id),
    /// `R v`: the recurrent projection of a node to another width, without bias.
    Project(Id),
    /// A function of a node's whole row.
    Across(Across, Id),
    /// The mask of variational dropout: given for every row and number of a width, the same at every step.
    Mask(Width),
    /// How far a state goes of its way from its old value to its new one, 0 to 1: given for every row, unit and step.
    Moves(usize),
    /// A value that an earlier phase has computed, for all steps.
    Plane(usize),
    /// Backward: the derivative of a function, from its [subject](Unary::subject).
    Slope(Unary, Id),
    /// Backward: a node of the forward program, at the same step.
    Forward(Id),
    /// Backward: the gradient of a result of the forward program.
    Adjoint(Out),
    /// Backward: the gradient of a learned vector, of the steps that were taken so far.
    Total(usize),
    /// Backward: `U_g^T v`.
    HiddenT(usize, Id),
    /// Backward: `R^T v`.
    ProjectT(Id),
}

/// What a value of a program is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Out {
    /// The new value of a state.
    Next(usize),
    /// A value that a later phase reads; backward: the gradient of one that was read.
    Plane(usize),
    /// Backward: the gradient of a state, as the previous step left it.
    State(usize),
    /// Backward: the gradient of an input block.
    Input(usize),
    /// Backward: the gradient of the input itself.
    Raw,
    /// Backward: the gradient of a recurrent block's product, for the gradients of `U` and `d`.
    Hidden(usize),
    /// Backward: the gradient of a projected value, by its number among those of the program, for the gradient of `R`.
    Project(usize),
    /// Backward: the gradient of a learned vector, to be summed over rows and steps.
    Vector(usize),
    /// A value that is shown beside the output, at every step.
    Trace(usize),
}

impl Node {
    /// The nodes that this one reads.
    pub fn operands(&self) -> impl Iterator<Item = Id> {
        let (a, b) = match *self {
            Node::Unary(_, a)
            | Node::Slope(_, a)
            | Node::Hidden(_, a)
            | Node::Project(a)
            | Node::Across(_, a)
            | Node::HiddenT(_, a)
            | Node::ProjectT(a) => (Some(a), None),
            Node::Binary(_, a, b) => (Some(a), Some(b)),
            Node::Input(_)
            | Node::Raw
            | Node::State(_)
            | Node::Vector(_)
            | Node::Constant(_)
            | Node::Mask(_)
            | Node::Moves(_)
            | Node::Plane(_)
            | Node::Forward(_)
            | Node::Adjoint(_)
            | Node::Total(_) => (None, None),
        };
        a.into_iter().chain(b)
    }

    /// The same node with its operands renamed.
    pub(crate) fn renamed(self, id: impl Fn(Id) -> Id) -> Node {
        match self {
            Node::Unary(op, a) => Node::Unary(op, id(a)),
            Node::Binary(op, a, b) => Node::Binary(op, id(a), id(b)),
            Node::Hidden(g, a) => Node::Hidden(g, id(a)),
            Node::Project(a) => Node::Project(id(a)),
            Node::Across(op, a) => Node::Across(op, id(a)),
            Node::Slope(op, a) => Node::Slope(op, id(a)),
            Node::HiddenT(g, a) => Node::HiddenT(g, id(a)),
            Node::ProjectT(a) => Node::ProjectT(id(a)),
            leaf => leaf,
        }
    }

    /// Whether the node ends a stage, because it needs whole rows of its operand: a matrix product or a
    /// function of the whole row.
    pub fn ends_stage(&self) -> bool {
        self.is_product() || matches!(self, Node::Across(..))
    }

    /// Whether it stands only in programs that a pass has made.
    fn is_of_a_pass(&self) -> bool {
        matches!(
            self,
            Node::Mask(_)
                | Node::Moves(_)
                | Node::Plane(_)
                | Node::Slope(..)
                | Node::Forward(_)
                | Node::Adjoint(_)
                | Node::Total(_)
                | Node::HiddenT(..)
                | Node::ProjectT(_)
        )
    }

    /// Whether the node is a matrix product.
    pub fn is_product(&self) -> bool {
        matches!(
            self,
            Node::Hidden(..) | Node::Project(_) | Node::HiddenT(..) | Node::ProjectT(_)
        )
    }

    /// Whether the node reads no other.
    pub fn is_leaf(&self) -> bool {
        self.operands().next().is_none()
    }
}

/// How many numbers a node has per row.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Width {
    /// `d_hidden`
    Hidden,
    /// `d_projection`
    Projection,
}

/// The equations of a cell: immutable, cheap to share, equal when the equations are.
///
/// Nodes are numbered in the order in which a walk from the new states first needs them, so that
/// two functions that write the same equations give the same program. What an author calls the values
/// between ([`Program::labels`]) is kept, and makes no difference.
#[derive(Clone, Debug, Default)]
pub struct Program {
    pub(crate) nodes: Vec<Node>,
    pub(crate) next: Vec<Id>,
    /// What else a program that a pass has made is for.
    pub(crate) outs: Vec<(Out, Id)>,
    pub(crate) names: Blocks,
    /// What the equations call nodes, where their author named them.
    pub(crate) given: Given,
}

/// Nodes with the names that an author gave them, in the order in which they were given.
pub(crate) type Given = Vec<(Id, String)>;

impl PartialEq for Program {
    fn eq(&self, other: &Program) -> bool {
        self.nodes == other.nodes
            && self.next == other.next
            && self.outs == other.outs
            && self.names == other.names
    }
}

impl Eq for Program {}

/// The name of the input itself.
pub(crate) const RAW: &str = "x";

/// The names of a program's blocks, in the order in which their parameters are stored.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Blocks {
    pub states: Vec<String>,
    pub inputs: Vec<String>,
    pub hiddens: Vec<String>,
    pub vectors: Vec<String>,
    /// Whether each of `inputs` has a bias.
    pub input_biases: Vec<bool>,
    /// Whether each of `hiddens` has a bias.
    pub hidden_biases: Vec<bool>,
    /// Whether each of `vectors` is one number for all units.
    pub scalars: Vec<bool>,
    /// Of a phase: the names of the values that phases hand on to one another.
    pub planes: Vec<String>,
    /// Of a phase: the widths of these.
    pub plane_widths: Vec<Width>,
    /// Of a phase, which need not compute all states: their widths.
    pub state_widths: Vec<Width>,
    /// Of a backward program: the names of the forward program's nodes.
    pub forward: Vec<String>,
}

/// Why nodes are no program.
#[derive(Debug)]
pub(crate) struct Fault {
    pub at: FaultAt,
    pub message: String,
}

/// What a [`Fault`] lies at.
#[derive(Debug)]
pub(crate) enum FaultAt {
    /// The program as a whole.
    Program,
    /// One of its nodes.
    Node(Id),
}

impl Program {
    /// Numbers the nodes that the new states need, and drops the others.
    ///
    /// # Errors
    ///
    /// Where the equations make no sense; a fault lies at one of the nodes as they were given.
    pub(crate) fn from_nodes(
        nodes: &[Node],
        next: &[Id],
        names: Blocks,
        given: &Given,
    ) -> Result<Program, Fault> {
        let next = next.iter().enumerate();
        let results: Vec<(Out, Id)> = next.map(|(s, &id)| (Out::Next(s), id)).collect();
        let (mut program, place) = Program::placed(nodes, &results, names);
        program.given = moved(given, |id| place[id]);
        let given = |at| match at {
            FaultAt::Node(id) => {
                let given = place.iter().position(|&new| new == Some(id));
                FaultAt::Node(given.expect("numbered"))
            }
            FaultAt::Program => FaultAt::Program,
        };
        program.check().map_err(|Fault { at, message }| Fault {
            at: given(at),
            message,
        })?;
        Ok(program)
    }

    /// Numbers the nodes that the results need, and drops the others.
    pub(crate) fn numbered(nodes: &[Node], results: &[(Out, Id)], names: Blocks) -> Program {
        Program::placed(nodes, results, names).0
    }

    /// Whether it is what equations give, and not what a [pass](crate::passes) has made of them for an executor.
    pub fn is_of_equations(&self) -> bool {
        !self.nodes.iter().any(Node::is_of_a_pass) && self.outs.is_empty()
    }

    /// Whether this is one phase of several.
    pub(crate) fn is_phase(&self) -> bool {
        !self.names.state_widths.is_empty()
    }

    /// The same, with the place that each node was given.
    fn placed(nodes: &[Node], results: &[(Out, Id)], names: Blocks) -> (Program, Vec<Option<Id>>) {
        let mut program = Program {
            names,
            ..Program::default()
        };
        let mut place = vec![None; nodes.len()];
        for &(out, root) in results {
            program.number(root, nodes, &mut place);
            let id = place[root].expect("numbered");
            match out {
                // A phase need not compute all new states: those that it does are results like others.
                Out::Next(_) if !program.is_phase() => program.next.push(id),
                out => program.outs.push((out, id)),
            }
        }
        (program, place)
    }

    /// What some results need, `nodes` being this program's, some of them replaced.
    pub(crate) fn part(&self, nodes: &[Node], results: &[(Out, Id)], names: Blocks) -> Program {
        let (mut program, place) = Program::placed(nodes, results, names);
        program.given = moved(&self.given, |id| place[id]);
        program
    }

    /// The same program with other nodes, `place` telling where each node went.
    pub(crate) fn rewritten(&self, nodes: &[Node], place: impl Fn(Id) -> Id) -> Program {
        let results: Vec<(Out, Id)> = self.results().map(|(o, id)| (o, place(id))).collect();
        let (mut program, new) = Program::placed(nodes, &results, self.names.clone());
        program.given = moved(&self.given, |id| new[place(id)]);
        program
    }

    fn number(&mut self, id: Id, nodes: &[Node], place: &mut [Option<Id>]) {
        if place[id].is_some() {
            return;
        }
        for operand in nodes[id].operands() {
            self.number(operand, nodes, place);
        }
        self.nodes
            .push(nodes[id].renamed(|old| place[old].expect("operands come first")));
        place[id] = Some(self.nodes.len() - 1);
    }

    /// The nodes; each reads only earlier ones.
    pub fn nodes(&self) -> &[Node] {
        &self.nodes
    }

    /// The node of each new state; the first is also the cell's output.
    pub fn next(&self) -> &[Id] {
        &self.next
    }

    /// The names of the states, the first of which is the output.
    pub fn states(&self) -> &[String] {
        &self.names.states
    }

    /// The names of the blocks of the input projection, in stored order.
    pub fn inputs(&self) -> &[String] {
        &self.names.inputs
    }

    /// The names of the blocks of the recurrent product, in stored order.
    pub fn hiddens(&self) -> &[String] {
        &self.names.hiddens
    }

    /// Whether each block of the input projection has a bias.
    pub fn input_biases(&self) -> &[bool] {
        &self.names.input_biases
    }

    /// Whether each block of the recurrent product has a bias.
    pub fn hidden_biases(&self) -> &[bool] {
        &self.names.hidden_biases
    }

    /// The names of the learned vectors.
    pub fn vectors(&self) -> &[String] {
        &self.names.vectors
    }

    /// Whether each of the learned vectors is one number for all units.
    pub fn scalars(&self) -> &[bool] {
        &self.names.scalars
    }

    /// Whether the equations read the input itself.
    pub fn has_raw(&self) -> bool {
        self.nodes.contains(&Node::Raw)
    }

    /// Whether it reads how far states [move](Node::Moves).
    pub fn has_moves(&self) -> bool {
        self.nodes.iter().any(|n| matches!(n, Node::Moves(_)))
    }

    /// The same equations with the input itself mapped by a last input block, `x`, without a bias:
    /// what they are for inputs that have not the width of a state.
    pub fn with_mapped_raw(&self) -> Program {
        let mut mapped = self.clone();
        mapped.names.inputs.push(RAW.into());
        mapped.names.input_biases.push(false);
        let block = Node::Input(mapped.names.inputs.len() - 1);
        for node in mapped.nodes.iter_mut().filter(|node| **node == Node::Raw) {
            *node = block;
        }
        mapped
    }

    /// Whether a step reads what it left in a state; if not, the state is output only.
    pub fn reads(&self, state: usize) -> bool {
        self.nodes.contains(&Node::State(state))
    }

    /// Whether the equations contain a recurrent projection.
    pub fn has_projection(&self) -> bool {
        self.nodes.iter().any(|n| matches!(n, Node::Project(_)))
    }

    /// How many projections stand before a node: the number of one that is a projection.
    pub(crate) fn projection(&self, id: Id) -> usize {
        let before = self.nodes[..id].iter();
        before.filter(|n| matches!(n, Node::Project(_))).count()
    }

    /// The width of a node.
    pub fn width(&self, id: Id) -> Width {
        match self.nodes[id] {
            Node::Project(_) => Width::Projection,
            Node::Mask(width) => width,
            Node::State(s) | Node::Moves(s) => self.state_width(s),
            Node::Plane(k) => self.names.plane_widths[k],
            Node::Unary(_, a) | Node::Across(_, a) => self.width(a),
            Node::Binary(_, a, b) if self.is_number(a) => self.width(b),
            Node::Binary(_, a, _) => self.width(a),
            _ => Width::Hidden,
        }
    }

    /// Whether a node is one number, the same for every row and unit: made of numbers alone.
    pub(crate) fn is_number(&self, id: Id) -> bool {
        let mut seen = vec![false; id + 1];
        let mut open = vec![id];
        while let Some(id) = open.pop() {
            if core::mem::replace(&mut seen[id], true) {
                continue;
            }
            match self.nodes[id] {
                Node::Constant(_) => {}
                Node::Unary(..) | Node::Binary(..) => open.extend(self.nodes[id].operands()),
                _ => return false,
            }
        }
        true
    }

    /// The width of a state: one whose new value is a projection, or computed from one unit by unit, has the projection's width.
    pub fn state_width(&self, state: usize) -> Width {
        if let Some(&width) = self.names.state_widths.get(state) {
            return width;
        }
        if !self.has_projection() {
            return Width::Hidden;
        }
        let mut seen = vec![false; self.nodes.len()];
        let mut open = vec![self.next[state]];
        while let Some(id) = open.pop() {
            if core::mem::replace(&mut seen[id], true) {
                continue;
            }
            match self.nodes[id] {
                Node::Project(_) => return Width::Projection,
                Node::Unary(..) | Node::Binary(..) | Node::Across(..) => {
                    open.extend(self.nodes[id].operands());
                }
                _ => {}
            }
        }
        Width::Hidden
    }

    /// The width of what the recurrent products take.
    pub fn product_width(&self) -> Width {
        self.nodes
            .iter()
            .find_map(|n| match *n {
                Node::Hidden(_, v) => Some(self.width(v)),
                _ => None,
            })
            .unwrap_or(Width::Hidden)
    }

    /// The width of the mask, where a pass has added one.
    pub fn mask_width(&self) -> Option<Width> {
        self.nodes.iter().find_map(|n| match *n {
            Node::Mask(width) => Some(width),
            _ => None,
        })
    }

    /// What the program is for: its new states, and what a pass has added.
    pub fn results(&self) -> impl Iterator<Item = (Out, Id)> + '_ {
        let next = self.next.iter().enumerate();
        next.map(|(s, &id)| (Out::Next(s), id))
            .chain(self.outs.iter().copied())
    }

    /// Whether a node is the new value of a state.
    pub(crate) fn is_next(&self, id: Id) -> bool {
        self.results()
            .any(|(out, of)| matches!(out, Out::Next(_)) && of == id)
    }

    /// How many nodes and results read each node.
    pub(crate) fn uses(&self) -> Vec<usize> {
        let mut uses = vec![0; self.nodes.len()];
        let operands = self.nodes.iter().flat_map(Node::operands);
        for id in operands.chain(self.results().map(|(_, id)| id)) {
            uses[id] += 1;
        }
        uses
    }

    /// Whether each node depends on a node that is chosen, or is one.
    pub(crate) fn reached_from(&self, chosen: impl Fn(&Node) -> bool) -> Vec<bool> {
        let mut reached: Vec<bool> = Vec::with_capacity(self.nodes.len());
        for node in &self.nodes {
            reached.push(chosen(node) || node.operands().any(|o| reached[o]));
        }
        reached
    }
}

/// Names at the places that their nodes went to; those of nodes that are no more are dropped.
fn moved(given: &Given, place: impl Fn(Id) -> Option<Id>) -> Given {
    let new = |(id, name): &(Id, String)| Some((place(*id)?, name.clone()));
    given.iter().filter_map(new).collect()
}
