//! Which recurrent operator has the equations of a cell, and how it is set.
//!
//! Equations that came from an operator have a line for each of its functions, so that each setting is found by itself; in the end the
//! operator's own equations have to be the cell's.

use std::collections::BTreeMap;

use rekindle::CellConfig;
use rekindle_program::Program;

use super::scan::Equations;
use crate::checkpoint::Kind;
use crate::onnx::activation::{Activation, Settings};
use crate::onnx::equations::cell;
use crate::onnx::node::{PEEPHOLES, Reads, STANDARD, Settled, Standard};

/// The settings of an operator with these equations; none where no operator has them.
pub(super) fn settled(equations: &Equations<'_>) -> Option<Settled> {
    let (program, d_hidden) = (equations.program, equations.d_hidden);
    let usual = usual(d_hidden).into_iter();
    let mut usual = usual.filter(|settled| same(settled, program));
    usual.next().or_else(|| found(program, d_hidden))
}

fn same(settled: &Settled, program: &Program) -> bool {
    cell(settled, 0).program().as_ref() == Some(program)
}

fn of(kind: Kind, d_hidden: usize, functions: Vec<Activation>) -> Settled {
    Settled {
        kind,
        reads: Reads::Forward,
        functions: vec![functions],
        clip: None,
        coupled: false,
        after: false,
        bias: true,
        peepholes: false,
        d_hidden,
    }
}

/// A function of a name with the numbers that it is given, or its usual ones.
fn function(name: &str, alpha: &[f32], beta: &[f32]) -> Option<Activation> {
    Activation::of(name, &mut Settings { alpha, beta }).ok()
}

fn functions(names: &[&str]) -> Vec<Activation> {
    let all = names.iter().filter_map(|name| function(name, &[], &[]));
    all.collect()
}

/// What operators may be set to, that the cells of the list compute.
fn usual(d_hidden: usize) -> Vec<Settled> {
    let of = |kind, names: &[&str]| of(kind, d_hidden, functions(names));
    let rnn = [
        "Tanh",
        "Relu",
        "Sigmoid",
        "LeakyRelu",
        "Elu",
        "Softplus",
        "Softsign",
        "Affine",
    ];
    let rnn = rnn.map(|name| of(Kind::Rnn, &[name]));
    let gru = [false, true].map(|after| Settled {
        after,
        ..of(Kind::Gru, &["Sigmoid", "Tanh"])
    });
    let forms = [(false, false), (true, false), (false, true), (true, true)];
    let lstm = forms.map(|(peepholes, coupled)| Settled {
        peepholes,
        coupled,
        ..of(Kind::Lstm, &["Sigmoid", "Tanh", "Tanh"])
    });
    rnn.into_iter().chain(gru).chain(lstm).collect()
}

/// The lines of a program by what they give.
fn lines(program: &Program) -> BTreeMap<String, String> {
    let text = program.to_string();
    let lines = text.lines().filter_map(|line| line.split_once(" = "));
    lines
        .map(|(name, value)| (name.to_owned(), value.to_owned()))
        .collect()
}

/// The numbers in a text, each once.
fn numbers(lines: &BTreeMap<String, String>) -> Vec<f32> {
    let words = lines
        .values()
        .flat_map(|line| line.split(|c: char| !(c.is_ascii_alphanumeric() || "._-".contains(c))));
    let mut all: Vec<f32> = words.filter_map(|word| word.parse().ok()).collect();
    all.retain(|number: &f32| number.is_finite());
    all.sort_by(f32::total_cmp);
    all.dedup();
    all
}

/// How many numbers of a text are tried as settings. Three functions have six, and a number to clip by is two.
const MOST: usize = 12;

/// An operator with any functions that has these equations.
fn found(program: &Program, d_hidden: usize) -> Option<Settled> {
    let names = |names: &[&str]| {
        names
            .iter()
            .map(|name| (*name).to_owned())
            .collect::<Vec<_>>()
    };
    let coupled = program.inputs() == names(&["i", "g", "o"]);
    // The lines by which a function each, and the number to clip by, are told.
    let (kind, told, first): (_, &[&str], _) = match program.inputs().len() {
        1 => (Kind::Rnn, &["h'"], "a_h"),
        3 if !coupled => (Kind::Gru, &["r", "n"], "a_r"),
        _ => (Kind::Lstm, &["i", "g", "h'"], "a_i"),
    };
    let standard = STANDARD.iter().find(|standard| standard.kind == kind);
    let known = |standard: &Standard| {
        let mut gates = program.inputs().iter();
        gates.all(|gate| standard.gates.contains(&gate.as_str()))
    };
    standard.filter(|standard| known(standard))?;
    let theirs = lines(program);
    let numbers = numbers(&theirs);
    if numbers.len() > MOST {
        return None;
    }
    // A function that no cell of the list has: those have lines of other names.
    let odd = functions(&vec!["HardSigmoid"; told.len()]);
    let mut settled = Settled {
        coupled,
        after: theirs.get("a_n").is_some_and(|line| line.contains("U_n h")),
        peepholes: program
            .vectors()
            .iter()
            .any(|name| PEEPHOLES.contains(&name.as_str())),
        ..of(kind, d_hidden, odd.clone())
    };
    // A line of ours is theirs, for these settings.
    let tells = |settled: &Settled, line: &str| {
        let ours = cell(settled, 0).program().map(|program| lines(&program));
        let ours = ours.as_ref().and_then(|ours| ours.get(line));
        ours.is_some() && ours == theirs.get(line)
    };
    let clips = numbers
        .iter()
        .filter(|number| **number > 0.0)
        .copied()
        .map(Some);
    settled.clip = std::iter::once(None).chain(clips).find(|clip| {
        let clip = *clip;
        tells(
            &Settled {
                clip,
                ..settled.clone()
            },
            first,
        )
    })?;
    for (at, line) in told.iter().enumerate() {
        let mut all = choices(&numbers).into_iter();
        let right = all.find(|choice| {
            let mut tried = settled.clone();
            tried.functions[0].clone_from(&odd);
            tried.functions[0][at] = *choice;
            tells(&tried, line)
        });
        settled.functions[0][at] = right?;
    }
    Some(settled).filter(|settled| same(settled, program))
}

/// All functions, with these numbers for their settings.
fn choices(numbers: &[f32]) -> Vec<Activation> {
    let mut all = Vec::new();
    for name in Activation::names() {
        let usual = function(name, &[], &[]);
        let settings = usual.map_or((Some(0.0), Some(0.0)), Activation::settings);
        match settings {
            (None, _) => all.extend(usual),
            (_, None) => {
                all.extend(usual);
                all.extend(
                    numbers
                        .iter()
                        .filter_map(|&alpha| function(name, &[alpha], &[])),
                );
            }
            _ => {
                all.extend(usual);
                for &alpha in numbers {
                    all.extend(
                        numbers
                            .iter()
                            .filter_map(|&beta| function(name, &[alpha], &[beta])),
                    );
                }
            }
        }
    }
    all
}
