//! What whole networks cost beside their parts: a beam beside the best symbol each time, blocks beside their layers, a token behind
//! a short text and behind a long one.
//!
//! `cargo run --release --example networks` prints medians of turns, with the names of blocks those of a token alone. Figures mean something
//! on a quiet machine only.

#![allow(clippy::print_stdout, reason = "it prints what it measures")]

use std::hint::black_box;
use std::time::Instant;

use burn::nn::{LinearConfig, RmsNormConfig, SwiGluConfig};
use burn::tensor::{Device, Distribution, Tensor};
use rekindle::{AnyCellConfig, CellConfig, LstmConfig, RecurrentConfig};
use rekindle_models::blocks::{BlocksConfig, PRESETS};
use rekindle_models::encoder_decoder::EncoderDecoderConfig;
use rekindle_models::language_model::LanguageModelConfig;
use rekindle_models::{Generator, Search, Tokens};

/// How often each is timed.
const TURNS: usize = 9;

/// The medians of two works that take turns, in milliseconds.
fn turns(mut first: impl FnMut(), mut second: impl FnMut()) -> [f64; 2] {
    let mut times = [Vec::new(), Vec::new()];
    for _ in 0..=TURNS {
        for (times, work) in times
            .iter_mut()
            .zip([&mut first as &mut dyn FnMut(), &mut second])
        {
            let began = Instant::now();
            work();
            times.push(began.elapsed().as_secs_f64() * 1e3);
        }
    }
    // The first turn of each warms up.
    times.map(|times| {
        let mut times = times[1..].to_vec();
        times.sort_by(f64::total_cmp);
        times[TURNS / 2]
    })
}

/// An encoder-decoder of GRUs of 256 units, 60 symbols, with additive attention: 40 symbols from 40.
fn beam(device: &Device) {
    let network = EncoderDecoderConfig::new(60, 60).init(device);
    let source: Vec<usize> = (0..40).map(|k| 2 + k * 7 % 50).collect();
    // No symbol ends a row, so that both write all 40.
    let write = |width| {
        let search = Search {
            width,
            longest: 40,
            length_norm: 0.6,
        };
        black_box(network.write(&source, &search, 0, 60, device));
    };
    let [greedy, beam] = turns(|| write(1), || write(5));
    println!(
        "40 symbols: greedy {greedy:.1} ms, a beam of 5 {beam:.1} ms, {:.2} times",
        beam / greedy
    );
}

/// Four blocks of an LSTM and a SwiGLU, 256 wide, beside their norms, layers, maps and gated units one by one: a training update.
fn blocks(device: &Device) {
    const WIDTH: usize = 256;
    let device = device.clone().autodiff();
    let cell = AnyCellConfig::Lstm(LstmConfig::new(WIDTH));
    let config = BlocksConfig::new(WIDTH, 4, cell.clone());
    let whole = config.init(&device);
    let layer = RecurrentConfig::new(cell).init(WIDTH, &device);
    let norm = RmsNormConfig::new(WIDTH).init(&device);
    let map = LinearConfig::new(WIDTH, WIDTH)
        .with_bias(false)
        .init(&device);
    let glu = SwiGluConfig::new(WIDTH, 4 * WIDTH).init(&device);
    let down = LinearConfig::new(4 * WIDTH, WIDTH)
        .with_bias(false)
        .init(&device);
    // Each part hands a gradient to what is below it, as it does in a network.
    let x = Tensor::random([16, 100, WIDTH], Distribution::Default, &device).require_grad();
    let parts = || {
        for _ in 0..4 {
            let parts = [
                norm.forward(x.clone()),
                layer.forward(x.clone(), None).0,
                map.forward(x.clone()),
                norm.forward(x.clone()),
                down.forward(glu.forward(x.clone())),
            ];
            for part in parts {
                black_box(part.sum().backward());
            }
        }
        black_box(norm.forward(x.clone()).sum().backward());
    };
    let [all, parts] = turns(
        || {
            black_box(whole.forward(x.clone(), None).0.sum().backward());
        },
        parts,
    );
    println!(
        "4 blocks of 256, (16, 100): {all:.0} ms, their parts {parts:.0} ms, {:.2} times",
        all / parts
    );
}

/// Language models of four blocks, 256 wide, 256 tokens: a token behind 1,000 and behind 100,000 of them.
fn tokens(device: &Device, names: &[&str]) {
    const STEPS: usize = 50;
    for name in names {
        let blocks = BlocksConfig::preset(name, 256, 4).expect("a preset");
        let model = LanguageModelConfig::new(256, blocks).init(device);
        let behind = |read: usize| {
            let piece: Vec<usize> = (0..1000).map(|k| k * 31 % 256).collect();
            let piece = Tokens::of(&[piece], device);
            (0..read / 1000).fold(None, |state, _| Some(model.forward(&piece, state).1))
        };
        let write = |state: &Option<_>| {
            let mut state = state.clone().expect("a text was read");
            for token in 0..STEPS {
                state = model.next(&[token], state).1;
            }
        };
        let (short, long) = (behind(1000), behind(100_000));
        let times = turns(|| write(&short), || write(&long));
        let [short, long] = times.map(|ms| STEPS as f64 / ms * 1e3);
        println!("{name}: {short:.0} tokens a second behind 1,000, {long:.0} behind 100,000");
    }
}

fn main() {
    let device = Device::flex();
    let asked: Vec<String> = std::env::args().skip(1).collect();
    if !asked.is_empty() {
        let names: Vec<&str> = asked.iter().map(String::as_str).collect();
        return tokens(&device, &names);
    }
    beam(&device);
    blocks(&device);
    tokens(&device, &PRESETS.map(|(name, _)| name));
}
