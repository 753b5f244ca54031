//! Keys that are wrong, or that cannot act: `validate` refuses what `train` refuses, and prints what would run.

mod support;

use rekindle_train::{Error, train, validate};
use std::fs;
use support::{Bench, DATA, never, trained};

const LANGUAGE: &str = r#"
device = "flex"
[task]
kind = "language_model"
file = "DATA/tiny.txt"
window = 8
d_embedding = 4
valid = 0.2
test = 0.2
[model.cell]
kind = "gru"
d_hidden = 6
[train]
steps = 4
batch = 2
"#;

const SERIES: &str = r#"
device = "flex"
name = "series"
[task]
kind = "classify_series"
train = "DATA/tiny_multi.ts"
valid_share = 0.2
test_share = 0.2
[model.cell]
kind = "gru"
d_hidden = 5
[train]
epochs = 4
batch = 3
"#;

const FORECAST: &str = r#"
device = "flex"
[task]
kind = "forecast"
file = "DATA/tiny_series.csv"
[model.cell]
kind = "gru"
d_hidden = 5
"#;

const COPY: &str = r#"
device = "flex"
[task]
kind = "copy"
length = 2
delay = 4
[model.cell]
kind = "gru"
d_hidden = 6
"#;

/// Asserts that both refuse a config in the same words, these among them, and that nothing is written.
fn refused(config: &str, changed: &[&str], words: &str) {
    let bench = Bench::new();
    let options = bench.changed(config, changed, "run");
    let trained = train(&options, &mut (), &never());
    let trained = trained
        .err()
        .unwrap_or_else(|| panic!("{changed:?} is trained"));
    let validated = validate(&options.config, &options.overrides);
    let validated = validated
        .err()
        .unwrap_or_else(|| panic!("{changed:?} is sound"));
    assert!(
        matches!(validated, Error::Mend(_)),
        "exit code 2: {validated}"
    );
    let said = validated.to_string();
    assert!(
        said.contains(words),
        "{changed:?}: {words:?} is not in {said:?}"
    );
    assert_eq!(said, trained.to_string());
    assert!(said.lines().count() <= 2, "{said}");
    assert!(!bench.path("run").exists());
}

