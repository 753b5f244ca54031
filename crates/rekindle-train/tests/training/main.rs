//! Runs from config to result: every task, interruption, and what goes wrong.

mod bodies;
mod detecting;
mod judging;
mod panels;
mod pieces;
mod predicting;
mod regressing;
mod resuming;
mod streaming;
#[path = "../support/mod.rs"]
mod support;
mod tagging;
mod transcribing;
mod transducing;
mod tuning;

use rekindle_train::{
    Error, Prediction, Predictor, SampleOptions, Watch, predict::unfinished, tasks::Part, train,
};
use std::{
    fs,
    path::Path,
    sync::atomic::{AtomicBool, Ordering},
};
use support::{Bench, DATA, never, weights};

const LANGUAGE: &str = r#"
device = "flex"
seed = 3
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
recurrent_dropout = 0.1
zoneout = 0.1
[model.cell]
kind = "lstm"
d_hidden = 7
[train]
steps = 9
batch = 2
learning_rate = 0.01
schedule = "cosine"
report_every = 2
evaluate_every = 3
checkpoint_every = 4
"#;

const SERIES: &str = r#"
device = "flex"
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
epochs = 8
batch = 3
"#;

/// What is said of a config that cannot be trained.
fn fails(bench: &Bench, config: &str) -> String {
    let error = train(&bench.options(config, "fails"), &mut (), &never()).expect_err("fails");
    assert!(matches!(error, Error::Mend(_)), "exit code 2: {error}");
    error.to_string()
}

/// The page that a run has written shows these words, and is small.
fn reports(run: &Path, words: &[&str]) {
    let page = fs::read_to_string(run.join("report.html")).expect("a report");
    assert!(page.len() < 2_000_000, "{} bytes", page.len());
    // A cell that is no set of equations has no inside to show.
    let inside = page.contains("Inside</h2>");
    let answer = page.contains("Of the row that is read here the network");
    assert_eq!(inside, answer);
    let always = ["Result", "Curves", "Norm of the gradient", "config.toml"];
    for word in always.iter().chain(words) {
        assert!(page.contains(word), "{word}");
    }
}

/// Asks for an end when a step is done.
struct StopAt<'s>(u64, &'s AtomicBool);

impl Watch for StopAt<'_> {
    fn step(&mut self, step: u64, _: u64, _: f64) {
        if step == self.0 {
            self.1.store(true, Ordering::Relaxed);
        }
    }
}

fn metrics(run: &Path) -> Vec<serde_json::Value> {
    let text = fs::read_to_string(run.join("metrics.jsonl")).expect("metrics");
    let mut lines: Vec<serde_json::Value> = text
        .lines()
        .map(|line| serde_json::from_str(line).expect("JSON"))
        .collect();
    for line in &mut lines {
        let line = line.as_object_mut().expect("an object");
        line.retain(|key, _| !["seconds", "per_second", "loss"].contains(&key.as_str()));
    }
    lines
}

#[test]
fn a_resumed_run_ends_bit_for_bit_as_an_uninterrupted_one() {
    for (name, config) in [("language", LANGUAGE), ("series", SERIES)] {
        let bench = Bench::new();
        bench.train(config, "whole");
        let stop = never();
        let mut options = bench.options(config, "parts");
        // Twice: once between two checkpoints, once right behind one.
        for step in [5, 8] {
            stop.store(false, Ordering::Relaxed);
            let part = train(&options, &mut StopAt(step, &stop), &stop).expect("stops");
            assert!(part.result.is_none(), "{name} stops at {step}");
            assert_eq!(part.step, step);
            options.resume = true;
        }
        let end = train(&options, &mut (), &never()).expect("goes on");
        assert!(end.result.is_some());
        let same = weights(&bench.path("whole")) == weights(&bench.path("parts"));
        assert!(same, "{name}: the weights differ");
        if name == "series" {
            assert_eq!(
                metrics(&bench.path("whole")).last(),
                metrics(&bench.path("parts")).last()
            );
        }
    }
}

