//! PyTorch's files, and pickles of NumPy's arrays: a pickle says which tensors there are, and storages beside it hold their numbers.
//!
//! `torch.save` has written a zip file since 1.6 (`archive/data.pkl`, `archive/data/<key>`), and before it five pickles in a row with
//! the storages behind them. Modules that were pickled whole give the tensors of their `state_dict()`, for their classes are not asked.

use std::collections::{BTreeSet, HashMap};

use super::archive::{self, Archive};
use super::pickle::{self, Id, Pickle, Value, damaged};
use super::strides::View;
use super::{Bytes, Dtype, Entry, FormatError, Tensors, numpy};

/// How deep dictionaries may lie in one another. No checkpoint that was seen has ten.
const DEEPEST: usize = 64;

/// The first value of a legacy file.
const MAGIC: i128 = 0x1950_a86a_20f9_469c_fc6c;

/// The classes of storages.
const STORAGES: [(&str, Dtype); 10] = [
    ("torch.DoubleStorage", Dtype::F64),
    ("torch.FloatStorage", Dtype::F32),
    ("torch.HalfStorage", Dtype::F16),
    ("torch.BFloat16Storage", Dtype::Bf16),
    ("torch.LongStorage", Dtype::I64),
    ("torch.IntStorage", Dtype::I32),
    ("torch.ShortStorage", Dtype::I16),
    ("torch.CharStorage", Dtype::I8),
    ("torch.ByteStorage", Dtype::U8),
    ("torch.BoolStorage", Dtype::Bool),
];

/// What a module keeps its parts in, which is no part of a parameter's name.
const INSIDE: [&str; 3] = ["_modules", "_parameters", "_buffers"];

/// The tensors of `archive/data.pkl`, which is `pickle`.
pub(super) fn read_zip<'b>(
    mut archive: Archive<'b>,
    pickle: &str,
) -> Result<Tensors<'b>, FormatError> {
    let stem = pickle.trim_end_matches("data.pkl").to_owned();
    let order = format!("{stem}byteorder");
    if archive.names().any(|name| name == order) && &*archive.member(&order)?.read()? != b"little" {
        return Err(damaged("its numbers are big-endian"));
    }
    let content = archive.member(pickle)?;
    let content = content.read()?;
    let (pickle, _) = pickle::read(&content)?;
    let mut storages = HashMap::new();
    for storage in storages_of(&pickle)? {
        let bytes = archive.member(&format!("{stem}data/{}", storage.key))?;
        storages.insert(storage.key.to_owned(), bytes);
    }
    tensors(&pickle, &storages, archive.budget)
}

/// How much of a file is read to find the pickles at its front; where they are longer, all of it is.
const FRONT: usize = 1 << 20;

/// The tensors of a content that begins with a pickle.
pub(super) fn read_pickle<'b>(bytes: &Bytes<'b>) -> Result<Tensors<'b>, FormatError> {
    if bytes.len() > FRONT
        && let Ok(tensors) = read_front(bytes, FRONT)
    {
        return Ok(tensors);
    }
    read_front(bytes, bytes.len())
}

/// The same, where the pickles are among the first bytes.
fn read_front<'b>(bytes: &Bytes<'b>, front: usize) -> Result<Tensors<'b>, FormatError> {
    let front = bytes.first(front)?;
    let (first, rest) = pickle::read(&front)?;
    let budget = archive::budget(bytes.len());
    match first.value(first.root) {
        Value::Int(MAGIC) => read_legacy(bytes, &front, rest, budget),
        _ => tensors(&first, &HashMap::new(), budget),
    }
}

