//! What a file seems to hold, for whoever has no config yet.

use super::{
    binary, classes, clock, encoding, file,
    message::{listed, shown},
    pairs::{self, PairOf},
    series::SeriesColumns,
    series_csv, series_file, series_json,
    series_parsed::Labels,
    series_sound,
    step::Step,
    table::{
        self, Table,
        config::TableConfig,
        kind::{ColumnKind, Looked},
    },
    tagged,
};
use crate::{
    error::{Error, Result},
    shell::{quoted, word},
};
use std::{
    collections::{HashMap, HashSet},
    path::Path,
};

/// A file that was looked at.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Look {
    /// What it seems to hold.
    pub(crate) seen: Seen,
    /// Whether values are missing of what would be read.
    pub(crate) has_holes: bool,
    /// Whether what is taken for a text is nearly all numbers.
    pub(crate) has_numbers: bool,
    /// Whether a text, a class or a target is missing.
    pub(crate) has_empty: bool,
    /// The column of the class or the target, where its name alone does not say that it is.
    pub(crate) label: Option<String>,
    /// A column of few words that may be a class of each row, though the file was taken for another thing.
    pub(crate) may_be_class: Option<String>,
    /// The columns of a table with a step in each row that say to which series it belongs, and when it is.
    pub(crate) steps: Option<(String, Vec<String>)>,
    /// The rows of the series, or of each where there are several.
    pub(crate) rows: usize,
    /// The encoding, where it is none that a file says by itself.
    pub(crate) encoding: Option<&'static str>,
    /// The rows of a season where the step in time makes it evident, and what it is.
    pub(crate) season: Option<(usize, &'static str)>,
}

/// What a file seems to hold.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Seen {
    /// A text without columns, of so many characters.
    Prose(usize),
    /// Series with a class each.
    Series,
    /// Series with a number each.
    Targets,
    /// A text and its class in each row.
    Texts {
        /// The column of the texts.
        text: String,
        /// The column of the classes.
        label: String,
    },
    /// So many sentences with a tag for every word.
    Tagged(usize),
    /// So many texts, and what is to be written of each.
    Pairs(usize),
    /// So many files of sounds, and what is said in each.
    Sounds(usize),
    /// Numbers, a row a point in time.
    Rows(usize),
}

impl Default for Seen {
    /// An empty text.
    fn default() -> Seen {
        Seen::Prose(0)
    }
}

/// The most values that a column has whose values are classes, where its name does not say so.
const CLASSES: usize = 20;

