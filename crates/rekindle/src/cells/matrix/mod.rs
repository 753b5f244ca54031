//! Networks whose memory is a matrix a head, `S' = decay(S) + k vᵀ`, written with keys and values and read with queries,
//! `o = Sᵀ q`.
//!
//! They differ in the decay, and in whether what a key finds is taken off before it is written anew. Linear attention (2020)
//! forgets nothing and divides by what was written. The decay is a number a head that is fixed in RetNet (2023), and that
//! the input decides in Mamba-2 and the mLSTM (2024); it is one a row in GLA (2023), HGRN2 and RWKV-6 (2024). The delta
//! rule corrects: in DeltaNet (2024), with a decay a head in Gated DeltaNet (2024), a row in KDA and RWKV-7 (2025), several
//! times a step in DeltaProduct (2025).
//!
//! The matrix goes through linear maps only, so that a sequence need not be walked step by step: [`chunkwise`](chunkwise::chunkwise) takes many
//! steps together, as products of matrices. A cell's file states the recurrence twice, as its paper does
//! ([`Recurrence::step`](cell::Recurrence::step)) and as [`Terms`](chunkwise::Terms) of the algorithm ([`Recurrence::scan`](cell::Recurrence::scan)); that both give the same numbers is a law.

mod algebra;
mod cell;
mod chunkwise;
mod config;
mod decay;
pub(crate) mod delta_net;
pub(crate) mod delta_product;
pub(crate) mod gated_delta_net;
pub(crate) mod gla;
mod heads;
pub(crate) mod hgrn2;
pub(crate) mod kda;
pub(crate) mod linear_attention;
pub(crate) mod mamba2;
pub(crate) mod mlstm;
pub(crate) mod mlstm_memory;
pub(crate) mod retnet;
pub(crate) mod rwkv6;
pub(crate) mod rwkv7;
mod scan;
