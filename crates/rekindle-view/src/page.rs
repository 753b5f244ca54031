//! Pages: what is put together of texts, tables and figures.

mod blocks;
mod traces;

use crate::figure::{Bars, Confusion, Figure};
use crate::html::{data, escape};
use crate::mark;
use crate::trace::Trace;

/// A page: one self-contained file.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Page {
    /// Its title.
    pub title: String,
    /// A line or two beneath the title.
    pub lead: String,
    /// Its parts.
    pub sections: Vec<Section>,
}

/// A part of a page, with a heading that can be linked to.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Section {
    /// Its heading.
    pub title: String,
    /// What stands in it, from top to bottom.
    pub blocks: Vec<Block>,
}

/// What a section is made of.
#[derive(Clone, Debug, PartialEq)]
pub enum Block {
    /// A paragraph.
    Text(String),
    /// Text kept as it is: a config, a sample, equations. The first is its caption, or empty.
    Verbatim(String, String),
    /// A table.
    Table(Table),
    /// Lines, with a pointer that reads values and a zoom.
    Figure(Figure),
    /// Bars.
    Bars(Bars),
    /// Counts by true and predicted class.
    Confusion(Confusion),
    /// The traces of one or several layers and directions, one shown at a time.
    Traces(Vec<Trace>),
    /// An SVG picture, as [`crate`]'s functions give it.
    Svg(String),
}

/// A table of texts.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Table {
    /// The headings; none for a table of keys and values.
    pub head: Vec<String>,
    /// The rows, each as long as the head; the first cell is the row's heading. Cells that are
    /// numbers are set flush right.
    pub rows: Vec<Vec<String>>,
}

const PAGE_STYLE: &str = include_str!("../assets/page.css");
const PAGE_SCRIPT: &str = include_str!("../assets/page.js");
const FIGURE_STYLE: &str = include_str!("../assets/figure.css");
const FIGURE_SCRIPT: &str = include_str!("../assets/figure.js");
const PLOT_STYLE: &str = include_str!("../assets/uplot/uPlot.min.css");
const PLOT_SCRIPT: &str = include_str!("../assets/uplot/uPlot.iife.min.js");
const PLOT_LICENCE: &str = include_str!("../assets/uplot/LICENSE");
const TRACE_STYLE: &str = include_str!("../assets/trace.css");
const TRACE_SCRIPT: &str = include_str!("../assets/trace.js");

/// Nothing may be asked of any server, whatever stands in the page.
const POLICY: &str = "default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'; img-src data: blob:";

impl Page {
    /// The page as one file that needs nothing else, and asks nothing of any server.
    ///
    /// # Panics
    ///
    /// If a trace is no rectangle ([`Trace::steps`]).
    pub fn html(&self) -> String {
        let mut parts = blocks::Parts::default();
        let mut body = String::new();
        for (i, section) in self.sections.iter().enumerate() {
            body.push_str(&format!("<section id=\"s{i}\">\n"));
            if !section.title.is_empty() {
                body.push_str(&format!("<h2>{}</h2>\n", escape(&section.title)));
            }
            for block in &section.blocks {
                body.push_str(&parts.block(block));
            }
            body.push_str("</section>\n");
        }
        let mut styles = vec![PAGE_STYLE];
        let mut scripts = vec![PAGE_SCRIPT];
        if parts.figures || parts.traces {
            styles.extend([PLOT_STYLE, FIGURE_STYLE]);
            scripts.extend([PLOT_SCRIPT, FIGURE_SCRIPT]);
        }
        if parts.traces {
            styles.push(TRACE_STYLE);
            scripts.push(TRACE_SCRIPT);
        }
        let mut html = format!(
            "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
             {generator}\n<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
             <meta http-equiv=\"Content-Security-Policy\" content=\"{POLICY}\">\n\
             <title>{title}</title>\n<style>\n{style}</style>\n</head>\n<body>\n\
             <header><div><h1>{title}</h1><p class=\"lead\">{lead}</p>{contents}</div>\
             <button id=\"theme\" type=\"button\">dark</button></header>\n<main>\n{body}</main>\n",
            generator = mark::PAGE,
            title = escape(&self.title),
            style = styles.concat(),
            lead = escape(&self.lead),
            contents = self.contents(),
        );
        for (id, value) in &parts.data {
            html.push_str(&data(id, value));
        }
        for script in scripts {
            if script == TRACE_SCRIPT {
                html.push_str(&format!(
                    "<script>const HEAT_COLOURS = {};</script>\n",
                    crate::heat::STOPS
                ));
            }
            if script == PLOT_SCRIPT {
                html.push_str(&format!("<!-- uPlot, {} -->\n", PLOT_LICENCE.trim()));
            }
            html.push_str(&format!("<script>\n{script}</script>\n"));
        }
        for (i, chunk) in parts.chunks.iter().enumerate() {
            html.push_str("<script type=\"text/plain\" id=\"chunk");
            html.push_str(&i.to_string());
            html.push_str("\">");
            html.push_str(chunk);
            html.push_str("</script>\n");
        }
        html.push_str("</body>\n</html>\n");
        html
    }

    /// Links to the sections, where there are enough to look for one.
    fn contents(&self) -> String {
        if self.sections.len() < 3 {
            return String::new();
        }
        let link =
            |(i, s): (usize, &Section)| format!("<a href=\"#s{i}\">{}</a>", escape(&s.title));
        let links: String = self.sections.iter().enumerate().map(link).collect();
        format!("<nav aria-label=\"contents\">{links}</nav>")
    }
}
