//! Sweeps: what is trained, what is kept, and what is said.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::thread::sleep;
use std::time::Duration;

use crate::support::{program, rekindle_in};

const ADDING: &str = "device = \"flex\"\n[task]\nkind = \"adding\"\ntime = 10\nheld_out = 20\n[model.cell]\nkind = \"gru\"\n\
                      d_hidden = 5\n[train]\nsteps = 8\nbatch = 4\nreport_every = 2\ncheckpoint_every = 2\n";

/// The arguments of a sweep of a config, into a directory.
fn sweep<'a>(out: &'a str, rest: &[&'a str]) -> Vec<&'a str> {
    [&["sweep", "adding.toml", "--out", out], rest].concat()
}

/// The run directories of a sweep, sorted.
fn runs(dir: &Path, out: &str) -> Vec<PathBuf> {
    let entries = fs::read_dir(dir.join(out).join("runs")).unwrap();
    let paths = entries.map(|entry| entry.unwrap().path());
    let mut runs: Vec<PathBuf> = paths.filter(|path| path.is_dir()).collect();
    runs.sort();
    runs
}

fn weights(run: &Path) -> Vec<u8> {
    fs::read(run.join("model.safetensors")).unwrap()
}

#[test]
fn every_combination_is_trained_with_every_seed_and_ranked() {
    let dir = tempfile::tempdir().unwrap();
    let dir = dir.path();
    fs::write(dir.join("adding.toml"), ADDING).unwrap();
    let two = [
        "--set",
        "model.cell.d_hidden=3,4",
        "--seeds",
        "2",
        "--jobs",
        "2",
    ];
    let said = rekindle_in(dir, &sweep("s", &two));
    assert!(
        said.err.contains("4 runs, 0 finished; 4 to do, 2 at once"),
        "{}",
        said.err
    );
    let out = said.done();
    let lines: Vec<Vec<&str>> = out
        .lines()
        .map(|l| l.split_whitespace().collect())
        .collect();
    assert_eq!(lines[0][..5], ["rank", "point", "runs", "MSE,", "valid"]);
    assert_eq!((lines[1][0], lines[2][0]), ("1", "2"));
    let points = [lines[1][1], lines[2][1]];
    assert!(points.contains(&"d_hidden=3") && points.contains(&"d_hidden=4"));
    let names: Vec<String> = runs(dir, "s")
        .iter()
        .map(|run| run.file_name().unwrap().to_string_lossy().into_owned())
        .collect();
    assert_eq!(
        names,
        [
            "model.cell.d_hidden=3,seed=0",
            "model.cell.d_hidden=3,seed=1",
            "model.cell.d_hidden=4,seed=0",
            "model.cell.d_hidden=4,seed=1"
        ]
    );
    // A run is what training alone makes of the same keys.
    let alone = [
        "train",
        "adding.toml",
        "--out",
        "alone",
        "--set",
        "model.cell.d_hidden=4",
        "--set",
        "seed=1",
    ];
    rekindle_in(dir, &alone).done();
    assert!(weights(&dir.join("alone")) == weights(&runs(dir, "s")[3]));
    let page = fs::read_to_string(dir.join("s/sweep.html")).unwrap();
    for words in ["Best is d_hidden=", "MSE, valid over model.cell.d_hidden"] {
        assert!(page.contains(words), "{words}");
    }

    // Another value trains its own runs alone.
    let three = ["--set", "model.cell.d_hidden=3,4,2", "--seeds", "2"];
    let said = rekindle_in(dir, &sweep("s", &three));
    assert!(
        said.err.contains("6 runs, 4 finished; 2 to do"),
        "{}",
        said.err
    );
    assert_eq!(
        said.done()
            .lines()
            .filter(|l| l.contains("d_hidden="))
            .count(),
        3
    );
}

#[test]
fn a_sweep_that_was_killed_goes_on() {
    let dir = tempfile::tempdir().unwrap();
    let dir = dir.path();
    let config = ADDING.replace("steps = 8", "steps = 150");
    fs::write(dir.join("adding.toml"), config).unwrap();
    let keys = ["--set", "train.batch=2,3,4", "--jobs", "1"];
    rekindle_in(dir, &sweep("whole", &keys)).done();
    let mut child = program();
    child.args(sweep("s", &keys)).current_dir(dir);
    child.stdout(Stdio::null()).stderr(Stdio::null());
    let mut child = child.spawn().unwrap();
    let first = dir.join("s/runs/seed=0,train.batch=2/result.json");
    let second = dir.join("s/runs/seed=0,train.batch=3/metrics.jsonl");
    while !(first.exists() && second.exists()) {
        assert!(
            child.try_wait().unwrap().is_none(),
            "it ended before it was killed"
        );
        sleep(Duration::from_millis(1));
    }
    child.kill().unwrap();
    child.wait().unwrap();
    let finished = fs::metadata(&first).unwrap().modified().unwrap();
    let said = rekindle_in(dir, &sweep("s", &keys));
    assert!(said.err.contains("3 runs, "), "{}", said.err);
    said.done();
    assert_eq!(
        fs::metadata(&first).unwrap().modified().unwrap(),
        finished,
        "it was kept"
    );
    for (a, b) in runs(dir, "whole").iter().zip(&runs(dir, "s")) {
        assert!(weights(a) == weights(b), "{}", a.display());
    }
}

#[test]
fn what_cannot_be_swept_is_refused_before_anything_is_trained() {
    let dir = tempfile::tempdir().unwrap();
    let dir = dir.path();
    fs::write(dir.join("adding.toml"), ADDING).unwrap();
    let refused = |rest: &[&str], words: &[&str]| {
        rekindle_in(dir, &sweep("s", rest)).refused(words);
        assert!(!dir.join("s").exists());
    };
    refused(&["--set", "train.batch=2,0"], &["train.batch", "0"]);
    refused(&["--set", "train.batsh=2,3"], &["train.batsh"]);
    refused(&["--set", "seed=1,2"], &["--seeds"]);
    refused(&["--random", "0"], &["--random 0"]);
    refused(&["--jobs", "0"], &["--jobs = 0"]);
    rekindle_in(dir, &["sweep", "none.toml"]).refused(&["none.toml"]);
    fs::create_dir(dir.join("full")).unwrap();
    fs::write(dir.join("full/mine.txt"), "").unwrap();
    rekindle_in(dir, &sweep("full", &[])).refused(&["full holds mine.txt", "--out"]);

    // Two of six, and no others when there are three.
    let six = [
        "--set",
        "train.batch=2,3,4",
        "--set",
        "model.cell.d_hidden=2,3",
        "--set",
        "train.steps=2",
    ];
    let some =
        |count: &'static str| sweep("s", &[&six[..], &["--random", count]].concat()).join(" ");
    let run = |line: String| rekindle_in(dir, &line.split(' ').collect::<Vec<_>>()).done();
    run(some("2"));
    let two = runs(dir, "s");
    assert_eq!(two.len(), 2);
    run(some("3"));
    let three = runs(dir, "s");
    assert!(three.len() == 3 && two.iter().all(|run| three.contains(run)));
    fs::write(
        dir.join("adding.toml"),
        ADDING.replace("time = 10", "time = 12"),
    )
    .unwrap();
    rekindle_in(dir, &sweep("s", &six)).refused(&["s was begun with another config", "--out"]);
}

#[test]
fn a_run_that_fails_is_named_and_the_others_are_ranked() {
    let dir = tempfile::tempdir().unwrap();
    let dir = dir.path();
    fs::write(dir.join("adding.toml"), ADDING).unwrap();
    let keys = ["--set", "train.learning_rate=0.01,1e30"];
    let said = rekindle_in(dir, &sweep("s", &keys));
    assert_eq!(said.code, Some(1), "{}", said.err);
    let failed = "failed: seed=0,train.learning_rate=1e30: ";
    for words in [failed, "1 of 2 runs are not finished"] {
        assert!(said.err.contains(words), "{words}: {}", said.err);
    }
    assert!(said.out.contains("learning_rate=0.01"), "{}", said.out);
}
