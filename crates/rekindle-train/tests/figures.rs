//! Figures of users' data: large numbers, columns without names, several units, files whose rows have moved.

mod support;

use rekindle_train::{
    Metric, Prediction, Predictor, Reading, RunResult, Steps,
    tasks::{Opened, Part, Spec, Task, TaskConfig},
};
use std::{
    collections::BTreeSet,
    fs,
    path::{Path, PathBuf},
};
use support::Bench;

/// Trains a small network on a task, given by its keys.
fn trained(bench: &Bench, task: &str, steps: usize) -> (RunResult, PathBuf) {
    let config = format!(
        "device = \"flex\"\nseed = 1\n[task]\n{task}\n[model.cell]\nkind = \"gru\"\nd_hidden = 8\n\
         [train]\nsteps = {steps}\nbatch = 8\nlearning_rate = 0.02\n"
    );
    let run = bench.train(&config, "run");
    (run.result.expect("done"), run.run)
}

fn value(metrics: &[Metric], name: &str) -> f64 {
    let found = metrics.iter().find(|metric| metric.name == name);
    found
        .unwrap_or_else(|| panic!("no {name} in {metrics:?}"))
        .value
}

fn baseline(result: &RunResult, which: &str, name: &str) -> f64 {
    let all = result.baselines.iter();
    let of: Vec<Metric> = all
        .filter(|(n, _)| n.starts_with(which))
        .map(|(_, m)| m.clone())
        .collect();
    value(&of, name)
}

fn close(found: f64, wanted: f64) {
    assert!(
        (found - wanted).abs() < 1e-6 * wanted.abs(),
        "{found} is not {wanted}"
    );
}

/// A northing in metres, of which f32 keeps no digit behind the point.
fn northing() -> Vec<String> {
    let row = |i: i32| format!("{:.3}", 4_492_557.0 + 0.12 * (f64::from(i) / 5.0).sin());
    (0..400).map(row).collect()
}

#[test]
fn a_large_number_keeps_its_digits() {
    let bench = Bench::new();
    let written = northing();
    let rows = written
        .iter()
        .enumerate()
        .map(|(i, value)| format!("{i},{value}\n"));
    let table = bench.file(
        "gps.csv",
        &format!("t,northing\n{}", rows.collect::<String>()),
    );
    let task = "kind = \"forecast\"\nfile = \"gps.csv\"\ncolumns = [\"northing\"]\nwindow = 16";
    let (result, run) = trained(&bench, task, 60);

    // Of 400 rows the last 60 test and 280 train.
    let numbers: Vec<f64> = written
        .iter()
        .map(|v| v.parse().expect("a number"))
        .collect();
    let change = |rows: std::ops::Range<usize>| -> Vec<f64> {
        rows.map(|i| (numbers[i] - numbers[i - 1]).abs()).collect()
    };
    let mean = |values: &[f64]| values.iter().sum::<f64>() / values.len() as f64;
    let naive = change(340..400);
    let squares: Vec<f64> = naive.iter().map(|e| e * e).collect();
    close(baseline(&result, "naive", "MAE"), mean(&naive));
    close(baseline(&result, "naive", "RMSE"), mean(&squares).sqrt());
    close(
        baseline(&result, "naive", "MASE"),
        mean(&naive) / mean(&change(1..280)),
    );
    // The same to three digits, as Python computes them.
    assert_eq!(
        format!("{:.4}", baseline(&result, "naive", "MAE")),
        "0.0158"
    );
    assert_eq!(
        format!("{:.4}", baseline(&result, "naive", "RMSE")),
        "0.0173"
    );
    // A sine is foreseen better than by its last value.
    let found = value(&result.metrics["test"], "MAE");
    assert!(found > 0.0 && found < 0.01, "{found}");

    let stored: serde_json::Value =
        serde_json::from_str(&fs::read_to_string(run.join("data.json")).expect("there"))
            .expect("JSON");
    // From Python, of the 280 rows that train.
    let of = |key: &str| stored["scaler"][key][0].as_f64().expect("a number");
    assert!(
        (of("mean") - 4_492_557.000_417_859).abs() < 1e-7,
        "{}",
        of("mean")
    );
    assert!(
        (of("std") - 0.085_168_406_922_419_14).abs() < 1e-8,
        "{}",
        of("std")
    );

    let predictor = Predictor::open(&run, None).expect("opens");
    let again = predictor.evaluate(Part::Test).expect("evaluates");
    assert_eq!(again.metrics, result.metrics["test"]);
    assert_eq!(again.baselines, result.baselines);
    let predictions = predictor.predict_file(&table).expect("predicts");
    let predictions = support::said(predictions);
    let [Prediction::Values { values, .. }] = predictions.as_slice() else {
        panic!("one column");
    };
    // What comes next by the formula.
    let next = 4_492_557.0 + 0.12 * 80_f64.sin();
    assert!(
        (values[0] - next).abs() < 0.03,
        "{} is not {next}",
        values[0]
    );
}

