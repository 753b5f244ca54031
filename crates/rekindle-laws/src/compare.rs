//! The error measure, and the one table of tolerances.

use crate::{Named, Numbers, Verdict};
use burn::tensor::DType;

/// How far two ways to the same numbers may be apart: `‖a - b‖ / ‖b‖` for each tensor.
#[derive(Clone, Copy, Debug)]
pub struct Tolerance {
    /// What is compared.
    pub of: &'static str,
    /// For numbers computed in f32.
    pub f32: f64,
    /// For numbers computed in f64.
    pub f64: f64,
    /// Why so much and no more.
    pub reason: &'static str,
}

/// The table.
pub const TOLERANCES: [Tolerance; 5] = [
    Tolerance {
        of: "forward",
        f32: 1e-5,
        f64: 1e-13,
        reason: "some hundred roundings (6e-8 in f32, 1e-16 in f64) in another order",
    },
    Tolerance {
        of: "gradient",
        f32: 1e-4,
        f64: 1e-12,
        reason: "ten times the forward: sums over all rows and steps, in which terms cancel",
    },
    Tolerance {
        of: "difference",
        f32: 0.0,
        f64: 1e-8,
        reason: "central differences of fourth order with step 2e-4, of sixth where a function bends much within a \
                 step, of eighth with step 2e-2 where slopes are small, of fourth with step 4e-6 where a corner is near: \
                 truncation leaves 2e-15, rounding 1e-16 divided by the step, where gradients may be as small as \
                 1e-4; only f64 is compared",
    },
    Tolerance {
        of: "rounded",
        f32: 4.0,
        f64: 0.0,
        reason: "in terms of how far results move when weights, inputs, initial states and cotangents do so by 2⁻⁸ of \
                 themselves, half a unit of the 8 bits of bf16, the farthest of eight trials: operands are off by that at \
                 most, those in between as well, states and gradients of gates at every step; f64 is not rounded",
    },
    Tolerance {
        of: "exact",
        f32: 0.0,
        f64: 0.0,
        reason: "the same operations on the same numbers, or no operation at all",
    },
];

impl Tolerance {
    /// The row of that name.
    ///
    /// # Panics
    ///
    /// If the table has none.
    pub fn of(name: &str) -> &'static Tolerance {
        let row = TOLERANCES.iter().find(|row| row.of == name);
        row.unwrap_or_else(|| panic!("no tolerance is called {name:?}"))
    }

    /// The row for a tensor by its name: gradients are called `grad.`.
    pub fn for_tensor(name: &str) -> &'static Tolerance {
        match name.starts_with("grad.") {
            true => Tolerance::of("gradient"),
            false => Tolerance::of("forward"),
        }
    }

    /// The number for a type.
    ///
    /// # Panics
    ///
    /// If it is neither f32 nor f64.
    pub fn value(&self, dtype: DType) -> f64 {
        match dtype {
            DType::F32 => self.f32,
            DType::F64 => self.f64,
            other => panic!("no tolerance for {other:?}"),
        }
    }
}

/// Compares tensors with a reference: the same names, the same shapes, and numbers within the
/// tolerance that `row` chooses for each name.
///
/// # Errors
///
/// Names every tensor that differs, with its error.
pub fn compare(
    found: &Named,
    reference: &Named,
    dtype: DType,
    row: impl Fn(&str) -> &'static Tolerance,
) -> Verdict {
    let verdict = within(found, reference, |name| row(name).value(dtype));
    verdict.map_err(|faults| format!("{}: {faults}", dtype.name()))
}

/// The same with a number for each name.
pub(crate) fn within(found: &Named, reference: &Named, most: impl Fn(&str) -> f64) -> Verdict {
    let mut faults = Vec::new();
    for name in found.keys().filter(|name| !reference.contains_key(*name)) {
        faults.push(format!("{name} should not be there"));
    }
    for (name, b) in reference {
        let Some(a) = found.get(name) else {
            faults.push(format!("{name} is missing"));
            continue;
        };
        let most = most(name);
        match error(a, b) {
            None => faults.push(format!("{name} is {:?}, not {:?}", a.shape, b.shape)),
            // Not `error > most`: an error that is no number is a fault as well.
            Some(error) if error <= most => {}
            Some(error) => faults.push(format!("{name} is off by {error:.1e} of {most:.0e}")),
        }
    }
    match faults.is_empty() {
        true => Ok(()),
        false => Err(faults.join("; ")),
    }
}

/// `‖a - b‖ / ‖b‖`, or `‖a‖` where `b` is zero; nothing where the shapes differ.
pub(crate) fn error(a: &Numbers, b: &Numbers) -> Option<f64> {
    let differences = a.values.iter().zip(&b.values).map(|(a, b)| (a - b).powi(2));
    let distance = differences.sum::<f64>().sqrt();
    let norm = b.norm();
    (a.shape == b.shape).then_some(if norm == 0.0 {
        distance
    } else {
        distance / norm
    })
}
