//! A cell's equations as a picture, in the manner of the well-known ones: states and inputs are
//! lines, what is learned is a box, products and sums are small circles.
//!
//! Three steps, each a module: [`graph`] reads a program as shapes and wires, [`place`] asks `dagre`
//! where they stand, and [`draw`] draws them.

mod draw;
mod graph;
mod place;

use rekindle_program::Program;

/// A cell's equations as an SVG picture with a title, the equations themselves beneath it.
pub fn diagram(program: &Program, title: &str) -> String {
    let graph = graph::Graph::of(program);
    let places = place::places(&graph);
    draw::svg(&graph, &places, title, &equations(program))
}

/// The lines of the printed program that say what is computed.
fn equations(program: &Program) -> Vec<String> {
    let text = program.to_string();
    let lines = text.lines().filter(|line| line.contains(" = "));
    lines.map(String::from).collect()
}
