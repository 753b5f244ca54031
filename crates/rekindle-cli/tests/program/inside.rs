//! Looking inside from the command line: traces, horizons, and what ails a run.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use safetensors::SafeTensors;
use tempfile::TempDir;

use crate::support::{DATA, rekindle_in};

/// A run of a task after a few steps: its directory, which holds `run`, and `tiny.toml` it was made from.
fn trained(task: &str, cell: &str) -> TempDir {
    let dir = tempfile::tempdir().unwrap();
    let config = format!(
        "device = \"flex\"\n[task]\n{}\n[model]\nlayers = 2\nbidirectional = {}\n[model.cell]\n{cell}\n[train]\nsteps = 4\nbatch = 2\n",
        task.replace("DATA", DATA),
        cell.contains("[model.reverse_cell]"),
    );
    fs::write(dir.path().join("tiny.toml"), config).unwrap();
    let table: String = (0..40)
        .map(|t| format!("2024-{t:02},{}\n", (t * t) % 11))
        .collect();
    fs::write(dir.path().join("table.csv"), format!("date,load\n{table}")).unwrap();
    let texts: String = (0..20)
        .map(|i| format!("some words {i}\t{}\n", ["up", "down"][i % 2]))
        .collect();
    fs::write(
        dir.path().join("texts.tsv"),
        format!("text\tlabel\n{texts}"),
    )
    .unwrap();
    rekindle_in(dir.path(), &["train", "tiny.toml", "--out", "run"]).done();
    dir
}

const LANGUAGE: &str = "kind = \"language_model\"\nfile = \"DATA/tiny.txt\"\nwindow = 8\nd_embedding = 8\nvalid = 0.2\ntest = 0.2";
const LSTM: &str = "kind = \"lstm\"\nd_hidden = 6";

/// The tensors of a file by their names: shapes and numbers.
fn tensors(path: &Path) -> BTreeMap<String, (Vec<usize>, Vec<f32>)> {
    let bytes = fs::read(path).unwrap();
    let file = SafeTensors::deserialize(&bytes).unwrap();
    let numbers = |bytes: &[u8]| {
        let (chunks, _) = bytes.as_chunks();
        chunks.iter().copied().map(f32::from_le_bytes).collect()
    };
    let named = file.tensors().into_iter();
    named
        .map(|(name, view)| (name, (view.shape().to_vec(), numbers(view.data()))))
        .collect()
}

#[test]
fn a_trace_holds_every_node_of_the_equations() {
    let dir = trained(LANGUAGE, LSTM);
    let dir = dir.path();
    let options = ["--text", "the", "--layer", "1", "--output", "t.safetensors"];
    let said = rekindle_in(dir, &[&["trace", "run"][..], &options].concat()).done();
    assert!(
        said.contains("forget gate: how much of each memory is kept"),
        "{said}"
    );
    let traced = tensors(&dir.join("t.safetensors"));
    let plane = |name: &str| {
        let (shape, values) = &traced[&format!("1.forward.{name}")];
        assert_eq!(shape, &[3, 6], "{name}");
        values.clone()
    };
    let (c, i, f, g) = (plane("c"), plane("i"), plane("f"), plane("g"));
    let (h, o, pre) = (plane("h"), plane("o"), plane("f.pre"));
    for at in 0..18 {
        let before = if at < 6 { 0.0 } else { c[at - 6] };
        assert!((c[at] - (f[at] * before + i[at] * g[at])).abs() < 1e-6);
        assert!((h[at] - o[at] * c[at].tanh()).abs() < 1e-6);
        assert!((f[at] - 1.0 / (1.0 + (-pre[at]).exp())).abs() < 1e-6);
    }
    let bytes = fs::read(dir.join("t.safetensors")).unwrap();
    let (_, header) = SafeTensors::read_metadata(&bytes).unwrap();
    assert_eq!(
        header.metadata().as_ref().unwrap()["labels"],
        "[\"t\",\"h\",\"e\"]"
    );
}

