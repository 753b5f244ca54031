//! Streaming: a trained run that is given a table row by row forecasts behind each row what it forecasts for the table so far.
//!
//! ```text
//! cargo run --release --example streaming
//! ```
//!
//! `rekindle stream RUN` does the same with what comes on standard input. A layer alone is streamed by `rekindle::Streamer`.
#![allow(clippy::print_stdout, reason = "it shows what it does")]

use rekindle_train::{Predicted, Prediction, Predictor, Result, TrainOptions, train};
use std::{fs, path::Path, sync::atomic::AtomicBool};

fn main() -> Result<()> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).ancestors().nth(2);
    let root = root.expect("the repository");
    let directory = tempfile::tempdir().expect("a directory for the run");
    let options = TrainOptions {
        config: root.join("configs/forecast/sunspots.toml"),
        overrides: vec!["train.epochs=2".into()],
        out: Some(directory.path().join("run")),
        ..TrainOptions::default()
    };
    let run = train(&options, &mut (), &AtomicBool::new(false))?.run;

    let predictor = Predictor::open(&run, None)?;
    let mut stream = predictor.stream()?;
    println!("{}", stream.takes());
    let table = root.join("data/sunspots.csv");
    let text = fs::read_to_string(&table).expect("the table");
    let mut last = None;
    for line in text.lines() {
        for one in stream.push(line)?.all {
            println!("{line} -> {:?}", values(&one));
            last = Some(one);
        }
    }

    let whole = predictor.predict_file(&table)?.all.remove(0);
    let last = last.expect("a forecast behind the last row");
    let pairs = values(&last).iter().zip(values(&whole));
    let apart = pairs.map(|(a, b)| (a - b).abs()).fold(0.0, f64::max);
    println!("behind the last row, the stream and the whole table are {apart:.1e} apart");
    assert!(apart < 1e-3, "the stream is not the table");
    Ok(())
}

/// The next values of the target.
fn values(one: &Predicted) -> &[f64] {
    match &one.prediction {
        Prediction::Values { values, .. } => values,
        _ => unreachable!("a forecast"),
    }
}