#[test]
fn series_of_large_numbers_have_classes() {
    let bench = Bench::new();
    let mut rows = String::from("@univariate true\n@classLabel true flat wave\n@data\n");
    for i in 0..60 {
        let wave = i % 2 == 1;
        let step = |t: i32| {
            let angle = f64::from(t + i);
            let value = if wave {
                0.12 * angle.sin()
            } else {
                0.001 * angle
            };
            format!("{:.3}", 4_492_557.0 + value)
        };
        let steps: Vec<String> = (0..12).map(step).collect();
        rows.push_str(&format!(
            "{}:{}\n",
            steps.join(","),
            if wave { "wave" } else { "flat" }
        ));
    }
    bench.file("gps.ts", &rows);
    let task =
        "kind = \"classify_series\"\ntrain = \"gps.ts\"\nvalid_share = 0.2\ntest_share = 0.2";
    let (result, _) = trained(&bench, task, 120);
    assert_eq!(value(&result.metrics["test"], "accuracy"), 1.0);
}

/// Three series of different scales, and a fourth column of words.
fn three(header: &str) -> String {
    let row = |i: i32| {
        let x = f64::from(i);
        let [a, b, c] = [(x / 3.0).sin(), 100.0 * (x / 7.0).cos(), 0.01 * x];
        format!("{a:.4},{b:.4},{c:.4}\n")
    };
    format!("{header}{}", (0..120).map(row).collect::<String>())
}

#[test]
fn columns_without_names_are_those_that_were_trained_on() {
    for (header, said) in [
        (
            ",,\n",
            "three.csv: columns without a name are called by their place",
        ),
        (
            "",
            "three.csv: the first row holds no names, so it is data and no header",
        ),
    ] {
        let bench = Bench::new();
        let table = bench.file("three.csv", &three(header));
        let task = "kind = \"forecast\"\nfile = \"three.csv\"\nwindow = 8\n\
                    targets = [\"column 1\", \"column 2\", \"column 3\"]";
        let (result, run) = trained(&bench, task, 20);
        let note = result.notes.iter().find(|note| note.contains(said));
        let note = note.unwrap_or_else(|| panic!("{:?}", result.notes));
        assert!(
            note.ends_with("`column 1`, `column 2`, `column 3`"),
            "{note}"
        );
        let page = fs::read_to_string(run.join("report.html")).expect("a page");
        assert!(page.contains(said));
        let predictor = Predictor::open(&run, None).expect("opens");
        let figures = predictor.evaluate(Part::Test).expect("evaluates");
        assert_eq!(figures.metrics, result.metrics["test"]);
        assert_eq!(figures.baselines, result.baselines);
        assert_eq!(figures.notes, result.notes);
        let predictions = predictor.predict_file(&table).expect("predicts");
        let columns: Vec<String> = support::said(predictions)
            .into_iter()
            .map(|prediction| match prediction {
                Prediction::Values { column, .. } => column,
                other => panic!("values, not {other:?}"),
            })
            .collect();
        assert_eq!(columns, ["column 1", "column 2", "column 3"]);
    }
}