/// Looks at a file, whose column of classes or targets may be named, and of which `written` says how it is written as a table. Where
/// nobody has `asked` for a task, one that would learn nonsense of it is not found for it.
///
/// # Errors
///
/// If it cannot be read, has no such column, or its owner is to say or do something first.
pub(crate) fn look(
    path: &Path,
    named: Option<&str>,
    written: &TableConfig,
    asked: bool,
) -> Result<Look> {
    let kind = file::kind(path);
    let is_json = table::json::is_json(&kind);
    if series_sound::is_folder(path) {
        return Ok(Look::at(Seen::Series));
    }
    if matches!(kind.as_str(), "ts" | "npz" | "npy") || is_json && table::json::has_lists(path)? {
        return series(path, named);
    }
    let prose = || {
        let text = file::read_text(path)?;
        let words = || {
            text.split_whitespace()
                .filter(|word| !word.starts_with('#'))
        };
        let numbers = words().filter(|word| word.parse::<f64>().is_ok()).count();
        Ok(Look {
            has_numbers: numbers > 20 && 5 * numbers > 4 * words().count(),
            ..Look::at(Seen::Prose(text.chars().count()))
        })
    };
    if named.is_none()
        && let Ok(text) = file::read_text(path)
        && let Some(sentences) = tagged::seems(&text)
    {
        return Ok(Look::at(Seen::Tagged(sentences)));
    }
    let is_table = named.is_some() || table::is_table(path);
    let western = written.encoding.is_none() && is_western(path)?;
    let encoding = western.then_some(WESTERN);
    let config = TableConfig {
        encoding: encoding.map(str::to_owned).or(written.encoding.clone()),
        ..written.clone()
    };
    let table = match Table::read(path, &config) {
        Ok(table) => table,
        Err(error) if is_table => return Err(error),
        Err(_) => return prose(),
    };
    if table.header.len() < 2 && !is_table {
        return prose();
    }
    if named.is_none() && pairs::seem(&table, PairOf::Texts) {
        return Ok(Look::at(Seen::Pairs(table.rows.len())));
    }
    if series_sound::file_column(&table).is_some() {
        return Ok(
            match named.is_none() && pairs::seem(&table, PairOf::Sounds) {
                true => Look::at(Seen::Sounds(table.rows.len())),
                false => Look {
                    label: named.map(str::to_owned),
                    ..Look::at(Seen::Series)
                },
            },
        );
    }
    let columns: Vec<Column> = (0..table.header.len())
        .map(|i| Column::of(&table, i))
        .collect();
    let label = match named {
        Some(named) => Some(&columns[table.column(named)?]),
        None => label(&columns),
    };
    let is_label = |column: &Column| label.is_some_and(|label| label.name == column.name);
    let text = columns
        .iter()
        .filter(|column| column.kind == ColumnKind::Text && !is_label(column))
        .max_by_key(|column| column.words);
    let is_number = |column: &&Column| column.kind == ColumnKind::Number && !is_label(column);
    let numbers = columns.iter().filter(is_number).count();
    // Where there is nothing else beside a class, texts may be of one word.
    let text = text.filter(|text| {
        !text.is_time
            && (text.is_prose() && text.words > table.rows.len() || named.is_some() && numbers == 0)
    });
    let are_numbers =
        |label: &Column| label.kind == ColumnKind::Number && (!label.has_few() || label.has_parts);
    let seen = match (label, text) {
        (Some(label), Some(text)) => Seen::Texts {
            text: text.name.clone(),
            label: label.name.clone(),
        },
        (Some(label), None) if named.is_some() && are_numbers(label) && numbers > 0 => {
            Seen::Targets
        }
        (Some(_), None) if named.is_some() && numbers > 0 => Seen::Series,
        (Some(label), _) if label.name == "label" && numbers > 0 => Seen::Series,
        // The class of each row, where nothing says that the rows are steps in time.
        (Some(label), None)
            if label.kind == ColumnKind::Text
                && label.is_class()
                && numbers > 0
                && !columns.iter().any(|column| column.is_time) =>
        {
            Seen::Series
        }
        (None, _) if numbers > 1 && columns.iter().any(Column::is_target) => Seen::Targets,
        _ if numbers > 0 => {
            if let (false, Some(first)) = (asked, wide(&table, &columns)) {
                return Err(is_wide(path, &table, &columns, first));
            }
            if let (false, None, Some(text)) = (asked, label, text) {
                is_survey(path, &table, &columns, text)?;
            }
            let look = of_rows(&table, &columns, label)?;
            return Ok(Look { encoding, ..look });
        }
        _ if is_table && label.is_some_and(|label| label.kind == ColumnKind::Number) => {
            let label = label.map_or("", |label| label.name.as_str());
            return Err(Error::mend(format!(
                "{}: there is nothing beside {} that it could be learned from; to forecast it: rekindle init forecast --data {}",
                path.display(),
                shown(label),
                quoted(path)
            )));
        }
        _ if is_table => {
            return Err(Error::mend(format!(
                "{}: there is no column of numbers, and none of texts beside one of classes; name a task and the column of classes, for \
                 example rekindle init classify_text --label COLUMN --data {}",
                path.display(),
                quoted(path)
            )));
        }
        _ => return prose(),
    };
    let has_empty = {
        let place = |wanted: Option<&Column>| wanted.and_then(|c| table.column(&c.name).ok());
        let is_empty = |column: usize| {
            (0..table.rows.len()).any(|row| table.cell(row, column).trim().is_empty())
        };
        [place(label), place(text)]
            .into_iter()
            .flatten()
            .any(is_empty)
    };
    Ok(Look {
        has_empty,
        encoding,
        label: named.map(str::to_owned),
        ..of_series(seen, &table, label)
    })
}

/// The words of a text at least, in the mean, beside which numbers are rather answers than measured in time.
const WORDS: usize = 3;

