//! What the passes make of a program, as text.

use super::{
    Invariant, Phase, differentiate, fold, gather, invariant, linear, phases, recompute, saved,
    stages,
};
use crate::program::{Id, Node, Program};
use alloc::string::{String, ToString};
use alloc::vec::Vec;

/// A program after each pass: titles and texts, in the order of the passes. With `backward`, the derived
/// programs as well.
pub fn explain(program: &Program, backward: bool) -> Vec<(String, String)> {
    let mut pages = Vec::new();
    let mut page = |title: &str, text: String| {
        if !text.is_empty() {
            pages.push((title.to_string(), text));
        }
    };
    let folded = fold(program);
    page("Folded", folded.to_string());
    let rest = match invariant(&folded) {
        None => folded.clone(),
        Some(Invariant { once, rest }) => {
            page("From the parameters alone, once a pass", once.to_string());
            rest
        }
    };
    let phases = phases(&gather(&rest)).phases;
    page("The input, for all steps at once", projection(&rest));
    for (index, phase) in phases.iter().enumerate() {
        let when = when(&phases, index);
        page(&when, phase.program.to_string());
        page(
            &format!("Matrix products: {}", uncapitalised(&when)),
            products(&phase.program),
        );
    }
    if let Some(linear) = linear(&folded) {
        page(
            "Linear in the state: h' = a * h + b",
            linear.before.to_string(),
        );
    }
    if backward {
        for (index, phase) in phases.iter().enumerate().rev() {
            let back = recompute(&differentiate(&phase.program), &phase.program);
            let texts = phase.program.texts();
            let kept = saved(&phase.program, &back);
            let kept: Vec<String> = kept.into_iter().map(|id| texts[id].clone()).collect();
            let when = uncapitalised(&when(&phases, index));
            page(&format!("Kept for the backward: {when}"), kept.join("\n"));
            page(&format!("Backward: {when}"), back.to_string());
            page(
                &format!("Matrix products of the backward: {when}"),
                products(&back),
            );
        }
    }
    pages
}

/// When a phase runs.
fn when(phases: &[Phase], index: usize) -> String {
    let loops: Vec<usize> = (0..phases.len()).filter(|&p| phases[p].looped).collect();
    let before = loops.iter().filter(|&&l| l < index).count();
    match (phases[index].looped, loops.len()) {
        (true, 1) => "Each step".to_string(),
        (true, _) => format!("Each step of loop {}", before + 1),
        (false, 0) => "For all steps at once".to_string(),
        (false, _) if before == 0 => "Before the loop, for all steps at once".to_string(),
        (false, n) if before == n => "After the loop, for all steps at once".to_string(),
        (false, _) => format!("After loop {before}, for all steps at once"),
    }
}

fn uncapitalised(text: &str) -> String {
    let mut letters = text.chars();
    let first = letters.next().map(|c| c.to_lowercase().to_string());
    first.unwrap_or_default() + letters.as_str()
}

/// The blocks of the projection, by the names that phases have for them.
fn projection(program: &Program) -> String {
    let blocks = program.inputs().iter().zip(program.input_biases());
    let lines = blocks.map(|(name, &biased)| match biased {
        true => format!("x_{name} = W_{name} x + b_{name}"),
        false => format!("x_{name} = W_{name} x"),
    });
    lines.collect::<Vec<_>>().join("\n")
}

/// The products and functions of whole rows of every stage, those with one operand, or with one result, joined.
fn products(program: &Program) -> String {
    let stages = stages(program);
    let texts = program.texts();
    let last = stages.iter().copied().max().unwrap_or(0);
    let mut lines = Vec::new();
    for stage in 1..=last {
        let here = (0..program.nodes.len()).filter(|&id| stages[id] == stage);
        let mut forward: Vec<(Id, Vec<&str>)> = Vec::new();
        let mut back: Vec<&str> = Vec::new();
        let mut others = Vec::new();
        for id in here {
            match program.nodes[id] {
                Node::Hidden(g, v) => {
                    let name = program.hiddens()[g].as_str();
                    match forward.iter_mut().find(|f| f.0 == v) {
                        Some((_, names)) => names.push(name),
                        None => forward.push((v, vec![name])),
                    }
                }
                Node::HiddenT(g, _) => back.push(&program.hiddens()[g]),
                Node::Project(v) => others.push(format!("R {}", texts[v])),
                Node::ProjectT(v) => others.push(format!("R^T {}", texts[v])),
                Node::Across(..) => others.push(texts[id].clone()),
                _ => {}
            }
        }
        let mut parts: Vec<String> = forward
            .iter()
            .map(|(v, names)| format!("[{}] = U {}", names.join(", "), texts[*v]))
            .collect();
        if !back.is_empty() {
            parts.push(format!("U^T [{}]", back.join(", ")));
        }
        parts.extend(others);
        lines.push(format!("{stage}: {}", parts.join("; ")));
    }
    lines.join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Step, sigmoid, tanh};

    #[test]
    fn a_gru_is_explained_from_its_equations_to_its_gradient() {
        let p = Program::new(|k: &Step| {
            let h = k.state("h");
            let [r, z] = k.affine(["r", "z"], h).map(sigmoid);
            let n = tanh(k.input("n") + r * k.hidden("n", h));
            k.next(n + z * (h - n))
        });
        let pages = explain(&p, true);
        let text = |title: &str| -> &str {
            let page = pages.iter().find(|p| p.0 == title);
            &page.unwrap_or_else(|| panic!("no page {title:?}")).1
        };
        assert_eq!(text("Matrix products: each step"), "1: [r, n, z] = U h");
        assert!(text("The input, for all steps at once").contains("x_n = W_n x + b_n"));
        assert!(text("Backward: each step").contains("dx_n"));
        assert_eq!(
            text("Matrix products of the backward: each step")
                .matches("U^T")
                .count(),
            1
        );
    }
}
