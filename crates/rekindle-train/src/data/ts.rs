//! The `.ts` files of the UEA and UCR time series archives.
//!
//! ```text
//! # comments
//! @univariate false
//! @dimensions 2
//! @classLabel true walking running
//! @data
//! 0.1,0.2,0.3:1.5,?,1.7:walking          channel 1 : channel 2 : label; ? is a missing value
//! ```

use super::message::{counted, row, shown};
use super::number;
use super::series::{Series, SeriesColumns};
use super::series_parsed::Parsed;
use super::ts_header::Header;
use crate::error::{Error, Result};

/// What stands in the place of a missing value.
fn is_missing(cell: &str) -> bool {
    cell == "?" || cell.eq_ignore_ascii_case("nan")
}

/// Parses the text of the file called `name`.
pub(super) fn parse(name: String, text: &str, takes_missing: bool) -> Result<Parsed> {
    let mut header = Header::default();
    let mut in_data = false;
    let mut series = Vec::new();
    let (mut labels, mut lines) = (Vec::new(), Vec::new());
    for (index, line) in text.lines().enumerate() {
        let line = line.trim();
        let place = Place {
            name: &name,
            line: index + 1,
            row: series.len() + 1,
        };
        if line.is_empty() || line.starts_with(['#', '%']) {
            continue;
        }
        if in_data {
            let (values, label) = header.cut(line);
            let plain;
            let values = match header.has_stamps {
                false => values,
                true => {
                    plain = without_stamps(&place, values)?;
                    &plain
                }
            };
            let one = one_series(&place, values, takes_missing)?;
            same_channels(&place, &header, one.channels, &series)?;
            if label == Some("") {
                return Err(place.mend("no label after the last colon; add it or remove the row"));
            }
            series.push(one);
            lines.push(index + 1);
            labels.extend(label.map(str::to_owned));
        } else if line.eq_ignore_ascii_case("@data") {
            in_data = true;
        } else {
            header
                .read(line)
                .map_err(|problem| Error::mend(format!("{name}: line {}: {problem}", index + 1)))?;
        }
    }
    let Some(first) = series.first() else {
        return Err(Error::mend(format!(
            "{name}: no series; they must follow a line `@data`, one a line"
        )));
    };
    let channels = first.channels;
    let labels = header.labels.is_some().then_some(labels);
    Ok(Parsed {
        name,
        series,
        labels,
        ids: None,
        sums: None,
        lines,
        announces: header.labels,
        announced: header.classes,
        channels,
        columns: SeriesColumns::default(),
        hint: "",
        notes: header.notes,
    })
}

/// Where a row stands, for error messages.
struct Place<'a> {
    name: &'a str,
    line: usize,
    row: usize,
}

impl Place<'_> {
    fn mend(&self, problem: impl std::fmt::Display) -> Error {
        Error::mend(format!(
            "{}: {}: {problem}",
            self.name,
            row(self.row - 1, Some(self.line))
        ))
    }
}

/// The series of one row. The file has it a channel after the other, models want it a step after
/// the other.
fn one_series(place: &Place<'_>, text: &str, takes_missing: bool) -> Result<Series> {
    let mut channels: Vec<Vec<f64>> = Vec::new();
    for (index, channel) in text.split(':').enumerate() {
        let value = |cell: &str| match (number::finite(cell), cell.trim()) {
            (Some(value), _) => Ok(value),
            (None, cell) if takes_missing && is_missing(cell) => Ok(f64::NAN),
            (None, cell) => Err(place.mend(format!(
                "channel {}: {}; fill missing values in, remove the row, \
                 or take a cell for missing values, as gru_d is",
                index + 1,
                number::refusal(cell)
            ))),
        };
        channels.push(channel.split(',').map(value).collect::<Result<_>>()?);
    }
    let steps = channels.first().map_or(0, Vec::len);
    if let Some((index, other)) = channels
        .iter()
        .enumerate()
        .find(|(_, other)| other.len() != steps)
    {
        return Err(place.mend(format!(
            "channel {} has {} and channel 1 has {steps}; the channels of a row must be equally long",
            index + 1,
            counted(other.len(), "steps")
        )));
    }
    let values = (0..steps).flat_map(|step| {
        channels
            .iter()
            .filter_map(move |channel| channel.get(step).copied())
    });
    Ok(Series {
        values: values.collect(),
        steps,
        channels: channels.len(),
    })
}

/// The values of `(stamp,value),(stamp,value):...`: what is left when every stamp and the brackets are.
fn without_stamps(place: &Place<'_>, text: &str) -> Result<String> {
    let wrong = |found: &str| {
        place.mend(format!(
            "{} is not of the form (time,value), as `@timeStamps true` announces",
            shown(found)
        ))
    };
    let mut plain = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(inside) = rest.trim_start().strip_prefix('(') {
        let (pair, behind) = inside.split_once(')').ok_or_else(|| wrong(rest))?;
        let (_, value) = pair.rsplit_once(',').ok_or_else(|| wrong(pair))?;
        plain.push_str(value);
        rest = behind.trim_start();
        match rest.chars().next() {
            None => return Ok(plain),
            Some(mark @ (',' | ':')) => plain.push(mark),
            Some(_) => break,
        }
        rest = &rest[1..];
    }
    Err(wrong(rest))
}

