//! Weights that nodes compute of constants: exporters leave transposes, slices and the like of initializers in a model.

use std::borrow::Cow;

use burn::tensor::DType;

use super::scope::{Folded, Scope, Source};
use crate::convert::{entry, tensor_data};
use crate::formats::onnx::{Node, Setting};
use crate::formats::{Bytes, Dtype, Entry, View};

/// The tensors and nodes that are looked at for one weight.
const MOST: usize = 64;

/// The most axes of a tensor, and numbers that say axes or sizes.
const AXES: usize = 32;

impl<'m> Scope<'m, '_> {
    /// Where a weight comes from, which nodes may compute of tensors of the model.
    pub(super) fn weight(&self, value: Option<&'m str>) -> Source<'m> {
        match self.source(value) {
            Source::Computed(name) => {
                fold(name, self).map_or(Source::Computed(name), Source::Folded)
            }
            source => source,
        }
    }
}

/// The value of a name, computed of constants; none where anything else enters, or an operator that does more than move numbers.
fn fold<'m>(value: &'m str, scope: &Scope<'m, '_>) -> Option<Folded<'m>> {
    let mut work = Work {
        bytes: scope.budget().get(),
        looks: MOST,
        of: Vec::new(),
    };
    let entry = value_of(value, scope, &mut work);
    scope.budget().set(work.bytes);
    Some(Folded {
        entry: entry?,
        of: work.of,
    })
}

/// What folding may still take, and what it has found.
struct Work<'m> {
    bytes: usize,
    looks: usize,
    of: Vec<&'m str>,
}

fn value_of<'m>(value: &'m str, scope: &Scope<'m, '_>, work: &mut Work<'m>) -> Option<Entry<'m>> {
    work.looks = work.looks.checked_sub(1)?;
    if let Some(tensor) = scope.constant(value) {
        // Where the model holds numbers in another form, they are copied.
        let entry = tensor.entry().ok()?;
        work.bytes = work.bytes.checked_sub(entry.content.len())?;
        work.of.push(&tensor.name);
        return Some(entry).filter(|entry| entry.shape.len() <= AXES);
    }
    let node = scope.maker(value)?;
    let mut input = |index: usize| value_of(node.input(index)?, scope, work);
    match node.op.as_str() {
        _ if !matches!(node.domain.as_str(), "" | "ai.onnx") => None,
        "Constant" => constant(node),
        "Identity" => input(0),
        "Concat" => {
            let parts: Option<Vec<Entry<'m>>> = (0..node.inputs.len()).map(input).collect();
            joined(&parts?, integer(node, "axis")?, &mut work.bytes)
        }
        "Cast" => {
            let from = input(0)?;
            cast(&from, integer(node, "to")?, &mut work.bytes)
        }
        "Transpose" | "Squeeze" | "Unsqueeze" | "Reshape" | "Slice" => {
            let from = input(0)?;
            let given: Vec<Option<Vec<i64>>> = (1..node.inputs.len())
                .map(|index| input(index).and_then(|entry| integers(&entry)))
                .collect();
            moved(node, from, &given, &mut work.bytes)
        }
        _ => None,
    }
}

/// The value of a `Constant`.
fn constant<'m>(node: &'m Node<'m>) -> Option<Entry<'m>> {
    let [attribute] = &node.attributes[..] else {
        return None;
    };
    let whole = |numbers: &[i64], shape: Vec<usize>| {
        let bytes: Vec<u8> = numbers.iter().flat_map(|n| n.to_le_bytes()).collect();
        Entry::new(Dtype::I64, shape, bytes).ok()
    };
    let floats = |numbers: &[f32], shape: Vec<usize>| {
        let bytes: Vec<u8> = numbers.iter().flat_map(|n| n.to_le_bytes()).collect();
        Entry::new(Dtype::F32, shape, bytes).ok()
    };
    match (attribute.name.as_str(), &attribute.setting) {
        ("value", Setting::Tensor(tensor)) => tensor.entry().ok(),
        ("value_int", Setting::Integer(number)) => whole(&[*number], vec![]),
        ("value_ints", Setting::Integers(numbers)) => whole(numbers, vec![numbers.len()]),
        ("value_float", Setting::Number(number)) => floats(&[*number], vec![]),
        ("value_floats", Setting::Numbers(numbers)) => floats(numbers, vec![numbers.len()]),
        _ => None,
    }
}

