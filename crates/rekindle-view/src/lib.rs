//! Numbers become pictures: pages, figures and diagrams.
//!
//! Everything here is a pure function from plain data to a text (HTML, SVG) or bytes (PNG). The
//! crate knows no tensor, no cell and no file: who has numbers fills in a [`Trace`], a [`Figure`],
//! [`Bars`], a [`Confusion`] or a [`Page`] of them, and writes what it gets back.

mod diagram;
mod figure;
mod heat;
mod html;
mod mark;
mod page;
mod raster;
mod theme;
mod trace;

pub use diagram::diagram;
pub use figure::{Axis, Bars, Confusion, Figure, Mark, Scale, Series};
pub use mark::is_ours;
pub use page::{Block, Page, Section, Table};
pub use raster::{NotAnSvg, png};
pub use trace::{Plane, Role, Trace};
