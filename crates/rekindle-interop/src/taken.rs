//! What was taken from a file, and what was left.

use std::fmt;

use crate::counted::counted;

/// What was taken from a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Taken {
    /// What stands before the names of the weights, with the dot; nothing at the top.
    pub prefix: String,
    /// The names of the tensors that were taken.
    pub names: Vec<String>,
    /// The names of those that were left, because they stand elsewhere in the file.
    pub left: Vec<String>,
}

impl fmt::Display for Taken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let count = counted(self.names.len(), "tensor");
        write!(f, "weights: {count}")?;
        match &self.names[..] {
            [] => Ok(()),
            [name] => write!(f, ", {name}"),
            [first, .., last] => write!(f, ", {first} to {last}"),
        }?;
        match &self.left[..] {
            [] => Ok(()),
            [name] => write!(f, "; one elsewhere is left, {name}"),
            [name, ..] => write!(
                f,
                "; {} elsewhere are left, {name} and others",
                self.left.len()
            ),
        }
    }
}
