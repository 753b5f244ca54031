//! Every finding of the doctor, on a run that was broken on purpose, and its silence on a healthy one.

mod support;

use rekindle_train::doctor::{Checkup, Finding, RULES, diagnose};
use rekindle_train::{Metric, ModelConfig, Watch, train};
use support::{Bench, never};

const HEALTHY: &str = r#"
device = "flex"
seed = 1
[task]
kind = "adding"
time = 8
held_out = 64
[model.cell]
kind = "gru"
d_hidden = 16
[train]
steps = 400
batch = 16
learning_rate = 0.01
schedule = "cosine"
report_every = 20
"#;

/// A language model of a text in which every letter follows from the one before, or nearly so.
const TEXT: &str = r#"
device = "flex"
seed = 1
[task]
kind = "language_model"
file = "text.txt"
window = 8
d_embedding = 8
valid = 0.2
test = 0.2
[model.cell]
kind = "gru"
d_hidden = 12
[train]
steps = 60
batch = 4
learning_rate = 0.01
report_every = 5
"#;

/// Who listens to a run.
#[derive(Default)]
struct Listener(Vec<Finding>);

impl Watch for Listener {
    fn finding(&mut self, finding: &Finding) {
        self.0.push(finding.clone());
    }
}

/// A bench with a text.
fn bench() -> Bench {
    let bench = Bench::new();
    let text = "the quick brown fox jumps over the lazy dog. ".repeat(60);
    bench.file("text.txt", &text);
    bench
}

/// Trains a config with some keys changed; what was said on the way, and what is found afterwards.
fn run(bench: &Bench, config: &str, changed: &[&str]) -> (Vec<Finding>, Vec<Finding>) {
    let options = bench.changed(config, changed, "run");
    let mut listener = Listener::default();
    train(&options, &mut listener, &never()).expect("trains");
    let checkup = Checkup::take(&bench.path("run"), None).expect("a run");
    (listener.0, diagnose(&checkup))
}

/// Asserts that a broken run has a finding, with these words in its figure.
fn ails(config: &str, changed: &[&str], rule: &str, words: &[&str]) {
    assert!(
        RULES.iter().any(|r| r.name == rule),
        "no rule is called {rule}"
    );
    let (_, findings) = run(&bench(), config, changed);
    let found = findings.iter().find(|f| f.rule == rule);
    let found = found.unwrap_or_else(|| panic!("{rule} is not among {findings:#?}"));
    for word in words {
        assert!(found.figure.contains(word), "{word} is not in {found}");
    }
    assert!(!found.meaning.is_empty() && !found.remedy.is_empty());
}

/// A cell of one's own in place of the config's.
fn cell(equations: &str) -> [String; 2] {
    [
        "model.cell.kind=\"custom\"".into(),
        format!("model.cell.equations=\"\"\"{equations}\"\"\""),
    ]
}

#[test]
fn a_healthy_run_is_left_alone() {
    for config in [HEALTHY, TEXT] {
        let (said, found) = run(&bench(), config, &[]);
        assert_eq!((said, found), (Vec::new(), Vec::new()));
    }
}

#[test]
fn steps_that_are_too_large_are_found_and_said_at_once() {
    // Where such steps lead is chaos: by which of its figures the rule finds them, the last bit decides.
    let changed = ["train.learning_rate=3.0", "train.schedule=\"constant\""];
    ails(HEALTHY, &changed, "learning rate too high", &[]);
    let (said, _) = run(&bench(), HEALTHY, &changed);
    let said: Vec<&str> = said.iter().map(|f| f.rule).collect();
    assert!(said.contains(&"learning rate too high"), "{said:?}");
    let mut once = said.clone();
    once.dedup();
    assert_eq!(said, once);
}

#[test]
fn steps_that_throw_the_weights_away_at_first_are_found() {
    // The schedule mends it in the end, and the course of the loss by intervals shows nothing.
    let figure = "times the 1.0078 of the fresh network";
    let changed = ["train.learning_rate=0.3"];
    ails(HEALTHY, &changed, "learning rate too high", &[figure]);
}

