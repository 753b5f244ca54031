//! Lines over two axes as an SVG: `kuva` draws them.

use super::{Axis, Bars, Figure, Mark, Scale, Series};
use crate::html::escape;
use crate::theme;
use kuva::plot::{LinePlot, ScatterPlot, scatter::MarkerShape};
use kuva::render::{layout::Layout, plots::Plot, theme::Theme};

const WIDTH: f64 = 760.0;
const HEIGHT: f64 = 420.0;
/// The height of a note's line, and the letters that have room in it.
const NOTE: f64 = 17.0;
const LETTERS: usize = 105;
/// The plotter's logarithmic axes begin here at the lowest.
const LEAST: f64 = 1e-10;

impl Figure {
    /// The figure as an SVG, which follows its reader's preference for a light or a dark ground.
    pub fn svg(&self) -> String {
        let mut plots: Vec<Plot> = Vec::new();
        for (i, series) in self.series.iter().enumerate() {
            plots.extend(self.drawn(series, theme::SERIES[i % theme::SERIES.len()].light));
        }
        if plots.is_empty() {
            // The plotter draws no axes around nothing.
            return Bars {
                title: self.title.clone(),
                label: "nothing to draw".into(),
                notes: self.notes.clone(),
                ..Bars::default()
            }
            .svg();
        }
        let mut layout = Layout::auto_from_plots(&plots)
            .with_width(WIDTH)
            .with_height(HEIGHT)
            .with_title(plain(&self.title))
            .with_title_size(16)
            .with_label_size(13)
            .with_tick_size(12)
            .with_body_size(12)
            .with_legend_box(false)
            .with_x_label(plain(&self.x.label))
            .with_y_label(plain(&self.y.label))
            .with_theme(theme());
        if self.x.scale == Scale::Log {
            layout = layout.with_log_x();
        }
        if self.y.scale == Scale::Log {
            layout = layout.with_log_y();
        }
        finished(kuva::render_to_svg(plots, layout), &self.notes)
    }

    /// A series in pieces, from gap to gap; the first carries the name.
    fn drawn(&self, series: &Series, colour: &str) -> Vec<Plot> {
        let shown = |p: &[f64; 2]| place(p[0], &self.x) && place(p[1], &self.y);
        let pieces = series.points.split(|p| !shown(p)).filter(|p| !p.is_empty());
        let pieces = pieces.flat_map(|piece| cut(piece, &self.y));
        let mut plots = Vec::new();
        for piece in pieces {
            let points = || piece.iter().map(|&[x, y]| (x, y));
            if series.mark != Mark::Dots {
                let line = LinePlot::new().with_data(points());
                let line = match series.mark {
                    Mark::Reference => line
                        .with_color(theme::REFERENCE.light)
                        .with_stroke_width(1.4)
                        .with_dashed(),
                    _ => line.with_color(colour).with_stroke_width(2.0),
                };
                plots.push(match plots.is_empty() {
                    true => line.with_legend(plain(&series.name)).into(),
                    false => line.into(),
                });
            }
            if matches!(series.mark, Mark::Dots | Mark::Dotted) {
                let dots = ScatterPlot::new()
                    .with_data(points())
                    .with_color(colour)
                    .with_size(3.0)
                    .with_marker(MarkerShape::Circle);
                plots.push(match plots.is_empty() {
                    true => dots.with_legend(plain(&series.name)).into(),
                    false => dots.into(),
                });
            }
        }
        plots
    }
}

/// Whether a number has a place on an axis.
fn place(v: f64, axis: &Axis) -> bool {
    v.is_finite() && (axis.scale != Scale::Log || v > 0.0)
}

/// What of a line lies above where an axis begins, in pieces that end where the line crosses it.
fn cut(line: &[[f64; 2]], axis: &Axis) -> Vec<Vec<[f64; 2]>> {
    let least = match (axis.scale, axis.least) {
        (Scale::Log, least) => least.unwrap_or(LEAST).max(LEAST),
        (_, Some(least)) => least,
        (_, None) => return vec![line.to_vec()],
    };
    let at = |y: f64| match axis.scale {
        Scale::Log => y.ln(),
        Scale::Linear | Scale::Time => y,
    };
    let crossing = |a: [f64; 2], b: [f64; 2]| {
        let share = (at(least) - at(a[1])) / (at(b[1]) - at(a[1]));
        [a[0] + share * (b[0] - a[0]), least]
    };
    let mut pieces = vec![Vec::new()];
    let mut before: Option<[f64; 2]> = None;
    for &point in line {
        let was_above = before.is_some_and(|p| p[1] >= least);
        match (before, point[1] >= least) {
            (Some(last), true) if !was_above => {
                pieces.push(vec![crossing(last, point), point]);
            }
            (Some(last), false) if was_above => {
                pieces
                    .last_mut()
                    .expect("never empty")
                    .push(crossing(last, point));
            }
            (_, true) => pieces.last_mut().expect("never empty").push(point),
            (_, false) => {}
        }
        before = Some(point);
    }
    pieces.retain(|piece| !piece.is_empty());
    pieces
}

/// A label without what the plotter would read as mathematics.
fn plain(label: &str) -> String {
    label.replace('$', "\\$")
}