/// Asks for the class of a table of long texts, where several columns may be it.
fn is_survey(path: &Path, table: &Table, columns: &[Column], text: &Column) -> Result<()> {
    let candidates = columns.iter().filter(|column| column.has_few());
    let candidates: Vec<String> = candidates.map(|column| column.name.clone()).collect();
    match candidates.first() {
        Some(first) if text.words > WORDS * table.rows.len() => Err(Error::mend(format!(
            "{}: it has texts in {} and columns that may be their classes; name one, as in rekindle init --label {} --data {}, or a task, as in \
             rekindle init forecast\nthey are {}",
            path.display(),
            shown(&text.name),
            word(first),
            quoted(path),
            listed(&candidates)
        ))),
        _ => Ok(()),
    }
}

/// What programs write in the west that write no UTF-8.
const WESTERN: &str = "windows-1252";

/// Whether a file is no UTF-8, nor anything else that is known by its bytes, and all of its bytes are letters of the western encoding.
fn is_western(path: &Path) -> Result<bool> {
    let bytes = file::read_bytes(path)?;
    if encoding::decode(bytes.clone(), None).is_ok()
        || binary::known(&bytes).is_some()
        || bytes.contains(&0)
    {
        return Ok(false);
    }
    // What has no letter there is a control character.
    let is_control = |c: char| ('\u{80}'..'\u{a0}').contains(&c);
    let text = encoding::decode(bytes, encoding::named(WESTERN));
    Ok(text.is_ok_and(|(text, _)| !text.contains(is_control)))
}

/// What more is to be known of a table of which each row is a point in time.
fn of_rows(table: &Table, columns: &[Column], label: Option<&Column>) -> Result<Look> {
    let class = |taken: &[usize]| {
        let label = label.filter(|label| taken.iter().all(|&c| columns[c].name != label.name));
        label.map(|label| label.name.clone())
    };
    let is_open = |column: &Column| column.kind == ColumnKind::Number && column.has_holes;
    let look = Look {
        has_holes: columns.iter().any(is_open),
        rows: table.rows.len(),
        may_be_class: class(&[]),
        ..Look::at(Seen::Rows(table.rows.len()))
    };
    let all: Vec<Looked> = (0..columns.len())
        .map(|column| table.look(column))
        .collect();
    // What is wrong with the times is said where the config is tried.
    let Ok(Some(clock)) = clock::found(table, &all, |_| false) else {
        return Ok(look);
    };
    let when = clock.micros(table)?;
    let times = |rows: &[usize]| -> Vec<i64> {
        let mut times: Vec<i64> = rows.iter().map(|&row| when[row]).collect();
        if times.first() > times.last() {
            times.reverse();
        }
        times
    };
    let goes_on = |rows: &Vec<usize>| times(rows).is_sorted_by(|before, after| before < after);
    let whole: Vec<usize> = (0..table.rows.len()).collect();
    let series = match goes_on(&whole) {
        true => None,
        false => (0..columns.len())
            .filter(|column| !clock.columns.contains(column) && columns[*column].may_name())
            .map(|column| (column, groups(table, column)))
            .filter(|(_, groups)| groups.iter().all(goes_on))
            .min_by_key(|(_, groups)| groups.len()),
    };
    let longest = match &series {
        Some((_, groups)) => groups.iter().max_by_key(|rows| rows.len()),
        None => Some(&whole),
    };
    let longest = longest.map_or(&[][..], Vec::as_slice);
    let season = Step::of(&times(longest)).filter(|_| clock.format.is_some());
    // A class that all rows of a series share is that of the series.
    if let (Some((id, groups)), Some(label)) = (&series, label.filter(|label| label.is_class())) {
        let column = table.column(&label.name)?;
        let is_one = |rows: &Vec<usize>| {
            let of = |&row: &usize| table.cell(row, column).trim();
            rows.iter().all(|row| of(row) == of(&rows[0]))
        };
        if column != *id && groups.iter().all(is_one) {
            let named = |column: &usize| table.header[*column].clone();
            return Ok(Look {
                seen: Seen::Series,
                label: Some(label.name.clone()),
                may_be_class: None,
                steps: Some((named(id), clock.columns.iter().map(named).collect())),
                ..look
            });
        }
    }
    Ok(Look {
        rows: longest.len(),
        season: season
            .and_then(Step::season)
            .filter(|(rows, _)| 3 * rows <= longest.len()),
        may_be_class: class(
            &[
                clock.columns,
                series.iter().map(|(column, _)| *column).collect(),
            ]
            .concat(),
        ),
        steps: series.map(|(column, _)| (table.header[column].clone(), Vec::new())),
        ..look
    })
}

