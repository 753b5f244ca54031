//! A multivariate series whose rows are the time steps, for forecasting.

use std::collections::HashSet;
use std::ops::Range;
use std::path::Path;

use super::message::shown;
use super::one_hot::Number;
use super::roles::{ColumnRole, Named, Role, Roles, Schema};
use super::segments::{Segment, Segments};
use super::step::{self, Step};
use super::table::Table;
use super::table::config::TableConfig;
use super::table::stamp::StampFormat;
use crate::error::{Error, Result};

/// Columns of numbers, in the order of time.
#[derive(Debug, Clone, PartialEq)]
pub struct Columns {
    /// The columns' names, in the order of `values`.
    pub names: Vec<String>,
    /// The numbers, `[rows, columns]` row-major; NaN where one is missing, if that may be.
    pub values: Vec<f64>,
    /// The number of time steps.
    pub rows: usize,
    /// What each time step is called: its cell in the column that says when, or else in the file's first column where that
    /// is not among `names`; else its number, from 1.
    pub stamps: Vec<String>,
    /// When each time step is, in microseconds since 1970, where dates say it.
    pub micros: Option<Vec<i64>>,
    /// Their series, one after the other; one where the table holds no more.
    pub segments: Vec<Segment>,
    /// How such dates are written.
    pub(crate) format: Option<StampFormat>,
    /// How the file is written and what its columns are for.
    pub schema: Schema,
    /// What is to be said of how it was read.
    pub notes: Vec<String>,
}

/// Whether a value may be missing, and what an error says where it may not.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Holes {
    /// It may.
    Taken,
    /// It may not; what to do about it.
    Refused(&'static str),
}

impl Columns {
    /// Reads the named columns, in the order asked for; with none named, every one of numbers or truths that does not
    /// merely number the rows. A column that the file does not name is called by its place: `column 2`.
    pub fn read(path: &Path, columns: &[String]) -> Result<Self> {
        let none = [String::new()];
        let named = Named {
            columns,
            time: Some(&none),
            ..Named::default()
        };
        Self::open(path, named, &TableConfig::default(), Holes::FILL_IN)
    }

    /// Reads the columns that are named, or those that can be read.
    pub(crate) fn open(
        path: &Path,
        named: Named<'_>,
        config: &TableConfig,
        holes: Holes,
    ) -> Result<Self> {
        let table = Table::read(path, config)?;
        let roles = Roles::assign(&table, named)?;
        Self::from_table(&table, roles, (holes, false))
    }

    /// Reads the columns that a run has read before, in its order.
    pub(crate) fn again(
        path: &Path,
        schema: &Schema,
        inputs: &[String],
        holes: Holes,
    ) -> Result<Self> {
        let table = Table::read(path, &schema.table)?;
        let roles = Roles::again(&table, schema, inputs)?;
        Self::from_table(&table, roles, (holes, false))
    }

    /// Reads a row, by its number in the table, that stands in a line of its own, below a header if there is one, as
    /// [`again`](Self::again) reads a file. What is static and missing is NaN.
    pub(crate) fn of_line(
        name: String,
        (header, row, line): (Option<&str>, usize, &str),
        (schema, inputs): (&Schema, &[String]),
        holes: Holes,
    ) -> Result<Self> {
        let table = Table::of_line(name, (header, line), &schema.table)?;
        let roles = Roles::again(&table, schema, inputs)?;
        let is_called_by_number = roles.clock.is_none() && roles.inputs.contains(&0);
        let mut columns = Self::from_table(&table, roles, (holes, true))?;
        if is_called_by_number {
            columns.stamps = vec![row.to_string()];
        }
        Ok(columns)
    }

