//! A trace as a picture for documents: every step and unit as a rectangle, or the mean of several.

use super::pack::{Range, coarse};
use super::{Plane, Trace};
use crate::figure::{digits, grid};
use crate::heat::colours;
use crate::html::escape;
use crate::theme::{INK, LINE, SOFT};
use base64::{Engine, engine::general_purpose::STANDARD};

const LEFT: f64 = 46.0;
const PLOT: f64 = 840.0;
const WIDTH: f64 = LEFT + PLOT + 14.0;
/// The widest heat map, in columns; beyond it a column is a mean.
const COLUMNS: usize = 1680;

impl Trace {
    /// The trace as an SVG for documents, one heat map a node, beneath one another.
    ///
    /// # Panics
    ///
    /// If [`Trace::steps`] does.
    pub fn svg(&self) -> String {
        let steps = self.steps();
        let mut body = label(16.0, 26.0, "start", INK.light, 16, &self.title);
        let what = [self.cell.clone(), self.place()];
        let what: Vec<&str> = what
            .iter()
            .map(String::as_str)
            .filter(|t| !t.is_empty())
            .collect();
        body += &label(16.0, 46.0, "start", SOFT.light, 12, &what.join(", "));
        let mut y = 78.0;
        for plane in &self.planes {
            let tall = (plane.units as f64 * 3.0).clamp(48.0, 150.0);
            body += &heading(plane, y);
            body += &heat_map(plane, y + 8.0, tall);
            body += &self.axis(steps, y + 8.0 + tall);
            y += tall + 50.0;
        }
        grid(WIDTH, y - 14.0, &body)
    }

    /// Tokens beneath each step where they fit, else the numbers of some steps.
    fn axis(&self, steps: usize, y: f64) -> String {
        let each = PLOT / steps.max(1) as f64;
        let x = |t: usize| LEFT + (t as f64 + 0.5) * each;
        let longest = self.labels.iter().map(|l| shown(l).chars().count()).max();
        if longest.is_some_and(|longest| longest as f64 * 6.4 <= each) {
            let labels = self.labels.iter().enumerate();
            return labels
                .map(|(t, l)| label(x(t), y + 13.0, "middle", SOFT.light, 10, &shown(l)))
                .collect();
        }
        let least = (steps as f64 / 10.0).max(1.0);
        let ten = 10f64.powf(least.log10().floor());
        let step = [1.0, 2.0, 5.0, 10.0].map(|k| k * ten);
        let step = step.into_iter().find(|s| *s >= least).unwrap_or(least) as usize;
        (0..steps)
            .step_by(step)
            .map(|t| label(x(t), y + 13.0, "middle", SOFT.light, 10, &t.to_string()))
            .collect()
    }
}

/// What is not to be seen in a token, by a sign.
fn shown(label: &str) -> String {
    match label {
        "" => "∅".into(),
        label => label
            .replace('\n', "↵")
            .replace('\t', "→")
            .replace(' ', "␣"),
    }
}

fn label(x: f64, y: f64, anchor: &str, fill: &str, size: u32, text: &str) -> String {
    format!(
        "<text x=\"{x:.1}\" y=\"{y:.1}\" text-anchor=\"{anchor}\" fill=\"{fill}\" font-size=\"{size}\">{}</text>",
        escape(text)
    )
}

/// The node's name and sentence, and what its colours stand for.
fn heading(plane: &Plane, y: f64) -> String {
    let range = Range::of(plane);
    let mut text = format!(
        "<text x=\"{LEFT}\" y=\"{y:.1}\" font-size=\"13\"><tspan font-weight=\"bold\" fill=\"{}\">{}</tspan>\
         <tspan dx=\"10\" fill=\"{}\">{}</tspan></text>",
        INK.light,
        escape(&plane.name),
        SOFT.light,
        escape(&plane.sentence)
    );
    let (right, wide) = (LEFT + PLOT, 90.0);
    let mut high = digits(f64::from(range.limit));
    let mut low = match range.signed {
        true => format!("−{high}"),
        false => "0".into(),
    };
    if range.clipped {
        high.insert_str(0, "≥ ");
        if range.signed {
            low.insert_str(0, "≤ ");
        }
    }
    text += &label(right, y, "end", SOFT.light, 10, &high);
    let bar = right - 6.5 * high.chars().count() as f64 - 6.0;
    text += &image(
        &colours(range.signed),
        256,
        bar - wide,
        y - 9.0,
        [wide, 9.0],
    );
    text + &label(bar - wide - 6.0, y, "end", SOFT.light, 10, &low)
}

/// The values as an image whose pixels are rectangles, with the numbers of the first and last unit.
fn heat_map(plane: &Plane, y: f64, tall: f64) -> String {
    let range = Range::of(plane);
    let palette = colours(range.signed);
    let bin = plane.steps().div_ceil(COLUMNS).max(1);
    let places = coarse(plane, bin, &range);
    let (units, columns) = (plane.units.max(1), plane.steps().div_ceil(bin));
    let pixels: Vec<[u8; 4]> = (0..units * columns)
        .map(|i| palette[usize::from(places[i % columns * units + i / columns])])
        .collect();
    let mut text = image(&pixels, columns, LEFT, y, [PLOT, tall]);
    text += &format!(
        "<rect x=\"{LEFT}\" y=\"{y:.1}\" width=\"{PLOT}\" height=\"{tall:.1}\" fill=\"none\" stroke=\"{}\"/>",
        LINE.light
    );
    text += &label(LEFT - 6.0, y + 9.0, "end", SOFT.light, 10, "0");
    let last = units.saturating_sub(1).to_string();
    text + &label(LEFT - 6.0, y + tall - 1.0, "end", SOFT.light, 10, &last)
}

/// Pixels, row by row, as an image of this size.
fn image(pixels: &[[u8; 4]], columns: usize, x: f64, y: f64, [wide, tall]: [f64; 2]) -> String {
    let rows = pixels.len() / columns.max(1);
    let Ok(png) = lodepng::encode32(pixels, columns, rows) else {
        // A trace without steps has no image.
        return String::new();
    };
    format!(
        "<image x=\"{x:.1}\" y=\"{y:.1}\" width=\"{wide:.1}\" height=\"{tall:.1}\" preserveAspectRatio=\"none\" \
         style=\"image-rendering:pixelated\" href=\"data:image/png;base64,{}\"/>",
        STANDARD.encode(png)
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_picture_has_a_map_a_node() {
        let plane = |name: &str, units: usize| Plane {
            name: name.into(),
            units,
            values: (0..units * 40).map(|i| (i as f32).sin()).collect(),
            ..Plane::default()
        };
        let mut trace = Trace {
            title: "a".into(),
            planes: vec![plane("f", 8), plane("c'", 3)],
            ..Trace::default()
        };
        let svg = trace.svg();
        assert_eq!(svg.matches("<image").count(), 4);
        assert!(crate::png(&svg, 1.0).is_ok());
        trace.planes[0].values.clear();
        trace.planes[1].values.clear();
        assert!(crate::png(&trace.svg(), 1.0).is_ok());
    }
}
