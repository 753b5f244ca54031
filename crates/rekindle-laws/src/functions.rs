//! The functions of the equations at their edges: at 0, at kinks and ties, far out, at infinities and at NaN.
//!
//! `golden/functions.tsv` says what values and derivatives are, and `oracles/functions.py`, which wrote it, by which rules.
//! Every executor is held to every line of it, however the arguments come to the function: as a state, as a block of the
//! input, as a learned vector, which is computed with once, and as a number of the equations.

use crate::{Place, Tolerance, Verdict};
use burn::tensor::{DType, Device, Tensor, TensorData};
use rekindle_engine::{
    Across, Batch, Binary, Direction, Engine, Executor, Program, Recurrence, Subject, Unary,
    Weights, scan,
};

/// A line of the table.
struct Row {
    arguments: Vec<f64>,
    values: Vec<f64>,
    slopes: Vec<f64>,
}

/// The lines of a function.
fn rows(name: &str) -> Vec<Row> {
    let table = include_str!("../golden/functions.tsv");
    let numbers = |list: &str| -> Vec<f64> {
        let number = |n: &str| n.parse().expect("a number");
        list.split(' ').map(number).collect()
    };
    let row = |line: &'static str| {
        let lists: Vec<&str> = line.split('\t').collect();
        (lists[0] == name).then(|| Row {
            arguments: numbers(lists[1]),
            values: numbers(lists[2]),
            slopes: numbers(lists[3]),
        })
    };
    table.lines().filter_map(row).collect()
}

/// A number as a type has it.
fn rounded(x: f64, dtype: DType) -> f64 {
    match dtype {
        #[allow(clippy::cast_possible_truncation, reason = "that is what is asked for")]
        DType::F32 => f64::from(x as f32),
        _ => x,
    }
}

/// The smallest normal number of a type.
fn smallest(dtype: DType) -> f64 {
    match dtype {
        DType::F32 => f32::MIN_POSITIVE.into(),
        _ => f64::MIN_POSITIVE,
    }
}

impl Row {
    /// Whether a type has the arguments; of a `plain` device no more is asked than shaders promise: normal numbers, and
    /// no large angles.
    fn fits(&self, function: Function, dtype: DType, plain: bool) -> bool {
        let has = |&x: &f64| x.is_nan() || rounded(x, dtype) == x;
        let all = self
            .arguments
            .iter()
            .chain(&self.values)
            .chain(&self.slopes);
        let normal = |x: f64| x == 0.0 || x.is_finite() && x.abs() >= smallest(dtype);
        let angle = matches!(function, Function::Unary(Unary::Sin | Unary::Cos));
        let promised = |&x: &f64| normal(rounded(x, dtype)) && !(angle && x.abs() > 1e3);
        self.arguments.iter().all(has) && (!plain || all.into_iter().all(promised))
    }
}

/// A function of the table.
#[derive(Clone, Copy, Debug)]
enum Function {
    Unary(Unary),
    Binary(Binary),
    Across(Across),
}

impl Function {
    const BINARY: [(&'static str, Binary); 6] = [
        ("+", Binary::Add),
        ("-", Binary::Sub),
        ("*", Binary::Mul),
        ("/", Binary::Div),
        ("max", Binary::Max),
        ("min", Binary::Min),
    ];

    fn all() -> Vec<(&'static str, Function)> {
        let unary = Unary::ALL.map(|op| (op.name(), Function::Unary(op)));
        let binary = Function::BINARY.map(|(name, op)| (name, Function::Binary(op)));
        let across = Across::ALL.map(|op| (op.name(), Function::Across(op)));
        unary.into_iter().chain(binary).chain(across).collect()
    }

    /// The function of operands, as equations write it.
    fn of(self, operands: &[String]) -> String {
        let named = |name: &str| format!("{name}({})", operands.join(", "));
        match self {
            Function::Unary(op) => named(op.name()),
            Function::Across(op) => named(op.name()),
            Function::Binary(Binary::Max) => named("max"),
            Function::Binary(Binary::Min) => named("min"),
            Function::Binary(op) => {
                let of = Function::BINARY.iter().find(|known| known.1 == op);
                operands.join(of.expect("every one is listed").0)
            }
        }
    }

    /// Whether digits of the value may cancel, so that it is right to a rounding of 1 and no more.
    fn cancels(self) -> bool {
        matches!(
            self,
            Function::Unary(Unary::Elu | Unary::Gelu | Unary::HardSigmoid)
        )
    }

    /// How far a value may be off, of arguments up to a size.
    fn most(self, dtype: DType, largest: f64, plain: bool) -> Most {
        let part = Tolerance::of("forward").value(dtype);
        let least = match self.cancels() || plain {
            true => part,
            // Below the normal range a number may become zero, and so may what it is multiplied with.
            false => smallest(dtype) * largest.max(1.0),
        };
        Most { dtype, part, least }
    }

    /// How far a derivative may be off: those that are made of a value are right to its rounding.
    fn most_of_slope(dtype: DType) -> Most {
        let part = Tolerance::of("gradient").value(dtype);
        let least = part;
        Most { dtype, part, least }
    }
}

/// How arguments come to a function.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Way {
    States,
    Inputs,
    Vectors,
}

