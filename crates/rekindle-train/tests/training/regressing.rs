//! A number for a series: learned, predicted, judged, streamed.

use super::{
    reports,
    support::{Bench, said},
};
use rekindle_train::{Prediction, Predictor, Truth, tasks::Part};

#[test]
fn a_regression_learns_the_level_of_series_and_predicts_it() {
    let bench = Bench::new();
    // Around a level, which is to be told in thousands.
    let row = |i: i32| {
        let level = f64::from(i * 37 % 50);
        let steps: Vec<String> = (0..4 + i % 3)
            .map(|t| format!("{:.2}", level + f64::from(t).sin()))
            .collect();
        format!("{}:{}\n", steps.join(","), 1000.0 * level)
    };
    let rows: String = (0..100).map(row).collect();
    let file = bench.file("levels.ts", &format!("@targetLabel true\n@data\n{rows}"));
    let config = format!(
        "device = \"flex\"\nseed = 1\n[task]\nkind = \"regress_series\"\ntrain = {file:?}\nvalid_share = 0.2\ntest_share = 0.2\n\
         [model.cell]\nkind = \"gru\"\nd_hidden = 12\n[train]\nepochs = 60\nbatch = 10\nlearning_rate = 0.02\n"
    );
    let trained = bench.train(&config, "run");
    reports(
        &trained.run,
        &["Targets of the test part", "The largest errors"],
    );
    let result = trained.result.expect("done");
    let of = |name: &str| {
        let all = result.metrics["test"].iter();
        all.clone()
            .find(|m| m.name == name)
            .expect("a figure")
            .value
    };
    assert!(
        of("R²") > 0.95 && of("MAE") < 3000.0,
        "{:?}",
        result.metrics
    );
    let constants: Vec<&str> = result
        .baselines
        .iter()
        .map(|(name, _)| name.as_str())
        .collect();
    assert!(
        constants.contains(&"mean of the training part"),
        "{constants:?}"
    );

    let predictor = Predictor::open(&trained.run, None).expect("opens");
    let again = predictor.evaluate(Part::Test).expect("evaluates");
    assert_eq!(again.metrics, result.metrics["test"]);
    let tested = predictor.back_test().expect("rows");
    let errors = tested
        .iter()
        .map(|one| match (&one.prediction, &one.truth) {
            (Prediction::Number { value }, Some(Truth::Number(right))) => (value - right).abs(),
            other => panic!("numbers, not {other:?}"),
        });
    let mae = errors.sum::<f64>() / tested.len() as f64;
    assert!((mae - of("MAE")).abs() < 1e-9 * mae, "{mae}");

    let head = "@targetLabel true\n@data\n";
    let rows: Vec<&str> = rows.lines().take(20).collect();
    let some = bench.file("some.ts", &format!("{head}{}\n", rows.join("\n")));
    let figures = predictor.evaluate_file(&some).expect("evaluates");
    let all = said(predictor.predict_file(&some).expect("predicts"));
    let errors = all.iter().zip(&rows).map(|(said, row)| {
        let right: f64 = row
            .rsplit(':')
            .next()
            .and_then(|n| n.parse().ok())
            .expect("a number");
        match said {
            Prediction::Number { value } => (value - right).abs(),
            other => panic!("a number, not {other:?}"),
        }
    });
    let mae = errors.sum::<f64>() / 20.0;
    assert!(
        (figures.metrics[0].value - mae).abs() < 1e-9 * mae,
        "{mae} {figures:?}"
    );

    // Step by step it says what it says of the series so far.
    let mut stream = predictor.stream().expect("streams");
    let (steps, _) = rows[0].split_once(':').expect("steps and a target");
    let last = steps
        .split(',')
        .map(|step| stream.push(step).expect("a step"))
        .last();
    let [Prediction::Number { value: streamed }] = said(last.expect("steps"))[..] else {
        panic!("a number");
    };
    let Prediction::Number { value: whole } = all[0] else {
        panic!("a number");
    };
    // The targets, 0 to 49 thousand and each twice, have a deviation of 14,431.
    let apart = (streamed - whole).abs() / 14_431.0;
    assert!(apart < 1e-4, "{streamed} {whole}");

    // No labels are needed.
    let other = bench.file(
        "other.csv",
        "t0,t1,t2,t3,t4\n20,20.84,20.91,20.14,\n40,40.84,40.91,40.14,39.24\n",
    );
    let given = said(predictor.predict_file(&other).expect("predicts"));
    let [
        Prediction::Number { value: a },
        Prediction::Number { value: b },
    ] = given[..]
    else {
        panic!("two numbers: {given:?}");
    };
    assert!(
        (a - 20_000.0).abs() < 6000.0 && (b - 40_000.0).abs() < 6000.0,
        "{a} {b}"
    );
    let wide = bench.file("wide.ts", "@data\n1,2:3,4\n");
    let error = predictor.predict_file(&wide).expect_err("two channels");
    assert!(error.to_string().contains("2 channels"), "{error}");
}
