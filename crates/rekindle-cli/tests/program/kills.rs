//! Kills at any moment of a run, from its creation to its report: it is gone on with, and ends as one that was left alone.
//!
//! `REKINDLE_KILLS=50` makes so many kills a config in place of the few that every test run makes.

use std::env;
use std::fs;
use std::path::Path;
use std::process::{Child, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant};

use serde_json::Value;

use crate::support::{DATA, program, rekindle_in};

/// A text with its state carried on, dropout, and intervals that do not fit into one another.
const LANGUAGE: &str = r#"
[task]
kind = "language_model"
file = "DATA/tiny.txt"
window = 8
d_embedding = 6
valid = 0.2
test = 0.2
[model]
layers = 2
dropout = 0.2
zoneout = 0.1
[model.cell]
kind = "lstm"
d_hidden = 7
[train]
steps = 60
batch = 2
learning_rate = 0.01
schedule = "cosine"
report_every = 7
evaluate_every = 5
checkpoint_every = 4
"#;

/// Series in both directions, for some passes over them.
const SERIES: &str = r#"
[task]
kind = "classify_series"
train = "DATA/tiny_multi.ts"
valid_share = 0.2
test_share = 0.2
[model]
bidirectional = true
[model.cell]
kind = "gru"
d_hidden = 5
[train]
epochs = 25
batch = 3
optimizer = "rmsprop"
report_every = 6
evaluate_every = 10
checkpoint_every = 3
"#;

/// A forecast that is stopped early: it learns nothing, so that no evaluation is better than the first.
const FORECAST: &str = r#"
[task]
kind = "forecast"
file = "table.csv"
window = 6
[model.cell]
kind = "gru"
d_hidden = 4
[train]
steps = 500
patience = 6
learning_rate = 1e-12
report_every = 9
evaluate_every = 4
checkpoint_every = 10
"#;

/// A generated task, whose optimizer has a momentum.
const ADDING: &str = r#"
[task]
kind = "adding"
time = 10
held_out = 20
[model.cell]
kind = "custom"
d_hidden = 5
equations = "state h\ninput h\nhidden h\nh' = tanh(affine(h, h))"
[train]
steps = 60
batch = 4
optimizer = "sgd"
report_every = 3
evaluate_every = 20
checkpoint_every = 7
"#;

/// When a run is killed.
enum Moment {
    /// After a share of the time that a whole run takes.
    Share(f64),
    /// As soon as a file of it is there.
    Appears(&'static str),
}

/// The moments of so many kills: those at which something is created, and others spread over the run.
fn moments(kills: usize, first: usize) -> impl Iterator<Item = Moment> {
    let created = [
        "run.json",
        "checkpoints",
        "manifest.json",
        "model.safetensors",
        "result.json",
    ];
    (first..first + kills).map(move |i| match i % 3 {
        // Multiples of the golden ratio leave no part of the run out, however many there are.
        0 | 1 => Moment::Share((i as f64 * 0.618_034).fract() * 1.05),
        _ => Moment::Appears(created[i / 3 % created.len()]),
    })
}

/// How a run is begun, and gone on with.
#[derive(Clone, Copy)]
enum How {
    /// From a config.
    Fresh,
    /// With the weights of the run `base`.
    Tuned,
    /// A finished run of 30 updates is made longer by as many.
    Longer,
}

/// The run's planned updates, as its config says now.
fn planned(run: &Path) -> Option<i64> {
    let config = fs::read_to_string(run.join("config.toml")).ok()?;
    let config: toml::Table = config.parse().ok()?;
    config["train"]["steps"].as_integer()
}

impl How {
    /// What a user would type now.
    fn arguments<'a>(self, dir: &Path, run: &'a str) -> Vec<&'a str> {
        let path = dir.join(run);
        let mut arguments = vec!["train", "kills.toml", "--out", run];
        match self {
            How::Fresh => {}
            How::Tuned => arguments.extend(["--from", "base"]),
            How::Longer => {
                arguments = vec!["train", run];
                if planned(&path) == Some(30) && path.join("result.json").exists() {
                    arguments.extend(["--more", "30"]);
                }
                return arguments;
            }
        }
        if path.join("run.json").exists() {
            arguments.push("--resume");
        }
        arguments
    }

    /// Whether a run is as it should be in the end.
    fn is_done(self, run: &Path) -> bool {
        let is_long = !matches!(self, How::Longer) || planned(run) == Some(60);
        is_long && run.join("report.html").exists()
    }
}

fn start(dir: &Path, run: &str, how: How) -> Child {
    let mut program = program();
    let program = program.args(how.arguments(dir, run)).current_dir(dir);
    program
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap()
}

/// A directory with all that is in it.
fn copied(from: &Path, to: &Path) {
    fs::create_dir(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let (from, to) = entry.map(|e| (e.path(), to.join(e.file_name()))).unwrap();
        match from.is_dir() {
            true => copied(&from, &to),
            false => drop(fs::copy(&from, &to).unwrap()),
        }
    }
}

