//! A program as shapes and wires.
//!
//! Sums of what is learned (`W x + b + U h + d`, a peephole `p * c`) become one box with the function
//! around them, as a layer is drawn; sums and products of other values become one circle each,
//! however many terms they have.

use rekindle_program::{Binary, Id, Node, Program, Unary};
use std::collections::HashMap;

/// The place of a shape in [`Graph::shapes`].
pub(super) type At = usize;

/// What is drawn at a place.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Shape {
    /// The input, or a state as the previous step left it: a line comes in from the left.
    Source { name: String, line: Line },
    /// A new state: a line leaves to the right.
    Sink { name: String, line: Line },
    /// Where lines become one that holds both, as `[h, x]`.
    Join,
    /// What is learned, with a function around it: its sign, and the name of the value.
    Layer { sign: String, name: String },
    /// A function of a value, unit by unit.
    Function(&'static str),
    /// A product, a sum or the like, unit by unit.
    Circle(String),
    /// A learned vector or a number that is read as it is.
    Constant(String),
}

/// What a line belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Line {
    /// The input.
    Input,
    /// The state of that number.
    State(usize),
    /// Any other value.
    Inner,
}

/// A wire from one shape to another.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Wire {
    pub from: At,
    pub to: At,
    pub line: Line,
    /// What stands at its head where the order matters: `−` before what is subtracted, `÷` before a
    /// divisor.
    pub head: &'static str,
}

/// Shapes and the wires between them.
#[derive(Debug, Default)]
pub(super) struct Graph {
    pub shapes: Vec<Shape>,
    pub wires: Vec<Wire>,
}

impl Graph {
    pub(super) fn of(program: &Program) -> Graph {
        let mut reader = Reader::new(program);
        // States in order, so that the output's line comes first.
        for s in 0..program.states().len() {
            if program.reads(s) {
                reader.source(Node::State(s));
            }
        }
        for (s, &id) in program.next().iter().enumerate() {
            let from = reader.value(id);
            let line = Line::State(s);
            let name = program.states()[s].clone();
            let to = reader.add(Shape::Sink { name, line });
            reader.graph.wires.push(Wire {
                from,
                to,
                line,
                head: "",
            });
        }
        reader.joined()
    }

    /// The line that a shape is the beginning of.
    fn line(&self, at: At) -> Line {
        match self.shapes[at] {
            Shape::Source { line, .. } => line,
            _ => Line::Inner,
        }
    }
}

/// What a layer reads, through a matrix or a vector of its own.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Read {
    /// `W x`
    Input,
    /// `U v` of a value `v`.
    Hidden(Id),
    /// `p * v` of a value `v`, with a learned vector `p`.
    Scaled(Id),
}

/// A sum taken apart: the values that go through something learned, and the others.
#[derive(Debug, Default)]
struct Terms {
    learned: Vec<Read>,
    /// Values with their signs; true is minus.
    plain: Vec<(Id, bool)>,
    /// The numbers among the terms, added up.
    number: f64,
    /// Learned vectors that are added as they are.
    vectors: Vec<String>,
}

struct Reader<'p> {
    program: &'p Program,
    uses: Vec<usize>,
    labels: Vec<Option<String>>,
    values: HashMap<Id, At>,
    sources: HashMap<Node, At>,
    /// What each layer reads through something learned.
    reads: Vec<(At, Vec<At>)>,
    graph: Graph,
}

impl<'p> Reader<'p> {
    fn new(program: &'p Program) -> Self {
        let mut uses = vec![0; program.nodes().len()];
        let operands = program.nodes().iter().flat_map(Node::operands);
        for id in operands.chain(program.next().iter().copied()) {
            uses[id] += 1;
        }
        Reader {
            program,
            uses,
            labels: program.labels(),
            values: HashMap::new(),
            sources: HashMap::new(),
            reads: Vec::new(),
            graph: Graph::default(),
        }
    }

    fn add(&mut self, shape: Shape) -> At {
        self.graph.shapes.push(shape);
        self.graph.shapes.len() - 1
    }

    fn wire(&mut self, from: At, to: At, head: &'static str) {
        let line = self.graph.line(from);
        let wire = Wire {
            from,
            to,
            line,
            head,
        };
        self.graph.wires.push(wire);
    }