#[test]
fn a_trace_is_a_table_of_chosen_nodes() {
    let dir = trained(LANGUAGE, LSTM);
    let dir = dir.path();
    let options = [
        "--text", "a, b", "--node", "f", "--node", "tanh(c')", "--output", "t.csv",
    ];
    rekindle_in(dir, &[&["trace", "run"][..], &options].concat()).done();
    let text = fs::read_to_string(dir.join("t.csv")).unwrap();
    let mut lines = text.lines();
    let head = lines.next().unwrap();
    assert!(head.starts_with("step,label,\"f[0]\","), "{head}");
    assert!(head.ends_with(",\"tanh(c')[5]\""), "{head}");
    let mut lines = lines.skip(1);
    assert!(lines.next().unwrap().starts_with("1,\",\","));
    assert!(lines.next().unwrap().starts_with("2,\"␣\","));
    assert!(lines.next().unwrap().starts_with("3,\"b\","));
}

/// The pictures that a command draws begin as their kind of file does.
fn draws(dir: &Path, command: &[&str]) {
    for (ending, begins) in [
        ("html", &b"<!doctype html>"[..]),
        ("svg", b"<svg "),
        ("png", b"\x89PNG"),
    ] {
        let output = format!("picture.{ending}");
        rekindle_in(dir, &[command, &["--output", &output]].concat()).done();
        let bytes = fs::read(dir.join(output)).unwrap();
        let begin = bytes[..begins.len()].to_ascii_lowercase();
        assert_eq!(begin, begins.to_ascii_lowercase(), "{ending}");
    }
}

#[test]
fn traces_and_horizons_are_drawn() {
    let dir = trained("kind = \"adding\"\ntime = 12\nheld_out = 8", LSTM);
    draws(dir.path(), &["trace", "run", "--layer", "1"]);
    draws(dir.path(), &["horizon", "run", "tiny.toml", "--lag", "8"]);
    let report = fs::read_to_string(dir.path().join("run/report.html")).unwrap();
    for section in ["Inside", "How far back", "What the doctor finds"] {
        assert!(report.contains(section), "{section} is not in the report");
    }
}

#[test]
fn runs_of_every_task_are_traced() {
    for (task, input) in [
        (LANGUAGE, &["--input", "tiny.toml", "--unknown"][..]),
        (
            "kind = \"classify_text\"\ntrain = \"texts.tsv\"\nvalid_share = 0.2\ntest_share = 0.2",
            &["--text", "some words"],
        ),
        (
            "kind = \"classify_series\"\ntrain = \"DATA/tiny_multi.ts\"\nvalid_share = 0.2\ntest_share = 0.2",
            &["--row", "2"],
        ),
        (
            "kind = \"forecast\"\nfile = \"table.csv\"\nwindow = 4",
            &["--input", "table.csv"],
        ),
        ("kind = \"adding\"\ntime = 6\nheld_out = 4", &["--row", "3"]),
        (
            "kind = \"copy\"\ndelay = 3\nlength = 2\nheld_out = 4",
            &["--text", "1 2 · |"],
        ),
    ] {
        let dir = trained_with(task);
        let dir = dir.path();
        for given in [&[][..], input] {
            let output = ["trace", "run", "--output", "t.csv"];
            rekindle_in(dir, &[&output[..], given].concat()).done();
            let text = fs::read_to_string(dir.join("t.csv")).unwrap();
            assert!(text.lines().count() > 2, "{task}: {text}");
        }
        if task.contains("forecast") {
            let text = fs::read_to_string(dir.join("t.csv")).unwrap();
            assert!(
                text.contains("\n3,\"2024-39\","),
                "time stamps stand at the steps: {text}"
            );
        }
    }
}

/// A run in whose directory the data of the task is made first.
fn trained_with(task: &str) -> TempDir {
    trained(task, "kind = \"gru\"\nd_hidden = 4")
}

