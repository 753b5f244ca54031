//! A tag for every word: learned, predicted, judged, streamed, written for others.

use super::{
    reports,
    support::{Bench, said},
};
use rekindle_train::{
    Prediction, Predictor, Reading, Steps, Truth, Wanted,
    tasks::{At, Part, TaskConfig},
    validate,
};

/// Sentences in which the word before a name says what the name is; each name stands once, so that nobody knows it.
fn requests(count: usize) -> String {
    let mut text = String::new();
    for i in 0..count {
        let [a, b] = [2 * i, 2 * i + 1].map(name);
        text += &match i % 3 {
            0 => format!("from O\n{a} B-FROM\nto O\n{b} B-TO\nBay I-TO\n\n"),
            1 => format!("now O\nto O\n{a} B-TO\nfrom O\n{b} B-FROM\nCity I-FROM\n\n"),
            _ => format!("to O\n{a} B-TO\n\n"),
        };
    }
    text
}

/// A name of capital letters.
fn name(i: usize) -> String {
    let letter = |n: usize| char::from(b'A' + (n % 26) as u8);
    [letter(i), letter(i / 26), letter(i * 7 + 3)]
        .iter()
        .collect()
}

fn config(file: &std::path::Path, more: &str) -> String {
    format!(
        "device = \"flex\"\nseed = 2\n[task]\nkind = \"tag\"\ntrain = {file:?}\nvalid_share = 0.2\ntest_share = 0.2\nd_embedding = 8\n{more}\n\
         [model]\nbidirectional = true\n[model.cell]\nkind = \"gru\"\nd_hidden = 8\n\
         [train]\nepochs = 12\nbatch = 8\nlearning_rate = 0.02\n"
    )
}

#[test]
fn a_tagger_learns_spans_from_what_stands_around_names_nobody_knows() {
    let bench = Bench::new();
    let file = bench.file("requests.conll", &requests(150));
    for (more, run) in [
        ("letters = 6", "letters"),
        ("letters = 0\ncrf = false", "words"),
    ] {
        let trained = bench.train(&config(&file, more), run);
        reports(&trained.run, &["Tags of the test part"]);
        let result = trained.result.expect("done");
        let figures = &result.metrics["test"];
        assert_eq!(figures[0].name, "span F1");
        assert!(figures[0].value > 0.95, "{run}: {figures:?}");
        let by_word = result.baselines.iter();
        let by_word = by_word
            .clone()
            .find(|(name, of)| name.ends_with("each word") && of.name == "span F1");
        assert!(
            by_word.expect("a baseline").1.value < 0.5,
            "{:?}",
            result.baselines
        );

        let predictor = Predictor::open(&trained.run, None).expect("opens");
        let again = predictor.evaluate(Part::Test).expect("evaluates");
        assert_eq!(&again.metrics, figures);
        let tested = predictor.back_test().expect("rows");
        let right = tested
            .iter()
            .filter(|one| match (&one.prediction, &one.truth) {
                (Prediction::Tags { tags, .. }, Some(Truth::Tags(truth))) => tags == truth,
                other => panic!("{other:?}"),
            });
        let whole = figures
            .iter()
            .find(|m| m.name == "whole sentences")
            .expect("a figure")
            .value;
        assert!((right.count() as f64 / tested.len() as f64 - whole).abs() < 1e-12);

        let text = predictor
            .predict_text("now to Ulm from Riga City")
            .expect("tags");
        let Prediction::Tags { words, tags } = &text else {
            panic!("{text:?}");
        };
        assert_eq!(words[2..], ["Ulm", "from", "Riga", "City"]);
        assert_eq!(tags[2..], ["B-TO", "O", "B-FROM", "I-FROM"]);
        let mut stream = predictor.stream().expect("streams");
        assert_eq!(
            said(stream.push("now to Ulm from Riga City\n").expect("tags")),
            std::slice::from_ref(&text)
        );

        // A file of words, with or without tags, and one of lines.
        for (name, content) in [
            ("with.conll", "now O\nto O\nUlm O\nfrom O\nRiga O\nCity O\n"),
            ("words.txt", "now\nto\nUlm\nfrom\nRiga\nCity\n"),
            ("lines.txt", "now to Ulm from Riga City\n"),
        ] {
            let file = bench.file(name, content);
            let found = predictor.predict_file(&file).expect("predicts");
            assert_eq!(said(found), std::slice::from_ref(&text), "{name}");
        }
        // A line of words that lacks its tag makes no text of the others.
        let broken = "now O\nto O\nUlm\nfrom O\nRiga B-FROM\n";
        let broken = predictor.predict_file(&bench.file("broken.conll", broken));
        let broken = broken.expect_err("refused").to_string();
        assert!(broken.contains("line 3 has 1 column"), "{broken}");
        predictor.to_pytorch().expect("written");
        let model = predictor.to_onnx(&Default::default());
        match run {
            "words" => assert!(!model.expect("written").is_empty()),
            _ => assert!(
                model
                    .expect_err("letters")
                    .to_string()
                    .contains("task.letters = 0")
            ),
        }
    }
}

