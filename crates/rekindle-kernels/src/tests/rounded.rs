//! Products of operands that are rounded to bf16.

use super::reference::bf16;
use super::*;
use crate::multiply::Multiplier;
use crate::pack::{Layout, Matrix, Packed};
use crate::product::{Column, Left, panel};
use crate::rounded::Rounded;
use crate::simd::{Kernel, Simd, Vectors};
use crate::team::Share;

/// `rows` times a matrix, or the transposed one, with `segments` left operands of `depth` numbers side by side.
struct Product {
    multiplier: Multiplier,
    rows: usize,
    segments: usize,
    depth: usize,
    columns: usize,
    /// Whether the left operand is transposed, or the right one packed from a transposed matrix.
    left: bool,
    right: bool,
}

/// Whole numbers that bf16 has, and whose products have few digits.
fn whole(i: usize) -> f32 {
    ((i * 7919 + 13) % 31) as f32 - 15.0
}

impl Product {
    /// The right operand, one number of the depth after another.
    fn right(&self, k: usize, c: usize) -> f32 {
        whole(k * self.columns + c + 5)
    }

    /// By plain arithmetic, which is exact.
    fn exact(&self) -> Vec<f32> {
        let total = self.segments * self.depth;
        let dot = |r: usize, c: usize| -> f32 {
            let terms = (0..total).map(|k| whole(r * total + k) * self.right(k, c));
            1.0 + terms.sum::<f32>()
        };
        let rows = (0..self.rows).flat_map(|r| (0..self.columns).map(move |c| (r, c)));
        rows.map(|(r, c)| dot(r, c)).collect()
    }
}

impl Kernel<f32> for &Product {
    type Output = Vec<f32>;

    fn run<S: Simd<E = f32>>(self) -> Vec<f32> {
        let &Product {
            multiplier,
            rows,
            segments,
            depth,
            columns,
            ..
        } = self;
        let total = segments * depth;
        let layout = Layout {
            multiplier,
            n: S::N,
            shares: 1,
        };
        let packed = match self.right {
            false => {
                let data: Vec<f32> = (0..total * columns)
                    .map(|i| self.right(i / columns, i % columns))
                    .collect();
                let matrix = Matrix {
                    data: &data,
                    pitch: columns,
                };
                Packed::new(matrix, &[0], columns, layout)
            }
            true => {
                let data: Vec<f32> = (0..total * columns)
                    .map(|i| self.right(i % total, i / total))
                    .collect();
                let starts: Vec<usize> = (0..segments).map(|s| s * depth).collect();
                let matrix = Matrix {
                    data: &data,
                    pitch: total,
                };
                Packed::transposed(matrix, &starts, depth, layout)
            }
        };
        // Behind every row of an operand stands what must not be read.
        let (high, wide) = if self.left {
            (depth, rows)
        } else {
            (rows, depth)
        };
        let pitch = wide + 3;
        let number = |s: usize, at: usize| {
            let (high, wide) = (at / pitch, at % pitch);
            let (r, k) = if self.left {
                (wide, high)
            } else {
                (high, wide)
            };
            match wide < pitch - 3 {
                true => whole(r * total + s * depth + k),
                false => f32::NAN,
            }
        };
        let left: Vec<Vec<f32>> = (0..segments)
            .map(|s| (0..high * pitch).map(|at| number(s, at)).collect())
            .collect();
        let addresses: Vec<*const f32> = left.iter().map(|s| s.as_ptr()).collect();
        let _lent: Vec<_> = left
            .iter()
            .map(|s| crate::guard::Lent::new(s.as_ptr(), s.len()))
            .collect();
        let left = Left {
            segments: &addresses,
            pitch,
            depth,
        };
        let width = columns.next_multiple_of(S::N);
        let mut to = vec![1.0_f32; rows * width];
        let at = to.as_mut_ptr();
        let _out = crate::guard::Lent::new(at.cast_const(), to.len());
        let mut rounded = Rounded::default();
        let _ready = multiplier.begin();
        // SAFETY: every operand has the rows and columns that are said of it.
        unsafe {
            let left = match self.left {
                false => rounded.left::<S, false>(multiplier, rows, left),
                true => rounded.left::<S, true>(multiplier, rows, left),
            };
            for p in packed.panels.walk(Share::WHOLE, false) {
                let column = |q: usize| match packed.panels.lanes[p][q] {
                    None => Column::none(),
                    Some((_, c)) => Column {
                        from: at.add(c),
                        from_pitch: width,
                        to: at.add(c),
                        to_pitch: width,
                    },
                };
                let columns = [column(0), column(1), column(2), column(3)];
                match self.left {
                    false => panel::<S, false>(multiplier, rows, left, packed.panel(p), &columns),
                    true => panel::<S, true>(multiplier, rows, left, packed.panel(p), &columns),
                }
            }
        }
        to.chunks_exact(width)
            .flat_map(|row| row[..columns].to_vec())
            .collect()
    }
}

