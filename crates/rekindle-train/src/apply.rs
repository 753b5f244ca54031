//! `rekindle apply`: one layer on tensors from a file, and its gradients.
//!
//! This is how a user checks that a layer of their own is reproduced. The layer runs as at
//! inference, gradients or not: no dropout, and zoneout by its expectation.

mod input;

use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
};

use burn::{
    module::Module,
    tensor::{DType, DataError, Device, Gradients, Tensor, TensorData},
};
use rekindle::{AnyCell, Recurrent};
use rekindle_interop::Taken;

use crate::layer_file::LayerFile;
use crate::{
    device::{self, Preference},
    error::{Error, Result},
    memory::{self, Batch},
    output::Output,
    tensors::{self, Content},
};
use input::Input;

/// What to apply to what.
#[derive(Clone, Debug)]
pub struct ApplyOptions {
    /// The layer: a TOML file with `d_input`, perhaps `memory`, and the keys of [`RecurrentConfig`](rekindle::RecurrentConfig).
    pub layer: PathBuf,
    /// The input: `x`, and perhaps `lengths` and states.
    pub input: PathBuf,
    /// The weights by their names; without them, the layer has fresh ones, always the same.
    pub weights: Option<PathBuf>,
    /// Where in the weights' file the layer stands: `encoder.rnn`; the one place where all fits by default.
    pub prefix: Option<String>,
    /// What the outputs are multiplied by: with it, gradients are computed.
    pub cotangent: Option<PathBuf>,
    /// The file to write; `-` for standard output.
    pub output: PathBuf,
    /// Where to compute.
    pub device: Preference,
}

/// What was done.
#[derive(Clone, Debug)]
pub struct Applied {
    /// One line: the device, and why no earlier one.
    pub device: String,
    /// What was taken from the weights' file, if there is one.
    pub taken: Option<Taken>,
    /// The name and the shape of each tensor written.
    pub tensors: Vec<(String, Vec<usize>)>,
}

/// Runs a layer on tensors from a file and writes its outputs, final states and gradients.
pub fn apply(options: &ApplyOptions) -> Result<Applied> {
    let others = [&options.weights, &options.cotangent].into_iter().flatten();
    let inputs = [&options.layer, &options.input].into_iter().chain(others);
    let output = Output::new("--output", &options.output)?.apart_from(inputs)?;
    let LayerFile {
        d_input,
        memory,
        config,
    } = LayerFile::read(&options.layer)?;
    let chosen = device::resolve(&options.device, false)?;
    let input = Input::read(&options.input)?;
    let cotangent = options.cotangent.as_deref().map(Input::read).transpose()?;

    let x = input.x(d_input)?;
    if x.dtype() == DType::F64 && !chosen.has_f64 {
        return Err(no_f64(&options.input, &chosen.name));
    }
    let of_layer = |e| Error::mend(format!("{}: {e}", options.layer.display()));
    config
        .engine
        .runs_on(&chosen.device, x.dtype())
        .map_err(|e| of_layer(e.under("engine")))?;
    let [rows, time] = [x.shape()[0], x.shape()[1]];
    let batch = Batch {
        rows,
        time,
        ..Batch::default()
    };
    memory::of_layers(memory, &config, d_input, batch).map_err(of_layer)?;
    let device = match cotangent {
        Some(_) => chosen.device.autodiff(),
        None => chosen.device,
    };
    device.seed(0);
    let layer = match options.weights {
        Some(_) => config.blank(d_input, &device),
        None => config.init(d_input, &device),
    };
    let (layer, taken) = weighted(layer, options, x.dtype())?;
    // What training alone does is switched off; what has a gradient still has it.
    let layer = layer.freeze().set_require_grad(true);

    let tensors = match cotangent {
        None => run(&layer, &input, x, &device)?.outputs()?,
        Some(cotangent) => run(&layer, &input, x, &device)?.gradients(&layer, &cotangent)?,
    };
    output.write(&tensors::to_bytes(&tensors, &[])?)?;
    let shapes = tensors.into_iter().map(|(n, t)| (n, t.shape().to_vec()));
    Ok(Applied {
        device: chosen.line,
        taken,
        tensors: shapes.collect(),
    })
}

fn no_f64(input: &Path, device: &str) -> Error {
    Error::mend(format!(
        "{}: tensor `x` is f64, which device {device} does not compute with\nconvert the tensors to f32, or choose another device, e.g. --device cpu",
        input.display(),
    ))
}

