//! Whole recurrent networks for [Burn](https://burn.dev), of the layers and cells of [`rekindle`].
//!
//! | network | what it is for |
//! |---|---|
//! | [`tagger::Tagger`] | a tag for every word: softmax or a [`crf::Crf`], with or without the words' letters |
//! | [`encoder_decoder::EncoderDecoder`] | one row of symbols from another, with [`attention`] |
//! | [`ctc::Ctc`] | labels for a longer row of frames |
//! | [`autoencoder::Autoencoder`] | a row through a vector and back: how unlike it is to what was learned |
//! | [`awd_lstm::AwdLstm`] | what comes next, by layers that are regularised wherever they can be |
//! | [`language_model::LanguageModel`] | what comes next, by residual [`blocks`]: minGRU, Hawk, Mamba-2, Gated DeltaNet, RWKV-7, xLSTM, ... |
//!
//! and what stands at the end of a network in place of one number or class:
//!
//! | output | what it says |
//! |---|---|
//! | [`distribution::Distribution`] | a number with its uncertainty: normal, Student's t, counts, quantiles |
//! | [`strokes`] | the next stroke of a pen |
//!
//! Each takes any cell of the list wherever its paper has one, and says in its doc where its equations are from.

pub mod attention;
pub mod autoencoder;
pub mod awd_lstm;
pub mod blocks;
pub mod crf;
pub mod ctc;
pub mod distribution;
pub mod encoder_decoder;
pub mod language_model;
mod search;
mod steps;
pub mod strokes;
pub mod tagger;
mod tokens;

pub use search::{Found, Generator, Search};
pub use tokens::Tokens;
