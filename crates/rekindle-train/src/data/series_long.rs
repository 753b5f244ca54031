//! Series in a table with a step in each row: `id,time,x,y,label`.

use std::collections::HashMap;

use super::clock;
use super::message::{listed, shown};
use super::series::{Series, SeriesColumns};
use super::series_csv::{label, value};
use super::series_parsed::{Labels, Parsed};
use super::table::Table;
use super::table::kind::{self, ColumnKind, Looked};
use crate::error::{Error, Result};

/// Reads a table whose column `id` says which series a row belongs to. The series are in the order in which they begin.
pub(super) fn parse(
    table: Table,
    wish: &SeriesColumns,
    labels: Labels,
    takes_missing: bool,
) -> Result<Parsed> {
    let id = wish.id.as_deref().unwrap_or_default();
    let id = table.column(id)?;
    let time = wish
        .time
        .as_ref()
        .map(|time| table.columns(time.names()))
        .transpose()?
        .unwrap_or_default();
    let (label, mut notes) = label(&table, wish, labels);
    let is_taken =
        |column: usize| [Some(id), label].contains(&Some(column)) || time.contains(&column);
    let channels = match wish.channels.is_empty() {
        false => table.columns(&wish.channels)?,
        true => (0..table.header.len())
            .filter(|&c| !is_taken(c) && table.look(c).kind == ColumnKind::Number)
            .collect(),
    };
    let called = |columns: &[usize]| -> Vec<String> {
        columns.iter().map(|&c| table.header[c].clone()).collect()
    };
    let names = called(&channels);
    if names.is_empty() {
        return Err(Error::mend(format!(
            "{}: beside the columns of id, time and label none holds a number; name some with task.channels",
            table.name
        )));
    }
    let out = (0..table.header.len()).filter(|c| !is_taken(*c) && !channels.contains(c));
    let out: Vec<String> = out.map(|column| table.header[column].clone()).collect();
    let left_out = match out.is_empty() {
        true => String::new(),
        false => format!("; left out {}", listed(&out)),
    };

    let mut place = HashMap::new();
    let mut groups: Vec<Vec<usize>> = Vec::new();
    for row in 0..table.rows.len() {
        let next = groups.len();
        let group = *place.entry(table.cell(row, id)).or_insert(next);
        if group == next {
            groups.push(Vec::new());
        }
        groups[group].push(row);
    }
    notes.push(format!(
        "{}: {} series by {}, a row a step{}; channels {}{left_out}",
        table.name,
        groups.len(),
        shown(&table.header[id]),
        match time.is_empty() {
            true => String::new(),
            false => format!(" at {}", listed(&called(&time))),
        },
        listed(&names)
    ));
    let looked: Vec<(usize, Looked)> = channels.iter().map(|&c| (c, table.look(c))).collect();
    let read = || looked.iter().map(|(c, looked)| (*c, looked));
    notes.extend(table.dressed(read()));
    notes.extend(table.mixed(read()));
    notes.extend(read().zip(&wish.units).filter_map(|((c, looked), before)| {
        let changed = kind::changed(before, &looked.unit())?;
        Some(format!(
            "{}: {} is {changed}",
            table.name,
            shown(&table.header[c])
        ))
    }));
    if !time.is_empty() {
        notes.extend(ordered(&table, &time, &mut groups)?);
    }
    let written = label.map(|label| of_groups(&table, label, id, &groups, labels.called()));
    let written = written.transpose()?;
    let mut series = Vec::with_capacity(groups.len());
    for rows in &groups {
        let mut values = Vec::with_capacity(rows.len() * channels.len());
        for &row in rows {
            for &channel in &channels {
                values.push(value(&table, row, channel, takes_missing)?);
            }
        }
        series.push(Series {
            values,
            steps: rows.len(),
            channels: channels.len(),
        });
    }
    let ids = groups.iter().map(|rows| table.cell(rows[0], id).to_owned());
    let ids = Some(ids.collect());
    let mut said = vec![table.line()];
    said.extend(table.notes());
    said.extend(notes);
    let named = |column: usize| table.header[column].clone();
    let columns = SeriesColumns {
        label: label.map(named),
        id: Some(named(id)),
        time: (!time.is_empty()).then(|| called(&time).into()),
        channels: names,
        units: looked.iter().map(|(_, looked)| looked.unit()).collect(),
        table: table.format.clone(),
        ..SeriesColumns::default()
    };
    let hint = table.hint();
    Ok(Parsed {
        channels: channels.len(),
        series,
        labels: written,
        ids,
        sums: None,
        lines: Vec::new(),
        announces: None,
        announced: Vec::new(),
        columns,
        hint,
        name: table.name,
        notes: said,
    })
}

