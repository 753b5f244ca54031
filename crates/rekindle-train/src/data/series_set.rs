//! Series with a class each: one file, many series.

use std::path::Path;

use super::classes;
use super::series::{Series, SeriesColumns};
use super::series_file::labelled;
use super::series_parsed::{Labels, Parsed, places};
use crate::error::Result;

/// Labelled series of one number of channels.
#[derive(Debug, Clone, PartialEq)]
pub struct SeriesSet {
    /// The series in file order.
    pub series: Vec<Series>,
    /// The index in `classes` of each series' label.
    pub labels: Vec<usize>,
    /// The classes in lexicographic order, unless they were given.
    pub classes: Vec<String>,
    /// The SHA-256 of the file of each series, where it is a sound.
    pub sums: Option<Vec<[u8; 32]>>,
    /// The channels of every series.
    pub channels: usize,
    /// Where the series stood, where the file is a table.
    pub columns: SeriesColumns,
    /// What is to be said of how the file was read.
    pub notes: Vec<String>,
    /// What of the classes may be a mistake.
    pub doubts: Vec<String>,
}

impl SeriesSet {
    /// Reads a `.ts` file, a table or JSON lines, gzipped or not. The classes are those that a `.ts` file announces, otherwise the
    /// labels found. Values may be missing if the cell takes that: an empty cell of a table, `?` in a `.ts` file, or NaN.
    pub fn read(path: &Path, wish: &SeriesColumns, takes_missing: bool) -> Result<Self> {
        let parsed = labelled(path, wish, Labels::Classes, takes_missing)?;
        let labels = parsed.written(Labels::Classes)?;
        let classes = if parsed.announced.is_empty() {
            classes::distinct(&parsed.name, labels)?
        } else {
            classes::distinct(&parsed.name, &parsed.announced)?
        };
        let doubts = classes::doubts(&parsed.name, labels, &classes);
        let labels = parsed.indices(labels, &classes)?;
        Ok(Self {
            series: parsed.series,
            sums: parsed.sums,
            labels,
            classes,
            channels: parsed.channels,
            columns: parsed.columns,
            notes: parsed.notes,
            doubts,
        })
    }

    /// Reads a file that must agree with one read before: labels among `classes`, and as many
    /// channels. For validation and test files.
    pub fn read_with_classes(
        path: &Path,
        columns: &SeriesColumns,
        classes: &[String],
        channels: usize,
        takes_missing: bool,
    ) -> Result<Self> {
        let parsed = labelled(path, columns, Labels::Classes, takes_missing)?;
        parsed.has_channels(channels)?;
        let labels = parsed.indices(parsed.written(Labels::Classes)?, classes)?;
        Ok(Self {
            series: parsed.series,
            sums: parsed.sums,
            labels,
            classes: classes.to_vec(),
            channels,
            columns: parsed.columns,
            notes: parsed.notes,
            doubts: Vec::new(),
        })
    }

    /// The [place](crate::data::cut::place) of each series.
    pub(crate) fn places(&self, seed: u64) -> Vec<u64> {
        places(&self.series, self.sums.as_ref(), seed)
    }
}

impl Parsed {
    fn indices(&self, labels: &[String], classes: &[String]) -> Result<Vec<usize>> {
        classes::indices(&self.name, labels, classes, |index| self.called(index))
    }
}

#[cfg(test)]
mod tests {
    use std::path::PathBuf;

    use super::super::series_file::{Unlabelled, unlabelled};
    use super::*;

    const TS: &str = "@classLabel true a b\n@data\n1,2:3,4:b\n5:6:a\n";

    fn saved(name: &str, text: &str) -> (tempfile::TempDir, PathBuf) {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join(name);
        std::fs::write(&path, text).unwrap();
        (folder, path)
    }

    fn refused(name: &str, text: &str) -> String {
        let (_folder, path) = saved(name, text);
        SeriesSet::read(&path, &SeriesColumns::default(), false)
            .unwrap_err()
            .to_string()
    }

    #[test]
    fn a_ts_file_is_read_time_first() {
        let (_folder, path) = saved("a.ts", TS);
        let set = SeriesSet::read(&path, &SeriesColumns::default(), false).unwrap();
        assert_eq!(
            set.series[0],
            Series {
                values: vec![1.0, 3.0, 2.0, 4.0],
                steps: 2,
                channels: 2
            }
        );
        assert_eq!((set.series[1].steps, set.channels), (1, 2));
        assert_eq!(
            (set.labels, set.classes),
            (vec![1, 0], vec!["a".to_owned(), "b".to_owned()])
        );
    }

    #[test]
    fn tables_are_read_by_their_extension() {
        for (name, text) in [
            ("a.csv", "label,t0\nx,1\ny,2\n"),
            ("a.tsv", "label\tt0\nx\t1\ny\t2\n"),
        ] {
            let (_folder, path) = saved(name, text);
            assert_eq!(
                SeriesSet::read(&path, &SeriesColumns::default(), false)
                    .unwrap()
                    .labels,
                [0, 1],
                "{name}"
            );
        }
    }

    #[test]
    fn a_test_file_takes_the_classes_of_the_training_file() {
        let (_folder, path) = saved("a.csv", "label,t0\nx,1\n");
        let classes = ["y".to_owned(), "x".to_owned()];
        let set =
            SeriesSet::read_with_classes(&path, &SeriesColumns::default(), &classes, 1, false)
                .unwrap();
        assert_eq!((set.labels, set.classes), (vec![1], classes.to_vec()));
        let error =
            SeriesSet::read_with_classes(&path, &SeriesColumns::default(), &classes[..1], 1, false)
                .unwrap_err()
                .to_string();
        assert!(
            error.contains("a.csv: row 1 (line 2): label `x` is none of the classes `y`"),
            "{error}"
        );
    }

