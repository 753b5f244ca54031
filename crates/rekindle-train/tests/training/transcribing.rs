//! What is said in sounds: learned, predicted, judged, streamed; and the class of a sound.

use super::{
    reports,
    support::{Bench, apart, said, trained, weights as file_of},
};
use hound::{SampleFormat, WavSpec, WavWriter};
use rekindle_train::{Error, Prediction, Predictor, Truth, tasks::Part, validate};
use std::{f64::consts::TAU, fs, path::Path};

const RATE: u32 = 8000;

/// A tone of 60 ms for each letter, 500, 1500 or 2500 Hz, and as much silence around each.
fn tones(text: &str, rate: u32) -> Vec<i16> {
    let part = rate as usize * 6 / 100;
    let mut samples = vec![0; part];
    for letter in text.bytes().filter(|letter| *letter != b' ') {
        let frequency = 500.0 + 1000.0 * f64::from(letter - b'a');
        let tone = |n: usize| 8000.0 * (TAU * frequency * n as f64 / f64::from(rate)).sin();
        samples.extend((0..part).map(|n| tone(n) as i16));
        samples.extend(vec![0; part]);
    }
    samples
}

fn write(path: &Path, samples: &[i16], rate: u32, channels: u16) {
    let spec = WavSpec {
        channels,
        sample_rate: rate,
        bits_per_sample: 16,
        sample_format: SampleFormat::Int,
    };
    let mut writer = WavWriter::create(path, spec).expect("a file");
    for &sample in samples {
        for _ in 0..channels {
            writer.write_sample(sample).expect("written");
        }
    }
    writer.finalize().expect("written");
}

/// Two to four letters, of words of two.
fn text(i: usize) -> String {
    let i = i * 7919 % 6561;
    let letter = |place: u32| char::from(b'a' + (i / 3_usize.pow(place) % 3) as u8);
    let letters: String = (0..2 + i as u32 % 3).map(letter).collect();
    format!("{} {}", &letters[..1], &letters[1..])
}

/// A list of so many sounds, each a little later than another.
fn list(bench: &Bench, count: usize) -> std::path::PathBuf {
    fs::create_dir_all(bench.path("clips")).expect("made");
    let mut rows = String::from("file\ttext\n");
    for i in 0..count {
        let samples = [vec![0; i * 7 % 100], tones(&text(i), RATE)].concat();
        write(&bench.path(&format!("clips/{i}.wav")), &samples, RATE, 1);
        rows += &format!("clips/{i}\t{}\n", text(i));
    }
    bench.file("list.tsv", &rows)
}

fn config(file: &Path, more: &str) -> String {
    format!(
        "device = \"flex\"\nseed = 1\n[task]\nkind = \"transcribe\"\ntrain = {file:?}\nvalid_share = 0.1\ntest_share = 0.1\n{more}\n\
         [model]\nbidirectional = true\n[model.cell]\nkind = \"gru\"\nd_hidden = 24\n\
         [train]\nepochs = 20\nbatch = 8\nlearning_rate = 0.01\n"
    )
}