#[test]
fn a_column_is_for_one_thing() {
    refused(
        FORECAST,
        &[r#"task.targets=["t1"]"#, r#"task.known=["t0", "t1"]"#],
        "task.targets: `t1` is in task.known, too: it is known ahead; name it in one of them",
    );
    refused(
        FORECAST,
        &[r#"task.static=["t0"]"#, r#"task.id="t0""#],
        "task.static: `t0` is in task.id, too: it names the series",
    );
}

#[test]
fn a_column_is_named_once() {
    refused(
        FORECAST,
        &[r#"task.columns=["t0", "t1", "t0"]"#],
        "task.columns: `t0` is named twice",
    );
    refused(
        FORECAST,
        &[r#"task.targets=["t1", "t1"]"#],
        "task.targets: `t1` is named twice",
    );
}

#[test]
fn validate_refuses_what_train_refuses() {
    for (changed, words) in [
        (
            &["task.valid=nan"][..],
            "task.valid = NaN: must be a finite number",
        ),
        (
            &["task.valid=-0.1"],
            "task.valid = -0.1: must be at least 0",
        ),
        (
            &["task.valid=0.6", "task.test=0.5"],
            "task.valid = 0.6: must be less than 1 together with task.test = 0.5",
        ),
        (
            &["model.zoneout=inf"],
            "model.zoneout = inf: must be a finite number",
        ),
        (
            &["train.learning_rate=1e39"],
            "must be a finite number, at most 3.4e38 in size",
        ),
        (&["device=x"], "unknown device `x`"),
        (&["device=[]"], "device = []: the list is empty"),
        (&["device=[\"flex\", \"flex:x\"]"], "device `flex:x`"),
        (&["task.file=nothing.txt"], "nothing.txt"),
        (&["task.window=100000"], "tiny.txt: its train part has"),
        (&["train.batch=500"], "train.batch = 500"),
        (
            &["task.tied=true"],
            "task.tied = true: the embedding has width 4 and the layers' output 6",
        ),
        (
            &["train.epochs=2", "train.steps=4"],
            "train.epochs = 2: must be left out beside train.steps = 4",
        ),
        (&["train.steps=0"], "train.steps = 0"),
        (
            &["train.accumulate=0"],
            "train.accumulate = 0: must be from 1 to 1048576",
        ),
        (
            &["train.decay=1.0", "train.schedule=step"],
            "train.decay = 1: must be between 0 and 1",
        ),
        (
            &["train.bucketing=10"],
            "train.bucketing = 10: must be 0: the rows of this task are all as long",
        ),
        (
            &["train.label_smoothing=1.0"],
            "train.label_smoothing = 1: must be",
        ),
        (
            &["task.unit=bytes", "task.vocabulary=300"],
            "task.vocabulary = 300: must be left out with task.unit = \"bytes\"",
        ),
        (
            &["task.unit=bpe", "task.vocabulary=100"],
            "task.vocabulary = 100: must be at least 256",
        ),
        (
            &["task.unit=bpe", "task.lowercase=true"],
            "task.lowercase = true: must be left out with task.unit = \"bpe\"",
        ),
        (
            &["task.tokenizer=x.json"],
            "task.tokenizer = x.json: must be left out with task.unit = \"char\"",
        ),
        (
            &[
                "task.unit=bpe",
                "task.tokenizer=x.json",
                "task.vocabulary=300",
            ],
            "task.tokenizer = x.json: must be left out beside task.vocabulary",
        ),
        (
            &["task.unit=bpe", "task.tokenizer=nothing.json"],
            "nothing.json",
        ),
    ] {
        refused(LANGUAGE, changed, words);
    }
    refused(
        SERIES,
        &["train.epochs=0"],
        "train.epochs = 0: must be from 1 to 4294967296",
    );
    refused(SERIES, &["task.train=DATA/tiny.txt"], "tiny.txt");
    refused(
        COPY,
        &["task.symbols=3"],
        "task.symbols = 3: must be at least 4",
    );
}

#[test]
fn a_key_that_cannot_act_is_refused() {
    for (changed, words) in [
        (
            &["model.dropout=0.3"][..],
            "model.dropout = 0.3: must be 0 in a single layer, for it acts between layers; model.input_dropout acts",
        ),
        (
            &["model.merge=sum"],
            "model.merge = sum: must be left out where model.bidirectional = false",
        ),
        (
            &["model.residual=true"],
            "model.residual = true: must be false: a layer with inputs of width 4 and outputs of width 6",
        ),
        (
            &["model.cell.kind=mlstm", "model.engine.policy=memory"],
            "model.engine: cannot act: the cell mlstm is no set of equations",
        ),
        (
            &["model.engine={executor=\"steps\",policy=\"memory\"}"],
            "model.engine.policy: memory: must be left out with this executor",
        ),
        (
            &["model.engine={executor=\"steps\",precision=\"bf16\"}"],
            "model.engine.precision: bf16: must be left out with this executor",
        ),
        (
            &["model.cell.kind=mlstm", "engine.precision=bf16"],
            "engine.precision = bf16: must be f32: cell is no set of equations",
        ),
        (
            &["model.cell={kind=\"lstm\",d_hidden=6,bias=false,chrono=9}"],
            "model.cell.chrono = 9: must be left out where bias = false",
        ),
        (
            &["task.valid=0", "train.patience=3"],
            "train.patience = 3: must be 0 where task.valid = 0",
        ),
        (
            &["task.valid=0", "train.evaluate_every=3"],
            "train.evaluate_every = 3: must be 0 where task.valid = 0",
        ),
        (
            &["task.valid=0", "train.schedule=plateau"],
            "train.schedule = \"plateau\": must be another where task.valid = 0",
        ),
        (
            &["train.decay=0.5"],
            "train.decay = 0.5: must be left out: the schedules step and plateau",
        ),
        (
            &["train.decay_every=5"],
            "train.decay_every = 5: must be left out beside another train.schedule than \"step\"",
        ),
        (
            &["train.decay_patience=5", "train.schedule=step"],
            "train.decay_patience = 5: must be left out beside another train.schedule than \"plateau\"",
        ),
        (
            &["train.warmup=5", "train.schedule=one_cycle"],
            "train.warmup = 5: must be 0 with train.schedule = \"one_cycle\"",
        ),
        (
            &["train.average_decay=0.5"],
            "train.average_decay = 0.5: must be left out beside another train.average than \"ema\"",
        ),
        (
            &["train.average_patience=2"],
            "train.average_patience = 2: must be left out beside another train.average than \"triggered\"",
        ),
        (
            &["train.momentum=0.5"],
            "train.momentum = 0.5: must be left out beside another train.optimizer than \"sgd\"",
        ),
    ] {
        refused(LANGUAGE, changed, words);
    }
    let large = ["train.batch=1000", "train.accumulate=2"];
    let words = "fewer than one update of train.batch = 1000 times train.accumulate = 2 windows of task.window = 8";
    refused(LANGUAGE, &large, words);
    let test = "task.test=\"DATA/tiny_multi.ts\"".replace("DATA", DATA);
    let beside = "task.test_share = 0.2: must be left out beside task.test";
    refused(SERIES, &[&test], beside);
    let endless = "train.epochs = 3: must be left out: this task draws its data anew";
    refused(COPY, &["train.epochs=3"], endless);
}

#[test]
fn validate_prints_what_would_run() {
    let bench = Bench::new();
    // The share that tests has no say where a file does.
    let test = format!("task.test=\"{DATA}/tiny_multi.ts\"");
    let apart = ["task.valid_share=0.9", "task.test_share=0.1", &test];
    for changed in [&[][..], &["task.valid_share=0"], &apart] {
        let out = format!("runs-{}", changed.len());
        let options = bench.changed(SERIES, changed, &out);
        let plan = validate(&options.config, &options.overrides).expect("sound");
        let text = plan.to_toml().expect("prints");
        assert!(
            text.contains("\nsteps = ") && !text.contains("epochs"),
            "{text}"
        );
        let run = trained(&options);
        let resolved = fs::read_to_string(run.run.join("config.toml")).expect("a config");
        assert_eq!(text, resolved);
        // What it prints is itself sound, and means the same.
        fs::write(&options.config, &text).expect("written");
        let again = validate(&options.config, &[]).expect("sound");
        assert_eq!(again.to_toml().expect("prints"), text);
    }
}

#[test]
fn a_length_on_the_command_line_takes_the_place_of_the_other() {
    let bench = Bench::new();
    let config = LANGUAGE.replace("steps = 4", "epochs = 7");
    assert!(config != LANGUAGE);
    let mut options = bench.options(&config, "run");
    options.overrides = vec!["train.steps=3".into()];
    let trained = train(&options, &mut (), &never()).expect("trains");
    assert_eq!(trained.step, 3);
    drop(bench);
    let twice = config.replace("epochs = 7", "epochs = 7\nsteps = 4");
    refused(&twice, &[], "must be left out beside train.steps = 4");
}

#[test]
fn a_network_of_another_kind_has_its_own_keys() {
    let of = |model: &str| {
        let stack = "[model.cell]\nkind = \"gru\"\nd_hidden = 6\n";
        LANGUAGE.replace(stack, &format!("[model]\n{model}\n"))
    };
    let blocks = "kind = \"blocks\"\npreset = \"mingru\"\nd_model = 4\nblocks = 1";
    let own = "kind = \"blocks\"\nd_model = 4\nblocks = 1";
    for (model, changed, words) in [
        (
            blocks,
            &["model.preset=mamba"][..],
            "model.preset = mamba: must be one of lstm, mingru",
        ),
        (
            blocks,
            &["model.kind=block"],
            "model.kind: unknown value `block`; did you mean `blocks`?",
        ),
        (
            blocks,
            &["model.dropuot=0.1"],
            "unknown key `model.dropuot`; did you mean `dropout`?",
        ),
        (
            blocks,
            &["model.dropout=1.5"],
            "model.dropout = 1.5: must be",
        ),
        (blocks, &["model.blocks=0"], "model.blocks = 0: must be"),
        (
            blocks,
            &["model.d_model=a"],
            "model.d_model: must be a whole number >= 0, not the text \"a\"",
        ),
        (
            blocks,
            &["engine.precision=bf16"],
            "engine: must be left out where model.kind = \"blocks\"",
        ),
        (own, &[], "missing key `model.mixer`"),
        (
            own,
            &["model.mixer.kind=cell"],
            "missing key `model.mixer.cell`",
        ),
        (
            own,
            &["model.mixer.kind=cell", "model.mixer.cell.kind=lstm"],
            "missing key `model.mixer.d_hidden` or `model.mixer.cell.d_hidden`",
        ),
        (
            "kind = \"awd_lstm\"",
            &["model.cell=lstmm"],
            "model.cell = lstmm: must be the name of a cell",
        ),
        (
            "kind = \"awd_lstm\"",
            &["model.weight_dropout=1.0"],
            "model.weight_dropout = 1: must be",
        ),
        (
            "kind = \"awd_lstm\"",
            &["model.d_hidden=16384", "model.layers=1024"],
            "fewer units, layers",
        ),
        ("layers = 2", &[], "missing key `model.cell`"),
        (
            "kind = \"stack\"\ncell = { d_hidden = 4 }",
            &[],
            "missing key `model.cell.kind`",
        ),
    ] {
        refused(&of(model), changed, words);
    }
}
