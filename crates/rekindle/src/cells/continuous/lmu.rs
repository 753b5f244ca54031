//! The Legendre memory unit: A. Voelker, I. Kajić and C. Eliasmith, *Legendre Memory Units: Continuous-Time
//! Representation in Recurrent Neural Networks*, Advances in Neural Information Processing Systems 32 (2019),
//! <https://papers.nips.cc/paper/9689-legendre-memory-units-continuous-time-representation-in-recurrent-neural-networks>.
//!
//! ```text
//! u_t = e_xᵀ x_t + e_hᵀ h_{t-1} + e_mᵀ m_{t-1}              one number is written
//! m_t = Ā m_{t-1} + B̄ u_t                                   coefficients of Legendre polynomials over θ steps
//! h_t = tanh(W_x x_t + W_h h_{t-1} + W_m m_t + b)
//! A_ij = (2i + 1) / θ · (-1 where i < j, else (-1)^(i-j+1))        B_i = (2i + 1)(-1)^i / θ
//! ```
//!
//! `Ā` and `B̄` are `A` and `B` over one step in which `u` is held, and are not learned: `m` describes what was written
//! during the last `θ` steps, the more exactly the more coefficients there are. There are as many as units. `e_x` is the
//! sum of the rows of a matrix `W_u`, so that it is stored like the other input weights.

use crate::card::Card;
use crate::invalid::Invalid;
use crate::structure::{Map, Structure};
use rekindle_engine::{Next, Step, sum, tanh};
use std::sync::Arc;

fn lmu(k: &Step) -> Next {
    let [h, m] = k.state(["h", "m"]);
    let [e_h, e_m] = k.vector(["e_h", "e_m"]);
    let u = sum(k.plain_input("u") + e_h * h + e_m * m);
    let m = k.plain_hidden("A", m) + k.vector("B") * u;
    k.next([tanh(k.affine("h", h) + k.plain_hidden("m", m)), m])
}

/// `Ā` and `B̄` for `order` coefficients: the exponential of `A` beside `B`.
fn held(order: usize, theta: f64) -> [Vec<f64>; 2] {
    let n = order + 1;
    let mut m = vec![0.0; n * n];
    for i in 0..order {
        let scale = (2 * i + 1) as f64 / theta;
        let sign = |k: usize| if k.is_multiple_of(2) { 1.0 } else { -1.0 };
        for j in 0..order {
            m[i * n + j] = scale * if i < j { -1.0 } else { -sign(i - j) };
        }
        m[i * n + order] = scale * sign(i);
    }
    let e = exponential(m, n);
    let a = (0..order).flat_map(|i| e[i * n..i * n + order].to_vec());
    let b = (0..order).map(|i| e[i * n + order]);
    [a.collect(), b.collect()]
}

/// The exponential of a matrix, by scaling, a series, and squaring.
fn exponential(mut m: Vec<f64>, n: usize) -> Vec<f64> {
    let rows = m
        .chunks_exact(n)
        .map(|row| row.iter().map(|x| x.abs()).sum());
    let norm = rows.fold(0.0_f64, |most, row: f64| most.max(row));
    let squarings = norm.max(0.5).log2().ceil() as i32 + 1;
    m.iter_mut().for_each(|x| *x *= 0.5_f64.powi(squarings));
    let mut sum = identity(n);
    for k in (1..=16).rev() {
        sum = product(&m, &sum, n);
        sum.iter_mut().for_each(|x| *x /= f64::from(k));
        (0..n).for_each(|i| sum[i * n + i] += 1.0);
    }
    (0..squarings).fold(sum, |sum, _| product(&sum, &sum, n))
}

fn identity(n: usize) -> Vec<f64> {
    let mut one = vec![0.0; n * n];
    (0..n).for_each(|i| one[i * n + i] = 1.0);
    one
}

fn product(a: &[f64], b: &[f64], n: usize) -> Vec<f64> {
    let mut c = vec![0.0; n * n];
    for (row, to) in a.chunks_exact(n).zip(c.chunks_exact_mut(n)) {
        for (x, from) in row.iter().zip(b.chunks_exact(n)) {
            to.iter_mut().zip(from).for_each(|(c, b)| *c += x * b);
        }
    }
    c
}

crate::cell! {
    /// The cell of this page, as a Burn module.
    pub struct Lmu: 2
}

crate::cell_config! {
    /// Configuration of [`Lmu`].
    pub struct LmuConfig: Lmu {
        /// `θ`: how many steps the memory describes.
        theta: f64 = 100.0,
    }
    equations: |_, k| lmu(k);
    structure: |config| {
        let [a, b] = held(config.d_hidden, config.theta);
        Structure {
            maps: vec![("A".to_string(), Map::Given(Arc::new(a)))],
            vectors: vec![("B".to_string(), Arc::new(b))],
            ..Structure::default()
        }
    };
    valid: |config| match config.theta >= 1.0 && config.theta.is_finite() {
        true => Ok(()),
        false => Err(Invalid::new("theta", config.theta, "at least 1 step")),
    };
}

/// What the table of cells says of it.
pub(crate) const CARD: Card = Card {
    name: "lmu",
    title: "Legendre memory unit",
    authors: "Voelker et al.",
    year: 2019,
    url: "https://papers.nips.cc/paper/9689-legendre-memory-units-continuous-time-representation-in-recurrent-neural-networks",
    gates: &[
        ("u", "what is written into the memory"),
        ("h", "how the units see the input"),
    ],
    oracle: "float64 code written from the paper; Ā and B̄ by torch's matrix_exp",
};
