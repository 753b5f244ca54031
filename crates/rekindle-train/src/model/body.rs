//! What stands between the two ends of a network.

use super::config::ModelConfig;
use burn::module::{
    Content, Devices, Module, ModuleDisplay, ModuleDisplayDefault, ModuleMapper, ModuleVisitor,
};
use burn::tensor::{Device, Tensor};
use rekindle::{AnyCell, EngineConfig, Recurrent, Sequence, States};
use rekindle_models::awd_lstm::{AwdOutput, AwdStack, LayerStates};
use rekindle_models::blocks::{Blocks, BlocksState};

/// What stands between the two ends of a network, of the kind that `model.kind` says.
#[derive(Clone, Debug)]
#[allow(clippy::large_enum_variant, reason = "modules are cloned by handle")]
pub(crate) enum Body {
    /// Recurrent layers, one on top of the other.
    Stack(Recurrent<AnyCell>),
    /// Residual blocks.
    Blocks(Blocks),
    /// The layers of AWD-LSTM.
    AwdLstm(AwdStack),
}

/// What a network's layers remember of the steps so far.
#[derive(Clone, Debug)]
pub enum NetStates {
    /// Of recurrent layers.
    Stack(States<Vec<Tensor<2>>>),
    /// Of residual blocks.
    Blocks(BlocksState),
    /// Of AWD-LSTM.
    AwdLstm(LayerStates),
}

/// What a body gives for a batch.
pub(crate) struct Read {
    /// `[batch, time, d_output]`
    pub(crate) y: Tensor<3>,
    pub(crate) states: NetStates,
    /// What the outputs cost in training beside the loss, a single number.
    pub(crate) cost: Option<Tensor<1>>,
}

impl Body {
    /// A body with fresh parameters, for inputs of a width that fits it.
    pub(super) fn new(config: &ModelConfig, d_input: usize, device: &Device) -> Body {
        match config {
            ModelConfig::Stack(config) => Body::Stack(config.init(d_input, device)),
            ModelConfig::Blocks(config) => Body::Blocks(config.init(device)),
            ModelConfig::AwdLstm(config) => Body::AwdLstm(config.init(d_input, device)),
        }
    }

    /// The recurrent layers, where it is a stack of these.
    pub(crate) fn stack(&self) -> Option<&Recurrent<AnyCell>> {
        match self {
            Body::Stack(layers) => Some(layers),
            Body::Blocks(_) | Body::AwdLstm(_) => None,
        }
    }

    /// The value of `model.kind`.
    pub(crate) fn kind(&self) -> &'static str {
        match self {
            Body::Stack(_) => "stack",
            Body::Blocks(_) => "blocks",
            Body::AwdLstm(_) => "awd_lstm",
        }
    }

    /// The width of what it gives.
    pub(crate) fn d_output(&self) -> usize {
        match self {
            Body::Stack(layers) => layers.d_output(),
            Body::Blocks(blocks) => blocks.d_model(),
            Body::AwdLstm(stack) => stack.d_embedding(),
        }
    }

    /// Whether it also reads from the end of a row.
    pub(crate) fn is_bidirectional(&self) -> bool {
        self.stack().is_some_and(Recurrent::is_bidirectional)
    }

    /// What it remembers before the first step of a batch.
    pub(crate) fn initial(&self, x: &Tensor<3>) -> NetStates {
        match self {
            Body::Stack(layers) => NetStates::Stack(layers.initial(x)),
            Body::Blocks(blocks) => NetStates::Blocks(blocks.initial(x)),
            Body::AwdLstm(stack) => NetStates::AwdLstm(stack.initial(x)),
        }
    }

    /// A batch, from its first step on or from `states`, which are those of this body.
    pub(super) fn forward(&self, x: Sequence, states: Option<NetStates>) -> Read {
        let given = |y, states| Read {
            y,
            states,
            cost: None,
        };
        match self {
            Body::Stack(layers) => {
                let (y, states) = layers.forward(x, states.and_then(NetStates::stack));
                given(y, NetStates::Stack(states))
            }
            Body::Blocks(blocks) => {
                let states = states.and_then(|states| match states {
                    NetStates::Blocks(states) => Some(states),
                    NetStates::Stack(_) | NetStates::AwdLstm(_) => None,
                });
                let (y, states) = blocks.forward(x, states);
                given(y, NetStates::Blocks(states))
            }
            Body::AwdLstm(stack) => {
                let states = states.and_then(|states| match states {
                    NetStates::AwdLstm(states) => Some(states),
                    NetStates::Stack(_) | NetStates::Blocks(_) => None,
                });
                let AwdOutput { y, cost, states } = stack.forward(x, states);
                Read {
                    cost,
                    ..given(y, NetStates::AwdLstm(states))
                }
            }
        }
    }

    /// Has the equations of a stack run in another way.
    pub(super) fn set_engine(&mut self, engine: EngineConfig) {
        if let Body::Stack(layers) = self {
            layers.set_engine(engine);
        }
    }
}

