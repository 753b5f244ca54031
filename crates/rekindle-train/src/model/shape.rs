//! The two ends of a network.

use super::{config::ModelConfig, front::Front, head::Head};
use crate::error::{Error, Result};

/// What a task asks of the network's two ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NetShape {
    /// What goes in.
    pub front: Front,
    /// What comes out.
    pub head: Head,
}

impl NetShape {
    /// A front, and a head of its own.
    pub(crate) fn of(front: Front, outputs: usize) -> Self {
        let head = Head::Linear {
            outputs,
            tied: false,
            crf: false,
        };
        NetShape { front, head }
    }

    /// Checks that a body fits between the two ends.
    ///
    /// # Errors
    ///
    /// If the body does not take inputs of this width, the output is tied to an embedding of another width than the body's output, or
    /// what writes or gives back a row is to stand behind another body than a stack.
    pub(crate) fn fits(&self, model: &ModelConfig) -> Result<()> {
        if let Some(letters) = self.front.letters() {
            let fits = letters.validate();
            fits.map_err(|invalid| Error::mend(invalid.under("task.letters").to_string()))?;
        }
        let d_input = self.front.width();
        let fits = model.fits(d_input);
        fits.map_err(|invalid| Error::mend(invalid.under("model").to_string()))?;
        let d_output = model.d_output(d_input);
        if self.head.tied() && d_output != d_input {
            return Err(Error::mend(format!(
                "task.tied = true: the embedding has width {d_input} and the layers' output {d_output}; set task.d_embedding or {} \
                 so that they agree",
                match model {
                    ModelConfig::Blocks(_) => "model.d_model",
                    _ => "model.projection",
                }
            )));
        }
        let stack = || {
            model.stack().ok_or_else(|| {
                Error::mend(format!(
                    "model.kind = \"{}\": must be \"stack\" where a row is written or given back: what does so begins from the states of layers",
                    model.kind()
                ))
            })
        };
        let whole = match self.head {
            Head::Linear { .. } => return Ok(()),
            Head::Writer(writer) => writer.config(self.front, stack()?).validate(),
            Head::Decoder(decoder) => decoder.config(stack()?).validate(),
        };
        whole.map_err(|invalid| Error::mend(invalid.under("task").to_string()))
    }
}
