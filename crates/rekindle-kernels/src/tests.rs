//! The kernels against a plain interpreter of the equations, in f64, and its central differences.

pub(crate) mod cells;
mod reference;
mod rounded;

use crate::layer::Numbers as Memory;
use crate::*;
use alloc::string::{String, ToString};
use alloc::sync::Arc;
use alloc::vec::Vec;
use cells::CELLS;
use proptest::prelude::*;
use proptest::test_runner::RngSeed;
use reference::{Numbers, reference};
use rekindle_program::Program;
use rekindle_program::passes::{low_rank, mask};
use rekindle_program::plan::{Compiled, Precision};

/// A problem: a program with weights, inputs and gradients to begin with.
struct Problem {
    program: Program,
    numbers: Numbers,
    lengths: Option<Vec<usize>>,
    reverse: bool,
    precision: Precision,
}

impl Problem {
    fn new(program: &Program, [batch, time, d_input, d_hidden]: [usize; 4], lengths: bool) -> Self {
        let sizes = Sizes {
            batch,
            time,
            d_input,
            d_hidden,
            d_projection: match program.has_projection() {
                true => d_hidden.div_ceil(2),
                false => d_hidden,
            },
        };
        Problem {
            numbers: Numbers::new(program, sizes),
            program: program.clone(),
            lengths: lengths.then(|| (0..batch).map(|b| 1 + (b * 7 + time / 2) % time).collect()),
            reverse: false,
            precision: Precision::Full,
        }
    }

    /// The sum of outputs and final states times the given gradients.
    fn loss(&self, numbers: &Numbers) -> f64 {
        let (y, last) = reference(
            &self.program,
            numbers,
            self.lengths.as_deref(),
            self.reverse,
        );
        let dot = |a: &[f64], b: &[f64]| a.iter().zip(b).map(|(a, b)| a * b).sum::<f64>();
        dot(&y, &self.numbers.dy) + dot(&last, &self.numbers.dlast)
    }

    /// What the kernels make of it: outputs, states, and the gradients in the order of `Numbers::parts`.
    fn tiles<E: Number>(&self, isa: Isa, keep: Keep) -> (Vec<f64>, Vec<f64>, Vec<Vec<f64>>) {
        let n = &self.numbers;
        let of = |v: &[f64]| -> Vec<E> { v.iter().map(|&x| E::of(x)).collect() };
        let wide = |v: &[E]| -> Vec<f64> { v.iter().map(|x| x.wide()).collect() };
        let [x, w, b, u, d, r, vectors, state] = n.parts().map(|p| of(p));
        let mask = of(&n.mask);
        let compiled = Compiled::new(&self.program).with_precision(self.precision);
        let numbers = Memory {
            x: &x,
            lengths: self.lengths.as_deref(),
            reverse: self.reverse,
            w: &w,
            b: &b,
            u: &u,
            d: &d,
            r: &r,
            vectors: &vectors,
            mask: &mask,
            moves: &[],
            state: &state,
            sizes: n.sizes,
        };
        let layer = Layer::new(&compiled, numbers);
        let output = E::forward(isa, &layer, keep, None);
        let (y, last) = (wide(&output.y), wide(&output.last));
        let Some(tape) = output.tape else {
            return (y, last, Vec::new());
        };
        let wanted = Wanted {
            x: true,
            weights: true,
        };
        let (dy, dlast) = (of(&n.dy), of(&n.dlast));
        let given = Given {
            y: Some(&dy),
            last: Some(&dlast),
        };
        let g = E::backward(isa, &layer, &tape, given, wanted);
        let gradients = [g.x, g.w, g.b, g.u, g.d, g.r, g.vectors, g.state];
        (y, last, gradients.map(|g| wide(&g)).to_vec())
    }
}

/// The distance relative to the second, in the Euclidean norm.
fn distance(a: &[f64], b: &[f64]) -> f64 {
    assert_eq!(a.len(), b.len());
    let norm = |v: &mut dyn Iterator<Item = f64>| v.map(|x| x * x).sum::<f64>().sqrt();
    let apart = norm(&mut a.iter().zip(b).map(|(a, b)| a - b));
    apart / norm(&mut b.iter().copied()).max(1e-12)
}