#[test]
fn tones_are_learned_to_be_letters() {
    let bench = Bench::new();
    let file = list(&bench, 160);
    let keys = "beam = 3\naudio = { mels = 20 }";
    let trained = bench.train(&config(&file, keys), "run");
    reports(&trained.run, &["wrong characters"]);
    let result = trained.result.expect("done");
    let figures = &result.metrics["test"];
    let names: Vec<&str> = figures.iter().map(|figure| figure.name.as_str()).collect();
    assert_eq!(
        names,
        ["character error rate", "word error rate", "exact match"]
    );
    assert!(figures[0].value < 0.1, "{figures:?}");
    // Where nothing is heard every character is wrong.
    let (name, silence) = &result.baselines[0];
    assert!(name == "silence" && silence.value == 1.0, "{silence:?}");

    let predictor = Predictor::open(&trained.run, None).expect("opens");
    assert_eq!(
        &predictor.evaluate(Part::Test).expect("evaluates").metrics,
        figures
    );
    for one in &predictor.back_test().expect("rows") {
        assert!(matches!(
            (&one.prediction, &one.truth),
            (Prediction::Text { .. }, Some(Truth::Text(_)))
        ));
    }
    let right = Prediction::Text {
        text: "b ca".into(),
        unfinished: false,
    };
    write(&bench.path("new.wav"), &tones("bca", RATE), RATE, 1);
    let predict = |path: &str| predictor.predict_file(&bench.path(path)).expect("predicts");
    assert_eq!(said(predict("new.wav")), std::slice::from_ref(&right));
    // The same at another rate, from two channels.
    write(&bench.path("wide.wav"), &tones("bca", 22_050), 22_050, 2);
    let wide = predict("wide.wav");
    let notes = wide.notes.join("\n");
    assert!(
        notes.contains("another rate, `22050`") && notes.contains("several channels"),
        "{notes}"
    );
    assert_eq!(said(wide), std::slice::from_ref(&right));
    bench.file("new.txt", "new\nwide nobody reads this\n");
    let listed = predict("new.txt");
    assert_eq!(listed.all[1].id.as_deref(), Some("wide"));
    assert_eq!(said(listed), [right.clone(), right.clone()]);
    let mut stream = predictor.stream().expect("streams");
    let line = format!("{}\n", bench.path("new.wav").display());
    assert_eq!(
        said(stream.push(&line).expect("hears")),
        std::slice::from_ref(&right)
    );
    bench.file("judged.tsv", "text\tfile\nb ca\tnew\nb cb\twide.wav\n");
    let judged = predictor.evaluate_file(&bench.path("judged.tsv"));
    // One of eight characters, one of four words, one of two texts.
    let values: Vec<f64> = judged
        .expect("judged")
        .metrics
        .iter()
        .map(|metric| metric.value)
        .collect();
    assert_eq!(values, [0.125, 0.25, 0.5]);
    predictor.to_onnx(&Default::default()).expect("a model");
    predictor.to_pytorch().expect("weights");
}