#[test]
fn targets_of_several_units_are_judged_one_by_one() {
    let bench = Bench::new();
    let table = three("power,heat,price\n")
        .replace('\n', ",x\n")
        .replacen(",x", ",word", 1);
    bench.file("units.csv", &table);
    // The price alone would be taken for a counter.
    let task = "kind = \"forecast\"\nfile = \"units.csv\"\nwindow = 8\nhorizon = 2\nseason = 40\n\
                targets = [\"power\", \"heat\", \"price\"]";
    let (result, run) = trained(&bench, task, 40);
    let test = &result.metrics["test"];
    let names: Vec<&str> = test.iter().map(|metric| metric.name.as_str()).collect();
    assert_eq!(
        names,
        [
            "MASE",
            "MAE (power)",
            "RMSE (power)",
            "MAE (heat)",
            "RMSE (heat)",
            "MAE (price)",
            "RMSE (price)"
        ]
    );
    // Of 120 rows 84 train. The price rises by 0.01 a row: over a season of 40 by 0.4, in one row and in two by 0.01
    // and 0.02.
    close(baseline(&result, "naive", "MAE (price)"), 0.015);
    close(
        baseline(&result, "naive", "RMSE (price)"),
        (0.0005_f64 / 2.0).sqrt(),
    );
    close(baseline(&result, "seasonal", "MAE (price)"), 0.4);
    // MASE is the mean of the three shares.
    let rows: Vec<Vec<f64>> = table
        .lines()
        .skip(1)
        .map(|line| {
            line.split(',')
                .filter_map(|cell| cell.parse().ok())
                .collect()
        })
        .collect();
    let share = |(target, name): (usize, &str)| {
        let changes = (40..84).map(|row| (rows[row][target] - rows[row - 40][target]).abs());
        value(test, name) / (changes.sum::<f64>() / 44.0)
    };
    let shares = ["MAE (power)", "MAE (heat)", "MAE (price)"]
        .into_iter()
        .enumerate()
        .map(share);
    close(value(test, "MASE"), shares.sum::<f64>() / 3.0);
    assert!(
        result.kept.why.contains("validation MASE"),
        "{}",
        result.kept
    );
    let page = fs::read_to_string(run.join("report.html")).expect("a page");
    for words in [
        "MASE",
        "MAE (heat)",
        "RMSE (price)",
        "seasonal naive (as a season ago), test",
    ] {
        assert!(page.contains(words), "{words}");
    }
}

#[test]
fn a_seasonal_baseline_that_is_left_out_is_said() {
    let bench = Bench::new();
    bench.file("three.csv", &three("a,b,c\n"));
    let task =
        "kind = \"forecast\"\nfile = \"three.csv\"\ntargets = [\"a\"]\nwindow = 8\nseason = ";
    // Of 120 rows 84 train and the last 18 test.
    let (result, run) = trained(&bench, &format!("{task}103"), 4);
    assert!(
        result
            .baselines
            .iter()
            .all(|(name, _)| name.starts_with("naive"))
    );
    let said = result.notes.join("\n");
    assert!(
        said.contains("task.season = 103: there is no seasonal baseline"),
        "{said}"
    );
    assert!(
        said.contains("not shorter than the training part (84 rows)"),
        "{said}"
    );
    let page = fs::read_to_string(run.join("report.html")).expect("a page");
    assert!(page.contains("there is no seasonal baseline"));

    // A season longer than the window is no hindrance, but the training part has nothing before it.
    fs::remove_dir_all(&run).expect("gone");
    let (result, run) = trained(&bench, &format!("{task}20"), 4);
    assert!(
        result
            .baselines
            .iter()
            .any(|(name, _)| name.starts_with("seasonal"))
    );
    let said = result.notes.join("\n");
    assert!(!said.contains("task.season"), "{said}");
    let figures = Predictor::open(&run, None)
        .expect("opens")
        .evaluate(Part::Train)
        .expect("figures");
    let said = figures.notes.join("\n");
    assert!(
        said.contains("forecast in the train part have none"),
        "{said}"
    );
}

