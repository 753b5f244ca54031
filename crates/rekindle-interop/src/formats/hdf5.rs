//! HDF5 files: groups within one another, arrays in them, and texts attached to both.
//!
//! The crate hdf5-pure reads what h5py writes, in pure Rust. What a file declares is bounded here: the objects that are visited, for
//! groups may hold themselves, and the bytes of their arrays, before they are read.

use std::collections::BTreeMap;

use hdf5_pure::{
    AttrValue, Dataset, Datatype, DatatypeByteOrder, File, FileBuilder, FinishedGroup, Group,
    GroupBuilder, Layout, Source, make_f32_type, make_f64_type,
};

use super::{Bytes, Dtype, Entry, FormatError, Tensors, archive};

/// How deep groups may lie in one another. Nested models of Keras' that were seen have eight.
const DEEPEST: usize = 64;

/// The most groups and arrays of a file.
const MOST: usize = 1 << 17;

/// The bytes that an object takes at least: the header of a group.
const LEAST: usize = 16;

/// What a file holds, with dots between the names of groups.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Content<'b> {
    /// The arrays of numbers; those of texts and records are left.
    pub(crate) tensors: Tensors<'b>,
    /// The attributes that are texts, by the name of their group and their own.
    pub(crate) texts: BTreeMap<(String, String), Vec<String>>,
}

impl Content<'_> {
    /// An attribute that is one text.
    pub(crate) fn text(&self, group: &str, name: &str) -> Option<&str> {
        match self
            .texts
            .get(&(group.to_owned(), name.to_owned()))?
            .as_slice()
        {
            [text] => Some(text),
            _ => None,
        }
    }
}

/// Whether a content begins as such a file does.
pub(super) fn begins(bytes: &[u8]) -> bool {
    bytes.starts_with(b"\x89HDF\r\n\x1a\n")
}

/// What a file holds.
pub(super) fn read<'b>(bytes: &Bytes<'b>) -> Result<Content<'b>, FormatError> {
    let file = match bytes.in_file() {
        Some(bytes) => File::from_source(InFile(bytes)),
        None => File::from_bytes(bytes.read()?.into_owned()),
    };
    let file = file.map_err(damaged)?;
    let mut reader = Reader {
        bytes,
        budget: archive::budget(bytes.len()),
        objects: MOST.min(bytes.len() / LEAST),
        content: Content::default(),
    };
    reader.group(&file.root(), "", DEEPEST)?;
    match reader.content.tensors.is_empty() {
        true => Err(FormatError::Empty {
            format: "HDF5",
            objects: Vec::new(),
        }),
        false => Ok(reader.content),
    }
}

