//! A program as text: one equation a line, as a paper prints them, in a form that parses back.

use crate::program::{Binary, Id, Node, Out, Program, RAW, Unary};
use alloc::collections::BTreeSet;
use alloc::string::{String, ToString};
use alloc::vec::Vec;
use core::fmt;

/// How tightly the surrounding text binds: decides where parentheses are needed.
#[derive(Clone, Copy, PartialEq, PartialOrd)]
enum Binds {
    Sum,
    Product,
    Factor,
}

struct Printer<'p> {
    program: &'p Program,
    /// The name of each node that has a line of its own.
    named: Vec<Option<String>>,
}

impl Program {
    /// The name of each node that gets a line of its own when the program is printed: values by the names that
    /// their equations gave them, gates by the block they are made of, shared values by `s1`, `s2`, ... `None` for
    /// the others.
    pub fn labels(&self) -> Vec<Option<String>> {
        let uses = self.uses();
        let mut taken: BTreeSet<String> =
            [self.states(), self.inputs(), self.hiddens(), self.vectors()]
                .concat()
                .into_iter()
                .collect();
        // A gate takes its block's name unless a state, a vector or the input has it.
        let mut free: BTreeSet<String> = self
            .inputs()
            .iter()
            .chain(self.hiddens())
            .cloned()
            .collect();
        free.remove(RAW);
        free.retain(|name| !self.states().contains(name) && !self.vectors().contains(name));
        let mut labels: Vec<Option<String>> = vec![None; self.nodes.len()];
        for (id, name) in &self.given {
            let line = self.next.contains(id) || self.lines().any(|o| o.1 == *id);
            if !line && !self.is_leaf(*id) && labels[*id].is_none() {
                free.remove(name);
                taken.insert(name.clone());
                labels[*id] = Some(name.clone());
            }
        }
        let mut shared = 0;
        for id in 0..self.nodes.len() {
            if labels[id].is_some() {
                continue;
            }
            let gate = matches!(self.nodes[id], Node::Unary(..))
                .then(|| self.leading_block(id, &labels))
                .flatten()
                .filter(|name| free.contains(*name))
                .map(str::to_string);
            if self.next.contains(&id) {
                continue;
            }
            let line = self.lines().find(|o| o.1 == id);
            if let Some((out, _)) = line.filter(|_| !self.is_leaf(id)) {
                labels[id] = Some(self.out_name(out));
                continue;
            }
            if let Some(name) = gate {
                free.remove(&name);
                labels[id] = Some(name);
            } else if uses[id] > 1 && !self.is_leaf(id) {
                let name = loop {
                    shared += 1;
                    let name = format!("s{shared}");
                    if taken.insert(name.clone()) {
                        break name;
                    }
                };
                labels[id] = Some(name);
            }
        }
        labels
    }

    /// What has a line of its own because of what it is for. A value that is handed on needs none if it is there
    /// anyway.
    fn lines(&self) -> impl Iterator<Item = (Out, Id)> + '_ {
        let there = move |out: Out, id: Id| {
            matches!(out, Out::Plane(_))
                && self.names.forward.is_empty()
                && (self.is_leaf(id) || self.is_next(id))
        };
        self.outs
            .iter()
            .copied()
            .filter(move |&(out, id)| !there(out, id))
    }

    fn is_leaf(&self, id: Id) -> bool {
        self.nodes[id].operands().next().is_none()
    }

    /// The first block that the text of a node starts with, unless another line stands before it.
    pub(crate) fn leading_block(&self, id: Id, labels: &[Option<String>]) -> Option<&str> {
        match self.nodes[id] {
            _ if labels[id].is_some() || self.next.contains(&id) => None,
            Node::Input(g) => Some(&self.inputs()[g]),
            Node::Hidden(g, _) => Some(&self.hiddens()[g]),
            Node::Unary(_, a) | Node::Project(a) | Node::Across(_, a) => {
                self.leading_block(a, labels)
            }
            Node::Binary(_, a, b) => self
                .leading_block(a, labels)
                .or_else(|| self.leading_block(b, labels)),
            _ => None,
        }
    }

    /// The right-hand side of each node's equation.
    pub(crate) fn expressions(&self) -> Vec<String> {
        let printer = Printer {
            program: self,
            named: self.labels(),
        };
        let nodes = 0..self.nodes.len();
        nodes.map(|id| printer.expression(id, Binds::Sum)).collect()
    }

    /// What each node is called where it is referred to: its name, or its expression.
    pub(crate) fn texts(&self) -> Vec<String> {
        let printer = Printer {
            program: self,
            named: self.labels(),
        };
        (0..self.nodes.len())
            .map(|id| printer.refer(id, Binds::Factor))
            .collect()
    }

    /// The name of what a program that a pass has made is for.
    fn out_name(&self, out: Out) -> String {
        match out {
            Out::Next(s) => format!("{}'", self.states()[s]),
            Out::Plane(k) => match self.names.forward.is_empty() {
                true => self.names.planes[k].clone(),
                false => format!("d{}", self.handed_name(k)),
            },
            Out::State(s) => format!("d{}", self.states()[s]),
            Out::Input(g) => format!("dx_{}", self.inputs()[g]),
            Out::Raw => format!("d{RAW}"),
            Out::Hidden(g) => format!("dU_{}", self.hiddens()[g]),
            Out::Project(_) => "dR".to_string(),
            Out::Vector(v) => format!("d{}", self.vectors()[v]),
            Out::Trace(k) => format!("trace_{k}"),
        }
    }

    /// The name of what a phase hands on, where it must not be taken for a new state that the next step reads.
    fn handed_name(&self, plane: usize) -> String {
        let name = &self.names.planes[plane];
        match name.ends_with('\'') {
            true => format!("{name}.later"),
            false => name.clone(),
        }
    }

    /// The name of a result of the forward program.
    fn adjoint_name(&self, of: Out) -> String {
        match of {
            Out::Next(s) => format!("{}'", self.states()[s]),
            Out::Plane(k) => self.handed_name(k),
            other => unreachable!("{other:?} is no result of a forward program"),
        }
    }
}

