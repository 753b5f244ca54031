//! The cell chosen at run time.

use super::continuous::hippo_legs::HippoLegs;
use super::convolution::conv_gru::ConvGru;
use super::convolution::conv_lstm::ConvLstm;
use super::gru::gru_d::GruD;
use super::matrix::delta_net::DeltaNet;
use super::matrix::delta_product::DeltaProduct;
use super::matrix::gated_delta_net::GatedDeltaNet;
use super::matrix::gla::Gla;
use super::matrix::hgrn2::Hgrn2;
use super::matrix::kda::Kda;
use super::matrix::linear_attention::LinearAttention;
use super::matrix::mamba2::Mamba2;
use super::matrix::mlstm::MLstm;
use super::matrix::retnet::RetNet;
use super::matrix::rwkv6::Rwkv6;
use super::matrix::rwkv7::Rwkv7;
use super::plain::nru::Nru;
use crate::cell::Cell;
use crate::equations::Equations;
use crate::gates::Gates;
use crate::projected::Projected;
use crate::sequence::Sequence;
use crate::state::State;
use burn::module::{
    Content, Devices, DisplaySettings, Module, ModuleDisplay, ModuleDisplayDefault, ModuleMapper,
    ModuleVisitor,
};
use burn::tensor::{Device, Tensor};
use rekindle_engine::Direction;
use std::fmt;

/// A cell of equations chosen at run time: its gates are all that it is, whatever its name.
#[derive(Module, Debug)]
#[module(custom_display)]
pub struct AnyEquations {
    /// The equations and their parameters.
    pub gates: Gates,
    /// The name of the cell's type: `Lstm`.
    #[module(skip)]
    name: &'static str,
}

impl ModuleDisplay for AnyEquations {
    fn custom_content(&self, content: Content) -> Option<Content> {
        let content = content.set_top_level_type(self.name);
        content.add("gates", &self.gates).optional()
    }
}

impl AsRef<Gates> for AnyEquations {
    fn as_ref(&self) -> &Gates {
        &self.gates
    }
}

impl AsMut<Gates> for AnyEquations {
    fn as_mut(&mut self) -> &mut Gates {
        &mut self.gates
    }
}

impl Equations for AnyEquations {
    type State = Vec<Tensor<2>>;
}

/// A cell of the list as the one chosen at run time.
pub(crate) trait IntoAny {
    /// `name` is that of the cell's type.
    fn into_any(self, name: &'static str) -> AnyCell;
}

impl<C: Equations> IntoAny for C {
    fn into_any(self, name: &'static str) -> AnyCell {
        let gates = self.as_ref().clone();
        AnyCell::Equations(AnyEquations { gates, name })
    }
}

/// Declares [`AnyCell`] with a variant a cell that scans by itself, and `each!`, which does the same with whichever cell
/// it is. The first token stands for a dollar sign.
macro_rules! any_cell {
    ($d:tt $($Own:ident)*) => {
        /// A cell chosen at run time: one of equations, or one that scans by itself.
        #[derive(Debug, Clone)]
        #[non_exhaustive]
        #[allow(missing_docs, reason = "the variants are the cells")]
        #[allow(clippy::large_enum_variant, reason = "modules are cloned by handle")]
        pub enum AnyCell {
            /// Whichever is given by equations.
            Equations(AnyEquations),
            $($Own($Own),)*
        }

        $(impl IntoAny for $Own {
            fn into_any(self, _: &'static str) -> AnyCell {
                AnyCell::$Own(self)
            }
        })*

        impl AnyCell {
            /// The name of the cell's type.
            fn name(&self) -> &'static str {
                match self {
                    AnyCell::Equations(cell) => cell.name,
                    $(AnyCell::$Own(_) => stringify!($Own),)*
                }
            }
        }

        macro_rules! each {
            ($d any:expr, $d cell:ident => Self($d value:expr)) => {
                match $d any {
                    AnyCell::Equations($d cell) => AnyCell::Equations($d value),
                    $(AnyCell::$Own($d cell) => AnyCell::$Own($d value),)*
                }
            };
            ($d any:expr, $d cell:ident => $d value:expr) => {
                match $d any {
                    AnyCell::Equations($d cell) => $d value,
                    $(AnyCell::$Own($d cell) => $d value,)*
                }
            };
        }
    };
}