/// Sums of whole numbers below 2^24 are exact in f32 in any order, so that every path gives the very numbers.
#[test]
fn a_product_of_whole_numbers_is_exact() {
    for isa in rounding() {
        for precision in Precision::ALL {
            let multiplier = Multiplier::of::<f32>(precision, isa);
            for rows in [1, 2, 3, 7, 13, 70] {
                for (segments, depth) in [(1, 1), (1, 2), (1, 33), (1, 600), (3, 5), (2, 300)] {
                    for columns in [1, 16, 70] {
                        for (left, right) in [(false, false), (false, true), (true, false)] {
                            if segments > 1 && !right {
                                continue;
                            }
                            let product = Product {
                                multiplier,
                                rows,
                                segments,
                                depth,
                                columns,
                                left,
                                right,
                            };
                            let ours = f32::with(isa, &product);
                            assert!(
                                ours == product.exact(),
                                "{isa:?} {multiplier:?} {rows} x {segments} {depth} x {columns}, {left} {right}"
                            );
                        }
                    }
                }
            }
        }
    }
}

/// The machine's instructions, and tiles by others where it has none: what is around them is the same.
fn rounding() -> impl Iterator<Item = Isa> {
    Isa::ALL
        .into_iter()
        .filter(|isa| isa.is_present() || isa.is_emulated())
}

/// The instructions themselves, where there are any.
#[test]
fn tiles_are_those_of_the_machine_where_it_has_them() {
    if !Isa::Amx.is_present() {
        return std::eprintln!(
            "skipped: this processor has no AMX, and its instructions were not run"
        );
    }
    let product = |multiplier| Product {
        multiplier,
        rows: 33,
        segments: 1,
        depth: 600,
        columns: 70,
        left: false,
        right: false,
    };
    assert!(!Isa::Amx.is_emulated());
    assert_eq!(
        f32::with(Isa::Amx, &product(Multiplier::Tiles)),
        product(Multiplier::Single).exact()
    );
}

fn rounded(program: &Program, shape: [usize; 4], lengths: bool) -> Problem {
    let mut problem = Problem::new(program, fitted(program, shape), lengths);
    problem.precision = Precision::Bf16;
    problem.numbers.rounded = true;
    problem
}

/// A value that stands between two bf16 falls to either side by its last digit in f32, which is another than that of the
/// reference's in f64; it is then off by 2^-8 of itself, one of hundreds in a sum. So results are those of the reference up
/// to a fraction of that, and further from those of exact products, by the 2^-9 that an operand is off on average.
#[test]
fn outputs_are_those_of_rounded_operands() {
    let half = 2_f64.powi(-9);
    for (name, program) in forms() {
        for shape in [[3, 5, 4, 7], [5, 9, 17, 35], [33, 12, 3, 16]] {
            for (lengths, reverse) in [(false, false), (true, true)] {
                let mut problem = rounded(&program, shape, lengths);
                problem.reverse = reverse;
                let run = |numbers: &Numbers| {
                    reference(&program, numbers, problem.lengths.as_deref(), reverse)
                };
                let (y, last) = run(&problem.numbers);
                let mut plain = problem.numbers.clone();
                plain.rounded = false;
                let (exact, _) = run(&plain);
                for isa in rounding() {
                    for keep in [Keep::Nothing, Keep::Values, Keep::States] {
                        let (ours, states, _) = problem.tiles::<f32>(isa, keep);
                        let apart = distance(&ours, &y).max(distance(&states, &last));
                        assert!(
                            apart < half / 2.0,
                            "{name} {shape:?} {isa:?} {keep:?}: {apart:e}"
                        );
                        let from_exact = distance(&ours, &exact);
                        assert!(
                            from_exact > 4.0 * distance(&ours, &y),
                            "{name} {shape:?}: {from_exact:e} {apart:e}"
                        );
                    }
                }
            }
        }
    }
}

