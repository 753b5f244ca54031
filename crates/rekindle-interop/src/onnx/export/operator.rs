//! A cell whose equations one of ONNX's recurrent operators has.

use super::Matrix;
use super::batch::Batch;
use super::drawing::{Drawing, Value};
use super::scan::{Equations, Given};
use crate::checkpoint::Kind;
use crate::formats::onnx::Setting;
use crate::onnx::node::{PEEPHOLES, Reads, STANDARD, Settled};

/// The operator over `x`, `[time, batch, d_input]`: a direction for each of the sides, which have the same settings. States are given
/// for every side or for none, which are zeros then.
pub(super) fn operator(
    drawing: &mut Drawing,
    name: &str,
    x: &str,
    batch: &Batch,
    settled: &Settled,
    sides: &[(Equations<'_>, Option<Vec<Value>>)],
) -> Vec<Given> {
    let standard = STANDARD
        .iter()
        .find(|standard| standard.kind == settled.kind);
    let standard = standard.expect("every kind has an operator");
    let (gates, units) = (standard.gates, settled.d_hidden);
    let stacked = |part: &dyn Fn(&Equations<'_>) -> Matrix| {
        let parts: Vec<Matrix> = sides.iter().map(|(side, _)| part(side)).collect();
        let shape = [&[sides.len()], &parts[0].shape[..]].concat();
        let numbers = parts.into_iter().flat_map(|part| part.numbers).collect();
        Matrix { shape, numbers }
    };
    // Blocks in the operator's order; one that the equations lack is zero.
    let gated = |names: &[String], all: &Matrix| {
        let parts = gates
            .iter()
            .map(|gate| match names.iter().position(|name| name == gate) {
                Some(block) => all.columns(block * units, units).turned(),
                None => all.columns(0, units).turned().zeros(),
            });
        Matrix::below(parts.collect())
    };
    let bias = |names: &[String], all: Option<&Matrix>| match all {
        Some(all) => gated(names, all),
        None => Matrix {
            shape: vec![gates.len() * units],
            numbers: vec![0.0; gates.len() * units],
        },
    };
    let w = stacked(&|side| gated(side.program.inputs(), &side.input));
    let r = stacked(&|side| {
        let hidden = side.hidden.as_ref().expect("a recurrent product");
        gated(side.program.hiddens(), hidden)
    });
    let biased = sides.iter().any(|(side, _)| side.input_bias.is_some());
    let b = biased.then(|| {
        stacked(&|side| {
            let input = bias(side.program.inputs(), side.input_bias.as_ref());
            Matrix::below(vec![
                input,
                bias(side.program.hiddens(), side.hidden_bias.as_ref()),
            ])
        })
    });
    let p = settled.peepholes.then(|| {
        stacked(&|side| {
            let vectors = side.program.vectors();
            let parts =
                PEEPHOLES.iter().map(
                    |name| match vectors.iter().position(|known| known == name) {
                        Some(vector) => side.vectors[vector].clone(),
                        None => side.vectors[0].zeros(),
                    },
                );
            Matrix::below(parts.collect())
        })
    });
    let mut weight =
        |letter: &str, matrix: &Matrix| drawing.matrix(&format!("{name}.{letter}"), matrix);
    let (w, r) = (weight("W", &w), weight("R", &r));
    let b = b.map_or_else(Value::new, |b| weight("B", &b));
    let p = p.map_or_else(Value::new, |p| weight("P", &p));
    let initial: Vec<Value> = (0..standard.states.len())
        .map(|state| {
            let parts = sides
                .iter()
                .map(|(_, states)| states.as_ref().map(|states| &states[state]));
            let parts: Option<Vec<&Value>> = parts.collect();
            parts.map_or_else(Value::new, |parts| {
                let parts: Vec<Value> = parts.iter().map(|part| drawing.raised(part, 0)).collect();
                let parts: Vec<&str> = parts.iter().map(String::as_str).collect();
                drawing.node("Concat", &parts, vec![("axis", Setting::Integer(0))])
            })
        })
        .collect();
    let lengths = batch.padded().map_or("", |padded| &padded.lengths);
    let mut inputs = vec![x, &w, &r, &b, lengths];
    inputs.extend(initial.iter().map(String::as_str));
    inputs.push(&p);
    while inputs.last().is_some_and(|last| last.is_empty()) {
        inputs.pop();
    }
    let outputs: Vec<Value> = std::iter::once("y".to_owned())
        .chain(standard.states.iter().map(|state| format!("last_{state}")))
        .map(|output| drawing.name(&format!("{name}.{output}")))
        .collect();
    drawing.put(
        standard.op,
        &inputs,
        &outputs,
        settings(settled, sides.len()),
    );
    let side = |drawing: &mut Drawing, value: &str, axis, side| match sides.len() {
        1 => {
            let axes = drawing.integers(&[axis]);
            drawing.node("Squeeze", &[value, &axes], vec![])
        }
        _ => drawing.at(value, axis, side),
    };
    let sides = 0..sides.len() as i64;
    let given = sides.map(|at| Given {
        y: side(drawing, &outputs[0], 1, at),
        last: outputs[1..]
            .iter()
            .map(|last| side(drawing, last, 0, at))
            .collect(),
    });
    given.collect()
}

/// The attributes of an operator, without those that are as the standard has them.
fn settings(settled: &Settled, sides: usize) -> Vec<(&'static str, Setting<'static>)> {
    let direction = match (settled.reads, sides) {
        (_, 2) => "bidirectional",
        (Reads::Reverse, _) => "reverse",
        _ => "forward",
    };
    let mut all = vec![
        ("hidden_size", Setting::Integer(settled.d_hidden as i64)),
        ("direction", Setting::Text(direction.into())),
    ];
    if settled.after {
        all.push(("linear_before_reset", Setting::Integer(1)));
    }
    if settled.coupled {
        all.push(("input_forget", Setting::Integer(1)));
    }
    if let Some(clip) = settled.clip {
        all.push(("clip", Setting::Number(clip)));
    }
    let functions = &settled.functions[0];
    let standard = STANDARD
        .iter()
        .find(|standard| standard.kind == settled.kind);
    let usual = standard.expect("every kind has an operator").functions;
    let names = functions.iter().map(|function| function.name());
    // An `RNN` always says its function.
    if settled.kind == Kind::Rnn || !names.clone().eq(usual.iter().copied()) {
        let names: Vec<&str> = names.collect();
        let names = names.repeat(sides).into_iter().map(str::to_owned);
        all.push(("activations", Setting::Texts(names.collect())));
        let settings = functions.iter().map(|function| function.settings());
        let alpha: Vec<f32> = settings.clone().filter_map(|(alpha, _)| alpha).collect();
        let beta: Vec<f32> = settings.filter_map(|(_, beta)| beta).collect();
        for (name, numbers) in [("activation_alpha", alpha), ("activation_beta", beta)] {
            if !numbers.is_empty() {
                all.push((name, Setting::Numbers(numbers.repeat(sides))));
            }
        }
    }
    all
}
