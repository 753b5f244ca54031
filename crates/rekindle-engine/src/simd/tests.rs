//! Functions on vectors against f64, at every kind of argument, with every set of instructions.

use super::{Isa, Kernel, Real, Simd, Vectors, slope, unary};
use crate::program::{Subject, Unary};

struct Apply<'x, E>(&'x [E], Unary, bool);

impl<E: Real> Kernel<E> for Apply<'_, E> {
    type Output = Vec<E>;

    fn run<S: Simd<E = E>>(self) -> Vec<E> {
        let Apply(x, op, derivative) = self;
        let mut y = vec![E::default(); x.len()];
        // SAFETY: `with` has checked the instructions; x and y have whole vectors.
        unsafe {
            S::vectorize(|| {
                for i in (0..x.len()).step_by(S::N) {
                    let v = S::load(x.as_ptr().add(i));
                    let v = match derivative {
                        true => slope::<S>(op, v),
                        false => unary::<S>(op, v),
                    };
                    S::store(y.as_mut_ptr().add(i), v);
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

#[test]
fn ends_are_what_mathematics_says_and_nan_stays_nan() {
    let inf = f32::INFINITY;
    let mut x = vec![0f32; 16];
    x[..7].copy_from_slice(&[inf, -inf, f32::NAN, 0.0, -0.0, f32::MAX, f32::MIN]);
    every(|isa, op| {
        let y = f32::with(isa, Apply(&x, op, false));
        let ends = match op {
            Unary::Sigmoid | Unary::HardSigmoid => [1.0, 0.0],
            Unary::Tanh => [1.0, -1.0],
            Unary::Relu | Unary::Softplus => [inf, 0.0],
            Unary::Elu => [inf, -1.0],
            Unary::LeakyRelu => [inf, -inf],
            // Limits of inf * 0 and inf / inf, which IEEE 754 leaves to NaN.
            Unary::Gelu | Unary::Silu | Unary::Softsign => [y[0], y[1]],
        };
        assert_eq!(
            [y[0], y[1]].map(f32::to_bits),
            ends.map(f32::to_bits),
            "{isa:?} {op:?}"
        );
        assert!(y[2].is_nan(), "{isa:?} {op:?} of NaN is {}", y[2]);
        let at_zero = op.of(0.0) as f32;
        assert_eq!([y[3], y[4]], [at_zero, at_zero], "{isa:?} {op:?} of ±0");
        assert!(
            !y[5].is_nan() && !y[6].is_nan(),
            "{isa:?} {op:?} of the largest"
        );
    });
}

#[test]
fn derivatives_agree_with_differences() {
    let x: Vec<f64> = (0..64).map(|i| f64::from(i - 32) * 0.17 + 0.01).collect();
    every(|isa, op| {
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