/// An operand of a function.
#[derive(Clone, Debug)]
enum Operand {
    /// A number for every unit.
    Units(Vec<f64>),
    /// A number of the equations.
    Number(f64),
}

/// A function of operands, the values and the gradients of their sum by each of the operands that are units.
struct Found {
    values: Vec<f64>,
    slopes: Vec<Vec<f64>>,
}

/// The equations: a state that nothing depends on, and the function of the operands.
fn equations(function: Function, operands: &[Operand], way: Way) -> String {
    let mut names = Vec::new();
    let mut written = Vec::new();
    for operand in operands {
        match operand {
            Operand::Number(n) => written.push(format!("({n:?})")),
            Operand::Units(_) => {
                let name = format!("v{}", names.len());
                written.push(match way {
                    Way::Inputs => format!("(W_{name} x)"),
                    _ => name.clone(),
                });
                names.push(name);
            }
        }
    }
    let (value, names) = (function.of(&written), names.join(", "));
    let next = format!("result' = {value}\n");
    match way {
        Way::Inputs => format!("state y, result\ninput {names}\ny' = y\n{next}"),
        Way::Vectors => format!("state y, result\ninput a\nvector {names}\ny' = W_a x\n{next}"),
        Way::States => {
            let kept = names.split(", ").map(|name| format!("{name}' = {name}\n"));
            let kept: String = kept.collect();
            format!("state y, result, {names}\ninput a\ny' = W_a x\n{next}{kept}")
        }
    }
}

fn evaluate(
    function: Function,
    operands: &[Operand],
    way: Way,
    (device, dtype): (&Device, DType),
    executor: Executor,
) -> Found {
    let units: Vec<&Vec<f64>> = operands
        .iter()
        .filter_map(|operand| match operand {
            Operand::Units(units) => Some(units),
            Operand::Number(_) => None,
        })
        .collect();
    let (count, width) = (units.len(), units[0].len());
    let program = equations(function, operands, way);
    let program = Program::parse(&program).unwrap_or_else(|e| panic!("{e}"));
    let differentiates = device.is_autodiff();
    let leaf = |values: &[f64], shape: [usize; 2]| {
        let data = TensorData::new(values.to_vec(), shape).convert_dtype(dtype);
        let tensor = Tensor::<2>::from_data(data, (device, dtype));
        match differentiates {
            true => tensor.require_grad(),
            false => tensor,
        }
    };
    let nothing = || vec![0.0; width];
    let beside = units.iter().flat_map(|u| u.iter().copied());
    let beside: Vec<f64> = beside.collect();
    let input = match way {
        Way::Inputs => leaf(&beside, [1, count * width]),
        _ => leaf(&nothing(), [1, width]),
    };
    let rows: Vec<Tensor<2>> = units.iter().map(|u| leaf(u, [1, width])).collect();
    let vectors = match way {
        Way::Vectors => rows.iter().map(|row| row.clone().squeeze_dim(0)).collect(),
        _ => Vec::new(),
    };
    let mut state = vec![leaf(&nothing(), [1, width]), leaf(&nothing(), [1, width])];
    if way == Way::States {
        state.extend(rows.clone());
    }
    let weights = Weights {
        input: input.clone(),
        input_bias: None,
        hidden: None,
        factor: None,
        hidden_bias: None,
        vectors,
        projection: None,
        mask: None,
        moves: None,
    };
    let engine = Engine {
        executor: Some(executor),
        ..Engine::default()
    };
    let batch = Batch {
        x: Tensor::ones([1, 1, 1], (device, dtype)),
        lengths: None,
        state,
        direction: Direction::Forward,
    };
    let (_, last) = scan(&Recurrence::new(program), &weights, batch, engine);
    let numbers = |tensor: Tensor<2>| -> Vec<f64> {
        let data = tensor.into_data().convert::<f64>();
        data.try_into_vec().expect("numbers")
    };
    let slopes = match differentiates {
        false => Vec::new(),
        true => {
            let grads = last[1].clone().sum().backward();
            let of = |leaf: &Tensor<2>| numbers(leaf.grad(&grads).expect("a gradient"));
            match way {
                Way::Inputs => of(&input).chunks(width).map(<[f64]>::to_vec).collect(),
                _ => rows.iter().map(of).collect(),
            }
        }
    };
    Found {
        values: numbers(last[1].clone()),
        slopes,
    }
}

