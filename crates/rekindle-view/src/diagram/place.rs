//! Where shapes stand and wires run: `dagre` lays the graph out from left to right.

use super::graph::{Graph, Shape};
use dagre::graph::{Graph as Layered, GraphOptions};
use dagre::{EdgeLabel, LayoutOptions, NodeLabel, RankDir};

/// Where everything is.
#[derive(Debug)]
pub(super) struct Places {
    /// The centre of each shape.
    pub shapes: Vec<[f64; 2]>,
    /// The points between the ends of each wire, left to right.
    pub wires: Vec<Vec<[f64; 2]>>,
}

/// The width and height of a shape.
pub(super) fn size(shape: &Shape) -> [f64; 2] {
    let wide = |text: &str, least: f64| (9.5 * text.chars().count() as f64 + 14.0).max(least);
    match shape {
        Shape::Source { name, .. } | Shape::Sink { name, .. } => [wide(name, 24.0) + 14.0, 26.0],
        Shape::Join => [8.0, 8.0],
        Shape::Layer { sign, name } => {
            let tall = if name.is_empty() { 32.0 } else { 44.0 };
            [wide(sign, 44.0).max(wide(name, 44.0)), tall]
        }
        Shape::Function(name) => [wide(name, 44.0), 26.0],
        Shape::Circle(sign) if sign.chars().count() <= 2 => [28.0, 28.0],
        Shape::Circle(sign) => [wide(sign, 36.0), 28.0],
        Shape::Constant(name) => [wide(name, 24.0), 24.0],
    }
}

/// Weighty wires keep what comes in at the left edge, and what goes out at the right one.
const EDGE: i32 = 60;

pub(super) fn places(graph: &Graph) -> Places {
    let mut layered: Layered<NodeLabel, EdgeLabel> = Layered::with_options(GraphOptions {
        directed: true,
        multigraph: true,
        compound: false,
    });
    let node = |[width, height]: [f64; 2]| NodeLabel {
        width,
        height,
        ..NodeLabel::default()
    };
    let edge = |weight: i32| EdgeLabel {
        weight,
        ..EdgeLabel::default()
    };
    layered.set_node("begin", Some(node([1.0, 1.0])));
    layered.set_node("end", Some(node([1.0, 1.0])));
    for (at, shape) in graph.shapes.iter().enumerate() {
        layered.set_node(key(at), Some(node(size(shape))));
    }
    for (at, shape) in graph.shapes.iter().enumerate() {
        let at = key(at);
        match shape {
            Shape::Source { .. } => layered.set_edge("begin", at.as_str(), Some(edge(EDGE)), None),
            Shape::Sink { .. } => layered.set_edge(at.as_str(), "end", Some(edge(EDGE)), None),
            _ => continue,
        };
    }
    for (i, wire) in graph.wires.iter().enumerate() {
        // What runs along a state's line stays straight where it can.
        let ends = [wire.from, wire.to].map(|at| &graph.shapes[at]);
        let weight = match ends {
            [_, Shape::Sink { .. }] => 4,
            [Shape::Source { .. }, Shape::Circle(_)] => 3,
            [Shape::Circle(_), Shape::Circle(_)] => 2,
            _ => 1,
        };
        let name = format!("w{i}");
        let (from, to) = (key(wire.from), key(wire.to));
        layered.set_edge(
            from.as_str(),
            to.as_str(),
            Some(edge(weight)),
            Some(name.as_str()),
        );
    }
    let options = LayoutOptions {
        rankdir: RankDir::LR,
        nodesep: 20.0,
        edgesep: 14.0,
        ranksep: 26.0,
        ..LayoutOptions::default()
    };
    dagre::layout(&mut layered, Some(options));

    let centre = |at: usize| {
        let node = layered.node(&key(at));
        node.map_or([0.0, 0.0], |n| [n.x.unwrap_or(0.0), n.y.unwrap_or(0.0)])
    };
    let points = |(i, wire): (usize, &super::graph::Wire)| {
        let name = format!("w{i}");
        let edge = layered.edge(&key(wire.from), &key(wire.to), Some(&name));
        let points = edge.map(|e| e.points.as_slice()).unwrap_or_default();
        // `dagre` gives a point at every rank, and one in every gap for labels that there are none
        // of. At a rank the wire runs level past what else stands there; the ends lie on the shapes,
        // whose ports are chosen when they are drawn.
        let inner = points
            .get(1..points.len().saturating_sub(1))
            .unwrap_or_default();
        let ranks = inner.iter().skip(1).step_by(2);
        ranks
            .flat_map(|p| {
                let beside =
                    (0..graph.shapes.len()).filter(|&at| (centre(at)[0] - p.x).abs() < 1.0);
                let wide = beside
                    .map(|at| size(&graph.shapes[at])[0])
                    .fold(0.0, f64::max);
                [[p.x - wide / 2.0, p.y], [p.x + wide / 2.0, p.y]]
            })
            .collect()
    };
    Places {
        shapes: (0..graph.shapes.len()).map(centre).collect(),
        wires: graph.wires.iter().enumerate().map(points).collect(),
    }
}

fn key(at: usize) -> String {
    format!("n{at}")
}
