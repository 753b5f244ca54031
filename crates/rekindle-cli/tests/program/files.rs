//! What the program writes, and over what: nothing that is somebody's.

use std::fs;
use std::path::Path;

use tempfile::TempDir;

use crate::support::{DATA, program, rekindle_in, said};

/// A directory with a series classifier, `run`, its data, `series.ts`, and a layer's file.
fn bench() -> TempDir {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path();
    fs::copy(
        Path::new(DATA).join("tiny_multi.ts"),
        path.join("series.ts"),
    )
    .unwrap();
    let config = "device = \"flex\"\n[task]\nkind = \"classify_series\"\ntrain = \"series.ts\"\nvalid_share = 0.2\ntest_share = 0.2\n\
                  [model.cell]\nkind = \"lstm\"\nd_hidden = 4\n[train]\nsteps = 4\nbatch = 3\n";
    fs::write(path.join("series.toml"), config).unwrap();
    rekindle_in(path, &["train", "series.toml", "--out", "run"]).done();
    let layer = "d_input = 2\n[cell]\nkind = \"lstm\"\nd_hidden = 4\n";
    fs::write(path.join("layer.toml"), layer).unwrap();
    dir
}

fn file(dir: &Path, name: &str) -> Vec<u8> {
    fs::read(dir.join(name)).unwrap()
}

#[test]
fn no_command_writes_over_what_it_reads() {
    let dir = bench();
    let dir = dir.path();
    for (from, to) in [("series.ts", "series.csv"), ("series.toml", "series.json")] {
        fs::hard_link(dir.join(from), dir.join(to)).unwrap();
    }
    let before = ["series.ts", "series.toml", "layer.toml"].map(|name| file(dir, name));
    let apply = [
        "apply",
        "layer.toml",
        "--input",
        "x.st",
        "--weights",
        "w.st",
        "--cotangent",
        "g.st",
        "--output",
    ];
    for (command, outputs) in [
        (
            &["predict", "run", "--input", "series.ts", "--output"][..],
            &["series.ts", "./series.csv"][..],
        ),
        (
            &apply,
            &["layer.toml", "./layer.toml", "x.st", "w.st", "g.st"],
        ),
        (&["trace", "run", "--output"], &["series.csv"]),
        (
            &["trace", "run", "--input", "series.ts", "--output"],
            &["series.csv"],
        ),
        (&["horizon", "run", "--output"], &["series.csv"]),
        (
            &["horizon", "series.toml", "--output"],
            &["series.csv", "series.json"],
        ),
        (&["report", "run", "--out"], &["series.ts"]),
        (&["report", "run", "run", "--out"], &["series.ts"]),
    ] {
        for output in outputs {
            for input in ["x.st", "w.st", "g.st"] {
                fs::write(dir.join(input), "a user's").unwrap();
            }
            let words = ["is what this command reads", output, "choose another --out"];
            rekindle_in(dir, &[command, &[output]].concat()).refused(&words);
        }
    }
    fs::copy(dir.join("layer.toml"), dir.join("cell.svg")).unwrap();
    let draw = ["show", "cell.svg", "--diagram", "./cell.svg"];
    rekindle_in(dir, &draw).refused(&["cell.svg", "is what this command reads", "--diagram"]);
    assert_eq!(
        ["series.ts", "series.toml", "layer.toml"].map(|name| file(dir, name)),
        before
    );
}

#[test]
fn no_command_writes_over_a_run() {
    let dir = bench();
    let dir = dir.path();
    let weights = file(dir, "run/model.safetensors");
    for command in [
        &["report", "run", "--out", "run/model.safetensors"][..],
        &["report", "run", "run", "--out", "run/metrics.jsonl"],
        &[
            "predict",
            "run",
            "--input",
            "series.ts",
            "--output",
            "run/data.json",
        ],
        &["trace", "run", "--output", "run/model.safetensors"],
        &[
            "trace",
            "run",
            "--output",
            "run/checkpoints/step-00000004/x.csv",
        ],
        &["horizon", "run", "--output", "run/result.json"],
        &["show", "lstm", "--diagram", "run/checkpoints/x.svg"],
        &["train", "series.toml", "--out", "run/checkpoints"],
    ] {
        rekindle_in(dir, command).refused(&["belongs to the run", "run", "another --"]);
    }
    assert_eq!(file(dir, "run/model.safetensors"), weights);
    // Under other names there is room, and its page is a run's to have written again.
    rekindle_in(dir, &["trace", "run", "--output", "run/mine.csv"]).done();
    rekindle_in(dir, &["report", "run", "--out", "run/report.html"]).done();
}

#[test]
fn a_files_own_directory_is_used_and_nothing_in_it_is_lost() {
    let dir = bench();
    let dir = dir.path();
    fs::write(dir.join(".pred.json.tmp"), "a user's").unwrap();
    let predict = ["predict", "run", "--input", "series.ts", "--output"];
    rekindle_in(dir, &[&predict[..], &["pred.json"]].concat()).done();
    assert_eq!(file(dir, ".pred.json.tmp"), b"a user's");
    let printed = rekindle_in(dir, &predict[..4]).done();
    assert_eq!(file(dir, "pred.json"), printed.as_bytes());
    for standard in ["-", "/dev/stdout"] {
        let said = rekindle_in(dir, &[&predict[..], &[standard]].concat());
        assert_eq!(said.done(), printed);
    }
    for output in ["/dev/null", ".", "run"] {
        let said = rekindle_in(dir, &[&predict[..], &[output]].concat());
        said.refused(&[output]);
    }
}

