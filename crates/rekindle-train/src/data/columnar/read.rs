//! Files in columns into cells of text.

use std::io::Cursor;
use std::panic::{AssertUnwindSafe, catch_unwind};

use arrow_array::{Array, RecordBatch};
use arrow_ipc::reader::{FileReader, StreamReader};
use arrow_schema::{ArrowError, DataType, SchemaRef};
use bytes::Bytes;
use csv::StringRecord;
use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;
use parquet::basic::Compression;

use super::cells::{self, Clock};
use super::{Cells, Format, claims};

/// How many bytes of cells a byte of a file may become at most: as many as gzip has.
const UNPACKED: usize = 100;

/// What any file may become.
const SMALL: usize = 64 << 20;

/// What pandas calls an index without a name, before its number.
const INDEX: &str = "__index_level_";

/// All cells of a file.
pub(super) fn cells(format: Format, bytes: Vec<u8>) -> Result<Cells, String> {
    // The readers panic at some damage that they do not look for.
    let read = catch_unwind(AssertUnwindSafe(|| read(format, bytes)));
    read.unwrap_or_else(|_| Err(damaged("it is damaged")))
}

fn read(format: Format, bytes: Vec<u8>) -> Result<Cells, String> {
    let most = bytes.len().saturating_mul(UNPACKED).max(SMALL);
    let (schema, batches) = batches(format, bytes, most)?;
    let count: usize = batches.iter().map(RecordBatch::num_rows).sum();
    if count > most / schema.fields().len().max(1) {
        return Err(too_large(most));
    }
    let mut columns: Vec<usize> = (0..schema.fields().len()).collect();
    let is_index = |&column: &usize| schema.field(column).name().starts_with(INDEX);
    columns.sort_by_key(|column| !is_index(column));
    let mut notes = Vec::new();
    let mut read = Vec::new();
    for column in columns {
        let field = schema.field(column);
        let own = batches.iter().map(|batch| batch.column(column).as_ref());
        let own: Vec<&dyn Array> = own.collect();
        match cells::is_cell(field.data_type()) {
            true => read.push((column, Clock::of(&own))),
            false => notes.push(format!(
                "left out `{}` ({}, which is no cell of a table)",
                field.name(),
                field.data_type()
            )),
        }
        notes.extend(said(field.name(), field.data_type()));
    }
    let mut rows = Vec::with_capacity(count);
    let mut taken = 0;
    for batch in &batches {
        let of = |&(column, clock): &(usize, Clock)| cells::of(batch.column(column), clock);
        let written: Vec<_> = read.iter().map(of).collect();
        for row in 0..batch.num_rows() {
            let mut record = StringRecord::new();
            written
                .iter()
                .for_each(|cell| record.push_field(&cell(row)));
            taken += record.as_slice().len() + record.len();
            if taken > most {
                return Err(too_large(most));
            }
            rows.push(record);
        }
    }
    let name = |&(column, _): &(usize, Clock)| match is_index(&column) {
        true => String::new(),
        false => schema.field(column).name().trim().to_owned(),
    };
    Ok(Cells {
        names: read.iter().map(name).collect(),
        rows,
        notes,
    })
}

/// The columns of a file, in batches of rows.
fn batches(
    format: Format,
    bytes: Vec<u8>,
    most: usize,
) -> Result<(SchemaRef, Vec<RecordBatch>), String> {
    let claimed = match format {
        Format::Parquet => Some(0),
        Format::Arrow => claims::of_file(&bytes),
        Format::ArrowStream => claims::of_stream(&bytes),
    };
    if claimed.ok_or_else(|| damaged("it is damaged"))? > most {
        return Err(too_large(most));
    }
    let bytes = Bytes::from(bytes);
    let read = match format {
        Format::Parquet => {
            let builder = ParquetRecordBatchReaderBuilder::try_new(bytes).map_err(damaged)?;
            let groups = builder.metadata().row_groups().iter();
            let mut packed = groups
                .flat_map(|group| group.columns())
                .map(|column| column.compression());
            let is_unknown = |packing: &Compression| {
                matches!(packing, Compression::BROTLI(_) | Compression::LZO)
            };
            if let Some(packing) = packed.find(is_unknown) {
                return Err(format!(
                    "its columns are packed by {packing:?}, which is not unpacked here; write it with compression = \"snappy\""
                ));
            }
            let rows: i64 = builder.metadata().file_metadata().num_rows();
            let columns = builder.schema().fields().len().max(1);
            if usize::try_from(rows).is_ok_and(|rows| rows > most / columns) {
                return Err(too_large(most));
            }
            let schema = builder.schema().clone();
            let reader = builder.build().map_err(damaged)?;
            reader
                .collect::<Result<Vec<_>, _>>()
                .map(|all| (schema, all))
        }
        Format::Arrow => FileReader::try_new(Cursor::new(bytes), None).and_then(|reader| {
            let schema = reader.schema();
            reader
                .collect::<Result<Vec<_>, _>>()
                .map(|all| (schema, all))
        }),
        Format::ArrowStream => StreamReader::try_new(Cursor::new(bytes), None).and_then(|reader| {
            let schema = reader.schema();
            reader
                .collect::<Result<Vec<_>, ArrowError>>()
                .map(|all| (schema, all))
        }),
    };
    read.map_err(damaged)
}

fn damaged(error: impl std::fmt::Display) -> String {
    format!("cannot be read ({error}); write it again, or as CSV")
}

fn too_large(most: usize) -> String {
    format!(
        "its cells are more than {} MB, over {UNPACKED} times its size; where that is meant, write it as CSV",
        most / 1_000_000
    )
}

/// What is to be said of how a column is read.
fn said(name: &str, kind: &DataType) -> Option<String> {
    match kind {
        DataType::Dictionary(_, kind) => said(name, kind),
        DataType::Timestamp(_, Some(zone)) if !cells::is_utc(zone) => Some(format!(
            "the times of `{name}` are read in UTC, not in {zone}"
        )),
        DataType::Duration(_) => Some(format!(
            "the lengths of time of `{name}` are read in seconds"
        )),
        _ => None,
    }
}
