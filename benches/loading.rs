//! Time and memory that weights take to be loaded from a file, beside those of reading the file.
//!
//! `cargo run --release --example loading -- FILE`; `checkpoints.py` makes files. The peak of memory is that of the first loading, by
//! Linux' count of resident bytes, beyond what was resident before; the times are medians of turns, with the file in the system's cache.

#![allow(clippy::print_stdout, reason = "it prints what it measures")]

use std::error::Error;
use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom};
use std::path::Path;
use std::sync::{Arc, Mutex};
use std::time::Instant;

use burn::tensor::Device;
use rekindle_interop::formats::{Bytes, Format, ReadAt, keras, onnx, read};
use rekindle_interop::{find, keras::find as layers, onnx::find as operators};

/// How often each is timed.
const TURNS: usize = 9;

#[derive(Debug)]
struct InPlaces(Mutex<File>, usize);

impl ReadAt for InPlaces {
    fn size(&self) -> usize {
        self.1
    }

    fn read_at(&self, place: usize, buffer: &mut [u8]) -> io::Result<()> {
        let mut file = self.0.lock().expect("nobody panics");
        file.seek(SeekFrom::Start(place as u64))?;
        file.read_exact(buffer)
    }
}

/// Loads every recurrent module of a file, and says how many there were.
fn load(path: &Path) -> Result<usize, Box<dyn Error>> {
    let device = Device::flex();
    let file = File::open(path)?;
    let size = file.metadata()?.len() as usize;
    let bytes = Bytes::of_file(Arc::new(InPlaces(Mutex::new(file), size)));
    if keras::begins(bytes.clone()) {
        let model = keras::read(bytes)?;
        let loaded: Result<Vec<_>, _> = layers(&model)
            .iter()
            .map(|found| found.load(&model, &device))
            .collect();
        return Ok(loaded?.len());
    }
    if Format::of(&bytes.first(16)?) == Some(Format::Onnx) {
        let model = onnx::read(bytes)?;
        let loaded: Result<Vec<_>, _> = operators(&model)
            .into_iter()
            .map(|found| found?.load(&device))
            .collect();
        return Ok(loaded?.len());
    }
    let tensors = read(bytes)?;
    let loaded: Result<Vec<_>, _> = find(&tensors)
        .iter()
        .map(|found| found.load(&tensors, &device))
        .collect();
    Ok(loaded?.len())
}

/// A line of Linux' account of this process, in bytes.
fn resident(line: &str) -> f64 {
    let account = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let found = account.lines().find_map(|all| all.strip_prefix(line));
    let number = found.and_then(|rest| rest.split_whitespace().next()?.parse::<f64>().ok());
    number.map_or(f64::NAN, |kilobytes| kilobytes * 1024.0)
}

fn median(mut times: Vec<f64>) -> f64 {
    times.sort_by(f64::total_cmp);
    times[times.len() / 2]
}

fn main() -> Result<(), Box<dyn Error>> {
    let path = std::env::args_os().nth(1).ok_or("usage: loading FILE")?;
    let path = Path::new(&path);
    let size = std::fs::metadata(path)?.len() as f64;
    let before = resident("VmRSS:");
    let modules = load(path)?;
    let peak = resident("VmHWM:") - before;
    let (mut reading, mut passing, mut loading) = (Vec::new(), Vec::new(), Vec::new());
    let mut buffer = vec![0; 1 << 17];
    for _ in 0..TURNS {
        let begun = Instant::now();
        std::hint::black_box(std::fs::read(path)?);
        reading.push(begun.elapsed().as_secs_f64() * 1e3);
        let begun = Instant::now();
        let mut file = File::open(path)?;
        while file.read(&mut buffer)? > 0 {}
        passing.push(begun.elapsed().as_secs_f64() * 1e3);
        let begun = Instant::now();
        load(path)?;
        loading.push(begun.elapsed().as_secs_f64() * 1e3);
    }
    let [reading, passing, loading] = [reading, passing, loading].map(median);
    println!(
        "{}: {:.1} MB, {modules} modules; read {reading:.0} ms, through one buffer {passing:.0} ms; load {loading:.0} ms, {:.2} times \
         reading, {:.1} times through one buffer; memory {:.2} times the file",
        path.display(),
        size / 1e6,
        loading / reading,
        loading / passing,
        peak / size
    );
    Ok(())
}