fn integer(node: &Node<'_>, name: &str) -> Option<i64> {
    match node.setting(name)? {
        Setting::Integer(number) => Some(*number),
        _ => None,
    }
}

/// Integers that say axes or sizes.
fn integers(entry: &Entry<'_>) -> Option<Vec<i64>> {
    let few = entry.shape.iter().product::<usize>() <= AXES;
    let whole = few && matches!(entry.dtype, Dtype::I64 | Dtype::I32);
    let data = tensor_data(entry).ok().filter(|_| whole)?;
    Some(data.iter::<i64>().collect())
}

/// The place of an axis, which may be counted from the last.
fn axis(axis: i64, count: usize) -> Option<usize> {
    let counted = if axis < 0 { axis + count as i64 } else { axis };
    usize::try_from(counted).ok().filter(|&at| at < count)
}

fn joined<'m>(parts: &[Entry<'m>], at: i64, budget: &mut usize) -> Option<Entry<'m>> {
    let first = parts.first()?;
    let at = axis(at, first.shape.len())?;
    let same = |part: &Entry<'_>| {
        let beside = |shape: &[usize]| [&shape[..at], &shape[at + 1..]].concat();
        part.dtype == first.dtype
            && part.shape.len() == first.shape.len()
            && beside(&part.shape) == beside(&first.shape)
    };
    if !parts.iter().all(same) {
        return None;
    }
    let size = parts.iter().map(|part| part.content.len()).sum();
    *budget = budget.checked_sub(size)?;
    let contents: Option<Vec<Cow<'_, [u8]>>> = parts.iter().map(|part| part.bytes().ok()).collect();
    let contents = contents?;
    let mut all = Vec::with_capacity(size);
    let outer: usize = first.shape[..at].iter().product();
    for row in 0..outer {
        for content in &contents {
            let length = content.len() / outer;
            all.extend_from_slice(&content[row * length..(row + 1) * length]);
        }
    }
    let mut shape = first.shape.clone();
    shape[at] = parts.iter().map(|part| part.shape[at]).sum();
    Entry::new(first.dtype, shape, all).ok()
}

fn cast<'m>(from: &Entry<'_>, to: i64, budget: &mut usize) -> Option<Entry<'m>> {
    let to = match to {
        1 => DType::F32,
        6 => DType::I32,
        7 => DType::I64,
        11 => DType::F64,
        _ => return None,
    };
    let count: usize = from.shape.iter().product();
    *budget = budget.checked_sub(count.checked_mul(8)?)?;
    let data = tensor_data(from).ok()?.convert_dtype(to);
    let made = entry(&data)?;
    Entry::new(made.dtype, made.shape.clone(), data.as_bytes().to_vec()).ok()
}

