//! What every program must satisfy, checked once, when it is made.

use crate::program::{At, Fault, Id, Node, Program, RAW, Width};

impl Program {
    /// # Errors
    ///
    /// With the names of the offending blocks, where the equations make no sense.
    pub(crate) fn check(&self) -> Result<(), Fault> {
        let whole = |message: String| {
            let at = At::Program;
            Err(Fault { at, message })
        };
        if self.states().is_empty() {
            return whole("a cell needs at least one state".into());
        }
        if self.next.len() != self.states().len() {
            return whole(format!(
                "{} states ({}) but {} new values",
                self.states().len(),
                self.states().join(", "),
                self.next.len()
            ));
        }
        let named = [self.states(), self.inputs(), self.hiddens(), self.vectors()];
        if self.has_raw() && named.concat().iter().any(|name| name == RAW) {
            return whole(format!(
                "something is called {RAW:?}, which is the name of the input itself"
            ));
        }
        for (s, &id) in self.next.iter().enumerate() {
            if self.width(id) != self.state_width(s) {
                let name = &self.states()[s];
                let message = format!(
                    "`{name}'` is made of a projected value; only `{name}' = R ...` itself gives a state that width"
                );
                return Err(at(id, message));
            }
        }
        for id in 0..self.nodes.len() {
            self.operands_fit(id).map_err(|message| at(id, message))?;
        }
        Ok(())
    }

    /// Checks the widths of what a node reads.
    fn operands_fit(&self, id: Id) -> Result<(), String> {
        let fits = |fit: bool, otherwise: &str| match fit {
            true => Ok(()),
            false => Err(otherwise.to_string()),
        };
        let per_unit = |what: &str, v: Id| {
            let message = format!("{what} takes a number, not a value per unit");
            fits(!self.is_number(v), &message)
        };
        match self.nodes[id] {
            Node::Hidden(g, v) => {
                per_unit("a product", v)?;
                let message = format!(
                    "`U_{}` takes a value of another width than the other recurrent products",
                    self.hiddens()[g]
                );
                fits(self.width(v) == self.product_width(), &message)
            }
            Node::Project(v) => {
                per_unit("a product", v)?;
                let projected = self.width(v) == Width::Projection;
                fits(!projected, "a projected value is projected again")
            }
            Node::Across(op, v) => per_unit(&format!("`{}`", op.name()), v),
            Node::Binary(op, a, b) => {
                let number = self.is_number(a) || self.is_number(b);
                let message = format!(
                    "`{}` combines a projected value with one that is not",
                    op.name()
                );
                fits(number || self.width(a) == self.width(b), &message)
            }
            _ => Ok(()),
        }
    }
}

fn at(id: Id, message: String) -> Fault {
    Fault {
        at: At::Node(id),
        message,
    }
}