/// The first of the last columns, where these are numbers whose names are years that follow one another: each row is a series, and
/// time goes along it.
fn wide(table: &Table, columns: &[Column]) -> Option<usize> {
    let year = |name: &String| name.parse().ok().filter(|year| (1000..3000).contains(year));
    let years: Vec<(usize, i32)> = (0..columns.len())
        .filter_map(|column| Some((column, year(&table.header[column])?)))
        .collect();
    let follow = years
        .windows(2)
        .all(|pair| pair[1] == (pair[0].0 + 1, pair[0].1 + 1));
    let are_numbers = years
        .iter()
        .all(|&(column, _)| matches!(columns[column].kind, ColumnKind::Number | ColumnKind::Empty));
    let first = years.first()?.0;
    (years.len() > 3 && follow && are_numbers && first > 0).then_some(first)
}

/// The error for such a table, with the line of Python that turns it.
fn is_wide(path: &Path, table: &Table, columns: &[Column], first: usize) -> Error {
    let ids: Vec<String> = table.header[..first]
        .iter()
        .map(|name| format!("{name:?}"))
        .collect();
    let last = columns
        .iter()
        .rposition(|column| column.kind == ColumnKind::Number)
        .unwrap_or(first);
    let read = match table.header_line() {
        Some(line) if line > 1 => format!(", header={}", line - 1),
        _ => String::new(),
    };
    let python = format!(
        "import pandas; t = pandas.read_csv({:?}, sep={:?}{read}, skip_blank_lines=False); t = t.melt([{}], t.columns[{first}:{}], \"time\", \"value\"); \
         t.time += \"-01-01\"; t.dropna(subset=\"value\").to_csv(\"long.csv\", index=False)",
        path.display().to_string(),
        table.separator(),
        ids.join(", "),
        last + 1
    );
    Error::mend(format!(
        "{}: the columns {} to {} are years, so each row is a series in time, and a forecast takes a row for each time: write it so by\n\
         python3 -c {}",
        path.display(),
        shown(&table.header[first]),
        shown(&table.header[last]),
        word(&python)
    ))
}

/// The rows by what they have in a column.
fn groups(table: &Table, column: usize) -> Vec<Vec<usize>> {
    let mut groups: HashMap<&str, Vec<usize>> = HashMap::new();
    for row in 0..table.rows.len() {
        groups
            .entry(table.cell(row, column).trim())
            .or_default()
            .push(row);
    }
    groups.into_values().collect()
}

/// What more is to be known of a table of series.
fn of_series(seen: Seen, table: &Table, label: Option<&Column>) -> Look {
    let labels = match seen {
        Seen::Series => Labels::Classes,
        Seen::Targets => Labels::Numbers,
        _ => return Look::at(seen),
    };
    let is_label = |name: &String| match label {
        Some(label) => *name == label.name,
        None => name == labels.names()[0] || name == "label",
    };
    let label = table.header.iter().position(is_label);
    let steps = series_csv::of_steps(table, label);
    let is_open = |column: usize| {
        let looked = table.look(column);
        looked.kind == ColumnKind::Number && looked.has_holes
    };
    let has_holes = match steps {
        Some(_) => (0..table.header.len()).any(is_open),
        // Values that are missing at the end of a row make its series shorter.
        None => (0..table.rows.len()).any(|row| {
            let is_missing =
                |column: &usize| table.is_missing(row, *column) && Some(*column) != label;
            let mut columns = (0..table.header.len()).rev().skip_while(is_missing);
            columns.any(|column| is_missing(&column))
        }),
    };
    let named = |column: usize| table.header[column].clone();
    Look {
        has_holes,
        steps: steps.map(|(id, times)| (named(id), times.into_iter().map(named).collect())),
        ..Look::at(seen)
    }
}

impl Look {
    /// At a file of which no more is to be known.
    fn at(seen: Seen) -> Look {
        Look {
            seen,
            ..Look::default()
        }
    }
}

