//! Forecasts of tables with several series, with columns that are known ahead, and with static ones.

use super::support::{Bench, said};
use rekindle_train::{Prediction, Predictor, Trained, tasks::Part};
use std::path::Path;

/// Days in each of two shops, of which one sells a hundred times as much; a sale doubles what is sold, and nobody could guess when one is.
fn shops(days: usize, ahead: usize) -> Vec<String> {
    let sale = |day: usize| usize::from(day * day % 7 % 3 == 1);
    let row = |(day, shop): (usize, usize)| {
        let size = [1.0, 100.0][shop];
        let sold = match day < days {
            true => format!("{}", size * (1 + sale(day + shop)) as f64),
            false => String::new(),
        };
        let area = if day == 0 {
            format!("{}", 50 + 10 * shop)
        } else {
            String::new()
        };
        format!(
            "{},2024-{:02}-{:02},{sold},{},{area}\n",
            ["a", "b"][shop],
            1 + day / 28,
            1 + day % 28,
            sale(day + shop)
        )
    };
    let days = (0..days + ahead).flat_map(|day| [(day, 0), (day, 1)]);
    days.map(row).collect()
}

fn table(bench: &Bench, name: &str, days: usize, ahead: usize) -> std::path::PathBuf {
    let rows = shops(days, ahead).concat();
    bench.file(name, &format!("shop,day,sold,sale,area\n{rows}"))
}

fn trained(bench: &Bench, known: &str, out: &str) -> Trained {
    let ahead = if known.is_empty() { 0 } else { 2 };
    let file = table(bench, "shops.csv", 100, ahead);
    let config = format!(
        "device = \"flex\"\nseed = 2\n[task]\nkind = \"forecast\"\nfile = {file:?}\nid = \"shop\"\nstatic = [\"area\"]\ntargets = [\"sold\"]\n\
         {known}\nwindow = 5\nhorizon = 2\n[model.cell]\nkind = \"gru\"\nd_hidden = 12\n[train]\nepochs = 60\nbatch = 16\nlearning_rate = 0.02\n"
    );
    bench.train(&config, out)
}

fn mae(run: &Trained, which: &str) -> f64 {
    let result = run.result.as_ref().expect("done");
    let of_baseline = result
        .baselines
        .iter()
        .filter(|(name, _)| name.starts_with(which));
    let metrics: Vec<_> = match which {
        "" => result.metrics["test"].clone(),
        _ => of_baseline.map(|(_, metric)| metric.clone()).collect(),
    };
    metrics
        .iter()
        .find(|metric| metric.name == "MAE")
        .expect("there")
        .value
}

#[test]
fn no_window_reaches_from_a_series_into_another() {
    let bench = Bench::new();
    let run = trained(&bench, "known = [\"sale\"]", "run");
    // Of each shop's 100 rows the last 15 test, and 15 before them validate. Two rows are forecast from each of 14 on.
    let sold = |shop: usize| -> Vec<f64> {
        let rows = shops(100, 0);
        let of_shop = rows
            .iter()
            .filter(|row| row.starts_with(["a,", "b,"][shop]));
        of_shop
            .map(|row| {
                row.split(',')
                    .nth(2)
                    .and_then(|cell| cell.parse().ok())
                    .expect("sold")
            })
            .collect()
    };
    let errors = [0, 1].map(|shop| {
        let sold = sold(shop);
        let of = |start: usize| {
            (sold[start + 1] - sold[start]).abs() + (sold[start + 2] - sold[start]).abs()
        };
        (84..98).map(of).sum::<f64>()
    });
    let naive = (errors[0] + errors[1]) / 56.0;
    assert!((mae(&run, "naive") - naive).abs() < 1e-9 * naive, "{naive}");
    let tested = Predictor::open(&run.run, None)
        .expect("opens")
        .back_test()
        .expect("rows");
    let of = |id: &str| {
        tested
            .iter()
            .filter(|one| one.id.as_deref() == Some(id))
            .count()
    };
    assert_eq!((of("a"), of("b"), tested.len()), (14, 14, 28));
    let notes = run.result.expect("done").notes.join("\n");
    for words in [
        "each series is cut into parts at its own end, no window reaches from one into another",
        "4 rows at the end without a target, where only what is known ahead is read",
    ] {
        assert!(notes.contains(words), "{words}: {notes}");
    }
}

