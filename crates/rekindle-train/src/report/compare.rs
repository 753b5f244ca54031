//! Several runs side by side: what differs in their configurations, and what came of it.

use super::record::Record;
use crate::{
    data::message::duration,
    error::{Error, Result},
    metric::Metric,
    run::directory::RunDir,
};
use rekindle_view::{Axis, Block, Figure, Mark, Page, Section, Series, Table};
use std::path::{Path, PathBuf};

/// Several runs side by side.
pub struct Comparison {
    /// The page: figures, what differs, curves.
    pub page: Page,
    /// A row a run, as on the page: its figures on the test part, its size and its time.
    pub results: Table,
    /// The runs that are not finished, and left out.
    pub left_out: Vec<PathBuf>,
}

/// Compares finished runs; those that are not are left out.
///
/// # Errors
///
/// If fewer than two are finished, or one is no run.
pub fn compare(runs: &[&Path]) -> Result<Comparison> {
    let mut records = Vec::new();
    let mut left_out = Vec::new();
    for path in runs {
        let run = RunDir::open(path)?;
        if !run.is_finished() {
            left_out.push(path.to_path_buf());
            continue;
        }
        let mut record = Record::read(&run)?;
        if records.iter().any(|r: &Record| r.name == record.name) {
            // Of two places, perhaps: then the path tells them apart.
            record.name = path.display().to_string();
        }
        records.push(record);
    }
    if records.len() < 2 {
        let names: Vec<String> = left_out
            .iter()
            .map(|run| run.display().to_string())
            .collect();
        let those = match names.is_empty() {
            true => String::new(),
            false => format!(", and {} are not", names.join(", ")),
        };
        return Err(Error::mend(format!(
            "a comparison needs two finished runs or more; there are {}{those}: finish a run with `rekindle train RUN`",
            records.len()
        )));
    }
    let section = |title: &str, blocks| Section {
        title: title.into(),
        blocks,
    };
    let names: Vec<&str> = records.iter().map(|r| r.name.as_str()).collect();
    let results = results(&records);
    let mut of_results = vec![Block::Table(results.clone())];
    of_results.extend(
        left_out
            .iter()
            .map(|run| Block::Text(format!("{} is not finished, and left out.", run.display()))),
    );
    let page = Page {
        title: "Comparison of runs".into(),
        lead: names.join(", "),
        sections: vec![
            section("Results", of_results),
            section("What differs", vec![differences(&records)]),
            section("Curves", curves(&records)),
        ],
    };
    Ok(Comparison {
        page,
        results,
        left_out,
    })
}

/// A row a run: its figures on the test part, its size and its time.
fn results(records: &[Record]) -> Table {
    let of = |r: &Record| r.result.metrics.get("test").cloned().unwrap_or_default();
    let mut metrics: Vec<String> = Vec::new();
    for Metric { name, .. } in records.iter().flat_map(of) {
        if !metrics.contains(&name) {
            metrics.push(name);
        }
    }
    let mut head = vec!["run".to_string(), "model".into()];
    head.extend(metrics.iter().map(|name| format!("{name}, test")));
    head.extend(["parameters", "steps", "time", "device"].map(String::from));
    let row = |r: &Record| {
        let test = of(r);
        let mut row = vec![r.name.clone(), r.model()];
        row.extend(metrics.iter().map(|name| {
            let found = test.iter().find(|m| m.name == *name);
            found.map(Metric::digits).unwrap_or_default()
        }));
        row.extend([
            r.result.parameters.to_string(),
            r.result.steps.to_string(),
            duration(r.result.seconds),
            r.result.device.clone(),
        ]);
        row
    };
    Table {
        head,
        rows: records.iter().map(row).collect(),
    }
}

/// The keys whose values are not the same in all runs.
fn differences(records: &[Record]) -> Block {
    let flat: Vec<Vec<(String, String)>> = records.iter().map(Record::flat).collect();
    let mut keys: Vec<&String> = Vec::new();
    for (key, _) in flat.iter().flatten() {
        if key != "name" && !keys.contains(&key) {
            keys.push(key);
        }
    }
    let value = |run: &[(String, String)], key: &String| {
        let found = run.iter().find(|(k, _)| k == key);
        found.map_or_else(|| "–".to_string(), |(_, v)| v.clone())
    };
    let rows: Vec<Vec<String>> = keys
        .into_iter()
        .map(|key| {
            let values = flat.iter().map(|run| value(run, key));
            [key.clone()].into_iter().chain(values).collect()
        })
        .filter(|row: &Vec<String>| row[2..].iter().any(|v| *v != row[1]))
        .collect();
    if rows.is_empty() {
        return Block::Text("The configurations are the same.".into());
    }
    let mut head = vec!["key".to_string()];
    head.extend(records.iter().map(|r| r.name.clone()));
    Block::Table(Table { head, rows })
}

/// The losses and the figures on the validation part, of all runs in one figure each.
fn curves(records: &[Record]) -> Vec<Block> {
    let figure = |title: String, series: Vec<Series>| {
        Block::Figure(Figure {
            y: Axis::linear(title.clone()),
            title,
            x: Axis::linear("step"),
            series,
            notes: Vec::new(),
        })
    };
    let losses = records
        .iter()
        .map(|r| Series::line(r.name.clone(), r.losses()));
    let mut blocks = vec![figure("Mean training loss".into(), losses.collect())];
    let mut names: Vec<String> = Vec::new();
    for (name, _) in records.iter().flat_map(Record::validations) {
        if !names.contains(&name) {
            names.push(name);
        }
    }
    for name in names {
        let series = records.iter().filter_map(|r| {
            let found = r.validations().into_iter().find(|(n, _)| *n == name);
            Some(Series::line(r.name.clone(), found?.1).drawn(Mark::Dotted))
        });
        let series = series.collect();
        blocks.push(figure(format!("{name}, validation"), series));
    }
    blocks
}
