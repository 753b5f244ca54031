//! The trained models of the repository, each of them, and the page that says what they are.

use burn::tensor::Device;
use rekindle_train::pattern::Pattern;
use rekindle_train::tasks::{Part, Use};
use rekindle_train::zoo::{self, Model, Trained, Zoo, list_models};
use rekindle_train::{Metric, Plan, Predictor, RunBytes};
use std::{fs, path::Path, path::PathBuf};

/// The most bytes of the folder.
const MOST: u64 = 25_000_000;

/// How far a figure of the same weights may be from that of the machine that trained them, whose instructions may add in another order.
const TOLERANCE: f64 = 1e-3;

fn root() -> PathBuf {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    root.canonicalize().expect("the repository")
}

fn repository() -> Zoo {
    Zoo::find(Some(&root().join("zoo"))).expect("the zoo")
}

fn models() -> Vec<Model> {
    repository().models(&Pattern::Any).expect("cards")
}

fn trained() -> Vec<(Model, Trained)> {
    let all = models().into_iter();
    all.filter_map(|model| Some((model.clone(), model.trained?)))
        .collect()
}

#[test]
fn every_file_is_the_one_that_was_put_there() {
    for (model, _) in trained() {
        model.check().unwrap_or_else(|error| panic!("{error}"));
    }
}

#[test]
fn the_folder_is_small() {
    fn bytes(path: &Path) -> u64 {
        let entries = fs::read_dir(path).expect("a folder");
        let sizes = entries.map(|entry| {
            let path = entry.expect("an entry").path();
            match path.is_dir() {
                true => bytes(&path),
                false => path.metadata().expect("a file").len(),
            }
        });
        sizes.sum()
    }
    let all = bytes(repository().path());
    assert!(all <= MOST, "{all} bytes, where {MOST} are the most");
}

#[test]
fn every_model_has_what_a_user_needs_to_judge_and_repeat_it() {
    for model in models() {
        let Model { name, card, .. } = &model;
        let config = root().join(&card.config);
        Plan::read(&config, &card.set).unwrap_or_else(|error| panic!("{name}: {error}"));
        if let Some(fetch) = &card.fetch {
            let script = fetch.split_whitespace().next().unwrap_or_default();
            assert!(root().join(script).is_file(), "{name}: there is no {fetch}");
        }
    }
    for (model, trained) in trained() {
        let Model { name, card, .. } = &model;
        assert!(!trained.test().is_empty(), "{name}");
        assert!(trained.baseline().is_some(), "{name}");
        assert!(trained.result.machine.is_some(), "{name}");
        let seeds = trained.others.iter().map(|(seed, _)| *seed);
        let expected = (1..card.seeds).map(|k| trained.seed + k);
        assert!(seeds.eq(expected), "{name}");
        if Use::of(&trained.result.task) == Use::Texts {
            assert!(card.example.is_some(), "{name}: its card has no example");
        }
        // Nothing of the machine that trained it, and data files where everybody has them.
        let config = fs::read_to_string(model.directory().join("config.toml")).expect("a config");
        let predictor = Predictor::open(model.directory(), Some("flex")).expect("a run");
        assert!(
            !config.contains(&format!("{}/", root().display())),
            "{name}"
        );
        for file in predictor.data_files() {
            assert!(file.starts_with(root()), "{name}: {}", file.display());
            assert!(
                card.fetch.is_some() || file.is_file(),
                "{name}: {}",
                file.display()
            );
        }
    }
}

#[test]
fn every_model_loads_predicts_and_has_the_figures_that_it_says() {
    let device = Device::flex();
    for (model, trained) in trained() {
        let (name, directory) = (&model.name, model.directory());
        let file = |file: &str| fs::read(directory.join(file)).expect("a file");
        let config = String::from_utf8(file("config.toml")).expect("a text");
        let bytes = RunBytes {
            config: &config,
            data: &file("data.json"),
            weights: &file("model.safetensors"),
        };
        // Without a file system first.
        let alone = Predictor::from_bytes(bytes, &device);
        let alone = alone.unwrap_or_else(|error| panic!("{name}: {error}"));
        let predictor = zoo::load(name, &device).unwrap_or_else(|error| panic!("{error}"));
        if let Some(text) = &model.card.example {
            let said = predictor.predict_text(text);
            let said = said.unwrap_or_else(|error| panic!("{name}: {error}"));
            assert_eq!(said, alone.predict_text(text).expect("the same"), "{name}");
        }
        // What is fetched need not be there.
        if zoo::to_fetch(directory).expect("a run").is_some() {
            continue;
        }
        let data = rekindle_train::changed_data(directory).expect("a run");
        assert_eq!(data, Vec::<String>::new(), "{name}");
        let figures = predictor.evaluate(Part::Test);
        let figures = figures.unwrap_or_else(|error| panic!("{name}: {error}"));
        assert_eq!(figures.metrics.len(), trained.test().len(), "{name}");
        for (now, then) in figures.metrics.iter().zip(trained.test()) {
            assert!(near(now, then), "{name}: {now}, where {then} was written");
        }
    }
}

fn near(now: &Metric, then: &Metric) -> bool {
    let scale = then.value.abs().max(1e-2);
    now.name == then.name && (now.value - then.value).abs() <= TOLERANCE * scale
}

#[test]
fn models_are_found_by_patterns() {
    let all: Vec<String> = trained().into_iter().map(|(model, _)| model.name).collect();
    assert!(all.len() >= 2, "{all:?}");
    let found = list_models("*gru*").expect("names");
    let expected = all.iter().filter(|name| name.contains("gru"));
    assert!(expected.eq(&found), "{found:?}");
    assert_eq!(
        list_models("no such model").expect("names"),
        Vec::<String>::new()
    );
}

#[test]
fn the_page_is_what_the_files_say() {
    let page = fs::read_to_string(root().join("docs/zoo.md")).expect("docs/zoo.md");
    let says = zoo::page(&models());
    let pairs = page.lines().zip(says.lines());
    let first = pairs.enumerate().find(|(_, (page, says))| page != says);
    assert!(
        page == says,
        "docs/zoo.md is not what `rekindle zoo --page` prints, from line {:?} on",
        first.map(|(line, (page, says))| (line + 1, page, says))
    );
}
