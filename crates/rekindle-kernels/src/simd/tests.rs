//! Functions on vectors against f64, at every kind of argument, with every set of instructions.

use super::{Isa, Kernel, Real, Simd, Vector, Vectors};
use alloc::vec::Vec;
use rekindle_program::functions::{Function, PerFunction};
use rekindle_program::{Binary, Subject, Unary};

struct Apply<'x, E>(&'x [E], Unary, bool);

impl<E: Real> Kernel<E> for Apply<'_, E> {
    type Output = Vec<E>;

    fn run<S: Simd<E = E>>(self) -> Vec<E> {
        let op = self.1;
        op.dispatch(Applied::<S>(self))
    }
}

/// With vectors of a kind.
struct Applied<'x, S: Simd>(Apply<'x, S::E>);

impl<S: Simd> PerFunction for Applied<'_, S> {
    type Output = Vec<S::E>;

    fn run<F: Function>(self) -> Vec<S::E> {
        let Apply(x, _, derivative) = self.0;
        let mut y = vec![S::E::default(); x.len()];
        // SAFETY: `with` has checked the instructions; x and y have whole vectors.
        unsafe {
            S::vectorize(|| {
                for i in (0..x.len()).step_by(S::N) {
                    let v = Vector::<S>::load(x.as_ptr().add(i));
                    let v = match derivative {
                        true => v.slope::<F>(),
                        false => v.value::<F>(),
                    };
                    v.store(y.as_mut_ptr().add(i));
                }
            });
        }
        y
    }
}

/// Arguments of all magnitudes and both signs, in whole vectors.
fn arguments<E: Real>() -> Vec<E> {
    let mut x: Vec<f64> = (0..4000).map(|i| f64::from(i - 2000) * 0.0151).collect();
    x.extend((0..2000).map(|i| f64::from(i - 1000) * 0.75));
    x.extend((0..80).flat_map(|i| [1.7, -1.3].map(|m| m * 2f64.powi(i - 60))));
    x.resize(x.len().next_multiple_of(16), 0.0);
    x.into_iter().map(E::of).collect()
}

/// The largest error in units in the last place of the result. A sigmoid below the normal
/// range may become zero, and so may its products with the argument: there the unit is the smallest normal
/// number times the argument.
fn error<E: Vectors>(isa: Isa, op: Unary, epsilon: f64, tiny: f64) -> (f64, f64) {
    let x = arguments::<E>();
    let y = E::with(isa, Apply(&x, op, false));
    let errors = x.iter().zip(&y).map(|(x, y)| {
        let exact = op.of(x.wide());
        // What has no number has none of any type.
        let nearest = E::of(exact).wide();
        if nearest.is_nan() || nearest.is_infinite() {
            let same = y.wide().is_nan() && nearest.is_nan() || y.wide() == nearest;
            return (if same { 0.0 } else { f64::INFINITY }, x.wide());
        }
        let floor = tiny * x.wide().abs().max(1.0);
        let unit = match exact.abs() < floor {
            true => floor,
            false => exact.abs() * epsilon,
        };
        ((y.wide() - exact).abs() / unit, x.wide())
    });
    errors.fold((0.0, 0.0), |worst, e| if e.0 > worst.0 { e } else { worst })
}

/// What is promised of each function, in units in the last place. Those with a factor of their
/// argument that cancels (silu and gelu where they are nearly zero, hard sigmoid at its zero) have
/// errors relative to 1 instead.
fn promised(op: Unary) -> Option<f64> {
    match op {
        Unary::Gelu | Unary::HardSigmoid => None,
        _ => Some(4.0),
    }
}

fn every(check: impl Fn(Isa, Unary)) {
    for isa in Isa::ALL.into_iter().filter(|isa| isa.is_present()) {
        for op in Unary::ALL {
            check(isa, op);
        }
    }
}

#[test]
fn functions_of_f32_are_right_to_a_few_units_in_the_last_place() {
    every(|isa, op| {
        if let Some(limit) = promised(op) {
            let (worst, at) = error::<f32>(isa, op, f32::EPSILON.into(), f32::MIN_POSITIVE.into());
            assert!(worst <= limit, "{isa:?} {op:?} {worst} at {at}");
        }
    });
}

#[test]
fn functions_of_f64_are_right_to_a_few_units_in_the_last_place() {
    every(|isa, op| {
        if let Some(limit) = promised(op) {
            let (worst, at) = error::<f64>(isa, op, f64::EPSILON, f64::MIN_POSITIVE);
            assert!(worst <= limit, "{isa:?} {op:?} {worst} at {at}");
        }
    });
}

