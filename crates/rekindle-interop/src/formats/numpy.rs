//! NumPy's arrays: `.npy`, `.npz`, and pickled ones.
//!
//! An `.npy` file is a magic number, a version, the length of its header, and a header that is the text of a dictionary:
//! `{'descr': '<f4', 'fortran_order': False, 'shape': (3, 4), }`.

use std::borrow::Cow;
use std::collections::BTreeMap;

use super::archive::{self, Archive};
use super::pickle::{Id, Pickle, Value};
use super::strides::View;
use super::tensor::elements;
use super::{Bytes, Dtype, Entry, FormatError, Tensors};

/// NumPy's letters for types.
const TYPES: [(&str, Dtype); 10] = [
    ("f8", Dtype::F64),
    ("f4", Dtype::F32),
    ("f2", Dtype::F16),
    ("i8", Dtype::I64),
    ("i4", Dtype::I32),
    ("i2", Dtype::I16),
    ("i1", Dtype::I8),
    ("u1", Dtype::U8),
    ("b1", Dtype::Bool),
    ("V2", Dtype::Bf16),
];

/// The arrays of an `.npz` file, by their names.
#[derive(Clone, Debug, Default)]
pub struct Arrays<'b> {
    /// Those of numbers and truths.
    pub numbers: Tensors<'b>,
    /// Those of text, NumPy's `<U` and `|S`.
    pub texts: BTreeMap<String, Texts>,
}

/// An array of text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Texts {
    /// The sizes of the axes.
    pub shape: Vec<usize>,
    /// The texts, in the order of rows.
    pub texts: Vec<String>,
}

/// The arrays of an `.npz` file.
///
/// # Errors
///
/// If it is none or is damaged, or has an array of neither numbers nor text.
pub fn read<'b>(content: impl Into<Bytes<'b>>) -> Result<Arrays<'b>, FormatError> {
    let mut archive = Archive::open(content.into())?;
    let names: Vec<String> = archive.names().map(str::to_owned).collect();
    let mut arrays = Arrays::default();
    for member in names {
        let Some(name) = member.strip_suffix(".npy") else {
            continue;
        };
        let content = archive.member(&member)?;
        let array = array(&content, &mut archive.budget);
        match array.map_err(|why| fault(name, why))? {
            Array::Numbers(entry) => arrays.numbers.add(name.to_owned(), entry)?,
            Array::Texts(texts) => {
                arrays.texts.insert(name.to_owned(), texts);
            }
        }
    }
    Ok(arrays)
}

/// The tensors of an `.npz` file, which has no texts.
pub(super) fn read_tensors<'b>(content: &Bytes<'b>) -> Result<Tensors<'b>, FormatError> {
    let Arrays { numbers, texts } = read(content.clone())?;
    match texts.keys().next() {
        Some(name) => Err(fault(name, TEXTS.into())),
        None if numbers.is_empty() => Err(FormatError::Empty {
            format: "zip",
            objects: Vec::new(),
        }),
        None => Ok(numbers),
    }
}

/// An `.npz` file. The same tensors give the same bytes.
///
/// # Errors
///
/// If a name is taken twice, a tensor is of bf16, which NumPy lacks, or there is more than a zip file holds.
pub fn write(tensors: &[(&str, Entry<'_>)]) -> Result<Vec<u8>, FormatError> {
    let mut members: Vec<(String, Vec<u8>)> = Vec::with_capacity(tensors.len());
    for (name, entry) in tensors {
        let member = format!("{name}.npy");
        if members.iter().any(|(other, _)| *other == member) {
            return Err(FormatError::Twice((*name).to_owned()));
        }
        let known = TYPES.iter().find(|(_, dtype)| *dtype == entry.dtype);
        let letters = known.expect("every type is in the table").0;
        if entry.dtype == Dtype::Bf16 {
            let why = "is bf16, which NumPy lacks; write .safetensors".into();
            return Err(fault(name, why));
        }
        let order = if entry.dtype.size() == 1 { '|' } else { '<' };
        let axes: String = entry.shape.iter().map(|axis| format!("{axis}, ")).collect();
        let header =
            format!("{{'descr': '{order}{letters}', 'fortran_order': False, 'shape': ({axes}), }}");
        // Numbers begin at a multiple of 64, behind 10 bytes, the header and the end of its line.
        let header = format!(
            "{header:width$}\n",
            width = (header.len() + 11).next_multiple_of(64) - 11
        );
        let length =
            u16::try_from(header.len()).map_err(|_| fault(name, "has too many axes".into()))?;
        let mut content = b"\x93NUMPY\x01\x00".to_vec();
        content.extend(length.to_le_bytes());
        content.extend(header.as_bytes());
        content.extend(&*entry.bytes()?);
        members.push((member, content));
    }
    archive::write(&members)
}

/// The array of an `.npy` file, named `tensor`.
pub(super) fn read_array<'b>(bytes: &Bytes<'b>) -> Result<Tensors<'b>, FormatError> {
    let mut budget = archive::budget(bytes.len());
    let entry = match array(bytes, &mut budget) {
        Ok(Array::Numbers(entry)) => Ok(entry),
        Ok(Array::Texts(_)) => Err(TEXTS.to_owned()),
        Err(why) => Err(why),
    };
    let mut tensors = Tensors::default();
    tensors.add("tensor".into(), entry.map_err(|why| fault("tensor", why))?)?;
    Ok(tensors)
}