/// How far a number may be from what it should be.
#[derive(Clone, Copy)]
struct Most {
    dtype: DType,
    /// As a part of it.
    part: f64,
    /// Whatever it is.
    least: f64,
}

impl Most {
    /// Where a number is not what it should be.
    fn differs(self, found: f64, right: f64) -> Option<String> {
        let right = rounded(right, self.dtype);
        let same = found == right || found.is_nan() && right.is_nan();
        let most = self.least.max(self.part * right.abs());
        let near = found.is_finite() && (found - right).abs() <= most;
        (!same && !near).then(|| format!("{found:?}, not {right:?}"))
    }
}

/// Every function by an executor is what the table says, at every line that the type can hold. Of a device that is `plain`
/// no more is asked than shaders promise: normal numbers, no large angles, and values right to a rounding of 1.
///
/// # Errors
///
/// Names the functions, the arguments and the numbers that are wrong.
pub fn check(place: &Place, executor: Executor, plain: bool) -> Verdict {
    let mut faults = Vec::new();
    for (name, function) in Function::all() {
        let rows: Vec<Row> = rows(name)
            .into_iter()
            .filter(|row| row.fits(function, place.dtype, plain))
            .collect();
        for trial in trials(function, &rows) {
            for &way in trial.ways {
                // Where every way is kernels to compile, one is tried.
                if !plain || way == Way::States {
                    faults.extend(trial.faults((name, function), way, place, executor, plain));
                }
            }
        }
    }
    match faults.is_empty() {
        true => Ok(()),
        false => Err(format!("{} faults: {}", faults.len(), faults.join("; "))),
    }
}

/// Operands of one evaluation, and what it should give.
struct Trial {
    operands: Vec<Operand>,
    values: Vec<f64>,
    /// By each operand that is units.
    slopes: Vec<Vec<f64>>,
    ways: &'static [Way],
}

