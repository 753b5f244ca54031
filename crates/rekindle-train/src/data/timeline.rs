//! The rows of a table in their order in time, and where some are missing.

use super::clock::Clock;
use super::message::{counted, shown};
use super::step;
use super::table::Table;
use super::table::stamp::{StampFormat, duration};
use crate::error::{Error, Result};

/// The rows in their order in time.
pub(super) struct Timeline {
    /// The rows of the file, the oldest first.
    pub(super) order: Vec<usize>,
    pub(super) notes: Vec<String>,
}

impl Clock {
    /// Some rows, given as they stand in the file, in their order in time, and what is to be said of it. `when` each row of the file
    /// is, [`micros`](Self::micros) has.
    ///
    /// # Errors
    ///
    /// If the rows are in no order.
    pub(super) fn timeline(
        &self,
        table: &Table,
        mut order: Vec<usize>,
        when: &[i64],
    ) -> Result<Timeline> {
        let name = self.called(table);
        let mut micros: Vec<i64> = order.iter().map(|&row| when[row]).collect();
        let mut notes = Vec::new();
        let back = micros.windows(2).position(|pair| pair[1] < pair[0]);
        let forth = micros.windows(2).position(|pair| pair[1] > pair[0]);
        if let Some(back) = back {
            if let Some(forth) = forth {
                let at = back.max(forth);
                let (before, row) = (order[at], order[at + 1]);
                let cell = |row: usize| shown(&self.cell(table, row));
                // As where clocks are set back, by an hour at most.
                let is_hour = (1..=3_600_000_000).contains(&(micros[back] - micros[back + 1]));
                let set_back = match is_hour && self.format.is_some() {
                    true => {
                        "; where clocks were set back there, write times with their offset, 2024-10-27 02:00+01:00"
                    }
                    false => "",
                };
                return Err(Error::mend(format!(
                    "{}: the rows are in no order of time: {} is {} and {} is {}; sort them by {name}, say task.time = \"\" \
                     if it is not the time, or name by task.id the column that tells several series apart{set_back}",
                    table.name,
                    table.row(before),
                    cell(before),
                    table.row(row),
                    cell(row)
                )));
            }
            order.reverse();
            micros.reverse();
            notes.push(format!(
                "{}: the newest row stands first by {name}, so the rows are turned",
                table.name
            ));
        }
        notes.extend(self.uneven(table, &order, &micros));
        if let Some(day_or_month) = self.format.and_then(StampFormat::order) {
            notes.push(format!(
                "{}: in {name} the {} stands first: {}",
                table.name,
                day_or_month.name(),
                shown(&self.cell(table, order[0]))
            ));
        }
        Ok(Timeline { order, notes })
    }

    /// What is to be said of times that repeat, and of steps that are longer than the usual one.
    fn uneven(&self, table: &Table, order: &[usize], micros: &[i64]) -> Vec<String> {
        let steps: Vec<i64> = micros.windows(2).map(|pair| pair[1] - pair[0]).collect();
        let usual = step::usual(steps.iter().copied()).map_or(0, |(step, _)| step);
        let name = self.called(table);
        let cell = |at: usize| shown(&self.cell(table, order[at]));
        let twice = steps.iter().filter(|&&step| step == 0).count();
        let first_twice = steps.iter().position(|&step| step == 0);
        let set_back = match self.format {
            Some(_) => {
                ", and where clocks were set back, times say it by their offset, 2024-10-27 02:00+01:00"
            }
            None => "",
        };
        let twice = first_twice.map(|at| {
            format!(
                "{}: {} with the time of the row before, the first {}; where these are several series, task.id names the column that tells them \
                 apart{set_back}",
                table.name,
                counted(twice, "rows"),
                cell(at + 1)
            )
        });
        // Months and years are not equally long, and are no gaps.
        let is_gap = |step: i64| step as f64 > 1.5 * usual as f64;
        let gaps = steps.iter().filter(|&&step| is_gap(step)).count();
        let first_gap = steps.iter().position(|&step| usual > 0 && is_gap(step));
        let gaps = first_gap.map(|at| {
            let usual = match self.format {
                Some(_) => duration(usual),
                None => (usual as f64 / 1e6).to_string(),
            };
            format!(
                "{}: {} of {name} longer than the usual {usual}, the first after {}; rows are read as if evenly spaced",
                table.name,
                counted(gaps, "steps"),
                cell(at)
            )
        });
        twice.into_iter().chain(gaps).collect()
    }
}
