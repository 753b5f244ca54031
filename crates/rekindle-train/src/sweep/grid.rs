//! The points of a sweep: every combination of the values that its keys may have.

use crate::error::{Error, Result};
use std::collections::HashSet;

/// The most points of a grid, so that it can be held.
const MOST: usize = 1_000_000;

/// A key and the values that it is to have, one after the other.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Key {
    pub(super) path: String,
    pub(super) values: Vec<String>,
}

impl Key {
    /// Reads `a.b=1,2,4`, as it stands behind `--set`.
    ///
    /// # Errors
    ///
    /// If there is no `=`, or a value is empty or there twice.
    pub(super) fn read(text: &str) -> Result<Key> {
        let wrong = |why: &str| Error::mend(format!("--set {text}: {why}"));
        let Some((path, values)) = text.split_once('=') else {
            return Err(wrong(
                "there is no `=`; write it as --set key.path=value,value, e.g. --set train.batch=16,32",
            ));
        };
        let (path, values) = (path.trim().to_owned(), values_of(values));
        if path == "seed" {
            return Err(wrong(
                "say by --seeds how many seeds each point is trained with",
            ));
        }
        if values.len() > 1 && values.iter().any(String::is_empty) {
            return Err(wrong("a value is empty; leave the comma out"));
        }
        let mut seen = HashSet::new();
        if let Some(twice) = values.iter().find(|value| !seen.insert(*value)) {
            return Err(wrong(&format!("`{twice}` is there twice; name it once")));
        }
        Ok(Key { path, values })
    }
}

/// The values of a list: what stands between commas, but for those within brackets, braces and quotes.
fn values_of(text: &str) -> Vec<String> {
    let (mut values, mut value) = (Vec::new(), String::new());
    let (mut depth, mut quote, mut is_escaped) = (0_usize, None, false);
    for c in text.chars() {
        match (c, quote) {
            _ if is_escaped => is_escaped = false,
            ('\\', Some('"')) => is_escaped = true,
            (c, Some(open)) => quote = (c != open).then_some(open),
            ('"' | '\'', None) => quote = Some(c),
            ('[' | '{', None) => depth += 1,
            (']' | '}', None) => depth = depth.saturating_sub(1),
            (',', None) if depth == 0 => {
                values.push(std::mem::take(&mut value));
                continue;
            }
            _ => {}
        }
        value.push(c);
    }
    values.push(value);
    values.iter().map(|value| value.trim().to_owned()).collect()
}

/// How many points these keys have.
///
/// # Errors
///
/// If a key is there twice, or there are too many.
pub(super) fn size(keys: &[Key]) -> Result<usize> {
    let mut seen = HashSet::new();
    if let Some(twice) = keys.iter().find(|key| !seen.insert(&key.path)) {
        return Err(Error::mend(format!(
            "--set {}: the key is there twice; name all its values in one list",
            twice.path
        )));
    }
    let count = |all: usize, key: &Key| all.checked_mul(key.values.len());
    let all = keys.iter().try_fold(1, count);
    all.filter(|all| *all <= MOST).ok_or_else(|| {
        Error::mend(format!(
            "the values of all --set have more than {MOST} combinations; name fewer"
        ))
    })
}

/// The value of each key at a point, counted from 0; the last key changes fastest.
pub(super) fn at(keys: &[Key], point: usize) -> Vec<&str> {
    let mut left = point;
    let last_first = keys.iter().rev().map(|key| {
        let value = &key.values[left % key.values.len()];
        left /= key.values.len();
        value.as_str()
    });
    let mut values: Vec<&str> = last_first.collect();
    values.reverse();
    values
}

/// The most bytes of a directory's name, behind which a checksum stands for the rest.
const LONGEST: usize = 120;

/// A name for the directory of a run with these values, which tells them apart.
pub(super) fn name(overrides: &[String]) -> String {
    let mut sorted = overrides.to_vec();
    sorted.sort();
    let whole = sorted.join(",");
    let plain = |c: char| match c {
        'a'..='z' | 'A'..='Z' | '0'..='9' | '.' | '_' | '-' | '=' | ',' | '+' => c,
        _ => '_',
    };
    let mut name: String = whole.chars().map(plain).collect();
    name.truncate(LONGEST);
    if name != whole {
        name.push_str(&format!("-{:08x}", crc32fast::hash(whole.as_bytes())));
    }
    name
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_listed_by_commas_but_those_within_brackets_and_quotes() {
        for (text, values) in [
            ("1,2, 4", vec!["1", "2", "4"]),
            ("gru", vec!["gru"]),
            ("", vec![""]),
            ("[1, 2],[3]", vec!["[1, 2]", "[3]"]),
            (
                "{ a = 1, b = [2, 3] },x",
                vec!["{ a = 1, b = [2, 3] }", "x"],
            ),
            ("\"a,b\",'c,\\',d", vec!["\"a,b\"", "'c,\\'", "d"]),
            ("\"a\\\",b\",c", vec!["\"a\\\",b\"", "c"]),
        ] {
            assert_eq!(values_of(text), values, "{text}");
        }
    }

    #[test]
    fn a_wrong_list_is_refused() {
        for (text, said) in [
            ("train.batch", "no `=`"),
            ("a=1,,2", "empty"),
            ("a=1,2,1", "`1` is there twice"),
            ("seed=1,2", "--seeds"),
        ] {
            let error = Key::read(text).expect_err("refused").to_string();
            assert!(error.contains(said), "{error}");
        }
        let key = Key::read("a=1").expect("a key");
        let error = size(&[key.clone(), key]).expect_err("twice").to_string();
        assert!(error.contains("--set a: the key is there twice"), "{error}");
        let values: Vec<String> = (0..2000).map(|i| i.to_string()).collect();
        let key = |path: &str| Key {
            path: path.into(),
            values: values.clone(),
        };
        assert!(size(&[key("a"), key("b")]).is_err());
    }

    #[test]
    fn points_are_all_combinations() {
        let keys = ["a=1,2", "b=x", "c=3,4,5"].map(|text| Key::read(text).expect("a key"));
        assert_eq!(size(&keys).expect("few"), 6);
        assert_eq!(at(&keys, 0), ["1", "x", "3"]);
        assert_eq!(at(&keys, 5), ["2", "x", "5"]);
        let all: HashSet<Vec<&str>> = (0..6).map(|point| at(&keys, point)).collect();
        assert_eq!(all.len(), 6);
    }

    #[test]
    fn names_are_those_of_files_and_tell_values_apart() {
        let named = |all: &[&str]| name(&all.iter().map(|s| s.to_string()).collect::<Vec<_>>());
        assert_eq!(named(&["seed=0", "a.b=1e-3"]), "a.b=1e-3,seed=0");
        let [one, other] = [["a=x/y"], ["a=x:y"]].map(|all| named(&all));
        assert!(one.starts_with("a=x_y-") && one != other, "{one} {other}");
        let long = "x".repeat(500);
        assert!(named(&[&format!("a={long}")]).len() < 140);
    }
}