#[test]
fn a_run_killed_between_checkpoints_loses_only_the_steps_since() {
    let bench = Bench::new();
    bench.train(LANGUAGE, "whole");
    let stop = never();
    let mut options = bench.options(LANGUAGE, "killed");
    train(&options, &mut StopAt(5, &stop), &stop).expect("stops");
    // What a kill leaves: the checkpoint of step 4 as the newest, a half-written one, half a line.
    let checkpoints = bench.path("killed/checkpoints");
    fs::remove_dir_all(checkpoints.join("step-00000005")).expect("there");
    fs::create_dir(checkpoints.join(".step-00000005.tmp")).expect("made");
    fs::write(checkpoints.join(".step-00000005.tmp/net.bpk"), b"half").expect("written");
    let mut log = fs::read(bench.path("killed/metrics.jsonl")).expect("metrics");
    log.extend_from_slice(b"{\"step\": 6, \"lo");
    fs::write(bench.path("killed/metrics.jsonl"), log).expect("written");
    options.resume = true;
    train(&options, &mut (), &never()).expect("goes on");
    assert!(weights(&bench.path("whole")) == weights(&bench.path("killed")));
}

#[test]
fn resuming_is_refused_where_it_would_not_be_the_same_run() {
    let bench = Bench::new();
    let stop = never();
    let mut options = bench.options(LANGUAGE, "run");
    train(&options, &mut StopAt(4, &stop), &stop).expect("stops");
    options.resume = true;
    options.overrides = vec!["train.batch=3".into(), "model.cell.d_hidden=8".into()];
    let error = train(&options, &mut (), &never())
        .expect_err("refused")
        .to_string();
    assert!(error.contains("train.batch: 2 -> 3"), "{error}");
    assert!(error.contains("model.cell.d_hidden: 7 -> 8"), "{error}");

    options.overrides.clear();
    let path = bench.path("run/checkpoints/step-00000004/net.bpk");
    let bytes = fs::read(&path).expect("a checkpoint");
    fs::write(&path, &bytes[..bytes.len() / 2]).expect("cut");
    let error = train(&options, &mut (), &never())
        .expect_err("refused")
        .to_string();
    assert!(error.contains("net.bpk"), "{error}");
    fs::write(&path, &bytes).expect("mended");
    train(&options, &mut (), &never()).expect("goes on");
    let error = train(&options, &mut (), &never())
        .expect_err("refused")
        .to_string();
    assert!(error.contains("is finished"), "{error}");

    options.resume = false;
    let error = train(&options, &mut (), &never())
        .expect_err("refused")
        .to_string();
    assert!(error.contains("--resume"), "{error}");
    options.out = Some(bench.path("nowhere"));
    options.resume = true;
    let error = train(&options, &mut (), &never())
        .expect_err("refused")
        .to_string();
    assert!(error.contains("is not a run directory"), "{error}");
}

#[test]
fn a_language_model_writes_what_its_vocabulary_holds() {
    let bench = Bench::new();
    let run = bench.train(LANGUAGE, "run").run;
    let predictor = Predictor::open(&run, None).expect("opens");
    let options = SampleOptions {
        length: 20,
        temperature: 0.8,
        top_k: Some(3),
        prompt: "the ".into(),
        seed: 1,
    };
    let text = predictor.sample(&options).expect("writes");
    assert_eq!(text.chars().count(), 24);
    assert_eq!(text, predictor.sample(&options).expect("writes the same"));
    let figures = predictor.evaluate(Part::Test).expect("evaluates");
    assert_eq!(figures.metrics[0].name, "bits per character");
    assert_eq!(figures.baselines.len(), 2);
    let bold = SampleOptions {
        temperature: -1.0,
        ..options.clone()
    };
    assert!(predictor.sample(&bold).is_err());
    let none = SampleOptions {
        top_k: Some(0),
        ..options
    };
    assert!(predictor.sample(&none).is_err());
    let error = predictor
        .predict_text("x")
        .expect_err("no classifier")
        .to_string();
    assert!(error.contains("--text"), "{error}");
}

