//! The values of a program that a reader may want to see, and what they are called.

use crate::program::{Binary, Id, Node, Program, Unary};
use alloc::collections::BTreeSet;
use alloc::string::{String, ToString};
use alloc::vec::Vec;

/// A value of a program, by its name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Named {
    /// Its node in [`Program::nodes`].
    pub id: Id,
    /// What it is called: see [`Program::named`].
    pub name: String,
    /// Its equation, as the program prints it.
    pub equation: String,
    /// What it is.
    pub role: Role,
    /// The pointwise function that it is the value of, if it is one.
    pub function: Option<Unary>,
    /// The block that its equation begins with: what the card of a cell says something of.
    pub block: Option<String>,
}

/// What a named value is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Role {
    /// A state, after the step.
    State,
    /// A gate or a candidate: a function of a block.
    Gate,
    /// Another function, a product, or what several equations share.
    Value,
    /// What a gate, a candidate or a state is a function of.
    Sum,
}

impl Program {
    /// The values that change from step to step and have a name, each once: states, gates and
    /// candidates, other functions and products, and what gates are functions of.
    ///
    /// | | is called |
    /// |---|---|
    /// | a state, after the step | by its name: `h`, `c` |
    /// | a gate, or a value with a line of its own | as the program prints it: `i`, `s1` |
    /// | a candidate whose block has the name of a state | by its block: `c.act` |
    /// | what a gate, a candidate or a state is a function of | `i.pre`, `h.pre` |
    /// | any other function or product | by its expression: `tanh(c')`, `f * c` |
    pub fn named(&self) -> Vec<Named> {
        let labels = self.labels();
        // A sum that its author named is still the sum of the gate that reads it.
        let mut gates = labels.clone();
        for (id, _) in &self.given {
            if !matches!(self.nodes[*id], Node::Unary(..)) {
                gates[*id] = None;
            }
        }
        let expressions = self.expressions();
        let moves = self.reached_from(|n| matches!(n, Node::Input(_) | Node::Raw | Node::State(_)));
        let mut named = Naming {
            program: self,
            labels: &labels,
            gates: &gates,
            expressions: &expressions,
            names: BTreeSet::new(),
            ids: BTreeSet::new(),
            found: Vec::new(),
        };
        for (name, &id) in self.states().iter().zip(&self.next) {
            named.names.insert(name.clone());
            named.ids.insert(id);
            named.found.push(Named {
                id,
                name: name.clone(),
                equation: format!("{name}' = {}", expressions[id]),
                role: Role::State,
                function: function_of(&self.nodes[id]),
                block: None,
            });
        }
        let inner = (0..self.nodes.len()).filter(|&id| moves[id] && !self.nodes[id].is_leaf());
        let inner: Vec<Id> = inner.collect();
        for role in [Role::Gate, Role::Value] {
            let mut called: Vec<(usize, Id, String)> = Vec::new();
            for &id in &inner {
                if let Some((name, _)) = named.call(id).filter(|&(_, r)| r == role) {
                    called.push((named.place(id), id, name));
                }
            }
            // Gates in the order in which their blocks are stored, everything else in that of evaluation.
            called.sort_by_key(|&(place, ..)| place);
            for (_, id, name) in called {
                named.add(id, name, role);
            }
        }
        for (id, of) in named.functions() {
            let leaf = matches!(self.nodes[of], Node::Raw | Node::State(_));
            if moves[of] && !leaf {
                let owner = named.found.iter().find(|n| n.id == id);
                let name = owner.map(|n| n.name.trim_end_matches(".act").to_string());
                if let Some(name) = name {
                    named.add(of, format!("{name}.pre"), Role::Sum);
                }
            }
        }
        named.found
    }
}

fn function_of(node: &Node) -> Option<Unary> {
    match *node {
        Node::Unary(function, _) => Some(function),
        _ => None,
    }
}

struct Naming<'p> {
    program: &'p Program,
    labels: &'p [Option<String>],
    /// The labels, without those of sums.
    gates: &'p [Option<String>],
    expressions: &'p [String],
    names: BTreeSet<String>,
    ids: BTreeSet<Id>,
    found: Vec<Named>,
}

