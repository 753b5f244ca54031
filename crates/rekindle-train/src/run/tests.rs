use serde_json::json;
use tempfile::{TempDir, tempdir};

use super::*;
use crate::files::tests::mend;

fn run() -> (TempDir, RunDir) {
    let place = tempdir().unwrap();
    let run = RunDir::create(Some(&place.path().join("a/b")), "unused").unwrap();
    (place, run)
}

#[test]
fn what_is_created_can_be_opened() {
    let (place, run) = run();
    assert_eq!(run.path(), place.path().join("a/b"));
    assert_eq!(RunDir::open(run.path()).unwrap().path(), run.path());
    let mark = files::read(&run.path().join(MARK)).unwrap();
    assert_eq!(mark, br#"{"format":1,"rekindle":"0.1.0"}"#);
    // An empty directory will do.
    assert!(RunDir::create(Some(tempdir().unwrap().path()), "unused").is_ok());
}

#[test]
fn the_files_have_their_names() {
    let (_place, run) = run();
    let paths = [
        run.config(),
        run.data_spec(),
        run.metrics(),
        run.weights(),
        run.result(),
        run.checkpoints(),
    ];
    let names = [
        "config.toml",
        "data.json",
        "metrics.jsonl",
        "model.safetensors",
        "result.json",
        "checkpoints",
    ];
    assert_eq!(paths, names.map(|name| run.path().join(name)));
}

#[test]
fn a_directory_in_use_is_left_alone() {
    let (place, run) = run();
    mend(
        RunDir::create(Some(run.path()), "unused"),
        &["already holds a run", "another --out", "--resume"],
    );
    mend(
        RunDir::create(Some(place.path()), "unused"),
        &["already holds a, which is no run", "another --out"],
    );
    mend(
        RunDir::create(Some(&run.path().join(MARK)), "unused"),
        &["cannot create the directory", MARK, "--out"],
    );
}

#[test]
fn without_out_the_first_free_name_is_taken() {
    let place = tempdir().unwrap();
    let runs = place.path().join("runs");
    for expected in ["sine", "sine-2", "sine-3"] {
        assert_eq!(claim_free(&runs, "sine").unwrap(), runs.join(expected));
    }
    fs::remove_dir(runs.join("sine-2")).unwrap();
    assert_eq!(claim_free(&runs, "sine").unwrap(), runs.join("sine-2"));
    for name in ["", "..", "a/b", "/a"] {
        mend(claim_free(&runs, name), &["cannot name a run", "--out"]);
    }
    mend(
        claim_free(&runs, &"long".repeat(99)),
        &["cannot create the directory"],
    );
}

#[test]
fn what_is_no_run_is_refused() {
    let place = tempdir().unwrap();
    let words = ["is not a run directory (no run.json)", "runs/quickstart"];
    mend(RunDir::open(place.path()), &words);
    mend(RunDir::open(&place.path().join("gone")), &words);
    fs::write(place.path().join(MARK), "{}").unwrap();
    mend(
        RunDir::open(place.path()),
        &["run.json is damaged", "format"],
    );
    fs::write(
        place.path().join(MARK),
        r#"{"format": 2, "rekindle": "0.4.0"}"#,
    )
    .unwrap();
    mend(
        RunDir::open(place.path()),
        &[
            "format 2",
            "by rekindle 0.4.0",
            "reads format 1",
            "use rekindle 0.4.0",
        ],
    );
}

#[test]
fn metrics_are_cut_back_to_the_step_resumed_from() {
    let (_place, run) = run();
    run.truncate_metrics(0).unwrap();
    assert!(!run.metrics().exists());
    for step in [10, 20, 30] {
        run.log(&json!({"step": step, "loss": 0.5})).unwrap();
    }
    run.log(&json!({"note": "no step"})).unwrap();
    let mut content = files::read(&run.metrics()).unwrap();
    content.extend_from_slice(b"{\"step\": 40, \"unit\": \"\xc2");
    fs::write(run.metrics(), content).unwrap();
    run.truncate_metrics(20).unwrap();
    run.log(&json!({"step": 21})).unwrap();
    let kept = String::from_utf8(files::read(&run.metrics()).unwrap()).unwrap();
    let expected = [
        json!({"step": 10, "loss": 0.5}),
        json!({"step": 20, "loss": 0.5}),
        json!({"note": "no step"}),
        json!({"step": 21}),
    ];
    let lines: Vec<Value> = kept
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    assert_eq!(lines, expected);
}

#[test]
fn a_broken_line_amid_the_metrics_is_named() {
    let (_place, run) = run();
    fs::write(run.metrics(), "{}\n{\"st\n{}\n").unwrap();
    mend(
        run.truncate_metrics(1),
        &["metrics.jsonl: line 2", "remove that line"],
    );
}

#[test]
fn what_is_no_json_is_our_fault() {
    let (_place, run) = run();
    let error = run
        .log(&std::collections::BTreeMap::from([((1, 2), 3)]))
        .unwrap_err();
    assert_eq!(error.exit_code(), 1);
    assert!(error.to_string().contains("as JSON"), "{error}");
}
