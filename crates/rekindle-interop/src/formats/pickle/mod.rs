//! Pickles as data. Nothing that a pickle names is looked up, and nothing that it calls is run: a call is a value like others, which
//! says what was to be called with what.
//!
//! Opcodes: Python's `pickletools.py`, protocols 0 to 5. Each opcode makes at most one value, so memory and time are those of the file's
//! size.

mod machine;
mod value;

pub(super) use machine::{Pickle, read};
pub(super) use value::{Id, Value};

use super::FormatError;

pub(super) fn damaged(why: impl Into<String>) -> FormatError {
    FormatError::Damaged {
        format: "pickle",
        why: why.into(),
        writer: "torch.save",
    }
}