impl Naming<'_> {
    /// The name and the role of a value that is neither a state nor the argument of a gate.
    fn call(&self, id: Id) -> Option<(String, Role)> {
        let p = self.program;
        let expression = || self.expressions[id].clone();
        Some(match (p.nodes[id], &self.labels[id]) {
            (Node::Unary(..), Some(label)) if self.block(id).is_some() => {
                (label.clone(), Role::Gate)
            }
            (_, Some(label)) => (label.clone(), Role::Value),
            (Node::Unary(..), None) => match self.block(id) {
                Some(block) => (format!("{block}.act"), Role::Gate),
                None => (expression(), Role::Value),
            },
            (Node::Binary(Binary::Mul | Binary::Div, a, b), None)
                if !p.is_number(a) && !p.is_number(b) =>
            {
                (expression(), Role::Value)
            }
            (Node::Hidden(..), None) if self.is_multiplied(id) => (expression(), Role::Value),
            _ => return None,
        })
    }

    /// The block whose sum a function is of.
    fn block(&self, id: Id) -> Option<&str> {
        match self.program.nodes[id] {
            Node::Unary(_, a) => self.program.leading_block(a, self.gates),
            _ => None,
        }
    }

    /// Where the block of a gate stands among those of the equations; the same for all that is no gate.
    fn place(&self, id: Id) -> usize {
        let blocks = self.program.inputs().iter().chain(self.program.hiddens());
        self.block(id)
            .and_then(|block| blocks.into_iter().position(|b| b == block))
            .unwrap_or(usize::MAX)
    }

    /// Whether something multiplies a value or divides it.
    fn is_multiplied(&self, id: Id) -> bool {
        self.program.nodes.iter().any(
            |n| matches!(*n, Node::Binary(Binary::Mul | Binary::Div, a, b) if a == id || b == id),
        )
    }

    /// The states and gates that are functions, with what they are functions of.
    fn functions(&self) -> Vec<(Id, Id)> {
        let known = self.found.iter();
        let known = known.filter(|n| matches!(n.role, Role::State | Role::Gate));
        let of = known.filter_map(|n| match self.program.nodes[n.id] {
            Node::Unary(_, a) => Some((n.id, a)),
            _ => None,
        });
        of.collect()
    }

    /// Adds a value, unless it or its name is there already.
    fn add(&mut self, id: Id, name: String, role: Role) {
        if self.ids.contains(&id) || !self.names.insert(name.clone()) {
            return;
        }
        self.ids.insert(id);
        let expression = &self.expressions[id];
        let block = match role {
            Role::Gate => self.block(id),
            Role::Sum => self.program.leading_block(id, self.gates),
            _ => None,
        };
        self.found.push(Named {
            id,
            equation: match name == *expression {
                true => name.clone(),
                false => format!("{name} = {expression}"),
            },
            block: block.map(str::to_string),
            name,
            role,
            function: function_of(&self.program.nodes[id]),
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Step, sigmoid, tanh};

    fn names(program: &Program) -> Vec<String> {
        program.named().into_iter().map(|n| n.name).collect()
    }

    #[test]
    fn an_lstm_shows_what_a_reader_of_its_paper_looks_for() {
        let p = Program::new(|k: &Step| {
            let [h, c] = k.state(["h", "c"]);
            let [i, f, g, o] = k.affine(["i", "f", "g", "o"], h);
            let c = sigmoid(f) * c + sigmoid(i) * tanh(g);
            k.next([sigmoid(o) * tanh(c), c])
        });
        let named = p.named();
        assert_eq!(
            names(&p),
            [
                "h", "c", "i", "f", "g", "o", "f * c", "i * g", "tanh(c')", "i.pre", "f.pre",
                "g.pre", "o.pre"
            ]
        );
        let equation = |name: &str| {
            let one = named.iter().find(|n| n.name == name).expect("it has one");
            one.equation.as_str()
        };
        assert_eq!(equation("c"), "c' = f * c + i * g");
        assert_eq!(equation("f"), "f = sigmoid(W_f x + b_f + U_f h + d_f)");
        assert_eq!(equation("f.pre"), "f.pre = W_f x + b_f + U_f h + d_f");
        assert_eq!(equation("tanh(c')"), "tanh(c')");
    }

    #[test]
    fn a_candidate_may_have_the_name_of_a_state() {
        let p = Program::new(|k: &Step| {
            let c = k.state("c");
            let [f, n] = k.affine(["f", "c"], c);
            let f = sigmoid(f);
            k.next(f * c + (1.0 - f) * tanh(n))
        });
        assert_eq!(
            names(&p)[..6],
            [
                "c",
                "f",
                "c.act",
                "f * c",
                "(1.0 - f) * tanh(W_c x + b_c + U_c c + d_c)",
                "f.pre"
            ]
        );
    }

    #[test]
    fn values_keep_the_names_that_an_author_gave_them() {
        let text = "state h, c\n\
                    input f, i\n\
                    hidden f, i\n\
                    z = sigmoid(W_f x + b_f + U_f h + d_f)\n\
                    kept = z * c\n\
                    before = W_i x + b_i + U_i h + d_i\n\
                    new = tanh(before)\n\
                    c' = kept + (1.0 - z) * new\n\
                    h' = tanh(c')\n";
        let p = Program::parse(text).expect("they make sense");
        assert_eq!(p.to_string(), text);
        let named = p.named();
        let of = |role: Role| {
            let those = named.iter().filter(|n| n.role == role);
            those.map(|n| n.name.as_str()).collect::<Vec<_>>()
        };
        assert_eq!(of(Role::Gate), ["z", "new"]);
        assert_eq!(of(Role::Value), ["kept", "before", "(1.0 - z) * new"]);
        let blocks: Vec<_> = named.iter().filter_map(|n| n.block.as_deref()).collect();
        assert_eq!(blocks, ["f", "i", "f"]);
        assert_eq!(named.last().map(|n| n.name.as_str()), Some("z.pre"));
        // The equations are the same whatever their values are called.
        let other = text.replace("kept", "held").replace("new", "candidate");
        assert_eq!(Program::parse(&other), Ok(p));
    }

    #[test]
    fn passes_keep_names() {
        let text = "state h\n\
                    input f, i\n\
                    hidden i\n\
                    z = sigmoid(W_f x + b_f)\n\
                    new = tanh(W_i x + b_i + U_i h + d_i)\n\
                    h' = new + 0.0 * z + z * (h - new)\n";
        let p = Program::parse(text).expect("they make sense");
        let pages = crate::passes::explain(&p, true);
        let shown: String = pages.into_iter().map(|(_, text)| text).collect();
        assert!(shown.contains("new = tanh("), "{shown}");
        assert!(shown.contains("z = sigmoid("), "{shown}");
        assert!(
            shown.contains("dnew") || shown.contains("new * new"),
            "{shown}"
        );
    }

    #[test]
    fn what_stays_the_same_at_every_step_has_no_trace() {
        let p = Program::new(|k: &Step| {
            let h = k.state("h");
            let [alpha, beta] = k.scalar(["alpha", "beta"]);
            k.next(sigmoid(alpha) * tanh(k.affine("h", h)) + sigmoid(beta) * h)
        });
        assert!(names(&p).iter().all(|n| n != "sigmoid(alpha)"), "{p}");
    }
}