/// Nodes that give the same numbers in other places.
fn moved<'m>(
    node: &Node<'_>,
    from: Entry<'m>,
    given: &[Option<Vec<i64>>],
    budget: &mut usize,
) -> Option<Entry<'m>> {
    let mut view = View::whole(from.dtype, from.shape.clone(), false)?;
    let list = |name: &str, index: usize| match (node.setting(name), given.get(index)) {
        (Some(Setting::Integers(list)), _) => Some(list.clone()).filter(|list| list.len() <= AXES),
        (_, Some(list)) => list.clone(),
        _ => None,
    };
    let axes = from.shape.len();
    match node.op.as_str() {
        "Transpose" => {
            let order = match node.setting("perm") {
                Some(Setting::Integers(order)) => order.clone(),
                _ => (0..axes as i64).rev().collect(),
            };
            let order: Option<Vec<usize>> = order.iter().map(|&at| axis(at, axes)).collect();
            let order = order
                .filter(|order| order.len() == axes && (0..axes).all(|at| order.contains(&at)))?;
            view = view.permuted(&order);
        }
        "Slice" => {
            let (starts, ends) = (list("starts", 0)?, list("ends", 1)?);
            let all = (0..starts.len() as i64).collect();
            let at = if node.inputs.len() > 3 || node.setting("axes").is_some() {
                list("axes", 2)?
            } else {
                all
            };
            let steps = match given.get(3) {
                Some(steps) => steps.clone()?,
                None => vec![1; starts.len()],
            };
            if [ends.len(), at.len(), steps.len()] != [starts.len(); 3] {
                return None;
            }
            for (((start, end), at), step) in starts.into_iter().zip(ends).zip(at).zip(steps) {
                let at = axis(at, axes)?;
                let size = view.shape[at] as i64;
                let within = |place: i64| {
                    let counted = if place < 0 {
                        place.saturating_add(size)
                    } else {
                        place
                    };
                    counted.clamp(0, size)
                };
                let step = usize::try_from(step).ok().filter(|&step| step > 0)?;
                let (start, end) = (within(start) as usize, within(end) as usize);
                view.offset += start * view.strides[at];
                view.shape[at] = end.saturating_sub(start).div_ceil(step);
                view.strides[at] = view.strides[at].checked_mul(step)?;
            }
        }
        // The order of numbers stays.
        _ => {
            let shape = reshaped(node, &from.shape, list)?;
            return Entry::new(from.dtype, shape, from.content).ok();
        }
    }
    view.of(&Bytes::from(from.bytes().ok()?), budget)
        .ok()
        .and_then(owned)
}

/// A copy that is nobody else's.
fn owned<'m>(entry: Entry<'_>) -> Option<Entry<'m>> {
    let bytes = entry.bytes().ok()?.into_owned();
    Entry::new(entry.dtype, entry.shape, bytes).ok()
}

/// The shape that a node gives to numbers that stay in their order.
fn reshaped(
    node: &Node<'_>,
    from: &[usize],
    list: impl Fn(&str, usize) -> Option<Vec<i64>>,
) -> Option<Vec<usize>> {
    let given = list(if node.is("Reshape") { "shape" } else { "axes" }, 0);
    match (node.op.as_str(), given) {
        ("Squeeze", None) if node.inputs.len() == 1 => {
            Some(from.iter().copied().filter(|&size| size != 1).collect())
        }
        ("Squeeze", Some(axes)) => {
            let gone: Option<Vec<usize>> = axes.iter().map(|&at| axis(at, from.len())).collect();
            let gone = gone.filter(|gone| gone.iter().all(|&at| from[at] == 1))?;
            let left = from.iter().enumerate().filter(|(at, _)| !gone.contains(at));
            Some(left.map(|(_, &size)| size).collect())
        }
        ("Unsqueeze", Some(axes)) => {
            let count = from.len() + axes.len();
            let new: Option<Vec<usize>> = axes.iter().map(|&at| axis(at, count)).collect();
            let new = new?;
            let mut old = from.iter();
            let shape = (0..count).map(|at| {
                if new.contains(&at) {
                    Some(1)
                } else {
                    old.next().copied()
                }
            });
            shape.collect()
        }
        ("Reshape", Some(sizes)) => {
            let count: usize = from.iter().product();
            let zero = integer(node, "allowzero") == Some(1);
            let mut shape = Vec::with_capacity(sizes.len());
            for (at, &size) in sizes.iter().enumerate() {
                shape.push(match size {
                    -1 => None,
                    0 if !zero => Some(*from.get(at)?),
                    size => Some(usize::try_from(size).ok()?),
                });
            }
            let mut sizes = shape.iter().flatten();
            let known = sizes.try_fold(1_usize, |all, &size| all.checked_mul(size))?;
            let rest = count.checked_div(known).unwrap_or(0);
            // Of several that are left open, the numbers will be too many.
            Some(shape.into_iter().map(|size| size.unwrap_or(rest)).collect())
        }
        _ => None,
    }
}