/// To the sign of a zero, with every set of instructions as in f64, which the laws hold to a table.
#[test]
fn ends_are_those_in_f64_and_nan_stays_nan() {
    let inf = f32::INFINITY;
    let mut x = vec![0f32; 16];
    x[..7].copy_from_slice(&[inf, -inf, f32::NAN, 0.0, -0.0, f32::MAX, f32::MIN]);
    every(|isa, op| {
        let y = f32::with(isa, Apply(&x, op, false));
        for (x, y) in x.iter().zip(&y).take(2) {
            let end = op.of(f64::from(*x)) as f32;
            let same = y.to_bits() == end.to_bits() || y.is_nan() && end.is_nan();
            assert!(same, "{isa:?} {op:?} of {x}: {y} {end}");
        }
        assert!(y[2].is_nan(), "{isa:?} {op:?} of NaN is {}", y[2]);
        let at_zero = op.of(0.0) as f32;
        assert_eq!([y[3], y[4]], [at_zero, at_zero], "{isa:?} {op:?} of ±0");
        assert!(
            !y[5].is_nan() && (!y[6].is_nan() || op == Unary::Sqrt),
            "{isa:?} {op:?} of the largest"
        );
    });
}

#[test]
fn derivatives_agree_with_differences() {
    let all: Vec<f64> = (0..64).map(|i| f64::from(i - 32) * 0.17 + 0.01).collect();
    every(|isa, op| {
        let inside = |&x: &f64| if op == Unary::Sqrt { 1.0 + x.abs() } else { x };
        let x: Vec<f64> = all.iter().map(inside).collect();
        let y: Vec<f64> = x.iter().map(|&x| op.of(x)).collect();
        let subject = match op.subject() {
            Subject::Value => &y,
            Subject::Argument => &x,
        };
        let slopes = f64::with(isa, Apply(subject, op, true));
        for ((x, slope), subject) in x.iter().zip(slopes).zip(subject) {
            let h = 1e-5;
            let difference = (op.of(x + h) - op.of(x - h)) / (2.0 * h);
            assert!(
                (slope - difference).abs() < 1e-8,
                "{isa:?} {op:?}' at {x}: {slope} {difference}"
            );
            assert!(
                (slope - op.slope(*subject)).abs() < 1e-12,
                "{isa:?} {op:?}' at {x}"
            );
        }
    });
}

/// Where pieces meet and far out, with every set of instructions as in f64, which the laws hold to a table.
#[test]
fn derivatives_at_edges_are_those_in_f64() {
    let (inf, nan) = (f64::INFINITY, f64::NAN);
    let near = 3.0 - 3.0 * f64::EPSILON;
    let mut x = vec![
        0.0, -0.0, 3.0, -3.0, near, -near, 20.0, -20.0, 100.0, -100.0,
    ];
    x.extend([1e3, -1e3, 1e30, -1e30, inf, -inf, nan, 1e-30, -1e-30]);
    x.resize(32, 0.5);
    every(|isa, op| {
        let subject: Vec<f64> = match op.subject() {
            Subject::Value => x.iter().map(|&x| op.of(x)).collect(),
            Subject::Argument => x.clone(),
        };
        let slopes = f64::with(isa, Apply(&subject, op, true));
        for ((x, subject), slope) in x.iter().zip(subject).zip(slopes) {
            let exact = op.slope(subject);
            let near = (slope - exact).abs() <= 1e-12 * exact.abs().max(1.0);
            let same = slope == exact || slope.is_nan() && exact.is_nan();
            assert!(near || same, "{isa:?} {op:?}' at {x}: {slope} {exact}");
        }
    });
}

struct Extremes<'x, E>(&'x [E], &'x [E], bool);

impl<E: Real> Kernel<E> for Extremes<'_, E> {
    type Output = Vec<E>;

    fn run<S: Simd<E = E>>(self) -> Vec<E> {
        let Extremes(a, b, above) = self;
        let mut y = vec![E::default(); a.len()];
        // SAFETY: `with` has checked the instructions; all have whole vectors.
        unsafe {
            S::vectorize(|| {
                for i in (0..a.len()).step_by(S::N) {
                    let [a, b] = [a, b].map(|x| Vector::<S>::load(x.as_ptr().add(i)));
                    let v = match above {
                        true => a.larger(b),
                        false => a.smaller(b),
                    };
                    v.store(y.as_mut_ptr().add(i));
                }
            });
        }
        y
    }
}

#[test]
fn the_larger_and_the_smaller_are_nan_where_either_is() {
    let some = [
        f32::NAN,
        f32::INFINITY,
        f32::NEG_INFINITY,
        0.0,
        1.5,
        -2.0,
        0.5,
        1e-30,
    ];
    let pairs = some.iter().flat_map(|&a| some.map(|b| (a, b)));
    let (a, b): (Vec<f32>, Vec<f32>) = pairs.unzip();
    for isa in Isa::ALL.into_iter().filter(|isa| isa.is_present()) {
        for op in Binary::FUNCTIONS {
            let ours = f32::with(isa, Extremes(&a, &b, op == Binary::Max));
            for ((a, b), ours) in a.iter().zip(&b).zip(ours) {
                let exact = op.of(f64::from(*a), f64::from(*b)) as f32;
                let same = ours == exact || ours.is_nan() && exact.is_nan();
                assert!(same, "{isa:?} {op:?} of {a} and {b}: {ours}");
                assert_eq!(exact.is_nan(), a.is_nan() || b.is_nan());
            }
        }
    }
}