/// Looks at a file that holds nothing but series.
fn series(path: &Path, named: Option<&str>) -> Result<Look> {
    let columns = SeriesColumns {
        label: named.map(str::to_owned),
        ..SeriesColumns::default()
    };
    let parsed = series_file::parse(path, &columns, Labels::Numbers, true)?;
    if let (None, None, true) = (
        named,
        &parsed.labels,
        table::json::is_json(&file::kind(path)),
    ) {
        let name = path.display().to_string();
        if let Some(key) = series_json::classes(&name, &file::read_text(path)?, CLASSES)? {
            return series(path, Some(&key));
        }
    }
    let are_numbers = match (parsed.announces, &parsed.labels) {
        (Some(announced), _) => announced == Labels::Numbers,
        // Of JSON lines it was asked for the key of a number; an array of classes may have the name of one of numbers.
        (None, Some(labels)) => {
            let different: HashSet<&String> = labels.iter().collect();
            let different: Vec<String> = different.into_iter().cloned().collect();
            parsed.columns.label.as_deref() == Some("target")
                || classes::are_measured(&different, labels.len())
        }
        (None, None) => false,
    };
    let mut values = parsed.series.iter().flat_map(|one| &one.values);
    Ok(Look {
        has_holes: values.any(|value| value.is_nan()),
        has_empty: parsed.labels.iter().flatten().any(|label| label.is_empty()),
        label: named.map(str::to_owned),
        ..Look::at(match are_numbers {
            true => Seen::Targets,
            false => Seen::Series,
        })
    })
}

/// A column, as far as it tells what the file is.
struct Column {
    name: String,
    kind: ColumnKind,
    /// Whether nearly all its cells are dates.
    is_time: bool,
    has_holes: bool,
    /// How many words all its cells have.
    words: usize,
    /// Whether a number in it is not whole.
    has_parts: bool,
    /// How many different cells it has.
    values: usize,
    rows: usize,
}

impl Column {
    fn of(table: &Table, index: usize) -> Column {
        let rows = table.rows.len();
        let cells = (0..rows).map(|row| table.cell(row, index));
        let looked = table.look(index);
        Column {
            name: table.header[index].clone(),
            kind: looked.kind,
            is_time: clock::is_nearly(table, index),
            has_holes: looked.has_holes,
            has_parts: (0..rows)
                .filter_map(|row| table.value(row, index))
                .any(|value| value.fract() != 0.0),
            words: cells
                .clone()
                .map(|cell| cell.split_whitespace().count())
                .sum(),
            values: cells.collect::<HashSet<_>>().len(),
            rows,
        }
    }

    /// Whether it is a label, and its values are too many to be classes.
    fn is_target(&self) -> bool {
        self.name == "label" && self.kind == ColumnKind::Number && !self.has_few()
    }

    /// Whether its name is one that columns of classes have.
    fn is_class(&self) -> bool {
        classes::NAMES.contains(&self.name.to_lowercase().as_str())
    }

    /// Whether it may name the series that a row belongs to.
    fn may_name(&self) -> bool {
        let may = matches!(self.kind, ColumnKind::Text | ColumnKind::Number);
        may && !self.has_holes && !self.has_parts && self.values > 1 && self.values * 2 <= self.rows
    }

    /// Whether its cells differ as texts do.
    fn is_prose(&self) -> bool {
        self.values > CLASSES || self.values * 2 > self.rows
    }

    /// Whether its values are few enough to be classes.
    fn has_few(&self) -> bool {
        self.values > 1 && self.values <= CLASSES && self.values * 2 <= self.rows
    }
}

/// The column of classes: that of a usual name, or else the only one with few different words.
fn label(columns: &[Column]) -> Option<&Column> {
    let named = classes::NAMES.iter().find_map(|name| {
        let mut columns = columns.iter();
        columns.find(|column| column.name.to_lowercase() == *name && column.values > 1)
    });
    let mut few = columns
        .iter()
        .filter(|column| column.kind == ColumnKind::Text && column.has_few());
    let only = few.next().filter(|_| few.next().is_none());
    let are_classes = |column: &&Column| column.kind != ColumnKind::Number || column.has_few();
    // Of numbers, a `y` beside words is rather measured.
    let is_axis = |column: &Column| {
        column.name.eq_ignore_ascii_case(classes::AXIS) && column.kind == ColumnKind::Number
    };
    match (named.filter(are_classes), only) {
        (Some(axis), Some(only)) if is_axis(axis) => Some(only),
        (named, only) => named.or(only),
    }
}
