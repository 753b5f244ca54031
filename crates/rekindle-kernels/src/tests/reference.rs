//! The equations, interpreted one row, one step and one unit at a time.

use crate::Sizes;
use alloc::vec::Vec;
use rekindle_program::{Across, Node, Program};

/// All numbers of a problem.
#[derive(Clone, Debug)]
pub(super) struct Numbers {
    pub sizes: Sizes,
    pub x: Vec<f64>,
    w: Vec<f64>,
    b: Vec<f64>,
    u: Vec<f64>,
    d: Vec<f64>,
    r: Vec<f64>,
    vectors: Vec<f64>,
    state: Vec<f64>,
    pub mask: Vec<f64>,
    pub dy: Vec<f64>,
    pub dlast: Vec<f64>,
    /// Whether the operands of products are rounded to bf16.
    pub rounded: bool,
}

impl Numbers {
    /// Numbers in closed form: nothing is random.
    pub(super) fn new(program: &Program, sizes: Sizes) -> Self {
        let (h, p) = (sizes.d_hidden, sizes.d_projection);
        let (g, k) = (program.inputs().len(), program.hiddens().len());
        let product = sizes.width(program.product_width());
        let masked = program.mask_width().map_or(0, |width| sizes.width(width));
        let widths: usize = sizes.states(program).iter().map(|s| s.1).sum();
        let output = sizes.states(program)[0].1;
        let mut seed = 0.0;
        let mut wave = |n: usize, scale: f64| -> Vec<f64> {
            seed += 1.0;
            let x = |i: usize| scale * ((i as f64 + 1.0) * (seed * 0.37 + 0.71)).sin();
            (0..n).map(x).collect()
        };
        let small = 1.0 / (h as f64).sqrt();
        Numbers {
            sizes,
            x: wave(sizes.batch * sizes.time * sizes.d_input, 1.0),
            w: wave(sizes.d_input * g * h, small),
            b: wave(g * h, 0.3),
            u: wave(product * k * h, small),
            d: wave(k * h, 0.3),
            r: wave(if program.has_projection() { h * p } else { 0 }, small),
            vectors: wave(program.vectors().len() * h, 0.5),
            state: wave(sizes.batch * widths, 0.5),
            mask: wave(sizes.batch * masked, 1.0),
            dy: wave(sizes.batch * sizes.time * output, 1.0),
            dlast: wave(sizes.batch * widths, 1.0),
            rounded: false,
        }
    }

    /// Whatever has a gradient.
    pub(super) fn parts(&self) -> [&Vec<f64>; 8] {
        let Numbers {
            x,
            w,
            b,
            u,
            d,
            r,
            vectors,
            state,
            ..
        } = self;
        [x, w, b, u, d, r, vectors, state]
    }

    pub(super) fn parts_mut(&mut self) -> [&mut Vec<f64>; 8] {
        let Numbers {
            x,
            w,
            b,
            u,
            d,
            r,
            vectors,
            state,
            ..
        } = self;
        [x, w, b, u, d, r, vectors, state]
    }
}

/// Outputs and final states.
pub(super) fn reference(
    program: &Program,
    n: &Numbers,
    lengths: Option<&[usize]>,
    reverse: bool,
) -> (Vec<f64>, Vec<f64>) {
    let Sizes {
        batch,
        time,
        d_input,
        ..
    } = n.sizes;
    let states = n.sizes.states(program);
    let (total, output): (usize, usize) = (states.iter().map(|s| s.1).sum(), states[0].1);
    let mut y = vec![0.0; batch * time * output];
    let mut last = n.state.clone();
    for row in 0..batch {
        let state = &mut last[row * total..][..total];
        let length = lengths.map_or(time, |l| l[row]);
        for k in 0..length {
            let t = if reverse { length - 1 - k } else { k };
            let x = &n.x[(row * time + t) * d_input..][..d_input];
            let next = step(program, n, x, state, &states, row);
            state.copy_from_slice(&next.concat());
            y[(row * time + t) * output..][..output].copy_from_slice(&next[0]);
        }
    }
    (y, last)
}

/// The nearest number whose significand has 8 bits, and of two that are as near the even one.
pub(super) fn bf16(x: f64) -> f64 {
    if x == 0.0 {
        return x;
    }
    let unit = (x.abs().log2().floor() - 7.0).exp2();
    (x / unit).round_ties_even() * unit
}

fn step(
    program: &Program,
    n: &Numbers,
    x: &[f64],
    state: &[f64],
    states: &[(usize, usize)],
    row: usize,
) -> Vec<Vec<f64>> {
    let (h, p) = (n.sizes.d_hidden, n.sizes.d_projection);
    let (g, k) = (program.inputs().len(), program.hiddens().len());
    let of = |x: f64| if n.rounded { bf16(x) } else { x };
    let affine = |v: &[f64], m: &[f64], bias: &[f64], blocks: usize, b: usize| -> Vec<f64> {
        let column = |j: usize| {
            let at = b * h + j;
            let dot: f64 = v
                .iter()
                .enumerate()
                .map(|(i, &v)| of(v) * of(m[i * blocks * h + at]))
                .sum();
            dot + bias.get(at).copied().unwrap_or(0.0)
        };
        (0..h).map(column).collect()
    };
    let mut values: Vec<Vec<f64>> = Vec::new();
    for node in program.nodes() {
        let at = |v: &Vec<f64>, j: usize| if v.len() == 1 { v[0] } else { v[j] };
        let value = match *node {
            Node::Input(b) => affine(x, &n.w, &n.b, g, b),
            Node::Raw => x.to_vec(),
            Node::State(s) => state[states[s].0..][..states[s].1].to_vec(),
            Node::Vector(v) => n.vectors[v * h..][..h].to_vec(),
            Node::Mask(width) => {
                let width = n.sizes.width(width);
                n.mask[row * width..][..width].to_vec()
            }
            Node::Constant(bits) => vec![f64::from_bits(bits)],
            Node::Unary(op, a) => values[a].iter().map(|&x| op.of(x)).collect(),
            Node::Binary(op, a, b) => {
                let n = values[a].len().max(values[b].len());
                (0..n)
                    .map(|j| op.of(at(&values[a], j), at(&values[b], j)))
                    .collect()
            }
            Node::Across(op, v) => {
                let row = &values[v];
                if op == Across::Amax {
                    let largest = row.iter().copied().fold(f64::NEG_INFINITY, f64::max);
                    values.push(vec![largest; row.len()]);
                    continue;
                }
                let part = |j: usize| match op {
                    Across::Mean | Across::Sum | Across::Amax => 0..row.len(),
                    Across::Cumsum => 0..j + 1,
                    Across::RevCumsum => j..row.len(),
                };
                let count = if op == Across::Mean { row.len() } else { 1 };
                let value = |j: usize| row[part(j)].iter().sum::<f64>() / count as f64;
                (0..row.len()).map(value).collect()
            }
            Node::Hidden(b, v) => affine(&values[v], &n.u, &n.d, k, b),
            Node::Project(v) => {
                let term = |i: usize, j: usize| of(values[v][i]) * of(n.r[i * p + j]);
                let column = |j: usize| (0..h).map(|i| term(i, j)).sum();
                (0..p).map(column).collect()
            }
            ref other => unreachable!("{other:?} stands in no cell"),
        };
        values.push(value);
    }
    let next = program.next().iter().enumerate();
    next.map(|(s, &id)| {
        let v = &values[id];
        (0..states[s].1)
            .map(|j| if v.len() == 1 { v[0] } else { v[j] })
            .collect()
    })
    .collect()
}