impl Printer<'_> {
    fn refer(&self, id: Id, binds: Binds) -> String {
        match self.program.next.iter().position(|&n| n == id) {
            // A new state that is merely the old one has no primed name to refer to.
            Some(s) if !self.program.is_leaf(id) => format!("{}'", self.program.states()[s]),
            _ => match &self.named[id] {
                Some(name) => name.clone(),
                None => self.expression(id, binds),
            },
        }
    }

    fn expression(&self, id: Id, binds: Binds) -> String {
        let p = self.program;
        let (text, own) = match p.nodes[id] {
            Node::Input(g) if p.is_phase() => (format!("x_{}", p.inputs()[g]), Binds::Factor),
            Node::Input(g) => {
                let name = &p.inputs()[g];
                match p.input_biases()[g] {
                    true => (format!("W_{name} x + b_{name}"), Binds::Sum),
                    false => (format!("W_{name} x"), Binds::Product),
                }
            }
            Node::Raw => (RAW.into(), Binds::Factor),
            Node::Hidden(g, v) => {
                let name = &p.hiddens()[g];
                let v = self.refer(v, Binds::Factor);
                match p.hidden_biases()[g] {
                    true => (format!("U_{name} {v} + d_{name}"), Binds::Sum),
                    false => (format!("U_{name} {v}"), Binds::Product),
                }
            }
            Node::Project(v) => (
                format!("R {}", self.refer(v, Binds::Factor)),
                Binds::Product,
            ),
            Node::Across(op, v) => (
                format!("{}({})", op.name(), self.refer(v, Binds::Sum)),
                Binds::Factor,
            ),
            Node::State(s) => (p.states()[s].clone(), Binds::Factor),
            Node::Vector(v) => (p.vectors()[v].clone(), Binds::Factor),
            Node::Constant(bits) => (format!("{:?}", f64::from_bits(bits)), Binds::Factor),
            Node::Unary(op, a) => (
                format!("{}({})", op.name(), self.refer(a, Binds::Sum)),
                Binds::Factor,
            ),
            Node::Mask(_) => ("mask".to_string(), Binds::Factor),
            Node::Moves(s) => (format!("moves_{}", p.states()[s]), Binds::Factor),
            Node::Plane(k) => (p.names.planes[k].clone(), Binds::Factor),
            Node::Forward(id) => (p.names.forward[id].clone(), Binds::Factor),
            Node::Total(v) => (format!("d{}.so_far", p.vectors()[v]), Binds::Factor),
            Node::Adjoint(of) => (format!("d{}", p.adjoint_name(of)), Binds::Factor),
            Node::HiddenT(g, v) => {
                let v = self.refer(v, Binds::Factor);
                (format!("U_{}^T {v}", p.hiddens()[g]), Binds::Product)
            }
            Node::ProjectT(v) => {
                let v = self.refer(v, Binds::Factor);
                (format!("R^T {v}"), Binds::Product)
            }
            Node::Slope(op, a) => {
                let v = self.refer(a, Binds::Factor);
                let text = match op {
                    Unary::Sigmoid => format!("{v} * (1 - {v})"),
                    Unary::Tanh => format!("(1 - {v} * {v})"),
                    _ => format!("{}'({})", op.name(), self.refer(a, Binds::Sum)),
                };
                (text, Binds::Factor)
            }
            Node::Binary(op, a, b) => self.binary(op, a, b),
        };
        if own < binds {
            format!("({text})")
        } else {
            text
        }
    }

    fn binary(&self, op: Binary, a: Id, b: Id) -> (String, Binds) {
        let (own, right) = match op {
            Binary::Max | Binary::Min => {
                let [a, b] = [a, b].map(|id| self.refer(id, Binds::Sum));
                return (format!("{}({a}, {b})", op.name()), Binds::Factor);
            }
            Binary::Add => (Binds::Sum, Binds::Sum),
            Binary::Sub => (Binds::Sum, Binds::Product),
            Binary::Mul | Binary::Div => (Binds::Product, Binds::Factor),
        };
        // `a + b + c` reads as `(a + b) + c`; a sum on the right keeps its parentheses, save for
        // the two terms of an affine block, which the parser takes as one.
        let right = match (op, self.named[b].is_some(), &self.program.nodes[b]) {
            (Binary::Add, false, Node::Binary(Binary::Add | Binary::Sub, ..)) => Binds::Product,
            _ => right,
        };
        let (a, b) = (self.refer(a, own), self.refer(b, right));
        (format!("{a} {} {b}", op.name()), own)
    }
}

