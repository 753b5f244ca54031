//! Series with a number each: one file, many series.

use std::path::Path;

use super::number;
use super::series::{Series, SeriesColumns};
use super::series_file::labelled;
use super::series_parsed::{Labels, Parsed, places};
use super::table::cell::{self, Dress};
use crate::error::{Error, Result};

/// Series of one number of channels, each with its target.
#[derive(Debug, Clone, PartialEq)]
pub struct SeriesTargets {
    /// The series in file order.
    pub series: Vec<Series>,
    /// The target of each series.
    pub targets: Vec<f64>,
    /// The SHA-256 of the file of each series, where it is a sound.
    pub sums: Option<Vec<[u8; 32]>>,
    /// The channels of every series.
    pub channels: usize,
    /// Where the series stood, where the file is a table.
    pub columns: SeriesColumns,
    /// What is to be said of how the file was read.
    pub notes: Vec<String>,
}

impl SeriesTargets {
    /// Reads a `.ts` file, a table or JSON lines, gzipped or not; of so many channels, where that is known. Values may be missing
    /// if the cell takes that, targets never.
    pub fn read(
        path: &Path,
        wish: &SeriesColumns,
        channels: Option<usize>,
        takes_missing: bool,
    ) -> Result<Self> {
        let mut parsed = labelled(path, wish, Labels::Numbers, takes_missing)?;
        if let Some(channels) = channels {
            parsed.has_channels(channels)?;
        }
        let (targets, said) = numbers(&parsed)?;
        parsed.notes.extend(said);
        Ok(Self {
            series: parsed.series,
            sums: parsed.sums,
            targets,
            channels: parsed.channels,
            columns: parsed.columns,
            notes: parsed.notes,
        })
    }

    /// The [place](crate::data::cut::place) of each series.
    pub(crate) fn places(&self, seed: u64) -> Vec<u64> {
        places(&self.series, self.sums.as_ref(), seed)
    }
}

/// The labels as numbers, which are written as the others of the table, and what is to be said of how they were read.
fn numbers(parsed: &Parsed) -> Result<(Vec<f64>, Option<String>)> {
    let table = &parsed.columns.table;
    let decimal = table.decimal.unwrap_or_default();
    let mut dress = Dress::default();
    let mut read = |(index, label): (usize, &String)| {
        let is_marked = table.missing.contains(label);
        let found = cell::read(label, decimal).filter(|_| !is_marked);
        let Some((value, own)) = found else {
            return Err(Error::mend(format!(
                "{}: {}, target: {}; fill it in, or leave the series out",
                parsed.name,
                parsed.called(index),
                number::refusal(label)
            )));
        };
        dress = dress.with(own);
        Ok(value)
    };
    let labels = parsed.written(Labels::Numbers)?.iter().enumerate();
    let targets = labels.map(&mut read).collect::<Result<Vec<f64>>>()?;
    let worn: Vec<&str> = dress.worn().collect();
    let said = format!("{}: the target is read {}", parsed.name, worn.join(", "));
    Ok((targets, (!worn.is_empty()).then_some(said)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(name: &str, text: &str) -> Result<SeriesTargets> {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join(name);
        std::fs::write(&path, text).unwrap();
        SeriesTargets::read(&path, &SeriesColumns::default(), None, false)
    }

    fn refused(name: &str, text: &str) -> String {
        read(name, text).unwrap_err().to_string()
    }

    #[test]
    fn targets_are_the_numbers_beside_series_of_any_format() {
        for (name, text) in [
            ("a.ts", "@targetLabel true\n@data\n1,2:-0.5\n3:1e3\n"),
            ("a.csv", "t0,target,t1\n1,-0.5,2\n3,1e3,\n"),
            ("a.csv", "Y;t0;t1\n-0,5;1;2\n1000;3;\n"),
            (
                "a.jsonl",
                "{\"target\":-0.5,\"values\":[1,2]}\n{\"target\":1e3,\"values\":[3]}\n",
            ),
        ] {
            let read = read(name, text).unwrap();
            assert_eq!(read.targets, [-0.5, 1000.0], "{text}");
            let steps: Vec<usize> = read.series.iter().map(|one| one.steps).collect();
            assert_eq!((steps, read.channels), (vec![2, 1], 1), "{text}");
        }
    }

    #[test]
    fn what_a_target_wears_is_said() {
        let read = read("a.csv", "target,t0\n$3.50,1\n10%,2\n").unwrap();
        assert_eq!(read.targets, [3.5, 10.0]);
        let said = read.notes.join("\n");
        assert!(
            said.contains("the target is read without its currency, 10% as 10"),
            "{said}"
        );
    }

    #[test]
    fn a_target_that_is_no_number_is_refused_by_its_row() {
        let error = refused("a.csv", "target,t0\n1,1\nNA,2\n");
        assert!(
            error.contains("a.csv: row 2 (line 3), target: `NA` is not a finite number"),
            "{error}"
        );
        let error = refused("a.ts", "@targetLabel true\n@data\n1:up\n");
        assert!(error.contains("row 1 (line 3), target: `up`"), "{error}");
        let marked = SeriesColumns {
            table: toml::from_str("missing = [\"-999\"]").unwrap(),
            ..SeriesColumns::default()
        };
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.csv");
        std::fs::write(&path, "target,t0\n-999,1\n").unwrap();
        let error = SeriesTargets::read(&path, &marked, None, false).unwrap_err();
        assert!(
            error
                .to_string()
                .contains("target: `-999` stands for a missing value"),
            "{error}"
        );
    }

    #[test]
    fn files_of_classes_and_files_without_labels_are_refused() {
        let error = refused("a.ts", "@classLabel true a b\n@data\n1:a\n");
        assert!(
            error.contains("task.kind = \"classify_series\" learns it"),
            "{error}"
        );
        let error = refused("a.csv", "t0,t1\n1,2\n");
        assert!(
            error.contains("a column `target` or one that task.target_column names"),
            "{error}"
        );
    }
}