#[test]
fn every_command_that_writes_a_file_writes_to_standard_output() {
    let dir = bench();
    let dir = dir.path();
    rekindle_in(dir, &["trace", "run", "--output", "t.csv"]).done();
    rekindle_in(dir, &["horizon", "run", "--lag", "3", "--output", "h.csv"]).done();
    rekindle_in(dir, &["report", "run", "--out", "r.html"]).done();
    rekindle_in(dir, &["show", "mgu", "--diagram", "d.svg"]).done();
    for (command, written) in [
        (&["trace", "run", "--output", "-"][..], "t.csv"),
        (&["horizon", "run", "--lag", "3", "--output", "-"], "h.csv"),
        (&["report", "run", "--out", "-"], "r.html"),
        (&["show", "mgu", "--diagram", "-"], "d.svg"),
    ] {
        let out = rekindle_in(dir, command).done();
        assert!(out.as_bytes() == file(dir, written), "{command:?}");
    }
    rekindle_in(dir, &["show", "gru", "--diagram", "-"]).refused(&["pictures", "--diagram -"]);
}

#[test]
fn what_nobody_named_is_not_replaced_in_silence() {
    let dir = bench();
    let dir = dir.path();
    for name in ["comparison.html", "d-2.svg"] {
        fs::write(dir.join(name), "a user's").unwrap();
    }
    let compare = ["report", "run", "run"];
    let draw = ["show", "gru", "--diagram", "d.svg"];
    for (command, name) in [(&compare[..], "comparison.html"), (&draw, "d-2.svg")] {
        rekindle_in(dir, command).refused(&[name, "did not make it", "--force"]);
        assert_eq!(file(dir, name), b"a user's");
        let forced = rekindle_in(dir, &[command, &["--force"]].concat()).done();
        assert!(forced.contains(name), "{forced}");
        // What was made here may be made anew.
        let again = rekindle_in(dir, command).done();
        assert_eq!(again, forced);
    }
    rekindle_in(dir, &["show", "gru", "--diagram", "p.png"]).done();
    rekindle_in(dir, &["show", "gru", "--diagram", "p.png"]).done();
}

#[test]
fn eval_says_that_the_data_has_changed() {
    let dir = bench();
    let dir = dir.path();
    let eval = |words: &str| {
        let said = said(program().args(["eval", "run"]).current_dir(dir));
        assert_eq!(said.code, Some(0), "{}", said.err);
        assert_eq!(said.err.contains(words), !words.is_empty(), "{}", said.err);
        said.err
    };
    let quiet = said(program().args(["eval", "run"]).current_dir(dir));
    assert_eq!((quiet.code, quiet.err.as_str()), (Some(0), ""));
    let changed = fs::read_to_string(dir.join("series.ts")).unwrap() + "\n";
    fs::write(dir.join("series.ts"), changed).unwrap();
    eval("warning: the data has changed since this run was trained: ");
}

#[test]
fn the_command_that_goes_on_can_be_pasted() {
    let dir = bench();
    let dir = dir.path();
    fs::copy(dir.join("series.toml"), dir.join("it's.toml")).unwrap();
    // A run that is asked to stop by a signal says how to go on.
    #[cfg(unix)]
    {
        let arguments = [
            "train",
            "it's.toml",
            "--device",
            "flex",
            "--set",
            "train.steps=100000",
            "--out",
            "a b",
        ];
        let child = program()
            .args(arguments)
            .current_dir(dir)
            .stdout(std::process::Stdio::null())
            .stderr(std::process::Stdio::piped())
            .spawn()
            .unwrap();
        while !dir.join("a b/metrics.jsonl").exists() {
            std::thread::sleep(std::time::Duration::from_millis(5));
        }
        let id = child.id().to_string();
        assert!(
            std::process::Command::new("kill")
                .args(["-TERM", &id])
                .status()
                .unwrap()
                .success()
        );
        let output = child.wait_with_output().unwrap();
        let said = String::from_utf8(output.stderr).unwrap();
        let command = "rekindle train \"it's.toml\" --device flex --set 'train.steps=100000' --resume --out 'a b'";
        assert!(said.contains(command), "{said}");
    }
}

#[test]
fn the_run_that_was_trained_last_is_gone_on_with() {
    let dir = bench();
    let dir = dir.path();
    // Of a run that has all its checkpoints, a kill took the rest.
    let unfinished = |run: &str| {
        rekindle_in(dir, &["train", "series.toml", "--out", run]).done();
        for name in ["result.json", "report.html", "model.safetensors"] {
            fs::remove_file(dir.join(run).join(name)).unwrap();
        }
    };
    for run in [
        "runs/series-10",
        "runs/series-2",
        "runs/series",
        "runs/series-x",
    ] {
        unfinished(run);
    }
    // Another config's run has the name of a later one of ours.
    let other = fs::read_to_string(dir.join("series.toml")).unwrap();
    fs::write(dir.join("series-3.toml"), other).unwrap();
    rekindle_in(dir, &["train", "series-3.toml"]).done();
    for run in ["runs/series", "runs/series-2"] {
        let said = said(
            program()
                .args(["train", "series.toml", "--resume"])
                .current_dir(dir),
        );
        assert!(
            said.err.contains(&format!("run: {run}\n")),
            "{run}: {}",
            said.err
        );
        said.done();
        fs::remove_dir_all(dir.join(run)).unwrap();
    }
}