#[test]
fn a_series_classifier_predicts_series_of_any_length() {
    let bench = Bench::new();
    let run = bench.train(SERIES, "run").run;
    reports(&run, &["Classes of the test part", "class=\"confusion\""]);
    let predictor = Predictor::open(&run, None).expect("opens");
    let file = format!("{DATA}/tiny_multi.ts");
    let predictions = support::said(predictor.predict_file(Path::new(&file)).expect("predicts"));
    assert_eq!(predictions.len(), 12);
    let Prediction::Class { probabilities, .. } = &predictions[0] else {
        panic!("a class");
    };
    assert!((probabilities.iter().map(|p| p.1).sum::<f64>() - 1.0).abs() < 1e-5);
    let strange = bench.file("strange.csv", "t0,t1\n1.0,2.0\n");
    assert!(predictor.predict_file(&strange).is_err());
}

#[test]
fn two_different_cells_read_a_series() {
    let bench = Bench::new();
    for pool in ["last", "mean"] {
        let config = SERIES.replace("[model]", &format!("pool = {pool:?}\n[model]"));
        let reverse = "[model.reverse_cell]\nkind = \"lstm\"\nd_hidden = 6\n[train]";
        let run = bench.train(&config.replace("[train]", reverse), pool).run;
        let words = ["gru with 5 units, in reverse lstm with 6 units"];
        reports(&run, &words);
        let resolved = fs::read_to_string(run.join("config.toml")).expect("a config");
        assert!(resolved.contains("[model.reverse_cell]"), "{resolved}");
        let predictor = Predictor::open(&run, None).expect("opens");
        let series = Path::new(DATA).join("tiny_multi.ts");
        predictor.predict_file(&series).expect("predicts");
    }
}

#[test]
fn series_with_missing_values_train_a_cell_that_takes_them() {
    let bench = Bench::new();
    let mut rows = String::from("label,t0,t1,t2,t3,t4,t5\n");
    for i in 0..40 {
        let (label, way) = if i % 2 == 0 {
            ("up", 1.0)
        } else {
            ("down", -1.0)
        };
        let value = |t: usize| match (i + 2 * t) % 5 {
            0 => String::new(),
            _ => format!("{}", way * t as f64 + 0.1 * (i as f64).sin()),
        };
        let values: Vec<String> = (0..6).map(value).collect();
        rows.push_str(&format!("{label},{}\n", values.join(",")));
    }
    let file = bench.file("holes.csv", &rows);
    let config = |kind: &str| {
        SERIES
            .replace("DATA/tiny_multi.ts", &file.display().to_string())
            .replace("\"gru\"", &format!("{kind:?}"))
    };
    let run = bench.train(&config("gru_d"), "holes").run;
    reports(&run, &["Classes of the test part"]);
    let predictor = Predictor::open(&run, None).expect("opens");
    let predictions = support::said(predictor.predict_file(&file).expect("predicts"));
    for prediction in &predictions {
        let Prediction::Class { probabilities, .. } = prediction else {
            panic!("a class");
        };
        assert!(probabilities.iter().all(|p| p.1.is_finite()));
    }
    let figures = predictor.evaluate(Part::Test).expect("evaluates");
    assert!(
        figures.metrics.iter().all(|m| m.value.is_finite()),
        "{figures:?}"
    );

    let refused = fails(&bench, &config("gru"));
    let expected = "holes.csv: row 1 (line 2), column `t0`: the value is empty";
    assert!(refused.contains(expected), "{refused}");
}

#[test]
fn a_text_classifier_reads_negation() {
    let bench = Bench::new();
    let mut rows = String::from("text\tlabel\n");
    for i in 0..40 {
        let (good, bad) = (i % 2 == 0, i % 3 == 0);
        let label = if good != bad { "up" } else { "down" };
        let (a, b) = (
            if good { "fine" } else { "poor" },
            if bad { "not" } else { "very" },
        );
        rows.push_str(&format!("it is {b} {a} number{i}\t{label}\n"));
    }
    let file = bench.file("reviews.tsv", &rows);
    let config = format!(
        "device = \"flex\"\n[task]\nkind = \"classify_text\"\ntrain = {file:?}\nd_embedding = 8\nvalid_share = 0.2\ntest_share = 0.2\n\
         [model.cell]\nkind = \"elman\"\nd_hidden = 8\n[train]\nepochs = 2\nbatch = 8\n"
    );
    for pool in ["last", "mean", "max"] {
        let config = config.replace("d_embedding", &format!("pool = {pool:?}\nd_embedding"));
        let run = bench.train(&config, pool).run;
        reports(&run, &["Classes of the test part", "test texts"]);
        let predictor = Predictor::open(&run, None).expect("opens");
        for text in ["it is very fine", "words never seen"] {
            predictor.predict_text(text).expect("predicts");
        }
        let empty = predictor
            .predict_text(" ")
            .expect_err("there is nothing to read");
        assert!(empty.to_string().contains("the text is empty"), "{empty}");
    }
}