#[test]
fn what_cannot_be_traced_is_said_before_the_work() {
    let dir = trained(LANGUAGE, LSTM);
    let dir = dir.path();
    for (arguments, words) in [
        (
            &["trace", "nowhere", "--output", "t.csv"][..],
            &["nowhere", "not a run"][..],
        ),
        (
            &["trace", "run", "--text", "", "--output", "t.csv"],
            &["text is empty"],
        ),
        (
            &["trace", "run", "--text", "aÜ", "--output", "t.csv"],
            &["token 2", "\"Ü\"", "characters", "--unknown"],
        ),
        (
            &["trace", "run", "--node", "q", "--output", "t.csv"],
            &["\"q\"", "h, c, i, f, g, o", "tanh(c')"],
        ),
        (
            &["trace", "run", "--output", "none/t.csv"],
            &["none/t.csv", "--output"],
        ),
        (
            &["trace", "run", "--output", "t.bmp"],
            &["t.bmp", ".safetensors", ".csv"],
        ),
        (
            &[
                "trace",
                "run",
                "--direction",
                "reverse",
                "--output",
                "t.csv",
            ],
            &["0.reverse", "0.forward, 1.forward"],
        ),
        (
            &["trace", "run", "--row", "1000", "--output", "t.csv"],
            &["row 1000", "--row"],
        ),
    ] {
        rekindle_in(dir, arguments).refused(words);
    }
    fs::remove_file(dir.join("run/model.safetensors")).unwrap();
    fs::remove_dir_all(dir.join("run/checkpoints")).unwrap();
    rekindle_in(dir, &["trace", "run", "--output", "t.csv"])
        .refused(&["run/model.safetensors is damaged: it is missing"]);
    assert!(!dir.join("t.csv").exists());
}

#[test]
fn what_a_run_lacks_is_said() {
    let dir = trained("kind = \"copy\"\ndelay = 3\nlength = 2\nheld_out = 4", LSTM);
    let dir = dir.path();
    rekindle_in(
        dir,
        &["trace", "run", "--text", "1 99", "--output", "t.csv"],
    )
    .refused(&["symbol 2", "\"99\"", "numbers from 0 to 9"]);
    rekindle_in(dir, &["trace", "run", "--text", " ", "--output", "t.csv"])
        .refused(&["text is empty"]);
    rekindle_in(dir, &["sample", "run"]).refused(&["only a language model"]);
    rekindle_in(dir, &["horizon", "run", "--output", "none/h.svg"])
        .refused(&["none/h.svg", "--output"]);
    fs::remove_file(dir.join("run/model.safetensors")).unwrap();
    for command in ["horizon", "doctor", "report"] {
        let said = rekindle_in(dir, &[command, "run"]);
        let lost =
            "run has lost its weights, in whose place stand those that its last checkpoint keeps";
        assert_eq!(said.err.contains(lost), command != "report", "{}", said.err);
        said.done();
    }
    fs::remove_dir_all(dir.join("run/checkpoints")).unwrap();
    for command in ["horizon", "doctor", "report"] {
        rekindle_in(dir, &[command, "run"])
            .refused(&["run/model.safetensors is damaged: it is missing"]);
    }

    let dir = trained("kind = \"adding\"\ntime = 12\nheld_out = 8", LSTM);
    rekindle_in(
        dir.path(),
        &["trace", "run", "--text", "1", "--output", "t.csv"],
    )
    .refused(&["reads numbers, not a text", "--input"]);
}

#[test]
fn a_cell_that_scans_by_itself_has_a_horizon_and_no_trace() {
    let cell = "kind = \"delta_net\"\nd_hidden = 8\nheads = 2\nd_key = 4";
    let dir = trained("kind = \"adding\"\ntime = 20\nheld_out = 8", cell);
    let dir = dir.path();
    rekindle_in(dir, &["trace", "run", "--output", "t.csv"])
        .refused(&["`delta_net`", "not written as equations"]);
    let said = rekindle_in(dir, &["horizon", "run"]).done();
    assert!(said.contains("run  "), "{said}");
    rekindle_in(dir, &["doctor", "run"]).done();
    let report = fs::read_to_string(dir.join("run/report.html")).unwrap();
    assert!(report.contains("How far back"), "{report}");
}