impl fmt::Display for Program {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (kind, names) in [
            ("state", self.states()),
            ("input", self.inputs()),
            ("hidden", self.hiddens()),
        ] {
            if !names.is_empty() && !self.next.is_empty() {
                writeln!(f, "{kind} {}", names.join(", "))?;
            }
        }
        // Vectors and scalars are stored in one order, so each run of a kind is a line.
        let declared = if self.next.is_empty() {
            &[]
        } else {
            self.scalars()
        };
        let mut rest = self.vectors();
        for run in declared.chunk_by(PartialEq::eq) {
            let (names, after) = rest.split_at(run.len());
            let kind = if run[0] { "scalar" } else { "vector" };
            writeln!(f, "{kind} {}", names.join(", "))?;
            rest = after;
        }
        let printer = Printer {
            program: self,
            named: self.labels(),
        };
        for id in 0..self.nodes.len() {
            let states: Vec<_> = (0..self.next.len())
                .filter(|&s| self.next[s] == id)
                .collect();
            let outs: String = self
                .lines()
                .filter(|o| o.1 == id)
                .map(|(out, _)| format!("{} = ", self.out_name(out)))
                .collect();
            if !outs.is_empty() {
                writeln!(f, "{outs}{}", printer.expression(id, Binds::Sum))?;
                continue;
            }
            match (&printer.named[id], states.first()) {
                (_, Some(&s)) => writeln!(
                    f,
                    "{}' = {}",
                    self.states()[s],
                    printer.expression(id, Binds::Sum)
                )?,
                (Some(name), None) => {
                    writeln!(f, "{name} = {}", printer.expression(id, Binds::Sum))?;
                }
                (None, None) => {}
            }
            for &s in states.iter().skip(1) {
                writeln!(
                    f,
                    "{}' = {}",
                    self.states()[s],
                    printer.refer(id, Binds::Sum)
                )?;
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use crate::{Program, sigmoid, tanh};
    use alloc::string::ToString;

    #[test]
    fn a_gru_reads_as_in_the_paper() {
        let p = Program::new(|k| {
            let h = k.state("h");
            let [r, z] = k.affine(["r", "z"], h).map(sigmoid);
            let n = tanh(k.input("n") + r * k.hidden("n", h));
            k.next((1.0 - z) * n + z * h)
        });
        assert_eq!(
            p.to_string(),
            "state h\n\
             input r, z, n\n\
             hidden r, z, n\n\
             z = sigmoid(W_z x + b_z + U_z h + d_z)\n\
             r = sigmoid(W_r x + b_r + U_r h + d_r)\n\
             n = tanh(W_n x + b_n + r * (U_n h + d_n))\n\
             h' = (1.0 - z) * n + z * h\n"
        );
    }

    #[test]
    fn what_has_no_bias_shows_none() {
        let p = Program::new(|k| {
            let h = k.state("h");
            let [alpha, beta] = k.scalar(["alpha", "beta"]);
            let u = k.vector("u");
            let a = tanh(k.plain_input("a") + k.plain_hidden("a", u * h));
            k.next(alpha * a + beta * k.raw())
        });
        assert_eq!(
            p.to_string(),
            "state h\n\
             input a\n\
             hidden a\n\
             scalar alpha, beta\n\
             vector u\n\
             a = tanh(W_a x + U_a (u * h))\n\
             h' = alpha * a + beta * x\n"
        );
        assert_eq!(Program::parse(&p.to_string()), Ok(p.clone()));
        let mapped = p.with_mapped_raw();
        let text = mapped.to_string();
        assert!(text.contains("input a, x\n"), "{text}");
        assert!(
            text.ends_with("h' = alpha * a + beta * (W_x x)\n"),
            "{text}"
        );
        assert_eq!(Program::parse(&text), Ok(mapped));
    }

    #[test]
    fn a_sum_on_the_right_keeps_its_parentheses() {
        let p = Program::new(|k| {
            let h = k.state("h");
            let [a, b] = k.affine(["a", "b"], h).map(tanh);
            k.next(a - (b + (h - 2.0)))
        });
        assert!(p.to_string().ends_with("h' = a - (b + (h - 2.0))\n"), "{p}");
    }
}
