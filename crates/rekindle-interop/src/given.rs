//! Tensors that a module's weights are taken from: numbers, or places in a file where they still are.

use std::collections::BTreeMap;

use burn::tensor::{DType, TensorData};

use crate::convert::{computed, numbers};
use crate::error::WeightError;
use crate::formats::Entry;
use crate::transpose::transpose;

/// A tensor that is given.
pub(crate) enum Given<'t> {
    /// Its numbers are here alone.
    Own(TensorData),
    Lent(&'t TensorData),
    Stored(&'t Entry<'t>),
}

/// Tensors by their names.
pub(crate) type AllGiven<'t> = BTreeMap<String, Given<'t>>;

impl<'t> Given<'t> {
    /// All of a map.
    pub(crate) fn lent(tensors: &'t BTreeMap<String, TensorData>) -> AllGiven<'t> {
        let lent = tensors.iter();
        lent.map(|(name, data)| (name.clone(), Given::Lent(data)))
            .collect()
    }

    /// All of a map, whose numbers nobody else needs.
    pub(crate) fn own(tensors: BTreeMap<String, TensorData>) -> AllGiven<'static> {
        let own = tensors.into_iter();
        own.map(|(name, data)| (name, Given::Own(data))).collect()
    }

    pub(crate) fn shape(&self) -> Vec<usize> {
        match self {
            Given::Own(data) => data.shape().to_vec(),
            Given::Lent(data) => data.shape().to_vec(),
            Given::Stored(entry) => entry.shape.clone(),
        }
    }

    /// The type that it is computed with.
    pub(crate) fn dtype(&self) -> DType {
        match self {
            Given::Own(data) => data.dtype(),
            Given::Lent(data) => data.dtype(),
            Given::Stored(entry) => computed(entry),
        }
    }

    /// Its numbers, all of which are finite; of a matrix the transpose where that is asked for.
    pub(crate) fn numbers(self, name: &str, turned: bool) -> Result<TensorData, WeightError> {
        let turn = |data| if turned { transpose(data) } else { data };
        let data = match self {
            Given::Own(data) => turn(data),
            Given::Lent(data) => turn(data.clone()),
            Given::Stored(entry) => {
                let read = numbers(entry, turned);
                read.map_err(|error| WeightError::Unread {
                    name: name.to_owned(),
                    why: error.to_string(),
                })?
            }
        };
        match is_finite(&data) {
            true => Ok(data),
            false => Err(fault(name, if turned { transpose(data) } else { data })),
        }
    }
}

/// How many numbers are looked at before it is asked what was seen.
const MANY: usize = 1 << 12;

/// Whether all numbers of a tensor of floats are finite.
fn is_finite(data: &TensorData) -> bool {
    fn all<T>(numbers: &[T], finite: impl Fn(&T) -> bool) -> bool {
        let mut parts = numbers.chunks(MANY);
        parts.all(|part| part.iter().fold(true, |all, number| all & finite(number)))
    }
    match data.dtype() {
        DType::F32 => data
            .as_slice()
            .is_ok_and(|all_of| all(all_of, |n: &f32| n.is_finite())),
        DType::F64 => data
            .as_slice()
            .is_ok_and(|all_of| all(all_of, |n: &f64| n.is_finite())),
        _ => data.iter::<f64>().all(f64::is_finite),
    }
}

/// The first number that is not finite.
fn fault(name: &str, data: TensorData) -> WeightError {
    let mut numbers = data.iter::<f64>().enumerate();
    let (index, value) = numbers
        .find(|(_, value)| !value.is_finite())
        .expect("one that was seen");
    WeightError::NotFinite {
        name: name.to_owned(),
        value: value.to_string(),
        index,
    }
}
