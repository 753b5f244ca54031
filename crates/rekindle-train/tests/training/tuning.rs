//! Runs that begin as another one, with parts that are not trained, and runs that are made longer.

use crate::support::{Bench, never, trained, weights};
use crate::{LANGUAGE, SERIES, StopAt};
use burn::tensor::{Device, TensorData};
use rekindle::{AnyCellConfig, RecurrentConfig};
use rekindle_train::{Error, Predictor, TrainOptions, Watch, tensors, train};
use std::{
    fs,
    path::{Path, PathBuf},
};

/// What is said beside a training.
#[derive(Default)]
struct Notes(Vec<String>);

impl Watch for Notes {
    fn note(&mut self, line: &str) {
        self.0.push(line.to_owned());
    }
}

impl Notes {
    fn said(&self, words: &str) -> bool {
        self.0.iter().any(|line| line.contains(words))
    }
}

/// Trains to the end, and gives what was said.
fn noted(options: &TrainOptions) -> Notes {
    let mut notes = Notes::default();
    train(options, &mut notes, &never()).expect("trains");
    notes
}

fn refused(options: &TrainOptions) -> String {
    let error = train(options, &mut (), &never()).expect_err("refused");
    assert!(matches!(error, Error::Mend(_)), "exit code 2: {error}");
    error.to_string()
}

/// The numbers of a run's weights whose names begin so.
fn part(file: &Path, start: &str) -> Vec<f32> {
    let all = tensors::read(file).expect("weights").into_iter();
    let part = all.filter(|(name, _)| name.starts_with(start));
    part.flat_map(|(_, data)| data.iter::<f32>().collect::<Vec<_>>())
        .collect()
}

#[test]
fn a_run_that_is_made_longer_is_one_that_was_planned_so() {
    let bench = Bench::new();
    let short = bench.changed(LANGUAGE, &["train.schedule=constant"], "run");
    let long = ["train.schedule=constant", "train.steps=18"];
    trained(&bench.changed(LANGUAGE, &long, "long"));
    trained(&short);
    let run = bench.path("run");
    let first = weights(&run);
    let more = TrainOptions {
        config: run.clone(),
        more: Some(9),
        ..TrainOptions::default()
    };
    // Stopped on the way it is a run like any other.
    let stop = never();
    let part = train(&more, &mut StopAt(12, &stop), &stop).expect("stops");
    assert_eq!((part.step, part.result), (12, None));
    assert!(
        weights(&run) == first,
        "its weights stay until there are others"
    );
    let rest = TrainOptions {
        config: run.clone(),
        ..TrainOptions::default()
    };
    assert_eq!(trained(&rest).step, 18);
    assert!(
        weights(&run) == weights(&bench.path("long")),
        "the weights differ"
    );
    assert!(refused(&rest).contains("--more N"));
}

#[test]
fn a_schedule_that_ends_is_spread_over_the_longer_run_and_that_is_said() {
    let bench = Bench::new();
    bench.train(LANGUAGE, "run");
    let more = TrainOptions {
        config: bench.path("run"),
        more: Some(3),
        ..TrainOptions::default()
    };
    // A cosine over 12 updates is at 1/2 (1 + cos(3/4 pi)) = 0.1464 of 0.01 behind the ninth.
    let notes = noted(&more);
    assert!(
        notes
            .said("\"cosine\" is spread over all 12 updates: update 10 has the step size 1.464e-3"),
        "{:?}",
        notes.0
    );
}

#[test]
fn what_fits_is_taken_over_and_the_rest_is_said() {
    let bench = Bench::new();
    bench.train(SERIES, "run");
    let from = |changed: &[&str], out: &str| TrainOptions {
        from: Some(bench.path("run")),
        ..bench.changed(SERIES, changed, out)
    };
    let notes = noted(&from(&[], "again"));
    assert!(
        notes.said("the scales and the classes are those of that run"),
        "{:?}",
        notes.0
    );
    let start = |run: &str| bench.path(run).join("start.safetensors");
    assert!(fs::read(start("again")).expect("there") == weights(&bench.path("run")));

    // Other classes: the head begins afresh, though it has the same shape.
    let other = fs::read_to_string(format!("{}/tiny_multi.ts", crate::DATA)).expect("there");
    let other = other
        .replace(":up", ":left")
        .replace(":down", ":right")
        .replace("up down", "left right");
    let other = bench.file("other.ts", &other);
    let data = format!("task.train={:?}", other.display().to_string());
    let notes = noted(&from(&[&data], "other"));
    assert!(notes.said("the classes are others"), "{:?}", notes.0);
    assert!(
        notes.said("begins afresh: output.weight [10, 2]"),
        "{:?}",
        notes.0
    );
    let old = bench.path("run").join("model.safetensors");
    assert_eq!(part(&start("other"), "recurrent"), part(&old, "recurrent"));
    assert_ne!(
        part(&start("other"), "output.weight"),
        part(&old, "output.weight")
    );

    // Another width: nothing fits but the bias of the head.
    let notes = noted(&from(&["model.cell.d_hidden=4"], "narrow"));
    assert!(notes.said("output.weight [8, 2]: in "), "{:?}", notes.0);
    let none = TrainOptions {
        from: Some(bench.path("run")),
        ..bench.options(LANGUAGE, "none")
    };
    assert!(refused(&none).contains("none of its weights fits"));
}