#[test]
fn what_was_learned_and_is_lost_again_is_found() {
    let bench = bench();
    run(&bench, HEALTHY, &[]);
    let mut checkup = Checkup::take(&bench.path("run"), None).expect("a run");
    checkup.log.losses = [vec![1.0, 0.5, 0.2, 0.05], vec![0.5; 16]].concat();
    let found = diagnose(&checkup);
    let too_high = found.iter().find(|f| f.rule == "learning rate too high");
    let figure = &too_high.unwrap_or_else(|| panic!("{found:#?}")).figure;
    let course = "1.0000 at first, 0.0500 at best, and 0.5000 in the mean of the second half";
    assert!(figure.contains(course), "{figure}");
}

#[test]
fn steps_that_are_too_small_are_found() {
    let changed = ["train.learning_rate=1e-7"];
    ails(
        HEALTHY,
        &changed,
        "learning rate too low",
        &["of their norm"],
    );
}

#[test]
fn updates_that_replace_the_weights_are_found() {
    let changed = [
        "train.optimizer=\"sgd\"",
        "train.learning_rate=3.0",
        "train.steps=20",
        "train.report_every=2",
    ];
    ails(
        HEALTHY,
        &changed,
        "update-to-weight ratio",
        &["of their norm"],
    );
}

#[test]
fn a_network_that_learned_nothing_is_found() {
    let rule = "no better than a trivial predictor";
    ails(
        HEALTHY,
        &["train.learning_rate=1e-7"],
        rule,
        &["MSE", "always 1"],
    );
}

#[test]
fn a_recurrence_that_multiplies_gradients_is_found() {
    let [kind, equations] = cell("state h\ninput h\nh' = 1.6 * h + W_h x + b_h");
    let changed = [
        &kind,
        &equations,
        "task.time=30",
        "train.steps=4",
        "train.learning_rate=1e-6",
    ];
    ails(
        HEALTHY,
        &changed,
        "exploding gradient",
        &["30 steps before", "times"],
    );
}

#[test]
fn a_network_that_forgets_what_it_should_learn_is_found() {
    let [kind, equations] = cell("state h\ninput h\nh' = tanh(0.1 * h + W_h x + b_h)");
    let changed = [&kind, &equations, "task.time=40", "train.steps=20"];
    ails(
        HEALTHY,
        &changed,
        "vanishing gradient",
        &["4 steps before the loss, of 40"],
    );
}

/// Each step by itself, whatever was read before.
const NO_MEMORY: &str = "state h\ninput h\nh' = tanh(W_h x + b_h)";

#[test]
fn a_network_without_a_recurrence_is_told_that_it_has_none() {
    let [kind, equations] = cell(NO_MEMORY);
    let changed = [&kind, &equations, "task.time=40", "train.steps=20"];
    let no_gradient = "no gradient reaches even one step back";
    ails(HEALTHY, &changed, "vanishing gradient", &[no_gradient]);
    let (_, findings) = run(&bench(), HEALTHY, &changed);
    assert!(
        findings.iter().all(|f| f.rule != "exploding gradient"),
        "{findings:#?}"
    );
}

#[test]
fn a_bag_of_words_is_left_alone_where_words_decide() {
    let bench = bench();
    let words = [
        "the screen is",
        "a battery so",
        "this torch was",
        "my new pen is",
    ];
    let row = |i: usize| {
        let verdict = ["good", "bad"][i % 2];
        format!("{} {verdict} {i}\t{verdict}\n", words[i / 2 % 4])
    };
    let table: String = (0..240).map(row).collect();
    let table = format!("text\tlabel\n{table}");
    bench.file("texts.tsv", &table);
    let config = format!(
        "device = \"flex\"\nseed = 1\n[task]\nkind = \"classify_text\"\ntrain = \"texts.tsv\"\npool = \"mean\"\n\
         valid_share = 0.2\ntest_share = 0.2\n[model.cell]\nkind = \"custom\"\nd_hidden = 8\n\
         equations = \"\"\"{NO_MEMORY}\"\"\"\n[train]\nsteps = 200\nbatch = 16\nlearning_rate = 0.01\nreport_every = 10\n"
    );
    assert_eq!(run(&bench, &config, &[]), (Vec::new(), Vec::new()));
}