/// A legacy file behind its first pickle: the protocol, the system, the tensors, the storages' keys, the storages.
fn read_legacy<'b>(
    bytes: &Bytes<'b>,
    front: &[u8],
    rest: &[u8],
    budget: usize,
) -> Result<Tensors<'b>, FormatError> {
    let (_, rest) = pickle::read(rest)?;
    let (system, rest) = pickle::read(rest)?;
    if big_endian(&system) {
        return Err(damaged("its numbers are big-endian"));
    }
    let (pickle, rest) = pickle::read(rest)?;
    let (keys, rest) = pickle::read(rest)?;
    let Value::List(keys_in_order) = keys.value(keys.root) else {
        return Err(damaged("the keys of its storages are no list"));
    };
    let known: HashMap<&str, Dtype> = storages_of(&pickle)?
        .into_iter()
        .map(|storage| (storage.key, storage.dtype))
        .collect();
    let mut storages = HashMap::new();
    let mut place = front.len() - rest.len();
    for &key in keys_in_order {
        let Value::Text(key) = keys.value(key) else {
            return Err(damaged("the key of a storage is no text"));
        };
        let dtype = known.get(&**key);
        let dtype = dtype.ok_or_else(|| damaged(format!("no tensor is of storage {key}")))?;
        let short = || damaged(format!("storage {key} ends too early"));
        let mut count = [0; 8];
        bytes.fill(place, &mut count).map_err(|_| short())?;
        let begin = place + count.len();
        let size = usize::try_from(u64::from_le_bytes(count)).ok();
        let size = size.and_then(|count| count.checked_mul(dtype.size()));
        let end = size.and_then(|size| begin.checked_add(size));
        let numbers = end.and_then(|end| bytes.part(begin..end));
        let numbers = numbers.ok_or_else(short)?;
        place = begin + numbers.len();
        storages.insert(key.to_string(), numbers);
    }
    tensors(&pickle, &storages, budget)
}

fn big_endian(system: &Pickle<'_>) -> bool {
    let Value::Dict(pairs) = system.value(system.root) else {
        return false;
    };
    pairs.iter().any(|&(key, value)| {
        matches!(system.value(key), Value::Text(key) if key == "little_endian")
            && *system.value(value) == Value::Bool(false)
    })
}

/// A storage, as tensors refer to it.
struct Storage<'p> {
    key: &'p str,
    dtype: Dtype,
}

/// `("storage", class, key, location, count)`, and in legacy files a view, which has to be none.
fn storage<'p>(pickle: &'p Pickle<'_>, name: Id) -> Result<Storage<'p>, FormatError> {
    let odd = || damaged("a reference to what is no storage");
    let Value::Tuple(parts) = pickle.value(name) else {
        return Err(odd());
    };
    let [_, class, key, _, _, rest @ ..] = &parts[..] else {
        return Err(odd());
    };
    let (Value::Global(class), Value::Text(key)) = (pickle.value(*class), pickle.value(*key))
    else {
        return Err(odd());
    };
    if rest.iter().any(|&id| *pickle.value(id) != Value::None) {
        return Err(damaged(format!("storage {key} is a part of another")));
    }
    let known = STORAGES.iter().find(|(name, _)| name == class);
    let (_, dtype) = known.ok_or_else(|| damaged(format!("storages of {class} are not read")))?;
    Ok(Storage { key, dtype: *dtype })
}

/// All storages that are referred to.
fn storages_of<'p>(pickle: &'p Pickle<'_>) -> Result<Vec<Storage<'p>>, FormatError> {
    let mut seen = BTreeSet::new();
    let mut all = Vec::new();
    for value in pickle.values() {
        if let Value::Persistent(name) = value {
            let storage = storage(pickle, *name)?;
            if seen.insert(storage.key) {
                all.push(storage);
            }
        }
    }
    Ok(all)
}

/// The tensors of a pickle, flattened.
fn tensors<'b>(
    pickle: &Pickle<'_>,
    storages: &HashMap<String, Bytes<'b>>,
    budget: usize,
) -> Result<Tensors<'b>, FormatError> {
    let mut walk = Walk {
        pickle,
        storages,
        budget,
        visits: pickle.values().len() * 4 + 1000,
        objects: BTreeSet::new(),
        tensors: Tensors::default(),
    };
    walk.visit(pickle.root, "", 0)?;
    match walk.tensors.is_empty() {
        true => Err(FormatError::Empty {
            format: "pickle",
            objects: walk
                .objects
                .into_iter()
                .take(5)
                .map(str::to_owned)
                .collect(),
        }),
        false => Ok(walk.tensors),
    }
}

struct Walk<'p, 'q, 'b> {
    pickle: &'p Pickle<'q>,
    storages: &'p HashMap<String, Bytes<'b>>,
    /// The bytes that may still be taken for copies and names.
    budget: usize,
    /// How many values may still be looked at: what is shared many times over is as large as a file of any size.
    visits: usize,
    /// Classes of what is no tensor.
    objects: BTreeSet<&'p str>,
    tensors: Tensors<'b>,
}

