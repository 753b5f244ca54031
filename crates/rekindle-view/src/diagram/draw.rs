//! Shapes and wires as an SVG.

use super::graph::{At, Graph, Line, Shape};
use super::place::{Places, size};
use crate::figure::grid;
use crate::html::escape;
use crate::theme::{GROUNDS, INK, LINE, SERIES, SOFT};

type Point = [f64; 2];

/// The room around the picture.
const MARGIN: f64 = 20.0;
const TOP: f64 = 52.0;
/// The height of a line of equations.
const LINE_HEIGHT: f64 = 18.0;

pub(super) fn svg(graph: &Graph, places: &Places, title: &str, equations: &[String]) -> String {
    let frame = Frame::of(graph, places);
    let mut body = text([MARGIN, 30.0], "start", INK.light, 17.0, &escape(title), "");
    body += &frame.cell(graph, places);
    for i in 0..graph.wires.len() {
        body += &wire(graph, places, &frame, i);
    }
    for (at, shape) in graph.shapes.iter().enumerate() {
        body += &drawn(shape, frame.at(places.shapes[at]));
    }
    let mut y = frame.height + TOP + 30.0;
    let mut wide = frame.width;
    for equation in equations {
        let pretty = pretty(equation);
        wide = wide.max(8.0 * pretty.chars().count() as f64);
        let mono = " font-family=\"ui-monospace, Menlo, Consolas, 'DejaVu Sans Mono', monospace\"";
        body += &text(
            [MARGIN, y],
            "start",
            INK.light,
            13.0,
            &escape(&pretty),
            mono,
        );
        y += LINE_HEIGHT;
    }
    let legend = "A box is learned: weights times what goes in, a bias, then its function. A circle works unit by unit.";
    body += &text([MARGIN, y + 8.0], "start", SOFT.light, 11.5, legend, "");
    wide = wide.max(6.3 * legend.chars().count() as f64);
    grid(wide + 2.0 * MARGIN, y + 24.0, &body)
}

/// An equation in the signs of papers, and with numbers as short as they can be read.
fn pretty(equation: &str) -> String {
    let mut text = String::new();
    let mut number = String::new();
    let mut named = false;
    for c in equation.chars().chain(['\n']) {
        // The 1 of `s1` is part of a name.
        if !named && (c.is_ascii_digit() || (c == '.' && !number.is_empty())) {
            number.push(c);
            continue;
        }
        if let Ok(value) = std::mem::take(&mut number).parse::<f64>() {
            text.push_str(&crate::figure::digits(value));
        }
        named = c.is_alphanumeric() || c == '_';
        text.push(c);
    }
    text.pop();
    text.replace("sigmoid", "σ").replace(" * ", " ⊙ ")
}

/// The part of the plane that the shapes take.
struct Frame {
    low: Point,
    width: f64,
    height: f64,
}

impl Frame {
    fn of(graph: &Graph, places: &Places) -> Frame {
        let (mut low, mut high) = ([f64::MAX; 2], [f64::MIN; 2]);
        let mut take = |p: Point, half: Point| {
            for k in [0, 1] {
                low[k] = low[k].min(p[k] - half[k]);
                high[k] = high[k].max(p[k] + half[k]);
            }
        };
        for (at, shape) in graph.shapes.iter().enumerate() {
            let [wide, tall] = size(shape);
            // The cell's border runs a little outside of what stands in it.
            take(places.shapes[at], [wide / 2.0, tall / 2.0 + 14.0]);
        }
        places
            .wires
            .iter()
            .flatten()
            .for_each(|&p| take(p, [0.0, 10.0]));
        Frame {
            low,
            width: high[0] - low[0],
            height: high[1] - low[1],
        }
    }

    fn at(&self, [x, y]: Point) -> Point {
        [x - self.low[0] + MARGIN, y - self.low[1] + TOP]
    }