    /// The input (`Node::Raw`) or an old state.
    fn source(&mut self, node: Node) -> At {
        if let Some(&at) = self.sources.get(&node) {
            return at;
        }
        let (name, line) = match node {
            Node::State(s) => (self.program.states()[s].clone(), Line::State(s)),
            _ => ("x".to_string(), Line::Input),
        };
        let at = self.add(Shape::Source { name, line });
        self.sources.insert(node, at);
        at
    }

    /// The shape that a value comes from.
    fn value(&mut self, id: Id) -> At {
        if let Some(&at) = self.values.get(&id) {
            return at;
        }
        let at = match self.program.nodes()[id] {
            Node::Unary(op, a) => self.function(id, op, a),
            Node::Binary(Binary::Add | Binary::Sub, ..) | Node::Input(_) | Node::Hidden(..) => {
                let terms = self.terms(id);
                self.sum(id, None, terms)
            }
            Node::Binary(Binary::Mul, ..) => self.product(id),
            Node::Binary(Binary::Div, a, b) => self.pair("÷", "÷", [a, b]),
            Node::Binary(Binary::Max, a, b) => self.pair("max", "", [a, b]),
            Node::Binary(Binary::Min, a, b) => self.pair("min", "", [a, b]),
            Node::Project(v) => {
                let from = self.value(v);
                let at = self.add(Shape::Layer {
                    sign: "R".into(),
                    name: String::new(),
                });
                self.reads.push((at, vec![from]));
                at
            }
            node @ (Node::State(_) | Node::Raw) => self.source(node),
            Node::Vector(v) => self.add(Shape::Constant(self.program.vectors()[v].clone())),
            Node::Constant(bits) => self.add(Shape::Constant(number(f64::from_bits(bits)))),
            // What passes make stands in no cell's equations.
            node => self.add(Shape::Constant(format!("{node:?}"))),
        };
        self.values.insert(id, at);
        at
    }

    fn function(&mut self, id: Id, op: Unary, a: Id) -> At {
        let inner = self.uses[a] == 1 && !self.program.next().contains(&a);
        let terms = match inner {
            true => self.terms(a),
            false => Terms::default(),
        };
        if !terms.learned.is_empty() {
            return self.sum(id, Some(op), terms);
        }
        let from = self.value(a);
        let at = self.add(Shape::Function(sign(op)));
        self.wire(from, at, "");
        at
    }

    /// A function of two values; what is no value of this step stands in the circle.
    fn pair(&mut self, sign: &str, head: &'static str, operands: [Id; 2]) -> At {
        let mut sign = sign.to_string();
        let mut wires = Vec::new();
        for (id, head) in operands.into_iter().zip(["", head]) {
            match self.program.nodes()[id] {
                Node::Constant(bits) => sign += &format!(" {}", number(f64::from_bits(bits))),
                Node::Vector(v) => sign += &format!(" {}", self.program.vectors()[v]),
                _ => wires.push((self.value(id), head)),
            }
        }
        let at = self.add(Shape::Circle(sign));
        for (from, head) in wires {
            self.wire(from, at, head);
        }
        at
    }

    /// Whether a node may be drawn as a part of the one that reads it.
    fn is_part(&self, id: Id) -> bool {
        self.uses[id] == 1 && !self.program.next().contains(&id)
    }

    fn terms(&self, id: Id) -> Terms {
        let mut terms = Terms::default();
        let mut scaled = Vec::new();
        self.collect(id, false, true, &mut terms, &mut scaled);
        // Peepholes are part of a layer; where there is none, they are products as others are.
        let layer = !terms.learned.is_empty();
        for (id, minus, read) in scaled {
            match layer || !matches!(read, Read::Scaled(_)) {
                true => terms.learned.push(read),
                false => terms.plain.push((id, minus)),
            }
        }
        terms
    }

    fn collect(
        &self,
        id: Id,
        minus: bool,
        root: bool,
        terms: &mut Terms,
        scaled: &mut Vec<(Id, bool, Read)>,
    ) {
        let part = root || self.is_part(id);
        match self.program.nodes()[id] {
            Node::Binary(op @ (Binary::Add | Binary::Sub), a, b) if part => {
                self.collect(a, minus, false, terms, scaled);
                self.collect(b, minus != (op == Binary::Sub), false, terms, scaled);
            }
            // A block that others read too is a shape of its own.
            node @ (Node::Input(_) | Node::Hidden(..)) if part => {
                terms.learned.extend(block(node));
            }
            Node::Binary(Binary::Mul, a, b) if part && !root => match self.scaled(a, b) {
                Some(read) => scaled.push((id, minus, read)),
                None => terms.plain.push((id, minus)),
            },
            Node::Constant(bits) => {
                let value = f64::from_bits(bits);
                terms.number += if minus { -value } else { value };
            }
            Node::Vector(v) => terms.vectors.push(self.program.vectors()[v].clone()),
            _ => terms.plain.push((id, minus)),
        }
    }