#[test]
fn horizons_of_runs_and_configs_stand_in_one_table() {
    let dir = trained("kind = \"adding\"\ntime = 20\nheld_out = 8", LSTM);
    let dir = dir.path();
    let models = [
        "horizon",
        "run",
        "tiny.toml",
        "--lag",
        "15",
        "--gain",
        "1",
        "--gain",
        "3",
    ];
    let said = rekindle_in(dir, &[&models[..], &["--output", "h.json"]].concat()).done();
    assert!(said.contains("run, recurrent weights times 3"), "{said}");
    assert!(said.contains("tiny (fresh)"), "{said}");
    let json: serde_json::Value =
        serde_json::from_slice(&fs::read(dir.join("h.json")).unwrap()).unwrap();
    let lags = |model: usize| json[model]["ln_left"].as_array().unwrap().len();
    assert_eq!((json.as_array().unwrap().len(), lags(0)), (4, 15));
    assert_eq!(json[0]["states"][3]["name"], "1.forward.c");
    rekindle_in(dir, &[&models[..], &["--output", "h.csv"]].concat()).done();
    let text = fs::read_to_string(dir.join("h.csv")).unwrap();
    assert_eq!(text.lines().count(), 1 + 4 * 5 * 15);
    for (arguments, words) in [
        (&["horizon", "absent.toml"][..], &["absent.toml"][..]),
        (
            &["horizon", "run", "--set", "train.steps=3"],
            &["run", "--set"],
        ),
        (&["horizon", "run", "--fraction", "2"], &["--fraction 2"]),
        (&["horizon", "run", "--lag", "0"], &["--lag 0"]),
        (&["horizon", "run", "--rows", "0"], &["--rows 0"]),
        (
            &["horizon", "run", "--output", "h.bmp"],
            &["h.bmp", ".json"],
        ),
    ] {
        rekindle_in(dir, arguments).refused(words);
    }
}

#[test]
fn a_stack_of_both_directions_has_a_horizon_for_each_cell() {
    let dir = trained("kind = \"adding\"\ntime = 20\nheld_out = 8", LSTM);
    let horizon = |more: &[&str]| {
        let both = ["horizon", "tiny.toml", "--set", "model.bidirectional=true"];
        rekindle_in(dir.path(), &[&both[..], more].concat())
    };
    let said = horizon(&["--output", "h.json"]).done();
    let sites = ["0.forward", "0.reverse", "1.forward", "1.reverse"];
    for site in sites {
        assert!(said.contains(&format!("(fresh), {site} ")), "{said}");
    }
    let json: serde_json::Value =
        serde_json::from_slice(&fs::read(dir.path().join("h.json")).unwrap()).unwrap();
    for (model, site) in sites.iter().enumerate() {
        assert_eq!(json[model]["site"], *site);
        let first = json[model]["ln_left"][0].as_f64();
        assert_eq!(first, Some(0.0), "the loss reads what {site} read last");
    }
    let said = horizon(&["--layer", "1", "--direction", "reverse"]).done();
    assert!(
        said.contains("1.reverse") && said.lines().count() == 2,
        "{said}"
    );
    horizon(&["--layer", "2"]).refused(&["tiny", "no --layer 2", "0.forward", "1.reverse"]);

    // Of a stack that reads forward, a layer is that layer's states.
    let said = rekindle_in(dir.path(), &["horizon", "run", "--layer", "0"]).done();
    assert!(said.contains("run, 0.forward "), "{said}");
    let reverse = ["horizon", "run", "--direction", "reverse"];
    rekindle_in(dir.path(), &reverse).refused(&["run", "no --direction reverse", "1.forward"]);
}

