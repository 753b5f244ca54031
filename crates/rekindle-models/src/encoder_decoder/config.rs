//! The configuration of an encoder-decoder.

use super::bridge::{Bridge, BridgeKind};
use super::readout::{AttentionKind, Readout};
use super::{EncoderDecoder, Writer};
use crate::attention::Attention;
use burn::nn::{Embedding, EmbeddingConfig, Initializer, LinearConfig};
use burn::tensor::Device;
use rekindle::{
    AnyCell, AnyCellConfig, CellConfig, GruConfig, Invalid, Recurrent, RecurrentConfig, positive,
    width,
};
use serde::{Deserialize, Serialize};

/// Configuration of [`EncoderDecoder`].
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct EncoderDecoderConfig {
    /// The number of the source's symbols.
    pub source: usize,
    /// The number of the target's symbols, those that begin and end a row among them.
    pub target: usize,
    /// The width of the symbols' vectors.
    #[serde(default = "usual_embedding")]
    pub d_embedding: usize,
    /// The layers that read the source: by default one GRU of 256 units in each direction.
    #[serde(default = "usual_encoder")]
    pub encoder: RecurrentConfig,
    /// The layers that write the target, in one direction: by default one GRU of 256 units.
    #[serde(default = "usual_decoder")]
    pub decoder: RecurrentConfig,
    /// How the decoder looks at the source, `additive` by default; without, it knows what the bridge gives it.
    #[serde(default = "usual_attention")]
    pub attention: AttentionKind,
    /// The hidden units of the additive score: by default as many as the decoder gives.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub d_attention: Option<usize>,
    /// Whether what a step made of what it saw goes into the next one (Luong's input feeding); for `dot` and `general`.
    #[serde(default)]
    pub input_feeding: bool,
    /// How the decoder begins, `read` by default.
    #[serde(default)]
    pub bridge: BridgeKind,
    /// Whether symbols of the source may be copied to the target, as much as attention looks at them (a pointer-generator, See et al.
    /// 2017, <https://arxiv.org/abs/1704.04368>): then the two have the same symbols.
    #[serde(default)]
    pub copy: bool,
}

fn usual_embedding() -> usize {
    256
}

fn usual_decoder() -> RecurrentConfig {
    RecurrentConfig::new(AnyCellConfig::Gru(GruConfig::new(256)))
}

fn usual_encoder() -> RecurrentConfig {
    usual_decoder().with_bidirectional(true)
}

fn usual_attention() -> AttentionKind {
    AttentionKind::Additive
}

impl EncoderDecoderConfig {
    /// GRUs of 256 units with additive attention, as Bahdanau et al. have them, at a quarter of their width and with another bridge.
    pub fn new(source: usize, target: usize) -> Self {
        EncoderDecoderConfig {
            source,
            target,
            d_embedding: usual_embedding(),
            encoder: usual_encoder(),
            decoder: usual_decoder(),
            attention: usual_attention(),
            d_attention: None,
            input_feeding: false,
            bridge: BridgeKind::default(),
            copy: false,
        }
    }

    rekindle::setters! {
        d_embedding: usize,
        encoder: RecurrentConfig,
        decoder: RecurrentConfig,
        attention: AttentionKind,
        d_attention: Option<usize>,
        input_feeding: bool,
        bridge: BridgeKind,
        copy: bool,
    }

    /// The width of a step's input.
    fn d_step(&self) -> usize {
        let seen = match self.attention {
            AttentionKind::Additive => self.encoder.d_output(),
            _ if self.input_feeding => self.decoder.d_output(),
            _ => 0,
        };
        self.d_embedding + seen
    }

