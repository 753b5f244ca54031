//! The log as a table, `metrics.csv`: a row a line, a column a figure.

use super::{Form, Line, Number};
use crate::{
    error::{Error, Result},
    files,
    run::directory::RunDir,
};
use csv::Writer;

/// The table, by the columns that it has so far.
pub(super) struct Table {
    columns: Vec<String>,
}

impl Table {
    /// Writes the table of these lines.
    pub(super) fn new(run: &RunDir, lines: &[Line]) -> Result<Self> {
        let mut table = Table {
            columns: Vec::new(),
        };
        for line in lines {
            table.widen(line);
        }
        table.write(run, lines)?;
        Ok(table)
    }

    /// Takes the columns of a line; whether there was one that was not there.
    fn widen(&mut self, line: &Line) -> bool {
        let before = self.columns.len();
        for name in line.numbers.iter().map(column) {
            if !self.columns.contains(&name) {
                self.columns.push(name);
            }
        }
        self.columns.len() > before
    }

    fn write(&self, run: &RunDir, lines: &[Line]) -> Result<()> {
        let head = std::iter::once("step".to_owned()).chain(self.columns.iter().cloned());
        let rows = lines.iter().map(|line| self.row(line));
        let text = written(std::iter::once(head.collect()).chain(rows))?;
        files::write_atomic(&run.metrics_table(), text.as_bytes())
    }

    fn row(&self, line: &Line) -> Vec<String> {
        let cell = |name: &String| {
            let mut numbers = line.numbers.iter();
            let found = numbers.find(|number| column(number) == *name);
            found.map_or_else(String::new, |number| number.value.to_string())
        };
        let cells = self.columns.iter().map(cell);
        std::iter::once(line.step.to_string())
            .chain(cells)
            .collect()
    }
}

impl Form for Table {
    fn add(&mut self, run: &RunDir, line: &Line) -> Result<()> {
        match self.widen(line) {
            // The log has the line by now.
            true => self.write(run, &Line::all(run)?),
            false => {
                let row = written(std::iter::once(self.row(line)))?;
                files::append_line(&run.metrics_table(), row.trim_end())
            }
        }
    }
}

/// What a figure's column is called: `valid MAE`.
fn column(number: &Number) -> String {
    match number.part {
        None => number.name.clone(),
        Some(part) => format!("{part} {}", number.name),
    }
}

fn written(rows: impl Iterator<Item = Vec<String>>) -> Result<String> {
    let failed =
        |e: &dyn std::fmt::Display| Error::fault(format!("metrics cannot be written as CSV: {e}"));
    let mut table = Writer::from_writer(Vec::new());
    for row in rows {
        table.write_record(row).map_err(|e| failed(&e))?;
    }
    let bytes = table.into_inner().map_err(|e| failed(&e))?;
    String::from_utf8(bytes).map_err(|e| failed(&e))
}
