//! The blocks of a page as HTML, and the data that its scripts need for them.

use super::{Block, Table};
use crate::figure::{Axis, Bars, Confusion, Figure, Scale};
use crate::html::escape;
use crate::trace::{Trace, pack::pack};
use serde_json::{Value, json};

/// What the blocks of a page have asked for so far.
#[derive(Default)]
pub(super) struct Parts {
    /// Data for the scripts, by the identifier of its element.
    pub data: Vec<(String, Value)>,
    /// The numbers of traces, which come last in the file.
    pub chunks: Vec<String>,
    /// Whether there are lines to draw.
    pub figures: bool,
    /// Whether there are traces.
    pub traces: bool,
}

impl Parts {
    pub(super) fn block(&mut self, block: &Block) -> String {
        match block {
            Block::Text(text) => format!("<p>{}</p>\n", escape(text)),
            Block::Verbatim(caption, text) => figure(
                caption,
                &format!("<pre tabindex=\"0\">{}</pre>", escape(text)),
                &[],
            ),
            Block::Table(table) => table_html(table),
            Block::Figure(f) => self.figure(f),
            Block::Bars(bars) => figure(&bars.title, &bars_html(bars), &bars.notes),
            Block::Confusion(c) => figure(&c.title, &confusion_html(c), &[]),
            Block::Traces(traces) => self.traces(traces),
            Block::Svg(svg) => format!("<figure class=\"picture\">{svg}</figure>\n"),
        }
    }

    fn add(&mut self, kind: &str, value: Value) -> String {
        let id = format!("{kind}{}", self.data.len());
        self.data.push((id.clone(), value));
        id
    }

    fn figure(&mut self, f: &Figure) -> String {
        self.figures = true;
        let axis = |a: &Axis| json!({ "label": a.label, "log": a.scale == Scale::Log, "time": a.scale == Scale::Time, "least": a.least });
        let series = f.series.iter().map(|s| {
            let column = |i: usize| numbers(s.points.iter().map(|p| p[i]));
            let mark = format!("{:?}", s.mark);
            json!({ "name": s.name, "x": column(0), "y": column(1), "mark": mark })
        });
        let value = json!({
            "x": axis(&f.x),
            "y": axis(&f.y),
            "series": series.collect::<Vec<_>>(),
        });
        let id = self.add("figure", value);
        let label = escape(&format!("{}: {} over {}", f.title, f.y.label, f.x.label));
        let chart = format!(
            "<div class=\"chart\" role=\"group\" aria-label=\"{label}; arrow keys read values\" data-figure=\"{id}\"></div>"
        );
        figure(&f.title, &chart, &f.notes)
    }

    fn traces(&mut self, traces: &[Trace]) -> String {
        self.traces = true;
        let packed: Vec<Value> = traces
            .iter()
            .map(|trace| pack(trace, &mut self.chunks))
            .collect();
        if packed.is_empty() {
            return String::new();
        }
        let id = self.add("traces", Value::from(packed));
        let choice = match traces {
            [_] => String::new(),
            several => {
                let option = |(i, t): (usize, &Trace)| {
                    format!("<option value=\"{i}\">{}</option>", escape(&t.place()))
                };
                let options: String = several.iter().enumerate().map(option).collect();
                format!("<p><label>of <select data-place>{options}</select></label></p>")
            }
        };
        format!(
            "<div class=\"traces\" data-traces=\"{id}\">{choice}<div class=\"trace\"></div></div>\n"
        )
    }
}

/// Numbers of an axis for the scripts, to nine digits, of which no screen shows more; and to as many more as large ones need
/// that differ by little.
fn numbers(all: impl Iterator<Item = f64> + Clone) -> Vec<Value> {
    let finite = all.clone().filter(|v| v.is_finite());
    let low = finite.clone().fold(f64::INFINITY, f64::min);
    let high = finite.fold(f64::NEG_INFINITY, f64::max);
    let more = (high.max(-low) / (high - low)).log10().ceil();
    let digits = match more.is_finite() {
        true => 8 + more.clamp(0.0, 8.0) as usize,
        false => 8,
    };
    let number = |v: f64| match v.is_finite() {
        true => Value::from(format!("{v:.digits$e}").parse::<f64>().unwrap_or(v)),
        false => Value::Null,
    };
    all.map(number).collect()
}