/// The shape with an input as wide as the state, if the equations read the input itself.
fn fitted(program: &Program, [b, t, i, h]: [usize; 4]) -> [usize; 4] {
    let raw = program.nodes().contains(&rekindle_program::Node::Raw);
    [b, t, if raw { h } else { i }, h]
}

/// Every cell as it is, and with a mask and recurrent weights of low rank where it projects nothing.
fn forms() -> impl Iterator<Item = (String, Program)> {
    CELLS.into_iter().flat_map(|(name, cell)| {
        let plain = Program::new(cell);
        let low = low_rank(&mask(&plain)).map(|low| (format!("{name} of low rank"), low));
        [(name.to_string(), plain)].into_iter().chain(low)
    })
}

const NAMES: [&str; 8] = ["x", "W", "b", "U", "d", "R", "vectors", "state"];

fn present() -> impl Iterator<Item = Isa> {
    Isa::ALL.into_iter().filter(|isa| isa.is_present())
}

#[test]
fn outputs_are_those_of_the_equations() {
    let shapes = [
        [1, 1, 1, 1],
        [3, 5, 4, 7],
        [5, 9, 17, 35],
        [33, 12, 3, 16],
        [2, 400, 2, 5],
    ];
    for (name, program) in forms() {
        for shape in shapes {
            let shape = fitted(&program, shape);
            for (lengths, reverse) in [(false, false), (true, false), (true, true)] {
                let mut problem = Problem::new(&program, shape, lengths);
                problem.reverse = reverse;
                let (y, last) = reference(
                    &program,
                    &problem.numbers,
                    problem.lengths.as_deref(),
                    reverse,
                );
                for isa in present() {
                    for keep in [Keep::Nothing, Keep::Values, Keep::States] {
                        let (ours, states, _) = problem.tiles::<f64>(isa, keep);
                        let apart = distance(&ours, &y).max(distance(&states, &last));
                        assert!(
                            apart < 1e-12,
                            "{name} {shape:?} {isa:?} {keep:?}: {apart:e}"
                        );
                    }
                    let (ours, states, _) = problem.tiles::<f32>(isa, Keep::Nothing);
                    let apart = distance(&ours, &y).max(distance(&states, &last));
                    assert!(apart < 1e-5, "{name} {shape:?} {isa:?} f32: {apart:e}");
                }
            }
        }
    }
}

#[test]
fn gradients_are_central_differences() {
    for (name, program) in forms() {
        for (lengths, reverse) in [(false, false), (true, true)] {
            let mut problem = Problem::new(&program, [5, 4, 3, 3], lengths);
            problem.reverse = reverse;
            let differences = differences(&problem);
            for isa in present() {
                for keep in [Keep::Values, Keep::States] {
                    let (_, _, gradients) = problem.tiles::<f64>(isa, keep);
                    for ((ours, theirs), of) in gradients.iter().zip(&differences).zip(NAMES) {
                        let apart = distance(ours, theirs);
                        assert!(apart < 1e-7, "{name} d{of} {isa:?} {keep:?}: {apart:e}");
                    }
                }
            }
        }
    }
}

/// Central differences by every number.
fn differences(problem: &Problem) -> Vec<Vec<f64>> {
    let h = 1e-5;
    let parts = 0..problem.numbers.parts().len();
    let part = |p: usize| -> Vec<f64> {
        let numbers = 0..problem.numbers.parts()[p].len();
        let difference = |i: usize| {
            let moved = |by: f64| {
                let mut numbers = problem.numbers.clone();
                numbers.parts_mut()[p][i] += by;
                problem.loss(&numbers)
            };
            (moved(h) - moved(-h)) / (2.0 * h)
        };
        numbers.map(difference).collect()
    };
    parts.map(part).collect()
}

#[test]
fn gradients_of_f32_and_of_all_instructions_agree_at_larger_shapes() {
    let shapes = [[33, 11, 20, 48], [2, 170, 9, 33], [1, 40, 64, 257]];
    for (name, cell) in CELLS {
        let program = Program::new(cell);
        for shape in shapes {
            let shape = fitted(&program, shape);
            let problem = Problem::new(&program, shape, shape[0] > 1);
            let (_, _, exact) = problem.tiles::<f64>(Isa::Portable, Keep::Values);
            for isa in present() {
                let (_, _, same) = problem.tiles::<f64>(isa, Keep::States);
                let (_, _, coarse) = problem.tiles::<f32>(isa, Keep::Values);
                for (i, of) in NAMES.iter().enumerate() {
                    let apart = distance(&same[i], &exact[i]);
                    assert!(apart < 1e-11, "{name} {shape:?} d{of} {isa:?}: {apart:e}");
                    let apart = distance(&coarse[i], &exact[i]);
                    assert!(
                        apart < 1e-4,
                        "{name} {shape:?} d{of} {isa:?} f32: {apart:e}"
                    );
                }
            }
        }
    }
}

