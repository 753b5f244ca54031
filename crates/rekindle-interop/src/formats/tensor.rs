//! Named tensors, as bytes.

use std::{borrow::Cow, collections::BTreeMap, ops::Bound};

use super::{Bytes, FormatError};

/// The type of a tensor's elements.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(missing_docs, reason = "the names say what they are")]
pub enum Dtype {
    F64,
    F32,
    F16,
    Bf16,
    I64,
    I32,
    I16,
    I8,
    U8,
    Bool,
}

impl Dtype {
    /// The bytes of an element.
    pub const fn size(self) -> usize {
        match self {
            Dtype::F64 | Dtype::I64 => 8,
            Dtype::F32 | Dtype::I32 => 4,
            Dtype::F16 | Dtype::Bf16 | Dtype::I16 => 2,
            Dtype::I8 | Dtype::U8 | Dtype::Bool => 1,
        }
    }

    /// The type's name: `f32`, `bf16`.
    pub const fn name(self) -> &'static str {
        match self {
            Dtype::F64 => "f64",
            Dtype::F32 => "f32",
            Dtype::F16 => "f16",
            Dtype::Bf16 => "bf16",
            Dtype::I64 => "i64",
            Dtype::I32 => "i32",
            Dtype::I16 => "i16",
            Dtype::I8 => "i8",
            Dtype::U8 => "u8",
            Dtype::Bool => "bool",
        }
    }
}

/// A tensor: little-endian elements in the order of rows. Where they stand so in the file, they are borrowed from it, or are still there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry<'b> {
    /// The type of the elements.
    pub dtype: Dtype,
    /// The sizes of the axes.
    pub shape: Vec<usize>,
    /// The elements.
    pub content: Bytes<'b>,
}

impl<'b> Entry<'b> {
    /// A tensor of elements in the order of rows.
    ///
    /// # Errors
    ///
    /// If the shape takes another number of bytes.
    pub fn new(
        dtype: Dtype,
        shape: Vec<usize>,
        content: impl Into<Bytes<'b>>,
    ) -> Result<Self, String> {
        let content = content.into();
        let size = elements(&shape).and_then(|n| n.checked_mul(dtype.size()));
        match size == Some(content.len()) {
            true => Ok(Entry {
                dtype,
                shape,
                content,
            }),
            false => Err(format!(
                "is {shape:?} of {}, but has {} bytes",
                dtype.name(),
                content.len()
            )),
        }
    }

    /// The elements, in memory.
    ///
    /// # Errors
    ///
    /// If they are in a file that cannot be read any more.
    pub fn bytes(&self) -> Result<Cow<'_, [u8]>, FormatError> {
        self.content.read()
    }
}

/// The number of elements of a shape; none if no machine could count them.
pub(super) fn elements(shape: &[usize]) -> Option<usize> {
    shape
        .iter()
        .try_fold(1_usize, |n, &axis| n.checked_mul(axis))
}

/// The tensors of a file, by their names.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Tensors<'b>(BTreeMap<String, Entry<'b>>);

impl<'b> Tensors<'b> {
    /// Adds a tensor.
    ///
    /// # Errors
    ///
    /// If there is one of the name already.
    pub fn add(&mut self, name: String, entry: Entry<'b>) -> Result<(), FormatError> {
        match self.0.contains_key(&name) {
            true => Err(FormatError::Twice(name)),
            false => {
                self.0.insert(name, entry);
                Ok(())
            }
        }
    }

    /// The tensor of a name.
    pub fn get(&self, name: &str) -> Option<&Entry<'b>> {
        self.0.get(name)
    }

    /// The names, sorted.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.0.keys().map(String::as_str)
    }

    /// Names and tensors, sorted by name.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &Entry<'b>)> {
        self.0.iter().map(|(name, entry)| (name.as_str(), entry))
    }

    /// Names and tensors whose names are a prefix and one word more, without a dot.
    pub(crate) fn beside(&self, prefix: &str) -> impl Iterator<Item = (&str, &Entry<'b>)> {
        let behind = self
            .0
            .range::<str, _>((Bound::Included(prefix), Bound::Unbounded));
        let behind = behind.map_while(move |(name, entry)| {
            name.strip_prefix(prefix)
                .map(|rest| (rest, name.as_str(), entry))
        });
        let beside = behind.filter(|(rest, ..)| !rest.contains('.'));
        beside.map(|(_, name, entry)| (name, entry))
    }

    /// The number of tensors.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether there is no tensor.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl<'b> IntoIterator for Tensors<'b> {
    type Item = (String, Entry<'b>);
    type IntoIter = std::collections::btree_map::IntoIter<String, Entry<'b>>;

    fn into_iter(self) -> Self::IntoIter {
        self.0.into_iter()
    }
}