    /// A learned vector times a value.
    fn scaled(&self, a: Id, b: Id) -> Option<Read> {
        let nodes = self.program.nodes();
        let other = match (&nodes[a], &nodes[b]) {
            (Node::Vector(_), _) => b,
            (_, Node::Vector(_)) => a,
            _ => return None,
        };
        match nodes[other] {
            node @ (Node::Input(_) | Node::Hidden(..)) if self.is_part(other) => block(node),
            Node::Vector(_) | Node::Constant(_) => None,
            _ => Some(Read::Scaled(other)),
        }
    }

    /// A sum with a function around it, or without.
    fn sum(&mut self, id: Id, op: Option<Unary>, terms: Terms) -> At {
        let plain: Vec<(At, bool)> = terms
            .plain
            .iter()
            .map(|&(id, minus)| (self.value(id), minus))
            .collect();
        if terms.learned.is_empty() {
            let at = self.add(Shape::Circle(sum_sign(&terms)));
            for (from, minus) in plain {
                // `1−` says it in the circle.
                let said = terms.plain.len() == 1;
                self.wire(from, at, if minus && !said { "−" } else { "" });
            }
            return at;
        }
        let mut reads: Vec<At> = Vec::new();
        for &read in &terms.learned {
            let at = match read {
                Read::Input => self.source(Node::Raw),
                Read::Hidden(v) | Read::Scaled(v) => self.value(v),
            };
            if !reads.contains(&at) {
                reads.push(at);
            }
        }
        reads.sort_unstable();
        let sign = match op {
            Some(op) => sign(op).to_string(),
            None => {
                let inputs = terms.learned.contains(&Read::Input);
                let hidden = terms.learned.iter().any(|r| matches!(r, Read::Hidden(_)));
                match (inputs, hidden) {
                    (true, true) => "W, U".into(),
                    (false, true) => "U".into(),
                    _ => "W".into(),
                }
            }
        };
        let name = self.labels[id].clone().unwrap_or_default();
        // `s1` is the printer's name for a value that has none.
        let shared = name
            .strip_prefix('s')
            .is_some_and(|n| n.parse::<u32>().is_ok());
        let name = if shared { String::new() } else { name };
        let at = self.add(Shape::Layer { sign, name });
        self.reads.push((at, reads));
        for (from, minus) in plain {
            self.wire(from, at, if minus { "−" } else { "" });
        }
        at
    }

    fn product(&mut self, id: Id) -> At {
        let mut factors = Vec::new();
        self.factors(id, true, &mut factors);
        let mut scale = 1.0;
        let mut label = String::new();
        let mut from = Vec::new();
        for factor in factors {
            match self.program.nodes()[factor] {
                Node::Constant(bits) => scale *= f64::from_bits(bits),
                Node::Vector(v) => label.push_str(&format!(" {}", self.program.vectors()[v])),
                _ => from.push(self.value(factor)),
            }
        }
        if scale != 1.0 || (from.len() == 1 && label.is_empty()) {
            label.insert_str(0, &format!(" {}", number(scale)));
        }
        let at = self.add(Shape::Circle(format!("×{label}")));
        for from in from {
            self.wire(from, at, "");
        }
        at
    }

    fn factors(&self, id: Id, root: bool, factors: &mut Vec<Id>) {
        match self.program.nodes()[id] {
            Node::Binary(Binary::Mul, a, b) if root || self.is_part(id) => {
                self.factors(a, false, factors);
                self.factors(b, false, factors);
            }
            _ => factors.push(id),
        }
    }