#[test]
fn a_fine_tuning_that_was_stopped_goes_on_from_where_it_began() {
    let bench = Bench::new();
    bench.train(SERIES, "run");
    let of = |out: &str| TrainOptions {
        from: Some(bench.path("run")),
        ..bench.changed(SERIES, &["seed=5", "train.learning_rate=0.01"], out)
    };
    let whole = trained(&of("whole")).result.expect("a result");
    let origin = "the scales and the classes are those of that run";
    assert!(whole.notes[0].ends_with(origin), "{:?}", whole.notes);
    let page = fs::read_to_string(bench.path("whole").join("report.html")).expect("a page");
    assert!(page.contains(origin));
    let stop = never();
    train(&of("parts"), &mut StopAt(1, &stop), &stop).expect("stops");
    // As a kill before the first checkpoint leaves it, and without the run that it began as.
    fs::remove_dir_all(bench.path("parts").join("checkpoints")).expect("there");
    fs::remove_dir_all(bench.path("run")).expect("there");
    let parts = trained(&TrainOptions {
        config: bench.path("parts"),
        ..TrainOptions::default()
    });
    assert!(weights(&bench.path("whole")) == weights(&bench.path("parts")));
    assert_eq!(parts.result.expect("a result").notes, whole.notes);
}

#[test]
fn a_run_that_was_stopped_lends_the_weights_of_its_last_checkpoint() {
    let bench = Bench::new();
    let constant = "train.schedule=constant";
    let stop = never();
    let run = bench.changed(LANGUAGE, &[constant], "run");
    train(&run, &mut StopAt(3, &stop), &stop).expect("stops");
    let notes = noted(&TrainOptions {
        from: Some(bench.path("run")),
        ..bench.changed(LANGUAGE, &["seed=5"], "tuned")
    });
    let said = "is not finished, and its weights are those that its last checkpoint keeps, behind update 3";
    assert!(notes.said(said), "{:?}", notes.0);
    // Those of a run that ends there, where it is judged.
    trained(&bench.changed(LANGUAGE, &[constant, "train.steps=3"], "short"));
    let start = fs::read(bench.path("tuned").join("start.safetensors")).expect("there");
    assert!(start == weights(&bench.path("short")), "the weights differ");
    fs::remove_dir_all(bench.path("run").join("checkpoints")).expect("there");
    let none = refused(&TrainOptions {
        from: Some(bench.path("run")),
        ..bench.options(LANGUAGE, "none")
    });
    assert!(
        none.contains("holds no weights and no checkpoint"),
        "{none}"
    );
}

#[test]
fn frozen_parts_stay_as_they_are() {
    let bench = Bench::new();
    bench.train(LANGUAGE, "run");
    let frozen = |parts: &str, out: &str| TrainOptions {
        from: Some(bench.path("run")),
        ..bench.changed(LANGUAGE, &[&format!("train.frozen={parts}")], out)
    };
    let stop = never();
    let options = frozen("[\"front\", \"layers.0\"]", "tuned");
    train(&options, &mut StopAt(4, &stop), &stop).expect("stops");
    // Behind a checkpoint the weights are others to the optimizer, but no others to us.
    trained(&TrainOptions {
        config: bench.path("tuned"),
        ..TrainOptions::default()
    });
    let file = |run: &str| bench.path(run).join("model.safetensors");
    for (start, stays) in [
        ("embedding", true),
        ("recurrent.layers.0", true),
        ("recurrent.layers.1", false),
        ("output", false),
    ] {
        let same = part(&file("run"), start) == part(&file("tuned"), start);
        assert_eq!(same, stays, "{start}");
    }
    let unknown = refused(&frozen("[\"layer.0\"]", "x"));
    assert!(unknown.contains("\"layer.0\" names no weights of this network; did you mean `layers.0`? (known: front, head, layers.0, layers.1)"), "{unknown}");
    let all = refused(&frozen("[\"front\", \"layers\", \"head\"]", "x"));
    assert!(all.contains("no weights are left"), "{all}");
}

