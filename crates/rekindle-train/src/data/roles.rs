//! What each column of a table is for.

use std::collections::{HashMap, HashSet};

use super::clock::{self, Clock};
use super::column_words;
use super::message::{listed, shown};
use super::table::Table;
use super::table::config::TableConfig;
use super::table::kind::{self, ColumnKind, Looked};
use crate::error::{Error, Result};
use serde::{Deserialize, Serialize};

/// What a column is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Role {
    /// It is read, and forecast.
    Target,
    /// It is read.
    Input,
    /// It is read, and known for the rows that are forecast.
    Known,
    /// It is read, and has one value a series.
    Static,
    /// It says which series a row belongs to.
    Id,
    /// It says when, and puts the rows in order.
    Time,
    /// It is left out.
    Out,
}

/// A column as a run stores it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ColumnRole {
    /// Its name.
    pub name: String,
    /// What its cells are.
    pub kind: ColumnKind,
    /// What it is for.
    pub role: Role,
    /// Why it is left out.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub why: String,
    /// The unit that its numbers are written with, if it is read; empty where there is none, and none in runs of before it was stored.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub unit: Option<String>,
    /// The words of a column of words that is read, each as a number: 1 where a row has it, 0 elsewhere.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub words: Vec<String>,
}

/// What a run stores of a table: how it is written, and what its columns are for. Other files are read by it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Schema {
    /// How it is written.
    pub table: TableConfig,
    /// The columns, in the order of the file.
    pub columns: Vec<ColumnRole>,
}

/// What a config says of the columns.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Named<'a> {
    /// Those that are read; what can be, if none is named.
    pub(crate) columns: &'a [String],
    /// Those that are forecast; the numbers among those that are read, if none is named.
    pub(crate) targets: &'a [String],
    /// Those that say when: found if none is named, and none if the name of one is empty.
    pub(crate) time: Option<&'a [String]>,
    /// That which says to which series a row belongs, where there are several.
    pub(crate) id: Option<&'a str>,
    /// Those that are known for the rows that are forecast; they are read.
    pub(crate) known: &'a [String],
    /// Those with one value a series; they are read.
    pub(crate) fixed: &'a [String],
}

/// The columns of a table by their roles.
pub(super) struct Roles {
    /// Where the columns stand that are read, in the order in which they are.
    pub(super) inputs: Vec<usize>,
    /// Those among them that are forecast, that are known ahead, and that have one value a series.
    pub(super) targets: Vec<usize>,
    pub(super) known: Vec<usize>,
    pub(super) fixed: Vec<usize>,
    /// That which says to which series a row belongs.
    pub(super) id: Option<usize>,
    /// That which says when.
    pub(super) clock: Option<Clock>,
    pub(super) schema: Schema,
    /// What is to be said of how numbers are written, and of what is not forecast.
    pub(super) notes: Vec<String>,
}

