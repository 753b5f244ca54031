//! Bars and confusion matrices as SVGs.

use super::{Bars, Confusion, digits};
use crate::html::escape;
use crate::theme::{self, INK, LINE, PAPER, SERIES, SOFT};

/// The width that a text of 13 points takes, nearly.
fn width(text: &str) -> f64 {
    7.6 * text.chars().count() as f64
}

fn text(x: f64, y: f64, anchor: &str, fill: &str, size: u32, text: &str) -> String {
    let text = escape(text);
    format!(
        "<text x=\"{x:.1}\" y=\"{y:.1}\" text-anchor=\"{anchor}\" fill=\"{fill}\" font-size=\"{size}\">{text}</text>"
    )
}

/// A whole SVG of this size.
pub(crate) fn svg(width: f64, height: f64, body: &str) -> String {
    format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{width:.0}\" height=\"{height:.0}\" viewBox=\"0 0 {width:.0} {height:.0}\" \
         font-family=\"system-ui, -apple-system, 'Segoe UI', Roboto, 'DejaVu Sans', sans-serif\">{}\
         <rect width=\"100%\" height=\"100%\" fill=\"{}\"/>{body}</svg>\n",
        theme::style(),
        PAPER.light
    )
}

impl Bars {
    /// The bars as an SVG.
    pub fn svg(&self) -> String {
        let names = self.bars.iter().map(|b| width(&b.0)).fold(0.0, f64::max);
        let sizes = self.bars.iter().map(|b| b.1.abs());
        let most = sizes.filter(|v| v.is_finite()).fold(0.0, f64::max);
        let (left, long) = (names + 28.0, 420.0);
        let mut body = text(16.0, 26.0, "start", INK.light, 16, &self.title);
        body += &text(16.0, 46.0, "start", SOFT.light, 12, &self.label);
        let mut y = 60.0;
        for (name, value) in &self.bars {
            let share = match most > 0.0 && value.is_finite() {
                true => value.abs() / most,
                false => 0.0,
            };
            body += &text(left - 10.0, y + 15.0, "end", INK.light, 13, name);
            body += &format!(
                "<rect x=\"{left:.1}\" y=\"{y}\" width=\"{:.1}\" height=\"20\" fill=\"{}\"/>",
                (long * share).max(1.0),
                SERIES[0].light
            );
            let end = left + long * share + 8.0;
            body += &text(end, y + 15.0, "start", INK.light, 13, &digits(*value));
            y += 28.0;
        }
        for note in &self.notes {
            y += 17.0;
            body += &text(16.0, y, "start", SOFT.light, 12, note);
        }
        svg(left + long + 90.0, y + 12.0, &body)
    }
}

impl Confusion {
    /// The matrix as an SVG: a cell's colour is its share of the row.
    pub fn svg(&self) -> String {
        let names = self.classes.iter().map(|c| width(c)).fold(0.0, f64::max);
        let numbers = self.counts.iter().flatten().max().map(u64::to_string);
        let cell = (width(&numbers.unwrap_or_default()) + 16.0).max(44.0);
        // Names of columns stand upright where they fit, and aslant where they do not.
        let slant = names > cell;
        let (left, top) = (names + 84.0, if slant { 78.0 + names * 0.72 } else { 88.0 });
        let count = self.classes.len() as f64;
        let mut body = text(16.0, 26.0, "start", INK.light, 16, &self.title);
        body += &text(left, 52.0, "start", SOFT.light, 12, "predicted");
        body += &text(left - 10.0, top - 8.0, "end", SOFT.light, 12, "true");
        for (i, name) in self.classes.iter().enumerate() {
            let (x, y) = (
                left + cell * (i as f64 + 0.5),
                top + 34.0 * (i as f64 + 0.5),
            );
            body += &text(left - 10.0, y + 5.0, "end", INK.light, 13, name);
            body += &match slant {
                true => format!(
                    "<g transform=\"translate({x:.1} {:.1}) rotate(-45)\">{}</g>",
                    top - 8.0,
                    text(0.0, 0.0, "start", INK.light, 13, name)
                ),
                false => text(x, top - 8.0, "middle", INK.light, 13, name),
            };
        }
        for (truth, counts) in self.counts.iter().enumerate() {
            let total = counts.iter().sum::<u64>().max(1) as f64;
            for (predicted, &n) in counts.iter().enumerate() {
                let (x, y) = (left + cell * predicted as f64, top + 34.0 * truth as f64);
                let colour = &SERIES[usize::from(truth != predicted)];
                body += &format!(
                    "<rect x=\"{x:.1}\" y=\"{y:.1}\" width=\"{:.1}\" height=\"32\" fill=\"{}\" fill-opacity=\"{:.3}\" stroke=\"{}\"/>",
                    cell - 2.0,
                    colour.light,
                    0.6 * n as f64 / total,
                    LINE.light
                );
                let middle = x + cell / 2.0 - 1.0;
                body += &text(middle, y + 21.0, "middle", INK.light, 13, &n.to_string());
            }
        }
        let wide = (left + cell * count + 24.0).max(width(&self.title) * 1.25 + 32.0);
        let wide = if slant { wide + names * 0.72 } else { wide };
        svg(wide, top + 34.0 * count + 16.0, &body)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bars_and_matrices_can_be_drawn() {
        let bars = Bars {
            title: "MAE".into(),
            bars: vec![("a<b".into(), 2.0), ("none".into(), f64::NAN)],
            ..Bars::default()
        };
        let svg = bars.svg();
        assert!(svg.contains("a&lt;b") && crate::png(&svg, 1.0).is_ok());
        let confusion = Confusion {
            title: "Test".into(),
            classes: vec!["a".into(), "a rather long name".into()],
            counts: vec![vec![3, 0], vec![1, 20]],
        };
        assert!(crate::png(&confusion.svg(), 2.0).is_ok());
        assert!(Confusion::default().svg().ends_with("</svg>\n"));
    }
}
