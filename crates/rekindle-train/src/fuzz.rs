//! No file panics, and none takes long: every reader is given what is arbitrary, and what was valid before it was
//! changed here and there.

mod linear;
mod readers;

use std::fs;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::{Index, select};
use proptest::test_runner::{RngSeed, TestRunner};
use tempfile::TempDir;

/// The longest that a reader may take for the small inputs here. Most take less than a millisecond; it is no measure of speed,
/// for a machine that is busy with others has been seen to stop for two seconds, but of work without an end.
const LONGEST: Duration = Duration::from_secs(20);

/// A change to a text: where, how much is taken out, and which words stand in its place.
type Edit = (Index, usize, Vec<u8>);

/// Samples with some of their bytes exchanged for words or for anything, or anything at all.
fn inputs(samples: Vec<Vec<u8>>, words: &str) -> impl Strategy<Value = Vec<u8>> + use<> {
    let words: Vec<Vec<u8>> = words
        .split_whitespace()
        .map(|word| word.as_bytes().to_vec())
        .chain([b"\n".to_vec(), b" ".to_vec(), b"\0".to_vec(), Vec::new()])
        .collect();
    let word = prop_oneof![3 => select(words), 1 => vec(any::<u8>(), 0..4)];
    let edit = (any::<Index>(), 0..12_usize, word);
    let edits = vec(edit, 0..6);
    let changed = (select(samples), edits).prop_map(|(sample, edits)| {
        edits.into_iter().fold(sample, |mut text, edit: Edit| {
            let (at, removed, word) = edit;
            let at = at.index(text.len() + 1);
            let end = (at + removed).min(text.len());
            text.splice(at..end, word);
            text
        })
    });
    prop_oneof![6 => changed, 1 => vec(any::<u8>(), 0..200)]
}

/// Gives a reader so many inputs, the same every time, so that a change is judged by itself and not by luck.
/// `PROPTEST_RNG_SEED` gives others, and `PROPTEST_CASES` as many as are wanted.
fn never_panics(count: u32, samples: Vec<Vec<u8>>, words: &str, read: impl Fn(&[u8])) {
    let given = ProptestConfig::default();
    let chosen = std::env::var_os("PROPTEST_CASES").is_some();
    let mut runner = TestRunner::new(ProptestConfig {
        cases: if chosen { given.cases } else { count },
        rng_seed: match given.rng_seed {
            RngSeed::Random => RngSeed::Fixed(1),
            seed => seed,
        },
        failure_persistence: None,
        ..given
    });
    let quick = |input: Vec<u8>| {
        let began = Instant::now();
        read(&input);
        prop_assert!(began.elapsed() < LONGEST, "it took {:?}", began.elapsed());
        Ok(())
    };
    if let Err(error) = runner.run(&inputs(samples, words), quick) {
        panic!("{error}");
    }
}

/// A directory for the files that readers are given by their names.
struct Place(TempDir);

impl Place {
    fn new() -> Self {
        Place(tempfile::tempdir().expect("a directory"))
    }

    fn file(&self, name: &str, content: &[u8]) -> PathBuf {
        let path = self.0.path().join(name);
        fs::write(&path, content).expect("it is written");
        path
    }
}

/// A file that comes with the project.
fn shipped(name: &str) -> Vec<u8> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    fs::read(root.join(name)).expect("the project has it")
}
