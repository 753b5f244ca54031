use super::*;
use crate::passes::differentiate;
use crate::{Next, Step, exp, sigmoid, tanh};
use alloc::vec::Vec;

fn split(cell: fn(&Step) -> Next) -> Phases {
    phases(&Program::new(cell))
}

/// Whether each phase goes step by step.
fn loops(phases: &Phases) -> Vec<bool> {
    phases.phases.iter().map(|p| p.looped).collect()
}

fn products(phase: &Phase) -> usize {
    phase
        .program
        .nodes
        .iter()
        .filter(|n| n.is_product())
        .count()
}

#[test]
fn a_gru_is_one_loop() {
    let split = split(|k| {
        let h = k.state("h");
        let [r, z] = k.affine(["r", "z"], h).map(sigmoid);
        let n = tanh(k.input("n") + r * k.hidden("n", h));
        k.next(n + z * (h - n))
    });
    assert_eq!(loops(&split), [true]);
    assert!(split.handed.is_empty());
    let carried = Carried {
        computed: 0,
        read: Some(0),
        looped: true,
    };
    assert_eq!(split.states, [carried]);
}

#[test]
fn what_depends_on_the_input_alone_comes_before_the_loop() {
    let split = split(|k| {
        let h = k.state("h");
        let z = tanh(k.input("z"));
        let u = sigmoid(k.hidden("u", h) + k.hidden("v", z));
        k.next(u * h + (1.0 - u) * z)
    });
    assert_eq!(loops(&split), [false, true]);
    assert_eq!(products(&split.phases[0]), 1, "U_v z");
    assert_eq!(split.handed, [[0, 1], [0, 1]], "z and U_v z");
}

#[test]
fn a_few_instructions_on_a_projected_block_go_with_the_loop_that_reads_them() {
    let split = split(|k| {
        let h = k.state("h");
        let [a, b] = k.vector(["a", "b"]);
        k.next(tanh(k.hidden("u", h) * (a * k.input("x") + b)))
    });
    assert_eq!(loops(&split), [true]);
    assert!(split.handed.is_empty());
}

fn readout(k: &Step) -> Next {
    let [_, h] = k.state(["y", "h"]);
    let h = k.vector("a") * h + k.input("b");
    k.next([tanh(k.hidden("c", h)) + k.vector("d") * k.input("e"), h])
}

#[test]
fn an_output_that_no_step_reads_comes_after_the_loop() {
    let split = split(readout);
    assert_eq!(loops(&split), [true, false]);
    assert!(split.phases[0].is_apart());
    let after = &split.phases[1].program;
    assert_eq!(products(&split.phases[1]), 1);
    assert!(
        after.nodes.contains(&Node::Input(1)),
        "read where it is needed: {after}"
    );
    let carried = Carried {
        computed: 1,
        read: None,
        looped: false,
    };
    assert_eq!(split.states[0], carried);
    // What comes back for the value that was handed on goes through the loop.
    let back = differentiate(&split.phases[0].program);
    assert!(back.nodes.contains(&Node::Adjoint(Out::Plane(0))), "{back}");
}

#[test]
fn a_few_instructions_behind_products_stay_in_their_loop() {
    let split = split(|k| {
        let [_, h] = k.state(["y", "h"]);
        let h = tanh(k.affine("h", h));
        k.next([sigmoid(k.input("g")) * h, h])
    });
    assert_eq!(loops(&split), [false, true]);
}

#[test]
fn a_remembered_input_needs_no_loop() {
    let split = split(|k| {
        let [h, p] = k.state(["h", "p"]);
        let x = k.input("x");
        let z = sigmoid(k.hidden("z", 0.5 * x + p));
        k.next([(1.0 - z) * h + z * x, x])
    });
    // Remembering comes first, then what reads the memory, and so the product with it.
    assert_eq!(loops(&split), [false, false, true]);
    assert_eq!(products(&split.phases[1]), 1);
    let carried = Carried {
        computed: 0,
        read: Some(1),
        looped: false,
    };
    assert_eq!(split.states[1], carried);
}

#[test]
fn a_memory_of_a_memory_comes_one_phase_later() {
    let split = split(|k| {
        let [y, p, q] = k.state(["y", "p", "q"]);
        let x = k.input("x");
        k.next([x + y + q, x, tanh(p)])
    });
    assert_eq!(loops(&split), [false, false, true]);
    assert_eq!(split.states[1].read, Some(1));
    assert_eq!(
        split.states[2],
        Carried {
            computed: 1,
            read: Some(2),
            looped: false
        }
    );
}

#[test]
fn a_product_between_two_recurrences_is_computed_at_once() {
    let split = split(|k| {
        let [c, s] = k.state(["c", "s"]);
        let g = sigmoid(k.input("g"));
        let s = g * s + (1.0 - g) * k.input("j");
        let f = sigmoid(k.affine("f", s));
        k.next([f * c + (1.0 - f) * exp(s), s])
    });
    assert_eq!(loops(&split), [false, true, false, true]);
    assert!(split.phases[1].is_apart() && split.phases[3].is_apart());
    assert_eq!(products(&split.phases[2]), 1);
    // No phase but the next that needs it sees a value.
    for [from, to] in split.handed {
        assert!(from < to);
    }
}

#[test]
fn loops_with_no_product_between_them_are_one() {
    let split = split(|k| {
        let [m, a] = k.state(["m", "a"]);
        let x = k.input("x");
        let m = 0.5 * m + x;
        k.next([m, exp(m) * a + tanh(k.hidden("a", x))])
    });
    assert_eq!(loops(&split), [false, true]);
    assert_eq!(split.handed.len(), 2, "x and tanh(U_a x)");
}

#[test]
fn what_is_made_of_a_block_for_the_output_of_a_loop_stays_with_it() {
    let split = split(|k| {
        let [_y, s] = k.state(["y", "s"]);
        let x = k.input("x");
        let s = k.vector("a") * s + x;
        k.next([k.vector("c") * s + k.vector("d") * x, s])
    });
    assert_eq!(loops(&split), [true]);
}

#[test]
fn states_that_need_one_another_are_one_loop() {
    let split = split(|k| {
        let [a, b] = k.state(["a", "b"]);
        k.next([0.5 * b + k.input("x"), tanh(a)])
    });
    assert_eq!(loops(&split), [true]);
    assert!(split.states.iter().all(|s| s.looped));
}
