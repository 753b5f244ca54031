//! `make.py` beside this project writes files in columns, and each as the CSV that it is to be read as.

#![cfg(test)]

#[path = "../../../src/data/columnar/mod.rs"]
mod columnar;

use columnar::{Cells, Format};
use std::path::{Path, PathBuf};

/// The files in `files` whose names end so, in order.
fn files(ends: &[&str]) -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("files");
    let all = std::fs::read_dir(folder).expect("the folder");
    let all = all.map(|file| file.expect("a file").path());
    let is_one = |path: &PathBuf| {
        path.extension()
            .is_some_and(|ending| ends.iter().any(|end| ending == *end))
    };
    let mut all: Vec<PathBuf> = all.filter(is_one).collect();
    all.sort();
    all
}

fn read(path: &Path) -> Result<Cells, String> {
    let bytes = std::fs::read(path).expect("the file");
    let format = Format::of(&bytes).expect("it is known by its first bytes");
    format.cells(bytes)
}

#[test]
fn every_file_is_read_as_its_csv() {
    let files = files(&["parquet", "arrow", "arrows"]);
    assert!(files.len() > 10);
    for path in files {
        let (stem, _) = path
            .file_name()
            .and_then(|name| name.to_str()?.split_once('.'))
            .expect("a name");
        let table = path.with_file_name(format!("{stem}.csv"));
        let mut table = csv::Reader::from_path(&table).expect("the CSV");
        let names: Vec<String> = table
            .headers()
            .expect("a header")
            .iter()
            .map(str::to_owned)
            .collect();
        let read = read(&path).unwrap_or_else(|why| panic!("{}: {why}", path.display()));
        assert_eq!(read.names, names, "{}", path.display());
        let rows: Vec<csv::StringRecord> = table.records().map(|row| row.expect("a row")).collect();
        assert_eq!(read.rows, rows, "{}", path.display());
    }
}

#[test]
fn what_may_be_read_otherwise_is_said() {
    let notes = |name: &str| {
        read(
            &files(&["parquet"])
                .into_iter()
                .find(|path| path.ends_with(name))
                .expect("the file"),
        )
        .expect("it is read")
        .notes
    };
    assert!(notes("kinds.parquet").is_empty());
    assert_eq!(
        notes("times.parquet"),
        [
            "the times of `zoned` are read in UTC, not in Europe/Berlin",
            "the lengths of time of `took` are read in seconds"
        ]
    );
    let said = notes("nested.parquet");
    assert_eq!(said.len(), 3);
    for (said, name) in said.iter().zip(["b", "c", "d"]) {
        assert!(
            said.starts_with(&format!("left out `{name}` ("))
                && said.ends_with(", which is no cell of a table)"),
            "{said}"
        );
    }
}

#[test]
fn what_cannot_be_read_is_refused() {
    let brotli = read(&files(&["refused"])[0]).expect_err("it is packed otherwise");
    assert!(
        brotli.contains("packed by BROTLI") && brotli.contains("compression = \"snappy\""),
        "{brotli}"
    );
    for path in files(&["parquet", "arrow", "arrows"]) {
        let whole = std::fs::read(&path).expect("the file");
        let format = Format::of(&whole).expect("it is known");
        let cut = whole[..whole.len() / 2].to_vec();
        let error = format.cells(cut).map(|cells| cells.rows.len());
        // A stream may end after any of its batches.
        assert!(
            error.is_err() || format == Format::ArrowStream,
            "{}, {}: {error:?}",
            path.display(),
            format.name()
        );
    }
    assert_eq!(Format::of(b"PAR1,b\n1,2\n"), None);
    assert_eq!(Format::of(b"\xff\xfea\0"), None);
}

#[test]
fn no_damaged_file_panics() {
    for path in files(&["parquet", "arrow", "arrows"]) {
        let whole = std::fs::read(&path).expect("the file");
        let format = Format::of(&whole).expect("it is known");
        for at in (0..whole.len()).step_by(17) {
            for flipped in [1, 0xff] {
                let mut damaged = whole.clone();
                damaged[at] ^= flipped;
                let _ = format.cells(damaged);
            }
        }
    }
}