#[test]
fn a_forecast_continues_a_table() {
    let bench = Bench::new();
    let mut table = String::from("year,level,flow\n");
    for i in 0..80 {
        let level = (f64::from(i) / 3.0).sin();
        table.push_str(&format!("{i},{level},{}\n", level * 2.0));
    }
    let file = bench.file("table.csv", &table);
    let config = format!(
        "device = \"flex\"\n[task]\nkind = \"forecast\"\nfile = {file:?}\ncolumns = [\"level\", \"flow\"]\ntargets = [\"flow\"]\n\
         window = 8\nhorizon = 3\nseason = 6\n[model.cell]\nkind = \"gru\"\nd_hidden = 6\n[train]\nsteps = 20\n"
    );
    let trained = bench.train(&config, "run");
    reports(
        &trained.run,
        &[
            "flow, 1 row ahead",
            "flow, 3 rows ahead",
            "naive",
            "says for the next 3 rows: flow ",
        ],
    );
    let result = trained.result.expect("done");
    let names: Vec<&str> = result
        .baselines
        .iter()
        .map(|(name, _)| name.as_str())
        .collect();
    // MAE, RMSE and MASE.
    assert_eq!(names.iter().filter(|n| n.starts_with("naive")).count(), 3);
    assert_eq!(
        names.iter().filter(|n| n.starts_with("seasonal")).count(),
        3
    );
    let predictor = Predictor::open(&trained.run, None).expect("opens");
    let predictions = support::said(predictor.predict_file(&file).expect("predicts"));
    let [Prediction::Values { column, values, .. }] = predictions.as_slice() else {
        panic!("one column");
    };
    assert_eq!((column.as_str(), values.len()), ("flow", 3));
    let short = bench.file("short.csv", "level,flow\n1,2\n");
    let error = predictor
        .predict_file(&short)
        .expect_err("too short")
        .to_string();
    assert!(error.contains("it has 1 row, fewer than the 8"), "{error}");
}

#[test]
fn the_generated_tasks_train() {
    for (task, words) in [
        ("kind = \"adding\"\ntime = 12", "Sums of the test part"),
        ("kind = \"copy\"\nlength = 2\ndelay = 4", "written"),
    ] {
        let bench = Bench::new();
        let config = format!(
            "device = \"flex\"\n[task]\n{task}\nheld_out = 70\n[model.cell]\nkind = \"lstm\"\nd_hidden = 6\n[train]\nsteps = 12\nbatch = 4\nlearning_rate = 0.01\n"
        );
        let trained = bench.train(&config, "run");
        reports(&trained.run, &[words]);
        let result = trained.result.expect("done");
        assert!(result.metrics["test"][0].value.is_finite());
        assert_eq!(result.baselines.len(), 1);
    }
}

#[test]
fn training_lowers_the_loss() {
    let bench = Bench::new();
    let config = LANGUAGE
        .replace("steps = 9", "steps = 60")
        .replace("0.01", "0.03");
    let run = bench.train(&config, "run").run;
    reports(&run, &["A sample at temperature 0.8", "expects next "]);
    let text = fs::read_to_string(run.join("metrics.jsonl")).expect("metrics");
    let losses: Vec<f64> = text
        .lines()
        .filter_map(|line| serde_json::from_str::<serde_json::Value>(line).ok()?["loss"].as_f64())
        .collect();
    assert!(losses[losses.len() - 1] < 0.9 * losses[0], "{losses:?}");
}