/// Starts a run and kills it at a moment; whether that came before its end.
fn killed(dir: &Path, run: &str, how: How, moment: &Moment, whole: Duration) -> bool {
    let began = Instant::now();
    let mut child = start(dir, run, how);
    loop {
        let due = match moment {
            Moment::Share(share) => began.elapsed() >= whole.mul_f64(*share),
            Moment::Appears(file) => dir.join(run).join(file).exists(),
        };
        if due {
            child.kill().unwrap();
        }
        if due || child.try_wait().unwrap().is_some() {
            break;
        }
        sleep(Duration::from_micros(100));
    }
    let output = child.wait_with_output().unwrap();
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(
        matches!(output.status.code(), None | Some(0)),
        "{run}: {said}"
    );
    !output.status.success()
}

/// A run's log and figures, but for times.
fn figures(run: &Path) -> Vec<Value> {
    let log = fs::read_to_string(run.join("metrics.jsonl")).unwrap();
    let result = fs::read_to_string(run.join("result.json")).unwrap();
    let without_times = |text: &str| {
        let mut value: Value = serde_json::from_str(text).unwrap();
        let keys = value.as_object_mut().unwrap();
        keys.retain(|key, _| key != "seconds" && key != "per_second");
        value
    };
    let all = log.lines().chain([result.as_str()]);
    all.map(without_times).collect()
}

/// The names in a run's directory and of its checkpoints, sorted.
fn names(run: &Path) -> Vec<String> {
    let mut names: Vec<String> = Vec::new();
    for directory in [run.to_owned(), run.join("checkpoints")] {
        let entries = fs::read_dir(directory).unwrap();
        names.extend(entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()));
    }
    names.sort();
    names
}

/// Kills runs of a config, each twice, and compares how they end with one that was left alone.
fn survive(name: &str, config: &str, how: How) {
    let kills = env::var("REKINDLE_KILLS").map_or(4, |kills| kills.parse().expect("a number"));
    let dir = tempfile::tempdir().unwrap();
    let dir = dir.path();
    let config = config.replace("DATA", DATA);
    fs::write(
        dir.join("kills.toml"),
        format!("device = \"flex\"\nseed = 7\n{config}"),
    )
    .unwrap();
    let rows = (0..60).map(|i| format!("{}\n", (f64::from(i) / 3.0).sin()));
    let table: String = ["level\n".to_owned()].into_iter().chain(rows).collect();
    fs::write(dir.join("table.csv"), table).unwrap();
    match how {
        How::Fresh => {}
        How::Tuned => {
            let base = ["train", "kills.toml", "--out", "base", "--set", "seed=3"];
            rekindle_in(dir, &base).done();
        }
        How::Longer => {
            rekindle_in(dir, &["train", "kills.toml", "--out", "base"]).done();
            copied(&dir.join("base"), &dir.join("whole"));
        }
    }
    let began = Instant::now();
    rekindle_in(dir, &how.arguments(dir, "whole")).done();
    let whole = began.elapsed();
    let expected = dir.join("whole");
    let mut met = 0;
    for trial in 0..kills / 2 {
        let run = format!("run-{trial}");
        let path = dir.join(&run);
        if let How::Longer = how {
            copied(&dir.join("base"), &path);
        } else if trial % 2 == 1 {
            // A directory that the user has made is filled, and not moved to its place.
            fs::create_dir(&path).unwrap();
        }
        for moment in moments(2, 2 * trial) {
            if !how.is_done(&path) {
                met += usize::from(killed(dir, &run, how, &moment, whole));
            }
        }
        // Twice, where a kill came before the longer run was written down.
        while !how.is_done(&path) {
            let output = start(dir, &run, how).wait_with_output().unwrap();
            let said = String::from_utf8_lossy(&output.stderr);
            assert!(output.status.success(), "{name}, {run}: {said}");
        }
        let weights = |run: &Path| fs::read(run.join("model.safetensors")).unwrap();
        assert!(
            weights(&path) == weights(&expected),
            "{name}, {run}: the weights differ"
        );
        assert_eq!(figures(&path), figures(&expected), "{name}, {run}");
        assert_eq!(names(&path), names(&expected), "{name}, {run}");
        fs::remove_dir_all(path).unwrap();
    }
    eprintln!("{name}: {met} kills met a run of {whole:?}");
    assert!(met > 0, "{name}: every kill came too late");
}

#[test]
fn a_language_model_survives_kills() {
    survive("language", LANGUAGE, How::Fresh);
}

#[test]
fn a_classifier_of_series_survives_kills() {
    survive("series", SERIES, How::Fresh);
}

#[test]
fn a_forecast_that_stops_early_survives_kills() {
    survive("forecast", FORECAST, How::Fresh);
}

#[test]
fn a_custom_cell_survives_kills() {
    survive("adding", ADDING, How::Fresh);
}

#[test]
fn a_fine_tuning_survives_kills() {
    survive("tuned", SERIES, How::Tuned);
}

#[test]
fn a_run_that_is_made_longer_survives_kills() {
    let config = LANGUAGE
        .replace("steps = 60", "steps = 30")
        .replace("cosine", "constant");
    survive("longer", &config, How::Longer);
}
