//! The head of a network: what the layers give becomes outputs, or a row of symbols.

use super::{body::Body, config::ModelConfig, front::Front};
use burn::module::Param;
use burn::nn::{Linear, LinearConfig};
use burn::tensor::{Device, Tensor};
use rekindle::RecurrentConfig;
use rekindle_models::autoencoder::{AutoencoderConfig, Decoder};
use rekindle_models::crf::Crf;
use rekindle_models::encoder_decoder::{AttentionKind, BridgeKind, EncoderDecoderConfig, Writer};

/// The head: what the layers give becomes outputs, or another row of symbols.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Head {
    /// A matrix and a bias, and perhaps a field over what they give.
    Linear {
        /// The number of outputs a step.
        outputs: usize,
        /// Whether the matrix is the embedding itself (Press & Wolf 2017, arXiv 1608.05859).
        tied: bool,
        /// Whether the outputs of a row's steps are scored together, by a conditional random field.
        crf: bool,
    },
    /// Layers like those below, in one direction, that write a row of symbols.
    Writer(WriterHead),
    /// A vector of what was read, and layers like those below, in one direction, that give the row back from it.
    Decoder(DecoderHead),
}

/// What gives a row back that was read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DecoderHead {
    /// The width of the vector between.
    pub code: usize,
    /// The numbers of a step.
    pub features: usize,
}

impl DecoderHead {
    /// The whole network, of which it is a part: behind these layers.
    pub(super) fn config(self, model: &RecurrentConfig) -> AutoencoderConfig {
        AutoencoderConfig::new(self.features, self.code)
            .with_encoder(model.clone())
            .with_decoder(model.clone().with_bidirectional(false))
    }
}

/// What writes a row of symbols, looking at what was read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct WriterHead {
    /// The number of symbols, those that begin and end a row among them.
    pub symbols: usize,
    /// How it looks at what was read.
    pub attention: AttentionKind,
    /// Whether what a step made of what it saw goes into the next one.
    pub input_feeding: bool,
    /// How it begins.
    pub bridge: BridgeKind,
    /// Whether symbols may be copied from what was read.
    pub copy: bool,
}

impl WriterHead {
    /// The whole network, of which it is a part: behind a front of symbols, and these layers.
    pub(super) fn config(self, front: Front, model: &RecurrentConfig) -> EncoderDecoderConfig {
        let Front::Symbols { count, width } = front else {
            unreachable!("what is written of is a row of symbols");
        };
        EncoderDecoderConfig::new(count, self.symbols)
            .with_d_embedding(width)
            .with_encoder(model.clone())
            .with_decoder(model.clone().with_bidirectional(false))
            .with_attention(self.attention)
            .with_input_feeding(self.input_feeding)
            .with_bridge(self.bridge)
            .with_copy(self.copy)
    }
}

/// The parameters of a head.
#[derive(Default)]
pub(super) struct HeadParts {
    /// The matrix and its bias.
    pub(super) output: Option<Linear>,
    /// The bias alone, where the matrix is tied.
    pub(super) tied_bias: Option<Param<Tensor<1>>>,
    pub(super) crf: Option<Crf>,
    pub(super) writer: Option<Writer>,
    pub(super) decoder: Option<Decoder>,
}

impl Head {
    /// The number of outputs a step, or of symbols that are written.
    pub(super) fn outputs(self) -> usize {
        match self {
            Head::Linear { outputs, .. } => outputs,
            Head::Writer(writer) => writer.symbols,
            Head::Decoder(decoder) => decoder.features,
        }
    }

    /// Whether its matrix is the embedding itself.
    pub(super) fn tied(self) -> bool {
        matches!(self, Head::Linear { tied: true, .. })
    }

    /// How many numbers it has beside layers, behind layers of this width and a front with vectors of this width.
    pub(super) fn numbers(self, d_output: usize, width: usize) -> f64 {
        match self {
            Head::Linear { outputs, tied, crf } => {
                let outputs = outputs as f64;
                let own = if tied { 0.0 } else { d_output as f64 * outputs };
                let field = if crf { outputs * outputs } else { 0.0 };
                own + field
            }
            Head::Writer(writer) => writer.symbols as f64 * (width + d_output) as f64,
            Head::Decoder(decoder) => (decoder.code + decoder.features) as f64 * d_output as f64,
        }
    }

    /// Its parameters, behind a body that reads a front.
    pub(super) fn init(
        self,
        front: Front,
        model: &ModelConfig,
        body: &Body,
        device: &Device,
    ) -> HeadParts {
        match self {
            Head::Linear { outputs, tied, crf } => {
                let (output, tied_bias) = match tied {
                    true => {
                        let bias = Tensor::zeros([outputs], device);
                        (None, Some(Param::from_tensor(bias)))
                    }
                    false => {
                        let d_output = model.d_output(front.width());
                        let linear = LinearConfig::new(d_output, outputs).init(device);
                        (Some(linear), None)
                    }
                };
                HeadParts {
                    output,
                    tied_bias,
                    crf: crf.then(|| Crf::new(outputs, device)),
                    writer: None,
                    decoder: None,
                }
            }
            Head::Writer(writer) => {
                let layers = model.stack().zip(body.stack());
                let writer = layers.map(|(model, layers)| {
                    let whole = writer.config(front, model);
                    whole.init_writer(layers, device)
                });
                HeadParts {
                    writer,
                    ..HeadParts::default()
                }
            }
            Head::Decoder(decoder) => {
                let layers = model.stack().zip(body.stack());
                let decoder = layers.map(|(model, layers)| {
                    let whole = decoder.config(model);
                    whole.init_decoder(layers, device)
                });
                HeadParts {
                    decoder,
                    ..HeadParts::default()
                }
            }
        }
    }
}