impl<'p, 'b> Walk<'p, '_, 'b> {
    fn visit(&mut self, id: Id, name: &str, depth: usize) -> Result<(), FormatError> {
        let left = self.visits.checked_sub(1);
        let left = left.filter(|_| depth <= DEEPEST);
        self.visits = left.ok_or_else(|| {
            damaged("its dictionaries lie too deep in one another, or are shared too often")
        })?;
        let budget = self.budget.checked_sub(name.len());
        self.budget = budget.ok_or_else(|| damaged("its names are too long"))?;

        if let Some(entry) = self.tensor(id) {
            let name = if name.is_empty() { "tensor" } else { name };
            let entry = entry.map_err(|why| FormatError::Tensor {
                name: name.to_owned(),
                why,
            })?;
            return self.tensors.add(name.to_owned(), entry);
        }
        let (pickle, pairs) = (
            self.pickle,
            match self.pickle.value(id) {
                Value::Dict(pairs) => pairs,
                Value::List(items) | Value::Tuple(items) => {
                    for (i, item) in items.iter().enumerate() {
                        self.visit(*item, &joined(name, &i.to_string()), depth + 1)?;
                    }
                    return Ok(());
                }
                Value::Call {
                    of, state, pairs, ..
                } => {
                    if let Value::Global(class) = self.pickle.value(*of)
                        && class != "collections.OrderedDict"
                    {
                        self.objects.insert(class);
                        if let Some(state) = state {
                            self.visit(*state, name, depth + 1)?;
                        }
                    }
                    pairs
                }
                _ => return Ok(()),
            },
        );
        for &(key, value) in pairs {
            let name = match pickle.value(key) {
                Value::Text(key) if INSIDE.contains(&&**key) => name.to_owned(),
                Value::Text(key) => joined(name, key),
                Value::Int(key) => joined(name, &key.to_string()),
                _ => continue,
            };
            self.visit(value, &name, depth + 1)?;
        }
        Ok(())
    }

    /// The tensor that a value is; none if it is none.
    fn tensor(&mut self, mut id: Id) -> Option<Result<Entry<'b>, String>> {
        let pickle = self.pickle;
        for _ in 0..DEEPEST {
            let Value::Call {
                of, with, state, ..
            } = pickle.value(id)
            else {
                return None;
            };
            let (Value::Global(function), Value::Tuple(with)) =
                (pickle.value(*of), pickle.value(*with))
            else {
                return None;
            };
            match function.as_str() {
                "torch._utils._rebuild_tensor_v2" | "torch._utils._rebuild_tensor" => {
                    return Some(self.view(with));
                }
                "torch._utils._rebuild_parameter"
                | "torch._utils._rebuild_parameter_with_state" => id = *with.first()?,
                "numpy.core.multiarray._reconstruct" | "numpy._core.multiarray._reconstruct" => {
                    return Some(numpy::of_state(pickle, (*state)?, &mut self.budget));
                }
                "numpy.core.numeric._frombuffer" | "numpy._core.numeric._frombuffer" => {
                    return Some(numpy::of_buffer(pickle, with, &mut self.budget));
                }
                _ => return None,
            }
        }
        None
    }

    /// A tensor of a storage, an offset, a shape and strides.
    fn view(&mut self, with: &[Id]) -> Result<Entry<'b>, String> {
        let odd = || "is made of what is no storage, shape and strides".to_owned();
        let [of, offset, shape, strides, ..] = with else {
            return Err(odd());
        };
        let Value::Persistent(name) = self.pickle.value(*of) else {
            return Err(odd());
        };
        let storage = storage(self.pickle, *name).map_err(|error| error.to_string())?;
        let offset = self.pickle.size(*offset).ok_or_else(odd)?;
        let [shape, strides] = [shape, strides].map(|id| self.pickle.sizes(*id));
        let (shape, strides) = shape.zip(strides).ok_or_else(odd)?;
        if shape.len() != strides.len() {
            return Err(odd());
        }
        let store = self.storages.get(storage.key).ok_or_else(|| {
            format!(
                "is in storage {}, which the file does not hold",
                storage.key
            )
        })?;
        let view = View {
            dtype: storage.dtype,
            offset,
            shape,
            strides,
        };
        view.of(store, &mut self.budget)
    }
}

fn joined(name: &str, key: &str) -> String {
    match name {
        "" => key.to_owned(),
        _ => format!("{name}.{key}"),
    }
}
