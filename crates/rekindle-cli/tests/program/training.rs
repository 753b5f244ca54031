//! Training from the command line: a whole run, what ends it early, and what is said of mistakes.

use std::fs;
use std::path::Path;
use std::thread::sleep;
use std::time::{Duration, Instant};

use tempfile::TempDir;

use crate::support::{self, DATA, program, rekindle_in};

/// A directory with the config of a run that takes some seconds.
fn bench() -> TempDir {
    let dir = tempfile::tempdir().unwrap();
    let config = format!(
        "device = \"flex\"\nseed = 5\n[task]\nkind = \"language_model\"\nfile = \"{DATA}/tiny.txt\"\nwindow = 8\nd_embedding = 8\nvalid = 0.2\ntest = 0.2\n\
         [model]\ndropout = 0.1\nlayers = 2\n[model.cell]\nkind = \"gru\"\nd_hidden = 16\n\
         [train]\nsteps = 300\nbatch = 2\nreport_every = 5\nevaluate_every = 100\ncheckpoint_every = 20\n"
    );
    fs::write(dir.path().join("tiny.toml"), config).unwrap();
    dir
}

fn weights(dir: &Path, run: &str) -> Vec<u8> {
    fs::read(dir.join(run).join("model.safetensors")).unwrap()
}

/// Starts a run and sends it a signal as soon as it has a checkpoint; returns its exit code, if it
/// had one, and what it said.
#[cfg(unix)]
fn interrupted(dir: &Path, run: &str, signal: &str) -> (Option<i32>, String) {
    let child = program()
        .args(["train", "tiny.toml", "--out", run])
        .current_dir(dir)
        .stdout(std::process::Stdio::piped())
        .stderr(std::process::Stdio::piped())
        .spawn()
        .unwrap();
    let began = Instant::now();
    let checkpoint = |entry: fs::DirEntry| entry.file_name().to_string_lossy().starts_with("step-");
    while !fs::read_dir(dir.join(run).join("checkpoints"))
        .is_ok_and(|mut entries| entries.any(|entry| entry.is_ok_and(checkpoint)))
    {
        assert!(began.elapsed() < Duration::from_secs(60), "no checkpoint");
        sleep(Duration::from_millis(5));
    }
    let id = child.id().to_string();
    let sent = std::process::Command::new("kill")
        .args([signal, &id])
        .status();
    assert!(sent.unwrap().success());
    let output = child.wait_with_output().unwrap();
    let said = String::from_utf8(output.stderr).unwrap();
    (output.status.code(), said)
}

#[cfg(unix)]
#[test]
fn a_run_that_was_interrupted_or_killed_ends_like_one_that_was_not() {
    let dir = bench();
    let dir = dir.path();
    rekindle_in(dir, &["train", "tiny.toml", "--out", "whole"]).done();
    for (run, signal) in [("asked", "-TERM"), ("stopped", "-INT"), ("killed", "-KILL")] {
        let (code, said) = interrupted(dir, run, signal);
        if signal != "-KILL" {
            assert_eq!(code, Some(1), "{said}");
            assert!(said.contains("with a checkpoint written"), "{said}");
            assert!(said.contains(&format!("--resume --out {run}")), "{said}");
        }
        // What is stopped can be used, and says that it was; going on asks no driver of a graphics device.
        let sampled = rekindle_in(dir, &["sample", run, "--length", "5"]);
        assert!(
            sampled.err.contains(
                "is not finished, and its weights are those that its last checkpoint keeps"
            ),
            "{}",
            sampled.err
        );
        sampled.done();
        let resumed = support::said(
            program()
                .args(["train", "tiny.toml", "--resume", "--out", run])
                .env_remove("XDG_RUNTIME_DIR")
                .current_dir(dir),
        );
        assert!(!resumed.err.contains("XDG_RUNTIME_DIR"), "{}", resumed.err);
        resumed.done();
        assert!(
            weights(dir, "whole") == weights(dir, run),
            "{run}: the weights differ"
        );
    }
}

#[test]
fn a_run_directory_is_all_that_inference_needs() {
    let dir = bench();
    let dir = dir.path();
    let steps = ["--set", "train.steps=30"];
    let said = rekindle_in(dir, &[&["train", "tiny.toml"][..], &steps].concat()).done();
    for words in [
        "test ",
        "bits per character",
        "frequencies alone",
        "kept   the weights of step ",
        "a sample:",
        "runs/tiny",
    ] {
        assert!(said.contains(words), "`{words}` is not in `{said}`");
    }
    fs::remove_file(dir.join("tiny.toml")).unwrap();
    fs::rename(dir.join("runs/tiny"), dir.join("elsewhere")).unwrap();
    let options = ["--length", "12", "--temperature", "0", "--prompt", "the"];
    let text = rekindle_in(dir, &[&["sample", "elsewhere"][..], &options].concat()).done();
    assert_eq!(text.trim_end_matches('\n').chars().count(), 15, "{text:?}");
    let figures = rekindle_in(dir, &["eval", "elsewhere", "--split", "valid"]).done();
    assert!(figures.contains("bits per character"), "{figures}");
    rekindle_in(dir, &["predict", "elsewhere", "--text", "x"])
        .refused(&["rekindle sample --prompt"]);
    rekindle_in(dir, &["eval", "nowhere"]).refused(&["nowhere", "not a run directory"]);
}

#[test]
fn validate_fills_in_every_default() {
    let dir = bench();
    let text = rekindle_in(dir.path(), &["validate", "tiny.toml"]).done();
    for key in [
        "learning_rate = 0.001",
        "merge = \"concat\"",
        "tied = false",
    ] {
        assert!(text.contains(key), "`{key}` is not in `{text}`");
    }
    fs::write(dir.path().join("again.toml"), &text).unwrap();
    let again = rekindle_in(dir.path(), &["validate", "again.toml"]).done();
    let without_name = |text: &str| text.replace("\"again\"", "\"tiny\"");
    assert_eq!(text, without_name(&again));
}

#[test]
fn mistakes_are_named_with_what_mends_them() {
    let dir = bench();
    let dir = dir.path();
    for (arguments, words) in [
        (&["train", "absent.toml"][..], &["absent.toml"][..]),
        (
            &["validate", "tiny.toml", "--set", "train.bacth=3"],
            &["bacth", "did you mean `batch`"],
        ),
        (
            &["validate", "tiny.toml", "--set", "model.cell.kind=lstmm"],
            &["lstmm", "`lstm`"],
        ),
        (
            &[
                "validate",
                "tiny.toml",
                "--set",
                "model.cell.kind=elman",
                "--set",
                "model.cell.activation=tahn",
            ],
            &["tahn", "`tanh`"],
        ),
        (
            &["validate", "tiny.toml", "--set", "nonsense"],
            &["nonsense", "="],
        ),
        (
            &["train", "tiny.toml", "--device", "abacus"],
            &["abacus", "flex"],
        ),
        (
            &["train", "tiny.toml", "--resume"],
            &["runs/tiny", "--resume"],
        ),
        (
            &["train", "tiny.toml", "--set", "model.cell.d_hidden=1000000"],
            &["d_hidden", "16384"],
        ),
    ] {
        rekindle_in(dir, arguments).refused(words);
    }
}
