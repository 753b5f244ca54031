//! What every format of files with series is read into.

use super::classes;
use super::cut;
use super::message::{self, counted, shown};
use super::series::{Series, SeriesColumns};
use crate::error::{Error, Result};

/// What series are labelled with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Labels {
    /// A class each.
    Classes,
    /// A number each.
    Numbers,
}

/// A file's contents before labels become indices or numbers.
#[derive(Debug)]
pub(super) struct Parsed {
    /// The file, as error messages name it.
    pub(super) name: String,
    /// The series; at least one.
    pub(super) series: Vec<Series>,
    /// The labels as written, one a series and perhaps empty, if the file has them.
    pub(super) labels: Option<Vec<String>>,
    /// What each series is called, where the file says so.
    pub(super) ids: Option<Vec<String>>,
    /// The SHA-256 of the file of each series, where it is a sound.
    pub(super) sums: Option<Vec<[u8; 32]>>,
    /// The line that each series begins in, where it is a row.
    pub(super) lines: Vec<usize>,
    /// What the file announces that its labels are, if it does.
    pub(super) announces: Option<Labels>,
    /// The classes that the file announces; empty when it announces none.
    pub(super) announced: Vec<String>,
    /// The channels of every series.
    pub(super) channels: usize,
    /// Where the series stood.
    pub(super) columns: SeriesColumns,
    /// What an error adds where there are no labels.
    pub(super) hint: &'static str,
    /// What is to be said of how the file was read.
    pub(super) notes: Vec<String>,
}

impl Labels {
    /// What the column of the label is called, in any case, where its name is not said: the likeliest first.
    pub(super) fn names(self) -> &'static [&'static str] {
        match self {
            Labels::Classes => &classes::NAMES,
            Labels::Numbers => &["target", "label", "y", "value"],
        }
    }

    /// What such a label is called.
    pub(super) fn called(self) -> &'static str {
        match self {
            Labels::Classes => "class",
            Labels::Numbers => "target",
        }
    }

    /// The key that names its column.
    pub(super) fn key(self) -> &'static str {
        match self {
            Labels::Classes => "task.label_column",
            Labels::Numbers => "task.target_column",
        }
    }

    /// How a `.ts` file announces them.
    fn tag(self) -> &'static str {
        match self {
            Labels::Classes => "@classLabel",
            Labels::Numbers => "@targetLabel",
        }
    }

    /// The task that learns them.
    fn task(self) -> &'static str {
        match self {
            Labels::Classes => "classify_series",
            Labels::Numbers => "regress_series",
        }
    }
}

/// The [place](cut::place) of each series: by its numbers, or, where it is a sound, by its file, for what is heard of it has not the
/// same last bits on every machine.
pub(super) fn places(series: &[Series], sums: Option<&Vec<[u8; 32]>>, seed: u64) -> Vec<u64> {
    match sums {
        Some(sums) => sums.iter().map(|sum| cut::place(seed, sum)).collect(),
        None => series.iter().map(|one| one.place(seed)).collect(),
    }
}

impl Parsed {
    /// What a series is called in errors, by its index.
    pub(super) fn called(&self, index: usize) -> String {
        match (self.lines.get(index), &self.ids) {
            (None, Some(ids)) => format!("series {}", shown(&ids[index])),
            (line, _) => message::row(index, line.copied()),
        }
    }

    /// Whether a label is none: it is empty, or a word that task.table.missing has.
    fn is_gap(&self, label: &String) -> bool {
        label.is_empty() || self.columns.table.missing.contains(label)
    }

    /// Leaves out the series whose label is empty, and says so.
    pub(super) fn skip_empty(&mut self, of: Labels) {
        let Some(labels) = &self.labels else {
            return;
        };
        let is_kept: Vec<bool> = labels.iter().map(|label| !self.is_gap(label)).collect();
        let empty = is_kept.iter().filter(|kept| !**kept).count();
        if empty == 0 {
            return;
        }
        fn kept<T>(all: &mut Vec<T>, is_kept: &[bool]) {
            let mut each = is_kept.iter();
            all.retain(|_| *each.next().unwrap_or(&true));
        }
        kept(&mut self.series, &is_kept);
        if let Some(sums) = &mut self.sums {
            kept(sums, &is_kept);
        }
        kept(&mut self.lines, &is_kept);
        let lists = [&mut self.labels, &mut self.ids];
        lists
            .into_iter()
            .flatten()
            .for_each(|list| kept(list, &is_kept));
        self.notes.push(format!(
            "{}: left out {} whose {} is empty, as task.skip_empty says",
            self.name,
            counted(empty, "series"),
            of.called()
        ));
    }

    /// The labels, of which each is there.
    pub(super) fn written(&self, of: Labels) -> Result<&Vec<String>> {
        let Parsed { name, hint, .. } = self;
        let (called, key) = (of.called(), of.key());
        let labels = self.labels.as_ref().ok_or_else(|| {
            Error::mend(format!(
                "{name}: the series have no labels; a .ts file needs `{} true`, a table a column `{}` or one that {key} \
                 names{hint}",
                of.tag(),
                of.names()[0]
            ))
        })?;
        if let Some(other) = self.announces.filter(|&other| other != of) {
            return Err(Error::mend(format!(
                "{name}: {} announces what a {called} is not; task.kind = \"{}\" learns it",
                other.tag(),
                other.task()
            )));
        }
        // Of numbers that are marks their reader says so.
        let is_none = |label: &String| match of {
            Labels::Classes => self.is_gap(label),
            Labels::Numbers => label.is_empty(),
        };
        match labels.iter().position(is_none) {
            None => Ok(labels),
            Some(index) => Err(Error::mend(format!(
                "{name}: {}: the column {} is empty; fill it in, remove the row, or have such rows left out by task.skip_empty = true",
                self.called(index),
                shown(self.columns.label.as_deref().unwrap_or(of.names()[0]))
            ))),
        }
    }

    /// Checks that every series has so many channels.
    pub(super) fn has_channels(&self, channels: usize) -> Result<()> {
        if self.channels == channels {
            return Ok(());
        }
        Err(Error::mend(format!(
            "{}: the series have {} and the training data had {channels}; give a file of the same problem",
            self.name,
            counted(self.channels, "channels")
        )))
    }
}
