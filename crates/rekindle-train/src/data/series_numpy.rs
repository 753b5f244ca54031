//! Series in arrays of NumPy: `numpy.savez("a.npz", x=x, y=y)` with `x` of `[series, steps]` or `[series, steps, channels]` and a
//! label each in `y`, of numbers or of text; or `x` alone, `numpy.save("a.npy", x)`.

use rekindle_interop::formats::numpy::{self, Arrays, Texts};
use rekindle_interop::formats::{self, Entry, Format, FormatError};
use rekindle_interop::tensor_data;

use super::message::{counted, listed, shown};
use super::number;
use super::series::{Series, SeriesColumns};
use super::series_parsed::{Labels, Parsed};
use crate::error::{Error, Result};

/// What the array of the series is called, in any case; `tensor` is that of a file of one array.
const VALUES: [&str; 6] = ["x", "tensor", "data", "values", "series", "inputs"];

/// What the array of the labels is called besides what a column of them is.
const LABELS: [&str; 4] = ["y", "labels", "targets", "classes"];

/// Parses the content of the file called `name`.
pub(super) fn parse(
    name: String,
    bytes: &[u8],
    wish: &SeriesColumns,
    labels: Labels,
    takes_missing: bool,
) -> Result<Parsed> {
    let mend = |why: String| Error::mend(format!("{name}: {why}"));
    let read = match Format::of(bytes) {
        Some(Format::Zip) => numpy::read(bytes),
        _ => formats::read(bytes).map(|numbers| Arrays {
            numbers,
            ..Arrays::default()
        }),
    };
    let arrays = read.map_err(|error| mend(error.to_string()))?;
    let names = arrays.numbers.names();
    let names: Vec<&str> = names
        .chain(arrays.texts.keys().map(String::as_str))
        .collect();
    let called = |wanted: &str| {
        let mut names = names.iter().copied();
        names.find(|array| array.to_lowercase() == wanted)
    };
    let values = VALUES.into_iter().filter_map(called);
    let of_numbers = |x| arrays.numbers.get(x).map(|entry| (x, entry));
    let Some((x, entry)) = values.filter_map(of_numbers).next() else {
        let all: Vec<String> = names.iter().map(|&name| name.to_owned()).collect();
        return Err(mend(format!(
            "no array of numbers is called `x`, the series [series, steps, channels]; there are {}",
            listed(&all)
        )));
    };
    let y = match &wish.label {
        Some(name) => names.iter().copied().find(|array| array == name),
        None => labels
            .names()
            .iter()
            .copied()
            .chain(LABELS)
            .find_map(called),
    };
    let axes = &entry.shape;
    let (rows, steps, channels) = match axes[..] {
        [rows, steps] if rows * steps > 0 => (rows, steps, 1),
        [rows, steps, channels] if rows * steps * channels > 0 => (rows, steps, channels),
        _ => {
            return Err(mend(format!(
                "the array {} has the axes {axes:?}; series need [series, steps] or [series, steps, channels]",
                shown(x)
            )));
        }
    };
    let mut notes = vec![format!(
        "{name}: {rows} series of {} and {} in {}",
        counted(steps, "steps"),
        counted(channels, "channels"),
        shown(x)
    )];
    notes.extend((channels > steps).then(|| {
        format!(
            "{name}: there are more channels than steps; where the axes of {} are [series, channels, steps], turn them by \
             x.transpose(0, 2, 1)",
            shown(x)
        )
    }));
    let left_out = names
        .iter()
        .filter(|&&array| array != x && Some(array) != y);
    let left_out: Vec<String> = left_out.map(|&array| array.to_owned()).collect();
    notes.extend((!left_out.is_empty()).then(|| format!("{name}: left out {}", listed(&left_out))));
    let one = |(row, values): (usize, &[f64])| {
        one_series(values, channels, takes_missing)
            .map_err(|why| mend(format!("row {}{why}", row + 1)))
    };
    let series = numbers(entry).map_err(|error| mend(error.to_string()))?;
    let series = series.chunks(steps * channels).enumerate().map(one);
    Ok(Parsed {
        series: series.collect::<Result<_>>()?,
        labels: y
            .map(|y| written(&arrays, y, rows).map_err(mend))
            .transpose()?,
        ids: None,
        sums: None,
        lines: Vec::new(),
        announces: None,
        announced: Vec::new(),
        channels,
        columns: SeriesColumns {
            label: y.map(str::to_owned),
            ..SeriesColumns::default()
        },
        hint: ", a file of NumPy an array `y`: numpy.savez(\"a.npz\", x=x, y=y)",
        notes,
        name,
    })
}

/// The numbers of an array, in the order of rows.
fn numbers(entry: &Entry<'_>) -> Result<Vec<f64>, FormatError> {
    Ok(tensor_data(entry)?.iter::<f64>().collect())
}

/// The labels of so many series as a table has them: a whole number without a point, a text without the blanks around it.
fn written(arrays: &Arrays<'_>, name: &str, rows: usize) -> Result<Vec<String>, String> {
    let (labels, shape): (Vec<String>, &[usize]) = match arrays.texts.get(name) {
        Some(Texts { texts, shape }) => {
            let texts = texts.iter().map(|text| text.trim().to_owned());
            (texts.collect(), shape)
        }
        None => {
            let entry = arrays.numbers.get(name).ok_or("there is no such array")?;
            let labels = numbers(entry).map_err(|error| error.to_string())?;
            (labels.iter().map(f64::to_string).collect(), &entry.shape)
        }
    };
    match labels.len() == rows {
        true => Ok(labels),
        false => Err(format!(
            "the array {} has the axes {shape:?}, where {rows} series need a label each",
            shown(name)
        )),
    }
}

/// A series of the values of its steps, of which those at the end are none that are NaN throughout. The error stands behind the row.
fn one_series(values: &[f64], channels: usize, takes_missing: bool) -> Result<Series, String> {
    let mut steps = values.chunks(channels);
    let last = steps.rposition(|step| step.iter().any(|value| !value.is_nan()));
    let Some(last) = last else {
        return Err(" has no values; leave it out".into());
    };
    let values = &values[..(last + 1) * channels];
    let at = |index: usize| {
        format!(
            ", step {}, channel {}",
            index / channels + 1,
            index % channels + 1
        )
    };
    for (index, value) in values.iter().enumerate() {
        if value.is_nan() && !takes_missing {
            return Err(format!(
                "{}: NaN is a missing value; fill it in, leave the series out, or take a cell for missing values, as gru_d is",
                at(index)
            ));
        }
        if !value.is_nan() && !number::is_taken(*value) {
            let written = value.to_string();
            return Err(format!("{}: {}", at(index), number::refusal(&written)));
        }
    }
    Ok(Series {
        values: values.to_vec(),
        steps: last + 1,
        channels,
    })
}
