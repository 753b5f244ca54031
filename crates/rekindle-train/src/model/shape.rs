//! The two ends of a network.

use crate::error::{Error, Result};
use rekindle::RecurrentConfig;

/// What a task asks of the network's two ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NetShape {
    /// What goes in.
    pub inputs: Inputs,
    /// The number of outputs a step.
    pub outputs: usize,
    /// Whether the output matrix is the embedding itself (Press & Wolf 2017, arXiv 1608.05859).
    pub tied: bool,
}

/// What goes into a network.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Inputs {
    /// One symbol a step, embedded in vectors of this width.
    Symbols {
        /// The number of symbols.
        count: usize,
        /// The width of their vectors.
        width: usize,
    },
    /// Numbers, so many a step.
    Features(usize),
}

impl NetShape {
    /// Two ends that are not tied.
    pub(crate) fn of(inputs: Inputs, outputs: usize) -> Self {
        NetShape {
            inputs,
            outputs,
            tied: false,
        }
    }

    /// The width of the layers' input.
    pub(crate) fn d_input(&self) -> usize {
        match self.inputs {
            Inputs::Features(width) | Inputs::Symbols { width, .. } => width,
        }
    }

    /// Checks that layers fit between the two ends.
    ///
    /// # Errors
    ///
    /// If the layers do not take inputs of this width, or the output is tied to an embedding of
    /// another width than the layers' output.
    pub(crate) fn fits(&self, model: &RecurrentConfig) -> Result<()> {
        let d_input = self.d_input();
        let fits = model.fits(d_input);
        fits.map_err(|invalid| Error::mend(invalid.under("model").to_string()))?;
        let d_output = model.d_output();
        if self.tied && d_output != d_input {
            return Err(Error::mend(format!(
                "task.tied = true: the embedding has width {d_input} and the layers' output {d_output}; \
                 set task.d_embedding or model.projection so that they agree"
            )));
        }
        Ok(())
    }
}