impl Roles {
    /// Gives every column its role.
    ///
    /// # Errors
    ///
    /// If a column is named that is not there, or nothing can be read.
    pub(super) fn assign(table: &Table, named: Named<'_>) -> Result<Roles> {
        let all: Vec<Looked> = (0..table.header.len()).map(|c| table.look(c)).collect();
        let (columns, targets) = (table.columns(named.columns)?, table.columns(named.targets)?);
        let set = |places: &[usize]| -> HashSet<usize> { places.iter().copied().collect() };
        let (named_columns, named_targets) = (set(&columns), set(&targets));
        let (known, fixed) = (table.columns(named.known)?, table.columns(named.fixed)?);
        let of_words = fixed
            .iter()
            .filter(|&&column| all[column].kind == ColumnKind::Text);
        let words = of_words.map(|&column| Ok((column, column_words::words(table, column)?)));
        let mut words: HashMap<usize, Vec<String>> = words.collect::<Result<_>>()?;
        let id = named.id.map(|id| table.column(id)).transpose()?;
        // Whatever is named as known ahead or static is read, and not forecast unless that is said, too.
        let named_known = set(&known);
        let beside: HashSet<usize> = named_known.iter().chain(&fixed).copied().collect();
        let wanted = |column: usize| {
            [&named_columns, &named_targets, &beside]
                .iter()
                .any(|named| named.contains(&column))
        };
        let clock = match named.time {
            Some([none]) if none.is_empty() => None,
            Some(names) => Some(clock::named(table, &table.columns(names)?)?),
            None => clock::found(table, &all, wanted)?,
        };
        let time = clock.as_ref().map_or(&[][..], |clock| &clock.columns);
        let why_not = |column: usize| match columns.is_empty() {
            _ if beside.contains(&column) => None,
            true => why_out(table, column, &all[column], named_targets.contains(&column)),
            false => (!named_columns.contains(&column)).then(|| "not in task.columns".to_owned()),
        };
        let is_read = |column: &usize| !time.contains(column) && Some(*column) != id;
        let outs: HashMap<usize, String> = (0..table.header.len())
            .filter(is_read)
            .filter_map(|column| Some((column, why_not(column)?)))
            .collect();
        let inputs = match columns.is_empty() {
            false => {
                let more = beside
                    .iter()
                    .filter(|column| !named_columns.contains(column));
                let mut more: Vec<usize> = more.copied().collect();
                more.sort_unstable();
                [columns, more].concat()
            }
            true => (0..table.header.len())
                .filter(|column| is_read(column) && !outs.contains_key(column))
                .collect(),
        };
        if inputs.is_empty() {
            return Err(nothing(table, &outs, time));
        }
        // A truth is forecast where it is named, or nothing else is there.
        let is_number =
            |&column: &usize| all[column].kind != ColumnKind::Boolean && !beside.contains(&column);
        let has_numbers = inputs.iter().any(is_number);
        let grows = match targets.is_empty() {
            true => growing(
                table,
                inputs.iter().copied().filter(is_number),
                id,
                clock.as_ref(),
            )?,
            false => HashSet::new(),
        };
        let all_grow = inputs
            .iter()
            .filter(|c| is_number(c))
            .all(|c| grows.contains(c));
        let is_counter = |column: usize| !all_grow && grows.contains(&column);
        let is_target = |column: usize| match targets.is_empty() {
            true => {
                is_number(&column) && !is_counter(column)
                    || !has_numbers && !beside.contains(&column)
            }
            false => named_targets.contains(&column),
        };
        let read = set(&inputs);
        let role = |column: usize| match read.contains(&column) {
            true if is_target(column) => Role::Target,
            true if named_known.contains(&column) => Role::Known,
            true if beside.contains(&column) => Role::Static,
            true => Role::Input,
            false if time.contains(&column) => Role::Time,
            false if Some(column) == id => Role::Id,
            false => Role::Out,
        };
        let mut of = |column: usize| ColumnRole {
            name: table.header[column].clone(),
            kind: all[column].kind,
            role: role(column),
            why: outs.get(&column).cloned().unwrap_or_default(),
            unit: read.contains(&column).then(|| all[column].unit()),
            words: words.remove(&column).unwrap_or_default(),
        };
        let mut format = table.format.clone();
        format.dates = format
            .dates
            .or_else(|| clock.as_ref().and_then(|clock| clock.format?.order()));
        let schema = Schema {
            table: format,
            columns: (0..table.header.len()).map(&mut of).collect(),
        };
        let looked = || inputs.iter().map(|&c| (c, &all[c]));
        let mut notes: Vec<String> = table.dressed(looked()).into_iter().collect();
        notes.extend(table.mixed(looked()));
        let of_words = schema.columns.iter().filter(|c| !c.words.is_empty());
        notes.extend(of_words.map(|column| {
            format!(
                "{}: {} is read as one number for each of its words, 1 where a row has it and 0 elsewhere: {}",
                table.name,
                shown(&column.name),
                listed(&column.words)
            )
        }));
        let counters = inputs.iter().copied().filter(|&c| is_counter(c));
        let counters: Vec<String> = counters.map(|c| table.header[c].clone()).collect();
        notes.extend((!counters.is_empty()).then(|| {
            format!(
                "{}: the numbers of {} never fall, as those of meters that count up, and are read but not forecast; task.targets names what is",
                table.name,
                listed(&counters)
            )
        }));
        let targets = inputs.iter().copied().filter(|&column| is_target(column));
        Ok(Roles {
            targets: targets.collect(),
            known,
            fixed,
            id,
            inputs,
            clock,
            schema,
            notes,
        })
    }

    /// The roles that a run has stored, for another table, of which some columns are read in this order.
    ///
    /// # Errors
    ///
    /// If a column is not there.
    pub(super) fn again(table: &Table, schema: &Schema, inputs: &[String]) -> Result<Roles> {
        let of = |role: Role| {
            let names: Vec<String> = schema.of(role).map(|c| c.name.clone()).collect();
            table.columns(&names)
        };
        let inputs = table.columns(&schema.columns_of(inputs))?;
        let time = of(Role::Time)?;
        let clock = (!time.is_empty()).then(|| clock::named(table, &time));
        let looked: Vec<(usize, Looked)> = inputs.iter().map(|&c| (c, table.look(c))).collect();
        let looked = || looked.iter().map(|(c, looked)| (*c, looked));
        let mut notes: Vec<String> = table.dressed(looked()).into_iter().collect();
        notes.extend(table.mixed(looked()));
        let known = schema.columns.iter().map(|known| (&known.name, known));
        let known: HashMap<&String, &ColumnRole> = known.collect();
        notes.extend(looked().filter_map(|(column, looked)| {
            let name = &table.header[column];
            let before = known.get(name)?;
            let changed = kind::changed(before.unit.as_ref()?, &looked.unit())?;
            Some(format!("{}: {} is {changed}", table.name, shown(name)))
        }));
        notes.extend(column_words::unseen(table, schema.words())?);
        Ok(Roles {
            targets: of(Role::Target)?,
            known: of(Role::Known)?,
            fixed: of(Role::Static)?,
            id: of(Role::Id)?.first().copied(),
            clock: clock.transpose()?,
            schema: schema.clone(),
            inputs,
            notes,
        })
    }
}

