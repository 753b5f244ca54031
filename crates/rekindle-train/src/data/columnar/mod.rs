//! Tables in columns, Parquet and Arrow IPC, as text in cells. They are read with the feature `parquet` alone.
//!
//! This folder knows nothing else of the crate: `tests/columnar`, a project of its own, builds it and holds it to CSV in
//! seconds, where the crate takes Burn.

#[cfg(feature = "parquet")]
mod cells;
#[cfg(feature = "parquet")]
mod claims;
#[cfg(feature = "parquet")]
mod read;

use csv::StringRecord;

/// A format of tables in columns.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Format {
    /// Apache Parquet.
    Parquet,
    /// A file of Arrow IPC, which Feather's second version is too.
    Arrow,
    /// The same as a stream.
    ArrowStream,
}

/// What a file holds. All cells are as a table in text has them: what is missing is empty.
#[derive(Debug)]
pub(super) struct Cells {
    /// The names of the columns; that of an index without a name is empty, and stands first.
    pub(super) names: Vec<String>,
    /// The rows, each as wide as the names.
    pub(super) rows: Vec<StringRecord>,
    /// What is to be said of how it was read.
    pub(super) notes: Vec<String>,
}

impl Format {
    /// That of a file, by its first bytes.
    pub(super) fn of(bytes: &[u8]) -> Option<Format> {
        let formats = [
            (&b"PAR1"[..], Format::Parquet),
            (b"ARROW1", Format::Arrow),
            (b"\xff\xff\xff\xff", Format::ArrowStream),
        ];
        // What is all text begins with these letters by chance.
        let is_text = || !bytes.contains(&0) && std::str::from_utf8(bytes).is_ok();
        let found = formats.iter().find(|(first, _)| bytes.starts_with(first));
        found.map(|(_, format)| *format).filter(|_| !is_text())
    }

    /// What it is called.
    pub(super) fn name(self) -> &'static str {
        match self {
            Format::Parquet => "Parquet",
            Format::Arrow => "Arrow",
            Format::ArrowStream => "an Arrow stream",
        }
    }

    /// The line of Python that writes a file of that name as CSV.
    #[cfg(not(feature = "parquet"))]
    pub(super) fn to_csv(self, name: &str) -> String {
        let (module, opened) = match self {
            Format::Parquet => ("pandas", format!("pandas.read_parquet({name:?})")),
            Format::Arrow => ("pandas", format!("pandas.read_feather({name:?})")),
            Format::ArrowStream => (
                "pyarrow.ipc",
                format!("pyarrow.ipc.open_stream({name:?}).read_pandas()"),
            ),
        };
        format!("import {module}; {opened}.to_csv(\"new.csv\")")
    }

    /// Reads a file's bytes.
    ///
    /// # Errors
    ///
    /// What is wrong with it, and the remedy.
    #[cfg(feature = "parquet")]
    pub(super) fn cells(self, bytes: Vec<u8>) -> Result<Cells, String> {
        read::cells(self, bytes)
    }
}
