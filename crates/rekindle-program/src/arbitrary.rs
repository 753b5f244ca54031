//! Equations made of arbitrary numbers: what executors are tried on beyond the cells that people use.

use crate::builder::{Step, Var};
use crate::calls::{max, min, tanh};
use crate::program::{Across, Program, Unary};

/// How many kinds of values [`recorded`] knows.
pub const KINDS: usize = 20 + Unary::ALL.len();

/// Equations of two states and an input, as code writes them: each step takes two values before it and makes a third, of
/// a kind below [`KINDS`]. `projected` makes the first state a projection of what it would be.
///
/// A value is chosen by any number at all: `usize::MAX` means the last, and what lies between is scaled.
///
/// # Panics
///
/// Where a step's first number is no kind.
pub fn recorded(steps: &[(usize, usize, usize)], projected: bool) -> Program {
    fn combine<'k>(k: &'k Step, of: usize, a: Var<'k>, b: Var<'k>, n: usize) -> Var<'k> {
        match of {
            0 => a + b,
            1 => a - b,
            2 => a * b,
            3 => a / b,
            4 => -a,
            5 => k.constant(n as f64 - 2.5) * a,
            6 => a - 0.25,
            7 => k.hidden(format!("u{n}").as_str(), a),
            8 => k.affine(format!("g{n}").as_str(), a),
            9 => k.vector(format!("v{n}").as_str()) * a,
            10 => k.scalar(format!("w{n}").as_str()) * a,
            11 => b - k.plain_hidden(format!("u{n}").as_str(), a),
            12 => k.plain_input(format!("g{n}").as_str()) / b,
            13 => k.raw() - a,
            14 => max(a, b),
            15 => min(a - 0.5, b),
            // The largest of a row jumps from unit to unit.
            16..20 => a.across(Across::ALL[of - 16]),
            _ => match Unary::ALL[of - 20] {
                op @ Unary::Sqrt => (1.0 + a * a).apply(op),
                // The last bit of a large angle is a large part of its sine.
                op @ (Unary::Sin | Unary::Cos) => (3.0 * tanh(a)).apply(op),
                // No jump where saturated functions end.
                op @ Unary::Floor => (0.5 + 3.0 * tanh(a)).apply(op),
                op => a.apply(op),
            },
        }
    }
    Program::new(|k| {
        let [h, c] = k.state(["h", "c"]);
        let input = k.input("i");
        let mut values = if projected {
            vec![c, input]
        } else {
            vec![h, c, input]
        };
        for (n, &(of, a, b)) in steps.iter().enumerate() {
            let [a, b] = [a, b].map(|i| values[choose(i, values.len())]);
            values.push(combine(k, of, a, b, n));
        }
        // Every block that was asked for is used.
        let all = values.iter().skip(1).fold(values[0], |sum, v| sum + *v);
        let last = values[values.len() - 1];
        k.next([if projected { k.project(all) } else { all }, last])
    })
}

/// One of so many, by any number.
fn choose(number: usize, count: usize) -> usize {
    ((number as u128 * count as u128) >> usize::BITS) as usize
}