    #[test]
    fn another_number_of_channels_is_refused() {
        let (_folder, path) = saved("a.ts", TS);
        let classes = ["a".to_owned(), "b".to_owned()];
        for error in [
            SeriesSet::read_with_classes(&path, &SeriesColumns::default(), &classes, 3, false)
                .unwrap_err(),
            unlabelled(&path, &SeriesColumns::default(), Labels::Classes, 3, false).unwrap_err(),
        ] {
            let error = error.to_string();
            assert!(
                error.contains("a.ts: the series have 2 channels and the training data had 3"),
                "{error}"
            );
        }
    }

    #[test]
    fn series_to_predict_need_no_labels() {
        let plain = "@classLabel false\n@data\n1,2:3,4\n";
        for (name, text, channels) in [
            ("a.ts", TS, 2),
            ("a.ts", plain, 2),
            ("a.csv", "t0,t1\n1,2\n", 1),
            ("a.csv", "label,t0\nx,1\n", 1),
        ] {
            let (_folder, path) = saved(name, text);
            let Unlabelled { series, .. } = unlabelled(
                &path,
                &SeriesColumns::default(),
                Labels::Classes,
                channels,
                false,
            )
            .unwrap();
            assert_eq!(
                (series[0].values[0], series[0].channels),
                (1.0, channels),
                "{text}"
            );
        }
    }

    #[test]
    fn values_are_missing_where_the_cell_takes_that() {
        const WORD: &str = "is not a finite number";
        for (name, text, why) in [
            (
                "a.csv",
                "label,t0,t1,t2,t3\nx,1,,3,\ny,,2,,\n",
                "the value is empty",
            ),
            (
                "a.csv",
                "label,t0,t1,t2,t3\nx,1,NaN,3,nan\ny,?,2,NA,\n",
                WORD,
            ),
            (
                "a.ts",
                "@classLabel true x y\n@data\n1,?,3:x\nNaN, 2:y\n",
                WORD,
            ),
        ] {
            let (_folder, path) = saved(name, text);
            let error = SeriesSet::read(&path, &SeriesColumns::default(), false)
                .unwrap_err()
                .to_string();
            assert!(error.contains(why), "{error}");
            assert!(
                error.contains("or take a cell for missing values, as gru_d is"),
                "{error}"
            );
            let set = SeriesSet::read(&path, &SeriesColumns::default(), true).unwrap();
            let [x, y] = [0, 1].map(|row| &set.series[row]);
            assert_eq!((x.steps, y.steps), (3, 2), "{name}");
            assert_eq!((x.values[0], x.values[2], y.values[1]), (1.0, 3.0, 2.0));
            assert!(x.values[1].is_nan() && y.values[0].is_nan(), "{name}");
        }
    }

    #[test]
    fn words_are_no_missing_values() {
        for (name, text, why) in [
            (
                "a.csv",
                "label,t0\nx,1\ny,none at all\n",
                "is not a finite number",
            ),
            (
                "a.ts",
                "@classLabel true x y\n@data\n1:x\n1,,1:y\n",
                "the value is empty",
            ),
        ] {
            let (_folder, path) = saved(name, text);
            let error = SeriesSet::read(&path, &SeriesColumns::default(), true)
                .unwrap_err()
                .to_string();
            assert!(error.contains(why), "{error}");
        }
    }

    #[test]
    fn training_needs_labels() {
        for (name, text) in [("a.ts", "@data\n1,2\n"), ("a.csv", "t0,t1\n1,2\n")] {
            let error = refused(name, text);
            assert!(error.contains("the series have no labels"), "{error}");
        }
        let error = refused("a.csv", "1,2,3\n2,3,4\n");
        assert!(
            error.contains("task.label_column names (the first row is data and no header"),
            "{error}"
        );
    }

    #[test]
    fn every_digit_of_a_file_is_there() {
        for (name, text) in [
            (
                "a.ts",
                "@classLabel true x y\n@data\n4492557.123:x\n4492557.124:y\n",
            ),
            ("a.csv", "label,t0\nx,4492557.123\ny,4492557.124\n"),
        ] {
            let (_folder, path) = saved(name, text);
            let set = SeriesSet::read(&path, &SeriesColumns::default(), false).unwrap();
            assert_eq!(set.series[0].values, [4_492_557.123], "{name}");
            assert_eq!(set.series[1].values, [4_492_557.124], "{name}");
        }
    }

    #[test]
    fn other_extensions_are_refused() {
        let error = refused("a.arff", "");
        assert!(
            error.contains(
                "a.arff: series are read from .ts, .csv, .tsv, .txt, .parquet, .arrow, .jsonl, .json, .npz and .npy files"
            ),
            "{error}"
        );
        assert!(error.contains("`arff`"), "{error}");
    }

    #[test]
    fn labels_must_be_among_those_announced_and_two() {
        let error = refused("a.ts", "@classLabel true a b\n@data\n1:a\n1:c\n");
        assert!(
            error.contains("a.ts: row 2 (line 4): label `c` is none of the classes `a`, `b`"),
            "{error}"
        );
        assert!(
            refused("a.ts", "@classLabel true a\n@data\n1:a\n").contains("two classes at least")
        );
        assert!(refused("a.csv", "label,t0\nx,1\n").contains("two classes at least"));
    }
}
