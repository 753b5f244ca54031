//! The instructions of a group as straight-line code: what the kernel reads, computes and writes.

use super::Values;
use crate::backend::pointwise::{Algebra, Value, compute};
use crate::backend::primitives::Group;
use crate::program::{Binary, Unary};
use crate::tiles::Loc;
use burn_cubecl::CubeBackend;
use burn_cubecl::tensor::CubeTensor;
use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

/// An instruction of the kernel. Every register is written once.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum Instruction {
    /// A number, by the bits of an f32.
    Number { to: usize, bits: u32 },
    /// A value from a source, which lies in a buffer.
    Load {
        to: usize,
        source: usize,
        buffer: usize,
    },
    /// A function of one value.
    Unary { to: usize, op: Unary, of: usize },
    /// A derivative, from the subject of its function.
    Slope { to: usize, op: Unary, of: usize },
    /// A function of two values.
    Binary {
        to: usize,
        op: Binary,
        of: [usize; 2],
    },
    /// A result.
    Store { of: usize, result: usize },
}

/// What the kernel is compiled for.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) struct Code {
    pub instructions: Vec<Instruction>,
}

/// What a kernel binds.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Buffers {
    /// Every source: the code is then the same wherever the sources lie.
    Each,
    /// Every allocation that sources lie in, however many: where a device has too few bindings.
    Shared,
}

/// Straight-line code with the tensors that it reads.
pub(super) struct Straight {
    pub code: Arc<Code>,
    /// What is bound, one tensor of each.
    pub buffers: Vec<CubeTensor>,
    pub bound: Buffers,
    pub sources: Vec<CubeTensor>,
    /// The places of the results, in their order.
    pub stores: Vec<usize>,
    /// Places that the kernel has nothing to do for.
    pub known: Vec<(usize, Value<CubeBackend>)>,
}

/// What stands at a place.
#[derive(Clone, Copy)]
enum Held {
    Number(f64),
    /// A tensor that was there before, at this place.
    Given(usize),
    Register(usize),
}

impl Straight {
    pub(super) fn new(group: &Group<'_, CubeBackend>, values: &Values, bound: Buffers) -> Straight {
        let mut writer = Writer::new(group, values, bound);
        // What the instructions leave at their places.
        let mut held: BTreeMap<usize, Held> = BTreeMap::new();
        for op in group.ops {
            let result = compute(&mut writer, op.code, |i| {
                let place = op.of[i];
                held.get(&place).copied().unwrap_or(match values[place] {
                    Some(Value::Number(n)) => Held::Number(n),
                    _ => Held::Given(place),
                })
            });
            held.insert(op.to, result);
        }
        let (mut stores, mut known) = (Vec::new(), Vec::new());
        for (place, held) in held {
            // What lives in a register is read by nobody else.
            let inner = matches!(group.plan.places[place].loc, Loc::Register(_));
            match held {
                _ if inner => {}
                Held::Number(n) => known.push((place, Value::Number(n))),
                Held::Given(from) => known.extend(values[from].clone().map(|v| (place, v))),
                Held::Register(of) => {
                    let result = stores.len();
                    writer.instructions.push(Instruction::Store { of, result });
                    stores.push(place);
                }
            }
        }
        let instructions = writer.instructions;
        Straight {
            code: Arc::new(Code { instructions }),
            buffers: writer.buffers,
            bound,
            sources: writer.sources,
            stores,
            known,
        }
    }
}

/// Straight-line code on its way.
struct Writer<'w> {
    group: &'w Group<'w, CubeBackend>,
    values: &'w Values,
    instructions: Vec<Instruction>,
    registers: usize,
    numbers: HashMap<u32, usize>,
    loaded: HashMap<usize, usize>,
    buffers: Vec<CubeTensor>,
    bound: Buffers,
    sources: Vec<CubeTensor>,
}

impl<'w> Writer<'w> {
    fn new(group: &'w Group<'w, CubeBackend>, values: &'w Values, bound: Buffers) -> Self {
        Writer {
            group,
            values,
            instructions: Vec::new(),
            registers: 0,
            numbers: HashMap::new(),
            loaded: HashMap::new(),
            buffers: Vec::new(),
            bound,
            sources: Vec::new(),
        }
    }

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
            Held::Number(n) => {
                #[allow(
                    clippy::cast_possible_truncation,
                    reason = "the kernel computes in f32"
                )]
                let bits = (n as f32).to_bits();
                let known = self.numbers.get(&bits).copied();
                known.unwrap_or_else(|| {
                    let r = self.write(|to| Instruction::Number { to, bits });
                    self.numbers.insert(bits, r);
                    r
                })
            }
            Held::Given(place) => {
                let known = self.loaded.get(&place).copied();
                known.unwrap_or_else(|| {
                    let r = self.load(place);
                    self.loaded.insert(place, r);
                    r
                })
            }
        }
    }

    fn load(&mut self, place: usize) -> usize {
        let rows = match &self.values[place] {
            Some(Value::Rows(rows)) => rows.clone(),
            _ => unreachable!("values are there before they are read"),
        };
        let rows = super::kernel::readable(rows, self.group.shape);
        let memory = |t: &CubeTensor| std::ptr::from_ref(t.handle.memory.descriptor());
        let shared = self.bound == Buffers::Shared;
        let mut buffers = self.buffers.iter();
        let known = buffers.position(|b| shared && memory(b) == memory(&rows));
        let buffer = known.unwrap_or_else(|| {
            self.buffers.push(rows.clone());
            self.buffers.len() - 1
        });
        let source = self.sources.len();
        self.sources.push(rows);
        self.write(|to| Instruction::Load { to, source, buffer })
    }
}

impl Algebra for Writer<'_> {
    type Value = Held;

    fn unary(&mut self, op: Unary, a: Held) -> Held {
        if let Held::Number(n) = a {
            return Held::Number(op.of(n));
        }
        let of = self.register(a);
        Held::Register(self.write(|to| Instruction::Unary { to, op, of }))
    }

    fn slope(&mut self, op: Unary, a: Held) -> Held {
        if let Held::Number(n) = a {
            return Held::Number(op.slope(n));
        }
        let of = self.register(a);
        Held::Register(self.write(|to| Instruction::Slope { to, op, of }))
    }

    fn binary(&mut self, op: Binary, a: Held, b: Held) -> Held {
        if let (Held::Number(a), Held::Number(b)) = (a, b) {
            return Held::Number(op.of(a, b));
        }
        let of = [self.register(a), self.register(b)];
        Held::Register(self.write(|to| Instruction::Binary { to, op, of }))
    }
}
