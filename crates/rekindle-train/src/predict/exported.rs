//! A trained network for other programs.

use super::predictor::Predictor;
use crate::{
    error::{Error, Result},
    model::{front::Front, head::Head, shape::NetShape, taken::Taken, written::Outputs},
    tensors,
};
use rekindle_interop::formats::onnx::write;
use rekindle_interop::onnx::Options;
use serde::Serialize;
use std::collections::BTreeMap;

/// The names of what a file says of the run: its layers, and what it knows of its data.
const NOTES: [&str; 2] = ["rekindle.model", "rekindle.data"];

impl Predictor {
    /// A model of ONNX: the front, the layers and the head, from `symbols` or `x` in the units of the data to `outputs`.
    ///
    /// # Errors
    ///
    /// If a cell is no set of equations, or the options ask for states where outputs are taken from rows as a whole.
    pub fn to_onnx(&self, options: &Options) -> Result<Vec<u8>> {
        let ends = self.kind().meaning(&self.spec)?;
        if options.states && ends.taken != Taken::Each {
            return Err(Error::mend(format!(
                "--states: a run of the task {} says something of a row as a whole, and not step by step; leave it out",
                self.kind().name()
            )));
        }
        let refused = match self.shape {
            NetShape {
                front: Front::Words { .. },
                ..
            } => Some("reads no letters of words: train with task.letters = 0"),
            NetShape {
                head: Head::Writer(_),
                ..
            } => Some("writes no texts: take the program or the library"),
            NetShape {
                head: Head::Decoder(_),
                ..
            } => Some("gives no rows back: take the program or the library"),
            _ => (ends.outputs == Outputs::Distributed).then_some(
                "gives no distributions: train without task.distribution and task.quantiles",
            ),
        };
        if let Some(what) = refused {
            return Err(Error::mend(format!(
                "a model of ONNX {what}, or have the weights by --output FILE.safetensors"
            )));
        }
        let model = self.net.onnx(self.net.recurrent()?, &ends, options);
        let mut model = model.map_err(|error| Error::mend(error.to_string()))?;
        for (name, text) in NOTES.into_iter().zip(self.notes()?) {
            model.notes.push((name.to_owned(), text));
        }
        write(&model).map_err(|error| Error::fault(format!("cannot write the model: {error}")))
    }

    /// The weights by PyTorch's names, `embedding.weight`, `recurrent.weight_ih_l0`, `output.weight`, as a safetensors file.
    ///
    /// # Errors
    ///
    /// If the network has no stack of recurrent layers, or what the run knows cannot be written, which is a defect.
    pub fn to_pytorch(&self) -> Result<Vec<u8>> {
        let notes = NOTES.into_iter().zip(self.notes()?);
        let notes: BTreeMap<&str, String> = notes.collect();
        tensors::to_bytes(&self.net.pytorch()?, &[("rekindle", &json(&notes)?)])
    }

    /// The layers, and what the network knows of its data, as JSON.
    fn notes(&self) -> Result<[String; 2]> {
        Ok([
            json(&self.plan.experiment().model.stack())?,
            json(&self.spec)?,
        ])
    }
}

fn json(value: &impl Serialize) -> Result<String> {
    serde_json::to_string(value)
        .map_err(|error| Error::fault(format!("cannot write what the run knows: {error}")))
}
