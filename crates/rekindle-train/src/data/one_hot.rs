//! The numbers that are read of a table's columns: one of each or, of a column of words, one for each word, 1 where the row has it
//! and 0 elsewhere.

use std::collections::HashMap;

use super::roles::{ColumnRole, Schema};
use super::table::Table;
use super::table::kind::ColumnKind;

/// One number of a row.
pub(super) struct Number<'s> {
    /// Where its column stands.
    pub(super) column: usize,
    kind: ColumnKind,
    /// The word that it is 1 for.
    word: Option<&'s str>,
}

impl ColumnRole {
    /// What the numbers are called that are read of it.
    pub(crate) fn numbers(&self) -> Vec<String> {
        match self.words.is_empty() {
            true => vec![self.name.clone()],
            false => {
                let words = self.words.iter();
                words.map(|word| of_word(&self.name, word)).collect()
            }
        }
    }
}

impl Schema {
    /// The columns of which numbers of these names are read, in their order.
    pub(super) fn columns_of(&self, names: &[String]) -> Vec<String> {
        let of_words = self
            .columns
            .iter()
            .filter(|column| !column.words.is_empty());
        let of = |column: &ColumnRole| {
            let name = column.name.clone();
            column
                .numbers()
                .into_iter()
                .map(move |number| (number, name.clone()))
        };
        let known: HashMap<String, String> = of_words.flat_map(of).collect();
        let of = |name: &String| known.get(name).unwrap_or(name).clone();
        let mut columns: Vec<String> = names.iter().map(of).collect();
        columns.dedup();
        columns
    }
}

impl<'s> Number<'s> {
    /// The numbers of some columns.
    pub(super) fn all(table: &Table, schema: &'s Schema, columns: &[usize]) -> Vec<Number<'s>> {
        let known = schema.columns.iter().map(|column| (&column.name, column));
        let known: HashMap<&String, &ColumnRole> = known.collect();
        let of = |&column: &usize| {
            let role = known.get(&table.header[column]);
            let number = move |word| Number {
                column,
                kind: role.map_or(ColumnKind::Number, |role| role.kind),
                word,
            };
            match role.map(|role| role.words.as_slice()) {
                None | Some([]) => vec![number(None)],
                Some(words) => words.iter().map(|word| number(Some(word))).collect(),
            }
        };
        columns.iter().flat_map(of).collect()
    }

    /// What it is called.
    pub(super) fn name(&self, table: &Table) -> String {
        let column = &table.header[self.column];
        match self.word {
            None => column.clone(),
            Some(word) => of_word(column, word),
        }
    }

    /// The number in a row.
    pub(super) fn of(&self, table: &Table, row: usize) -> Option<f64> {
        match self.word {
            None => table.read_as(row, self.column, self.kind),
            Some(_) if table.is_missing(row, self.column) => None,
            Some(word) => Some(f64::from(u8::from(
                table.cell(row, self.column).trim() == word,
            ))),
        }
    }
}

/// What the number of a word is called.
fn of_word(column: &str, word: &str) -> String {
    format!("{column} = {word}")
}