impl Schema {
    /// The columns with the words that are read of each.
    fn words(&self) -> impl Iterator<Item = (&str, &[String])> {
        let columns = self.columns.iter();
        columns.map(|column| (column.name.as_str(), column.words.as_slice()))
    }

    /// That of a table of which columns of numbers are read.
    pub(crate) fn of_numbers(columns: &[String]) -> Schema {
        let of = |name: &String| ColumnRole {
            name: name.clone(),
            kind: ColumnKind::Number,
            role: Role::Input,
            why: String::new(),
            unit: None,
            words: Vec::new(),
        };
        Schema {
            table: TableConfig::default(),
            columns: columns.iter().map(of).collect(),
        }
    }

    /// The columns of a role.
    pub(crate) fn of(&self, role: Role) -> impl Iterator<Item = &ColumnRole> {
        self.columns
            .iter()
            .filter(move |column| column.role == role)
    }

    /// The columns by their roles, in one line.
    pub(crate) fn said(&self) -> String {
        let named = |role: Role| -> Vec<String> { self.of(role).map(|c| c.name.clone()).collect() };
        let roles = [
            ("forecast", Role::Target),
            ("read only", Role::Input),
            ("known ahead", Role::Known),
            ("static", Role::Static),
            ("series by", Role::Id),
            ("time", Role::Time),
        ];
        let mut said: Vec<String> = roles
            .into_iter()
            .map(|(title, role)| (title, named(role)))
            .filter(|(_, names)| !names.is_empty())
            .map(|(title, names)| format!("{title} {}", listed(&names)))
            .collect();
        let mut seen = HashSet::new();
        let reasons = self.of(Role::Out).map(|column| &column.why);
        for why in reasons.filter(|why| seen.insert(*why)) {
            let out = self.of(Role::Out).filter(|column| column.why == *why);
            let names: Vec<String> = out.map(|column| column.name.clone()).collect();
            said.push(format!("left out {} ({why})", listed(&names)));
        }
        said.join("; ")
    }
}

/// Why a column is not read where none is named.
fn why_out(table: &Table, column: usize, looked: &Looked, is_target: bool) -> Option<String> {
    if is_target {
        return None;
    }
    match looked.kind {
        ColumnKind::Boolean => None,
        ColumnKind::Number if is_index(table, column, looked) => {
            Some("counts or numbers the rows; task.columns reads it all the same".into())
        }
        ColumnKind::Number => None,
        ColumnKind::Date => Some("dates".into()),
        ColumnKind::Empty => Some("empty".into()),
        ColumnKind::Text => Some(match looked.numbers {
            0 if table.has_mixed_dates(column) => {
                "dates in several forms; task.table.dates = \"day\" or \"month\" says what stands first, and has each read by itself".into()
            }
            0 if table.has_years(column) => {
                "dates in a form that is not read, so that the order of the rows is not checked; write 2024-01-31 12:30".into()
            }
            0 => "text".into(),
            _ => "text, but for some numbers".into(),
        }),
    }
}

/// The fewest rows in which a steady count says something.
const FEW: usize = 3;

/// Whether numbers, two of them at least, lie one step apart, as far as f64 can tell of decimals: 0.1, 0.2, 0.3.
fn is_even(values: &[f64]) -> bool {
    let (first, step) = (values[0], values[1] - values[0]);
    let largest = values.iter().fold(0.0, |most: f64, v| most.max(v.abs()));
    let is_near = |(i, value): (usize, &f64)| {
        (first + i as f64 * step - value).abs() <= 4.0 * (i + 1) as f64 * f64::EPSILON * largest
    };
    step != 0.0 && values.iter().enumerate().all(is_near)
}