/// An array that was pickled by protocols before 5: its state is a version, a shape, a type, an order and the bytes.
pub(super) fn of_state<'b>(
    pickle: &Pickle<'_>,
    state: Id,
    budget: &mut usize,
) -> Result<Entry<'b>, String> {
    match pickle.value(state) {
        Value::Tuple(parts) if let [.., shape, dtype, columns, content] = parts[..] => {
            let columns = *pickle.value(columns) == Value::Bool(true);
            pickled(pickle, [shape, dtype, content], columns, budget)
        }
        _ => Err(odd()),
    }
}

/// An array that was pickled by protocol 5: the bytes, a type, a shape and an order, `"C"` or `"F"`.
pub(super) fn of_buffer<'b>(
    pickle: &Pickle<'_>,
    parts: &[Id],
    budget: &mut usize,
) -> Result<Entry<'b>, String> {
    let &[content, dtype, shape, order] = parts else {
        return Err(odd());
    };
    let columns = matches!(pickle.value(order), Value::Text(order) if order == "F");
    pickled(pickle, [shape, dtype, content], columns, budget)
}

fn pickled<'b>(
    pickle: &Pickle<'_>,
    [shape, dtype, content]: [Id; 3],
    columns: bool,
    budget: &mut usize,
) -> Result<Entry<'b>, String> {
    let shape = pickle.sizes(shape).ok_or_else(odd)?;
    let dtype = dtype_of_pickle(pickle, dtype)?;
    let bytes = content_of_pickle(pickle, content).ok_or_else(odd)?;
    *budget = budget.checked_sub(bytes.len()).ok_or_else(odd)?;
    let view = View::whole(dtype, shape, columns).ok_or_else(odd)?;
    let entry = view.of(&bytes.into(), budget)?;
    // The content may be the pickle's own, which does not outlive this; a copy does.
    let copy = entry.bytes().map_err(|error| error.to_string())?;
    Entry::new(entry.dtype, entry.shape.clone(), copy.into_owned())
}

fn odd() -> String {
    "is no array of NumPy's that can be read".to_owned()
}

/// `numpy.dtype("f4", False, True)` with the state `(3, "<", ...)`.
fn dtype_of_pickle(pickle: &Pickle<'_>, id: Id) -> Result<Dtype, String> {
    let Value::Call { with, state, .. } = pickle.value(id) else {
        return Err(odd());
    };
    let first = |id: Id, at: usize| match pickle.value(id) {
        Value::Tuple(parts) => parts.get(at).map(|&id| pickle.value(id)),
        _ => None,
    };
    let Some(Value::Text(letters)) = first(*with, 0) else {
        return Err(odd());
    };
    let order = match state.and_then(|state| first(state, 1)) {
        Some(Value::Text(order)) => order,
        _ => "|",
    };
    dtype(&format!("{order}{letters}"))
}

/// Bytes; or their text in Latin-1, by which protocols before 3 write them.
fn content_of_pickle<'p>(pickle: &'p Pickle<'_>, id: Id) -> Option<Cow<'p, [u8]>> {
    let latin = |text: &str| {
        let bytes = text.chars().map(|c| u8::try_from(u32::from(c)).ok());
        bytes.collect::<Option<Vec<u8>>>().map(Cow::Owned)
    };
    match pickle.value(id) {
        Value::Bytes(bytes) => Some(Cow::Borrowed(bytes)),
        Value::Text(text) => latin(text),
        Value::Call { of, with, .. } => {
            let Value::Global(function) = pickle.value(*of) else {
                return None;
            };
            let Value::Tuple(with) = pickle.value(*with) else {
                return None;
            };
            match (function.as_str(), &with[..]) {
                ("_codecs.encode", [text, ..]) => match pickle.value(*text) {
                    Value::Text(text) => latin(text),
                    _ => None,
                },
                // No bytes at all.
                ("__builtin__.bytes" | "builtins.bytes", []) => Some(Cow::Borrowed(&[])),
                _ => None,
            }
        }
        _ => None,
    }
}

/// What is said of texts where numbers are needed.
const TEXTS: &str = "is of text, and no tensor; leave it out";

/// One array.
enum Array<'b> {
    Numbers(Entry<'b>),
    Texts(Texts),
}

