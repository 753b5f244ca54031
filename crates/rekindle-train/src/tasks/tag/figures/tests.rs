use super::*;
use crate::data::{Cut, Splitting, Unit, Vocabulary, Words, tagged::Scheme};
use serde_json::Value;

fn spec(tags: Vec<String>, scheme: Scheme) -> TagSpec {
    let splitting = Splitting {
        unit: Unit::Word,
        lowercase: true,
        words: Words::Unicode,
    };
    TagSpec {
        words: Vocabulary::of_symbols(["a"], splitting, None),
        letters: None,
        tags,
        scheme,
        cut: Cut::new(&[0, 0], &[1, 2], 1, 0.0, 0.0).expect("a cut"),
    }
}

#[test]
fn they_are_those_of_seqeval_and_scikit_learn() {
    let reference: Value =
        serde_json::from_str(include_str!("../reference/spans.json")).expect("JSON");
    let names: Vec<String> = reference["tags"]
        .as_object()
        .expect("tags")
        .keys()
        .cloned()
        .collect();
    let rows = |key: &str| -> Vec<Vec<usize>> {
        let rows = reference[key].as_array().expect("rows").iter();
        let place = |tag: &Value| {
            names
                .iter()
                .position(|name| name == tag.as_str().expect("a tag"))
                .expect("known")
        };
        rows.map(|row| row.as_array().expect("a row").iter().map(place).collect())
            .collect()
    };
    let (right, said) = (rows("right"), rows("said"));
    let judge = |spec: &TagSpec, figures: &Value, known: &[&str]| {
        let judged = Judged {
            spec,
            right: right.iter().map(Vec::as_slice).collect(),
            said: said.clone(),
        };
        let by_class = judged.by_class();
        assert_eq!(by_class.len(), known.len());
        for found in by_class {
            let of = &figures[&found.class];
            assert_eq!(
                Some(found.rows as u64),
                of["rows"].as_u64(),
                "{}",
                found.class
            );
            for (key, figure) in [
                ("precision", found.precision),
                ("recall", found.recall),
                ("f1", found.f1),
            ] {
                let (figure, right) = (
                    figure.expect("defined"),
                    of[key].as_f64().expect("a number"),
                );
                assert!(
                    (figure - right).abs() < 1e-12,
                    "{} {key}: {figure} {right}",
                    found.class
                );
            }
        }
        judged.metrics()
    };
    // The tags mark spans; those by themselves are looked at by other names.
    let metrics = judge(
        &spec(names.clone(), Scheme::Free),
        &reference["spans"],
        &["LOC", "PER"],
    );
    let micro = &reference["spans"]["micro avg"];
    let right = [
        &micro["f1"],
        &micro["precision"],
        &micro["recall"],
        &reference["accuracy"],
    ];
    for (metric, right) in metrics.iter().zip(right) {
        let right = right.as_f64().expect("a number");
        assert!((metric.value - right).abs() < 1e-12, "{metric} {right}");
    }
    let plain: Vec<String> = names.iter().map(|name| name.replace('-', "_")).collect();
    let figures: Value = names
        .iter()
        .zip(&plain)
        .map(|(name, plain)| (plain.clone(), reference["tags"][name].clone()))
        .collect();
    let known: Vec<&str> = plain.iter().map(String::as_str).collect();
    let metrics = judge(&spec(plain.clone(), Scheme::Free), &figures, &known);
    assert_eq!(
        metrics.iter().map(|m| m.name.as_str()).collect::<Vec<_>>(),
        ["accuracy", "whole sentences"]
    );
}

#[test]
fn a_word_has_its_most_frequent_tag_and_a_new_one_that_of_all() {
    let words = [("a", 1), ("a", 1), ("a", 0), ("b", 2), ("c", 2), ("d", 2)];
    let by_word = ByWord::of(words, 3);
    let say = |words: [&str; 3]| by_word.say(&words.map(String::from));
    assert_eq!(say(["a", "b", "z"]), [1, 2, 2]);
    assert_eq!(by_word.most(), 2);
    assert_eq!(ByWord::of([("a", 1), ("a", 0)], 2).say(&["a".into()]), [0]);
}