/// A file that is not in memory.
struct InFile(Bytes<'static>);

impl Source for InFile {
    fn len(&self) -> u64 {
        self.0.len() as u64
    }

    fn read_at(&self, place: u64, buffer: &mut [u8]) -> Result<(), hdf5_pure::FormatError> {
        let place = usize::try_from(place).unwrap_or(usize::MAX);
        let filled = self.0.fill(place, buffer);
        filled.map_err(|error| hdf5_pure::FormatError::Source(error.to_string()))
    }
}

struct Reader<'r, 'b> {
    /// The file.
    bytes: &'r Bytes<'b>,
    /// The bytes that may still be read.
    budget: usize,
    /// The objects that may still be visited.
    objects: usize,
    content: Content<'b>,
}

impl Reader<'_, '_> {
    fn group(&mut self, group: &Group, name: &str, depth: usize) -> Result<(), FormatError> {
        self.visit(depth)?;
        for (attribute, value) in group.attrs().map_err(damaged)? {
            if let Some(texts) = value.as_strings() {
                let key = (name.to_owned(), attribute);
                self.content.texts.insert(key, texts.to_vec());
            }
        }
        for (child, dataset) in group.iter_datasets().map_err(damaged)? {
            self.visit(depth)?;
            let name = below(name, &child);
            let entry = array(self.bytes, &dataset, &mut self.budget);
            let entry = entry.map_err(|why| FormatError::Tensor {
                name: name.clone(),
                why,
            })?;
            if let Some(entry) = entry {
                self.content.tensors.add(name, entry)?;
            }
        }
        for (child, inner) in group.iter_groups().map_err(damaged)? {
            self.group(&inner, &below(name, &child), depth - 1)?;
        }
        Ok(())
    }

    fn visit(&mut self, depth: usize) -> Result<(), FormatError> {
        match (depth, self.objects) {
            (0, _) | (_, 0) => Err(damaged("its groups lie too deep in one another")),
            _ => {
                self.objects -= 1;
                Ok(())
            }
        }
    }
}

/// The name of what is in a group.
fn below(group: &str, name: &str) -> String {
    match group {
        "" => name.to_owned(),
        _ => format!("{group}.{name}"),
    }
}

/// An array of numbers, which takes its bytes from `budget`; none if it is of something else.
fn array<'b>(
    file: &Bytes<'b>,
    dataset: &Dataset,
    budget: &mut usize,
) -> Result<Option<Entry<'b>>, String> {
    let failed = |error: hdf5_pure::Error| format!("cannot be read: {error}");
    let datatype = dataset.datatype().map_err(failed)?;
    let Some((stored, size, order)) = numbers(&datatype) else {
        return Ok(None);
    };
    let shape = dataset.shape().map_err(failed)?;
    let shape: Option<Vec<usize>> = shape.iter().map(|&n| usize::try_from(n).ok()).collect();
    let shape = shape.ok_or("is larger than any memory")?;
    // Whatever its type, an element becomes one of at most 8 bytes.
    let bytes = super::tensor::elements(&shape).and_then(|count| count.checked_mul(8));
    let bytes = bytes.filter(|bytes| bytes <= budget);
    *budget -= bytes.ok_or("takes more memory than the size of the file warrants")?;
    if let (Stored::As(dtype), Some(part)) = (&stored, beside(file, dataset, order)) {
        return Entry::new(*dtype, shape, part).map(Some);
    }
    let mut raw = dataset.read_raw().map_err(failed)?;
    if order == DatatypeByteOrder::BigEndian {
        raw.chunks_exact_mut(size).for_each(<[u8]>::reverse);
    }
    let (dtype, raw) = stored.entry(raw)?;
    Entry::new(dtype, shape, raw).map(Some)
}

/// The numbers of an array that stand in the file as they are.
fn beside<'b>(file: &Bytes<'b>, dataset: &Dataset, order: DatatypeByteOrder) -> Option<Bytes<'b>> {
    let Ok(Layout::Contiguous {
        address: Some(address),
        size,
    }) = dataset.layout()
    else {
        return None;
    };
    let begin = usize::try_from(address).ok()?;
    let end = begin.checked_add(usize::try_from(size).ok()?)?;
    let part = file.part(begin..end);
    part.filter(|_| order == DatatypeByteOrder::LittleEndian)
}

/// How numbers are stored.
enum Stored {
    As(Dtype),
    /// Without a sign, of so many bytes: the next larger type holds them, and i64 those of 8 bytes that were seen.
    Unsigned(usize),
}

impl Stored {
    fn entry(self, raw: Vec<u8>) -> Result<(Dtype, Vec<u8>), String> {
        let size = match self {
            Stored::As(dtype) => return Ok((dtype, raw)),
            Stored::Unsigned(size) => size,
        };
        let mut wide = Vec::with_capacity(raw.len() / size * 8);
        for number in raw.chunks_exact(size) {
            let mut eight = [0; 8];
            eight[..size].copy_from_slice(number);
            let number = u64::from_le_bytes(eight);
            let number =
                i64::try_from(number).map_err(|_| format!("holds {number}, beyond i64"))?;
            wide.extend(number.to_le_bytes());
        }
        Ok((Dtype::I64, wide))
    }
}