#[test]
fn the_layers_of_another_frameworks_file_are_taken() {
    let bench = Bench::new();
    let cell = AnyCellConfig::named("gru", 5).expect("a cell of the zoo");
    let config = RecurrentConfig::new(cell).with_bidirectional(true);
    let layer = config.init(3, &Device::flex());
    let named = |(name, data)| (format!("encoder.rnn.{name}"), data);
    let theirs: Vec<(String, TensorData)> = rekindle_interop::export(&layer)
        .into_iter()
        .map(named)
        .collect();
    let file = bench.path("torch.safetensors");
    fs::write(&file, tensors::to_bytes(&theirs, &[]).expect("bytes")).expect("written");
    let options = TrainOptions {
        from: Some(file),
        ..bench.options(SERIES, "run")
    };
    let notes = noted(&options);
    for words in [
        "weights: 8 tensors, encoder.rnn.bias_hh_l0 to encoder.rnn.weight_ih_l0_reverse",
        "begins afresh: output.weight [10, 2]",
    ] {
        assert!(notes.said(words), "{:?}", notes.0);
    }
    let start = tensors::read(&bench.path("run").join("start.safetensors")).expect("weights");
    for (name, data) in rekindle_interop::named_tensors(&layer) {
        assert!(start[&format!("recurrent.{name}")] == data, "{name}");
    }
}

#[test]
fn one_of_several_layers_of_a_file_is_taken_by_its_prefix() {
    let bench = Bench::new();
    let cell = AnyCellConfig::named("gru", 5).expect("a cell of the zoo");
    let config = RecurrentConfig::new(cell).with_bidirectional(true);
    let layers = ["encoder", "decoder"].map(|name| (name, config.init(3, &Device::flex())));
    let theirs: Vec<(String, TensorData)> = layers
        .iter()
        .flat_map(|(place, layer)| {
            let named = rekindle_interop::export(layer).into_iter();
            named.map(move |(name, data)| (format!("{place}.{name}"), data))
        })
        .collect();
    let file = bench.path("torch.safetensors");
    fs::write(&file, tensors::to_bytes(&theirs, &[]).expect("bytes")).expect("written");
    let from = |from: PathBuf, prefix: Option<&str>, out: &str| TrainOptions {
        from: Some(from),
        prefix: prefix.map(str::to_owned),
        ..bench.options(SERIES, out)
    };
    let several = refused(&from(file.clone(), None, "none"));
    assert!(
        several.contains("in several places: `decoder.`, `encoder.`; say which by its prefix"),
        "{several}"
    );
    let notes = noted(&from(file, Some("decoder"), "run"));
    assert!(
        notes.said("weights: 8 tensors, decoder.bias_hh_l0 to"),
        "{:?}",
        notes.0
    );
    let start = tensors::read(&bench.path("run").join("start.safetensors")).expect("weights");
    for (name, data) in rekindle_interop::named_tensors(&layers[1].1) {
        assert!(start[&format!("recurrent.{name}")] == data, "{name}");
    }
    let run = refused(&from(bench.path("run"), Some("decoder"), "again"));
    assert!(
        run.starts_with("--prefix chooses layers of a file, and "),
        "{run}"
    );
}

#[test]
fn a_run_that_was_written_by_pytorchs_names_is_begun_with_as_a_whole() {
    let bench = Bench::new();
    for (config, run) in [(LANGUAGE, "text"), (SERIES, "series")] {
        bench.train(config, run);
        let whole = Predictor::open(&bench.path(run), None).expect("a run");
        let file = bench.path(&format!("{run}.safetensors"));
        fs::write(&file, whole.to_pytorch().expect("bytes")).expect("written");
        let again = format!("{run}-again");
        let options = TrainOptions {
            from: Some(file),
            ..bench.options(config, &again)
        };
        let notes = noted(&options);
        assert!(!notes.said("begins afresh"), "{:?}", notes.0);
        assert!(notes.said("does not say which symbols"), "{:?}", notes.0);
        let read = |run: &str, file: &str| tensors::read(&bench.path(run).join(file)).expect(file);
        let (begun, trained) = (
            read(&again, "start.safetensors"),
            read(run, "model.safetensors"),
        );
        assert!(begun == trained, "{run}");
    }
}