/// Puts the rows of every series in the order of their time; what is to be said where they were in another.
fn ordered(table: &Table, time: &[usize], groups: &mut [Vec<usize>]) -> Result<Option<String>> {
    let clock = clock::named(table, time)?;
    let when = clock.micros(table)?;
    let mut turned = 0;
    for rows in groups {
        if !rows.is_sorted_by_key(|&row| when[row]) {
            rows.sort_by_key(|&row| when[row]);
            turned += 1;
        }
    }
    Ok((turned > 0).then(|| {
        format!(
            "{}: the rows of {turned} series were put in the order of {}",
            table.name,
            clock.called(table)
        )
    }))
}

/// The one label of each series.
fn of_groups(
    table: &Table,
    label: usize,
    id: usize,
    groups: &[Vec<usize>],
    called: &str,
) -> Result<Vec<String>> {
    let of = |rows: &Vec<usize>| {
        let of = |row: usize| table.cell(row, label).trim();
        let first = of(rows[0]);
        match rows.iter().find(|&&row| of(row) != first) {
            None => Ok(first.to_owned()),
            Some(&row) => Err(Error::mend(format!(
                "{}: {}: {} where the series {} was {}; a series has one {called}",
                table.name,
                table.place(row, label),
                shown(of(row)),
                shown(table.cell(row, id)),
                shown(first)
            ))),
        }
    };
    groups.iter().map(of).collect()
}

#[cfg(test)]
mod tests {
    use super::super::clock::TimeColumns;
    use super::*;

    fn parse(text: &str, wish: &SeriesColumns) -> Result<Parsed> {
        let table = Table::of_csv(text)?;
        super::parse(table, wish, Labels::Classes, false)
    }

    fn wish(id: &str, time: &str) -> SeriesColumns {
        SeriesColumns {
            id: Some(id.into()),
            time: (!time.is_empty()).then(|| TimeColumns::One(time.into())),
            ..SeriesColumns::default()
        }
    }

    const TIDY: &str = "who,when,x,y,note,label\nb,2,3,30,u,up\na,1,1,10,v,down\nb,1,2,20,w,up\n";

    #[test]
    fn rows_are_steps_of_their_series() {
        let parsed = parse(TIDY, &wish("who", "when")).unwrap();
        assert_eq!(parsed.series[0].values, [2.0, 20.0, 3.0, 30.0]);
        assert_eq!((parsed.series[0].steps, parsed.series[1].steps), (2, 1));
        assert_eq!(parsed.labels.unwrap(), ["up", "down"]);
        assert_eq!(parsed.columns.channels, ["x", "y"]);
        let said = parsed.notes.join("\n");
        assert!(
            said.contains(
                "2 series by `who`, a row a step at `when`; channels `x`, `y`; left out `note`"
            ),
            "{said}"
        );
        assert!(
            said.contains("the rows of 1 series were put in the order of `when`"),
            "{said}"
        );
        let parsed = parse(TIDY, &wish("who", "")).unwrap();
        // Without its name as the time it is a channel, and the rows stay as they stand.
        assert_eq!(parsed.series[0].values[..3], [2.0, 3.0, 30.0]);
    }

    #[test]
    fn a_series_has_one_class() {
        let error = parse("id,x,label\na,1,up\na,2,down\n", &wish("id", ""))
            .unwrap_err()
            .to_string();
        assert!(
            error.contains(
                "a.csv: row 2 (line 3), column `label`: `down` where the series `a` was `up`"
            ),
            "{error}"
        );
    }
}