    /// Reads the columns by their roles. A row `alone` may lack what is static, for others of its series may have it.
    fn from_table(table: &Table, roles: Roles, (holes, alone): (Holes, bool)) -> Result<Self> {
        let Segments {
            order,
            micros,
            all: segments,
            notes: of_order,
        } = Segments::of(table, &roles)?;
        let Roles {
            inputs,
            known,
            fixed,
            id,
            clock,
            schema,
            notes: of_roles,
            ..
        } = roles;
        let rows = table.rows.len();
        let numbers = Number::all(table, &schema, &inputs);
        let names = numbers.iter().map(|number| number.name(table)).collect();
        let mut is_ahead = vec![false; rows];
        for segment in &segments {
            is_ahead[segment.ahead.clone()].fill(true);
        }
        let set = |columns: &[usize]| -> HashSet<usize> { columns.iter().copied().collect() };
        let (is_static, is_known) = (set(&fixed), set(&known));
        let mut values = Vec::with_capacity(rows * numbers.len());
        for (&row, is_ahead) in order.iter().zip(is_ahead) {
            for number in &numbers {
                let column = number.column;
                let may_be_open =
                    is_static.contains(&column) || is_ahead && !is_known.contains(&column);
                values.push(match (number.of(table, row), holes) {
                    (Some(value), _) => value,
                    (None, _) if may_be_open && table.is_missing(row, column) => f64::NAN,
                    (None, _) if is_ahead => {
                        return Err(table.no_number(row, column, Holes::AHEAD));
                    }
                    (None, Holes::Taken) if table.is_missing(row, column) => f64::NAN,
                    (None, Holes::Taken) => {
                        return Err(table.no_number(row, column, Holes::WORD));
                    }
                    (None, Holes::Refused(remedy)) => {
                        return Err(table.no_number(row, column, remedy));
                    }
                });
            }
        }
        for (place, &Number { column, .. }) in numbers.iter().enumerate() {
            if is_static.contains(&column) && !alone {
                let which = (place, column, numbers.len());
                for segment in &segments {
                    spread((table, &order), which, segment, &mut values)?;
                }
            }
        }
        let first_is_read = inputs.contains(&0) || id == Some(0);
        let stamp = |&row: &usize| match (&clock, first_is_read) {
            (Some(clock), _) => clock.cell(table, row).into_owned(),
            (None, false) => table.cell(row, 0).to_owned(),
            (None, true) => (row + 1).to_string(),
        };
        let stamps = order.iter().map(stamp).collect();
        let format = clock.as_ref().and_then(|clock| clock.format);
        let mut notes = vec![table.line()];
        notes.extend(table.notes());
        notes.extend(table.note(&inputs));
        notes.extend(of_roles);
        notes.extend(clock.iter().flat_map(|clock| clock.notes(table)));
        notes.extend(of_order);
        Ok(Self {
            names,
            values,
            rows,
            stamps,
            micros,
            format,
            segments,
            schema,
            notes,
        })
    }

    /// How far the rows of its longest series lie apart, where dates say it and most agree.
    pub(crate) fn spacing(&self) -> Option<Step> {
        let micros = self.micros.as_ref().filter(|_| self.format.is_some())?;
        let longest = self.segments.iter().max_by_key(|one| one.rows.len())?;
        Step::of(&micros[longest.rows.clone()])
    }

    /// What the next so many times are called behind some rows, by their usual step, where dates say when they are.
    pub(crate) fn times_behind(&self, rows: Range<usize>, count: usize) -> Vec<String> {
        let (Some(micros), Some(format)) = (&self.micros, self.format) else {
            return Vec::new();
        };
        match self.stamps[rows.clone()].last() {
            Some(like) => step::behind(&micros[rows], (format, like), count),
            None => Vec::new(),
        }
    }

    /// The places among the names of the columns that are forecast.
    pub(crate) fn targets(&self) -> Vec<usize> {
        self.places(Role::Target)
    }

    /// The places among the names of the columns that are known for rows that are forecast.
    pub(crate) fn known(&self) -> Vec<usize> {
        self.places(Role::Known)
    }

    /// The places among the names of those that are 1 where a row has a word, and 0 elsewhere.
    pub(crate) fn words(&self) -> Vec<usize> {
        let of_words = self.schema.columns.iter();
        let of_words = of_words.filter(|column| !column.words.is_empty());
        let names: HashSet<String> = of_words.flat_map(ColumnRole::numbers).collect();
        let places = (0..self.names.len()).filter(|&place| names.contains(&self.names[place]));
        places.collect()
    }

    fn places(&self, role: Role) -> Vec<usize> {
        let names: HashSet<&String> = self.schema.of(role).map(|c| &c.name).collect();
        let places = (0..self.names.len()).filter(|&place| names.contains(&self.names[place]));
        places.collect()
    }
}

/// Gives all rows of a series the one value that a static column has in some of them. `place` is the column's among so many that
/// are read, `order` has the rows of the file.
///
/// # Errors
///
/// If it has two, or none.
fn spread(
    (table, order): (&Table, &[usize]),
    (place, column, columns): (usize, usize, usize),
    segment: &Segment,
    values: &mut [f64],
) -> Result<()> {
    let rows = segment.rows.start..segment.ahead.end;
    let known = |row: &usize| !values[row * columns + place].is_nan();
    let Some(first) = rows.clone().find(known) else {
        return Err(table.no_number(order[rows.start], column, Holes::STATIC));
    };
    let value = values[first * columns + place];
    let differs = |row: &usize| known(row) && values[row * columns + place] != value;
    if let Some(row) = rows.clone().find(differs) {
        return Err(Error::mend(format!(
            "{}: {}: {} where {} of the same series has {}; task.static names columns with one value a series, and \
             task.columns others",
            table.name,
            table.place(order[row], column),
            shown(table.cell(order[row], column)),
            table.row(order[first]),
            shown(table.cell(order[first], column))
        )));
    }
    for row in rows {
        values[row * columns + place] = value;
    }
    Ok(())
}

