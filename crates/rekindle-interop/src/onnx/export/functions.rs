//! Functions of equations as ONNX's operators.

use rekindle_program::{Across, Binary, Unary};

use super::drawing::{Drawing, Value};
use crate::formats::onnx::Setting;

/// A pointwise function of a value.
pub(super) fn unary(drawing: &mut Drawing, function: Unary, v: &str) -> Value {
    let alpha = |alpha| ("alpha", Setting::Number(alpha));
    let op = match function {
        Unary::Sigmoid => "Sigmoid",
        Unary::Tanh => "Tanh",
        Unary::Relu => "Relu",
        Unary::Softplus => "Softplus",
        Unary::Softsign => "Softsign",
        Unary::Sign => "Sign",
        Unary::Exp => "Exp",
        Unary::Sqrt => "Sqrt",
        Unary::Sin => "Sin",
        Unary::Cos => "Cos",
        Unary::Floor => "Floor",
        Unary::Abs => "Abs",
        Unary::LeakyRelu => return drawing.node("LeakyRelu", &[v], vec![alpha(0.01)]),
        Unary::Elu => return drawing.node("Elu", &[v], vec![alpha(1.0)]),
        Unary::HardSigmoid => {
            let beta = ("beta", Setting::Number(0.5));
            return drawing.node("HardSigmoid", &[v], vec![alpha(1.0 / 6.0), beta]);
        }
        Unary::Silu => {
            let gate = drawing.node("Sigmoid", &[v], vec![]);
            return drawing.node("Mul", &[v, &gate], vec![]);
        }
        Unary::Mish => {
            let soft = drawing.node("Softplus", &[v], vec![]);
            let gate = drawing.node("Tanh", &[&soft], vec![]);
            return drawing.node("Mul", &[v, &gate], vec![]);
        }
        Unary::Gelu => {
            // v (1 + erf(v / √2)) / 2; an operator of its own since version 20.
            let (root, one) = (
                drawing.single(std::f32::consts::FRAC_1_SQRT_2),
                drawing.single(1.0),
            );
            let part = drawing.node("Mul", &[v, &root], vec![]);
            let part = drawing.node("Erf", &[&part], vec![]);
            let part = drawing.node("Add", &[&part, &one], vec![]);
            let half = drawing.single(0.5);
            let half = drawing.node("Mul", &[v, &half], vec![]);
            return drawing.node("Mul", &[&half, &part], vec![]);
        }
    };
    drawing.node(op, &[v], vec![])
}

/// A function of two values.
pub(super) fn binary(drawing: &mut Drawing, function: Binary, a: &str, b: &str) -> Value {
    let op = match function {
        Binary::Add => "Add",
        Binary::Sub => "Sub",
        Binary::Mul => "Mul",
        Binary::Div => "Div",
        Binary::Max => "Max",
        Binary::Min => "Min",
    };
    drawing.node(op, &[a, b], vec![])
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
