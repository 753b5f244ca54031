//! `bench`: what its lines hold, and what it says of mistakes. No test asserts on a time.

use serde_json::Value;

use crate::support::{Said, rekindle};

/// As quick as it gets.
const QUICK: &[&str] = &["bench", "--seconds", "0", "--shape", "2,3,4,5"];

fn bench(more: &[&str]) -> Said {
    rekindle(&[QUICK, more].concat())
}

fn lines(out: &str) -> Vec<Value> {
    let line = |line| serde_json::from_str(line).expect("a line is an object");
    out.lines().map(line).collect()
}

fn number(line: &Value, key: &str) -> f64 {
    let number = line[key].as_f64();
    number.unwrap_or_else(|| panic!("`{key}` is no number in {line}"))
}

#[test]
fn every_cell_and_mode_is_a_line() {
    let lines = lines(&bench(&["--json"]).done());
    let what = |line: &Value| {
        let text = |key: &str| line[key].as_str().expect("a text").to_owned();
        (text("cell"), text("mode"), line["shape"].to_string())
    };
    let found: Vec<_> = lines.iter().map(what).collect();
    let expected: Vec<_> = ["lstm", "gru", "elman"]
        .iter()
        .flat_map(|cell| {
            [
                ("forward", "[2,3,4,5]"),
                ("train", "[2,3,4,5]"),
                ("stream", "[1,1,4,5]"),
            ]
            .map(|(mode, shape)| (cell.to_string(), mode.to_owned(), shape.to_owned()))
        })
        .collect();
    assert_eq!(found, expected);
    for line in &lines {
        assert_eq!(line["threads"], 1);
        assert!(
            line["device"].is_string() && line["executor"].is_string(),
            "{line}"
        );
        assert!(number(line, "runs") >= 3.0, "{line}");
        let [min, ms, max] = ["ms_min", "ms", "ms_max"].map(|key| number(line, key));
        assert!(0.0 < min && min <= ms && ms <= max, "{line}");
        assert!(line.get("peer").is_none(), "{line}");
    }
}

#[test]
fn streams_of_one_width_are_one_line() {
    let more = ["--shape", "7,9,4,5", "--mode", "stream", "--cell", "gru"];
    let lines = lines(&bench(&[&more[..], &["--json"]].concat()).done());
    assert_eq!(lines.len(), 1);
}

#[test]
fn peers_are_measured_beside() {
    for peer in ["burn-nn", "gemm", "f32"] {
        let lines = lines(&bench(&["--json", "--peer", peer]).done());
        assert_eq!(lines.len(), 9);
        for line in lines {
            assert_eq!(line["peer"], peer);
            let ratio = number(&line, "peer_ms") / number(&line, "ms");
            assert!((number(&line, "ratio") - ratio).abs() < 1e-9, "{line}");
            assert!(number(&line, "peer_ms_min") > 0.0, "{line}");
        }
    }
}

#[test]
fn without_json_it_is_a_table() {
    let said = bench(&["--peer", "gemm", "--threads", "2"]);
    assert!(said.err.starts_with("device: "), "{}", said.err);
    let out = said.done();
    let lines: Vec<&str> = out.lines().collect();
    assert_eq!(lines.len(), 10, "{out}");
    let words = |line: &str| {
        line.split_whitespace()
            .map(str::to_owned)
            .collect::<Vec<_>>()
    };
    let heads = "cell mode shape threads device ms min max runs gemm ms ratio executor";
    assert_eq!(words(lines[0]).join(" "), heads);
    for line in &lines[1..] {
        assert_eq!(words(line).len(), 12, "{out}");
        assert_eq!(words(line)[3], "2");
    }
}

