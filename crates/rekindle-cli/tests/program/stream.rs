//! What is said of lines while they come, and of files with what is right in them.

use std::fs;
use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::process::Stdio;

use crate::support::{program, rekindle_in};

const TABLE: &str = "device = \"flex\"\n[task]\nkind = \"forecast\"\nfile = \"t.csv\"\ncolumns = [\"load\"]\nwindow = 4\n\
                     [model.cell]\nkind = \"elman\"\nd_hidden = 3\n[train]\nsteps = 4\n";

fn rows(count: usize) -> String {
    let row = |i: usize| format!("d{i},{:.3}\n", (i as f64 / 3.0).sin());
    (0..count).map(row).collect()
}

/// A forecast, trained in a directory.
fn trained(dir: &Path) {
    fs::write(dir.join("t.csv"), format!("day,load\n{}", rows(60))).unwrap();
    fs::write(dir.join("t.toml"), TABLE).unwrap();
    rekindle_in(dir, &["train", "t.toml", "--out", "run"]).done();
}

#[test]
fn a_result_comes_before_the_next_line() {
    let dir = tempfile::tempdir().unwrap();
    let dir = dir.path();
    trained(dir);
    let mut stream = program();
    stream
        .args(["stream", "run", "--format", "csv"])
        .current_dir(dir);
    stream
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    let mut stream = stream.spawn().expect("starts");
    let mut to = stream.stdin.take().expect("standard input");
    let mut said = BufReader::new(stream.stdout.take().expect("standard output")).lines();
    let mut next = || said.next().expect("a line").expect("UTF-8");
    write!(to, "day,load\n{}", rows(4)).expect("takes");
    // The program waits for the next line by now.
    assert_eq!(next(), "row,after,column,step,time,value");
    assert!(next().starts_with("4,d3,load,1,,"));
    to.write_all(b"d4,0.5\n").expect("takes");
    assert!(next().starts_with("5,d4,load,1,,"));
    to.write_all(b"d5,\xff\n").expect("takes");
    drop(to);
    let end = stream.wait_with_output().expect("ends");
    assert_eq!(end.status.code(), Some(2));
    let err = String::from_utf8_lossy(&end.stderr).into_owned();
    assert!(err.contains("the first line names the columns"), "{err}");
    assert!(err.contains("error: line 7: byte 4 is not UTF-8"), "{err}");
}

#[test]
fn a_file_is_judged_beside_the_test_part() {
    let dir = tempfile::tempdir().unwrap();
    let dir = dir.path();
    trained(dir);
    fs::write(dir.join("mine.csv"), format!("day,load\n{}", rows(30))).unwrap();
    let out = rekindle_in(dir, &["eval", "run", "--input", "mine.csv"]).done();
    let lines: Vec<Vec<&str>> = out
        .lines()
        .map(|line| line.split_whitespace().collect())
        .collect();
    assert_eq!(lines[0], ["mine.csv", "test", "part", "of", "the", "run"]);
    assert_eq!(lines[1][..2], ["network", "MAE"]);
    let test = rekindle_in(dir, &["eval", "run"]).done();
    let test = test.lines().next().expect("a line").split_whitespace();
    assert_eq!(test.last(), lines[1].last().copied());
    fs::write(dir.join("other.csv"), "day,heat\nd0,1\n").unwrap();
    rekindle_in(dir, &["eval", "run", "--input", "other.csv"])
        .refused(&["no column `load`", "`heat`"]);
    rekindle_in(dir, &["eval", "run", "--input", "none.csv"]).refused(&["none.csv"]);
}
