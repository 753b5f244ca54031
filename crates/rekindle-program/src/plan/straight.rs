//! Instructions as straight-line code without places: what is read is loaded, what others read is stored, and everything
//! between stays in registers.

use super::algebra::{Algebra, compute};
use super::instruction::Op;
use super::place::Loc;
use super::stages::Plan;
use crate::functions::{Binary, Elementary};
use alloc::collections::BTreeMap;
use alloc::vec::Vec;

/// An instruction of straight-line code in f32. Every register is written once.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[allow(missing_docs, reason = "registers, as the variants' docs say")]
pub enum Instruction {
    /// A number, by its bits.
    Number { to: usize, bits: u32 },
    /// A value from a source, by its index in [`Straight::sources`].
    Load { to: usize, source: usize },
    /// An elementary function of one value.
    Elementary {
        to: usize,
        op: Elementary,
        of: usize,
    },
    /// A function of two values.
    Binary {
        to: usize,
        op: Binary,
        of: [usize; 2],
    },
    /// The third of four values where the first is larger than the second, the last elsewhere and where either is NaN.
    Above { to: usize, of: [usize; 4] },
    /// A result, by its index in [`Straight::stores`].
    Store { of: usize, result: usize },
}

/// Straight-line code, and where it reads and writes.
#[derive(Clone, Debug)]
pub struct Straight {
    /// The code.
    pub instructions: Vec<Instruction>,
    /// The places that are read.
    pub sources: Vec<usize>,
    /// The places that are written.
    pub stores: Vec<usize>,
    /// The places that the code has nothing to do for, and what stands there.
    pub known: Vec<(usize, Known)>,
}

/// What is known of a place without computing anything.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Known {
    /// It is a number, the same for every row and unit.
    Number(f64),
    /// It is what stood at that place before.
    Given(usize),
}

/// What stands at a place.
#[derive(Clone, Copy)]
enum Held {
    Known(Known),
    Register(usize),
}

impl Straight {
    /// The code of some instructions of a plan. `number` tells the places at which a number stood before.
    pub fn new(plan: &Plan, ops: &[Op], number: impl Fn(usize) -> Option<f64>) -> Straight {
        let mut writer = Emitter::default();
        // What the instructions leave at their places.
        let mut held: BTreeMap<usize, Held> = BTreeMap::new();
        for op in ops {
            let result = compute(&mut writer, op.code, |i| {
                let place = op.of[i];
                held.get(&place)
                    .copied()
                    .unwrap_or(Held::Known(match number(place) {
                        Some(n) => Known::Number(n),
                        None => Known::Given(place),
                    }))
            });
            held.insert(op.to, result);
        }
        let (mut stores, mut known) = (Vec::new(), Vec::new());
        for (place, held) in held {
            // What lives in a register is read by nobody else.
            let inner = matches!(plan.places[place].loc, Loc::Register(_));
            match held {
                _ if inner => {}
                Held::Known(value) => known.push((place, value)),
                Held::Register(of) => {
                    let result = stores.len();
                    writer.instructions.push(Instruction::Store { of, result });
                    stores.push(place);
                }
            }
        }
        Straight {
            instructions: writer.instructions,
            sources: writer.sources,
            stores,
            known,
        }
    }
}

/// Straight-line code on its way.
#[derive(Default)]
struct Emitter {
    instructions: Vec<Instruction>,
    registers: usize,
    numbers: BTreeMap<u32, usize>,
    loaded: BTreeMap<usize, usize>,
    sources: Vec<usize>,
}

impl Emitter {
    fn write(&mut self, instruction: impl FnOnce(usize) -> Instruction) -> usize {
        let to = self.registers;
        self.registers += 1;
        self.instructions.push(instruction(to));
        to
    }

    /// The register in which a value is, or comes to be.
    fn register(&mut self, held: Held) -> usize {
        match held {
            Held::Register(r) => r,
            Held::Known(Known::Number(n)) => {
                #[allow(clippy::cast_possible_truncation, reason = "the code computes in f32")]
                let bits = (n as f32).to_bits();
                let known = self.numbers.get(&bits).copied();
                known.unwrap_or_else(|| {
                    let r = self.write(|to| Instruction::Number { to, bits });
                    self.numbers.insert(bits, r);
                    r
                })
            }
            Held::Known(Known::Given(place)) => {
                let known = self.loaded.get(&place).copied();
                known.unwrap_or_else(|| {
                    let source = self.sources.len();
                    self.sources.push(place);
                    let r = self.write(|to| Instruction::Load { to, source });
                    self.loaded.insert(place, r);
                    r
                })
            }
        }
    }
}

impl Algebra for Emitter {
    type Value = Held;

    fn number(&mut self, x: f64) -> Held {
        Held::Known(Known::Number(x))
    }

    fn known(value: &Held) -> Option<f64> {
        match *value {
            Held::Known(Known::Number(n)) => Some(n),
            _ => None,
        }
    }

    fn largest(&self, _: &Held) -> f64 {
        f32::MAX.into()
    }

    fn elementary(&mut self, op: Elementary, a: Held) -> Held {
        if let Some(n) = Self::known(&a) {
            return self.number(op.of(n));
        }
        let of = self.register(a);
        Held::Register(self.write(|to| Instruction::Elementary { to, op, of }))
    }

    fn binary(&mut self, op: Binary, a: Held, b: Held) -> Held {
        if let [Some(a), Some(b)] = [&a, &b].map(Self::known) {
            return self.number(op.of(a, b));
        }
        let of = [self.register(a), self.register(b)];
        Held::Register(self.write(|to| Instruction::Binary { to, op, of }))
    }

    fn above(&mut self, [a, b]: [Held; 2], [larger, otherwise]: [Held; 2]) -> Held {
        if let [Some(a), Some(b)] = [&a, &b].map(Self::known) {
            return if a > b { larger } else { otherwise };
        }
        let of = [a, b, larger, otherwise].map(|held| self.register(held));
        Held::Register(self.write(|to| Instruction::Above { to, of }))
    }
}