#[test]
fn what_is_known_ahead_is_read_for_the_row_that_is_forecast() {
    let bench = Bench::new();
    let [with, without] = [("known = [\"sale\"]", "with"), ("", "without")]
        .map(|(known, out)| trained(&bench, known, out));
    // Errors of the large shop are all that counts in a mean over both: a sale is foreseen, or missed by a hundred.
    assert!(mae(&with, "") < 8.0, "{}", mae(&with, ""));
    assert!(
        mae(&without, "") > 2.0 * mae(&with, ""),
        "{}",
        mae(&without, "")
    );

    let predictor = Predictor::open(&with.run, None).expect("opens");
    let file = table(&bench, "next.csv", 90, 3);
    let found = predictor.predict_file(&file).expect("predicts");
    let ids: Vec<Option<&str>> = found.all.iter().map(|one| one.id.as_deref()).collect();
    assert_eq!(ids, [Some("a"), Some("b")]);
    assert_eq!(found.all[1].after.as_deref(), Some("2024-04-06"));
    assert_eq!(found.all[1].times, ["2024-04-07", "2024-04-08"]);
    let notes = found.notes.join("\n");
    assert!(
        notes.contains(
            "2 rows that are known ahead are not read, for the next 2 rows alone are forecast"
        ),
        "{notes}"
    );
    let Prediction::Values { values, .. } = &said(found)[1] else {
        panic!("values");
    };
    // Days 90 and 91 of the second shop: a sale where the square of the next leaves 1 or 4 when divided by 7.
    for (value, right) in values.iter().zip([100.0, 200.0]) {
        assert!((value - right).abs() < 30.0, "{values:?}");
    }

    let text = std::fs::read_to_string(&file).expect("read");
    let text = ["07", "08", "09"].iter().fold(text, |text, day| {
        text.replace(&format!("2024-04-{day}"), &format!("2024-05-{day}"))
    });
    let late = bench.file("late.csv", &text);
    let notes = predictor.predict_file(&late).expect("predicts").notes;
    let notes = notes.join("\n");
    assert!(
        notes.contains(
            "series `a`: `2024-05-07` is the first row that is known ahead, and `2024-04-06` the last with a target; rows lie 1 day apart"
        ),
        "{notes}"
    );

    let short = table(&bench, "short.csv", 90, 1);
    let error = predictor
        .predict_file(&short)
        .expect_err("one row too few")
        .to_string();
    assert!(
        error.contains("series `a`: behind row 90, the last with a target, 1 of the 2 rows of task.horizon are there")
            && error.contains("task.known asks for `sale`"),
        "{error}"
    );
    let judged = predictor
        .evaluate_file(&table(&bench, "other.csv", 40, 0))
        .expect("a file");
    assert!(
        judged.metrics.iter().all(|metric| metric.value.is_finite()),
        "{judged:?}"
    );
    assert_eq!(
        predictor.evaluate(Part::Test).expect("evaluates").metrics,
        with.result.expect("done").metrics["test"]
    );
    let error = predictor.stream().err().expect("no stream").to_string();
    assert!(
        error.contains("task.known: what is known ahead stands in rows that have not come"),
        "{error}"
    );
    // Without it a stream says of each series what is said of the file so far.
    let predictor = Predictor::open(&without.run, None).expect("opens");
    let mut stream = predictor.stream().expect("a stream");
    stream.push("shop,day,sold,sale,area\n").expect("a header");
    let rows = shops(20, 0);
    let last = rows.iter().map(|row| stream.push(row).expect("a row"));
    let last: Vec<_> = last.flat_map(|said| said.all).collect();
    let whole = predictor
        .predict_file(&table(&bench, "begun.csv", 20, 0))
        .expect("predicts");
    for (streamed, whole) in last[last.len() - 2..].iter().zip(&whole.all) {
        assert_eq!((&streamed.id, &streamed.times), (&whole.id, &whole.times));
        let (
            Prediction::Values { values, .. },
            Prediction::Values {
                values: expected, ..
            },
        ) = (&streamed.prediction, &whole.prediction)
        else {
            panic!("values");
        };
        for (value, expected) in values.iter().zip(expected) {
            assert!((value - expected).abs() < 1e-3, "{values:?}");
        }
    }
}

#[test]
fn series_that_are_too_short_are_named() {
    let bench = Bench::new();
    let mut rows = shops(100, 0);
    rows.push("c,2024-01-01,1,0,5\n".to_owned());
    let file = bench.file(
        "three.csv",
        &format!("shop,day,sold,sale,area\n{}", rows.concat()),
    );
    let config = format!(
        "device = \"flex\"\n[task]\nkind = \"forecast\"\nfile = {file:?}\nid = \"shop\"\nstatic = [\"area\"]\nwindow = 5\n\
         [model.cell]\nkind = \"elman\"\nd_hidden = 3\n[train]\nsteps = 2\nbatch = 8\n"
    );
    let run = bench.train(&config, "run");
    let notes = run.result.expect("done").notes.join("\n");
    assert!(
        notes.contains("left out 1 of the series, too short for a window in each part: `c`"),
        "{notes}"
    );
    let predicted = Predictor::open(&run.run, None)
        .expect("opens")
        .predict_file(&file)
        .expect("predicts");
    assert!(
        predicted
            .all
            .iter()
            .all(|one| one.id.as_deref() != Some("c"))
    );
    let notes = predicted.notes.join("\n");
    assert!(
        notes.contains("the series `c` has fewer rows than the 5"),
        "{notes}"
    );
}

