//! Networks of another kind than a stack of recurrent layers.

use crate::support::{Bench, never, said, weights};
use crate::{SERIES, StopAt, fails};
use burn::tensor::Device;
use rekindle_models::blocks::{BlocksConfig, PRESETS};
use rekindle_train::{
    Prediction, Predictor, SampleOptions, TrainOptions, tasks::Part, tensors, train,
};

/// A language model about a body.
fn language(model: &str, more: &str) -> String {
    format!(
        "device = \"flex\"\nseed = 3\n[task]\nkind = \"language_model\"\nfile = \"DATA/tiny.txt\"\nwindow = 6\nd_embedding = 8\n\
         valid = 0.2\ntest = 0.2\n{more}\n[model]\n{model}\n[train]\nsteps = 5\nbatch = 2\naccumulate = 2\nlearning_rate = 0.01\n\
         evaluate_every = 2\ncheckpoint_every = 4\n"
    )
}

fn preset(name: &str, d_model: usize) -> String {
    format!(
        "kind = \"blocks\"\npreset = \"{name}\"\nd_model = {d_model}\nblocks = 2\ndropout = 0.1\n"
    )
}

/// Every body and a name for its run.
fn bodies() -> Vec<(String, String)> {
    let presets = PRESETS
        .iter()
        .map(|(name, _)| (name.to_string(), preset(name, 8)));
    let awd = ["lstm", "gru"].map(|cell| {
        let keys = format!("kind = \"awd_lstm\"\nd_hidden = 10\nlayers = 2\ncell = \"{cell}\"\n");
        (format!("awd-{cell}"), keys)
    });
    presets.chain(awd).collect()
}

/// The mean of the bits that a stream took to expect each symbol but the first.
pub(crate) fn streamed(predictor: &Predictor, text: &str) -> f64 {
    let mut stream = predictor.stream().expect("streams");
    let lines = text.split_inclusive('\n');
    let all = lines.flat_map(|line| said(stream.push(line).expect("takes the line")));
    let bits = all.filter_map(|one| match one {
        Prediction::Next { bits, .. } => bits,
        _ => panic!("what follows"),
    });
    let bits: Vec<f64> = bits.collect();
    bits.iter().sum::<f64>() / bits.len() as f64
}

#[test]
fn every_body_learns_goes_on_after_a_stop_writes_and_streams() {
    for (name, model) in bodies() {
        let bench = Bench::new();
        let config = language(&model, "");
        let whole = bench.train(&config, "whole");
        let stop = never();
        let options = bench.options(&config, "parts");
        let part = train(&options, &mut StopAt(3, &stop), &stop).expect("stops");
        assert!(part.result.is_none(), "{name}");
        let options = TrainOptions {
            resume: true,
            ..options
        };
        train(&options, &mut (), &never()).expect("goes on");
        let same = weights(&whole.run) == weights(&bench.path("parts"));
        assert!(same, "{name}: the weights differ");

        let predictor = Predictor::open(&whole.run, None).expect("opens");
        let text = "A line.\nAnd the state of\nit all\n";
        let judged = predictor
            .evaluate_file(&bench.file("a.txt", text))
            .expect("judges");
        let (streamed, right) = (streamed(&predictor, text), judged.metrics[0].value);
        assert!(
            (streamed - right).abs() < 1e-4,
            "{name}: {streamed} {right}"
        );
        let options = SampleOptions {
            length: 12,
            prompt: "A r".into(),
            temperature: 0.8,
            top_k: None,
            seed: 1,
        };
        let written = predictor.sample(&options).expect("writes");
        assert_eq!(written.chars().count(), 15, "{name}: {written}");

        let refused = predictor.to_pytorch().expect_err("no stack").to_string();
        assert!(
            refused.contains("only the layers of a \"stack\""),
            "{name}: {refused}"
        );
    }
}

