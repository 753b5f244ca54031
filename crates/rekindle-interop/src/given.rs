//! Tensors that a module's weights are taken from: numbers, or places in a file where they still are.

use std::collections::BTreeMap;

use burn::tensor::{DType, TensorData};

use crate::error::WeightError;
use crate::formats::Entry;
use crate::stored::Stored;
use crate::transpose::transpose;

/// A tensor that is given.
pub(crate) enum Given<'t> {
    /// Its numbers are here alone.
    Own(TensorData),
    Lent(&'t TensorData),
    Stored(Stored<'t>),
}

/// Tensors by their names.
pub(crate) type AllGiven<'t> = BTreeMap<String, Given<'t>>;

/// Weights by our names, and the names of those in the file.
pub(crate) type Weights<'t> = (AllGiven<'t>, Vec<String>);

impl<'t> Given<'t> {
    /// All of a map.
    pub(crate) fn lent(tensors: &'t BTreeMap<String, TensorData>) -> AllGiven<'t> {
        let lent = tensors.iter();
        lent.map(|(name, data)| (name.clone(), Given::Lent(data)))
            .collect()
    }

    /// Tensors of a file, by their names there.
    pub(crate) fn stored<'n>(
        tensors: impl Iterator<Item = (&'n str, &'n Entry<'t>)>,
    ) -> AllGiven<'t>
    where
        't: 'n,
    {
        let stored = tensors.map(|(name, entry)| {
            let whole = Stored::whole(name.to_owned(), entry.clone());
            (name.to_owned(), Given::Stored(whole))
        });
        stored.collect()
    }

    pub(crate) fn shape(&self) -> Vec<usize> {
        match self {
            Given::Own(data) => data.shape().to_vec(),
            Given::Lent(data) => data.shape().to_vec(),
            Given::Stored(stored) => stored.shape().to_vec(),
        }
    }

    /// The type that it is computed with.
    pub(crate) fn dtype(&self) -> DType {
        match self {
            Given::Own(data) => data.dtype(),
            Given::Lent(data) => data.dtype(),
            Given::Stored(stored) => stored.dtype(),
        }
    }

    /// Its numbers, all of which are finite; of a matrix the transpose where that is asked for.
    pub(crate) fn numbers(self, name: &str, turned: bool) -> Result<TensorData, WeightError> {
        let data = match self {
            Given::Own(data) => data,
            Given::Lent(data) => data.clone(),
            Given::Stored(stored) => return stored.numbers(turned),
        };
        finite(&data, name)?;
        Ok(if turned { transpose(data) } else { data })
    }
}

/// How many numbers are looked at before it is asked what was seen.
const MANY: usize = 1 << 12;

/// Whether all numbers of a tensor of floats are finite.
fn finite(data: &TensorData, name: &str) -> Result<(), WeightError> {
    fn all<T>(numbers: &[T], finite: impl Fn(&T) -> bool) -> bool {
        let mut parts = numbers.chunks(MANY);
        parts.all(|part| part.iter().fold(true, |all, number| all & finite(number)))
    }
    let are = match data.dtype() {
        DType::F32 => data
            .as_slice()
            .is_ok_and(|all_of| all(all_of, |n: &f32| n.is_finite())),
        DType::F64 => data
            .as_slice()
            .is_ok_and(|all_of| all(all_of, |n: &f64| n.is_finite())),
        _ => data.iter::<f64>().all(f64::is_finite),
    };
    if are {
        return Ok(());
    }
    let mut numbers = data.iter::<f64>().enumerate();
    let (index, value) = numbers
        .find(|(_, value)| !value.is_finite())
        .expect("one that was seen");
    Err(WeightError::NotFinite {
        name: name.to_owned(),
        value: value.to_string(),
        index,
    })
}