/// The layer with the weights of the file, or with its own, all of the type of the input; and what was found in the file.
fn weighted(
    layer: Recurrent<AnyCell>,
    options: &ApplyOptions,
    dtype: DType,
) -> Result<(Recurrent<AnyCell>, Option<Taken>)> {
    let Some(path) = &options.weights else {
        let fresh = rekindle_interop::export(&layer).into_iter();
        let cast = fresh.map(|(name, data)| Ok((name, data.try_cast(dtype)?)));
        let cast: Result<_, DataError> = cast.collect();
        let failed = |error| Error::fault(format!("cannot convert the weights: {error}"));
        let layer = rekindle_interop::import(layer, &cast.map_err(failed)?);
        let origin = options.layer.display();
        let layer = layer.map_err(|error| Error::mend(format!("{origin}: {error}")));
        return Ok((layer?, None));
    };
    let content = Content::read(path)?;
    let (layer, taken) = content.take(layer, options.prefix.as_deref())?;
    let first = rekindle_interop::named_tensors(&layer).into_iter().next();
    match first {
        Some((_, data)) if data.dtype() != dtype => Err(Error::mend(format!(
            "{}: tensor `{}` is {}, but `x` in {} is {}; all must be the same",
            path.display(),
            taken.names[0],
            data.dtype().name(),
            options.input.display(),
            dtype.name()
        ))),
        _ => Ok((layer, Some(taken))),
    }
}

/// A layer's run: what went in and what came out.
struct Run {
    x: Tensor<3>,
    initial: Vec<Tensor<2>>,
    y: Tensor<3>,
    last: Vec<Tensor<2>>,
    names: Vec<String>,
}

fn run(layer: &Recurrent<AnyCell>, input: &Input, x: TensorData, device: &Device) -> Result<Run> {
    let (batch, dtype) = (x.shape()[0], x.dtype());
    let names = layer.state_names();
    let given = input.states(&names, batch, dtype, &["x", "lengths"])?;

    let mut x = Tensor::from_data(x, (device, dtype));
    if device.is_autodiff() {
        x = x.require_grad();
    }
    let initial = layer.initial(&x);
    let parts = initial.clone().into_parts().into_iter().zip(given);
    let parts: Vec<Tensor<2>> = parts
        .map(|(initial, given)| {
            let part = match given {
                Some(data) => Tensor::from_data(data, (device, dtype)),
                None => initial,
            };
            // A learned initial state has its gradient as a weight.
            match device.is_autodiff() && !part.is_tracked() {
                true => part.require_grad(),
                false => part,
            }
        })
        .collect();
    let sequence = input.sequence(x.clone())?;
    let (y, last) = layer.forward(sequence, Some(initial.with_parts(parts.clone())));
    Ok(Run {
        x,
        initial: parts,
        y,
        last: last.into_parts(),
        names: names.into_iter().map(|(name, _)| name).collect(),
    })
}

type Named = Vec<(String, TensorData)>;

impl Run {
    fn outputs(self) -> Result<Named> {
        let mut named = vec![("y".to_owned(), data(self.y)?)];
        for (name, state) in self.names.iter().zip(self.last) {
            named.push((format!("state.{name}"), data(state)?));
        }
        Ok(named)
    }

    /// The outputs, and the gradients of the sum of each output times its cotangent.
    fn gradients(self, layer: &Recurrent<AnyCell>, cotangent: &Input) -> Result<Named> {
        let options = (&self.y.device(), self.y.dtype());
        let (dy, states) = cotangent.cotangents(&self.y, &self.names, &self.last)?;
        let mut loss = (self.y.clone() * Tensor::from_data(dy, options)).sum();
        for (state, cotangent) in self.last.iter().zip(states) {
            if let Some(cotangent) = cotangent {
                let cotangent = Tensor::from_data(cotangent, options);
                loss = loss + (state.clone() * cotangent).sum();
            }
        }
        let grads = loss.backward();

        let mut named = vec![("grad.x".to_owned(), gradient(&self.x, &grads)?)];
        let weights: BTreeMap<_, _> = rekindle_interop::gradients(layer, &grads)
            .into_iter()
            .collect();
        let names = rekindle_interop::weight_names(layer).into_iter();
        for weight in names.filter(|w| rekindle_interop::is_trained(layer, &w.name)) {
            let zeros = || TensorData::full_dtype(weight.shape.clone(), 0.0, self.x.dtype());
            let data = weights.get(&weight.name).cloned().unwrap_or_else(zeros);
            named.push((format!("grad.{}", weight.name), data));
        }
        for (name, state) in self.names.iter().zip(&self.initial) {
            if state.is_require_grad() {
                named.push((format!("grad.state.{name}"), gradient(state, &grads)?));
            }
        }
        let mut all = self.outputs()?;
        all.append(&mut named);
        Ok(all)
    }
}

/// The gradient of a leaf: zero where the loss does not depend on it.
fn gradient<const D: usize>(leaf: &Tensor<D>, grads: &Gradients) -> Result<TensorData> {
    data(leaf.grad(grads).unwrap_or_else(|| leaf.zeros_like()))
}

fn data<const D: usize>(tensor: Tensor<D>) -> Result<TensorData> {
    let read = tensor.try_into_data();
    read.map_err(|error| Error::fault(format!("the device failed: {error}")))
}

#[cfg(test)]
mod tests;
