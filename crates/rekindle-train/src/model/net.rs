//! The network of every task: a front, a body, and a head.

use super::{
    body::{Body, NetStates, Read},
    config::ModelConfig,
    head::HeadParts,
    shape::NetShape,
};
use crate::error::{Error, Result};
use burn::module::{Module, Param};
use burn::nn::{Embedding, Linear, LinearConfig};
use burn::tensor::{Device, Int, Tensor};
use rekindle::{AnyCell, EngineConfig, Recurrent, Sequence};
use rekindle_models::{autoencoder::Decoder, crf::Crf, encoder_decoder::Writer, tagger::Letters};

/// An embedding where the task has symbols, a body, which is most often recurrent layers, and a linear output: the article's
/// `o_t = softmax(V s_t)`, without the softmax, which belongs to the loss. Of words the letters may be read as well, and outputs may be
/// scored together, or a row may be written or given back in place of outputs. The names of the fields are those of the weights in files.
#[derive(Module, Debug)]
pub struct Net {
    embedding: Option<Embedding>,
    letters: Option<Letters>,
    /// Between a step and a body that reads another width.
    input: Option<Linear>,
    recurrent: Body,
    output: Option<Linear>,
    /// The bias of an output that is tied to the embedding.
    tied_bias: Option<Param<Tensor<1>>>,
    crf: Option<Crf>,
    writer: Option<Writer>,
    decoder: Option<Decoder>,
}

impl Net {
    /// A network with fresh parameters.
    ///
    /// # Errors
    ///
    /// If the body does not take inputs of this width, or does not fit the head.
    pub fn new(shape: NetShape, model: &ModelConfig, device: &Device) -> Result<Net> {
        shape.fits(model)?;
        let NetShape { front, head } = shape;
        let embedding = front.init(head.tied(), device);
        let letters = front.init_letters(device);
        let (width, reads) = (front.width(), model.reads(front.width()));
        let input = reads.map(|reads| LinearConfig::new(width, reads).init(device));
        let recurrent = Body::new(model, reads.unwrap_or(width), device);
        let HeadParts {
            output,
            tied_bias,
            crf,
            writer,
            decoder,
        } = head.init(front, model, &recurrent, device);
        Ok(Net {
            embedding,
            letters,
            input,
            recurrent,
            output,
            tied_bias,
            crf,
            writer,
            decoder,
        })
    }

    /// The vectors of symbols: `[batch, time]` to `[batch, time, width]`.
    ///
    /// # Panics
    ///
    /// If the network takes features.
    pub fn embed(&self, symbols: Tensor<2, Int>) -> Tensor<3> {
        let embedding = self.embedding.as_ref().expect("a network of symbols");
        match &self.recurrent {
            Body::AwdLstm(stack) => stack.embed(embedding.weight.val(), symbols),
            Body::Stack(_) | Body::Blocks(_) => embedding.forward(symbols),
        }
    }

    /// The body over a batch.
    pub fn read(
        &self,
        x: impl Into<Sequence>,
        states: Option<NetStates>,
    ) -> (Tensor<3>, NetStates) {
        let Read { y, states, .. } = self.learn(x.into(), states);
        (y, states)
    }

    /// The same, with what outputs cost in training beside the loss.
    pub(super) fn learn(&self, x: Sequence, states: Option<NetStates>) -> Read {
        let x = match &self.input {
            Some(input) => x.with(input.forward(x.data().clone())),
            None => x,
        };
        self.recurrent.forward(x, states)
    }

    /// The outputs of rows: `[rows, d_output]` to `[rows, outputs]`.
    pub fn output(&self, rows: Tensor<2>) -> Tensor<2> {
        match (&self.output, &self.embedding, &self.tied_bias) {
            (Some(linear), ..) => linear.forward(rows),
            (None, Some(embedding), Some(bias)) => {
                rows.matmul(embedding.weight.val().transpose()) + bias.val().unsqueeze()
            }
            _ => unreachable!("a network has an output matrix or an embedding in its place"),
        }
    }

    /// The vectors of symbols, `[symbols, width]`; none where the network takes features.
    pub(super) fn embedding(&self) -> Option<Tensor<2>> {
        self.embedding.as_ref().map(|e| e.weight.val())
    }

    /// The matrix, `[d_output, outputs]`, and the bias of the output.
    pub(super) fn head(&self) -> (Tensor<2>, Option<Tensor<1>>) {
        match (&self.output, self.embedding(), &self.tied_bias) {
            (Some(linear), ..) => (linear.weight.val(), linear.bias.as_ref().map(|b| b.val())),
            (None, Some(vectors), Some(bias)) => (vectors.transpose(), Some(bias.val())),
            _ => unreachable!("a network has an output matrix or an embedding in its place"),
        }
    }

    /// The outputs at every step: `[batch, time, d_output]` to `[batch * time, outputs]`.
    pub fn output_each(&self, y: Tensor<3>) -> Tensor<2> {
        let [batch, time, width] = y.dims();
        self.output(y.reshape([batch * time, width]))
    }

    /// The scores that a row's steps have together, where there are such.
    pub(crate) fn crf(&self) -> Option<&Crf> {
        self.crf.as_ref()
    }

    /// What writes a row of symbols.
    ///
    /// # Panics
    ///
    /// If the network gives outputs.
    pub(crate) fn writer(&self) -> &Writer {
        self.writer.as_ref().expect("a network that writes")
    }

    /// Whether it writes a row of symbols, and has no outputs.
    pub(crate) fn writes(&self) -> bool {
        self.writer.is_some()
    }

    /// What gives a row back from what was read, where that is done.
    pub(super) fn decoder(&self) -> Option<&Decoder> {
        self.decoder.as_ref()
    }

    /// What reads the letters of words, where that is done.
    pub(super) fn letters(&self) -> Option<&Letters> {
        self.letters.as_ref()
    }

    /// What stands between the two ends.
    pub(crate) fn body(&self) -> &Body {
        &self.recurrent
    }

    /// The recurrent layers, for what looks into these or writes them for other programs.
    ///
    /// # Errors
    ///
    /// If the network has no stack of them.
    pub fn recurrent(&self) -> Result<&Recurrent<AnyCell>> {
        self.recurrent.stack().ok_or_else(|| {
            let kind = self.recurrent.kind();
            Error::mend(format!(
                "model.kind = \"{kind}\": only the layers of a \"stack\" can be looked into or written for other programs, and only these and \
                 \"blocks\" taken from a file of theirs"
            ))
        })
    }

    /// Has the equations run in another way.
    pub(crate) fn set_engine(&mut self, engine: EngineConfig) {
        if let Some(letters) = &mut self.letters {
            letters.set_engine(engine);
        }
        if let Some(writer) = &mut self.writer {
            writer.set_engine(engine);
        }
        if let Some(decoder) = &mut self.decoder {
            decoder.set_engine(engine);
        }
        self.recurrent.set_engine(engine);
    }
}