#[test]
fn a_layer_that_no_gradient_reaches_is_found() {
    let [kind, equations] = cell("state h\ninput h\nh' = 0.000001 * tanh(0.5 * h + W_h x + b_h)");
    let changed = [&kind, &equations, "model.layers=2", "train.steps=4"];
    ails(HEALTHY, &changed, "gradient by layer", &["layer 0"]);
}

#[test]
fn a_gradient_that_is_lost_in_rounding_is_found() {
    // The third digit of a phase of hundreds decides which way the sine goes.
    let [kind, equations] = cell("state h\ninput h\nhidden h\nh' = sin(300.0 * affine(h, h))");
    let rounded = "model.engine.precision=\"bf16\"";
    let changed = [&kind, &equations, rounded, "train.steps=4"];
    ails(HEALTHY, &changed, "rounded gradient", &["% of its size"]);
    let (said, found) = run(&bench(), HEALTHY, &[rounded]);
    assert_eq!((said, found), (Vec::new(), Vec::new()));
}

#[test]
fn a_state_that_is_never_carried_in_training_is_found() {
    let changed = ["train.batch=200", "train.steps=10"];
    ails(TEXT, &changed, "state reset", &["200 rows"]);
}

#[test]
fn a_state_that_only_grows_is_found() {
    let [kind, equations] = cell(
        "state h, c\ninput c, o\nhidden o\nc' = c + sigmoid(W_c x + b_c)\nh' = tanh(0.05 * c') * sigmoid(affine(o, h))",
    );
    ails(TEXT, &[&kind, &equations], "state drift", &["0.forward.c"]);
}

#[test]
fn gates_that_are_always_open_are_found() {
    let changed = [
        "model.cell.kind=\"lstm\"",
        "model.cell.forget_bias=20.0",
        "train.steps=20",
    ];
    ails(
        HEALTHY,
        &changed,
        "saturated gates",
        &["100 %", "0.forward.f"],
    );
}

#[test]
fn units_that_never_wake_are_found() {
    let [kind, equations] = cell("state h\ninput h\nhidden h\nh' = relu(affine(h, h))");
    let changed = [
        &kind,
        &equations,
        "model.cell.begin={h=-50.0}",
        "train.steps=20",
    ];
    ails(HEALTHY, &changed, "dead units", &["100 %", "0.forward.h"]);
}

#[test]
fn a_text_that_was_learned_by_heart_is_found() {
    let bench = bench();
    // The letters of one half say nothing of those of the other.
    let letter = |i: usize| char::from(b'a' + (i * i * 7 + i / 3 * 11 + i * i * i % 13) as u8 % 26);
    let text: String = (0..400).map(letter).collect();
    bench.file("text.txt", &text);
    let changed = ["train.steps=400", "model.cell.d_hidden=48"];
    let (_, findings) = run(&bench, TEXT, &changed);
    let gap = findings.iter().find(|f| f.rule == "train/validation gap");
    let gap = gap.unwrap_or_else(|| panic!("no gap in {findings:#?}"));
    assert!(gap.figure.contains("bits per character"), "{gap}");
}

#[test]
fn batches_of_padding_are_found() {
    let bench = bench();
    let long = "word ".repeat(100);
    let row = |i: usize| match i % 8 {
        0 => format!("w{i} {long}\tup\n"),
        1 => format!("w{i} {long}\tdown\n"),
        _ => format!("w{i}\t{}\n", ["up", "down"][i % 2]),
    };
    let table: String = (0..64).map(row).collect();
    bench.file("texts.tsv", &format!("text\tlabel\n{table}"));
    let config = "device = \"flex\"\n[task]\nkind = \"classify_text\"\ntrain = \"texts.tsv\"\nvalid_share = 0.2\n\
                  test_share = 0.2\n[model.cell]\nkind = \"gru\"\nd_hidden = 4\n[train]\nsteps = 4\nbatch = 16\n";
    let (_, findings) = run(&bench, config, &[]);
    let padding = findings.iter().find(|f| f.rule == "padding");
    let padding = padding.unwrap_or_else(|| panic!("no padding in {findings:#?}"));
    assert!(padding.figure.contains("are padding"), "{padding}");
}

