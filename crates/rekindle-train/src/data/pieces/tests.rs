use super::*;
use proptest::prelude::*;
use serde_json::json;

/// What Hugging Face's tokenizers made of `text.txt`, and how they read other texts: `tests/pieces/make.py` writes both.
const TOKENIZER: &str = include_str!("../../../tests/pieces/tokenizer.json");
const TEXT: &str = include_str!("../../../tests/pieces/text.txt");
const READ: &str = include_str!("../../../tests/pieces/read.json");

fn theirs() -> Value {
    serde_json::from_str(TOKENIZER).expect("JSON")
}

fn read(tokenizer: Value) -> Pieces {
    json::read(tokenizer).expect("a tokenizer")
}

#[test]
fn texts_are_read_as_the_library_reads_them() {
    let pieces = read(theirs());
    let all: Vec<(String, Vec<u32>)> = serde_json::from_str(READ).expect("JSON");
    assert_eq!(all.len(), 10);
    for (text, right) in all {
        let found = pieces.encode(&text);
        let theirs: Vec<u32> = found.iter().map(|index| index - 1).collect();
        assert_eq!(theirs, right, "{text:?}");
        assert_eq!(pieces.decode(&found), text);
    }
}

#[test]
fn a_text_is_made_of_the_pieces_that_the_library_finds() {
    let (own, right) = (Pieces::trained([TEXT], 600), theirs());
    assert_eq!(own.len(), 601);
    let own = own.tokenizer.expect("a tokenizer");
    let merges = |of: &Value| -> Vec<Value> {
        of["model"]["merges"]
            .as_array()
            .cloned()
            .unwrap_or_default()
    };
    for (place, (own, right)) in merges(&own).iter().zip(merges(&right)).enumerate() {
        assert_eq!(*own, right, "merge {place}");
    }
    for part in ["model", "pre_tokenizer", "normalizer"] {
        assert_eq!(own[part], right[part], "{part}");
    }
}

#[test]
fn pieces_are_kept_as_they_are() {
    let stored = |pieces: &Pieces| serde_json::to_string(pieces).expect("prints");
    let single = Pieces::single();
    assert_eq!(stored(&single), r#"{"unit":"bytes"}"#);
    for pieces in [single, Pieces::trained(["to be or not to be"], 300)] {
        let again: Pieces = serde_json::from_str(&stored(&pieces)).expect("parses");
        assert_eq!(again, pieces);
    }
}

#[test]
fn what_is_parted_in_another_way_is_refused() {
    for (path, value, words) in [
        ("/model/type", json!("WordPiece"), "its model is WordPiece"),
        ("/normalizer", json!({"type": "NFC"}), "it has a normalizer"),
        (
            "/pre_tokenizer/type",
            json!("Whitespace"),
            "its pre_tokenizer is Whitespace",
        ),
        (
            "/pre_tokenizer/add_prefix_space",
            json!(true),
            "ByteLevel with add_prefix_space",
        ),
        ("/model/byte_fallback", json!(true), "byte_fallback = true"),
        (
            "/model/merges/0",
            json!(["no", "such"]),
            "the merge [\"no\",\"such\"] is none",
        ),
        (
            "/model/vocab/!",
            json!(9999),
            "9999, the index of the piece \"!\"",
        ),
        (
            "/model/vocab/!",
            json!("a"),
            "the index of the piece \"!\" is no number",
        ),
    ] {
        let mut tokenizer = theirs();
        *tokenizer.pointer_mut(path).expect("there") = value;
        let why = json::read(tokenizer).expect_err("refused");
        assert!(why.contains(words), "{why}");
    }
    let mut few = theirs();
    few["model"]["vocab"] = json!({"a": 0, "b": 1});
    few["model"]["merges"] = json!([]);
    let why = json::read(few).expect_err("refused");
    assert!(why.contains("no piece for the byte 0x00"), "{why}");
}

#[test]
fn a_long_word_takes_no_time_beyond_its_length() {
    // A million letters without a blank, of which every pair merges.
    let pieces = read(theirs());
    let text = "a".repeat(1 << 20);
    assert_eq!(pieces.decode(&pieces.encode(&text)), text);
}

proptest! {
    #[test]
    fn every_text_comes_back(text in "\\PC*|[ab '\\n\\t\u{301}日]*|(?s).*") {
        for pieces in [Pieces::single(), read(theirs())] {
            prop_assert_eq!(pieces.decode(&pieces.encode(&text)), text.clone());
        }
    }

    #[test]
    fn no_tokenizer_is_read_that_could_not_be_used(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
        if let Ok(tokenizer) = serde_json::from_slice(&bytes) {
            let _ = json::read(tokenizer);
        }
    }
}
