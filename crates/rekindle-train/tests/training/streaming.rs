//! What a run says line by line is what it says of the whole file so far.

use super::support::{Bench, said};
use rekindle_train::{Prediction, Predictor, Stream, tasks::Part};

/// The numbers of predictions.
fn numbers(predictions: &[Prediction]) -> Vec<f64> {
    let of = |one: &Prediction| match one {
        Prediction::Values { values, .. } => values.clone(),
        Prediction::Number { value } => vec![*value],
        Prediction::Tags { .. } | Prediction::Text { .. } => Vec::new(),
        Prediction::Anomaly { error, .. } => vec![*error],
        Prediction::Class { probabilities, .. } => probabilities.iter().map(|(_, p)| *p).collect(),
        Prediction::Next {
            bits, probability, ..
        } => vec![bits.unwrap_or_default(), *probability],
    };
    predictions.iter().flat_map(of).collect()
}

/// The same, but for the rounding of kernels that go step by step.
fn same(streamed: &[Prediction], whole: &[Prediction], what: &str) {
    let (a, b) = (numbers(streamed), numbers(whole));
    let apart = a.iter().zip(&b).map(|(a, b)| (a - b).abs());
    let apart = apart.fold(0.0, f64::max);
    assert!(a.len() == b.len() && apart < 1e-4, "{what}: {a:?} {b:?}");
}

fn opened(bench: &Bench, config: &str, out: &str) -> Predictor {
    Predictor::open(&bench.train(config, out).run, None).expect("opens")
}

/// What a stream says of lines that it takes, one after the other.
fn streamed(stream: &mut Stream, lines: &[&str]) -> Vec<Vec<Prediction>> {
    let push = |line: &&str| said(stream.push(line).expect("takes the line"));
    lines.iter().map(push).collect()
}

fn refused(stream: &mut Stream, line: &str) -> String {
    let error = stream.push(line).expect_err("refused");
    assert_eq!(error.exit_code(), 2, "{error}");
    error.to_string()
}

/// A table of days with holes, one of which stands in the first row.
fn days() -> Vec<String> {
    let row = |i: usize| {
        let load = 3.0 + (i as f64 / 3.0).sin();
        let heat = match i % 7 {
            0 => String::new(),
            _ => format!("{}", 20.0 + (i as f64 / 5.0).cos()),
        };
        format!("2024-{:02}-{:02},{load},{heat}", 1 + i / 28, 1 + i % 28)
    };
    (0..80).map(row).collect()
}

#[test]
fn behind_every_row_of_a_table_comes_what_is_forecast_of_the_file_so_far() {
    let bench = Bench::new();
    let (head, rows) = ("day,load,heat", days());
    let table = |rows: &[String]| format!("{head}\n{}\n", rows.join("\n"));
    let file = bench.file("table.csv", &table(&rows));
    let gru = "kind = \"gru\"\nd_hidden = 5";
    let tasks = [
        (
            "last",
            gru,
            "missing = \"last\"\nindicator = true\ncalendar = [\"week\", \"year\"]",
        ),
        ("mean", gru, "missing = \"mean\""),
        ("gru_d", "kind = \"gru_d\"\nd_hidden = 5", ""),
    ];
    for (name, cell, keys) in tasks {
        let config = format!(
            "device = \"flex\"\n[task]\nkind = \"forecast\"\nfile = {file:?}\nwindow = 9\nhorizon = 2\ncolumns = [\"load\", \
             \"heat\"]\n{keys}\n[model]\nlayers = 2\n[model.cell]\n{cell}\n[train]\nsteps = 3\n"
        );
        let predictor = opened(&bench, &config, name);
        let mut stream = predictor.stream().expect("streams");
        assert!(
            stream
                .takes()
                .contains("once there are 9 of them the next 2 values of load, heat"),
            "{}",
            stream.takes()
        );
        assert!(stream.push(head).expect("a header").all.is_empty());
        for (i, row) in rows[..20].iter().enumerate() {
            let one = stream.push(&format!("{row}\r\n")).expect("a row");
            if i < 8 {
                assert!(one.all.is_empty(), "{name} {i}");
                continue;
            }
            let so_far = bench.file("so_far.csv", &table(&rows[..=i]));
            let whole = predictor.predict_file(&so_far).expect("predicts");
            let after = |all: &rekindle_train::Predictions| all.all[0].after.clone();
            assert_eq!(after(&one), after(&whole));
            assert_eq!(one.all[1].row, Some(i + 1));
            same(&said(one), &said(whole), &format!("{name}, row {}", i + 1));
        }
        let error = refused(&mut stream, &rows[3]);
        assert!(
            error.contains("line 22: 2024-01-04 is before 2024-01-20"),
            "{error}"
        );
        let error = refused(&mut stream, "2024-03-01,x,2");
        assert!(
            error.contains("line 23") && error.contains("column `load`: `x`"),
            "{error}"
        );
    }
    let linear = format!(
        "device = \"flex\"\n[task]\nkind = \"forecast\"\nfile = {file:?}\nwindow = 9\nmissing = \"linear\"\n[model.cell]\n{gru}\n\
         [train]\nsteps = 1\n"
    );
    let error = opened(&bench, &linear, "linear")
        .stream()
        .err()
        .expect("refused");
    assert!(error.to_string().contains("rows behind it"), "{error}");
}

