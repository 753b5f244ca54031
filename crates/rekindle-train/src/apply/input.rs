//! The tensors of an input or a cotangent file, each checked before it is used.

use std::{collections::BTreeMap, path::Path};

use burn::tensor::{DType, Tensor, TensorData};
use rekindle::Sequence;

use crate::{
    error::{Error, Result},
    tensors,
};

/// A file of tensors.
pub(super) struct Input {
    origin: String,
    tensors: BTreeMap<String, TensorData>,
}

impl Input {
    pub(super) fn read(path: &Path) -> Result<Self> {
        Ok(Input {
            origin: path.display().to_string(),
            tensors: tensors::read(path)?,
        })
    }

    /// `x`, `[batch, time, d_input]`, f32 or f64.
    pub(super) fn x(&self, d_input: usize) -> Result<TensorData> {
        let x = self.required("x")?;
        let fits =
            matches!(x.shape()[..], [batch, time, width] if batch * time > 0 && width == d_input);
        if !fits {
            return Err(self.error(format!(
                "tensor `x` is {:?}, but the layer takes [batch, time, {d_input}], with at least one row and one step",
                x.shape().to_vec()
            )));
        }
        match x.dtype() {
            DType::F32 | DType::F64 => Ok(x.clone()),
            other => Err(self.error(format!(
                "tensor `x` is {}, but must be f32 or f64",
                other.name()
            ))),
        }
    }

    /// The batch, with the file's `lengths`, `[batch]`, i64 or i32, where it has them.
    pub(super) fn sequence(&self, x: Tensor<3>) -> Result<Sequence> {
        let Some(data) = self.tensors.get("lengths") else {
            return Ok(Sequence::new(x));
        };
        let [batch, time, _] = x.dims();
        let dtype = match data.dtype() {
            DType::I32 => DType::I32,
            _ => DType::I64,
        };
        self.fits("lengths", data, &[batch], dtype, "lengths are i64 or i32")?;
        let mut lengths = Vec::with_capacity(batch);
        for (row, length) in data.iter::<i64>().enumerate() {
            // A batch knows no negative numbers.
            let length = usize::try_from(length).map_err(|_| {
                self.error(format!(
                    "`lengths`: the length of row {row} is {length}; it must be from 1 to {time}, the time axis"
                ))
            })?;
            lengths.push(length);
        }
        let sequence = Sequence::padded(x, lengths);
        sequence.map_err(|error| self.error(format!("`lengths`: {error}")))
    }

    /// The states of the file, each `[batch, width]`, in the order of the names.
    pub(super) fn states(
        &self,
        names: &[(String, usize)],
        batch: usize,
        dtype: DType,
        others: &[&str],
    ) -> Result<Vec<Option<TensorData>>> {
        let known = others.iter().map(|&name| name.to_owned());
        let states = names.iter().map(|(name, _)| format!("state.{name}"));
        self.all_known(&known.chain(states).collect::<Vec<_>>())?;
        let states = names.iter().map(|(name, width)| {
            let name = format!("state.{name}");
            match self.tensors.get(&name) {
                None => Ok(None),
                Some(data) => {
                    self.fits(
                        &name,
                        data,
                        &[batch, *width],
                        dtype,
                        "all must be of the type of `x`",
                    )?;
                    Ok(Some(data.clone()))
                }
            }
        });
        states.collect()
    }

    /// What `y` and the final states are multiplied by, each of the shape of its output.
    pub(super) fn cotangents(
        &self,
        y: &Tensor<3>,
        names: &[String],
        last: &[Tensor<2>],
    ) -> Result<(TensorData, Vec<Option<TensorData>>)> {
        let dy = self.required("y")?;
        let dtype = y.dtype();
        self.fits("y", dy, &y.dims(), dtype, "all must be of the type of `x`")?;
        let widths = last.iter().map(|state| state.dims()[1]);
        let names: Vec<_> = names.iter().cloned().zip(widths).collect();
        let states = self.states(&names, y.dims()[0], dtype, &["y"])?;
        Ok((dy.clone(), states))
    }

    fn required(&self, name: &str) -> Result<&TensorData> {
        self.tensors.get(name).ok_or_else(|| {
            let found: Vec<_> = self.tensors.keys().map(String::as_str).collect();
            let found = match found[..] {
                [] => "nothing".to_owned(),
                _ => found.join(", "),
            };
            self.error(format!(
                "tensor `{name}` is missing; the file holds {found}"
            ))
        })
    }

    fn fits(
        &self,
        name: &str,
        data: &TensorData,
        shape: &[usize],
        dtype: DType,
        rule: &str,
    ) -> Result<()> {
        if data.shape().to_vec() != shape {
            return Err(self.error(format!(
                "tensor `{name}` is {:?}, but must be {shape:?}",
                data.shape().to_vec()
            )));
        }
        match data.dtype() == dtype {
            true => Ok(()),
            false => Err(self.error(format!(
                "tensor `{name}` is {}, but must be {}: {rule}",
                data.dtype().name(),
                dtype.name()
            ))),
        }
    }

    fn all_known(&self, known: &[String]) -> Result<()> {
        match self.tensors.keys().find(|name| !known.contains(name)) {
            None => Ok(()),
            Some(name) => Err(self.error(format!(
                "unknown tensor `{name}` (known: {})",
                known.join(", ")
            ))),
        }
    }

    fn error(&self, message: String) -> Error {
        Error::mend(format!("{}: {message}", self.origin))
    }
}