#[test]
fn batches_that_are_accumulated_have_the_gradient_of_all_their_labels() {
    let bench = Bench::new();
    let file = list(&bench, 40);
    let weights = |keys: &[&str], out: &str| {
        let keys = [keys, &["train.steps=3", "train.optimizer=\"sgd\""]].concat();
        let text = config(&file, "").replace("epochs = 20\n", "");
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
    let file = list(&bench, 20);
    let refused = |text: &str, words: &[&str]| {
        let error: Error = validate(&bench.file("wrong.toml", text), &[]).expect_err("refused");
        let error = error.to_string();
        assert!(error.lines().count() <= 2, "{error}");
        for word in words {
            assert!(error.contains(word), "{error}");
        }
    };
    for (more, words) in [
        ("subsampling = 0", &["subsampling = 0"][..]),
        ("beam = 0", &["beam = 0"]),
        (
            "longest = 0.1",
            &["every sound is longer", "task.longest = 0.1"],
        ),
        ("audio = { mels = 0 }", &["task.audio.mels = 0"]),
        ("audio = { hop = 50.0 }", &["task.audio.hop = 50"]),
        ("audio = { rate = 10 }", &["task.audio.rate = 10"]),
        (
            "audio = { highest = 5000.0 }",
            &["task.audio.highest = 5000"],
        ),
        ("audio = { mels = 300 }", &["task.audio.mels = 300: band 1"]),
        ("file_column = \"wave\"", &["wave", "task.file_column"]),
        // Four letters and a blank in 0.54 s, of which there are steps of 0.2 s.
        (
            "subsampling = 20",
            &["steps, and its text", "task.subsampling", "task.skip_short"],
        ),
    ] {
        refused(&config(&file, more), words);
    }
    for (name, content, words) in [
        (
            "gone.tsv",
            "file\ttext\nclips/x\tab\n",
            &["gone.tsv: there is no file", "clips/x"][..],
        ),
        (
            "empty.tsv",
            "file\ttext\nclips/1\t\n",
            &["row 1", "task.skip_empty = true"],
        ),
        (
            "other.tsv",
            "file\ttext\nlist.tsv\tab\n",
            &["list.tsv: this is no WAV", "ffmpeg"],
        ),
        (
            "names.tsv",
            "wave\twords\nclips/1\tab\n",
            &["no column is called file", "task.file_column"],
        ),
    ] {
        refused(&config(&bench.file(name, content), ""), words);
    }
    // With the key those that are too short are left out, and counted.
    let rows: String = (0..20)
        .map(|i| format!("clips/{i}\t{}\n", text(i)))
        .collect();
    let long = format!("file\ttext\nclips/0\t{}\n{rows}", "ab".repeat(60));
    let short = bench.file("short.tsv", &long);
    refused(
        &config(&short, ""),
        &["and its text", "needs 120, one a character"],
    );
    validate(
        &bench.file("right.toml", &config(&short, "skip_short = true")),
        &[],
    )
    .expect("the others are enough");
}

#[test]
fn sounds_have_classes_and_are_heard_as_they_come() {
    let bench = Bench::new();
    for (i, class) in ["up", "down"].iter().cycle().take(60).enumerate() {
        let folder = bench.path(&format!("words/{class}"));
        fs::create_dir_all(&folder).expect("made");
        let letters = if *class == "up" { "ab" } else { "ba" };
        let samples = [vec![0; i * 13 % 400], tones(letters, RATE)].concat();
        write(&folder.join(format!("{i}.wav")), &samples, RATE, 1);
    }
    let text = format!(
        "device = \"flex\"\nseed = 1\n[task]\nkind = \"classify_series\"\ntrain = {:?}\nvalid_share = 0.1\ntest_share = 0.2\n\
         audio = {{ mels = 20 }}\n[model.cell]\nkind = \"gru\"\nd_hidden = 16\n\
         [train]\nepochs = 12\nbatch = 8\nlearning_rate = 0.01\n",
        bench.path("words")
    );
    let trained = bench.train(&text, "run");
    let result = trained.result.expect("done");
    assert_eq!(result.metrics["test"][0].value, 1.0);
    let predictor = Predictor::open(&trained.run, None).expect("opens");
    let samples = tones("ab", RATE);
    write(&bench.path("new.wav"), &samples, RATE, 1);
    let whole = said(
        predictor
            .predict_file(&bench.path("new.wav"))
            .expect("predicts"),
    );
    let Prediction::Class { class, .. } = &whole[0] else {
        panic!("{whole:?}");
    };
    assert_eq!(class, "up");
    // Samples in lines, as they come: behind the last the class is that of the file.
    let mut stream = predictor.stream().expect("streams");
    assert!(stream.takes().contains("samples of 16 bits"));
    let mut last = Vec::new();
    for line in samples.chunks(8) {
        let words: Vec<String> = line.iter().map(i16::to_string).collect();
        let found = said(stream.push(&words.join(" ")).expect("hears"));
        if !found.is_empty() {
            last = found;
        }
    }
    let (
        [
            Prediction::Class {
                class,
                probabilities,
            },
        ],
        [
            Prediction::Class {
                class: right,
                probabilities: rights,
            },
        ],
    ) = (&last[..], &whole[..])
    else {
        panic!("{last:?}");
    };
    assert_eq!(class, right);
    for ((_, found), (_, right)) in probabilities.iter().zip(rights) {
        assert!((found - right).abs() < 1e-5, "{found} {right}");
    }
    let wrong = stream.push("1 2.5").expect_err("no sample").to_string();
    assert!(wrong.contains("number 2 is `2.5`"), "{wrong}");
}
