//! Loops: what is needed to compute a state's own next value.

use super::{is_free, level_out};
use crate::program::{Binary, Id, Node, Program};
use alloc::vec::Vec;

/// The loop that each node goes with, if it goes step by step.
///
/// Loops between which nothing but a few instructions stands are one, with those instructions.
pub(super) fn groups(program: &Program) -> Vec<Option<usize>> {
    let loops = loops(program);
    let levels = levels(program, &loops);
    let mut groups: Vec<Option<usize>> = vec![None; loops.len()];
    let mut open: Vec<Id> = (0..loops.len()).filter(|&id| loops[id].is_some()).collect();
    while let Some(id) = open.pop() {
        if groups[id].replace(levels[id]).is_some() {
            continue;
        }
        for of in program.nodes[id]
            .operands()
            .filter(|&of| !is_free(&program.nodes[of]))
        {
            // What a step remembers of the last one is computed in the same loop.
            let computed = match program.nodes[of] {
                Node::State(s) if loops[of].is_none() => program.next[s],
                _ => of,
            };
            let leaf = program.nodes[computed].is_leaf() && loops[computed].is_none();
            if levels[of] == levels[id] && !leaf {
                open.push(computed);
            }
        }
    }
    // A multiplication with a learned vector costs a sum of the loop nothing, and a plane of its own something; and so do
    // a few instructions on a projected block, which is a plane already.
    let uses = program.uses();
    for id in (0..loops.len()).rev() {
        let is_sum = matches!(
            program.nodes[id],
            Node::Binary(Binary::Add | Binary::Sub, ..)
        );
        for of in program.nodes[id].operands() {
            let scaled = matches!(program.nodes[of], Node::Binary(Binary::Mul, ..));
            let mut factors = program.nodes[of].operands();
            let learned = factors.any(|f| matches!(program.nodes[f], Node::Vector(_)));
            let cheap = is_sum && scaled && learned || is_of_a_block(program, &uses, of);
            if groups[of].is_none() && uses[of] == 1 && cheap {
                groups[of] = groups[id];
            }
        }
    }
    groups
}

/// Whether a value is sums and products of one projected block and what is the same for every step.
pub(super) fn is_of_a_block(program: &Program, uses: &[usize], id: Id) -> bool {
    let Node::Binary(Binary::Add | Binary::Sub | Binary::Mul, a, b) = program.nodes[id] else {
        return false;
    };
    let [free, rest] = match is_free(&program.nodes[a]) {
        true => [a, b],
        false => [b, a],
    };
    let is_block = matches!(program.nodes[rest], Node::Input(_));
    let inner = || uses[rest] == 1 && is_of_a_block(program, uses, rest);
    is_free(&program.nodes[free]) && (is_block || inner())
}

/// How many times the way of each value goes from a matrix product to a loop and back: odd in loops and in what
/// follows them without a product.
fn levels(program: &Program, loops: &[Option<usize>]) -> Vec<usize> {
    let n = program.nodes.len();
    let mut levels: Vec<usize> = loops.iter().map(|l| usize::from(l.is_some())).collect();
    let mut settled = false;
    while !settled {
        settled = true;
        for id in 0..n {
            let node = program.nodes[id];
            let looped = loops[id].is_some();
            let remembered =
                |of: Id| matches!(program.nodes[of], Node::State(_)) && loops[of].is_none();
            let read = |of: Id| match remembered(of) {
                true if levels[of].is_multiple_of(2) && !looped => levels[of] + 2,
                _ => levels[of],
            };
            let most = match node {
                Node::State(s) if !looped => levels[program.next[s]],
                node => {
                    let operands = node.operands().filter(|&of| !is_free(&program.nodes[of]));
                    operands.map(read).max().unwrap_or(0)
                }
            };
            let level = match (looped, most % 2) {
                (true, 0) => most + 1,
                (false, 1) if node.ends_stage() => most + 1,
                _ => most,
            };
            if level > levels[id] {
                levels[id] = level;
                settled = false;
            }
        }
        settled &= !level_out(&mut levels, loops);
    }
    levels
}

/// The loop that each node is in, if it is in one, by the first of its states.
fn loops(program: &Program) -> Vec<Option<usize>> {
    let states = program.next.len();
    let reached: Vec<Vec<bool>> = (0..states).map(|s| reached(program, s)).collect();
    let read: Vec<bool> = (0..states).map(|s| program.reads(s)).collect();
    let leads = |s: usize, t: usize| read[s] && read[t] && reached[s][program.next[t]];
    let needed: Vec<Vec<bool>> = (0..states).map(|s| needed(program, s)).collect();
    let mut loops = vec![None; program.nodes.len()];
    for (s, from_here) in reached.iter().enumerate() {
        let around = (0..states).filter(|&t| leads(s, t) && leads(t, s));
        let around: Vec<usize> = around.collect();
        if around.first() != Some(&s) {
            continue;
        }
        for id in 0..program.nodes.len() {
            if !is_free(&program.nodes[id])
                && from_here[id]
                && around.iter().any(|&t| needed[t][id])
            {
                loops[id] = Some(s);
            }
        }
    }
    loops
}

/// Whether each node depends on a state: at this step or, through the states, at a later one.
fn reached(program: &Program, state: usize) -> Vec<bool> {
    let mut begun = vec![false; program.next.len()];
    begun[state] = true;
    loop {
        let reached = program.reached_from(|n| matches!(n, Node::State(s) if begun[*s]));
        let before = begun.clone();
        for (s, &next) in program.next.iter().enumerate() {
            begun[s] |= reached[next];
        }
        if begun == before {
            return reached;
        }
    }
}

/// Whether each node is read, in its step, on the way to a new state.
fn needed(program: &Program, state: usize) -> Vec<bool> {
    let mut needed = vec![false; program.nodes.len()];
    needed[program.next[state]] = true;
    for id in (0..needed.len())
        .rev()
        .filter(|&id| id <= program.next[state])
    {
        if needed[id] {
            program.nodes[id]
                .operands()
                .for_each(|of| needed[of] = true);
        }
    }
    needed
}
