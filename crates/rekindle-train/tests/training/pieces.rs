//! Language models of bytes and of their pieces.

use crate::bodies::streamed;
use crate::support::{Bench, never, weights};
use crate::{StopAt, fails};
use rekindle_train::{Predictor, SampleOptions, TrainOptions, train};
use serde_json::Value;
use std::fs;

fn config(keys: &str) -> String {
    format!(
        "device = \"flex\"\n[task]\nkind = \"language_model\"\nfile = \"DATA/tiny.txt\"\nwindow = 5\nd_embedding = 6\nvalid = 0.2\n\
         test = 0.2\n{keys}\n[model.cell]\nkind = \"gru\"\nd_hidden = 7\n[train]\nsteps = 6\nbatch = 2\ncheckpoint_every = 2\n"
    )
}

#[test]
fn bytes_and_pieces_are_learned_written_and_streamed() {
    let file = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/pieces/tokenizer.json");
    for (unit, keys) in [
        ("bytes", "unit = \"bytes\"".to_owned()),
        ("bpe", "unit = \"bpe\"\nvocabulary = 280".to_owned()),
        ("bpe", format!("unit = \"bpe\"\ntokenizer = {file:?}")),
    ] {
        let bench = Bench::new();
        let config = config(&keys);
        let whole = bench.train(&config, "whole");
        let stop = never();
        let options = bench.options(&config, "parts");
        train(&options, &mut StopAt(3, &stop), &stop).expect("stops");
        let options = TrainOptions {
            resume: true,
            ..options
        };
        train(&options, &mut (), &never()).expect("goes on");
        assert!(
            weights(&whole.run) == weights(&bench.path("parts")),
            "{keys}"
        );

        let stored = fs::read(whole.run.join("data.json")).expect("stored");
        let stored: Value = serde_json::from_slice(&stored).expect("JSON");
        assert_eq!(stored["vocabulary"]["unit"], unit);

        // What no character of the text is, is known as well.
        let text = "日本: ein Wörtchen\n🌱 a network, é\n";
        let predictor = Predictor::open(&whole.run, None).expect("opens");
        let judged = predictor
            .evaluate_file(&bench.file("a.txt", text))
            .expect("judges");
        let figures: Vec<(&str, f64)> = judged
            .metrics
            .iter()
            .map(|m| (m.name.as_str(), m.value))
            .collect();
        let [("bits per character", character), ("bits per byte", byte)] = figures[..] else {
            panic!("{figures:?}");
        };
        let (characters, bytes) = (text.chars().count() as f64, text.len() as f64);
        assert!(
            (character * characters - byte * bytes).abs() < 1e-6,
            "{keys}"
        );
        let each = streamed(&predictor, text);
        // As many symbols as an evaluation counts, of which the first is not expected.
        let count = byte * bytes / each;
        assert!(
            (count - count.round()).abs() < 1e-3 && count.round() <= bytes,
            "{keys}: {count}"
        );
        if unit == "bytes" {
            assert!((each - byte).abs() < 1e-4, "{each} {byte}");
        }
        let options = SampleOptions {
            length: 9,
            temperature: 0.9,
            top_k: None,
            prompt: "日本".into(),
            seed: 2,
        };
        let written = predictor.sample(&options).expect("writes");
        assert!(
            written.starts_with("日本") && written.len() > 6,
            "{written}"
        );
    }
}

#[test]
fn pieces_of_another_vocabulary_than_the_weights_are_refused() {
    let bench = Bench::new();
    let run = bench
        .train(&config("unit = \"bpe\"\nvocabulary = 280"), "run")
        .run;
    let path = run.join("data.json");
    let own = fs::read(&path).expect("stored");
    let mut stored: Value = serde_json::from_slice(&own).expect("JSON");
    let tokenizer = fs::read(concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/tests/pieces/tokenizer.json"
    ));
    let tokenizer: Value = serde_json::from_slice(&tokenizer.expect("a file")).expect("JSON");
    stored["vocabulary"]["tokenizer"] = tokenizer;
    let opened = |stored: &Value| {
        fs::write(&path, stored.to_string()).expect("written");
        let opened = Predictor::open(&run, None);
        opened.map(|_| ()).map_err(|e| e.to_string())
    };
    let why = opened(&stored).expect_err("601 symbols in place of 281");
    assert!(why.contains("data.json is damaged"), "{why}");
    fs::write(&path, own).expect("written");
    assert!(Predictor::open(&run, None).is_ok());
}

#[test]
fn a_tokenizer_that_parts_texts_in_another_way_is_refused() {
    let bench = Bench::new();
    let file = bench.file("t.json", r#"{"model":{"type":"WordPiece","vocab":{}}}"#);
    let why = fails(
        &bench,
        &config(&format!("unit = \"bpe\"\ntokenizer = {file:?}")),
    );
    assert!(why.contains("t.json: its model is WordPiece"), "{why}");
}
