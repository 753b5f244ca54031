//! Readers of data files, and what turns their contents into numbers: no tensors here, only plain
//! vectors.
//!
//! Each reader takes one kind of file to one struct, and refuses what it cannot read with an error
//! that names the file, the place, the value and the remedy:
//!
//! | file | reader |
//! |---|---|
//! | plain text | [`file::read_text`], then [`Vocabulary`] |
//! | a table with a text and a label column | [`LabelledText`] |
//! | a table with a pair of texts in each row | [`TextPairs`] |
//! | sentences with a tag for every word | [`TaggedText`] |
//! | series with a class each, `.ts`, a table, JSON lines or NumPy's arrays | [`SeriesSet`] |
//! | the same with a number each | [`SeriesTargets`] |
//! | sounds in WAV files, in a folder for each class or a list, as either, by an [`AudioConfig`] | [`SeriesSet`], [`SeriesTargets`] |
//! | a table whose rows are the time steps | [`Columns`], by the roles of a [`Schema`], then [`Scaler`] |
//! | none: the problem is generated | [`AddingProblem`], [`CopyingProblem`] |
//!
//! Numbers are f64 until they are scaled: of `4492557.123` f32 keeps no digit behind the point.
//!
//! Any of the files may be gzipped (`.gz`). How a table is written is found in it, or said by a
//! [`TableConfig`]. Nothing here draws on global randomness: every draw
//! is a function of a seed and a number, so any epoch or item can be made again on its own.

pub(crate) mod audio;
mod binary;
pub(crate) mod calendar;
pub(crate) mod classes;
pub(crate) mod clock;
mod column_words;
mod columnar;
pub(crate) mod columns;
pub(crate) mod cut;
pub(crate) mod draw;
mod encoding;
pub mod file;
pub(crate) mod fill;
pub(crate) mod fingerprint;
pub(crate) mod generated;
pub(crate) mod labelled_text;
pub(crate) mod look;
pub(crate) mod message;
pub(crate) mod number;
mod one_hot;
pub(crate) mod pairs;
pub(crate) mod pieces;
#[cfg(test)]
mod readers;
pub(crate) mod reading;
pub(crate) mod roles;
pub(crate) mod scaler;
pub(crate) mod segments;
pub(crate) mod series;
mod series_csv;
pub(crate) mod series_file;
mod series_json;
mod series_long;
mod series_numpy;
pub(crate) mod series_parsed;
pub(crate) mod series_set;
mod series_sound;
pub(crate) mod series_targets;
mod spacing;
pub mod split;
pub(crate) mod step;
pub(crate) mod symbols;
pub(crate) mod table;
pub(crate) mod tagged;
mod timeline;
mod ts;
mod ts_header;
pub(crate) mod vocabulary;
pub(crate) mod words;

pub use audio::config::AudioConfig;
pub use calendar::Cycle;
pub use clock::TimeColumns;
pub use columns::Columns;
pub use cut::{Cut, place};
pub use fill::Fill;
pub use fingerprint::Fingerprint;
pub use generated::{AddingProblem, CopyingProblem};
pub use labelled_text::{LabelledText, TextColumns};
pub use pairs::{PairColumns, PairOf, TextPairs};
pub use roles::{ColumnRole, Role, Schema};
pub use scaler::Scaler;
pub use segments::Segment;
pub use series::{Series, SeriesColumns};
pub use series_set::SeriesSet;
pub use series_targets::SeriesTargets;
pub use split::Split;
pub use table::config::{DateOrder, Decimal, Separator, TableConfig};
pub use table::kind::ColumnKind;
pub use tagged::{Layout, Scheme, Span, TagColumns, TaggedText};
pub use vocabulary::{Splitting, Unit, Vocabulary};
pub use words::Words;