    /// Wires what layers read: two or more that several layers read become one line first.
    fn joined(mut self) -> Graph {
        let mut joins: HashMap<Vec<At>, At> = HashMap::new();
        for (layer, reads) in std::mem::take(&mut self.reads).iter() {
            let from = match joins.get(reads) {
                Some(&join) => Some(join),
                None if reads.len() > 1 => {
                    let join = self.add(Shape::Join);
                    for &from in reads {
                        self.wire(from, join, "");
                    }
                    joins.insert(reads.clone(), join);
                    Some(join)
                }
                None => None,
            };
            match from {
                Some(join) => self.wire(join, *layer, ""),
                None => reads.iter().for_each(|&from| self.wire(from, *layer, "")),
            }
        }
        self.graph
    }
}

/// What a block of the input or of a recurrent product reads.
fn block(node: Node) -> Option<Read> {
    match node {
        Node::Input(_) => Some(Read::Input),
        Node::Hidden(_, v) => Some(Read::Hidden(v)),
        _ => None,
    }
}

/// The sign of a sum: `1−` where a value is taken from a number.
fn sum_sign(terms: &Terms) -> String {
    let mut sign = match terms.plain[..] {
        [(_, true)] if terms.number != 0.0 => format!("{}−", number(terms.number)),
        _ if terms.number > 0.0 => format!("+ {}", number(terms.number)),
        _ if terms.number < 0.0 => format!("− {}", number(-terms.number)),
        [(_, true)] => "−".to_string(),
        _ => "+".to_string(),
    };
    for vector in &terms.vectors {
        sign.push_str(&format!(" {vector}"));
    }
    sign
}

fn number(v: f64) -> String {
    crate::figure::digits(v)
}

/// A function's sign in a box.
fn sign(op: Unary) -> &'static str {
    match op {
        Unary::Sigmoid => "σ",
        other => other.name(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rekindle_program::{sigmoid, tanh};

    fn count(graph: &Graph, is: impl Fn(&Shape) -> bool) -> usize {
        graph.shapes.iter().filter(|s| is(s)).count()
    }

    #[test]
    fn an_lstm_is_the_well_known_picture() {
        let program = Program::new(|k| {
            let [h, c] = k.state(["h", "c"]);
            let [i, f, g, o] = k.affine(["i", "f", "g", "o"], h);
            let c = sigmoid(f) * c + sigmoid(i) * tanh(g);
            k.next([sigmoid(o) * tanh(c), c])
        });
        let graph = Graph::of(&program);
        let layers: Vec<(&str, &str)> = graph
            .shapes
            .iter()
            .filter_map(|s| match s {
                Shape::Layer { sign, name } => Some((sign.as_str(), name.as_str())),
                _ => None,
            })
            .collect();
        assert_eq!(layers.len(), 4);
        for layer in [("σ", "i"), ("σ", "f"), ("tanh", "g"), ("σ", "o")] {
            assert!(layers.contains(&layer), "{layer:?} in {layers:?}");
        }
        assert_eq!(count(&graph, |s| *s == Shape::Circle("×".into())), 3);
        assert_eq!(count(&graph, |s| *s == Shape::Circle("+".into())), 1);
        assert_eq!(count(&graph, |s| *s == Shape::Function("tanh")), 1);
        assert_eq!(count(&graph, |s| *s == Shape::Join), 1);
        assert_eq!(count(&graph, |s| matches!(s, Shape::Source { .. })), 3);
        assert_eq!(count(&graph, |s| matches!(s, Shape::Sink { .. })), 2);
        // Two into the join, one into each layer, two into each circle, and the rest one each.
        assert_eq!(graph.wires.len(), 2 + 4 + 8 + 1 + 2);
    }

    #[test]
    fn one_minus_a_gate_is_one_circle_and_a_peephole_none() {
        let program = Program::new(|k| {
            let [h, c] = k.state(["h", "c"]);
            let z = sigmoid(k.affine("z", h) + k.vector("p") * c);
            k.next([(1.0 - z) * h + z * c, c])
        });
        let graph = Graph::of(&program);
        assert_eq!(count(&graph, |s| *s == Shape::Circle("1−".into())), 1);
        assert_eq!(count(&graph, |s| *s == Shape::Circle("×".into())), 2);
        let join = graph.shapes.iter().position(|s| *s == Shape::Join);
        let joined = graph.wires.iter().filter(|w| Some(w.to) == join).count();
        assert_eq!(joined, 3, "h, x and c");
        // `c` stays what it is.
        let sink = graph.shapes.len();
        assert!(
            (0..sink)
                .any(|at| matches!(&graph.shapes[at], Shape::Sink { name, .. } if name == "c"))
        );
    }
}