#[cfg(feature = "rayon")]
#[test]
fn threads_change_no_bit() {
    let pool = |threads| {
        rayon::ThreadPoolBuilder::new()
            .num_threads(threads)
            .build()
            .expect("a pool")
    };
    let precise = |(name, cell)| Precision::ALL.map(|precision| (name, cell, precision));
    for (name, cell, precision) in CELLS.into_iter().flat_map(precise) {
        for shape in [
            [21, 9, 5, 12],
            [1, 12, 40, 270],
            [2, 400, 9, 70],
            [70, 3, 8, 200],
        ] {
            let program = Program::new(cell);
            let shape = fitted(&program, shape);
            let problem = Problem {
                precision,
                ..Problem::new(&program, shape, false)
            };
            for keep in [Keep::Values, Keep::Nothing] {
                for isa in Isa::ALL.into_iter().filter(|isa| isa.is_present()) {
                    let run = |threads| pool(threads).install(|| problem.tiles::<f32>(isa, keep));
                    let alone = run(1);
                    for threads in [2, 3] {
                        assert_eq!(
                            run(threads),
                            alone,
                            "{name} {shape:?} {precision:?} with {threads} threads, {keep:?}, {isa:?}"
                        );
                    }
                }
            }
        }
    }
}

#[test]
fn nan_in_the_padding_is_never_read() {
    for (name, cell) in CELLS {
        let program = Program::new(cell);
        let clean = Problem::new(&program, [5, 6, 4, 4], true);
        let mut dirty = Problem::new(&program, [5, 6, 4, 4], true);
        let lengths = dirty.lengths.clone().expect("lengths");
        for (row, &length) in lengths.iter().enumerate() {
            let of = |t: usize| (row * 6 + t) * 4;
            dirty.numbers.x[of(length)..of(6)].fill(f64::NAN);
            let width = dirty.numbers.dy.len() / 30;
            let of = |t: usize| (row * 6 + t) * width;
            dirty.numbers.dy[of(length)..of(6)].fill(f64::NAN);
        }
        let run = |p: &Problem| p.tiles::<f32>(Isa::current(), Keep::Values);
        assert_eq!(run(&dirty), run(&clean), "{name}");
    }
}

proptest! {
    // The same cases every time, so that a change is judged by itself and not by luck.
    #![proptest_config(ProptestConfig { cases: 96, rng_seed: RngSeed::Fixed(1), failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_shape_is_right(
        cell in 0..CELLS.len(),
        batch in 1..20usize,
        time in 1..30usize,
        d_input in 1..20usize,
        d_hidden in 1..40usize,
        lengths: bool,
        reverse: bool,
    ) {
        let (name, cell) = CELLS[cell];
        let program = Program::new(cell);
        let shape = fitted(&program, [batch, time, d_input, d_hidden]);
        let mut problem = Problem::new(&program, shape, lengths);
        problem.reverse = reverse;
        let lengths = problem.lengths.as_deref();
        let (y, last) = reference(&program, &problem.numbers, lengths, reverse);
        for isa in present() {
            let (ours, states, speed) = problem.tiles::<f64>(isa, Keep::Values);
            let apart = distance(&ours, &y).max(distance(&states, &last));
            assert!(apart < 1e-11, "{name} {shape:?} {isa:?}: {apart:e}");
            let (_, _, memory) = problem.tiles::<f64>(isa, Keep::States);
            assert_eq!(speed, memory, "{name} {shape:?} {isa:?}: the policies differ");
        }
    }
}