/// Whether a column numbers the rows: it goes on by the same step from each to the next, or it is called as an index is, or
/// stands first without a name, and all its numbers are whole and different.
fn is_index(table: &Table, column: usize, looked: &Looked) -> bool {
    let rows = table.rows.len();
    if rows < FEW || looked.has_holes || looked.numbers < rows {
        return false;
    }
    let values: Vec<f64> = (0..rows)
        .filter_map(|row| table.value(row, column))
        .collect();
    if values.len() < rows {
        return false;
    }
    if is_even(&values) {
        return true;
    }
    if values.iter().any(|value| value.fract() != 0.0) {
        return false;
    }
    let name = table.header[column].to_lowercase();
    let names = [
        "id",
        "index",
        "idx",
        "row",
        "row_id",
        "rowid",
        "no",
        "nr",
        "#",
        "unnamed: 0",
    ];
    let is_named = names.contains(&name.as_str()) || column == 0 && table.is_unnamed(0);
    let mut sorted = values;
    sorted.sort_by(f64::total_cmp);
    is_named && sorted.windows(2).all(|pair| pair[0] < pair[1])
}

/// The fewest rows of a series in which it says something that numbers never fall.
const MANY: usize = 12;

/// The columns whose numbers never fall from a row to the next in time, in any series: those of a meter that counts up.
fn growing(
    table: &Table,
    columns: impl Iterator<Item = usize>,
    id: Option<usize>,
    clock: Option<&Clock>,
) -> Result<HashSet<usize>> {
    let mut order: Vec<usize> = (0..table.rows.len()).collect();
    if let Some(clock) = clock {
        let when = clock.micros(table)?;
        order.sort_by_key(|&row| when[row]);
    }
    let series = |row: usize| id.map_or("", |id| table.cell(row, id));
    let grows = |&column: &usize| {
        let mut last: HashMap<&str, f64> = HashMap::new();
        let mut steps = 0;
        let falls = order.iter().any(|&row| {
            let Some(value) = table.value(row, column) else {
                return false;
            };
            let before = last.insert(series(row), value);
            steps += usize::from(before.is_some_and(|before| value > before));
            before.is_some_and(|before| value < before)
        });
        // One that stands still nearly always is no meter.
        !falls && order.len() >= MANY * last.len() && 2 * steps >= order.len() - last.len()
    };
    Ok(columns.filter(grows).collect())
}

/// The error where no column is left to read.
fn nothing(table: &Table, outs: &HashMap<usize, String>, time: &[usize]) -> Error {
    let why = |(column, name): (usize, &String)| match outs.get(&column) {
        Some(why) => format!("{} ({why})", shown(name)),
        None if time.contains(&column) => format!("{} (the time)", shown(name)),
        None => shown(name),
    };
    let columns = table.header.iter().enumerate().map(why);
    let columns: Vec<String> = columns.take(12).collect();
    Error::mend(format!(
        "{}: none of the columns holds a number to read: {}; name some with task.columns, or say how the file is written with \
         task.table.separator and task.table.decimal",
        table.name,
        columns.join(", ")
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn another_unit_than_that_of_the_training_table_is_said() {
        let table = |text: &str| Table::of_csv(text).expect("it is read");
        let read = |text: &str| Roles::assign(&table(text), Named::default()).expect("it is read");
        let Roles { schema, notes, .. } = read("rate,price,n\n31%,$2,1\n30%,$4,5\n33%,$3,2\n");
        assert!(!notes.join("\n").contains("where the run was trained"));
        let names = ["rate", "price", "n"].map(str::to_owned);
        let again = |text: &str| {
            let again = Roles::again(&table(text), &schema, &names).expect("it is read");
            again.notes.join("\n")
        };
        let said = again("rate,price,n\n0.31,2 €,1\n");
        for words in [
            "`rate` is without a unit, and in % where the run was trained",
            "`price` is in €, and in $ where the run was trained",
        ] {
            assert!(said.contains(words), "{said}");
        }
        assert!(!said.contains("`n`"), "{said}");
        assert!(!again("rate,price,n\n30 %,2 USD,1\n").contains("trained"));
    }

    #[test]
    fn another_row_of_units_is_said() {
        let table = |text: &str| Table::of_csv(text).expect("it is read");
        let rows = "5,2\n4,3\n7,1\n";
        let schema = Roles::assign(
            &table(&format!("load,heat\nkW,degC\n{rows}")),
            Named::default(),
        )
        .expect("it is read")
        .schema;
        let names = ["load", "heat"].map(str::to_owned);
        let again = |head: &str| {
            let again = Roles::again(&table(&format!("{head}{rows}")), &schema, &names);
            again.expect("it is read").notes.join("\n")
        };
        let said = again("load,heat\nkW,degF\n");
        assert!(
            said.contains("`heat` is in degF, and in degC where the run was trained")
                && !said.contains("`load`"),
            "{said}"
        );
        assert!(again("load,heat\n").contains("`load` is without a unit, and in kW"));
        assert!(!again("load,heat\nkW,degC\n").contains("trained"));
    }
}
