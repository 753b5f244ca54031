//! Tables from files in columns.

use std::fs::File;
use std::io::Read;
use std::path::Path;

use csv::StringRecord;

use super::super::columnar::{Cells, Format};
use super::config::{Decimal, TableConfig};
use super::{Origin, Table, called};
use crate::error::{Error, Result};

/// The bytes by which a file is known.
const FIRST: u64 = 1 << 16;

/// Whether a file is one in columns, by its first bytes.
pub(crate) fn is_in_columns(path: &Path) -> bool {
    let mut first = Vec::new();
    let read = File::open(path).and_then(|file| file.take(FIRST).read_to_end(&mut first));
    read.is_ok() && Format::of(&first).is_some()
}

impl Table {
    /// The table in a file's bytes. Numbers have points, whatever is said of those in texts.
    pub(super) fn of_columns(
        name: String,
        format: Format,
        bytes: Vec<u8>,
        config: &TableConfig,
    ) -> Result<Self> {
        let Cells { names, rows, notes } = cells(&name, format, bytes)?;
        let (header, placed) = called(names);
        Self {
            name,
            header,
            format: TableConfig {
                header: Some(true),
                decimal: Some(Decimal::Point),
                ..config.clone()
            },
            header_line: None,
            asides: notes,
            placed,
            rows,
            lines: Vec::new(),
            origin: Origin::Values(format.name()),
            units: Vec::new(),
            second: StringRecord::new(),
        }
        .checked()
    }
}

#[cfg(feature = "parquet")]
fn cells(name: &str, format: Format, bytes: Vec<u8>) -> Result<Cells> {
    let cells = format.cells(bytes);
    cells.map_err(|why| Error::mend(format!("{name}: this is {}, and {why}", format.name())))
}

#[cfg(not(feature = "parquet"))]
fn cells(name: &str, format: Format, _: Vec<u8>) -> Result<Cells> {
    Err(Error::mend(format!(
        "{name}: this is {}, which a program reads that was built with it: cargo build --release --features parquet\nor write it as \
         CSV: python3 -c {}",
        format.name(),
        crate::shell::word(&format.to_csv(name))
    )))
}
