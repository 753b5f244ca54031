//! What every program must satisfy, checked once, when it is made.

use crate::program::{Node, Program, RAW, Width};

impl Program {
    /// # Panics
    ///
    /// With the names of the offending blocks, where the equations make no sense.
    pub(crate) fn check(&self) {
        assert!(!self.states().is_empty(), "a cell needs at least one state");
        assert!(
            self.next.len() == self.states().len(),
            "{} states ({}) but {} new values",
            self.states().len(),
            self.states().join(", "),
            self.next.len()
        );
        if self.has_raw() {
            let named = [self.states(), self.inputs(), self.hiddens(), self.vectors()];
            assert!(
                !named.concat().iter().any(|name| name == RAW),
                "something is called {RAW:?}, which is the name of the input itself"
            );
        }
        let product = self.product_width();
        for node in &self.nodes {
            if let Node::Hidden(_, v) | Node::Project(v) = *node {
                assert!(
                    !self.is_number(v),
                    "a product takes a number, not a value per unit"
                );
            }
            match *node {
                Node::Hidden(g, v) => assert!(
                    self.width(v) == product,
                    "U_{} takes a value of another width than the other recurrent products",
                    self.hiddens()[g]
                ),
                Node::Project(v) => assert!(
                    self.width(v) == Width::Hidden,
                    "a projected value is projected again"
                ),
                Node::Binary(op, a, b) => {
                    let number = self.is_number(a) || self.is_number(b);
                    assert!(
                        number || self.width(a) == self.width(b),
                        "{op:?} combines a projected value with one that is not"
                    );
                }
                _ => {}
            }
        }
    }
}
