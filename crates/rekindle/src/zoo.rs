//! The one list of cells, and what follows from it: the cell and the configuration chosen at run
//! time, the catalogue, and the tests.

use crate::{Card, Cell, CellConfig, Extent, Invalid, RecurrentWeights, Sequence, State, cells};
use burn::module::Module;
use burn::nn::Dropout;
use burn::tensor::{DType, Device, Tensor};
use rekindle_engine::{Choice, Direction, Engine, Id, Program, Stream, Traced};
use serde::{Deserialize, Serialize};

macro_rules! zoo {
    ($($name:literal => $module:ident :: $Cell:ident, $Config:ident;)*) => {
        /// Every cell, in the order of this list.
        pub const CATALOG: &[Card] = &[$(cells::$module::CARD),*];

        /// A cell chosen at run time.
        #[derive(Module, Debug)]
        #[allow(missing_docs, reason = "the variants are the cells")]
        #[allow(clippy::large_enum_variant, reason = "modules are cloned by handle")]
        pub enum AnyCell {
            $($Cell(cells::$Cell),)*
        }

        impl Cell for AnyCell {
            type State = Vec<Tensor<2>>;

            fn d_input(&self) -> usize {
                match self { $(AnyCell::$Cell(cell) => cell.d_input(),)* }
            }

            fn d_output(&self) -> usize {
                match self { $(AnyCell::$Cell(cell) => cell.d_output(),)* }
            }

            fn states(&self) -> Vec<(String, usize)> {
                match self { $(AnyCell::$Cell(cell) => cell.states(),)* }
            }

            fn program(&self) -> Option<&Program> {
                match self { $(AnyCell::$Cell(cell) => cell.program(),)* }
            }

            fn reads(&self, state: usize) -> bool {
                match self { $(AnyCell::$Cell(cell) => cell.reads(state),)* }
            }

            fn vectors(&self) -> Vec<String> {
                match self { $(AnyCell::$Cell(cell) => cell.vectors(),)* }
            }

            fn is_fixed(&self) -> bool {
                match self { $(AnyCell::$Cell(cell) => cell.is_fixed(),)* }
            }

            fn step(&self, x: Tensor<2>, state: Self::State) -> (Tensor<2>, Self::State) {
                match self { $(AnyCell::$Cell(cell) => {
                    let (y, state) = cell.step(x, State::from_parts(state));
                    (y, State::into_parts(state))
                })* }
            }

            fn masked(&self, mask: Tensor<2>) -> Self {
                match self { $(AnyCell::$Cell(cell) => AnyCell::$Cell(cell.masked(mask)),)* }
            }

            fn disconnected(&self, dropout: &Dropout) -> Self {
                match self { $(AnyCell::$Cell(cell) => AnyCell::$Cell(cell.disconnected(dropout)),)* }
            }

            fn with_recurrent_weights(self, form: RecurrentWeights, device: &Device) -> Self {
                match self { $(AnyCell::$Cell(cell) => {
                    AnyCell::$Cell(cell.with_recurrent_weights(form, device))
                })* }
            }

            fn multiplied(self, device: &Device) -> Self {
                match self { $(AnyCell::$Cell(cell) => AnyCell::$Cell(cell.multiplied(device)),)* }
            }

            fn run_by(self, engine: Engine) -> Self {
                match self { $(AnyCell::$Cell(cell) => AnyCell::$Cell(cell.run_by(engine)),)* }
            }

            fn stream(&self, state: Self::State) -> Option<Stream> {
                match self { $(AnyCell::$Cell(cell) => cell.stream(State::from_parts(state)),)* }
            }

            fn executor(&self, device: &Device, dtype: DType) -> Option<Choice> {
                match self { $(AnyCell::$Cell(cell) => cell.executor(device, dtype),)* }
            }

            fn trace(
                &self,
                x: &Sequence,
                state: Self::State,
                direction: Direction,
                nodes: &[Id],
            ) -> Option<Traced> {
                match self { $(AnyCell::$Cell(cell) => {
                    cell.trace(x, State::from_parts(state), direction, nodes)
                })* }
            }

            fn scan(
                &self,
                x: &Sequence,
                state: Self::State,
                direction: Direction,
            ) -> (Tensor<3>, Self::State) {
                match self { $(AnyCell::$Cell(cell) => {
                    let (y, state) = cell.scan(x, State::from_parts(state), direction);
                    (y, State::into_parts(state))
                })* }
            }
        }

        /// The configuration of a cell chosen at run time, by its key `kind`.
        #[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
        #[serde(tag = "kind")]
        #[allow(missing_docs, reason = "the variants are the cells")]
        pub enum AnyCellConfig {
            $(#[serde(rename = $name)] $Cell(cells::$Config),)*
        }

        impl AnyCellConfig {
            /// The cell of that name with its paper's defaults, if there is one.
            pub fn named(name: &str, d_hidden: usize) -> Option<Self> {
                match name {
                    $($name => Some(AnyCellConfig::$Cell(CellConfig::new(d_hidden))),)*
                    _ => None,
                }
            }

            /// What the table of cells says of this one.
            pub fn card(&self) -> &'static Card {
                match self { $(AnyCellConfig::$Cell(_) => &cells::$module::CARD,)* }
            }
        }

        impl CellConfig for AnyCellConfig {
            type Cell = AnyCell;

            /// The first cell of the list.
            fn new(d_hidden: usize) -> Self {
                Self::forms(d_hidden).swap_remove(0)
            }

            fn validate(&self) -> Result<(), Invalid> {
                match self { $(AnyCellConfig::$Cell(config) => config.validate(),)* }
            }

            fn d_output(&self) -> usize {
                match self { $(AnyCellConfig::$Cell(config) => config.d_output(),)* }
            }

            fn program(&self) -> Option<Program> {
                match self { $(AnyCellConfig::$Cell(config) => config.program(),)* }
            }

            fn equations(&self) -> String {
                match self { $(AnyCellConfig::$Cell(config) => config.equations(),)* }
            }

            fn own_scan(&self) -> Option<&'static str> {
                match self { $(AnyCellConfig::$Cell(config) => config.own_scan(),)* }
            }

            fn fits(&self, d_input: usize) -> Result<(), Invalid> {
                match self { $(AnyCellConfig::$Cell(config) => config.fits(d_input),)* }
            }

            fn takes_missing(&self) -> bool {
                match self { $(AnyCellConfig::$Cell(config) => config.takes_missing(),)* }
            }

            fn maps_weights(&self) -> bool {
                match self { $(AnyCellConfig::$Cell(config) => config.maps_weights(),)* }
            }

            fn extent(&self, d_input: usize) -> Extent {
                match self { $(AnyCellConfig::$Cell(config) => config.extent(d_input),)* }
            }

            /// Every form of every cell.
            fn forms(d_hidden: usize) -> Vec<Self> {
                let mut forms = Vec::new();
                $(forms.extend(cells::$Config::forms(d_hidden).into_iter().map(AnyCellConfig::$Cell));)*
                forms
            }

            fn init(&self, d_input: usize, device: &Device) -> AnyCell {
                match self { $(AnyCellConfig::$Cell(config) => AnyCell::$Cell(config.init(d_input, device)),)* }
            }
        }
    };
}

