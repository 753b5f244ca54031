//! What every table is held to before it is read.

use std::collections::HashSet;

use super::super::message::{counted, shown};
use super::Table;
use crate::error::{Error, Result};

impl Table {
    /// The table with the units of its columns, once it has a name of its own for each, and rows that are all as wide.
    pub(super) fn checked(mut self) -> Result<Self> {
        self.check()?;
        self.units = (0..self.header.len())
            .map(|column| self.found_unit(column))
            .collect();
        Ok(self)
    }

    fn check(&self) -> Result<()> {
        let Self {
            name, header, rows, ..
        } = self;
        let mut seen = HashSet::new();
        for column in header {
            if !seen.insert(column) {
                let line = self.header_line.map(|line| format!(" in line {line}"));
                return Err(Error::mend(format!(
                    "{name}: the header{} has two columns {}; rename one{}",
                    line.unwrap_or_default(),
                    shown(column),
                    self.hint()
                )));
            }
        }
        if rows.is_empty() {
            return Err(Error::mend(format!(
                "{name}: no rows below the header; add some, or check the path"
            )));
        }
        if let Some((index, row)) = rows
            .iter()
            .enumerate()
            .find(|(_, row)| row.len() != header.len())
        {
            let first = match self.has_header() {
                true => "the header",
                false => "the first row",
            };
            let wide = rows.iter().filter(|row| row.len() > header.len()).count();
            let around = match (self.has_header() && wide * 2 > rows.len(), row.len()) {
                (true, _) => {
                    "; where lines stand above the header, such as a title, task.table.skip_lines says how many"
                }
                (false, 1) => "; where it is a remark, take it out",
                _ => "",
            };
            return Err(Error::mend(format!(
                "{name}: {} has {} and {first} {}; give it one cell a column (in CSV, quote a cell that holds a comma){around}",
                self.row(index),
                counted(row.len(), "cells"),
                header.len()
            )));
        }
        Ok(())
    }

    /// Checks a text for blank lines, which the parser skips; but in a table of one column such a line is a missing value.
    pub(super) fn has_no_gap(&self, text: &str, above: usize) -> Result<()> {
        let blank = text.trim_end().lines().position(str::is_empty);
        if let (1, Some(line)) = (self.header.len(), blank) {
            return Err(Error::mend(format!(
                "{}: line {} is blank, a missing value in a table of one column; fill it in or remove the line",
                self.name,
                above + line + 1
            )));
        }
        Ok(())
    }
}