    /// The rounded rectangle between what comes in and what goes out.
    fn cell(&self, graph: &Graph, places: &Places) -> String {
        let (mut left, mut right) = (MARGIN, MARGIN + self.width);
        for (at, shape) in graph.shapes.iter().enumerate() {
            let [x, _] = self.at(places.shapes[at]);
            let half = size(shape)[0] / 2.0;
            match shape {
                Shape::Source { .. } => left = left.max(x + half + 6.0),
                Shape::Sink { .. } => right = right.min(x - half - 6.0),
                _ => {}
            }
        }
        format!(
            "<rect x=\"{left:.1}\" y=\"{TOP}\" width=\"{:.1}\" height=\"{:.1}\" rx=\"14\" fill=\"{}\" stroke=\"{}\"/>",
            right - left,
            self.height,
            GROUNDS[0].light,
            LINE.light
        )
    }
}

fn colour(line: Line) -> &'static str {
    match line {
        Line::Input => SERIES[0].light,
        Line::State(s) => SERIES[[1, 2, 3, 4, 6, 5, 7][s % 7]].light,
        Line::Inner => SOFT.light,
    }
}

/// A wire as a curve that leaves and arrives level, with an arrow's head.
fn wire(graph: &Graph, places: &Places, frame: &Frame, i: usize) -> String {
    let wire = &graph.wires[i];
    let mut points = vec![port(graph, places, i, true)];
    points.extend(&places.wires[i]);
    points.push(port(graph, places, i, false));
    let points: Vec<Point> = points.into_iter().map(|p| frame.at(p)).collect();
    let headed = !matches!(graph.shapes[wire.to], Shape::Join);
    let mut end = points[points.len() - 1];
    let tip = end;
    if headed {
        end[0] -= 6.0;
    }
    let [x, y] = points[0];
    let mut path = format!("M{x:.1} {y:.1}");
    let mut last = points[0];
    for &p in points[1..points.len() - 1].iter().chain([&end]) {
        let middle = (last[0] + p[0]) / 2.0;
        path += &match (last[1] - p[1]).abs() < 0.05 {
            true => format!("H{:.1}", p[0]),
            false => format!(
                "C{middle:.1} {:.1} {middle:.1} {:.1} {:.1} {:.1}",
                last[1], p[1], p[0], p[1]
            ),
        };
        last = p;
    }
    let paint = colour(wire.line);
    let width = if wire.line == Line::Inner { 1.5 } else { 2.2 };
    let mut text =
        format!("<path d=\"{path}\" fill=\"none\" stroke=\"{paint}\" stroke-width=\"{width}\"/>");
    if headed {
        let [x, y] = tip;
        text += &format!("<path d=\"M{x:.1} {y:.1}l-8 -4v8z\" fill=\"{paint}\"/>");
    }
    if !wire.head.is_empty() {
        let [x, y] = [tip[0] - 15.0, tip[1]];
        text += &format!(
            "<circle cx=\"{x:.1}\" cy=\"{y:.1}\" r=\"5.5\" fill=\"{}\" stroke=\"{paint}\"/>",
            GROUNDS[0].light
        );
        text += &self::text([x, y + 4.0], "middle", INK.light, 12.0, wire.head, "");
    }
    text
}

/// Where a wire touches the shape that it comes from, or goes to: wires that meet there are spread
/// over its side, in the order in which they come.
fn port(graph: &Graph, places: &Places, i: usize, start: bool) -> Point {
    let wire = &graph.wires[i];
    let at: At = if start { wire.from } else { wire.to };
    let [x, y] = places.shapes[at];
    let [wide, tall] = size(&graph.shapes[at]);
    if start {
        return [x + wide / 2.0, y];
    }
    // The height from which each wire comes here.
    let height = |j: usize| {
        let from = places.shapes[graph.wires[j].from];
        places.wires[j].last().map_or(from[1], |p| p[1])
    };
    let mut here: Vec<usize> = (0..graph.wires.len())
        .filter(|&j| graph.wires[j].to == at)
        .collect();
    here.sort_by(|&a, &b| height(a).total_cmp(&height(b)));
    let place = here.iter().position(|&j| j == i).unwrap_or(0) as f64;
    let share = place - (here.len() - 1) as f64 / 2.0;
    let round = matches!(graph.shapes[at], Shape::Circle(_)) && wide == tall;
    let step = match graph.shapes[at] {
        Shape::Join => 0.0,
        _ => {
            (tall * 0.62 / (here.len() as f64 - 1.0).max(1.0)).min(if round { 17.0 } else { 13.0 })
        }
    };
    let off = share * step;
    let half = wide / 2.0;
    let inset = match round {
        true => half - (half * half - off * off).max(0.0).sqrt(),
        false => 0.0,
    };
    [x - half + inset, y + off]
}