/// How the numbers of a type are stored, their bytes and the order of these; none if it is no type of numbers.
fn numbers(datatype: &Datatype) -> Option<(Stored, usize, DatatypeByteOrder)> {
    let (stored, size, order) = match datatype {
        Datatype::FloatingPoint {
            size,
            byte_order,
            layout,
        } => {
            let dtype = match (size, layout.exponent_size) {
                (8, 11) => Dtype::F64,
                (4, 8) => Dtype::F32,
                (2, 5) => Dtype::F16,
                (2, 8) => Dtype::Bf16,
                _ => return None,
            };
            (Stored::As(dtype), *size, *byte_order)
        }
        Datatype::FixedPoint {
            size,
            byte_order,
            layout,
        } => {
            let stored = match (size, layout.signed) {
                (8, true) => Stored::As(Dtype::I64),
                (4, true) => Stored::As(Dtype::I32),
                (2, true) => Stored::As(Dtype::I16),
                (1, true) => Stored::As(Dtype::I8),
                (1, false) => Stored::As(Dtype::U8),
                (2 | 4 | 8, false) => Stored::Unsigned(*size as usize),
                _ => return None,
            };
            (stored, *size, *byte_order)
        }
        // What h5py makes of truths.
        Datatype::Enumeration { size: 1, .. } => {
            (Stored::As(Dtype::Bool), 1, DatatypeByteOrder::LittleEndian)
        }
        _ => return None,
    };
    (order != DatatypeByteOrder::Vax).then_some((stored, size as usize, order))
}

/// A group that is to be written: tensors and texts by their names, groups by theirs.
#[derive(Default)]
pub(super) struct Branch<'b> {
    pub(super) tensors: BTreeMap<String, Entry<'b>>,
    pub(super) texts: BTreeMap<String, String>,
    pub(super) groups: BTreeMap<String, Branch<'b>>,
}

impl<'b> Branch<'b> {
    /// The group at a path of names, made where there is none.
    pub(super) fn at(&mut self, path: &[&str]) -> &mut Branch<'b> {
        let mut here = self;
        for name in path {
            here = here.groups.entry((*name).to_owned()).or_default();
        }
        here
    }
}

/// A file of one group: its tensors are of f32 or f64.
pub(super) fn write(root: &Branch<'_>) -> Result<Vec<u8>, FormatError> {
    let mut file = FileBuilder::new();
    for (name, text) in &root.texts {
        file.set_attr(name, AttrValue::VarLenString(text.clone()));
    }
    for (name, group) in &root.groups {
        let builder = file.create_group(name);
        file.add_group(built(builder, group)?);
    }
    file.finish().map_err(damaged)
}

fn built(mut builder: GroupBuilder, group: &Branch<'_>) -> Result<FinishedGroup, FormatError> {
    for (name, text) in &group.texts {
        builder.set_attr(name, AttrValue::VarLenString(text.clone()));
    }
    for (name, entry) in &group.tensors {
        let datatype = match entry.dtype {
            Dtype::F32 => make_f32_type(),
            Dtype::F64 => make_f64_type(),
            other => {
                return Err(FormatError::Tensor {
                    name: name.clone(),
                    why: format!("is {}, but must be f32 or f64 to be written", other.name()),
                });
            }
        };
        let shape: Vec<u64> = entry.shape.iter().map(|&n| n as u64).collect();
        let count = shape.iter().product();
        let dataset = builder.create_dataset(name);
        dataset.with_raw_data(datatype, entry.bytes()?.into_owned(), count);
        dataset.with_shape(&shape);
    }
    for (name, inner) in &group.groups {
        let below = builder.create_group(name);
        builder.add_group(built(below, inner)?);
    }
    Ok(builder.finish())
}

fn damaged(why: impl ToString) -> FormatError {
    FormatError::Damaged {
        format: "HDF5",
        why: why.to_string(),
        writer: "keras or h5py",
    }
}
