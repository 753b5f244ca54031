//! Layers over the grid, and against the length, the rows and the units: `cargo bench`.
//!
//! This shows what a change did. `rekindle bench` compares with others; see README.md beside this.

#[path = "../crates/rekindle-cli/src/bench/work.rs"]
mod work;

use std::fmt;
use std::time::Duration;

use burn::tensor::Device;
use divan::{Bencher, Divan};
use rekindle::{AnyCellConfig, RecurrentConfig};
use work::{GRID, Mode, Shape, work};

/// The widths of the grid: a frame has neither rows nor steps to speak of.
const FRAMES: [Shape; 5] = [
    Shape::new([1, 1, 64, 64]),
    Shape::new([1, 1, 128, 128]),
    Shape::new([1, 1, 256, 256]),
    Shape::new([1, 1, 512, 512]),
    Shape::new([1, 1, 28, 128]),
];

/// One shape, then the same with more steps, rows, units.
const SCALES: [Shape; 11] = [
    Shape::new([8, 50, 64, 64]),
    Shape::new([8, 100, 64, 64]),
    Shape::new([8, 200, 64, 64]),
    Shape::new([8, 400, 64, 64]),
    Shape::new([8, 800, 64, 64]),
    Shape::new([1, 50, 64, 64]),
    Shape::new([16, 50, 64, 64]),
    Shape::new([64, 50, 64, 64]),
    Shape::new([8, 50, 64, 128]),
    Shape::new([8, 50, 64, 256]),
    Shape::new([8, 50, 64, 512]),
];

struct Case {
    cell: &'static str,
    shape: Shape,
}

impl fmt::Display for Case {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.cell, self.shape)
    }
}

fn cases(shapes: &[Shape]) -> Vec<Case> {
    let cells = ["lstm", "gru", "elman"].into_iter();
    let case = |cell, shape: &Shape| Case {
        cell,
        shape: *shape,
    };
    cells
        .flat_map(|cell| shapes.iter().map(move |shape| case(cell, shape)))
        .collect()
}

fn run(bencher: Bencher<'_, '_>, case: &Case, mode: Mode) {
    let device = Device::flex();
    let config = AnyCellConfig::named(case.cell, case.shape.d_hidden).expect("a cell of the zoo");
    let layer = RecurrentConfig::new(config).init(case.shape.d_input, &mode.device(&device));
    bencher.bench_local(work(layer, mode, case.shape, &device));
}

#[divan::bench(args = cases(&GRID))]
fn forward(bencher: Bencher<'_, '_>, case: &Case) {
    run(bencher, case, Mode::Forward);
}

#[divan::bench(args = cases(&GRID))]
fn train(bencher: Bencher<'_, '_>, case: &Case) {
    run(bencher, case, Mode::Train);
}

#[divan::bench(args = cases(&FRAMES))]
fn stream(bencher: Bencher<'_, '_>, case: &Case) {
    run(bencher, case, Mode::Stream);
}

#[divan::bench(args = cases(&SCALES))]
fn scaling_forward(bencher: Bencher<'_, '_>, case: &Case) {
    run(bencher, case, Mode::Forward);
}

#[divan::bench(args = cases(&SCALES))]
fn scaling_train(bencher: Bencher<'_, '_>, case: &Case) {
    run(bencher, case, Mode::Train);
}

fn main() {
    Divan::default()
        .sample_count(100)
        .max_time(Duration::from_secs(1))
        .config_with_args()
        .main();
}
