//! Series in JSON lines: `{"label": "up", "values": [[1.0, 2.0], [3.0, 4.0]]}`, a series a line, a list of numbers a step, or a
//! number where there is one channel.

use serde::Deserialize;
use serde_json::Value;

use super::message::{counted, row, shown};
use super::number;
use super::series::{Series, SeriesColumns};
use super::series_parsed::{Labels, Parsed};
use crate::error::{Error, Result};

/// A line; its label may have another key.
#[derive(Deserialize)]
struct Line {
    values: Vec<Step>,
    #[serde(flatten)]
    others: serde_json::Map<String, Value>,
}

/// The numbers of a step, of which any may be missing.
#[derive(Deserialize)]
#[serde(untagged)]
enum Step {
    One(Option<f64>),
    All(Vec<Option<f64>>),
}

/// Parses the text of the file called `name`.
pub(super) fn parse(
    name: String,
    text: &str,
    wish: &SeriesColumns,
    labels: Labels,
    takes_missing: bool,
) -> Result<Parsed> {
    let key = wish.label.as_deref().unwrap_or(labels.names()[0]);
    let (mut series, mut written, mut lines) = (Vec::new(), Vec::new(), Vec::new());
    let all = text.lines().enumerate();
    for (index, line) in all.filter(|(_, line)| !line.trim().is_empty()) {
        let wrong = |problem: &dyn std::fmt::Display| {
            let row = row(lines.len(), Some(index + 1));
            Error::mend(format!("{name}: {row}: {problem}"))
        };
        let parsed: Line = serde_json::from_str(line).map_err(|error| {
            wrong(&format!(
                "{error}; a series is written as {{\"label\": \"up\", \"values\": [1.0, 2.0]}}"
            ))
        })?;
        let one = one_series(&parsed.values, takes_missing).map_err(|problem| wrong(&problem))?;
        let channels = series
            .first()
            .map_or(one.channels, |first: &Series| first.channels);
        if one.channels != channels {
            let problem = format!(
                "{}, and the first series has {channels}",
                counted(one.channels, "channels")
            );
            return Err(wrong(&problem));
        }
        series.push(one);
        lines.push(index + 1);
        written.push(match parsed.others.get(key) {
            None | Some(Value::Null) => String::new(),
            Some(Value::String(label)) => label.trim().to_owned(),
            Some(other) => other.to_string(),
        });
    }
    let Some(first) = series.first() else {
        return Err(Error::mend(format!("{name}: no series; write one a line")));
    };
    Ok(Parsed {
        channels: first.channels,
        labels: written
            .iter()
            .any(|label| !label.is_empty())
            .then_some(written),
        ids: None,
        lines,
        announces: None,
        announced: Vec::new(),
        columns: SeriesColumns {
            label: Some(key.to_owned()),
            ..SeriesColumns::default()
        },
        hint: "",
        notes: vec![format!("{name}: {} series, a line each", series.len())],
        name,
        series,
    })
}

/// The series of a line; the error is the problem and its remedy.
fn one_series(steps: &[Step], takes_missing: bool) -> Result<Series, String> {
    let width = |step: &Step| match step {
        Step::One(_) => 1,
        Step::All(all) => all.len(),
    };
    let channels = steps.first().map_or(0, width);
    if channels == 0 {
        return Err("`values` is empty; remove the line, or write its numbers".into());
    }
    let mut values = Vec::with_capacity(steps.len() * channels);
    for (index, step) in steps.iter().enumerate() {
        if width(step) != channels {
            let (own, step) = (width(step), index + 1);
            return Err(format!(
                "step {step} has {}, and step 1 has {channels}",
                counted(own, "numbers")
            ));
        }
        let numbers = match step {
            Step::One(number) => std::slice::from_ref(number),
            Step::All(all) => all,
        };
        for number in numbers {
            values.push(match number {
                Some(value) => number::finite(&value.to_string()).ok_or_else(|| {
                    let cell = value.to_string();
                    format!("step {}: {} {}", index + 1, shown(&cell), number::refusal(&cell))
                })?,
                None if takes_missing => f64::NAN,
                None => {
                    return Err(format!(
                        "step {}: null is a missing value; fill it in, remove the line, or take a cell for missing values, as \
                         gru_d is",
                        index + 1
                    ));
                }
            });
        }
    }
    Ok(Series {
        values,
        steps: steps.len(),
        channels,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str, takes_missing: bool) -> Result<Parsed> {
        parse(
            "a.jsonl".into(),
            text,
            &SeriesColumns::default(),
            Labels::Classes,
            takes_missing,
        )
    }

    #[test]
    fn a_line_is_a_series() {
        let text = "{\"label\": \"up\", \"values\": [[1, 2], [3, 4.5]]}\n\n{\"values\": [[5, null]], \"label\": 7, \"id\": 1}\n";
        let parsed = read(text, true).unwrap();
        assert_eq!(parsed.series[0].values, [1.0, 2.0, 3.0, 4.5]);
        assert_eq!((parsed.series[1].steps, parsed.channels), (1, 2));
        assert!(parsed.series[1].values[1].is_nan());
        assert_eq!(parsed.labels.unwrap(), ["up", "7"]);
        let unlabelled = read("{\"values\": [1, 2, 3]}\n", false).unwrap();
        assert_eq!((unlabelled.labels, unlabelled.series[0].steps), (None, 3));
    }

    #[test]
    fn what_is_wrong_names_the_line() {
        for (text, words) in [
            ("", "a.jsonl: no series"),
            ("{\"values\": [1]}\n[1, 2]\n", "a.jsonl: row 2 (line 2): "),
            ("{\"values\": []}", "row 1 (line 1): `values` is empty"),
            (
                "{\"values\": [1, [2, 3]]}",
                "row 1 (line 1): step 2 has 2 numbers, and step 1 has 1",
            ),
            (
                "{\"values\": [1]}\n{\"values\": [[2, 3]]}",
                "row 2 (line 2): 2 channels, and the first series has 1",
            ),
            (
                "{\"values\": [1, null]}",
                "row 1 (line 1): step 2: null is a missing value",
            ),
            ("{\"values\": [1e200]}", "is beyond 1e140 in size"),
        ] {
            let error = read(text, false).unwrap_err().to_string();
            assert!(error.contains(words), "{error}");
        }
    }
}