any_cell! { $
    ConvGru
    ConvLstm
    DeltaNet
    DeltaProduct
    GatedDeltaNet
    Gla
    GruD
    Hgrn2
    HippoLegs
    Kda
    LinearAttention
    MLstm
    Mamba2
    Nru
    RetNet
    Rwkv6
    Rwkv7
}

impl Cell for AnyCell {
    type State = Vec<Tensor<2>>;

    fn d_input(&self) -> usize {
        each!(self, cell => cell.d_input())
    }

    fn d_output(&self) -> usize {
        each!(self, cell => cell.d_output())
    }

    fn states(&self) -> Vec<(String, usize)> {
        each!(self, cell => cell.states())
    }

    fn gates(&self) -> Option<&Gates> {
        each!(self, cell => cell.gates())
    }

    fn gates_mut(&mut self) -> Option<&mut Gates> {
        each!(self, cell => cell.gates_mut())
    }

    fn projected(&self) -> Option<&dyn Projected> {
        each!(self, cell => cell.projected())
    }

    fn reads(&self, state: usize) -> bool {
        each!(self, cell => cell.reads(state))
    }

    fn space(&self) -> &[usize] {
        each!(self, cell => cell.space())
    }

    fn step(&self, x: Tensor<2>, state: Self::State) -> (Tensor<2>, Self::State) {
        each!(self, cell => {
            let (y, state) = cell.step(x, State::from_parts(state));
            (y, State::into_parts(state))
        })
    }

    fn scan(
        &self,
        x: &Sequence,
        state: Self::State,
        direction: Direction,
    ) -> (Tensor<3>, Self::State) {
        each!(self, cell => {
            let (y, state) = cell.scan(x, State::from_parts(state), direction);
            (y, State::into_parts(state))
        })
    }
}

/// What Burn calls a variant of this enum on the way to a parameter.
const CONTAINER: &str = "Enum:AnyCell";

/// As Burn derives it for an enum with a variant a cell: on the way to a parameter stands the name of the cell's type,
/// `forward.Lstm.gates.input.weight`, by which records are read.
impl Module for AnyCell {
    fn visit<V: ModuleVisitor>(&self, visitor: &mut V) {
        visitor.enter_module(self.name(), CONTAINER);
        each!(self, cell => cell.visit(visitor));
        visitor.exit_module(self.name(), CONTAINER);
    }

    fn map<M: ModuleMapper>(self, mapper: &mut M) -> Self {
        let name = self.name();
        mapper.enter_module(name, CONTAINER);
        let mapped = each!(self, cell => Self(cell.map(mapper)));
        mapper.exit_module(name, CONTAINER);
        mapped
    }

    fn collect_devices(&self, devices: Devices) -> Devices {
        each!(self, cell => cell.collect_devices(devices))
    }

    fn to_device(self, device: &Device) -> Self {
        each!(self, cell => Self(cell.to_device(device)))
    }

    fn fork(self, device: &Device) -> Self {
        each!(self, cell => Self(cell.fork(device)))
    }

    fn valid(&self) -> Self {
        each!(self, cell => Self(cell.valid()))
    }

    fn train(self) -> Self {
        each!(self, cell => Self(cell.train()))
    }

    fn materialize(self) -> Self {
        each!(self, cell => Self(cell.materialize()))
    }
}

impl fmt::Display for AnyCell {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.format(DisplaySettings::default()))
    }
}

impl ModuleDisplay for AnyCell {}

impl ModuleDisplayDefault for AnyCell {
    fn content(&self, content: Content) -> Option<Content> {
        let content = content.set_top_level_type(self.name());
        each!(self, cell => content.add("_0", cell).optional())
    }

    fn num_params(&self) -> usize {
        Module::num_params(self)
    }
}