#[test]
fn the_blocks_of_another_librarys_model_are_taken() {
    const BLOCKS: &str = "d_model = 8\nblocks = 2\nmlp = { d_hidden = 12 }\n[MODEL.mixer]\nkind = \"cell\"\noutput_norm = 2\ngate = \"silu\"\n\
                          cell = { kind = \"gla\", d_hidden = 8, heads = 2 }\n";
    let theirs = concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/../rekindle-models/tests/networks/foreign/fla-gla.safetensors"
    );
    let bench = Bench::new();
    let model = format!("kind = \"blocks\"\n{}", BLOCKS.replace("MODEL", "model"));
    let run = |from: &str, model: &str, out: &str| {
        let options = TrainOptions {
            from: Some(from.into()),
            ..bench.options(&language(model, ""), out)
        };
        train(&options, &mut (), &never())
    };
    let trained = run(theirs, &model, "run").expect("trains");
    let start = tensors::read(&trained.run.join("start.safetensors")).expect("weights");
    let blocks: BlocksConfig =
        toml::from_str(&BLOCKS.replace("[MODEL.mixer]", "[mixer]")).expect("blocks");
    let bytes = std::fs::read(theirs).expect("a file");
    let read = rekindle_interop::formats::read(&bytes[..]).expect("tensors");
    let (blocks, _) = rekindle_interop::take_network(blocks.init(&Device::flex()), &read, None)
        .expect("the blocks");
    let named = rekindle_interop::named_tensors(&blocks);
    assert!(named.len() > 10);
    for (name, data) in named {
        assert!(start[&format!("recurrent.{name}")] == data, "{name}");
    }
    let other = model.replace("output_norm = 2", "output_norm = 1");
    let wrong = run(theirs, &other, "other").expect_err("of another form");
    assert!(
        wrong.to_string().contains("fla-gla.safetensors") && wrong.to_string().contains("norm"),
        "{wrong}"
    );
}

#[test]
fn what_a_preset_is_is_stored_and_a_key_beside_it_takes_its_place() {
    let bench = Bench::new();
    let model = preset("mingru", 8) + "norm = \"layer\"\nmlp = { d_hidden = 5, gated = false }\n";
    let run = bench.train(&language(&model, ""), "run").run;
    let stored = std::fs::read_to_string(run.join("config.toml")).expect("a config");
    for words in [
        "kind = \"blocks\"",
        "norm = \"layer\"",
        "d_hidden = 5",
        "convolution = 4",
    ] {
        assert!(stored.contains(words), "{words}: {stored}");
    }
    assert!(!stored.contains("preset"), "{stored}");
}

#[test]
fn a_linear_map_stands_between_steps_and_blocks_of_another_width() {
    let bench = Bench::new();
    let run = bench.train(&language(&preset("lstm", 12), ""), "run").run;
    let predictor = Predictor::open(&run, None).expect("opens");
    assert!(predictor.evaluate(Part::Test).is_ok());
    let tied = fails(&bench, &language(&preset("lstm", 12), "tied = true"));
    assert!(tied.contains("the embedding has width 8 and the layers' output 12; set task.d_embedding or model.d_model"), "{tied}");
    // Features have a width of their own.
    let series = SERIES.replace(
        "bidirectional = true\n[model.cell]\nkind = \"gru\"\nd_hidden = 5\n",
        &preset("hawk", 6),
    );
    let figures = bench.train(&series, "series").result.expect("an end");
    assert!(figures.metrics.contains_key("test"));
}

#[test]
fn a_tied_awd_lstm_begins_as_the_paper_has_it() {
    let bench = Bench::new();
    let model = "kind = \"awd_lstm\"\nd_hidden = 10\nlayers = 3\n";
    let config = language(model, "tied = true")
        .replace("learning_rate = 0.01", "learning_rate = 1.0\noptimizer = \"sgd\"\nmomentum = 0\naverage = \"triggered\"\naverage_patience = 1");
    let run = bench.train(&config, "run").run;
    assert!(
        Predictor::open(&run, None)
            .expect("opens")
            .evaluate(Part::Test)
            .is_ok()
    );
}

#[test]
fn what_no_other_body_does_is_said() {
    let bench = Bench::new();
    let mut transduce = language(&preset("lstm", 8), "");
    transduce = transduce.replace(
        "kind = \"language_model\"\nfile = \"DATA/tiny.txt\"\nwindow = 6\nd_embedding = 8\nvalid = 0.2\ntest = 0.2\n",
        "kind = \"transduce\"\ntrain = \"DATA/pairs.tsv\"\n",
    );
    let wrong = fails(&bench, &transduce);
    assert!(
        wrong.contains("task.kind: must be another with model.kind = \"blocks\""),
        "{wrong}"
    );
}
