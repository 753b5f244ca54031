//! Tesseract's reader of English lines: a convolution, an LSTM down each column, three along the line, and the codes of characters, from
//! the integers of 8 bits in Tesseract's own files (Apache-2.0).
//!
//! ```text
//! cargo run --release --example tesseract [LINE.png...]
//! ```
//!
//! A picture has one line of dark text, 36 pixels high. Without one, the 50 of lines.png are read, and held to what Tesseract reads in them
//! by the same files, without its dictionaries (`reference.py`). Its integers are the network's here, too, but what lies between them is
//! rounded: where a last bit is another, an integer becomes the next one, and now and then a character another.
#![allow(clippy::print_stdout, reason = "it shows what it does")]

mod decode;
mod file;
mod lstm;
mod model;
mod picture;

use std::{error::Error, fs, time::Instant};

use burn::tensor::Device;
use model::Reader;
use picture::HEIGHT;

/// The pixels of a picture, row by row, and the length of a row.
fn grey(png: &[u8], name: &str) -> Result<(Vec<u8>, usize), Box<dyn Error>> {
    let picture = lodepng::decode_memory(png, lodepng::ColorType::GREY, 8);
    match picture.map_err(|why| format!("{name}: {why}"))? {
        lodepng::Image::Grey(picture) => Ok((
            picture.buffer.iter().map(|pixel| pixel.value()).collect(),
            picture.width,
        )),
        _ => Err(format!("{name}: not of one channel").into()),
    }
}

fn main() -> Result<(), Box<dyn Error>> {
    let device = Device::flex();
    let (network, set, recoder) = (
        include_bytes!("eng.lstm"),
        include_str!("eng.lstm-unicharset"),
        include_bytes!("eng.lstm-recoder"),
    );
    let reader = Reader::read(network, set, recoder, &device)?;
    let files: Vec<String> = std::env::args().skip(1).collect();
    for file in &files {
        let (pixels, width) = grey(
            &fs::read(file).map_err(|why| format!("{file}: {why}"))?,
            file,
        )?;
        if pixels.len() != HEIGHT * width {
            return Err(format!(
                "{file}: {} pixels high, but a line is {HEIGHT}; scale it",
                pixels.len() / width
            )
            .into());
        }
        println!("{}", reader.line(&pixels, &device));
    }
    if files.is_empty() {
        let (pixels, width) = grey(include_bytes!("lines.png"), "lines.png")?;
        let rows = include_str!("lines.tsv").lines();
        let (mut lines, mut alike, mut with_words) = (0, 0, 0);
        let began = Instant::now();
        for (pixels, row) in pixels.chunks_exact(HEIGHT * width).zip(rows) {
            let [_, theirs, words] = row.split('\t').collect::<Vec<_>>()[..] else {
                return Err("lines.tsv: a row without what Tesseract reads".into());
            };
            let ours = reader.line(pixels, &device);
            println!("{ours}");
            if ours != theirs {
                println!("{theirs}   <- Tesseract");
            }
            lines += 1;
            alike += usize::from(ours == theirs);
            with_words += usize::from(ours == words);
        }
        let took = began.elapsed().as_secs_f64();
        println!(
            "{alike} of {lines} lines are read as Tesseract reads them without dictionaries, {with_words} as with them, each in {:.1} ms",
            1e3 * took / lines as f64
        );
        assert!(alike * 10 >= lines * 9, "more than rounding");
    }
    Ok(())
}