/// Texts of which a network can only learn by heart which class each has.
fn texts() -> Vec<String> {
    let row = |i: usize| {
        format!(
            "item{i} of shelf{}\t{}\n",
            i * 7 % 11,
            ["up", "down"][i * i / 3 % 2]
        )
    };
    (0..60).map(row).collect()
}

fn series() -> Vec<String> {
    let row = |i: i32| {
        let values: Vec<String> = (0..5)
            .map(|t| format!("{:.3}", f64::from(i * 7 + t).sin()))
            .collect();
        format!(
            "{},{}\n",
            ["up", "down"][(i * i / 3 % 2) as usize],
            values.join(",")
        )
    };
    (0..60).map(row).collect()
}

/// A task whose rows stand in a file, with the specification of an earlier run.
fn open(kind: &str, file: &Path, more: &str, spec: Option<Spec>) -> Opened<Spec> {
    let keys =
        format!("kind = \"{kind}\"\ntrain = {file:?}\nvalid_share = 0.2\ntest_share = 0.2\n{more}");
    let task: TaskConfig = toml::from_str(&keys).expect("a task");
    task.open(1, false, spec).expect("opens")
}

/// The rows of a part, as the network reads them.
fn rows(task: &dyn Task, part: Part) -> BTreeSet<String> {
    let Reading { inputs, .. } = task.reading(part, 0..1000, 1);
    match inputs {
        Steps::Symbols(rows) | Steps::Words { words: rows, .. } => {
            rows.iter().map(|row| format!("{row:?}")).collect()
        }
        Steps::Numbers { rows, .. } => rows.iter().map(|row| format!("{row:?}")).collect(),
    }
}

/// Holds that every row is in the part where it was, in the file reversed and behind others.
fn stays(
    header: &str,
    rows_of_file: &[String],
    file: &Path,
    open: impl Fn(Option<Spec>) -> Opened<Spec>,
) {
    let write =
        |rows: &[String]| fs::write(file, format!("{header}{}", rows.concat())).expect("written");
    // A third of the rows come later.
    let (begun, added) = rows_of_file.split_at(40);
    write(begun);
    let before = open(None);
    let mut moved: Vec<String> = added.iter().chain(begun).cloned().collect();
    for _ in 0..2 {
        write(&moved);
        let after = open(Some(before.spec.clone()));
        let mut count = 0;
        for part in [Part::Train, Part::Valid, Part::Test] {
            let (was, is) = (rows(&*before.task, part), rows(&*after.task, part));
            assert!(was.is_subset(&is), "{part:?}");
            assert!(
                is.len() > was.len() || part != Part::Train,
                "new rows train"
            );
            count += was.len();
        }
        assert_eq!(count, 40);
        moved.reverse();
    }
    let [valid, test] = [Part::Valid, Part::Test].map(|part| rows(&*before.task, part).len());
    assert_eq!((valid, test), (8, 8));
}

#[test]
fn a_row_stays_in_its_part_when_the_file_changes() {
    let bench = Bench::new();
    let file = bench.file("rows.tsv", "");
    stays("text\tlabel\n", &texts(), &file, |spec| {
        // Every letter is known, so that no two rows read the same.
        open("classify_text", &file, "unit = \"char\"", spec)
    });
    let file = bench.file("rows.csv", "");
    stays("label,t0,t1,t2,t3,t4\n", &series(), &file, |spec| {
        open("classify_series", &file, "", spec)
    });
    let numbers: Vec<String> = series()
        .iter()
        .enumerate()
        .map(|(i, row)| {
            row.replace("up", &format!("{i}.5"))
                .replace("down", &format!("-{i}"))
        })
        .collect();
    stays("target,t0,t1,t2,t3,t4\n", &numbers, &file, |spec| {
        open("regress_series", &file, "", spec)
    });
}

