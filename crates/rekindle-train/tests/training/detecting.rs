//! Anomalies of a table.

use super::support::Bench;
use rekindle_train::{Prediction, Predictor, Truth, tasks::Part};

/// A wave that stands still for a while, and labels of these rows; `still` are the rows.
fn table(rows: usize, still: std::ops::Range<usize>, with_labels: bool) -> String {
    let head = if with_labels { "x,wrong" } else { "x" };
    let row = |row: usize| {
        let is_still = still.contains(&row);
        let at = if is_still { still.start } else { row };
        let x = (at as f64 * std::f64::consts::TAU / 8.0).sin() + 0.01 * ((row * 7919 % 13) as f64);
        match with_labels {
            true => format!("{x:.4},{}\n", u8::from(is_still)),
            false => format!("{x:.4}\n"),
        }
    };
    let body: String = (0..rows).map(row).collect();
    format!("{head}\n{body}")
}

fn config(file: &std::path::Path, label: &str) -> String {
    format!(
        "device = \"flex\"\nseed = 1\n[task]\nkind = \"detect\"\nfile = {file:?}\ncolumns = [\"x\"]\n{label}window = 8\ncode = 3\n\
         valid = 0.2\ntest = 0.3\n[model.cell]\nkind = \"gru\"\nd_hidden = 12\n[train]\nsteps = 300\nbatch = 32\nlearning_rate = 0.01\n"
    )
}

#[test]
fn windows_that_are_unlike_what_was_learned_are_found() {
    let bench = Bench::new();
    let file = bench.file("wave.csv", &table(600, 480..520, true));
    let trained = bench.train(&config(&file, "label = \"wrong\"\n"), "run");
    let result = trained.result.expect("done");
    let of = |part: Part, name: &str| {
        let mut metrics = result.metrics[part.name()].iter();
        let metric = metrics.find(|metric| metric.name == name);
        metric
            .unwrap_or_else(|| panic!("{name}: {:?}", result.metrics))
            .value
    };
    assert!(of(Part::Test, "ROC area") > 0.95);
    assert!(of(Part::Test, "F1") > 0.8);
    // What is learned is given back better than by the mean, whose error is 1 of what is scaled.
    assert!(of(Part::Valid, "reconstruction error") < 0.2);
    let threshold = of(Part::Valid, "threshold");
    // The run alone says scores and what lies above the threshold; a file to predict for has no labels.
    let predictor = Predictor::open(&trained.run, None).expect("opens");
    let given = bench.file("new.csv", &table(80, 40..64, false));
    let found = predictor.predict_file(&given).expect("predicts");
    let anomalies = found.all.iter().map(|one| match &one.prediction {
        Prediction::Anomaly {
            from,
            to,
            error,
            score: Some(score),
            anomaly: Some(anomaly),
        } => {
            assert!(*error > 0.0 && (*score > threshold) == *anomaly);
            (from.clone(), to.clone(), *anomaly)
        }
        other => panic!("{other:?}"),
    });
    let anomalies: Vec<(String, String, bool)> = anomalies.collect();
    assert_eq!(anomalies.len(), 10);
    assert_eq!((&anomalies[0].0[..], &anomalies[0].1[..]), ("1", "8"));
    // Windows of rows 41 to 64, counted from 1, stand still.
    let said: Vec<bool> = anomalies.iter().map(|(.., said)| *said).collect();
    assert!(said[5] && said[6] && said[7], "{said:?}");
    assert!(!said[0] && !said[1] && !said[2], "{said:?}");
    // Beside the run's own test part stands what is right.
    let back = predictor.back_test().expect("a test part");
    assert!(
        back.iter()
            .any(|one| one.truth == Some(Truth::Anomaly(true)))
    );
    // The same figures again from the run's files.
    let again = predictor.evaluate(Part::Test).expect("a test part");
    let roc = again
        .metrics
        .iter()
        .find(|metric| metric.name == "ROC area");
    assert_eq!(
        roc.map(|metric| metric.value),
        Some(of(Part::Test, "ROC area"))
    );
}

#[test]
fn what_cannot_be_searched_is_said() {
    let bench = Bench::new();
    let file = bench.file("wave.csv", &table(100, 0..0, true));
    let refused = |text: &str| {
        let path = bench.file("wrong.toml", text);
        rekindle_train::validate(&path, &[])
            .expect_err("refused")
            .to_string()
    };
    let text = config(&file, "");
    let label = text.replace("window = 8", "label = \"faulty\"\nwindow = 8");
    assert!(refused(&label).contains("no column `faulty`; the columns are `x`, `wrong`"));
    let short = text.replace("window = 8", "window = 40");
    assert!(refused(&short).contains("its valid part has 20 rows, fewer than the 40 of a window"));
    let level = text.replace("window = 8", "level = 1.5\nwindow = 8");
    assert!(refused(&level).contains("level = 1.5"));
    let holes = bench.file("holes.csv", "x\n1\n\n3\n");
    assert!(refused(&config(&holes, "")).contains("fill it in"));
}