/// The gradients of an Elman network, written down by hand: those of x, W, b, U, d and the state.
///
/// ```text
/// dz = dh' (1 - h'^2)     dx = W^T dz     dh = U^T dz     dW = sum x dz     dU = sum h dz     db = dd = sum dz
/// ```
fn elman_by_hand(problem: &Problem) -> [Vec<f64>; 6] {
    let n = &problem.numbers;
    let Sizes {
        batch,
        time,
        d_input,
        d_hidden: h,
        ..
    } = n.sizes;
    let [x, w, _, u, _, _, _, state] = n.parts();
    let (y, _) = reference(&problem.program, n, None, false);
    let of = bf16;
    let mut dx = vec![0.0; x.len()];
    let [mut dw, mut db, mut du] = [w.len(), h, u.len()].map(|n| vec![0.0; n]);
    let mut dstate = n.dlast.clone();
    for row in 0..batch {
        for t in (0..time).rev() {
            let at = (row * time + t) * h;
            let dh = &mut dstate[row * h..][..h];
            let dz: Vec<f64> = (0..h)
                .map(|j| (dh[j] + n.dy[at + j]) * (1.0 - y[at + j] * y[at + j]))
                .collect();
            let input = &x[(row * time + t) * d_input..][..d_input];
            let before = if t > 0 {
                &y[at - h..at]
            } else {
                &state[row * h..][..h]
            };
            let back =
                |m: &[f64], i: usize| (0..h).map(|j| of(m[i * h + j]) * of(dz[j])).sum::<f64>();
            for i in 0..d_input {
                dx[(row * time + t) * d_input + i] = back(w, i);
                (0..h).for_each(|j| dw[i * h + j] += of(input[i]) * of(dz[j]));
            }
            for i in 0..h {
                dh[i] = back(u, i);
                (0..h).for_each(|j| du[i * h + j] += of(before[i]) * of(dz[j]));
            }
            (0..h).for_each(|j| db[j] += dz[j]);
        }
    }
    [dx, dw, db.clone(), du, db, dstate]
}

/// As for outputs; and a step later twice as much may be on the other side.
#[test]
fn gradients_of_an_elman_network_are_those_of_rounded_operands() {
    let program = Program::new(CELLS[0].1);
    for shape in [[3, 4, 5, 7], [33, 11, 20, 48], [9, 6, 40, 70]] {
        let problem = rounded(&program, shape, false);
        let expected = elman_by_hand(&problem);
        for isa in rounding() {
            let (_, _, found) = problem.tiles::<f32>(isa, Keep::Values);
            let found = [0, 1, 2, 3, 4, 7].map(|i| &found[i]);
            for (i, (found, expected)) in found.into_iter().zip(&expected).enumerate() {
                let apart = distance(found, expected);
                assert!(apart < 2_f64.powi(-9), "{shape:?} {isa:?} {i}: {apart:e}");
            }
        }
    }
}

/// Cells with products of every kind, all of whose functions are continuous and not steep.
const SMOOTH: [&str; 6] = [
    "elman",
    "lstm",
    "gru",
    "gru reset before",
    "projected",
    "peepholes",
];

/// Gradients go back through products of which both operands are off by up to 2^-9 of themselves, step after step: a few
/// times as much in the end, where every function is continuous.
#[test]
fn gradients_of_rounded_operands_are_near_the_exact_ones() {
    let most = 2_f64.powi(-5);
    for (name, cell) in CELLS {
        let program = Program::new(cell);
        for shape in [[5, 4, 3, 3], [33, 11, 20, 48], [9, 6, 40, 70]] {
            let problem = rounded(&program, shape, shape[0] > 1);
            let exact = Problem::new(&program, fitted(&program, shape), shape[0] > 1);
            let (_, _, exact) = exact.tiles::<f64>(Isa::Portable, Keep::Values);
            for isa in rounding() {
                let (_, _, speed) = problem.tiles::<f32>(isa, Keep::Values);
                let (_, _, memory) = problem.tiles::<f32>(isa, Keep::States);
                for (i, of) in NAMES.iter().enumerate() {
                    let apart = distance(&speed[i], &exact[i]);
                    let near = apart < most || !SMOOTH.contains(&name);
                    assert!(near, "{name} {shape:?} d{of} {isa:?}: {apart:e}");
                    let alike = speed[i] == memory[i];
                    assert!(alike, "{name} {shape:?} d{of} {isa:?}: the policies differ");
                }
            }
        }
    }
}

/// The instruction for pairs, and what makes them f32 again, round the same operands.
#[test]
fn the_instruction_for_pairs_is_what_it_stands_for() {
    if !Isa::Avx512Bf16.is_present() {
        return;
    }
    for (name, cell) in CELLS {
        let program = Program::new(cell);
        let problem = rounded(&program, [9, 7, 12, 40], true);
        let (y, last, gradients) = problem.tiles::<f32>(Isa::Avx512Bf16, Keep::Values);
        let (other, states, others) = problem.tiles::<f32>(Isa::Avx512, Keep::Values);
        let apart = distance(&y, &other).max(distance(&last, &states));
        assert!(apart < 2_f64.powi(-10), "{name}: {apart:e}");
        for ((ours, theirs), of) in gradients.iter().zip(&others).zip(NAMES) {
            let apart = distance(ours, theirs);
            assert!(apart < 2_f64.powi(-8), "{name} d{of}: {apart:e}");
        }
    }
}

#[test]
#[should_panic(expected = "products of f32 are rounded to bf16, and no others")]
fn products_of_f64_are_not_rounded() {
    let program = Program::new(CELLS[0].1);
    rounded(&program, [1, 1, 1, 1], false).tiles::<f64>(Isa::Portable, Keep::Nothing);
}
