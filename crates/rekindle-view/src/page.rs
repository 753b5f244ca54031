//! Pages: what is put together of texts, tables and figures.

use crate::{Bars, Confusion, Figure, Trace};

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