#[test]
fn a_diverging_loss_names_the_step_the_causes_and_the_checkpoint() {
    let bench = Bench::new();
    let config = "device = \"flex\"\n[task]\nkind = \"adding\"\ntime = 8\n[model.cell]\nkind = \"elman\"\nactivation = \"relu\"\nd_hidden = 8\n\
                  [train]\nsteps = 50\nbatch = 4\nlearning_rate = 1e25\nclip = 0.0\noptimizer = \"sgd\"\ncheckpoint_every = 1\n";
    let error = fails(&bench, config);
    assert!(error.starts_with("step "), "{error}");
    assert!(error.contains("train.learning_rate = 1"), "{error}");
    assert!(error.contains("train.clip = 0"), "{error}");
    assert!(error.contains("checkpoints/step-"), "{error}");
    assert_eq!(error.lines().count(), 2);
}

#[test]
fn what_is_wrong_is_named() {
    let bench = Bench::new();
    for (from, to, words) in [
        (
            "batch = 2",
            "bacth = 2",
            &["train", "bacth", "did you mean `batch`"][..],
        ),
        ("\"lstm\"", "\"lstmm\"", &["model.cell", "lstmm", "lstm"]),
        (
            "\"language_model\"",
            "\"poetry\"",
            &["task", "poetry", "language_model"],
        ),
        ("d_hidden = 7", "d_hidden = 0", &["model.cell.d_hidden = 0"]),
        ("d_hidden = 7", "d_hidden = -7", &["d_hidden", "-7"]),
        ("d_hidden = 7", "", &["model.cell", "d_hidden"]),
        ("dropout = 0.2", "dropout = 1.0", &["model.dropout = 1"]),
        ("dropout = 0.2", "dropout = -0.5", &["model.dropout = -0.5"]),
        ("layers = 2", "layers = 0", &["model.layers = 0"]),
        (
            "layers = 2",
            "bidirectional = true",
            &["bidirectional", "next symbol"],
        ),
        ("window = 8", "window = 100000", &["tiny.txt", "window"]),
        (
            "window = 8",
            "window = 8\nvocabulary = 1",
            &["task.vocabulary = 1"],
        ),
        (
            "batch = 2",
            "batch = 500",
            &["tiny.txt", "train.batch = 500"],
        ),
        ("DATA/tiny.txt", "nothing.txt", &["nothing.txt"]),
        ("\"flex\"", "\"abacus\"", &["abacus", "flex"]),
        (
            "learning_rate = 0.01",
            "learning_rate = 0.0",
            &["train.learning_rate = 0"],
        ),
        (
            "window = 8",
            "window = 8\ntied = true",
            &["task.tied", "6", "7"],
        ),
        (
            "valid = 0.2",
            "valid = 0.9",
            &["task.valid = 0.9", "task.test = 0.2"],
        ),
        ("seed = 3", "seed = 3\nname = \"a/b\"", &["name = a/b"]),
    ] {
        assert!(LANGUAGE.contains(from), "{from}");
        let error = fails(&bench, &LANGUAGE.replacen(from, to, 1));
        for word in words {
            assert!(error.contains(word), "{to}: {word:?} is not in {error:?}");
        }
    }
}

#[test]
fn an_unfinished_run_works_with_its_last_checkpoint() {
    let bench = Bench::new();
    let stop = never();
    let options = bench.options(LANGUAGE, "run");
    train(&options, &mut StopAt(2, &stop), &stop).expect("stops");
    let run = bench.path("run");
    Predictor::open(&run, None).expect("a checkpoint has weights");
    let said = unfinished(&run).expect("a run").expect("is said");
    assert!(
        said.contains("is not finished") && said.contains("behind update 2"),
        "{said}"
    );
    std::fs::remove_dir_all(run.join("checkpoints")).expect("there");
    let error = Predictor::open(&run, None)
        .err()
        .expect("no weights")
        .to_string();
    assert!(
        error.contains("no checkpoint; go on with it by `rekindle train"),
        "{error}"
    );
    let other = bench.file("config.toml", "");
    let error = Predictor::open(&other, None)
        .err()
        .expect("no run")
        .to_string();
    assert!(error.contains("is not a run directory"), "{error}");
}

#[test]
fn a_run_directory_that_cannot_be_made_is_named() {
    let bench = Bench::new();
    let file = bench.file("occupied", "");
    let mut options = bench.options(LANGUAGE, "run");
    options.out = Some(file.join("run"));
    let error = train(&options, &mut (), &never())
        .expect_err("no directory")
        .to_string();
    assert!(error.contains("occupied"), "{error}");
}