fn same_channels(
    place: &Place<'_>,
    header: &Header,
    channels: usize,
    earlier: &[Series],
) -> Result<()> {
    let announced = header.channels.map(|count| (count, "the header announces"));
    let expected = announced.or_else(|| earlier.first().map(|first| (first.channels, "row 1 has")));
    match expected {
        Some((count, source)) if count != channels => Err(place.mend(format!(
            "{} and {source} {count}; check the colons, the label and `@dimensions`",
            counted(channels, "channels")
        ))),
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::super::series_parsed::Labels;
    use super::*;

    fn read(text: &str) -> Result<Parsed> {
        parse("a.ts".to_owned(), text, false)
    }

    fn refused(text: &str) -> String {
        read(text).unwrap_err().to_string()
    }

    #[test]
    fn a_multivariate_file_of_unequal_lengths_is_read() {
        let parsed = read(
            "# about\n% more\n\n@problemName Steps\n@timeStamps false\n@MISSING false\n@univariate false\n@dimensions 2\n\
             @equalLength false\n@classLabel true walk run\n@Data\n1,2,3:4,5,6:run\n# between\n 7 : 8 : walk \n",
        )
        .unwrap();
        assert_eq!(
            parsed.series[0],
            Series {
                values: vec![1.0, 4.0, 2.0, 5.0, 3.0, 6.0],
                steps: 3,
                channels: 2
            }
        );
        assert_eq!(
            parsed.series[1],
            Series {
                values: vec![7.0, 8.0],
                steps: 1,
                channels: 2
            }
        );
        assert_eq!(parsed.labels.unwrap(), ["run", "walk"]);
        assert_eq!(
            (parsed.announced, parsed.channels),
            (vec!["walk".to_owned(), "run".to_owned()], 2)
        );
    }

    #[test]
    fn a_file_without_labels_is_all_channels() {
        let parsed =
            read("@univariate true\r\n@classLabel false\r\n@data\r\n1,2\r\n3\r\n").unwrap();
        assert_eq!((parsed.labels, parsed.channels), (None, 1));
        assert_eq!(parsed.series[0].values, [1.0, 2.0]);
    }

    #[test]
    fn missing_values_name_line_row_and_channel() {
        for (cell, why) in [
            ("?", "`?` is not a finite number"),
            ("NaN", "`NaN` is not a finite number"),
            ("", "the value is empty"),
            ("1.2.3", "`1.2.3` is not a finite number"),
        ] {
            let error = refused(&format!(
                "@classLabel true a b\n@data\n1,2:3,4:a\n1,2:3,{cell}:b\n"
            ));
            let expected = format!("a.ts: row 2 (line 4): channel 2: {why}");
            assert!(error.contains(&expected), "{error}");
        }
    }

    #[test]
    fn channels_of_a_row_must_be_equally_long() {
        let error = refused("@classLabel true a b\n@data\n1,2:3:a\n");
        assert!(
            error.contains("a.ts: row 1 (line 3): channel 2 has 1 step and channel 1 has 2"),
            "{error}"
        );
    }

    #[test]
    fn every_row_needs_the_same_channels() {
        let error = refused("@classLabel true a b\n@data\n1:3:a\n1:b\n");
        assert!(
            error.contains("a.ts: row 2 (line 4): 1 channel and row 1 has 2"),
            "{error}"
        );
        let error = refused("@dimensions 3\n@data\n1:3\n");
        assert!(
            error.contains("a.ts: row 1 (line 3): 2 channels and the header announces 3"),
            "{error}"
        );
        let error = refused("@univariate true\n@data\n1:3\n");
        assert!(
            error.contains("2 channels and the header announces 1"),
            "{error}"
        );
    }

    #[test]
    fn a_row_that_lacks_its_label_is_refused() {
        let error = refused("@univariate true\n@classLabel true a b\n@data\n1,2\n");
        assert!(
            error.contains("a.ts: row 1 (line 4): channel 1: the value is empty"),
            "{error}"
        );
    }

    #[test]
    fn an_empty_label_is_refused() {
        let error = refused("@classLabel true\n@data\n1,2:a\n1,2: \n");
        assert!(
            error.contains("a.ts: row 2 (line 4): no label after the last colon"),
            "{error}"
        );
    }

    #[test]
    fn headers_that_cannot_be_followed_name_their_line() {
        let error = refused("@problemName x\n@targetLabel maybe\n@data\n");
        assert!(
            error.contains("a.ts: line 2: @targetlabel `maybe`"),
            "{error}"
        );
    }

    #[test]
    fn a_file_of_numbers_says_so() {
        let parsed = read("@targetLabel true\n@data\n1,2:3,4:-0.5\n5:6:1e3\n").unwrap();
        assert_eq!(parsed.announces, Some(Labels::Numbers));
        assert_eq!(parsed.labels.unwrap(), ["-0.5", "1e3"]);
        assert_eq!((parsed.channels, parsed.series[0].steps), (2, 2));
    }

    #[test]
    fn time_stamps_are_left_aside() {
        let head = "@timeStamps true\n@classLabel true a b\n@data\n";
        let parsed = read(&format!(
            "{head}(2004-10-01 00:00:00,0.5),(2004-10-01 01:00:00,1.5):(0,7),(1,8):a\n(3,2):(4,9):b\n"
        ))
        .unwrap();
        assert_eq!(parsed.series[0].values, [0.5, 7.0, 1.5, 8.0]);
        assert_eq!(parsed.series[1].values, [2.0, 9.0]);
        assert!(parsed.notes[0].contains("time stamps are not read"));
        for row in ["1,2:a", "(1 2):a", "(0,1),(1,2:a", "(0,1)(1,2):a"] {
            let error = refused(&format!("{head}{row}\n"));
            assert!(error.contains("not of the form (time,value)"), "{error}");
        }
    }

    #[test]
    fn files_without_series_are_refused() {
        for text in [
            "",
            "@classLabel true a b\n",
            "@classLabel true a b\n@data\n",
        ] {
            assert!(
                refused(text).contains("a.ts: no series; they must follow a line `@data`"),
                "{text}"
            );
        }
    }
}