#[test]
fn after_every_step_of_a_series_comes_its_class_so_far() {
    let bench = Bench::new();
    let steps = [
        [-1.0, 0.2, 1.0],
        [0.5, -0.4, 0.0],
        [0.3, 0.9, -1.0],
        [2.0, 0.1, 0.4],
    ];
    for (pool, cell) in [("last", "gru"), ("mean", "lstm"), ("max", "mingru")] {
        let config = super::SERIES
            .replace("[model]\nbidirectional = true\n", "")
            .replace("kind = \"gru\"", &format!("kind = {cell:?}"))
            .replace("valid_share", &format!("pool = {pool:?}\nvalid_share"));
        let predictor = opened(&bench, &config, pool);
        let mut stream = predictor.stream().expect("streams");
        // Twice the same, with another series between.
        for from in [0, 2, 0] {
            for end in from + 1..=steps.len() {
                let line = steps[end - 1].map(|value| value.to_string()).join(",");
                let so_far = |channel: usize| {
                    let values = steps[from..end]
                        .iter()
                        .map(|step| step[channel].to_string());
                    values.collect::<Vec<_>>().join(",")
                };
                let data = [0, 1, 2].map(so_far).join(":");
                let head = "@problemName X\n@dimensions 3\n@classLabel false\n@data\n";
                let file = bench.file("one.ts", &format!("{head}{data}\n"));
                let whole = said(predictor.predict_file(&file).expect("predicts"));
                let one = streamed(&mut stream, &[&line]).concat();
                same(&one, &whole, &format!("{pool}, {from} to {end}"));
            }
            assert!(stream.push("\n").expect("the end").all.is_empty());
        }
        let error = refused(&mut stream, "1,2");
        assert!(
            error.contains("2 cells, and a step has 3 numbers"),
            "{error}"
        );
        let error = refused(&mut stream, "1,2,three");
        assert!(error.contains("three"), "{error}");
    }
    let both = opened(&bench, super::SERIES, "both");
    let error = both.stream().err().expect("refused").to_string();
    assert!(error.contains("model.bidirectional = true"), "{error}");
}

#[test]
fn every_text_has_its_class_and_every_symbol_what_follows() {
    let bench = Bench::new();
    let row = |i: usize| format!("{} {} it is\t{}\n", ["fine", "poor"][i % 2], i / 2, i % 2);
    let rows: String = (0..40).map(row).collect();
    let file = bench.file("a.tsv", &format!("text\tlabel\n{rows}"));
    let config = format!(
        "device = \"flex\"\n[task]\nkind = \"classify_text\"\ntrain = {file:?}\nd_embedding = 4\nlongest = 3\n[model]\n\
         bidirectional = true\n[model.cell]\nkind = \"elman\"\nd_hidden = 4\n[train]\nsteps = 3\nbatch = 4\n"
    );
    let predictor = opened(&bench, &config, "texts");
    let mut stream = predictor.stream().expect("streams");
    for text in ["it is fine", "poor", "fine or poor"] {
        let one = streamed(&mut stream, &[&format!("{text}\n")]).concat();
        assert_eq!(one, [predictor.predict_text(text).expect("predicts")]);
    }
    let cut = stream.push("it is fine and poor").expect("a text");
    assert!(cut.notes[0].starts_with("line 4: "), "{:?}", cut.notes);
    assert!(stream.push(" \n").expect("blank").all.is_empty());

    for (unit, keys) in [
        ("char", ""),
        ("word", "unit = \"word\"\nlowercase = true\n"),
    ] {
        let config = super::LANGUAGE.replace("window = 8", &format!("window = 8\n{keys}"));
        let predictor = opened(&bench, &config, unit);
        let mut stream = predictor.stream().expect("streams");
        let text = "And he said,  \"come\";\n\n he went (not far).\r\nSo it was\n";
        let lines: Vec<&str> = text.split_inclusive('\n').collect();
        let all = streamed(&mut stream, &lines).concat();
        let bits = |one: &Prediction| match one {
            Prediction::Next { bits, .. } => *bits,
            _ => panic!("what follows"),
        };
        let bits: Vec<f64> = all.iter().filter_map(bits).collect();
        assert_eq!(bits.len() + 1, all.len());
        let mean = bits.iter().sum::<f64>() / bits.len() as f64;
        let figures = predictor
            .evaluate_file(&bench.file("a.txt", text))
            .expect("judges");
        let right = match unit {
            "char" => figures.metrics[0].value,
            _ => figures.metrics[0].value.log2(),
        };
        assert!((mean - right).abs() < 1e-4, "{unit}: {mean} {right}");
    }
}

#[test]
fn what_is_drawn_cannot_stream() {
    let bench = Bench::new();
    let config = "device = \"flex\"\n[task]\nkind = \"adding\"\ntime = 10\nheld_out = 4\n[model.cell]\nkind = \"gru\"\n\
                  d_hidden = 2\n[train]\nsteps = 1\nbatch = 2\n";
    let predictor = opened(&bench, config, "adding");
    assert!(predictor.evaluate(Part::Test).is_ok());
    let error = predictor.stream().err().expect("refused").to_string();
    assert!(error.contains("draws its data"), "{error}");
}