impl NetStates {
    /// Those of recurrent layers, where they are.
    pub(crate) fn stack(self) -> Option<States<Vec<Tensor<2>>>> {
        match self {
            NetStates::Stack(states) => Some(states),
            NetStates::Blocks(_) | NetStates::AwdLstm(_) => None,
        }
    }

    /// The same numbers, cut off from the gradient: truncated back-propagation through time.
    pub fn detach(self) -> Self {
        match self {
            NetStates::Stack(states) => NetStates::Stack(states.detach()),
            NetStates::Blocks(state) => NetStates::Blocks(state.detach()),
            NetStates::AwdLstm(layers) => {
                let layers = layers.into_iter().map(States::detach);
                NetStates::AwdLstm(layers.collect())
            }
        }
    }

    /// Every tensor, `[batch, width]`, from the lowest layer to the highest.
    pub fn into_parts(self) -> Vec<Tensor<2>> {
        match self {
            NetStates::Stack(states) => states.into_parts(),
            NetStates::Blocks(state) => state.into_parts(),
            NetStates::AwdLstm(layers) => layers.into_iter().flat_map(States::into_parts).collect(),
        }
    }

    /// States of this form made of other tensors, in the order of [`into_parts`](Self::into_parts).
    ///
    /// # Panics
    ///
    /// If there are too few tensors.
    pub fn with_parts(self, parts: Vec<Tensor<2>>) -> Self {
        match self {
            NetStates::Stack(states) => NetStates::Stack(states.with_parts(parts)),
            NetStates::Blocks(state) => NetStates::Blocks(state.with_parts(parts)),
            NetStates::AwdLstm(layers) => {
                let mut parts = parts.into_iter();
                let mut next = |_| parts.next().expect("a tensor for every state");
                let layers = layers.into_iter().map(|layer| layer.map(&mut next));
                NetStates::AwdLstm(layers.collect())
            }
        }
    }
}

/// Says of each kind the same.
macro_rules! each {
    ($body:expr, $module:ident => Body($value:expr)) => {
        match $body {
            Body::Stack($module) => Body::Stack($value),
            Body::Blocks($module) => Body::Blocks($value),
            Body::AwdLstm($module) => Body::AwdLstm($value),
        }
    };
    ($body:expr, $module:ident => $value:expr) => {
        match $body {
            Body::Stack($module) => $value,
            Body::Blocks($module) => $value,
            Body::AwdLstm($module) => $value,
        }
    };
}

/// As Burn derives it for an enum, but that no name of a variant stands on the way to a parameter: the layers of a stack are found in the
/// records of runs where they have always been, `recurrent.layers`.
impl Module for Body {
    fn visit<V: ModuleVisitor>(&self, visitor: &mut V) {
        each!(self, module => module.visit(visitor));
    }

    fn map<M: ModuleMapper>(self, mapper: &mut M) -> Self {
        each!(self, module => Body(module.map(mapper)))
    }

    fn collect_devices(&self, devices: Devices) -> Devices {
        each!(self, module => module.collect_devices(devices))
    }

    fn to_device(self, device: &Device) -> Self {
        each!(self, module => Body(module.to_device(device)))
    }

    fn fork(self, device: &Device) -> Self {
        each!(self, module => Body(module.fork(device)))
    }

    fn valid(&self) -> Self {
        each!(self, module => Body(module.valid()))
    }

    fn train(self) -> Self {
        each!(self, module => Body(module.train()))
    }

    fn materialize(self) -> Self {
        each!(self, module => Body(module.materialize()))
    }
}

impl ModuleDisplay for Body {}

impl ModuleDisplayDefault for Body {
    fn content(&self, content: Content) -> Option<Content> {
        each!(self, module => content.add("_0", module).optional())
    }

    fn num_params(&self) -> usize {
        Module::num_params(self)
    }
}
