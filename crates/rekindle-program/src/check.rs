//! What every program must satisfy, checked once, when it is made.

use crate::program::{Binary, Fault, FaultAt, Id, Node, Program, RAW, Width};
use alloc::string::{String, ToString};
use alloc::vec::Vec;

impl Program {
    /// # Errors
    ///
    /// With the names of the offending blocks, where the equations make no sense.
    pub(crate) fn check(&self) -> Result<(), Fault> {
        let whole = |message: String| {
            let at = FaultAt::Program;
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
            let projects = matches!(self.nodes[id], Node::Project(_));
            if self.width(id) == Width::Projection && !projects {
                let name = &self.states()[s];
                let message = format!(
                    "`{name}'` is made of a projected value; only `{name}' = R ...` itself gives a state that width"
                );
                return Err(at(id, message));
            }
        }
        let mut numbers: Vec<Option<f64>> = Vec::with_capacity(self.nodes.len());
        for id in 0..self.nodes.len() {
            self.operands_fit(id).map_err(|message| at(id, message))?;
            let number = number(self.nodes[id], &numbers).map_err(|message| at(id, message))?;
            numbers.push(number);
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

/// What a node is that is made of numbers alone, from what the nodes before it are; nothing is divided by 0, and
/// every number is finite.
fn number(node: Node, before: &[Option<f64>]) -> Result<Option<f64>, String> {
    if matches!(node, Node::Binary(Binary::Div, _, b) if before[b] == Some(0.0)) {
        return Err("a division by zero".into());
    }
    let (number, written) = match node {
        Node::Constant(bits) => {
            let number = f64::from_bits(bits);
            (number, format!("{number:?}"))
        }
        Node::Unary(op, a) => match before[a] {
            Some(a) => (op.of(a), format!("{}({a:?})", op.name())),
            None => return Ok(None),
        },
        Node::Binary(op, a, b) => match (before[a], before[b]) {
            (Some(a), Some(b)) if Binary::FUNCTIONS.contains(&op) => {
                (op.of(a, b), format!("{}({a:?}, {b:?})", op.name()))
            }
            (Some(a), Some(b)) => (op.of(a, b), format!("{a:?} {} {b:?}", op.name())),
            _ => return Ok(None),
        },
        _ => return Ok(None),
    };
    match number {
        n if n.is_finite() => Ok(Some(n)),
        n if n.is_nan() => Err(format!("`{written}` is not a number")),
        _ => Err(format!("`{written}` is infinite")),
    }
}

fn at(id: Id, message: String) -> Fault {
    Fault {
        at: FaultAt::Node(id),
        message,
    }
}

#[cfg(test)]
mod tests {
    use crate::{Step, Var, exp};
    use alloc::string::String;

    fn of(value: impl for<'k> Fn(&'k Step) -> Var<'k>) -> String {
        let step = Step::default();
        let h = step.state("h");
        let next = step.next(h + value(&step));
        let fault = step.finish(next).expect_err("no program");
        fault.message
    }

    #[test]
    fn equations_in_code_are_made_of_finite_numbers() {
        assert_eq!(of(|k| k.constant(f64::NAN)), "`NaN` is not a number");
        assert_eq!(of(|k| -k.constant(f64::INFINITY)), "`inf` is infinite");
        assert_eq!(of(|k| 2.0 / (k.constant(1.0) - 1.0)), "a division by zero");
        assert_eq!(of(|k| exp(k.constant(1e3))), "`exp(1000.0)` is infinite");
    }
}
