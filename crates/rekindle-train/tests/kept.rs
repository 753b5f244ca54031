//! Which weights a run keeps, and what is said of parts that are not there.

mod support;

use rekindle_train::{Predictor, doctor::Checkup, report, tasks::Part};
use serde_json::Value;
use std::{fs, path::Path};
use support::{Bench, trained, weights};

/// Twelve texts of each class; one word of three decides.
const TEXTS: &str = r#"
device = "flex"
seed = 1
[task]
kind = "classify_text"
train = "texts.tsv"
d_embedding = 8
[model.cell]
kind = "gru"
d_hidden = 8
[train]
steps = 60
batch = 6
learning_rate = 0.01
report_every = 20
evaluate_every = 3
"#;

const LETTERS: &str = r#"
device = "flex"
[task]
kind = "language_model"
file = "letters.txt"
window = 8
d_embedding = 4
[model.cell]
kind = "gru"
d_hidden = 6
[train]
steps = 6
batch = 4
"#;

const TABLE: &str = r#"
device = "flex"
[task]
kind = "forecast"
file = "table.csv"
window = 6
[model.cell]
kind = "gru"
d_hidden = 4
[train]
steps = 6
"#;

/// A bench with the data of all three.
fn bench() -> Bench {
    let bench = Bench::new();
    let text = |i: usize| {
        let verdict = ["good", "bad"][i % 2];
        format!("item {i} is {verdict} indeed\t{verdict}\n")
    };
    let texts: String = (0..24).map(text).collect();
    bench.file("texts.tsv", &format!("text\tlabel\n{texts}"));
    bench.file("letters.txt", &"the quick brown fox. ".repeat(20));
    let row = |i: i32| format!("{}\n", f64::from(i * i % 7));
    let rows: String = (0..60).map(row).collect();
    bench.file("table.csv", &format!("level\n{rows}"));
    bench
}

/// The evaluations of a run: step, first figure, loss.
fn evaluations(run: &Path) -> Vec<(u64, f64, f64)> {
    let text = fs::read_to_string(run.join("metrics.jsonl")).expect("metrics");
    let lines = text
        .lines()
        .map(|line| serde_json::from_str(line).expect("JSON"));
    let evaluation = |line: Value| {
        let figure = line["valid"][0]["value"].as_f64()?;
        Some((line["step"].as_u64()?, figure, line["valid_loss"].as_f64()?))
    };
    lines.filter_map(evaluation).collect()
}

#[test]
fn of_equal_figures_the_lower_loss_is_kept() {
    let bench = bench();
    let run = bench.train(TEXTS, "whole");
    let all = evaluations(&run.run);
    assert_eq!(all.len(), 20);
    let best = all.iter().map(|e| e.1).fold(0.0, f64::max);
    let equals: Vec<_> = all.iter().filter(|e| e.1 == best).collect();
    let least = equals.iter().map(|e| e.2).fold(f64::INFINITY, f64::min);
    let step = equals.iter().rfind(|e| e.2 == least).expect("one").0;
    assert!(
        step > equals[0].0,
        "{all:?} has no tie that the loss decides"
    );
    let result = run.result.expect("done");
    assert_eq!(result.kept.step, step);
    let tie = format!(
        "of the {} with it the latest of the lowest loss",
        equals.len()
    );
    assert!(result.kept.why.contains(&tie), "{}", result.kept.why);
    // What two of 24 texts cannot tell apart was learned all the same.
    assert_eq!(result.metrics["test"][0].value, 1.0);

    let page = fs::read_to_string(run.run.join("report.html")).expect("a page");
    assert!(page.contains(&result.kept.to_string()));
    let steps = format!("train.steps={step}");
    let short = trained(&bench.changed(TEXTS, &[&steps], "short"));
    assert!(weights(&run.run) == weights(&short.run));
}

#[test]
fn a_batch_that_is_cut_is_said() {
    let bench = bench();
    let of = |batch: &str| {
        let keys = ["train.steps=3", &format!("train.batch={batch}")];
        trained(&bench.changed(TEXTS, &keys, batch))
    };
    let notes = |batch: &str| of(batch).result.expect("done").notes;
    let said = notes("25");
    let said = said.iter().find(|note| note.starts_with("train.batch"));
    let said = said.expect("a note");
    let rows: usize = said
        .strip_prefix("train.batch = 25: each update reads all ")
        .and_then(|rest| rest.split(' ').next()?.parse().ok())
        .unwrap_or_else(|| panic!("{said}"));
    assert!((1..24).contains(&rows), "{said}");
    let whole = notes(&rows.to_string());
    let cut = whole.iter().find(|note| note.contains("train.batch"));
    assert!(cut.is_none(), "{whole:?}");
}

#[test]
fn a_part_that_is_absent_has_no_figure() {
    for (config, valid, test) in [
        (TEXTS, "task.valid_share=0", "task.test_share=0"),
        (LETTERS, "task.valid=0", "task.test=0"),
        (TABLE, "task.valid=0", "task.test=0"),
    ] {
        let bench = bench();
        let config = config.replace("evaluate_every = 3\n", "");
        let last = trained(&bench.changed(&config, &[valid], "last"));
        let result = last.result.expect("done");
        assert_eq!(result.kept.step, result.steps);
        assert!(
            result.kept.why.contains("no validation part"),
            "{}",
            result.kept
        );
        assert_eq!(result.metrics.keys().collect::<Vec<_>>(), ["test"]);
        assert_eq!(evaluations(&last.run), []);
        let predictor = Predictor::open(&last.run, None).expect("opens");
        let error = predictor.evaluate(Part::Valid).expect_err("no such part");
        let words = "no valid part, and so no figure on it; there are: train, test";
        assert!(error.to_string().contains(words), "{error}");
        predictor.evaluate(Part::Train).expect("figures");

        let none = trained(&bench.changed(&config, &[valid, test], "none"));
        let result = none.result.expect("done");
        assert!(result.metrics.is_empty() && result.baselines.is_empty());
        let checkup = Checkup::take(&none.run, None).expect("a run");
        assert!(checkup.valid.is_empty() && checkup.test.is_empty() && checkup.net.is_some());
        let page = report::again(&none.run, None).expect("a page").html();
        let words = "There is neither a validation nor a test part, and so no figure.";
        assert!(page.contains(words));
        assert!(!page.contains("of the test part"));
    }
}
