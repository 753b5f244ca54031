//! What the operators of a function compute, by their definitions in ONNX, is the function.
//!
//! With `REKINDLE_ONNX_MODELS=DIRECTORY` every model is written there, for `tests/golden/onnx/cells.py` to run in onnxruntime.

use std::collections::BTreeMap;
use std::path::Path;

use super::*;
use crate::formats::onnx::{Data, Model, Node, write};
use crate::formats::{Dtype, Entry, safetensors};

/// A model of a function.
fn drawn(draw: impl FnOnce(&mut Drawing, Value) -> Value) -> Model<'static> {
    let mut drawing = Drawing::new(14).expect("a version that is written");
    let x = drawing.input("x", &["n"]);
    let y = draw(&mut drawing, x);
    drawing.output("y", &y, &["n"]);
    drawing.model()
}

/// Numbers between the ends, both zeros, where exp ends, and the ends themselves.
fn arguments() -> Vec<f32> {
    let middle = (-160..=160).map(|i| i as f32 / 16.0);
    let ends = [-0.0, 1e-30, 20.0, 88.0, 200.0, 1e4, f32::MAX, f32::INFINITY];
    let ends = ends.into_iter().flat_map(|x| [x, -x]);
    middle.chain(ends).chain([f32::NAN]).collect()
}

/// What a node gives for numbers; truths are 1 and 0.
fn operator_of(node: &Node<'_>, of: &[f64]) -> f64 {
    let setting = |name| match node.setting(name) {
        Some(Setting::Number(number)) => f64::from(*number),
        _ => panic!("{} has no {name}", node.op),
    };
    let x = of[0];
    match (node.op.as_str(), of) {
        ("Identity", _) => x,
        ("Neg", _) => -x,
        ("Abs", _) => x.abs(),
        ("Floor", _) => x.floor(),
        ("Sqrt", _) => x.sqrt(),
        ("Exp", _) => x.exp(),
        ("Log", _) => x.ln(),
        ("Tanh", _) => x.tanh(),
        ("Sigmoid", _) => 1.0 / (1.0 + (-x).exp()),
        ("Erf", _) => Elementary::Erf.of(x),
        ("Sin", _) => x.sin(),
        ("Cos", _) => x.cos(),
        ("Sign", _) if x == 0.0 || x.is_nan() => x,
        ("Sign", _) => x.signum(),
        ("Relu", _) if x < 0.0 => 0.0,
        ("LeakyRelu", _) if x < 0.0 => setting("alpha") * x,
        ("Elu", _) if x < 0.0 => setting("alpha") * x.exp_m1(),
        ("Relu" | "LeakyRelu" | "Elu", _) => x,
        ("Softplus", _) if x > 0.0 => x + (-x).exp().ln_1p(),
        ("Softplus", _) => x.exp().ln_1p(),
        ("HardSigmoid", _) => (setting("alpha") * x + setting("beta")).clamp(0.0, 1.0),
        ("Add", [_, b]) => x + b,
        ("Sub", [_, b]) => x - b,
        ("Mul", [_, b]) => x * b,
        ("Div", [_, b]) => x / b,
        ("Greater", [_, b]) => f64::from(x > *b),
        ("Where", [_, larger, otherwise]) => [*otherwise, *larger][x as usize],
        (op, of) => panic!("{op} of {} values", of.len()),
    }
}

/// What a model gives in 32 bits, to which every node rounds.
fn run(model: &Model<'_>, x: f32) -> f32 {
    let mut values = BTreeMap::from([("x", f64::from(x))]);
    for constant in &model.graph.constants {
        let Data::Raw(bytes) = &constant.data else {
            panic!("{} is no number", constant.name);
        };
        let bytes = bytes.read().expect("in memory");
        let number = f32::from_le_bytes(bytes[..].try_into().expect("one number"));
        values.insert(&constant.name, number.into());
    }
    for node in &model.graph.nodes {
        let of: Vec<f64> = node.inputs.iter().map(|name| values[&name[..]]).collect();
        let value = operator_of(node, &of) as f32;
        values.insert(&node.outputs[0], value.into());
    }
    values["y"] as f32
}

/// A model, its arguments and what the function is there.
fn kept(folder: &Path, name: &str, model: &Model<'_>, x: &[f32], y: &[f32]) {
    let entry = |numbers: &[f32]| {
        let bytes: Vec<u8> = numbers.iter().flat_map(|n| n.to_le_bytes()).collect();
        Entry::new(Dtype::F32, vec![numbers.len()], bytes).expect("its size")
    };
    let tensors = safetensors::write(&[("x", entry(x)), ("y", entry(y))], &[]).expect("written");
    std::fs::write(folder.join(format!("{name}.safetensors")), tensors).expect("written");
    std::fs::write(
        folder.join(format!("{name}.onnx")),
        write(model).expect("in memory"),
    )
    .expect("written");
}

#[test]
fn every_function_has_operators_that_are_it() {
    let folder = std::env::var("REKINDLE_ONNX_MODELS").ok();
    for function in Unary::ALL {
        let alone = drawn(|drawing, x| drawing.unary(function, x));
        let short = drawn(|drawing, x| unary(drawing, function, x));
        for (form, model) in [("alone", alone), ("short", short)] {
            let x = arguments();
            let y: Vec<f32> = x
                .iter()
                .map(|&x| function.of(f64::from(x)) as f32)
                .collect();
            for (&x, &y) in x.iter().zip(&y) {
                let found = run(&model, x);
                // Half a unit in the last place for every node, of the largest number that it may be about.
                let roundings = model.graph.nodes.len() as f32 * f32::EPSILON / 2.0;
                let about = x.abs().min(f32::MAX).max(y.abs()).max(1.0);
                let same = found == y
                    || found.is_nan() && y.is_nan()
                    || (found - y).abs() <= roundings * about;
                assert!(same, "{function:?} {form} of {x}: {found}, not {y}");
            }
            if let Some(folder) = &folder {
                let name = format!("function-{form}-{}", function.name());
                kept(Path::new(folder), &name, &model, &x, &y);
            }
        }
    }
}

/// The table has no function that would be one node without it.
#[test]
fn the_table_makes_graphs_shorter() {
    let nodes = |model: Model<'_>| model.graph.nodes.len();
    for function in Unary::ALL {
        let alone = nodes(drawn(|drawing, x| drawing.unary(function, x)));
        let short = nodes(drawn(|drawing, x| unary(drawing, function, x)));
        let listed = operator(function).is_some();
        assert_eq!(short < alone, listed, "{function:?}");
    }
}