impl Holes {
    /// What is said where nothing fills in what is missing.
    pub(crate) const FILL_IN: Holes =
        Holes::Refused("fill it in, or leave out the row or the column");

    /// What is said of a static column without a value.
    const STATIC: &str = "task.static says that its series has one value of it: write it into one of the series' rows at least";

    /// What is said of a value that is missing ahead.
    const AHEAD: &str = "it is in a row without a target, and task.known says that the column is known ahead: fill it in, or remove the row";

    /// What is said of a word among numbers, where values may be missing.
    const WORD: &str =
        "correct it, or add it to task.table.missing if it stands for a missing value";
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(text: &str, columns: &[&str]) -> Result<Columns> {
        let columns: Vec<String> = columns.iter().map(|&column| column.to_owned()).collect();
        let table = Table::of_csv(text)?;
        let named = Named {
            columns: &columns,
            ..Named::default()
        };
        Columns::from_table(
            &table,
            Roles::assign(&table, named)?,
            (Holes::FILL_IN, false),
        )
    }

    fn refused(text: &str, columns: &[&str]) -> String {
        parse(text, columns).unwrap_err().to_string()
    }

    #[test]
    fn all_numeric_columns_are_read_in_file_order() {
        let data = parse(
            "date,load,place,heat\n2024-01,1,x,-2.5\n2024-02,3,y,4\n",
            &[],
        )
        .unwrap();
        assert_eq!(data.names, ["load", "heat"]);
        assert_eq!((data.values, data.rows), (vec![1.0, -2.5, 3.0, 4.0], 2));
    }

    #[test]
    fn named_columns_are_read_in_the_order_asked_for() {
        let data = parse("a,b,c\n1,2,x\n3,4,\n", &["b", "a"]).unwrap();
        assert_eq!(data.names, ["b", "a"]);
        assert_eq!(data.values, [2.0, 1.0, 4.0, 3.0]);
    }

    #[test]
    fn a_file_is_read_by_its_path() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.tsv");
        std::fs::write(&path, "a\tb\n1\t2\n").unwrap();
        assert_eq!(Columns::read(&path, &[]).unwrap().values, [1.0, 2.0]);
    }

    #[test]
    fn unnamed_columns_are_found_again_by_their_names() {
        let text = "day,,,\nmon,1,2,3\ntue,4,5,6\n";
        let data = parse(text, &[]).unwrap();
        assert_eq!(data.names, ["column 2", "column 3", "column 4"]);
        let names: Vec<&str> = data.names.iter().map(String::as_str).collect();
        assert_eq!(parse(text, &names).unwrap().values, data.values);
        assert_eq!(data.values, [1.0, 2.0, 3.0, 4.0, 5.0, 6.0]);
        assert!(data.notes[1].ends_with("`column 2`, `column 3`, `column 4`"));
    }

    #[test]
    fn a_table_without_a_header_is_read_from_its_first_row() {
        let data = parse("1,4492557.123\n2,4492557.124\n", &["column 2"]).unwrap();
        assert_eq!(
            (data.values, data.rows),
            (vec![4_492_557.123, 4_492_557.124], 2)
        );
    }

    #[test]
    fn an_unknown_column_lists_the_columns() {
        let error = refused("a,b\n1,2\n", &["a", "c"]);
        assert!(
            error.contains("a.csv: no column `c`; the columns are `a`, `b`"),
            "{error}"
        );
    }

    #[test]
    fn holes_and_words_are_placed_and_shown() {
        for (cell, why) in [
            ("", "the value is empty"),
            ("NaN", "`NaN` is not a finite number"),
            ("n/a", "`n/a` is not a finite number"),
            ("inf", "`inf` is not a finite number"),
        ] {
            let error = refused(&format!("a,b\n1,2\n3,{cell}\n"), &[]);
            let expected = format!("a.csv: row 2 (line 3), column `b`: {why}");
            assert!(error.contains(&expected), "{error}");
        }
        assert!(refused("a,b\n1,\n3,4\n", &[]).contains("row 1 (line 2), column `b`"));
    }

    #[test]
    fn tables_without_numbers_or_rows_are_refused() {
        let error = refused("a,b\nx,y\n", &[]);
        assert!(
            error.contains(
                "a.csv: none of the columns holds a number to read: `a` (text), `b` (text)"
            ),
            "{error}"
        );
        assert!(refused("a,b\n", &[]).contains("no rows"));
        assert!(refused("a,b\n1\n", &[]).contains("row 1 (line 2) has 1 cell and the header 2"));
    }
}
