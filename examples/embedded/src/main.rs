//! Forecasts of the yearly number of sunspots on a machine without an operating system: a GRU and a minGRU that `rekindle train`
//! has trained, whose weights lie in flash, read year by year.
//!
//! Nothing here or below uses `std`, and the compiler sees to it: a program that has a panic handler of its own does not link
//! with it. `board` is what a real board brings along: a heap, a place to print, an end.
#![no_std]
#![no_main]

extern crate alloc;

mod board;
mod flash;
mod network;
mod trained;

use board::println;
use flash::Flash;
use network::{Network, gru, mingru};
use rekindle_kernels::Isa;
use rekindle_program::{Next, Step};
use trained::{GRU, LAST_YEAR, MINGRU, SPOTS, WINDOW};

/// The farthest that a forecast may be from the one that `rekindle predict` gave, in sunspots: their spread is 34, and the two
/// round differently in f32.
const CLOSE: f64 = 1e-3;

/// Forecasts the years that `flash` has forecasts of; returns whether all of them are close.
fn run(name: &str, equations: impl Fn(&Step) -> Next, flash: &'static Flash) -> bool {
    board::reset_peak();
    let before = board::heap_used();
    let mut network = Network::new(equations, flash);
    println!(
        "\n{name}: {} bytes of weights in flash; on the heap {} bytes while it is made, {} from then on",
        flash.bytes(),
        board::heap_peak() - before,
        board::heap_used() - before,
    );
    board::reset_peak();
    let made = board::heap_used();
    let mut close = true;
    for (back, &wanted) in (0..flash.forecasts.len()).rev().zip(flash.forecasts) {
        let window = &SPOTS[SPOTS.len() - back - WINDOW..][..WINDOW];
        let forecast = network.forecast(window);
        close &= (forecast - wanted).abs() < CLOSE;
        println!(
            "{}: {forecast:.4}, on a desktop {wanted:.4}",
            LAST_YEAR + 1 - back
        );
    }
    println!(
        "on the heap {} bytes more from the first frame on",
        board::heap_peak() - made
    );
    close
}

#[unsafe(no_mangle)]
extern "C" fn main() -> i32 {
    board::start();
    println!("instructions: {}", Isa::current().name());
    let close = [run("GRU", gru, &GRU), run("minGRU", mingru, &MINGRU)];
    match close.contains(&false) {
        true => println!("\na forecast is not the desktop's"),
        false => println!("\nevery forecast is the desktop's, to {CLOSE} sunspots"),
    }
    i32::from(close.contains(&false))
}
