//! Series in a table with a step in each row: `id,time,x,y,label`.

use super::clock;
use super::message::{counted, listed, shown};
use super::segments;
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

    let (ids, mut groups): (Vec<Option<String>>, Vec<Vec<usize>>) =
        segments::by_id(&table, id)?.into_iter().unzip();
    let ids: Vec<String> = ids.into_iter().flatten().collect();
    notes.extend(segments::alike(&table, ids.iter()));
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
    let mut step = None;
    if !time.is_empty() {
        let (usual, said) = ordered(&table, &time, (&ids, &mut groups), wish.step)?;
        step = usual;
        notes.extend(said);
    }
    let written = label.map(|label| of_groups(&table, label, id, &groups, labels.called()));
    let written = match written.transpose()? {
        None => None,
        Some((written, note)) => {
            notes.extend(note);
            Some(written)
        }
    };
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
    let ids = Some(ids);
    let mut said = vec![table.line()];
    said.extend(table.notes());
    said.extend(notes);
    let named = |column: usize| table.header[column].clone();
    let columns = SeriesColumns {
        label: label.map(named),
        id: Some(named(id)),
        time: (!time.is_empty()).then(|| called(&time).into()),
        channels: names,
        step,
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

/// Puts the rows of every series in the order of their time; how far most lie apart, and what is to be said where they were in another
/// order, a time repeats, or some lie apart by another time than most, or most than `before`.
fn ordered(
    table: &Table,
    time: &[usize],
    (ids, groups): (&[String], &mut [Vec<usize>]),
    before: Option<i64>,
) -> Result<(Option<i64>, Vec<String>)> {
    let clock = clock::named(table, time)?;
    let when = clock.micros(table)?;
    let (mut turned, mut twice, mut first) = (0, 0, None);
    for (id, rows) in ids.iter().zip(&mut *groups) {
        if !rows.is_sorted_by_key(|&row| when[row]) {
            rows.sort_by_key(|&row| when[row]);
            turned += 1;
        }
        let again = rows
            .windows(2)
            .filter(|pair| when[pair[0]] == when[pair[1]]);
        let mut again = again.map(|pair| pair[1]).peekable();
        first = first.or_else(|| Some((id, *again.peek()?)));
        twice += again.count();
    }
    let name = clock.called(table);
    let turned = (turned > 0).then(|| {
        format!(
            "{}: the rows of {turned} series were put in the order of {name}",
            table.name
        )
    });
    let twice = first.map(|(id, row)| {
        format!(
            "{}: {} with the {name} of another row of their series, the first in series {} at {}; where one name stands for several series, write \
             a column that tells them apart and name it by task.id",
            table.name,
            counted(twice, "rows"),
            shown(id),
            shown(&clock.cell(table, row))
        )
    });
    let (step, apart) = clock.spacing(table, (ids, groups), &when, before);
    Ok((step, turned.into_iter().chain(twice).chain(apart).collect()))
}

/// The one label of each series, which some of its rows may leave empty, and what is to be said of those.
fn of_groups(
    table: &Table,
    label: usize,
    id: usize,
    groups: &[Vec<usize>],
    called: &str,
) -> Result<(Vec<String>, Option<String>)> {
    let mut empty = 0;
    let mut of = |rows: &Vec<usize>| {
        let of = |row: &usize| table.cell(*row, label).trim();
        let filled = || rows.iter().filter(|row| !of(row).is_empty());
        let first = filled().next().map_or("", of);
        match filled().find(|row| of(row) != first) {
            None => {
                empty += match first {
                    "" => 0,
                    _ => rows.len() - filled().count(),
                };
                Ok(first.to_owned())
            }
            Some(&row) => Err(Error::mend(format!(
                "{}: {}: {} where the series {} was {}; a series has one {called}, and task.id, which is {}, names the column that tells \
                 series apart",
                table.name,
                table.place(row, label),
                shown(of(&row)),
                shown(table.cell(row, id)),
                shown(first),
                shown(&table.header[id])
            ))),
        }
    };
    let labels = groups.iter().map(&mut of).collect::<Result<_>>()?;
    let note = (empty > 0).then(|| {
        format!(
            "{}: {} without a {called}: it is that of the other rows of their series",
            table.name,
            counted(empty, "rows")
        )
    });
    Ok((labels, note))
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
    fn rows_of_one_time_and_names_that_are_nearly_alike_are_said() {
        let text = "id,t,x,label\na,1,1,up\na,2,2,up\na,1,3,up\nb,1,4,down\nB,1,5,down\n";
        let said = parse(text, &wish("id", "t")).unwrap().notes.join("\n");
        assert!(
            said.contains(
                "1 row with the `t` of another row of their series, the first in series `a` at `1`"
            ),
            "{said}"
        );
        assert!(
            said.contains("the series `b`, `B` differ in case only"),
            "{said}"
        );
    }

    #[test]
    fn steps_that_lie_apart_by_another_time_are_said() {
        let rows = |id: &str, apart: f64| -> String {
            let row = |i: usize| format!("{id},{:.2},{i},up\n", apart * i as f64);
            (0..4).map(row).collect()
        };
        let text = |series: &[(&str, f64)]| {
            let rows: String = series.iter().map(|(id, apart)| rows(id, *apart)).collect();
            format!("id,t,x,label\n{rows}")
        };
        let even = parse(&text(&[("a", 0.05), ("b", 0.05)]), &wish("id", "t")).unwrap();
        assert_eq!(even.columns.step, Some(50_000));
        assert!(!even.notes.join("\n").contains("apart"));
        let mixed = text(&[("a", 0.05), ("b", 0.01), ("c", 0.05)]);
        let said = parse(&mixed, &wish("id", "t")).unwrap().notes.join("\n");
        assert!(
            said.contains("the steps of 1 series lie further apart or closer in `t` than the 0.05 of the others, as of `b` by 0.01"),
            "{said}"
        );
        let again = |series: &[(&str, f64)]| {
            parse(&text(series), &even.columns)
                .unwrap()
                .notes
                .join("\n")
        };
        let said = again(&[("a", 50.0), ("b", 50.0)]);
        assert!(
            said.contains("lie 50 apart in `t`, and 0.05 where the run was trained"),
            "{said}"
        );
        assert!(!again(&[("a", 0.05), ("b", 0.06)]).contains("apart"));
    }

    #[test]
    fn a_row_without_a_name_belongs_to_no_series() {
        let error = parse("id,x,label\na,1,up\n,2,up\n", &wish("id", "")).unwrap_err();
        assert!(
            error
                .to_string()
                .contains("row 2 (line 3), column `id`: it is empty"),
            "{error}"
        );
    }

    #[test]
    fn the_class_of_a_series_may_stand_in_its_first_row_alone() {
        let parsed = parse("id,x,label\na,1,up\na,2,\nb,3,down\n", &wish("id", "")).unwrap();
        assert_eq!(parsed.labels.unwrap(), ["up", "down"]);
        let said = parsed.notes.join("\n");
        assert!(
            said.contains("1 row without a class: it is that of the other rows"),
            "{said}"
        );
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