#[test]
fn quantiles_that_are_forecast_hold_what_comes_as_often_as_they_say() {
    let bench = Bench::new();
    // Numbers between 0 and 1 of which none says anything of the next: their quantiles are their levels.
    let mut draw = even();
    let rows: String = (0..1500).map(|_| format!("{:.4},0\n", draw())).collect();
    let file = bench.file("noise.csv", &format!("x,zero\n{rows}"));
    let config = format!(
        "device = \"flex\"\nseed = 1\n[task]\nkind = \"forecast\"\nfile = {file:?}\ncolumns = [\"x\"]\ntargets = [\"x\"]\nwindow = 4\n\
         horizon = 2\nquantiles = [0.1, 0.5, 0.9]\n[model.cell]\nkind = \"gru\"\nd_hidden = 12\n\
         [train]\nepochs = 30\nbatch = 32\nlearning_rate = 0.01\n"
    );
    let trained = bench.train(&config, "run");
    let result = trained.result.expect("done");
    let of = |name: &str| {
        let metric = result.metrics["test"]
            .iter()
            .find(|metric| metric.name == name);
        metric
            .unwrap_or_else(|| panic!("{:?}", result.metrics))
            .value
    };
    let share = of("share within 80 %");
    assert!((share - 0.8).abs() < 0.06, "{share}");
    // Of numbers spread evenly from 0 to 1 the loss of the quantile l is l (1 - l): 0.09, 0.25 and 0.09 at best.
    let loss = of("quantile loss");
    assert!(loss > 0.13 && loss < 0.16, "{loss}");
    let predictor = Predictor::open(&trained.run, None).expect("opens");
    let found = predictor.predict_file(&file).expect("predicts");
    let [
        Prediction::Values {
            values, quantiles, ..
        },
    ] = &said(found)[..]
    else {
        panic!("one column");
    };
    let levels: Vec<f64> = quantiles.iter().map(|(level, _)| *level).collect();
    assert_eq!(
        (levels, &quantiles[1].1, values.len()),
        (vec![0.1, 0.5, 0.9], values, 2)
    );
    for step in 0..2 {
        let at: Vec<f64> = quantiles.iter().map(|(_, values)| values[step]).collect();
        assert!(at[0] < at[1] && at[1] < at[2], "{at:?}");
    }
    let refused = predictor
        .to_onnx(&Default::default())
        .expect_err("no model");
    assert!(
        refused.to_string().contains("gives no distributions"),
        "{refused}"
    );
    for (keys, words) in [
        ("quantiles = [0.1, 0.9]", "a list with 0.5 in it"),
        ("quantiles = [0.5, 0.1]", "each larger than the one before"),
    ] {
        let text = config.replace("quantiles = [0.1, 0.5, 0.9]", keys);
        let wrong =
            rekindle_train::validate(&bench.file("wrong.toml", &text), &[]).expect_err("refused");
        assert!(wrong.to_string().contains(words), "{wrong}");
    }
}

/// Numbers that are spread evenly from 0 to 1, from a generator of Knuth's.
fn even() -> impl FnMut() -> f64 {
    let mut state = 7_u64;
    move || {
        state = state
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        (state >> 40) as f64 / (1_u64 << 24) as f64
    }
}

/// A forecast of one column by its distribution.
fn distributed(file: &Path, distribution: &str) -> String {
    format!(
        "device = \"flex\"\nseed = 1\n[task]\nkind = \"forecast\"\nfile = {file:?}\ncolumns = [\"x\"]\ntargets = [\"x\"]\nwindow = 4\n\
         horizon = 2\ndistribution = \"{distribution}\"\n[model.cell]\nkind = \"gru\"\nd_hidden = 12\n\
         [train]\nepochs = 20\nbatch = 32\nlearning_rate = 0.01\n"
    )
}

