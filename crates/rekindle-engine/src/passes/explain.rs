//! What the passes make of a program, as text.

use super::{
    Deferred, Hoisted, Invariant, defer, differentiate, fold, hoist, invariant, linear, recompute,
    saved, stages,
};
use crate::program::{Id, Node, Program};

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
    let Hoisted { before, step } = hoist(&rest);
    let (step, after) = match defer(&step) {
        Some(Deferred { step, after }) => (step, Some(after)),
        None => (step, None),
    };
    page("Before the loop, for all steps at once", before.to_string());
    page("Each step", step.to_string());
    page("Matrix products of a step", products(&step));
    if let Some(after) = &after {
        page("After the loop, for all steps at once", after.to_string());
        page("Matrix products after the loop", products(after));
    }
    if let Some(linear) = linear(&folded) {
        page(
            "Linear in the state: h' = a * h + b",
            linear.before.to_string(),
        );
    }
    if backward {
        let back = |p: &Program| recompute(&differentiate(p), p);
        let (before_back, step_back) = (back(&before), back(&step));
        let kept = |p: &Program, b: &Program| {
            let texts = p.texts();
            let names = saved(p, b).into_iter().map(|id| texts[id].clone());
            names.collect::<Vec<_>>().join("\n")
        };
        if let Some(after) = &after {
            let back = back(after);
            page("Kept for the backward of the output", kept(after, &back));
            page(
                "Backward of the output, for all steps at once",
                back.to_string(),
            );
        }
        page("Kept for the backward of a step", kept(&step, &step_back));
        page("Backward, each step from the last", step_back.to_string());
        page("Matrix products of a backward step", products(&step_back));
        page("Backward, for all steps at once", before_back.to_string());
    }
    pages
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
        assert_eq!(text("Matrix products of a step"), "1: [r, n, z] = U h");
        assert!(text("Before the loop, for all steps at once").contains("x_n = W_n x + b_n"));
        assert!(text("Backward, each step from the last").contains("dx_n"));
        assert_eq!(
            text("Matrix products of a backward step")
                .matches("U^T")
                .count(),
            1
        );
    }
}