zoo! {
    "elman" => elman::Elman, ElmanConfig;
    "lstm" => lstm::Lstm, LstmConfig;
    "gru" => gru::Gru, GruConfig;
    "peephole_lstm" => peephole_lstm::PeepholeLstm, PeepholeLstmConfig;
    "cifg_lstm" => cifg_lstm::CifgLstm, CifgLstmConfig;
    "original_lstm" => original_lstm::OriginalLstm, OriginalLstmConfig;
    "multiplicative_lstm" => multiplicative_lstm::MultiplicativeLstm, MultiplicativeLstmConfig;
    "residual_lstm" => residual_lstm::ResidualLstm, ResidualLstmConfig;
    "wmc_lstm" => wmc_lstm::WmcLstm, WmcLstmConfig;
    "memory_controller_lstm" => memory_controller_lstm::MemoryControllerLstm, MemoryControllerLstmConfig;
    "nested_lstm" => nested_lstm::NestedLstm, NestedLstmConfig;
    "mogrifier_lstm" => mogrifier_lstm::MogrifierLstm, MogrifierLstmConfig;
    "fast_slow_lstm" => fast_slow_lstm::FastSlowLstm, FastSlowLstmConfig;
    "phased_lstm" => phased_lstm::PhasedLstm, PhasedLstmConfig;
    "ur_lstm" => ur_lstm::UrLstm, UrLstmConfig;
    "momentum_lstm" => momentum_lstm::MomentumLstm, MomentumLstmConfig;
    "sub_lstm" => sub_lstm::SubLstm, SubLstmConfig;
    "mi_lstm" => mi_lstm::MiLstm, MiLstmConfig;
    "indy_lstm" => indy_lstm::IndyLstm, IndyLstmConfig;
    "slim_lstm" => slim_lstm::SlimLstm, SlimLstmConfig;
    "slim_gru" => slim_gru::SlimGru, SlimGruConfig;
    "mi_gru" => mi_gru::MiGru, MiGruConfig;
    "gru_d" => gru_d::GruD, GruDConfig;
    "gru_ode" => gru_ode::GruOde, GruOdeConfig;
    "layer_norm_lstm" => layer_norm_lstm::LayerNormLstm, LayerNormLstmConfig;
    "on_lstm" => on_lstm::OnLstm, OnLstmConfig;
    "mass_conserving_lstm" => mass_conserving_lstm::MassConservingLstm, MassConservingLstmConfig;
    "time_lstm" => time_lstm::TimeLstm, TimeLstmConfig;
    "hyper_lstm" => hyper_lstm::HyperLstm, HyperLstmConfig;
    "slstm" => slstm::Slstm, SlstmConfig;
    "mgu" => mgu::Mgu, MguConfig;
    "slim_mgu" => slim_mgu::SlimMgu, SlimMguConfig;
    "ugrnn" => ugrnn::Ugrnn, UgrnnConfig;
    "caru" => caru::Caru, CaruConfig;
    "intersection" => intersection::Intersection, IntersectionConfig;
    "minimal_rnn" => minimal_rnn::MinimalRnn, MinimalRnnConfig;
    "cfn" => cfn::Cfn, CfnConfig;
    "ran" => ran::Ran, RanConfig;
    "atr" => atr::Atr, AtrConfig;
    "janet" => janet::Janet, JanetConfig;
    "ligru" => ligru::LiGru, LiGruConfig;
    "light_ru" => light_ru::LightRu, LightRuConfig;
    "fast_rnn" => fast_rnn::FastRnn, FastRnnConfig;
    "fast_grnn" => fast_grnn::FastGrnn, FastGrnnConfig;
    "sgu" => sgu::Sgu, SguConfig;
    "dsgu" => dsgu::Dsgu, DsguConfig;
    "star" => star::Star, StarConfig;
    "sgrn" => sgrn::Sgrn, SgrnConfig;
    "miru1" => miru1::Miru1, Miru1Config;
    "miru2" => miru2::Miru2, Miru2Config;
    "brc" => brc::Brc, BrcConfig;
    "nbrc" => nbrc::Nbrc, NbrcConfig;
    "mut1" => mut1::Mut1, Mut1Config;
    "mut2" => mut2::Mut2, Mut2Config;
    "mut3" => mut3::Mut3, Mut3Config;
    "jordan" => jordan::Jordan, JordanConfig;
    "ct_rnn" => ct_rnn::CtRnn, CtRnnConfig;
    "multiplicative_rnn" => multiplicative_rnn::MultiplicativeRnn, MultiplicativeRnnConfig;
    "mi_rnn" => mi_rnn::MiRnn, MiRnnConfig;
    "deep_transition" => deep_transition::DeepTransition, DeepTransitionConfig;
    "clockwork" => clockwork::Clockwork, ClockworkConfig;
    "shuffling_rnn" => shuffling_rnn::ShufflingRnn, ShufflingRnnConfig;
    "rin" => rin::Rin, RinConfig;
    "delta_rnn" => delta_rnn::DeltaRnn, DeltaRnnConfig;
    "scrn" => scrn::Scrn, ScrnConfig;
    "rwa" => rwa::Rwa, RwaConfig;
    "statistical_ru" => statistical_ru::StatisticalRu, StatisticalRuConfig;
    "nru" => nru::Nru, NruConfig;
    "nas" => nas::Nas, NasConfig;
    "rhn" => rhn::Rhn, RhnConfig;
    "layer_norm_gru" => layer_norm_gru::LayerNormGru, LayerNormGruConfig;
    "indrnn" => indrnn::IndRnn, IndRnnConfig;
    "cornn" => cornn::CoRnn, CoRnnConfig;
    "unicornn" => unicornn::UniCornn, UniCornnConfig;
    "lem" => lem::Lem, LemConfig;
    "antisymmetric_rnn" => antisymmetric_rnn::AntisymmetricRnn, AntisymmetricRnnConfig;
    "gated_antisymmetric_rnn" => gated_antisymmetric_rnn::GatedAntisymmetricRnn, GatedAntisymmetricRnnConfig;
    "lipschitz_rnn" => lipschitz_rnn::LipschitzRnn, LipschitzRnnConfig;
    "exp_rnn" => exp_rnn::ExpRnn, ExpRnnConfig;
    "sco_rnn" => sco_rnn::ScoRnn, ScoRnnConfig;
    "urnn" => urnn::Urnn, UrnnConfig;
    "goru" => goru::Goru, GoruConfig;
    "lmu" => lmu::Lmu, LmuConfig;
    "hippo_legs" => hippo_legs::HippoLegs, HippoLegsConfig;
    "ltc" => ltc::Ltc, LtcConfig;
    "cfc" => cfc::Cfc, CfcConfig;
    "tau_gru" => tau_gru::TauGru, TauGruConfig;
    "trnn" => trnn::Trnn, TrnnConfig;
    "tgru" => tgru::Tgru, TgruConfig;
    "tlstm" => tlstm::Tlstm, TlstmConfig;
    "qrnn" => qrnn::Qrnn, QrnnConfig;
    "gilr_lstm" => gilr_lstm::GilrLstm, GilrLstmConfig;
    "sru" => sru::Sru, SruConfig;
    "mingru" => mingru::MinGru, MinGruConfig;
    "minlstm" => minlstm::MinLstm, MinLstmConfig;
    "hgrn" => hgrn::Hgrn, HgrnConfig;
    "lru" => lru::Lru, LruConfig;
    "s4d" => s4d::S4d, S4dConfig;
    "s5" => s5::S5, S5Config;
    "rwkv4" => rwkv4::Rwkv4, Rwkv4Config;
    "rg_lru" => rg_lru::RgLru, RgLruConfig;
    "linear_attention" => linear_attention::LinearAttention, LinearAttentionConfig;
    "retnet" => retnet::RetNet, RetNetConfig;
    "gla" => gla::Gla, GlaConfig;
    "mamba2" => mamba2::Mamba2, Mamba2Config;
    "hgrn2" => hgrn2::Hgrn2, Hgrn2Config;
    "rwkv6" => rwkv6::Rwkv6, Rwkv6Config;
    "rwkv7" => rwkv7::Rwkv7, Rwkv7Config;
    "delta_net" => delta_net::DeltaNet, DeltaNetConfig;
    "gated_delta_net" => gated_delta_net::GatedDeltaNet, GatedDeltaNetConfig;
    "kda" => kda::Kda, KdaConfig;
    "delta_product" => delta_product::DeltaProduct, DeltaProductConfig;
    "mlstm" => mlstm::MLstm, MLstmConfig;
    "conv_lstm" => conv_lstm::ConvLstm, ConvLstmConfig;
    "conv_gru" => conv_gru::ConvGru, ConvGruConfig;
    "esn" => esn::Esn, EsnConfig;
    "custom" => custom::Custom, CustomConfig;
}