fn drawn(shape: &Shape, [x, y]: Point) -> String {
    let [wide, tall] = size(shape);
    let (left, top) = (x - wide / 2.0, y - tall / 2.0);
    let rect = |round: f64, fill: &str| {
        format!(
            "<rect x=\"{left:.1}\" y=\"{top:.1}\" width=\"{wide:.1}\" height=\"{tall:.1}\" rx=\"{round}\" fill=\"{fill}\" stroke=\"{}\" stroke-width=\"1.2\"/>",
            INK.light
        )
    };
    let centred = |y: f64, size: f64, content: &str, more: &str| {
        text([x, y], "middle", INK.light, size, &escape(content), more)
    };
    match shape {
        Shape::Source { name, line } => pin(name, "t−1", *line, [x, y]),
        Shape::Sink { name, line } => pin(name, "t", *line, [x, y]),
        Shape::Join => format!(
            "<circle cx=\"{x:.1}\" cy=\"{y:.1}\" r=\"4\" fill=\"{}\"/>",
            SOFT.light
        ),
        Shape::Layer { sign, name } if name.is_empty() => {
            rect(4.0, GROUNDS[1].light) + &centred(y + 5.0, 14.0, sign, "")
        }
        Shape::Layer { sign, name } => {
            rect(4.0, GROUNDS[1].light)
                + &centred(y - 3.0, 14.0, sign, "")
                + &centred(y + 14.0, 13.0, name, " font-style=\"italic\"")
        }
        Shape::Function(name) => {
            rect(tall / 2.0, GROUNDS[2].light) + &centred(y + 5.0, 13.0, name, "")
        }
        Shape::Circle(sign) => {
            let size = if sign.chars().count() == 1 {
                18.0
            } else {
                13.0
            };
            let down = if sign.chars().count() == 1 { 6.0 } else { 4.5 };
            rect(tall / 2.0, GROUNDS[2].light) + &centred(y + down, size, sign, "")
        }
        Shape::Constant(name) => centred(y + 5.0, 13.0, name, " font-style=\"italic\""),
    }
}

/// The name of a line with its step.
fn pin(name: &str, step: &str, line: Line, [x, y]: Point) -> String {
    let step = if line == Line::Input { "t" } else { step };
    let content = format!(
        "<tspan font-style=\"italic\" font-weight=\"bold\">{}</tspan><tspan font-size=\"11\" dy=\"4\">{step}</tspan>",
        escape(name)
    );
    text([x, y + 5.0], "middle", colour(line), 16.0, &content, "")
}

/// A text, whose content is markup.
fn text([x, y]: Point, anchor: &str, fill: &str, size: f64, content: &str, more: &str) -> String {
    format!(
        "<text x=\"{x:.1}\" y=\"{y:.1}\" text-anchor=\"{anchor}\" font-size=\"{size}\" fill=\"{fill}\"{more}>{content}</text>"
    )
}

#[cfg(test)]
mod tests {
    use super::pretty;

    #[test]
    fn equations_are_short() {
        let equation = "h1' = sigmoid(U_h1 s1) * (1.0 - z) + 0.050000000000000044 * a";
        let short = "h1' = σ(U_h1 s1) ⊙ (1 - z) + 0.05 ⊙ a";
        assert_eq!(pretty(equation), short);
    }
}
