//! What a pickle holds.

use std::borrow::Cow;

/// The place of a value among all of a pickle.
pub(in crate::formats) type Id = usize;

/// A value; its parts are named by their places, so that a value may hold itself.
#[derive(Clone, Debug, PartialEq)]
pub(in crate::formats) enum Value<'b> {
    None,
    Bool(bool),
    /// An integer of at most 16 bytes.
    Int(i128),
    Text(Cow<'b, str>),
    Bytes(&'b [u8]),
    Tuple(Vec<Id>),
    List(Vec<Id>),
    Dict(Vec<(Id, Id)>),
    /// A class or function, by its dotted name.
    Global(String),
    /// What stands outside the pickle, by its name there.
    Persistent(Id),
    /// A call that was not made, and what the result was to be filled with.
    Call {
        of: Id,
        with: Id,
        state: Option<Id>,
        /// Keys and values.
        pairs: Vec<(Id, Id)>,
    },
    /// What no tensor is made of: floats, sets, numbers of more than 16 bytes.
    Other,
}