#[test]
fn distributions_that_are_forecast_are_those_of_the_data() {
    let bench = Bench::new();
    let mut draw = even();
    // Sums of twelve are normally distributed but for their tails, of deviation 1; none says anything of the next.
    let mut normal = || (0..12).map(|_| draw()).sum::<f64>() - 6.0;
    let rows: String = (0..1500).map(|_| format!("{:.4},0\n", normal())).collect();
    let file = bench.file("normal.csv", &format!("x,zero\n{rows}"));
    for distribution in ["normal", "student_t"] {
        let trained = bench.train(&distributed(&file, distribution), distribution);
        let result = trained.result.expect("done");
        let of = |name: &str| {
            let mut metrics = result.metrics["test"].iter();
            let metric = metrics.find(|metric| metric.name == name);
            metric.expect(name).value
        };
        // The score of the distribution itself is 1 / √π = 0.564; of 450 numbers a share of 0.8 is 0.019 uncertain.
        let score = of("CRPS");
        assert!(score > 0.5 && score < 0.64, "{distribution}: {score}");
        let share = of("share within 80 %");
        assert!((share - 0.8).abs() < 0.06, "{distribution}: {share}");
        let predictor = Predictor::open(&trained.run, None).expect("opens");
        let found = predictor.predict_file(&file).expect("predicts");
        let [
            Prediction::Values {
                values, quantiles, ..
            },
        ] = &said(found)[..]
        else {
            panic!("one column");
        };
        let levels: Vec<f64> = quantiles.iter().map(|(level, _)| *level).collect();
        assert_eq!((levels, &quantiles[1].1), (vec![0.1, 0.5, 0.9], values));
        // 2.563 deviations lie between the outermost.
        let width = quantiles[2].1[0] - quantiles[0].1[0];
        assert!(width > 2.1 && width < 3.1, "{distribution}: {width}");
    }
}

#[test]
fn counts_that_are_forecast_are_counts() {
    let bench = Bench::new();
    let mut draw = even();
    // Waiting for a draw below 1/21: geometric, of mean 20 and variance 20 + 20², whose median is 14.
    let mut count = || (0..).take_while(|_| draw() >= 1.0 / 21.0).count();
    let rows: Vec<String> = (0..1500).map(|_| format!("{},0", count())).collect();
    let file = bench.file("counts.csv", &format!("x,zero\n{}\n", rows.join("\n")));
    let config = distributed(&file, "negative_binomial");
    let trained = bench.train(&config, "run");
    let predictor = Predictor::open(&trained.run, None).expect("opens");
    let found = predictor.predict_file(&file).expect("predicts");
    let [
        Prediction::Values {
            values, quantiles, ..
        },
    ] = &said(found)[..]
    else {
        panic!("one column");
    };
    let all = quantiles.iter().flat_map(|(_, values)| values);
    assert!(
        all.clone()
            .all(|value| *value >= 0.0 && value.fract() == 0.0)
    );
    assert!(
        values.iter().all(|median| (9.0..=19.0).contains(median)),
        "{values:?}"
    );
    for (cell, said) in [("2.5", "2.5"), ("-1", "-1")] {
        let mut wrong = rows.clone();
        wrong[6] = format!("{cell},0");
        let file = bench.file("wrong.csv", &format!("x,zero\n{}\n", wrong.join("\n")));
        let path = bench.file("wrong.toml", &distributed(&file, "negative_binomial"));
        let refused = rekindle_train::validate(&path, &[]).expect_err("no counts");
        let words = format!("row 7 (7), column `x`: {said} is no count");
        assert!(refused.to_string().contains(&words), "{refused}");
    }
    let path = bench.file(
        "wrong.toml",
        &config.replace("negative_binomial", "poisson"),
    );
    let refused = rekindle_train::validate(&path, &[]).expect_err("no such distribution");
    assert!(
        refused.to_string().contains("negative_binomial"),
        "{refused}"
    );
}

#[test]
fn what_is_filled_and_what_has_no_target_is_said_of_a_file_to_predict() {
    let bench = Bench::new();
    let rows: String = (0..80).map(|i| format!("{},{}\n", i % 7, i % 5)).collect();
    let file = bench.file("load.csv", &format!("load,temp\n{rows}"));
    let config = format!(
        "device = \"flex\"\n[task]\nkind = \"forecast\"\nfile = {file:?}\ntargets = [\"load\"]\nwindow = 4\nmissing = \"last\"\n\
         [model.cell]\nkind = \"gru\"\nd_hidden = 4\n[train]\nsteps = 2\nbatch = 4\n"
    );
    let trained = bench.train(&config, "run");
    let predictor = Predictor::open(&trained.run, None).expect("opens");
    let notes = |rows: &str| {
        let file = bench.file("next.csv", &format!("load,temp\n{rows}"));
        predictor
            .predict_file(&file)
            .expect("predicts")
            .notes
            .join("\n")
    };
    let whole = notes("1,2\n2,3\n3,4\n4,5\n");
    assert!(
        !whole.contains("missing") && !whole.contains("without a target"),
        "{whole}"
    );
    let holes = notes("1,2\n,3\n3,\n4,5\n");
    assert!(
        holes.contains("values are missing, 1 of `load`, 1 of `temp`: filled with the last"),
        "{holes}"
    );
    let ahead = notes("1,2\n2,3\n3,4\n4,5\n,6\n,7\n");
    assert!(
        ahead.contains("the last 2 rows without a target are taken for the past"),
        "{ahead}"
    );
}