    /// Checks every number.
    ///
    /// # Errors
    ///
    /// Names the key, its value and what it must be.
    pub fn validate(&self) -> Result<(), Invalid> {
        positive("source", self.source)?;
        positive("target", self.target)?;
        width("d_embedding", self.d_embedding)?;
        if let Some(units) = self.d_attention {
            width("d_attention", units)?;
        }
        let under = |key: &'static str| move |invalid: Invalid| invalid.under(key);
        self.encoder
            .fits(self.d_embedding)
            .map_err(under("encoder"))?;
        self.decoder.validate().map_err(under("decoder"))?;
        self.decoder.fits(self.d_step()).map_err(under("decoder"))?;
        if self.decoder.bidirectional {
            let expected = "false: a row is written from its beginning";
            return Err(Invalid::new("decoder.bidirectional", true, expected));
        }
        if let (Some(width), AttentionKind::Additive) = (self.decoder.projection, self.attention) {
            let expected = "left out with additive attention, which looks by the decoder's state";
            return Err(Invalid::new("decoder.projection", width, expected));
        }
        let (seen, output) = (self.encoder.d_output(), self.decoder.d_output());
        if self.attention == AttentionKind::Dot && seen != output {
            let expected = format!(
                "general or additive where the widths differ: the encoder gives {seen} features and the decoder {output}; or make \
                 the two equal"
            );
            return Err(Invalid::new("attention", "dot", &expected));
        }
        let after = matches!(self.attention, AttentionKind::Dot | AttentionKind::General);
        if self.input_feeding && !after {
            let expected = "false, or attention dot or general: there is nothing to feed";
            return Err(Invalid::new("input_feeding", true, expected));
        }
        if self.bridge == BridgeKind::Copy && !self.same_states() {
            let expected = "read or linear where the encoder ends with other states than the decoder begins with; or give the two the \
                            same layers, in one direction";
            return Err(Invalid::new("bridge", "copy", expected));
        }
        if self.copy && self.attention == AttentionKind::None {
            let expected = "false without attention, which says what to copy";
            return Err(Invalid::new("copy", true, expected));
        }
        if self.copy && self.source != self.target {
            let expected = format!(
                "false where source and target have other symbols: these are {} and {}",
                self.source, self.target
            );
            return Err(Invalid::new("copy", true, &expected));
        }
        Ok(())
    }

    /// Whether the encoder ends with the states that the decoder begins with.
    fn same_states(&self) -> bool {
        let (encoder, decoder) = (&self.encoder, &self.decoder);
        encoder.cell == decoder.cell && encoder.layers == decoder.layers && !encoder.bidirectional
    }

    /// A network with fresh parameters.
    ///
    /// # Panics
    ///
    /// If the configuration is [invalid](EncoderDecoderConfig::validate).
    pub fn init(&self, device: &Device) -> EncoderDecoder {
        if let Err(invalid) = self.validate() {
            panic!("{invalid}");
        }
        let source = self.embedding(self.source, device);
        let encoder = self.encoder.init(self.d_embedding, device);
        EncoderDecoder {
            source,
            writer: self.init_writer(&encoder, device),
            encoder,
        }
    }

    fn embedding(&self, symbols: usize, device: &Device) -> Embedding {
        let init = Initializer::Normal {
            mean: 0.0,
            std: 1.0,
        };
        let config = EmbeddingConfig::new(symbols, self.d_embedding);
        config.with_initializer(init).init(device)
    }

    /// What writes the target, with fresh parameters, of what these layers read.
    ///
    /// # Panics
    ///
    /// If the configuration is [invalid](EncoderDecoderConfig::validate).
    pub fn init_writer(&self, encoder: &Recurrent<AnyCell>, device: &Device) -> Writer {
        if let Err(invalid) = self.validate() {
            panic!("{invalid}");
        }
        let decoder = self.decoder.init(self.d_step(), device);
        let (seen, output) = (encoder.d_output(), decoder.d_output());
        let attention = self.attention.score().map(|score| {
            let units = self.d_attention.unwrap_or(output);
            Attention::new(score, output, seen, units, device)
        });
        let bridge = Bridge::new(self.bridge, encoder, &decoder, device);
        let readout = Readout::new(self.attention, self.d_embedding, seen, output, device);
        let copy = self.copy.then(|| {
            let d_all = seen + output + self.d_embedding;
            LinearConfig::new(d_all, 1).init(device)
        });
        Writer {
            bridge,
            target: self.embedding(self.target, device),
            decoder,
            attention,
            output: LinearConfig::new(readout.d_output(), self.target).init(device),
            readout,
            copy,
            placement: self.attention,
            input_feeding: self.input_feeding,
        }
    }
}
