//! The `@` lines that open a `.ts` file.

use super::message::shown;
use super::series_parsed::Labels;

/// What the header says of the rows below it.
#[derive(Debug, Default)]
pub(super) struct Header {
    /// The channels of every row, when announced.
    pub(super) channels: Option<usize>,
    /// What each row ends in, if anything.
    pub(super) labels: Option<Labels>,
    /// The classes announced, in file order.
    pub(super) classes: Vec<String>,
    /// Whether each value stands beside a time, `(time,value)`.
    pub(super) has_stamps: bool,
    /// What is to be said of it.
    pub(super) notes: Vec<String>,
}

impl Header {
    /// Takes in one line; the error is the problem and its remedy, without the place.
    pub(super) fn read(&mut self, line: &str) -> Result<(), String> {
        let Some(tag) = line.strip_prefix('@') else {
            return Err(format!(
                "{} stands before `@data`; put `@data` above the first series",
                shown(line)
            ));
        };
        let mut words = tag.split_whitespace();
        let tag = words.next().unwrap_or_default().to_lowercase();
        let value = words.next().unwrap_or_default();
        match tag.as_str() {
            // Names are free text. Missing values are refused where they stand. The archives'
            // announcements of lengths are not all true, and every row has its own length anyway.
            "problemname" | "missing" | "equallength" | "serieslength" => {}
            "timestamps" => {
                self.has_stamps = yes(&tag, value)?;
                if self.has_stamps {
                    let note = "time stamps are not read; the steps of a series are taken as even";
                    self.notes.push(note.to_owned());
                }
            }
            "univariate" => {
                if yes(&tag, value)? {
                    self.channels = Some(1);
                }
            }
            "dimension" | "dimensions" => {
                let count = value.parse().ok().filter(|&count: &usize| count > 0);
                self.channels = Some(count.ok_or_else(|| {
                    format!("@{tag} {} is not a count; use 1 or more", shown(value))
                })?);
            }
            "classlabel" => {
                self.ends_in(Labels::Classes, yes(&tag, value)?)?;
                self.classes = words.map(str::to_owned).collect();
            }
            "targetlabel" => {
                self.ends_in(Labels::Numbers, yes(&tag, value)?)?;
            }
            _ => {
                return Err(format!(
                    "unknown header {}; correct it, or put # before it",
                    shown(line)
                ));
            }
        }
        Ok(())
    }

    /// Takes in whether rows end in such labels.
    fn ends_in(&mut self, labels: Labels, do_they: bool) -> Result<(), String> {
        match (self.labels, do_they) {
            (_, false) => Ok(()),
            (Some(other), true) if other != labels => Err(
                "@classLabel and @targetLabel are both true, and a row has one label; set one of them to false".to_owned(),
            ),
            (_, true) => {
                self.labels = Some(labels);
                Ok(())
            }
        }
    }

    /// A row as its channels and, when rows are labelled, its label.
    pub(super) fn cut<'a>(&self, row: &'a str) -> (&'a str, Option<&'a str>) {
        if self.labels.is_none() {
            return (row, None);
        }
        // A row that has nothing but a label is left without values, which the reader refuses.
        let (values, label) = row.rsplit_once(':').unwrap_or(("", row));
        (values, Some(label.trim()))
    }
}

fn yes(tag: &str, value: &str) -> Result<bool, String> {
    match value.to_lowercase().as_str() {
        "true" => Ok(true),
        "false" => Ok(false),
        _ => Err(format!("@{tag} {} is neither true nor false", shown(value))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(line: &str) -> Result<Header, String> {
        let mut header = Header::default();
        header.read(line).map(|()| header)
    }

    #[test]
    fn tags_are_read_in_any_case() {
        assert_eq!(read("@UNIVARIATE True").unwrap().channels, Some(1));
        assert_eq!(read("@univariate false").unwrap().channels, None);
        assert_eq!(read("@dimension 6").unwrap().channels, Some(6));
        assert_eq!(
            read("@classlabel TRUE Left right").unwrap().classes,
            ["Left", "right"]
        );
        assert_eq!(read("@classLabel false").unwrap().labels, None);
        let labels = read("@targetLabel true").unwrap().labels;
        assert_eq!(labels, Some(Labels::Numbers));
        for line in [
            "@problemName a b",
            "@missing true",
            "@equalLength false",
            "@seriesLength 5",
            "@timestamps false",
        ] {
            assert!(read(line).is_ok(), "{line}");
        }
    }

    #[test]
    fn a_row_has_one_label() {
        let mut header = Header::default();
        header.read("@targetLabel true").unwrap();
        header.read("@classLabel false").unwrap();
        let problem = header.read("@classLabel true a b").unwrap_err();
        assert!(problem.contains("both true"), "{problem}");
    }

    #[test]
    fn rows_are_cut_at_the_last_colon() {
        let labelled = read("@classLabel true").unwrap();
        assert_eq!(labelled.cut("1,2:3,4: a "), ("1,2:3,4", Some("a")));
        assert_eq!(labelled.cut("1,2"), ("", Some("1,2")));
        assert_eq!(Header::default().cut("1:2"), ("1:2", None));
    }

    #[test]
    fn what_cannot_be_followed_is_refused() {
        for (line, words) in [
            (
                "@timeStamps maybe",
                "@timestamps `maybe` is neither true nor false",
            ),
            ("@univariate", "@univariate `` is neither true nor false"),
            (
                "@classLabel a b",
                "@classlabel `a` is neither true nor false",
            ),
            ("@dimensions 0", "@dimensions `0` is not a count"),
            ("@dimensions two", "@dimensions `two` is not a count"),
            (
                "@targetLabel a",
                "@targetlabel `a` is neither true nor false",
            ),
            ("@colour red", "unknown header `@colour red`"),
            ("1,2:a", "`1,2:a` stands before `@data`"),
        ] {
            let problem = read(line).unwrap_err();
            assert!(problem.contains(words), "{line}: {problem}");
        }
    }
}
