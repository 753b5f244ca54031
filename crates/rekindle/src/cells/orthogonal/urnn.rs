//! The unitary network, uRNN: M. Arjovsky, A. Shah and Y. Bengio, *Unitary Evolution Recurrent Neural Networks*
//! (2015), <https://arxiv.org/abs/1511.06464>.
//!
//! ```text
//! h_t = modReLU(W h_{t-1} + V x_t; b)                       complex memory
//! W = D_3 R_2 F⁻¹ D_2 Π R_1 F D_1                           a unitary matrix
//! modReLU(z; b) = z / |z| max(|z| + b, 0)
//! o_t = W_o (Re h_t; Im h_t) + b_o                          the output
//! ```
//!
//! A unitary matrix keeps the length of what it turns, and this one has some numbers a unit: `D_k` turns every unit by a
//! learned angle `w_k`, `R_k = 1 - 2 v_k v_k* / ‖v_k‖²` is a reflection, `F` the Fourier transform and `Π` a fixed
//! permutation. The memory is a pair of real vectors, `h_re` and `h_im`, each as wide as the output. `F` is a product
//! with a given matrix here, which takes `n²` steps and not `n log n`. `Π` stands beside `F`, so that `v_1` is stored
//! in its order; it shuffles by a rule, always the same. `w_k` begins uniform in ±π, `v_k` in ±1.

use crate::card::Card;
use crate::complex::Complex;
use crate::structure::{Map, Structure};
use burn::tensor::{Distribution, Tensor};
use rekindle_engine::{Next, Step, cos, relu, sin, sqrt, sum};
use std::f64::consts::{PI, TAU};
use std::sync::Arc;

/// What keeps the direction of a memory that is 0 from being no number.
const EPSILON: f64 = 1e-5;

fn urnn(k: &Step) -> Next {
    let [_o, h_re, h_im] = k.state(["o", "h_re", "h_im"]);
    let turned = turn(k, "w1", Complex::new([h_re, h_im]));
    let there = reflect(k, "v1", fourier(k, Way::There, turned));
    let back = fourier(k, Way::Back, turn(k, "w2", there));
    let wh = turn(k, "w3", reflect(k, "v2", back));
    let z = wh + Complex::new(k.plain_input(["v_re", "v_im"]));
    let size = sqrt(z.re * z.re + z.im * z.im + EPSILON);
    let h = z.scaled(relu(size + k.vector("b")) / size);
    let o = k.hidden("o_re", h.re) + k.plain_hidden("o_im", h.im);
    k.next([o, h.re, h.im])
}

/// `D z`: every unit turned by its angle.
fn turn<'k>(k: &'k Step, angles: &str, z: Complex<'k>) -> Complex<'k> {
    let angle = k.vector(angles);
    Complex::new([cos(angle), sin(angle)]) * z
}

/// `R z = z - 2 v (v* z) / ‖v‖²`
fn reflect<'k>(k: &'k Step, name: &str, z: Complex<'k>) -> Complex<'k> {
    let v = Complex::new([
        k.vector(format!("{name}_re").as_str()),
        k.vector(format!("{name}_im").as_str()),
    ]);
    let square = sum(v.re * v.re + v.im * v.im);
    // v* z, unit by unit
    let along = [v.re * z.re + v.im * z.im, v.re * z.im - v.im * z.re];
    let along = Complex::new(along.map(sum));
    let back = v * along;
    z + Complex::new([back.re / square, back.im / square]).times(-2.0)
}

/// Which way a Fourier transform goes.
#[derive(Clone, Copy)]
enum Way {
    There,
    Back,
}

impl Way {
    /// The blocks: products of the real and of the imaginary part with cosines, and with sines.
    fn blocks(self) -> [String; 4] {
        let name = match self {
            Way::There => "there",
            Way::Back => "back",
        };
        ["cos_re", "cos_im", "sin_re", "sin_im"].map(|part| format!("{name}_{part}"))
    }
}

/// `F z`, or `F⁻¹ z`, whose sines have the other sign.
fn fourier<'k>(k: &'k Step, way: Way, z: Complex<'k>) -> Complex<'k> {
    let [cos_re, cos_im, sin_re, sin_im] = way.blocks();
    let product = |block: String, of| k.plain_hidden(block.as_str(), of);
    let (cos_re, cos_im) = (product(cos_re, z.re), product(cos_im, z.im));
    let (sin_re, sin_im) = (product(sin_re, z.re), product(sin_im, z.im));
    Complex::new(match way {
        Way::There => [cos_re + sin_im, cos_im - sin_re],
        Way::Back => [cos_re - sin_im, cos_im + sin_re],
    })
}

/// Cosines and sines of a Fourier transform whose rows are in another order, each `[n, n]`.
fn waves(order: &[usize]) -> [Vec<f64>; 2] {
    let n = order.len();
    let size = 1.0 / (n as f64).sqrt();
    let angles = order
        .iter()
        .flat_map(|row| (0..n).map(move |column| row * column % n));
    let angles: Vec<f64> = angles.map(|part| TAU * part as f64 / n as f64).collect();
    [f64::cos, f64::sin].map(|wave| angles.iter().map(|angle| size * wave(*angle)).collect())
}

/// `Π`: which unit comes to which place. Shuffled by a generator of 64 bits that always begins the same.
fn shuffled(n: usize) -> Vec<usize> {
    let mut order: Vec<usize> = (0..n).collect();
    let mut state = 1_u64;
    for place in (1..n).rev() {
        // Knuth's constants for a linear congruential generator.
        state = state
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        order.swap(place, (state >> 33) as usize % (place + 1));
    }
    order
}

crate::cell! {
    /// The cell of this page, as a Burn module.
    pub struct Urnn: 3
}

crate::cell_config! {
    /// Configuration of [`Urnn`].
    pub struct UrnnConfig: Urnn {}
    equations: |_, k| urnn(k);
    structure: |config| {
        let straight: Vec<usize> = (0..config.d_hidden).collect();
        let maps = [(Way::There, shuffled(config.d_hidden)), (Way::Back, straight)];
        let maps = maps.into_iter().flat_map(|(way, order)| {
            let [cosines, sines] = waves(&order).map(Arc::new);
            let each = [cosines.clone(), cosines, sines.clone(), sines].map(Map::Given);
            way.blocks().into_iter().zip(each)
        });
        Structure { maps: maps.collect(), ..Structure::default() }
    };
    begin: |config, gates, device| {
        let draw = |most: f64| {
            let uniform = Distribution::Uniform(-most, most);
            Tensor::<1>::random([config.d_hidden], uniform, device)
        };
        let turned = ["w1", "w2", "w3"].into_iter().fold(gates, |gates, w| gates.with_vector(w, draw(PI)));
        ["v1_re", "v1_im", "v2_re", "v2_im"].into_iter().fold(turned, |gates, v| gates.with_vector(v, draw(1.0)))
    };
}

/// What the table of cells says of it.
pub(crate) const CARD: Card = Card {
    name: "urnn",
    title: "Unitary RNN",
    authors: "Arjovsky et al.",
    year: 2015,
    url: "https://arxiv.org/abs/1511.06464",
    gates: &[
        (
            "v_re",
            "what the input adds to the real part of the turned memory",
        ),
        ("v_im", "what it adds to the imaginary part"),
    ],
    oracle: "float64 code written from the paper, with complex numbers and torch's FFT",
};
