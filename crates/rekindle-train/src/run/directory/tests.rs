use serde_json::json;
use tempfile::{TempDir, tempdir};

use super::*;
use crate::files::tests::mend;

fn beginning() -> [(&'static str, Vec<u8>); 3] {
    [
        (RunDir::CONFIG, b"seed = 1\n".to_vec()),
        (RunDir::DATA_SPEC, b"{}".to_vec()),
        (RunDir::MANIFEST, b"{}".to_vec()),
    ]
}

fn create(out: &Path) -> Result<RunDir> {
    RunDir::create(Some(out), "unused", &beginning()).map(|(run, _)| run)
}

fn run() -> (TempDir, RunDir) {
    let place = tempdir().unwrap();
    let run = create(&place.path().join("a/b")).unwrap();
    (place, run)
}

/// The names in a directory, sorted.
fn names(directory: &Path) -> Vec<String> {
    let entries = fs::read_dir(directory).unwrap();
    let names = entries.map(|entry| entry.unwrap().file_name().into_string().unwrap());
    let mut names: Vec<String> = names.collect();
    names.sort();
    names
}

#[test]
fn what_is_created_can_be_opened() {
    let (place, run) = run();
    assert_eq!(run.path(), place.path().join("a/b"));
    assert_eq!(RunDir::open(run.path()).unwrap().path(), run.path());
    let mark = files::read(&run.path().join(MARK)).unwrap();
    assert_eq!(mark, br#"{"format":1,"rekindle":"0.1.0"}"#);
    let all = [
        "config.toml",
        "data.json",
        "manifest.json",
        "run.json",
        "run.lock",
    ];
    assert_eq!(names(run.path()), all);
    assert_eq!(names(&place.path().join("a")), ["b"]);
    assert!(run.has_begun().unwrap());
    // An empty directory will do.
    let empty = tempdir().unwrap();
    assert!(create(empty.path()).unwrap().has_begun().unwrap());
    assert_eq!(names(empty.path()), all);
}

#[test]
fn what_a_kill_leaves_of_a_beginning_blocks_nothing() {
    // Nothing but what was being written, or locked.
    let place = tempdir().unwrap();
    for name in [".run.json.tmp", ".rekindle-a1B2c3.tmp", "run.lock"] {
        fs::write(place.path().join(name), "half").unwrap();
    }
    create(place.path()).unwrap();
    assert!(!place.path().join(".rekindle-a1B2c3.tmp").exists());
    // The mark alone, or all but the manifest: a run that has not begun, and is begun anew.
    let place = tempdir().unwrap();
    for (name, content) in [(MARK, mark().unwrap()), (RunDir::CONFIG, b"".to_vec())] {
        fs::write(place.path().join(name), content).unwrap();
        mend(create(place.path()), &["already holds a run", "--resume"]);
        let run = RunDir::open(place.path()).unwrap();
        assert!(!run.has_begun().unwrap());
    }
    let run = RunDir::open(place.path()).unwrap();
    run.begin(&beginning()).unwrap();
    assert!(run.has_begun().unwrap());
    assert_eq!(fs::read(run.config()).unwrap(), b"seed = 1\n");
}

#[test]
fn one_process_holds_a_run() {
    let (_place, run) = run();
    let held = Lock::of(run.path()).unwrap();
    let number = std::process::id().to_string();
    mend(
        Lock::of(run.path()),
        &["is being trained by process", &number],
    );
    drop(held);
    // What is written there says nothing once nobody holds it.
    fs::write(run.path().join("run.lock"), "1\n").unwrap();
    Lock::of(run.path()).unwrap();
}

#[test]
fn a_run_knows_its_own_files() {
    let (place, run) = run();
    let inside = |name: &str| run.path().join(name);
    for name in [
        "model.safetensors",
        "report.html",
        "checkpoints/step-1/net.bpk",
        "run.lock",
    ] {
        assert_eq!(holding(&inside(name)), Some(run.path()), "{name}");
    }
    for path in [
        inside("mine.csv"),
        inside("x/data.json"),
        place.path().join("model.safetensors"),
    ] {
        assert_eq!(holding(&path), None, "{}", path.display());
    }
    let words = ["belongs to the run", "another --out"];
    mend(create(&inside("checkpoints")), &words);
    assert_eq!(
        create(&inside("another")).unwrap().path(),
        inside("another")
    );
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
        create(run.path()),
        &["already holds a run", "another --out", "--resume"],
    );
    mend(
        create(place.path()),
        &["already holds a, which is no run", "another --out"],
    );
    mend(
        create(&place.path().join("a/b/run.json")),
        &["belongs to the run", MARK, "--out"],
    );
}

#[test]
fn of_two_runs_that_ask_for_one_directory_the_second_is_told() {
    let place = tempdir().unwrap();
    let out = place.path().join("one");
    // Both have found it free.
    let [first, second] = [(); 2].map(|()| made(place.path(), &beginning()).unwrap());
    move_to(first, &out).unwrap();
    let error = move_to(second, &out).unwrap_err();
    let words = ["already holds a run", "another --out", "--resume"];
    mend(Err::<(), _>(not_moved(&out, &error)), &words);
}

#[cfg(unix)]
#[test]
fn a_link_that_leads_to_itself_is_no_place_for_a_run() {
    let place = tempdir().unwrap();
    let loops = place.path().join("loop");
    std::os::unix::fs::symlink(&loops, &loops).unwrap();
    for out in [&loops, &loops.join("inside")] {
        mend(create(out), &["cannot use", "loop", "--out"]);
    }
}

#[test]
fn without_out_the_first_free_name_is_taken() {
    let place = tempdir().unwrap();
    let runs = place.path().join("runs");
    let first_free = |name: &str| first_free(&runs, name, &beginning());
    for expected in ["sine", "sine-2", "sine-3"] {
        assert_eq!(first_free("sine").unwrap(), runs.join(expected));
    }
    assert_eq!(names(&runs), ["sine", "sine-2", "sine-3"]);
    fs::remove_dir_all(runs.join("sine-2")).unwrap();
    assert_eq!(first_free("sine").unwrap(), runs.join("sine-2"));
    fs::write(runs.join("file"), "").unwrap();
    assert_eq!(first_free("file").unwrap(), runs.join("file-2"));
    for name in ["", "..", "a/b", "/a"] {
        mend(first_free(name), &["cannot name a run", "--out"]);
    }
    mend(
        first_free(&"long".repeat(99)),
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