fn figure(caption: &str, content: &str, notes: &[String]) -> String {
    let caption = match caption {
        "" => String::new(),
        caption => format!("<figcaption><b>{}</b></figcaption>", escape(caption)),
    };
    let note = |n: &String| format!("<p class=\"note\">{}</p>", escape(n));
    let notes: String = notes.iter().map(note).collect();
    format!("<figure>{caption}{content}{notes}</figure>\n")
}

fn table_html(table: &Table) -> String {
    let columns = table.rows.iter().map(Vec::len).max().unwrap_or(0);
    let numeric: Vec<bool> = (0..columns)
        .map(|c| {
            let mut cells = table.rows.iter().filter_map(|row| row.get(c)).peekable();
            c > 0 && cells.peek().is_some() && cells.all(|cell| is_number(cell))
        })
        .collect();
    let class = |c: usize| match numeric.get(c) {
        Some(true) => " class=\"number\"",
        _ => "",
    };
    let mut html = String::from("<div class=\"scroll\"><table>");
    if !table.head.is_empty() {
        let heads = table.head.iter().enumerate();
        let heads: String = heads
            .map(|(c, head)| format!("<th scope=\"col\"{}>{}</th>", class(c), escape(head)))
            .collect();
        html.push_str(&format!("<thead><tr>{heads}</tr></thead>"));
    }
    html.push_str("<tbody>");
    for row in &table.rows {
        html.push_str("<tr>");
        for (c, cell) in row.iter().enumerate() {
            let cell = escape(cell);
            html.push_str(&match c {
                0 => format!("<th scope=\"row\">{cell}</th>"),
                c => format!("<td{}>{cell}</td>", class(c)),
            });
        }
        html.push_str("</tr>");
    }
    html.push_str("</tbody></table></div>\n");
    html
}

/// Whether a cell is a number, perhaps in per cent, or left out.
fn is_number(cell: &str) -> bool {
    let cell = cell.trim().trim_end_matches('%').trim().replace(',', "");
    matches!(cell.as_str(), "" | "–") || cell.parse::<f64>().is_ok()
}

fn bars_html(bars: &Bars) -> String {
    let sizes = bars.bars.iter().map(|b| b.1.abs());
    let most = sizes.filter(|v| v.is_finite()).fold(0.0, f64::max);
    let bar = |(name, value): &(String, f64)| {
        let share = match most > 0.0 && value.is_finite() {
            true => 100.0 * value.abs() / most,
            false => 0.0,
        };
        format!(
            "<span>{}</span><i style=\"width:{share:.2}%\"></i><span>{}</span>",
            escape(name),
            crate::figure::digits(*value)
        )
    };
    let rows: String = bars.bars.iter().map(bar).collect();
    format!(
        "<p class=\"note\">{}</p><div class=\"bars\">{rows}</div>",
        escape(&bars.label)
    )
}

fn confusion_html(c: &Confusion) -> String {
    let head: String = c
        .classes
        .iter()
        .map(|name| format!("<th scope=\"col\">{}</th>", escape(name)))
        .collect();
    let mut rows = String::new();
    for (truth, counts) in c.counts.iter().enumerate() {
        let total = counts.iter().sum::<u64>().max(1);
        let name = c.classes.get(truth).map(String::as_str).unwrap_or_default();
        rows.push_str(&format!("<tr><th scope=\"row\">{}</th>", escape(name)));
        for (predicted, &count) in counts.iter().enumerate() {
            let share = 100.0 * count as f64 / total as f64;
            let colour = if truth == predicted { "--s0" } else { "--s1" };
            rows.push_str(&format!(
                "<td title=\"{share:.1} % of {}\" style=\"background:color-mix(in srgb, var({colour}) {:.0}%, var(--panel))\">{count}</td>",
                escape(name),
                share * 0.6
            ));
        }
        rows.push_str("</tr>");
    }
    format!(
        "<div class=\"scroll\"><table class=\"confusion\"><thead><tr><th>true, by row; predicted →</th>{head}</tr></thead><tbody>{rows}</tbody></table></div>"
    )
}
