//! What a run is trained on, for whoever wants to know how long it takes.

use std::{env, fs, thread};

/// The processor, by the name that the system has for it where it has one, and the threads that are taken of it.
pub(crate) fn name() -> String {
    let known = fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    let mut lines = known.lines().filter_map(|line| line.split_once(':'));
    let model = lines.find(|(key, _)| key.trim() == "model name");
    let processor = model.map_or(env::consts::ARCH, |(_, name)| name.trim());
    let asked = env::var("RAYON_NUM_THREADS").ok();
    let asked = asked.and_then(|count| count.trim().parse().ok());
    let threads = match asked.filter(|&count| count > 0) {
        Some(count) => count,
        None => thread::available_parallelism().map_or(1, usize::from),
    };
    match threads {
        1 => format!("{processor}, 1 thread"),
        threads => format!("{processor}, {threads} threads"),
    }
}
