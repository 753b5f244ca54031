//! Figures: lines over two axes, bars, and counts by true and predicted class.

mod grids;
mod lines;

pub(crate) use grids::svg as grid;

/// Lines over two axes.
///
/// A point that is not finite, or not positive on a logarithmic axis, is a gap in its line.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Figure {
    /// What is shown.
    pub title: String,
    /// The horizontal axis.
    pub x: Axis,
    /// The vertical axis.
    pub y: Axis,
    /// The lines, each with a colour of its own in this order.
    pub series: Vec<Series>,
    /// What has to be said beneath it: where the numbers are from, what was cut.
    pub notes: Vec<String>,
}

/// An axis.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Axis {
    /// What is counted along it, with the unit.
    pub label: String,
    /// How numbers become places.
    pub scale: Scale,
    /// Where it begins, if lines go on below: each ends where it crosses this number.
    pub least: Option<f64>,
}

impl Axis {
    /// A linear axis.
    pub fn linear(label: impl Into<String>) -> Axis {
        Axis {
            label: label.into(),
            ..Axis::default()
        }
    }

    /// A logarithmic axis.
    pub fn log(label: impl Into<String>) -> Axis {
        Axis {
            label: label.into(),
            scale: Scale::Log,
            ..Axis::default()
        }
    }

    /// An axis of time, in seconds since 1970.
    pub fn time(label: impl Into<String>) -> Axis {
        Axis {
            label: label.into(),
            scale: Scale::Time,
            ..Axis::default()
        }
    }

    /// The same axis, with nothing below a number.
    pub fn above(self, least: f64) -> Axis {
        Axis {
            least: Some(least),
            ..self
        }
    }
}

/// How numbers become places on an axis.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Scale {
    /// Equal differences are equally far apart.
    #[default]
    Linear,
    /// Equal ratios are equally far apart.
    Log,
    /// Linear, of seconds since 1970: a page writes them as dates.
    Time,
}

/// One line of a figure.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Series {
    /// What the line is called, beside its end or in the legend.
    pub name: String,
    /// Its points, `[x, y]`, in the order in which they are joined.
    pub points: Vec<[f64; 2]>,
    /// How it is drawn.
    pub mark: Mark,
}

impl Series {
    /// A plain line.
    pub fn line(name: impl Into<String>, points: Vec<[f64; 2]>) -> Series {
        Series {
            name: name.into(),
            points,
            mark: Mark::Line,
        }
    }

    /// The same, drawn in another way.
    pub fn drawn(self, mark: Mark) -> Series {
        Series { mark, ..self }
    }
}

/// How a series is drawn.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Mark {
    /// A line.
    #[default]
    Line,
    /// A thin dashed line, for what others are compared with: a baseline.
    Reference,
    /// A line with a dot at every point, for few points.
    Dotted,
    /// Dots alone.
    Dots,
}

/// Named values side by side, from 0.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Bars {
    /// What is shown.
    pub title: String,
    /// What is counted, with the unit.
    pub label: String,
    /// Each bar's name and value.
    pub bars: Vec<(String, f64)>,
    /// What has to be said beneath it.
    pub notes: Vec<String>,
}

/// How often each true class was taken for each class.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Confusion {
    /// What is shown.
    pub title: String,
    /// The names of the classes.
    pub classes: Vec<String>,
    /// `counts[truth][predicted]`, square.
    pub counts: Vec<Vec<u64>>,
}

/// A number to four digits, as short as it can be read.
pub(crate) fn digits(v: f64) -> String {
    match v.abs() {
        _ if !v.is_finite() => "–".to_string(),
        0.0 => "0".to_string(),
        a if !(1e-3..1e6).contains(&a) => format!("{v:.2e}"),
        a => {
            let places = (3 - a.log10().floor() as i32).clamp(0, 6) as usize;
            let text = format!("{v:.places$}");
            match text.contains('.') {
                true => text.trim_end_matches('0').trim_end_matches('.').to_string(),
                false => text,
            }
        }
    }
}
