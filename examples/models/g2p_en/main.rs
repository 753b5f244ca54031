//! How words are spoken, by the network of g2p-en 2.1.0, an encoder and a decoder of NumPy's file (Apache-2.0).
//!
//! ```text
//! cargo run --release --example g2p_en [WORD...]
//! ```
//!
//! Without words, 4,000 of CMUdict are spoken, and held to its pronunciations and to what g2p-en's own code says of them (`reference.py`).
#![allow(clippy::print_stdout, reason = "it shows what it does")]

mod model;

use std::{error::Error, time::Instant};

use burn::tensor::Device;
use model::Network;

/// The words that are spoken at once.
const BATCH: usize = 500;

fn main() -> Result<(), Box<dyn Error>> {
    let network = Network::read(include_bytes!("checkpoint20.npz"), &Device::flex())?;
    let words: Vec<String> = std::env::args().skip(1).collect();
    if !words.is_empty() {
        let words: Vec<&str> = words.iter().map(String::as_str).collect();
        for (word, phonemes) in words.iter().zip(network.phonemes(&words)?) {
            println!("{word}  {}", phonemes.join(" "));
        }
        return Ok(());
    }

    // A word, what g2p-en says of it, and CMUdict's pronunciations. Words of a length are spoken together.
    let lines = include_str!("words.tsv").lines();
    let mut rows: Vec<Vec<&str>> = lines.map(|line| line.split('\t').collect()).collect();
    rows.sort_by_key(|row| row[0].len());
    let words: Vec<&str> = rows.iter().map(|row| row[0]).collect();
    let began = Instant::now();
    let mut said = Vec::new();
    for words in words.chunks(BATCH) {
        said.extend(network.phonemes(words)?);
    }
    let took = began.elapsed().as_secs_f64();

    let (mut wrong, mut all, mut as_theirs) = (0, 0, 0);
    for (row, ours) in rows.iter().zip(&said) {
        as_theirs += usize::from(ours.join(" ") == row[1]);
        let errors = row[2..].iter().map(|one| {
            let one: Vec<&str> = one.split(' ').collect();
            (distance(ours, &one), one.len())
        });
        let nearest = errors
            .min_by(|(a, n), (b, m)| (*a as f64 / *n as f64).total_cmp(&(*b as f64 / *m as f64)));
        let (errors, length) = nearest.ok_or("a word without a pronunciation")?;
        wrong += errors;
        all += length;
    }
    println!(
        "{} words in {took:.3} s: {:.2} % of their phonemes are not CMUdict's; {as_theirs} words are spoken as g2p-en speaks them",
        words.len(),
        100.0 * wrong as f64 / all as f64
    );
    assert_eq!(as_theirs, words.len());
    Ok(())
}

/// How many phonemes must be put in, left out or exchanged to make one list the other.
fn distance(a: &[&str], b: &[&str]) -> usize {
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, x) in a.iter().enumerate() {
        let mut corner = std::mem::replace(&mut row[0], i + 1);
        for (j, y) in b.iter().enumerate() {
            let least = (row[j] + 1)
                .min(row[j + 1] + 1)
                .min(corner + usize::from(x != y));
            corner = std::mem::replace(&mut row[j + 1], least);
        }
    }
    row[b.len()]
}
