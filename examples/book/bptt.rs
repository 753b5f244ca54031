//! Back-propagation through time by hand, with nothing but Rust: one unit, three steps.
//!
//! ```text
//! cargo run --release --example book_bptt
//! ```
#![allow(clippy::print_stdout, reason = "it shows what it does")]

const W: f64 = 0.5;
const U: f64 = 0.9;
const X: [f64; 3] = [1.0, 0.0, 0.0];

// ANCHOR: forward
/// The states h_1, h_2, h_3 of h_t = tanh(w x_t + u h_{t-1}), from h_0 = 0.
fn forward(w: f64, u: f64) -> [f64; 3] {
    let mut h = 0.0;
    X.map(|x| {
        h = f64::tanh(w * x + u * h);
        h
    })
}
// ANCHOR_END: forward

fn main() {
    // ANCHOR: backward
    let h = forward(W, U);
    let (mut dw, mut du) = (0.0, 0.0);
    let mut dh = 1.0; // the loss is h_3, so dL/dh_3 = 1
    for t in (0..3).rev() {
        let delta = dh * (1.0 - h[t] * h[t]); // through the tanh
        let before = if t == 0 { 0.0 } else { h[t - 1] };
        dw += delta * X[t]; // w was used here, and so was u:
        du += delta * before; // each use adds its share
        dh = delta * U; // and on to the step before
        println!("t = {}  h = {:.6}  delta = {delta:.6}", t + 1, h[t]);
    }
    println!("dL/dw = {dw:.6}  dL/du = {du:.6}  dL/dh_0 = {dh:.6}");
    // ANCHOR_END: backward

    // ANCHOR: check
    let e = 1e-5; // the same slope, measured: a little more, a little less
    let slope = (forward(W, U + e)[2] - forward(W, U - e)[2]) / (2.0 * e);
    println!("dL/du, measured: {slope:.6}");
    assert!((slope - du).abs() < 1e-8);
    // ANCHOR_END: check
}