#[test]
fn a_class_that_is_never_told_is_found() {
    let bench = bench();
    // Nothing in a series says that it is of the rare class.
    let row = |i: usize| {
        format!(
            "{},{},{}\n",
            ["often", "rare"][usize::from(i.is_multiple_of(12))],
            i * i % 7,
            i * 5 % 11
        )
    };
    let table: String = (0..240).map(row).collect();
    bench.file("rare.csv", &format!("label,a,b\n{table}"));
    let config = "device = \"flex\"\n[task]\nkind = \"classify_series\"\ntrain = \"rare.csv\"\nvalid_share = 0.2\n\
                  test_share = 0.2\n[model.cell]\nkind = \"gru\"\nd_hidden = 4\n[train]\nsteps = 40\nbatch = 16\n";
    let (_, findings) = run(&bench, config, &[]);
    let found = findings
        .iter()
        .find(|f| f.rule == "classes that are never found");
    let found = found.unwrap_or_else(|| panic!("no class in {findings:#?}"));
    assert!(
        found.figure.contains("F1 is 0 for `rare`, of which"),
        "{found}"
    );
    assert!(found.remedy.contains("task.class_weights"), "{found}");
}

#[test]
fn a_gru_that_was_thrown_to_its_limits_is_not_told_that_it_has_no_memory() {
    let changed = ["train.learning_rate=100.0", "train.steps=100"];
    let (_, findings) = run(&bench(), TEXT, &changed);
    let of = |rule: &str| {
        let found = findings.iter().find(|f| f.rule == rule);
        found.unwrap_or_else(|| panic!("no {rule} in {findings:#?}"))
    };
    of("learning rate too high");
    let vanished = of("vanishing gradient");
    assert!(
        vanished
            .figure
            .contains("no gradient reaches even one step back")
    );
    assert!(
        vanished
            .meaning
            .starts_with("the cell reads its state, but"),
        "{vanished}"
    );
    assert!(
        vanished.remedy.contains("train.learning_rate = 1.0e1"),
        "{vanished}"
    );
}

#[test]
fn what_is_advised_can_act() {
    let bench = bench();
    run(&bench, HEALTHY, &["train.steps=20"]);
    let mut checkup = Checkup::take(&bench.path("run"), None).expect("a run");
    let remedy = |checkup: &Checkup, rule: &str| {
        let found = diagnose(checkup).into_iter().find(|f| f.rule == rule);
        found.unwrap_or_else(|| panic!("no {rule}")).remedy
    };
    checkup.train = vec![Metric::higher("accuracy", 1.0)];
    checkup.valid = vec![Metric::higher("accuracy", 0.5)];
    // Dropout acts between layers, of which there is one.
    let gap = remedy(&checkup, "train/validation gap");
    assert!(gap.contains("model.input_dropout = 0.3"), "{gap}");
    let ModelConfig::Stack(model) = &mut checkup.experiment.model else {
        panic!("a stack");
    };
    model.layers = 2;
    let gap = remedy(&checkup, "train/validation gap");
    assert!(gap.contains("model.dropout = 0.3"), "{gap}");
    // Only a classifier of texts can cut what is long.
    checkup.padding = Some(0.9);
    let padding = remedy(&checkup, "padding");
    assert!(!padding.contains("task.longest"), "{padding}");
    checkup.log.updates = vec![0.5; 8];
    let clip = remedy(&checkup, "update-to-weight ratio");
    assert!(clip.contains("a smaller train.clip than 1"), "{clip}");
    checkup.experiment.train.clip = 0.0;
    let clip = remedy(&checkup, "update-to-weight ratio");
    assert!(clip.contains("train.clip = 1.0"), "{clip}");
}