#[test]
fn words_seen_once_are_read_as_unknown_in_training_as_often_as_is_said() {
    let bench = Bench::new();
    let file = bench.file("requests.conll", &requests(150));
    let unknown = |share: f64| {
        let task = format!("kind = \"tag\"\ntrain = {file:?}\nunknown = {share:.1}\nletters = 0");
        let task: TaskConfig = toml::from_str(&task).expect("a task");
        let opened = task.open(1, false, None).expect("opens");
        let (mut all, mut zero) = (0, 0);
        for step in 0..40 {
            let at = At {
                step,
                batch: 10,
                seed: 3,
                smoothing: 0.0,
                bucketing: 0,
                device: burn::tensor::Device::flex(),
            };
            let Steps::Symbols(rows) = opened.task.lesson(&at).inputs else {
                panic!("words without letters");
            };
            let names = rows.concat();
            all += names.len();
            zero += names.iter().filter(|&&word| word == 0).count();
        }
        zero as f64 / all as f64
    };
    let [never, half, always] = [0.0, 0.5, 1.0].map(unknown);
    assert_eq!(never, 0.0);
    assert!(
        always > 0.2 && (half / always - 0.5).abs() < 0.1,
        "{half} {always}"
    );
}

#[test]
fn rows_of_a_part_have_a_tag_for_every_word() {
    let bench = Bench::new();
    let file = bench.file("requests.conll", &requests(60));
    let task = format!("kind = \"tag\"\ntrain = {file:?}");
    let task: TaskConfig = toml::from_str(&task).expect("a task");
    let Reading {
        inputs,
        labels,
        wanted,
    } = task
        .open(1, false, None)
        .expect("opens")
        .task
        .reading(Part::Train, 0..5, 1);
    let Some(Wanted::Tags(tags)) = wanted else {
        panic!("tags");
    };
    let lengths: Vec<usize> = tags.iter().map(Vec::len).collect();
    assert_eq!(
        (inputs.lengths(), labels.iter().map(Vec::len).collect()),
        (lengths.clone(), lengths)
    );
}

#[test]
fn what_does_not_fit_is_said_with_its_line_and_the_remedy() {
    let bench = Bench::new();
    for (content, more, words) in [
        (
            "a I-X\nb O\n\nc O\nd B-X\n",
            "",
            &[
                "line 1: `I-X` stands behind nothing",
                "task.scheme = \"iob\"",
            ][..],
        ),
        ("a X\nb\n", "", &["line 2 has 1 column"]),
        ("a\nb\n", "", &["there is a word and no tag"]),
        ("a X\nb X\n", "", &["every word has the tag `X`"]),
        (
            "a X\nb Y\n",
            "tag_column = 3",
            &["task.tag_column = 3: line 1 has 2 columns"],
        ),
        ("a X\nb Y\n", "unknown = 2.0", &["unknown", "2"]),
        (
            "a X\nb Y\n",
            "scheme = \"bio\"",
            &["line 1: `X` is neither O nor B- or I-"],
        ),
        ("", "", &["there is no word in it"]),
    ] {
        let file = bench.file("wrong.conll", content);
        let error = validate(&bench.file("wrong.toml", &config(&file, more)), &[]);
        let error = error.expect_err("refused").to_string();
        for word in words {
            assert!(error.contains(word), "{content:?} {more}: {error}");
        }
    }
}
