//! A text, letter by letter, by the network that comes with textgenrnn 2.0.0, as Keras 2.1.5 saved its cuDNN layers (MIT).
//!
//! ```text
//! cargo run --release --example textgenrnn [BEGINNING]
//! ```
#![allow(clippy::print_stdout, reason = "it shows what it does")]

mod model;

use std::error::Error;

use burn::tensor::Device;
use model::Network;

/// The letters that are written.
const LETTERS: usize = 120;

fn main() -> Result<(), Box<dyn Error>> {
    let (weights, vocabulary) = (include_bytes!("weights.hdf5"), include_bytes!("vocab.json"));
    let network = Network::read(weights, vocabulary, &Device::flex())?;
    let mut text = std::env::args().nth(1).unwrap_or("The".to_owned());
    let mut symbols = network.symbols(&text);
    for _ in 0..LETTERS {
        let next = network.next(&[&symbols]).argmax(1).into_data();
        let next = next.iter::<i64>().next().ok_or("no symbol")?;
        // The symbol that begins a text ends it, too.
        match network.symbol(next) {
            Some(letter) if letter != "<s>" => text.push_str(letter),
            _ => break,
        }
        symbols.push(next);
    }
    println!("{text}");
    Ok(())
}
