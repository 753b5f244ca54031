//! The program: what a cell's equations become, a list of nodes in the order of their evaluation.

/// The place of a node in [`Program::nodes`].
pub type Id = usize;

/// A pointwise function of one value.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Unary {
    /// The logistic function `1 / (1 + exp(-x))`.
    Sigmoid,
    /// The hyperbolic tangent.
    Tanh,
    /// `max(x, 0)`.
    Relu,
    /// `x` where positive, `0.01 x` elsewhere.
    LeakyRelu,
    /// `x` where positive, `exp(x) - 1` elsewhere.
    Elu,
    /// `x Φ(x)`, with the normal distribution function `Φ`.
    Gelu,
    /// `x sigmoid(x)`.
    Silu,
    /// `log(1 + exp(x))`.
    Softplus,
    /// `clamp(x / 6 + 1 / 2, 0, 1)`, as PyTorch defines it.
    HardSigmoid,
    /// `x / (1 + |x|)`.
    Softsign,
}

impl Unary {
    /// Every pointwise function; the only list of them.
    pub const ALL: [Unary; 10] = [
        Unary::Sigmoid,
        Unary::Tanh,
        Unary::Relu,
        Unary::LeakyRelu,
        Unary::Elu,
        Unary::Gelu,
        Unary::Silu,
        Unary::Softplus,
        Unary::HardSigmoid,
        Unary::Softsign,
    ];

    /// The name in equations and in configs.
    pub fn name(self) -> &'static str {
        match self {
            Unary::Sigmoid => "sigmoid",
            Unary::Tanh => "tanh",
            Unary::Relu => "relu",
            Unary::LeakyRelu => "leaky_relu",
            Unary::Elu => "elu",
            Unary::Gelu => "gelu",
            Unary::Silu => "silu",
            Unary::Softplus => "softplus",
            Unary::HardSigmoid => "hard_sigmoid",
            Unary::Softsign => "softsign",
        }
    }

    /// The function of that name, if there is one.
    pub fn from_name(name: &str) -> Option<Unary> {
        Unary::ALL.into_iter().find(|op| op.name() == name)
    }
}

/// A pointwise function of two values.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Binary {
    /// `a + b`
    Add,
    /// `a - b`
    Sub,
    /// `a * b`
    Mul,
    /// `a / b`
    Div,
}

/// One value per unit and row of the batch.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
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
}

impl Node {
    /// The nodes that this one reads.
    pub fn operands(&self) -> impl Iterator<Item = Id> {
        let (a, b) = match *self {
            Node::Unary(_, a) | Node::Hidden(_, a) | Node::Project(a) => (Some(a), None),
            Node::Binary(_, a, b) => (Some(a), Some(b)),
            Node::Input(_) | Node::Raw | Node::State(_) | Node::Vector(_) | Node::Constant(_) => {
                (None, None)
            }
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
            leaf => leaf,
        }
    }
}

/// How many numbers a node has per row.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Width {
    /// `d_hidden`
    Hidden,
    /// `d_projection`
    Projection,
}

/// The equations of a cell: immutable, cheap to share, equal when the equations are.
///
/// Nodes are numbered in the order in which a walk from the new states first needs them, so that
/// two functions that write the same equations give the same program.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Program {
    pub(crate) nodes: Vec<Node>,
    pub(crate) next: Vec<Id>,
    pub(crate) names: Blocks,
}

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
}

impl Program {
    /// Numbers the nodes that the new states need, and drops the others.
    ///
    /// # Panics
    ///
    /// Where the equations make no sense (see [`Program::new`]).
    pub(crate) fn from_nodes(nodes: &[Node], next: &[Id], names: Blocks) -> Program {
        let mut program = Program {
            nodes: Vec::new(),
            next: Vec::new(),
            names,
        };
        let mut place = vec![None; nodes.len()];
        for &root in next {
            program.number(root, nodes, &mut place);
        }
        program.next = next
            .iter()
            .map(|&id| place[id].expect("numbered"))
            .collect();
        program.check();
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

    /// The width of a node.
    pub fn width(&self, id: Id) -> Width {
        match self.nodes[id] {
            Node::Project(_) => Width::Projection,
            Node::State(s) => self.state_width(s),
            Node::Unary(_, a) => self.width(a),
            Node::Binary(_, a, b) if self.is_number(a) => self.width(b),
            Node::Binary(_, a, _) => self.width(a),
            _ => Width::Hidden,
        }
    }

    /// Whether a node is one number, the same for every row and unit.
    pub(crate) fn is_number(&self, id: Id) -> bool {
        match self.nodes[id] {
            Node::Constant(_) => true,
            Node::Unary(_, a) => self.is_number(a),
            Node::Binary(_, a, b) => self.is_number(a) && self.is_number(b),
            _ => false,
        }
    }

    /// The width of a state: a state that is given a projected value has the projection's width.
    pub fn state_width(&self, state: usize) -> Width {
        match self.nodes[self.next[state]] {
            Node::Project(_) => Width::Projection,
            _ => Width::Hidden,
        }
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

    /// How many nodes and new states read each node.
    pub(crate) fn uses(&self) -> Vec<usize> {
        let mut uses = vec![0; self.nodes.len()];
        let operands = self.nodes.iter().flat_map(Node::operands);
        for id in operands.chain(self.next.iter().copied()) {
            uses[id] += 1;
        }
        uses
    }
}
