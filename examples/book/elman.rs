//! One Elman network with a softmax output, by hand and with nothing but Rust: two units read the word "abba" over
//! an alphabet of two letters.
//!
//! ```text
//! cargo run --release --example book_elman
//! ```
#![allow(clippy::print_stdout, reason = "it shows what it does")]

// ANCHOR: network
/// The weights of a network with two units and two letters.
struct Elman {
    w: [[f64; 2]; 2], // from the input
    u: [[f64; 2]; 2], // from the old state
    v: [[f64; 2]; 2], // from the state to the output
    b: [f64; 2],
}

/// A matrix times a vector.
fn times(m: [[f64; 2]; 2], x: [f64; 2]) -> [f64; 2] {
    m.map(|row| row[0] * x[0] + row[1] * x[1])
}

impl Elman {
    /// The new state: tanh(W x + U h + b).
    fn step(&self, x: [f64; 2], h: [f64; 2]) -> [f64; 2] {
        let (wx, uh) = (times(self.w, x), times(self.u, h));
        [0, 1].map(|i| (wx[i] + uh[i] + self.b[i]).tanh())
    }

    /// The probability of each letter: softmax(V h).
    fn output(&self, h: [f64; 2]) -> [f64; 2] {
        let powers = times(self.v, h).map(f64::exp);
        let sum: f64 = powers.iter().sum();
        powers.map(|p| p / sum)
    }
}
// ANCHOR_END: network

fn main() {
    // ANCHOR: run
    let network = Elman {
        w: [[1.0, -1.0], [0.5, 0.5]],
        u: [[0.6, 0.0], [0.9, 0.2]],
        v: [[2.0, -1.0], [-2.0, 1.0]],
        b: [0.0, 0.0],
    };
    let mut h = [0.0, 0.0];
    for letter in "abba".chars() {
        let x = if letter == 'a' {
            [1.0, 0.0]
        } else {
            [0.0, 1.0]
        };
        h = network.step(x, h);
        let [a, b] = network.output(h);
        println!(
            "{letter}  h = ({:+.3}, {:+.3})  P(a) = {a:.3}  P(b) = {b:.3}",
            h[0], h[1]
        );
        assert!((a + b - 1.0).abs() < 1e-12, "probabilities sum to one");
    }
    // ANCHOR_END: run
}
