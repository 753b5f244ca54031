//! An encoder-decoder in code: it learns to write rows of symbols from behind.
//!
//! ```text
//! cargo run --release --example book_writer
//! ```
#![allow(clippy::print_stdout, reason = "it shows what it does")]

use burn::optim::{AdamConfig, GradientsParams};
use burn::tensor::Device;
use rekindle::{AnyCellConfig, CellConfig, GruConfig, RecurrentConfig};
use rekindle_models::encoder_decoder::{AttentionKind, EncoderDecoderConfig};
use rekindle_models::{Search, Tokens};

const SYMBOLS: usize = 8;
/// What begins and what ends a row that is written, besides its symbols.
const BEGIN: usize = SYMBOLS;
const END: usize = SYMBOLS + 1;

/// A row of four symbols.
fn row(i: usize) -> Vec<usize> {
    (0..4).map(|t| i / SYMBOLS.pow(t) % SYMBOLS).collect()
}

/// The same from behind.
fn turned(row: &[usize]) -> Vec<usize> {
    row.iter().rev().copied().collect()
}

fn main() {
    let device = Device::flex().autodiff();
    device.seed(1);
    // ANCHOR: build
    let gru = |units| RecurrentConfig::new(AnyCellConfig::Gru(GruConfig::new(units)));
    let config = EncoderDecoderConfig::new(SYMBOLS, SYMBOLS + 2)
        .with_attention(AttentionKind::None)
        .with_d_embedding(16)
        .with_encoder(gru(64).with_bidirectional(true))
        .with_decoder(gru(64));
    let mut network = config.init(&device);
    // ANCHOR_END: build
    let mut optimizer = AdamConfig::new().init();
    // ANCHOR: train
    for update in 1..=1000 {
        let rows: Vec<Vec<usize>> = (0..32).map(|k| row((update * 32 + k) * 997)).collect();
        let right = |row: &Vec<usize>| [&[BEGIN], turned(row).as_slice(), &[END]].concat();
        let target: Vec<Vec<usize>> = rows.iter().map(right).collect();
        let loss = network.loss(&Tokens::of(&rows, &device), &Tokens::of(&target, &device));
        if update % 250 == 0 {
            println!(
                "update {update}  loss {:.4}",
                loss.clone().into_scalar::<f32>()
            );
        }
        let gradients = GradientsParams::from_grads(loss.backward(), &network);
        network = optimizer.step(5e-3, network, gradients);
    }
    // ANCHOR_END: train
    // ANCHOR: write
    let read = [3, 1, 4, 1];
    let found = network.write(&read, &Search::greedy(10), BEGIN, END, &device);
    println!("{read:?} is written {:?}", found[0].tokens);
    // ANCHOR_END: write
    assert_eq!(found[0].tokens, turned(&read));
}
