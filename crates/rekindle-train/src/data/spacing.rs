//! How far the steps of several series lie apart.

use super::clock::Clock;
use super::message::{counted, shown};
use super::table::Table;
use super::table::stamp::duration;

/// By how much steps that are alike may differ at most, as a share: clocks are not exact, and months differ in their days.
const ALIKE: f64 = 1.25;

/// The middle one of some numbers; none of none.
fn median(mut numbers: Vec<i64>) -> Option<i64> {
    numbers.sort_unstable();
    numbers.get(numbers.len() / 2).copied()
}

fn are_alike(a: i64, b: i64) -> bool {
    let ratio = a as f64 / b as f64;
    (1.0 / ALIKE..=ALIKE).contains(&ratio)
}

impl Clock {
    /// How far the steps of most series lie apart, in microseconds, and what is to be said where those of some lie apart by another time,
    /// or those of most by another than `before`. `ids` names the series, `groups` has the rows of each in their order, and `when` has when
    /// each row is.
    pub(super) fn spacing(
        &self,
        table: &Table,
        (ids, groups): (&[String], &[Vec<usize>]),
        when: &[i64],
        before: Option<i64>,
    ) -> (Option<i64>, Vec<String>) {
        let of = |rows: &Vec<usize>| {
            let steps = rows.windows(2).map(|pair| when[pair[1]] - when[pair[0]]);
            median(steps.filter(|&step| step > 0).collect())
        };
        let each: Vec<Option<i64>> = groups.iter().map(of).collect();
        let Some(usual) = median(each.iter().flatten().copied().collect()) else {
            return (None, Vec::new());
        };
        let said = |step: i64| match self.format {
            Some(_) => duration(step),
            None => (step as f64 / 1e6).to_string(),
        };
        let (name, column) = (&table.name, self.called(table));
        let is_other = |step: &Option<i64>| step.is_some_and(|step| !are_alike(step, usual));
        let others = each.iter().filter(|step| is_other(step)).count();
        let first = each.iter().position(is_other);
        let others = first.map(|at| {
            format!(
                "{name}: the steps of {} lie further apart or closer in {column} than the {} of the others, as of {} by {}; the network counts \
                 steps",
                counted(others, "series"),
                said(usual),
                shown(&ids[at]),
                each[at].map(said).unwrap_or_default()
            )
        });
        let changed = before.filter(|&before| !are_alike(usual, before)).map(|before| {
            format!(
                "{name}: the steps of the series lie {} apart in {column}, and {} where the run was trained; the network counts steps, so that \
                 what it learned of time does not hold here",
                said(usual),
                said(before)
            )
        });
        (Some(usual), others.into_iter().chain(changed).collect())
    }
}