#[test]
fn memory_is_that_of_a_step() {
    let more = ["--memory", "--json", "--cell", "lstm"];
    let shapes = |shapes: &[&str]| {
        let shapes = shapes.iter().flat_map(|shape| ["--shape", *shape]);
        let arguments: Vec<&str> = ["bench"].into_iter().chain(more).chain(shapes).collect();
        lines(&rekindle(&arguments).done())
    };
    let one = shapes(&["1,2,3,4"]);
    let two = shapes(&["1,2,3,4", "16,200,32,64"]);
    assert_eq!((one.len(), two.len()), (1, 2));
    assert_eq!(two[1]["shape"].to_string(), "[16,200,32,64]");
    if cfg!(target_os = "linux") {
        // The output alone has so much.
        let output = 16.0 * 200.0 * 64.0 * 4.0 / f64::from(1 << 20);
        assert!(number(&two[1], "peak_mib") > output, "{two:?}");
        assert!(
            number(&two[0], "peak_mib") < number(&two[1], "peak_mib"),
            "{two:?}"
        );
    } else {
        assert!(two[1]["peak_mib"].is_null(), "{two:?}");
    }
}

#[test]
fn products_are_as_exact_as_is_asked() {
    let lines = lines(&bench(&["--json", "--precision", "bf16"]).done());
    assert!(lines.iter().all(|line| line["precision"] == "bf16"));
    let said = bench(&["--cell", "gru", "--precision", "bf16"]).done();
    assert!(said.contains("tiles bf16"), "{said}");
    bench(&["--cell", "gla", "--precision", "bf16"])
        .refused(&["--cell gla: engine.precision = bf16", "no set of equations"]);
}

#[test]
fn the_policy_memory_keeps_less() {
    let peak = |policy: &str| {
        let shape = [
            "--cell",
            "lstm",
            "--shape",
            "16,400,64,128",
            "--policy",
            policy,
        ];
        let arguments: Vec<&str> = ["bench", "--memory", "--json"]
            .into_iter()
            .chain(shape)
            .collect();
        let line = lines(&rekindle(&arguments).done()).remove(0);
        cfg!(target_os = "linux").then(|| number(&line, "peak_mib"))
    };
    let (speed, memory) = (peak("speed"), peak("memory"));
    assert!(speed.is_none() || memory < speed, "{memory:?} {speed:?}");
}

#[test]
fn mistakes_are_one_line() {
    let refused = |arguments: &[&str], words: &[&str]| {
        let said = rekindle(&[&["bench"], arguments].concat());
        assert_eq!(said.err.lines().count(), 1, "{}", said.err);
        said.refused(words);
    };
    refused(
        &["--cell", "lstn"],
        &["unknown cell `lstn`", "did you mean `lstm`"],
    );
    refused(&["--threads", "0"], &["--threads = 0: must be from 1"]);
    refused(
        &["--seconds", "4000"],
        &["--seconds 4000: must be from 0 to 3600"],
    );
    refused(&["--seconds", "NaN"], &["--seconds NaN"]);
    for shape in ["1,2,3", "1,2,3,4,5", "1,2,x,4", "1,2,3,-4", ""] {
        refused(
            &["--shape", shape],
            &["--shape ", "must be four whole numbers", "e.g. 32,100"],
        );
    }
    refused(
        &["--shape", "0,2,3,4"],
        &["--shape 0,2,3,4: B = 0: must be from 1"],
    );
    refused(
        &["--shape", "1,2,3,99999"],
        &["H = 99999: must be from 1 to 16384"],
    );
    refused(
        &["--shape", "99999,9999,99,99"],
        &["B*T*(I+H) = 197978220198", "must be at most 268435456"],
    );
    refused(
        &["--device", "flx"],
        &["unknown device `flx`", "did you mean `flex`"],
    );
    assert_eq!(
        rekindle(&["bench", "--memory", "--mode", "train"]).code,
        Some(2)
    );
    assert_eq!(rekindle(&["bench", "--mode", "trian"]).code, Some(2));
    assert_eq!(rekindle(&["bench", "--policy", "fast"]).code, Some(2));
    assert_eq!(rekindle(&["bench", "--precision", "f16"]).code, Some(2));
    assert_eq!(rekindle(&["bench", "--peer", "torch"]).code, Some(2));
    for (peer, said) in [("gemm", "its program"), ("primitives", "no executor")] {
        refused(
            &["--cell", "gla", "--peer", peer],
            &["`gla` scans by itself", said],
        );
    }
    refused(
        &["--cell", "gla", "--mode", "trace"],
        &["--mode trace", "`gla` scans by itself"],
    );
}
