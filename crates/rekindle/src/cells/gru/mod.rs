//! The gated recurrent unit and its kin: one state, which a gate moves from what it was towards a candidate,
//! `h' = z h + (1 - z) n`. What is kept and what is written are two sides of one gate.
//!
//! The GRU (2014) has a second gate, by which the candidate sees part of the state. MUT1 to MUT3 (2015) came out of a search
//! among its variants. Most others have less: no reset gate (UGRNN, 2016; light GRU, 2018), one gate for both (MGU, 2016),
//! gates without an input (slim, 2017) or without products of their own (ATR, FastGRNN, 2018; SGRN, 2021), a candidate of
//! the input alone (CFN, 2016; RAN, MinimalRNN, 2017; STAR, 2019; LRU, 2024), constants for gates (MiRU, 2025). Some have
//! more: a decay for missing values (GRU-D, 2016), several levels in a step (recurrent highway, 2016), gates that are
//! products (SGU, 2016), a highway through depth (intersection, 2016), normalisation (2016), the content of a word (CARU,
//! 2020), two resting points (BRC, 2021).

pub(crate) mod atr;
pub(crate) mod brc;
pub(crate) mod caru;
pub(crate) mod cfn;
pub(crate) mod dsgu;
pub(crate) mod fast_grnn;
#[allow(
    clippy::module_inception,
    reason = "the family is called after this cell"
)]
pub(crate) mod gru;
pub(crate) mod gru_d;
pub(crate) mod intersection;
pub(crate) mod layer_norm_gru;
pub(crate) mod light_ru;
pub(crate) mod ligru;
pub(crate) mod mgu;
pub(crate) mod mi_gru;
pub(crate) mod minimal_rnn;
pub(crate) mod miru1;
pub(crate) mod miru2;
pub(crate) mod mut1;
pub(crate) mod mut2;
pub(crate) mod mut3;
pub(crate) mod nbrc;
pub(crate) mod ran;
pub(crate) mod rhn;
pub(crate) mod sgrn;
pub(crate) mod sgu;
pub(crate) mod slim_gru;
pub(crate) mod slim_mgu;
pub(crate) mod star;
pub(crate) mod ugrnn;
