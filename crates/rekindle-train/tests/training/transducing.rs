//! A text of another: learned, predicted, judged, streamed.

use super::{
    reports,
    support::{Bench, apart, said, trained, weights as file_of},
};
use rekindle_train::{Error, Prediction, Predictor, Truth, tasks::Part, validate};

/// Words of four letters, and the same from behind.
fn turned(count: usize) -> String {
    let letter = |n: usize| char::from(b'a' + (n % 4) as u8);
    let row = |i: usize| {
        let i = i * 7919 % 256;
        let word: String = [i, i / 4, i / 16, i / 64].map(letter).iter().collect();
        let back: String = word.chars().rev().collect();
        format!("{word}\t{back}\n")
    };
    let rows: String = (0..count).map(row).collect();
    format!("source\ttarget\n{rows}")
}

fn config(file: &std::path::Path, more: &str) -> String {
    format!(
        "device = \"flex\"\nseed = 1\n[task]\nkind = \"transduce\"\ntrain = {file:?}\nvalid_share = 0.1\ntest_share = 0.1\n\
         d_embedding = 8\nlongest = 8\n{more}\n[model]\nbidirectional = true\n[model.cell]\nkind = \"gru\"\nd_hidden = 24\n\
         [train]\nepochs = 14\nbatch = 8\nlearning_rate = 0.01\n"
    )
}

#[test]
fn words_are_learned_to_be_turned_round() {
    let bench = Bench::new();
    let file = bench.file("turned.tsv", &turned(240));
    for (more, run) in [
        ("attention = \"additive\"", "additive"),
        ("attention = \"general\"\ncopy = true\nbeam = 3", "general"),
    ] {
        let trained = bench.train(&config(&file, more), run);
        reports(&trained.run, &["wrong characters"]);
        let result = trained.result.expect("done");
        let figures = &result.metrics["test"];
        assert_eq!(
            [figures[0].name.as_str(), figures[1].name.as_str()],
            ["character error rate", "exact match"]
        );
        assert!(figures[0].value < 0.1, "{run}: {figures:?}");
        let (name, read) = &result.baselines[0];
        assert!(
            name == "what was read" && read.value > 0.3,
            "{:?}",
            result.baselines
        );

        let predictor = Predictor::open(&trained.run, None).expect("opens");
        assert_eq!(
            &predictor.evaluate(Part::Test).expect("evaluates").metrics,
            figures
        );
        let tested = predictor.back_test().expect("rows");
        for one in &tested {
            assert!(matches!(
                (&one.prediction, &one.truth),
                (Prediction::Text { .. }, Some(Truth::Text(_)))
            ));
        }
        let text = predictor.predict_text("abcd").expect("writes");
        assert_eq!(
            text,
            Prediction::Text {
                text: "dcba".into(),
                unfinished: false,
            },
            "{run}"
        );
        let mut stream = predictor.stream().expect("streams");
        assert_eq!(
            said(stream.push("abcd\n").expect("writes")),
            std::slice::from_ref(&text)
        );
        for (name, content) in [
            ("table.tsv", "target\tsource\nx\tabcd\n"),
            ("lines.txt", "abcd\n\n"),
        ] {
            let found = predictor
                .predict_file(&bench.file(name, content))
                .expect("predicts");
            assert_eq!(said(found), std::slice::from_ref(&text), "{name}");
        }
        predictor.to_pytorch().expect("written");
        let refused = predictor
            .to_onnx(&Default::default())
            .expect_err("no model");
        assert!(refused.to_string().contains("writes no texts"), "{refused}");
    }
}

#[test]
fn what_breaks_off_at_the_longest_is_said_to() {
    let bench = Bench::new();
    let file = bench.file("turned.tsv", &turned(40));
    let text = config(&file, "").replace("longest = 8", "longest = 4");
    // So early no network has learned that a text ends.
    let text = text.replace("epochs = 14", "steps = 1");
    let predictor = Predictor::open(&trained(&bench.changed(&text, &[], "early")).run, None);
    let predictor = predictor.expect("a run");
    let one = predictor.predict_text("abcd").expect("writes");
    let Prediction::Text { text, unfinished } = &one else {
        panic!("{one:?}");
    };
    assert!(text.chars().count() == 4 && *unfinished, "{one:?}");
    let found = predictor
        .predict_file(&bench.file("two.txt", "abcd\nbcda\n"))
        .expect("predicts");
    let notes = found.notes.join("\n");
    assert!(
        notes.contains(
            "of 2 texts what is written breaks off at task.longest = 4 symbols, the first of row 1"
        ),
        "{notes}"
    );
}

#[test]
fn batches_that_are_accumulated_have_the_gradient_of_all_their_symbols() {
    let bench = Bench::new();
    // Targets of unequal lengths, so that a mean over rows would not be that over symbols.
    let rows: String = (0..40)
        .map(|i| format!("{}\t{}\n", "ab".repeat(i % 3 + 1), "c".repeat(i % 4 + 1)))
        .collect();
    let file = bench.file("ragged.tsv", &format!("source\ttarget\n{rows}"));
    let weights = |keys: &[&str], out: &str| {
        let keys: Vec<&str> = keys
            .iter()
            .copied()
            .chain(["train.steps=3", "train.optimizer=\"sgd\""])
            .collect();
        let text = config(&file, "").replace("epochs = 14\n", "");
        let trained = trained(&bench.changed(&text, &keys, out));
        file_of(&trained.run)
    };
    let whole = weights(&["train.batch=8"], "whole");
    let parts = weights(&["train.batch=2", "train.accumulate=4"], "parts");
    let apart = apart(&whole, &parts);
    assert!(apart < 1e-5, "{apart}");
}

#[test]
fn what_does_not_fit_is_said() {
    let bench = Bench::new();
    let file = bench.file("turned.tsv", &turned(60));
    for (more, words) in [
        (
            "source_column = \"word\"",
            &["word", "task.source_column"][..],
        ),
        (
            "attention = \"dot\"",
            &[
                "task.attention",
                "general or additive where the widths differ",
            ],
        ),
        ("copy = true\nattention = \"none\"", &["task.copy"]),
        ("input_feeding = true", &["task.input_feeding"]),
        ("longest = 2", &["task.longest = 2"]),
        ("beam = 0", &["beam"]),
        ("length_norm = -1.0", &["length_norm"]),
    ] {
        let text = config(&file, more);
        // A key that stands twice has its last value.
        let text = if more.starts_with("longest") {
            text.replace("longest = 8\n", "")
        } else {
            text
        };
        let error: Error = validate(&bench.file("wrong.toml", &text), &[]).expect_err("refused");
        let error = error.to_string();
        for word in words {
            assert!(error.contains(word), "{more}: {error}");
        }
    }
}
