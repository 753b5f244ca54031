//! The cells: one file each, with its paper, its equations and what its gates do, in a folder of its family. Each family's
//! page says what its members share and where they differ.

mod any;
pub(crate) mod continuous;
pub(crate) mod convolution;
pub(crate) mod gru;
pub(crate) mod linear;
pub(crate) mod lstm;
pub(crate) mod matrix;
pub(crate) mod orthogonal;
pub(crate) mod own;
pub(crate) mod plain;
pub(crate) mod reservoir;

pub use crate::activation::Activation;
pub use any::{AnyCell, AnyEquations};
pub use convolution::{Convolution, Kernel};
pub use linear::{Candidate, Discretization};
pub use matrix::mlstm_memory::MLstmMemory;

use crate::zoo::zoo;

// The one list of cells, by family, the oldest first. From here on a cell is a value of `kind`, a row of `rekindle list`, a
// page of `rekindle show`, and a subject of every law.
zoo! {
    plain "Plain networks", "the input and the last state, mixed and squashed, without gates" {
        "jordan" => jordan::Jordan, JordanConfig;
        "elman" => elman::Elman, ElmanConfig;
        "multiplicative_rnn" => multiplicative_rnn::MultiplicativeRnn, MultiplicativeRnnConfig;
        "deep_transition" => deep_transition::DeepTransition, DeepTransitionConfig;
        "clockwork" => clockwork::Clockwork, ClockworkConfig;
        "scrn" => scrn::Scrn, ScrnConfig;
        "mi_rnn" => mi_rnn::MiRnn, MiRnnConfig;
        "rwa" => rwa::Rwa, RwaConfig;
        "statistical_ru" => statistical_ru::StatisticalRu, StatisticalRuConfig;
        "delta_rnn" => delta_rnn::DeltaRnn, DeltaRnnConfig;
        "fast_rnn" => fast_rnn::FastRnn, FastRnnConfig;
        "indrnn" => indrnn::IndRnn, IndRnnConfig;
        "rin" => rin::Rin, RinConfig;
        "nru" => nru::Nru, NruConfig;
    }
    lstm "Long short-term memory", "a memory that is added to, and gates that decide how much is written, kept and shown" {
        "original_lstm" => original_lstm::OriginalLstm, OriginalLstmConfig;
        "lstm" => lstm::Lstm, LstmConfig;
        "peephole_lstm" => peephole_lstm::PeepholeLstm, PeepholeLstmConfig, Part;
        "cifg_lstm" => cifg_lstm::CifgLstm, CifgLstmConfig;
        "hyper_lstm" => hyper_lstm::HyperLstm, HyperLstmConfig;
        "layer_norm_lstm" => layer_norm_lstm::LayerNormLstm, LayerNormLstmConfig;
        "mi_lstm" => mi_lstm::MiLstm, MiLstmConfig;
        "multiplicative_lstm" => multiplicative_lstm::MultiplicativeLstm, MultiplicativeLstmConfig;
        "nas" => nas::Nas, NasConfig;
        "phased_lstm" => phased_lstm::PhasedLstm, PhasedLstmConfig;
        "fast_slow_lstm" => fast_slow_lstm::FastSlowLstm, FastSlowLstmConfig;
        "memory_controller_lstm" => memory_controller_lstm::MemoryControllerLstm, MemoryControllerLstmConfig;
        "nested_lstm" => nested_lstm::NestedLstm, NestedLstmConfig;
        "residual_lstm" => residual_lstm::ResidualLstm, ResidualLstmConfig;
        "slim_lstm" => slim_lstm::SlimLstm, SlimLstmConfig;
        "sub_lstm" => sub_lstm::SubLstm, SubLstmConfig;
        "time_lstm" => time_lstm::TimeLstm, TimeLstmConfig;
        "janet" => janet::Janet, JanetConfig;
        "on_lstm" => on_lstm::OnLstm, OnLstmConfig;
        "indy_lstm" => indy_lstm::IndyLstm, IndyLstmConfig;
        "mogrifier_lstm" => mogrifier_lstm::MogrifierLstm, MogrifierLstmConfig;
        "ur_lstm" => ur_lstm::UrLstm, UrLstmConfig;
        "momentum_lstm" => momentum_lstm::MomentumLstm, MomentumLstmConfig;
        "mass_conserving_lstm" => mass_conserving_lstm::MassConservingLstm, MassConservingLstmConfig;
        "wmc_lstm" => wmc_lstm::WmcLstm, WmcLstmConfig;
        "slstm" => slstm::Slstm, SlstmConfig, Forget;
    }
    gru "Gated recurrent units", "one state, which a gate moves towards a candidate" {
        "gru" => gru::Gru, GruConfig, Reset;
        "mut1" => mut1::Mut1, Mut1Config;
        "mut2" => mut2::Mut2, Mut2Config;
        "mut3" => mut3::Mut3, Mut3Config;
        "cfn" => cfn::Cfn, CfnConfig;
        "dsgu" => dsgu::Dsgu, DsguConfig;
        "gru_d" => gru_d::GruD, GruDConfig;
        "intersection" => intersection::Intersection, IntersectionConfig;
        "layer_norm_gru" => layer_norm_gru::LayerNormGru, LayerNormGruConfig;
        "mgu" => mgu::Mgu, MguConfig;
        "mi_gru" => mi_gru::MiGru, MiGruConfig;
        "rhn" => rhn::Rhn, RhnConfig;
        "sgu" => sgu::Sgu, SguConfig;
        "ugrnn" => ugrnn::Ugrnn, UgrnnConfig;
        "minimal_rnn" => minimal_rnn::MinimalRnn, MinimalRnnConfig;
        "ran" => ran::Ran, RanConfig;
        "slim_gru" => slim_gru::SlimGru, SlimGruConfig;
        "slim_mgu" => slim_mgu::SlimMgu, SlimMguConfig;
        "atr" => atr::Atr, AtrConfig;
        "fast_grnn" => fast_grnn::FastGrnn, FastGrnnConfig;
        "ligru" => ligru::LiGru, LiGruConfig;
        "star" => star::Star, StarConfig;
        "caru" => caru::Caru, CaruConfig;
        "brc" => brc::Brc, BrcConfig;
        "nbrc" => nbrc::Nbrc, NbrcConfig;
        "sgrn" => sgrn::Sgrn, SgrnConfig;
        "light_ru" => light_ru::LightRu, LightRuConfig;
        "miru1" => miru1::Miru1, Miru1Config;
        "miru2" => miru2::Miru2, Miru2Config;
    }
    orthogonal "Orthogonal and unitary networks", "recurrent matrices that turn the state and keep its length" {
        "urnn" => urnn::Urnn, UrnnConfig;
        "goru" => goru::Goru, GoruConfig;
        "sco_rnn" => sco_rnn::ScoRnn, ScoRnnConfig;
        "exp_rnn" => exp_rnn::ExpRnn, ExpRnnConfig;
        "shuffling_rnn" => shuffling_rnn::ShufflingRnn, ShufflingRnnConfig;
    }
    continuous "Differential equations", "states that follow an equation in time, a step at once" {
        "ct_rnn" => ct_rnn::CtRnn, CtRnnConfig;
        "antisymmetric_rnn" => antisymmetric_rnn::AntisymmetricRnn, AntisymmetricRnnConfig;
        "gated_antisymmetric_rnn" => gated_antisymmetric_rnn::GatedAntisymmetricRnn, GatedAntisymmetricRnnConfig;
        "gru_ode" => gru_ode::GruOde, GruOdeConfig;
        "lmu" => lmu::Lmu, LmuConfig;
        "cornn" => cornn::CoRnn, CoRnnConfig;
        "hippo_legs" => hippo_legs::HippoLegs, HippoLegsConfig;
        "lipschitz_rnn" => lipschitz_rnn::LipschitzRnn, LipschitzRnnConfig;
        "ltc" => ltc::Ltc, LtcConfig;
        "cfc" => cfc::Cfc, CfcConfig, Mode;
        "lem" => lem::Lem, LemConfig;
        "unicornn" => unicornn::UniCornn, UniCornnConfig;
        "tau_gru" => tau_gru::TauGru, TauGruConfig;
    }
    linear "Linear recurrences", "states that enter their next value linearly, each unit by itself" {
        "qrnn" => qrnn::Qrnn, QrnnConfig, Pooling;
        "tgru" => tgru::Tgru, TgruConfig;
        "tlstm" => tlstm::Tlstm, TlstmConfig;
        "trnn" => trnn::Trnn, TrnnConfig;
        "gilr_lstm" => gilr_lstm::GilrLstm, GilrLstmConfig;
        "sru" => sru::Sru, SruConfig;
        "s4d" => s4d::S4d, S4dConfig, Spectrum;
        "s5" => s5::S5, S5Config;
        "hgrn" => hgrn::Hgrn, HgrnConfig;
        "lru" => lru::Lru, LruConfig;
        "rwkv4" => rwkv4::Rwkv4, Rwkv4Config;
        "mingru" => mingru::MinGru, MinGruConfig;
        "minlstm" => minlstm::MinLstm, MinLstmConfig;
        "rg_lru" => rg_lru::RgLru, RgLruConfig;
    }
    matrix "Matrix memories", "a matrix a head, written with keys and values, read with queries" {
        "linear_attention" => linear_attention::LinearAttention, LinearAttentionConfig;
        "gla" => gla::Gla, GlaConfig;
        "retnet" => retnet::RetNet, RetNetConfig;
        "delta_net" => delta_net::DeltaNet, DeltaNetConfig;
        "gated_delta_net" => gated_delta_net::GatedDeltaNet, GatedDeltaNetConfig;
        "hgrn2" => hgrn2::Hgrn2, Hgrn2Config, Hgrn2Form;
        "mamba2" => mamba2::Mamba2, Mamba2Config;
        "mlstm" => mlstm::MLstm, MLstmConfig;
        "rwkv6" => rwkv6::Rwkv6, Rwkv6Config;
        "delta_product" => delta_product::DeltaProduct, DeltaProductConfig;
        "kda" => kda::Kda, KdaConfig;
        "rwkv7" => rwkv7::Rwkv7, Rwkv7Config;
    }
    convolution "Convolutional networks", "states over a line, a plane or a volume" {
        "conv_gru" => conv_gru::ConvGru, ConvGruConfig;
        "conv_lstm" => conv_lstm::ConvLstm, ConvLstmConfig;
    }
    reservoir "Reservoirs", "drawn and not learned; a readout is fitted behind it" {
        "esn" => esn::Esn, EsnConfig;
    }
    own "Your own", "equations that are part of the config" {
        "custom" => custom::Custom, CustomConfig;
    }
}

#[cfg(test)]
mod tests {
    use super::{CATALOG, FAMILIES};

    #[test]
    fn a_family_is_listed_from_the_oldest() {
        for family in FAMILIES {
            let years = family.cards.iter().map(|card| card.year);
            assert!(years.is_sorted(), "{}", family.name);
        }
        let members: usize = FAMILIES.iter().map(|family| family.cards.len()).sum();
        assert_eq!(members, CATALOG.len());
    }
}
