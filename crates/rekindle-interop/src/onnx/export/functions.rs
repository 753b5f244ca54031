//! Functions of equations as ONNX's operators.

use rekindle_program::functions::Elementary;
use rekindle_program::plan::Algebra;
use rekindle_program::{Across, Binary, Unary};

use super::drawing::{Drawing, Value};
use crate::formats::onnx::Setting;

/// Every pointwise function has operators: those of what it is made of.
impl Algebra for Drawing {
    type Value = Value;

    fn number(&mut self, x: f64) -> Value {
        self.single(x as f32)
    }

    fn known(_: &Value) -> Option<f64> {
        None
    }

    fn largest(&self, _: &Value) -> f64 {
        f32::MAX.into()
    }

    fn elementary(&mut self, op: Elementary, a: Value) -> Value {
        let op = match op {
            Elementary::Neg => "Neg",
            Elementary::Abs => "Abs",
            Elementary::PositiveZero => return self.with(Binary::Add, a, 0.0),
            Elementary::Floor => "Floor",
            Elementary::Sqrt => "Sqrt",
            Elementary::Exp => "Exp",
            Elementary::ExpM1 => {
                let exp = self.elementary(Elementary::Exp, a);
                return self.with(Binary::Sub, exp, 1.0);
            }
            Elementary::Ln1p => {
                let sum = self.with(Binary::Add, a, 1.0);
                return self.node("Log", &[&sum], vec![]);
            }
            Elementary::Tanh => "Tanh",
            Elementary::Sigmoid => "Sigmoid",
            Elementary::Erf => "Erf",
            Elementary::Sin => "Sin",
            Elementary::Cos => "Cos",
        };
        self.node(op, &[&a], vec![])
    }

    fn binary(&mut self, op: Binary, a: Value, b: Value) -> Value {
        let op = match op {
            Binary::Add => "Add",
            Binary::Sub => "Sub",
            Binary::Mul => "Mul",
            Binary::Div => "Div",
            Binary::Max => "Max",
            Binary::Min => "Min",
        };
        self.node(op, &[&a, &b], vec![])
    }

    fn above(&mut self, [a, b]: [Value; 2], [larger, otherwise]: [Value; 2]) -> Value {
        let is_larger = self.node("Greater", &[&a, &b], vec![]);
        self.node("Where", &[&is_larger, &larger, &otherwise], vec![])
    }
}

impl Drawing {
    fn with(&mut self, op: Binary, a: Value, number: f64) -> Value {
        let number = self.number(number);
        self.binary(op, a, number)
    }
}

/// A pointwise function of a value.
pub(super) fn unary(drawing: &mut Drawing, function: Unary, v: Value) -> Value {
    match operator(function) {
        Some((op, settings)) => drawing.node(op, &[&v], settings),
        None => drawing.unary(function, v),
    }
}

/// The operator that is a function by itself, where ONNX has one that is none of the elementary ones: a shorter graph. Its
/// `Softsign` is not one, NaN at infinities.
fn operator(function: Unary) -> Option<(&'static str, Vec<(&'static str, Setting<'static>)>)> {
    let settings = |of: &[(&'static str, f32)]| {
        let of = of.iter();
        of.map(|&(name, x)| (name, Setting::Number(x))).collect()
    };
    Some(match function {
        Unary::Relu => ("Relu", vec![]),
        Unary::LeakyRelu => ("LeakyRelu", settings(&[("alpha", 0.01)])),
        Unary::Elu => ("Elu", settings(&[("alpha", 1.0)])),
        Unary::Softplus => ("Softplus", vec![]),
        Unary::HardSigmoid => {
            let settings = settings(&[("alpha", 1.0 / 6.0), ("beta", 0.5)]);
            ("HardSigmoid", settings)
        }
        Unary::Sign => ("Sign", vec![]),
        _ => return None,
    })
}

/// A function of a whole row, `[batch, width]`. What is one number for all units has a width of one.
pub(super) fn across(drawing: &mut Drawing, function: Across, v: &str) -> Value {
    let sums = |drawing: &mut Drawing, reverse| {
        let axis = drawing.integer(1);
        let reverse = ("reverse", Setting::Integer(reverse));
        drawing.node("CumSum", &[v, &axis], vec![reverse])
    };
    match function {
        Across::Mean => drawing.reduced("ReduceMean", v, 1, true),
        Across::Sum => drawing.reduced("ReduceSum", v, 1, true),
        Across::Amax => drawing.reduced("ReduceMax", v, 1, true),
        Across::Cumsum => sums(drawing, 0),
        Across::RevCumsum => sums(drawing, 1),
    }
}

#[cfg(test)]
mod tests;