fn array<'b>(content: &Bytes<'b>, budget: &mut usize) -> Result<Array<'b>, String> {
    let ended = || "ends too early, or is no .npy file; write it again with numpy.save".to_owned();
    let mut first = [0; 12];
    let there = content.len().min(first.len());
    let read = content.fill(0, &mut first[..there]);
    read.map_err(|error| error.to_string())?;
    let (length, begin) = match first[..there].get(6..).ok_or_else(ended)? {
        [1, _, a, b, ..] => (u32::from_le_bytes([*a, *b, 0, 0]), 10),
        [2 | 3, _, a, b, c, d, ..] => (u32::from_le_bytes([*a, *b, *c, *d]), 12),
        _ => return Err(ended()),
    };
    let end = begin + length as usize;
    let numbers = content.part(end..content.len()).ok_or_else(ended)?;
    let mut header = vec![0; length as usize];
    let read = content.fill(begin, &mut header);
    read.map_err(|error| error.to_string())?;
    let header = str::from_utf8(&header).map_err(|_| ended())?;
    let odd = |key: &str| format!("has a header without a `{key}` that can be read");
    let descr = key(header, "descr").and_then(|text| text.trim_start().strip_prefix(['\'', '"']));
    let descr = descr.and_then(|text| text.split(['\'', '"']).next());
    let descr = descr.ok_or_else(|| odd("descr"))?;
    let columns = key(header, "fortran_order").ok_or_else(|| odd("fortran_order"))?;
    let columns = columns.trim_start().starts_with("True");
    let shape = key(header, "shape").and_then(|text| text.trim_start().strip_prefix('('));
    let shape = shape.and_then(|text| text.split_once(')'));
    let (shape, _) = shape.ok_or_else(|| odd("shape"))?;
    let axes = shape
        .split(',')
        .map(str::trim)
        .filter(|axis| !axis.is_empty());
    let axes: Result<Vec<usize>, _> = axes.map(str::parse).collect();
    let axes = axes.map_err(|_| odd("shape"))?;
    match Letters::of(descr) {
        Some(letters) => letters
            .texts(axes, columns, &numbers, budget)
            .map(Array::Texts),
        None => {
            let view = View::whole(dtype(descr)?, axes, columns).ok_or_else(|| odd("shape"))?;
            view.of(&numbers, budget).map(Array::Numbers)
        }
    }
}

/// How the texts of an array are stored, each in as much space as the longest.
struct Letters {
    /// The bytes of a letter: 4 of its number in Unicode, or 1.
    size: usize,
    /// The letters of a text, those at the end 0 that it does not need.
    count: usize,
}

impl Letters {
    /// NumPy's types `<U7` and `|S7`; none where a type is no text.
    fn of(descr: &str) -> Option<Letters> {
        let (size, count) = match descr.split_at_checked(2)? {
            ("<U" | "=U" | "|U", count) => (4, count),
            ("|S" | "<S" | "=S", count) => (1, count),
            _ => return None,
        };
        let count = count.parse().ok()?;
        Some(Letters { size, count })
    }

    fn texts(
        &self,
        shape: Vec<usize>,
        columns: bool,
        content: &Bytes<'_>,
        budget: &mut usize,
    ) -> Result<Texts, String> {
        let odd = || "is larger than any memory".to_owned();
        let width = self.count.checked_mul(self.size).ok_or_else(odd)?;
        let texts = elements(&shape).ok_or_else(odd)?;
        if width == 0 || texts == 0 {
            // What takes no bytes takes what is asked for here.
            *budget = budget.checked_sub(texts).ok_or_else(odd)?;
            return Ok(Texts {
                shape,
                texts: vec![String::new(); texts],
            });
        }
        // Of the bytes of a text the first axis but one is that of the texts, whatever their order.
        let mut view = View::whole(Dtype::U8, shape.clone(), columns).ok_or_else(odd)?;
        for stride in &mut view.strides {
            *stride = stride.checked_mul(width).ok_or_else(odd)?;
        }
        view.shape.push(width);
        view.strides.push(1);
        let bytes = view.of(content, budget)?;
        let bytes = bytes.bytes().map_err(|error| error.to_string())?;
        let texts = bytes.chunks(width).map(|text| self.text(text));
        let texts: Option<Vec<String>> = texts.collect();
        Ok(Texts {
            shape,
            texts: texts.ok_or("has bytes that are no text")?,
        })
    }

    fn text(&self, bytes: &[u8]) -> Option<String> {
        let text: String = match self.size {
            1 => str::from_utf8(bytes).ok()?.to_owned(),
            _ => {
                let letters = bytes
                    .chunks(4)
                    .map(|letter| char::from_u32(u32::from_le_bytes(letter.try_into().ok()?)));
                letters.collect::<Option<String>>()?
            }
        };
        Some(text.trim_end_matches('\0').to_owned())
    }
}

/// What stands behind a key of a header.
fn key<'h>(header: &'h str, key: &str) -> Option<&'h str> {
    let (_, rest) = header.split_once(&format!("'{key}':"))?;
    Some(rest)
}

fn dtype(descr: &str) -> Result<Dtype, String> {
    let letters = descr.trim_start_matches(['<', '|', '=']);
    let known = TYPES.iter().find(|(name, _)| *name == letters);
    known.map(|(_, dtype)| *dtype).ok_or_else(|| {
        let how = match letters {
            "O" => " by .astype(float), or texts by .astype(str)",
            _ => "",
        };
        format!("is of NumPy's type {descr}; floats and integers in little-endian order can be read, so convert it{how}")
    })
}

fn fault(name: &str, why: String) -> FormatError {
    FormatError::Tensor {
        name: name.to_owned(),
        why,
    }
}
