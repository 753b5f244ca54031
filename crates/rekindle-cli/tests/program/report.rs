//! Reports of runs, one and several.

use std::fs;
use std::path::Path;

use crate::support::rekindle_in;

/// Trains a small network for some steps.
fn trained(dir: &Path, run: &str, sets: &[&str]) {
    let config = "device = \"flex\"\n[task]\nkind = \"adding\"\ntime = 10\nheld_out = 20\n[model.cell]\nkind = \"gru\"\nd_hidden = 5\n\
                  [train]\nsteps = 8\nbatch = 4\nreport_every = 2\n";
    fs::write(dir.join("adding.toml"), config).unwrap();
    let mut arguments = vec!["train", "adding.toml", "--out", run];
    arguments.extend(sets.iter().flat_map(|set| ["--set", set]));
    let said = rekindle_in(dir, &arguments).done();
    assert!(
        said.contains(&format!("page:  {run}/report.html")),
        "{said}"
    );
}

fn page(dir: &Path, file: &str) -> String {
    fs::read_to_string(dir.join(file)).unwrap()
}

#[test]
fn a_run_writes_its_report_and_writes_it_again() {
    let dir = tempfile::tempdir().unwrap();
    let dir = dir.path();
    trained(dir, "a", &[]);
    let first = page(dir, "a/report.html");
    for word in [
        "Sums of the test part",
        "always 1",
        "gru with 5 units",
        "d_hidden = 5",
    ] {
        assert!(first.contains(word), "{word}");
    }
    fs::remove_file(dir.join("a/report.html")).unwrap();
    let said = rekindle_in(dir, &["report", "a"]).done();
    assert_eq!(said, "a/report.html\n");
    assert_eq!(page(dir, "a/report.html"), first);
    rekindle_in(dir, &["report", "a", "--out", "mine.html"]).done();
    assert_eq!(page(dir, "mine.html"), first);
}

#[test]
fn several_runs_are_compared() {
    let dir = tempfile::tempdir().unwrap();
    let dir = dir.path();
    trained(dir, "a", &[]);
    trained(dir, "b", &["model.cell.d_hidden=7", "train.steps=6"]);
    let said = rekindle_in(dir, &["report", "a", "b"]).done();
    let lines: Vec<&str> = said.lines().collect();
    let starts = [
        "run  model             MSE, test",
        "a    gru with 5 units  ",
        "b    gru with 7 units  ",
    ];
    assert!(
        starts
            .iter()
            .zip(&lines)
            .all(|(start, line)| line.starts_with(start)),
        "{said}"
    );
    assert_eq!(lines[3..], ["", "comparison.html"]);
    let both = page(dir, "comparison.html");
    for word in [
        "gru with 5 units",
        "gru with 7 units",
        "model.cell.d_hidden",
        "train.steps",
        "MSE, test",
    ] {
        assert!(both.contains(word), "{word}");
    }
    assert!(!both.contains("task.time"), "what is the same is not told");

    trained(dir, "c", &[]);
    fs::remove_file(dir.join("c/result.json")).unwrap();
    let said = rekindle_in(dir, &["report", "a", "c", "b"]);
    assert!(
        said.err
            .contains("c is not finished, and left out; `rekindle train c` goes on"),
        "{}",
        said.err
    );
    assert_eq!(said.done().lines().count(), 5);
    assert!(page(dir, "comparison.html").contains("c is not finished, and left out."));
}

#[test]
fn what_cannot_be_reported_is_named() {
    let dir = tempfile::tempdir().unwrap();
    let dir = dir.path();
    rekindle_in(dir, &["report", "gone"]).refused(&["gone", "is not a run directory"]);
    trained(dir, "a", &[]);
    let place = "no/where/r.html";
    rekindle_in(dir, &["report", "a", "--out", place]).refused(&[place, "--out"]);
    fs::remove_file(dir.join("a/result.json")).unwrap();
    rekindle_in(dir, &["report", "a"]).refused(&["a is not finished", "rekindle train a"]);
    rekindle_in(dir, &["report", "a", "a"]).refused(&["needs two finished runs", "a, a are not"]);
}