/// The evaluations that a function's lines ask for.
fn trials(function: Function, rows: &[Row]) -> Vec<Trial> {
    const EVERY: &[Way] = &[Way::States, Way::Inputs, Way::Vectors];
    const WITH_NUMBER: &[Way] = &[Way::States, Way::Vectors];
    let column = |of: &dyn Fn(&Row) -> &[f64], n: usize| -> Vec<f64> {
        rows.iter().map(|row| of(row)[n]).collect()
    };
    let arguments = |n| column(&|row: &Row| &row.arguments, n);
    let slopes = |n| column(&|row: &Row| &row.slopes, n);
    let values = || column(&|row: &Row| &row.values, 0);
    if let Function::Across(_) = function {
        let of = |row: &Row| Trial {
            operands: vec![Operand::Units(row.arguments.clone())],
            values: row.values.clone(),
            slopes: vec![row.slopes.clone()],
            ways: EVERY,
        };
        return rows.iter().map(of).collect();
    }
    let count = match function {
        Function::Binary(_) => 2,
        _ => 1,
    };
    let mut trials = vec![Trial {
        operands: (0..count).map(|n| Operand::Units(arguments(n))).collect(),
        values: values(),
        slopes: (0..count).map(slopes).collect(),
        ways: EVERY,
    }];
    if let Function::Binary(op) = function {
        for row in rows {
            for number in [0, 1] {
                let n = row.arguments[number];
                // Such equations are refused.
                if !n.is_finite() || op == Binary::Div && number == 1 && n == 0.0 {
                    continue;
                }
                let operands = row.arguments.iter().map(|&x| Operand::Units(vec![x]));
                let mut operands: Vec<Operand> = operands.collect();
                operands[number] = Operand::Number(n);
                trials.push(Trial {
                    operands,
                    values: row.values.clone(),
                    slopes: vec![vec![row.slopes[1 - number]]],
                    ways: WITH_NUMBER,
                });
            }
        }
    }
    trials
}

impl Trial {
    fn faults(
        &self,
        (name, function): (&str, Function),
        way: Way,
        place: &Place,
        executor: Executor,
        plain: bool,
    ) -> Vec<String> {
        let dtype = place.dtype;
        let below = place.device.clone();
        let inferred = evaluate(function, &self.operands, way, (&below, dtype), executor);
        let above = below.autodiff();
        let found = evaluate(function, &self.operands, way, (&above, dtype), executor);
        let argument = |i: usize| {
            let of = self.operands.iter().map(|operand| match operand {
                Operand::Units(units) => format!("{:?}", units[i]),
                Operand::Number(n) => format!("the number {n:?}"),
            });
            of.collect::<Vec<String>>().join(", ")
        };
        let mut faults = Vec::new();
        for (i, &right) in self.values.iter().enumerate() {
            let largest = self.operands.iter().map(|operand| match operand {
                Operand::Units(units) => units[i].abs(),
                Operand::Number(n) => n.abs(),
            });
            let most = function.most(dtype, largest.fold(0.0, f64::max), plain);
            for values in [&found.values, &inferred.values] {
                if let Some(said) = most.differs(values[i], right) {
                    faults.push(format!("{name} of {} ({way:?}) is {said}", argument(i)));
                }
            }
        }
        let most = Function::most_of_slope(dtype);
        for (slopes, right) in found.slopes.iter().zip(&self.slopes) {
            for (i, (&slope, &right)) in slopes.iter().zip(right).enumerate() {
                if let Some(said) = most.differs(slope, right) {
                    faults.push(format!("{name}' of {} ({way:?}) is {said}", argument(i)));
                }
            }
        }
        faults
    }
}

/// What the engine computes of numbers alone is what the table says, and the table has every function.
///
/// # Errors
///
/// As [`check`].
pub fn check_numbers() -> Verdict {
    let mut faults = Vec::new();
    for (name, function) in Function::all() {
        let rows = rows(name);
        if rows.is_empty() {
            faults.push(format!("the table has no {name}"));
        }
        for row in rows {
            let a = row.arguments[0];
            let (value, slope) = match function {
                Function::Unary(op) => {
                    let value = op.of(a);
                    let subject = match op.subject() {
                        Subject::Value => value,
                        Subject::Argument => a,
                    };
                    (value, Some(op.slope(subject)))
                }
                Function::Binary(op) => (op.of(a, row.arguments[1]), None),
                Function::Across(_) => continue,
            };
            let most = function.most(DType::F64, a.abs(), false);
            let wrong = most.differs(value, row.values[0]);
            let most = Function::most_of_slope(DType::F64);
            let slope = slope.and_then(|s| most.differs(s, row.slopes[0]));
            faults.extend(wrong.map(|said| format!("{name} of {:?} is {said}", row.arguments)));
            faults.extend(slope.map(|said| format!("{name}' of {a:?} is {said}")));
        }
    }
    match faults.is_empty() {
        true => Ok(()),
        false => Err(faults.join("; ")),
    }
}