#[test]
fn each_direction_is_looked_at_as_its_own_cell() {
    let dir = trained(
        "kind = \"adding\"\ntime = 20\nheld_out = 8",
        &format!("{LSTM}\n[model.reverse_cell]\nkind = \"gru\"\nd_hidden = 4"),
    );
    let trace = |direction: &str, node: &str| {
        let node = ["--node", node, "--output", "t.safetensors"];
        let site = ["trace", "run", "--direction", direction];
        rekindle_in(dir.path(), &[&site[..], &node].concat())
    };
    let said = trace("forward", "f").done();
    assert!(said.contains("Long short-term memory"), "{said}");
    let said = trace("reverse", "z").done();
    assert!(said.contains("Gated recurrent unit"), "{said}");
    let traced = tensors(&dir.path().join("t.safetensors"));
    assert_eq!(traced["0.reverse.z"].0, [20, 4]);
    trace("reverse", "f").refused(&["`gru`", "\"f\"", "h, r, z, n"]);

    let said = rekindle_in(dir.path(), &["horizon", "run"]).done();
    for site in ["0.forward", "0.reverse", "1.forward", "1.reverse"] {
        assert!(said.contains(&format!("run, {site} ")), "{said}");
    }
    rekindle_in(dir.path(), &["doctor", "run"]).done();

    let page = rekindle_in(dir.path(), &["show", "tiny.toml"]).done();
    for line in [
        "  [cell]\n  bias = true\n  d_hidden = 6\n",
        "  [reverse_cell]\n  bias = true\n  d_hidden = 4\n",
        "weight_ih_l0  [4*d_hidden, d_input]",
        "weight_ih_l0_reverse  [3*d_hidden, d_input]",
    ] {
        assert!(page.contains(line), "{line} is not in\n{page}");
    }
    let draw = ["show", "tiny.toml", "--diagram", "cell.svg"];
    let said = rekindle_in(dir.path(), &draw).done();
    let expected =
        "cell.svg: Long short-term memory\ncell-2.svg: Gated recurrent unit, in reverse\n";
    assert_eq!(said, expected);
    assert!(dir.path().join("cell-2.svg").exists());
    let alone = [
        "validate",
        "tiny.toml",
        "--set",
        "model.bidirectional=false",
    ];
    rekindle_in(dir.path(), &alone).refused(&[
        "tiny.toml",
        "model.bidirectional = false",
        "reverse_cell",
    ]);
}

#[test]
fn a_horizon_of_nothing_is_said_to_be_one() {
    let dir = trained(
        "kind = \"adding\"\ntime = 20\nheld_out = 8",
        "kind = \"custom\"\nd_hidden = 4\nequations = \"state h\\ninput h\\nh' = tanh(W_h x + b_h)\"",
    );
    let dir = dir.path();
    let said = rekindle_in(dir, &["horizon", "run", "--output", "h.svg"]).done();
    let row: Vec<&str> = said
        .lines()
        .last()
        .unwrap_or_default()
        .split("  ")
        .collect();
    let row: Vec<&str> = row
        .into_iter()
        .map(str::trim)
        .filter(|s| !s.is_empty())
        .collect();
    assert_eq!(row[..4], ["run", "lag 1", "no gradient", "-"], "{said}");
    let svg = fs::read_to_string(dir.join("h.svg")).unwrap();
    assert!(svg.contains("run: no gradient reaches even one step back"));
    let gain = ["horizon", "run", "--gain", "2"];
    rekindle_in(dir, &gain).refused(&["run", "--gain 2", "`custom`", "no recurrent matrix U"]);
}

#[test]
fn the_doctor_says_what_ails_a_run() {
    let dir = trained("kind = \"adding\"\ntime = 20\nheld_out = 8", LSTM);
    let said = rekindle_in(dir.path(), &["doctor", "run"]).done();
    let named = "no better than a trivial predictor: on the test part: MSE";
    assert!(said.contains(named) && said.contains("\n  try: "), "{said}");
    let json = rekindle_in(dir.path(), &["doctor", "run", "--json"]).done();
    let findings: serde_json::Value = serde_json::from_str(&json).unwrap();
    assert!(findings[0]["remedy"].is_string(), "{json}");
    rekindle_in(dir.path(), &["doctor", "nowhere"]).refused(&["not a run"]);
}