fn theme() -> Theme {
    let colour = |c: &theme::Colour| c.light.to_string();
    Theme {
        background: colour(&theme::PAPER),
        axis_color: colour(&theme::SOFT),
        grid_color: colour(&theme::LINE),
        tick_color: colour(&theme::SOFT),
        text_color: colour(&theme::INK),
        legend_bg: colour(&theme::PAPER),
        legend_border: colour(&theme::LINE),
        ..Theme::default()
    }
}

/// The plotter's picture with notes beneath it, and with a dark side.
fn finished(svg: String, notes: &[String]) -> String {
    let lines: Vec<String> = notes.iter().flat_map(|note| wrapped(note)).collect();
    let tall = HEIGHT + NOTE * lines.len() as f64 + if lines.is_empty() { 0.0 } else { 8.0 };
    let Some((head, rest)) = svg.split_once('>') else {
        return svg;
    };
    let head = head.replacen(
        &format!("height=\"{HEIGHT}\""),
        &format!("height=\"{tall}\" viewBox=\"0 0 {WIDTH} {tall}\""),
        1,
    );
    let mut text = String::new();
    for (i, line) in lines.iter().enumerate() {
        text.push_str(&format!(
            "<text x=\"24\" y=\"{}\" font-size=\"12\" fill=\"{}\">{}</text>",
            HEIGHT + NOTE * i as f64 + 12.0,
            theme::SOFT.light,
            escape(line)
        ));
    }
    let body = rest.trim_end().trim_end_matches("</svg>");
    format!("{head}>{}{body}{text}</svg>\n", theme::style())
}

/// A note in lines that fit beneath the figure.
fn wrapped(note: &str) -> Vec<String> {
    let mut lines = vec![String::new()];
    for word in note.split_whitespace() {
        let line = lines.last_mut().expect("never empty");
        if !line.is_empty() && line.chars().count() + word.chars().count() >= LETTERS {
            lines.push(word.to_string());
            continue;
        }
        if !line.is_empty() {
            line.push(' ');
        }
        line.push_str(word);
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn gaps_cut_a_line_and_nothing_else() {
        let points = [1.0, 2.0, f64::NAN, 0.0, 3.0].map(|y| [y.max(0.0) + 1.0, y]);
        let figure = Figure {
            title: "a < b, $5".into(),
            x: Axis::linear("x"),
            y: Axis::log("y"),
            series: vec![Series::line("one & only", points.to_vec())],
            notes: vec!["word ".repeat(40)],
        };
        // NaN and 0 are gaps on a logarithmic axis: two pieces, one name.
        assert_eq!(figure.drawn(&figure.series[0], "#000").len(), 2);
        let svg = figure.svg();
        assert!(usvg::Tree::from_str(&svg, &usvg::Options::default()).is_ok());
        assert!(svg.contains("a &lt; b, $5"), "{svg}");
        assert_eq!(svg.matches("one &amp; only").count(), 1);
        assert_eq!(svg.matches(">word ").count(), 2);
        assert!(crate::png(&svg, 1.0).is_ok_and(|png| png.starts_with(b"\x89PNG")));
    }

    #[test]
    fn a_line_ends_where_it_crosses_the_beginning_of_an_axis() {
        let line = [[1.0, 1e-2], [2.0, 1e-6], [3.0, 1e-8], [4.0, 1e-2]];
        let log = Axis::log("y").above(1e-5);
        // From 1e-2 to 1e-6 in one step: 1e-5 lies three quarters of the way on a logarithmic axis, and half
        // of the way back from 1e-8.
        let close = |pieces: Vec<Vec<[f64; 2]>>, expected: &[&[[f64; 2]]]| {
            assert_eq!(pieces.len(), expected.len(), "{pieces:?}");
            for (piece, expected) in pieces.iter().flatten().zip(expected.concat()) {
                let apart = (0..2)
                    .map(|i| (piece[i] - expected[i]).abs())
                    .fold(0.0, f64::max);
                assert!(apart < 1e-9, "{piece:?} is not {expected:?}");
            }
        };
        close(
            cut(&line, &log),
            &[&[[1.0, 1e-2], [1.75, 1e-5]], &[[3.5, 1e-5], [4.0, 1e-2]]],
        );
        let linear = Axis::linear("y").above(-1.0);
        let falling = [[0.0, 1.0], [1.0, -3.0], [2.0, -5.0]];
        close(cut(&falling, &linear), &[&[[0.0, 1.0], [0.5, -1.0]]]);
        assert_eq!(cut(&falling, &Axis::linear("y")), [falling.to_vec()]);
        assert!(cut(&falling[1..], &linear).is_empty());

        // The plotter would draw what lies below its logarithmic axes along their beginning.
        let deep: Vec<[f64; 2]> = (0..40).map(|k| [f64::from(k), 10f64.powi(-k)]).collect();
        let end = cut(&deep, &Axis::log("y"))[0].last().copied();
        assert_eq!(end, Some([10.0, LEAST]));
    }

    #[test]
    fn nothing_to_draw_is_still_a_figure() {
        assert!(Figure::default().svg().ends_with("</svg>\n"));
        let empty = Series::line("none", vec![[f64::NAN, 1.0]]);
        let figure = Figure {
            series: vec![empty],
            y: Axis::log("y"),
            ..Figure::default()
        };
        assert!(crate::png(&figure.svg(), 1.0).is_ok());
    }
}