#[test]
fn a_file_reversed_has_the_same_figures() {
    let bench = Bench::new();
    let write =
        |rows: &[String]| bench.file("rows.tsv", &format!("text\tlabel\n{}", rows.concat()));
    let mut all = texts();
    write(&all);
    let task = "kind = \"classify_text\"\ntrain = \"rows.tsv\"\nd_embedding = 8\nvalid_share = 0.2\ntest_share = 0.2";
    let (result, run) = trained(&bench, task, 60);
    all.reverse();
    write(&all);
    let predictor = Predictor::open(&run, None).expect("opens");
    let figures = predictor.evaluate(Part::Test).expect("evaluates");
    assert_eq!(figures.metrics, result.metrics["test"]);
    assert_eq!(figures.baselines, result.baselines);
}

/// A text of six words of the two that there are, and two that read the same: in capitals with two blanks, and with words
/// behind the sixth.
fn copies(i: usize) -> [String; 3] {
    let words: Vec<&str> = (0..6).map(|bit| ["yes", "no"][i >> bit & 1]).collect();
    let label = ["up", "down"][i * i / 3 % 2];
    [
        format!("{}\t{label}\n", words.join(" ")),
        format!("{}\t{label}\n", words.join("  ").to_uppercase()),
        format!("{} or {i}\t{label}\n", words.join(" ")),
    ]
}

#[test]
fn texts_that_read_the_same_are_in_one_part() {
    let bench = Bench::new();
    let all: Vec<String> = (0..60).flat_map(copies).collect();
    let file = bench.file("rows.tsv", &format!("text\tlabel\n{}", all.concat()));
    let Opened { task, .. } = open("classify_text", &file, "longest = 6", None);
    let parts = [Part::Train, Part::Valid, Part::Test].map(|part| rows(&*task, part));
    assert_eq!(parts.each_ref().map(BTreeSet::len), [36, 12, 12]);
    assert!(parts[2].is_disjoint(&parts[0]) && parts[2].is_disjoint(&parts[1]));
    assert!(parts[1].is_disjoint(&parts[0]));
}

#[test]
fn a_test_file_that_reads_as_the_training_file_is_named() {
    let bench = Bench::new();
    let [plain, capitals, longer]: [Vec<String>; 3] =
        [0, 1, 2].map(|which| (0..60).map(|i| copies(i)[which].clone()).collect());
    let train = plain[..40].concat();
    // The first five of each kind stand in the training file, and the last five do not.
    let test = [&capitals[..5], &longer[..5], &plain[55..]]
        .concat()
        .concat();
    bench.file("rows.tsv", &format!("text\tlabel\n{train}"));
    bench.file("other.tsv", &format!("text\tlabel\n{test}"));
    let task = "kind = \"classify_text\"\ntrain = \"rows.tsv\"\ntest = \"other.tsv\"\nlongest = 6\nd_embedding = 4\nvalid_share = 0.2";
    let (result, _) = trained(&bench, task, 4);
    let said = result.notes.join("\n");
    assert!(
        said.contains("other.tsv: 10 of its 15 rows also stand in"),
        "{said}"
    );
}

#[test]
fn a_test_file_that_repeats_the_training_file_is_named() {
    let bench = Bench::new();
    let all = texts();
    bench.file("rows.tsv", &format!("text\tlabel\n{}", all[..40].concat()));
    bench.file("other.tsv", &format!("text\tlabel\n{}", all[35..].concat()));
    let task = "kind = \"classify_text\"\ntrain = \"rows.tsv\"\ntest = \"other.tsv\"\nd_embedding = 4\nvalid_share = 0.2";
    let (result, _) = trained(&bench, task, 4);
    let said = result.notes.join("\n");
    assert!(
        said.contains("other.tsv: 5 of its 25 rows also stand in"),
        "{said}"
    );
}