#[test]
fn a_stream_is_the_sequence() {
    for (name, cell) in CELLS {
        let program = Program::new(cell);
        let shape = fitted(&program, [3, 6, 5, 9]);
        let problem = Problem::new(&program, shape, false);
        let n = &problem.numbers;
        let (y, last) = reference(&program, n, None, false);
        let [x, w, b, u, d, r, vectors, state] = n.parts().map(|p| p.as_slice());
        let numbers = Memory {
            x: &[],
            lengths: None,
            reverse: false,
            w,
            b,
            u,
            d,
            r,
            vectors,
            mask: &[],
            moves: &[],
            state,
            sizes: Sizes { time: 1, ..n.sizes },
        };
        let compiled = Arc::new(Compiled::for_inference(&program));
        for isa in present() {
            let mut stream = Stream::<f64>::new(isa, compiled.clone(), numbers);
            let [d_input, d_output] = stream.widths();
            let mut out = vec![0.0; shape[0] * d_output];
            for t in 0..shape[1] {
                let row = |row: usize| &x[(row * shape[1] + t) * d_input..][..d_input];
                let frame = [row(0), row(1), row(2)].concat();
                stream.push(&frame, &mut out);
                let row = |row: usize| &y[(row * shape[1] + t) * d_output..][..d_output];
                let apart = distance(&out, &[row(0), row(1), row(2)].concat());
                assert!(apart < 1e-12, "{name} {isa:?} step {t}: {apart:e}");
            }
            assert!(distance(&stream.state(), &last) < 1e-12, "{name} {isa:?}");
        }
    }
}

/// The numbers of a problem without lengths, as the kernels take them.
fn numbers(problem: &Problem) -> Memory<'_, f64> {
    let n = &problem.numbers;
    let [x, w, b, u, d, r, vectors, state] = n.parts().map(|p| p.as_slice());
    Memory {
        x,
        lengths: None,
        reverse: false,
        w,
        b,
        u,
        d,
        r,
        vectors,
        mask: &n.mask,
        moves: &[],
        state,
        sizes: n.sizes,
    }
}

/// What goes back over a tape: the instructions and the layer of the forward pass, or others.
fn back_over(tape: (Isa, usize, usize), back: (Isa, usize, usize)) {
    let layer = |cell: usize, d_hidden: usize| {
        let program = Program::new(CELLS[cell].1);
        let shape = fitted(&program, [2, 3, 4, d_hidden]);
        (
            Compiled::new(&program),
            Problem::new(&program, shape, false),
        )
    };
    let (compiled, problem) = layer(tape.1, tape.2);
    let there = Layer::new(&compiled, numbers(&problem));
    let made = f64::forward(tape.0, &there, Keep::Values, None).tape;
    let (compiled, problem) = layer(back.1, back.2);
    let here = Layer::new(&compiled, numbers(&problem));
    let wanted = Wanted {
        x: true,
        weights: true,
    };
    let given = Given {
        y: None,
        last: None,
    };
    let _ = f64::backward(back.0, &here, &made.expect("kept"), given, wanted);
}

#[test]
fn a_tape_is_gone_back_over_by_what_made_it_alone() {
    let (isa, lstm, elman) = (Isa::Portable, 1, 0);
    back_over((isa, lstm, 5), (isa, lstm, 5));
    let refuses = |tape, back| std::panic::catch_unwind(|| back_over(tape, back)).is_err();
    assert!(refuses((isa, lstm, 5), (isa, elman, 5)), "other equations");
    assert!(refuses((isa, lstm, 5), (isa, lstm, 50)), "other sizes");
    // Vectors of another width lay planes out otherwise. Those of plain Rust have 8 numbers, of AVX2 4 of f64, of NEON 2.
    for other in present().filter(|isa| matches!(isa, Isa::Avx2 | Isa::Neon)) {
        assert!(refuses((isa, lstm, 5), (other, lstm, 5)), "{other:?}");
        assert!(refuses((other, lstm, 5), (isa, lstm, 5)), "{other:?}");
    }
}

#[test]
fn weights_that_are_packed_for_inference_change_no_training() {
    for (name, cell) in CELLS {
        let program = Program::new(cell);
        let shape = fitted(&program, [3, 5, 4, 7]);
        let problem = Problem::new(&program, shape, false);
        let compiled = Compiled::new(&program);
        let layer = Layer::new(&compiled, numbers(&problem));
        for isa in present() {
            let packing = f64::forward(isa, &layer, Keep::Nothing, None).packing;
            let alone = f64::forward(isa, &layer, Keep::Values, None);
            let given = f64::forward(isa, &layer, Keep::Values, packing);
            assert_eq!(
                (given.y, given.last),
                (alone.y, alone.last),
                "{name} {isa:?}"
            );
        }
    }
}
