//! The page of keys, which `rekindle explain` asks, and the code that reads and checks them.

use rekindle_train::config::manual::{Key, explain, keys, read};
use std::collections::BTreeSet;

#[test]
fn every_key_that_is_read_is_explained_and_no_other() {
    let explained: BTreeSet<(String, Option<String>)> = keys()
        .iter()
        .map(|key| (key.path(), key.kind.clone()))
        .collect();
    let read: BTreeSet<(String, Option<String>)> = read()
        .into_iter()
        .map(|(path, kind, _)| (path, kind))
        .collect();
    let missing: Vec<_> = read.difference(&explained).collect();
    assert!(
        missing.is_empty(),
        "docs/config.md does not explain {missing:?}"
    );
    let unread: Vec<_> = explained.difference(&read).collect();
    assert!(
        unread.is_empty(),
        "docs/config.md explains what is not read: {unread:?}"
    );
}

#[test]
fn defaults_are_those_of_the_code() {
    let (page, mut compared) = (keys(), 0);
    for (path, kind, is) in read() {
        let key = page
            .iter()
            .find(|key| key.path() == path && key.kind == kind);
        if let (Some(says), Some(is)) = (key.and_then(Key::value), is) {
            let same = says == is || says.as_float().is_some() && says.as_float() == is.as_float();
            assert!(same, "{path}: the page says {says}, and it is {is}");
            compared += 1;
        }
    }
    assert!(compared > 40, "{compared}");
}

#[test]
fn ranges_are_asked_of_the_checks() {
    let range = |path: &str| explain(path).expect("a key")[0].range();
    assert_eq!(
        range("train.accumulate"),
        "a whole number, from 1 to 1048576"
    );
    assert_eq!(range("train.learning_rate"), "a number, more than 0");
    assert_eq!(
        range("train.optimizer"),
        "\"adam\", \"adamw\", \"sgd\", \"rmsprop\", \"adagrad\", \"adafactor\", \"adan\", \"lamb\", \"lion\", \"muon\""
    );
    assert_eq!(range("model.bidirectional"), "true, false");
    assert_eq!(range("model.kind"), "\"stack\", \"blocks\", \"awd_lstm\"");
    assert_eq!(range("model.input_norm"), "true, false");
    assert_eq!(range("model.alpha"), "a number, 0 or more");
}

#[test]
fn a_key_is_found_by_its_path_its_name_or_its_table() {
    let paths = |asked: &str| -> Vec<String> {
        explain(asked)
            .expect("keys")
            .iter()
            .map(Key::path)
            .collect()
    };
    assert_eq!(paths("train.batch"), ["train.batch"]);
    assert_eq!(paths("horizon"), ["task.horizon"]);
    assert!(paths("engine").contains(&"engine.policy".to_owned()));
    let wrong = |asked: &str| explain(asked).expect_err("no key").to_string();
    assert!(wrong("train.bacth").contains("did you mean `train.batch`?"));
    assert!(wrong("tasks.kind").contains("`task.kind` says what is learned: "));
    assert!(wrong("lr").ends_with("here it is `train.learning_rate`"));
}
