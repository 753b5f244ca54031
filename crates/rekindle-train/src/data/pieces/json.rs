//! `tokenizer.json`, the file of Hugging Face's tokenizers.

use super::{Merge, Pieces, alphabet};
use serde_json::{Map, Value, json};
use std::collections::HashMap;

/// How GPT-2 parts a text, and no other way.
const BYTE_LEVEL: &str = "a byte-level BPE whose pre_tokenizer is ByteLevel, as GPT-2's, is read";

/// The index of each piece by its name.
type Named<'t> = HashMap<&'t str, u32>;

/// Pieces and their merges as a file of the library.
pub(super) fn written(pieces: &[Vec<u8>], merges: &[([u32; 2], u32)]) -> Value {
    let characters = alphabet::characters();
    let name = |piece: u32| alphabet::written(&pieces[piece as usize], &characters);
    let vocabulary: Map<String, Value> = (0..pieces.len() as u32)
        .map(|piece| (name(piece), piece.into()))
        .collect();
    let merges: Vec<Value> = merges
        .iter()
        .map(|([first, second], _)| json!([name(*first), name(*second)]))
        .collect();
    let level = |trim: bool| json!({"type": "ByteLevel", "add_prefix_space": false, "trim_offsets": trim, "use_regex": true});
    json!({
        "version": "1.0",
        "truncation": null,
        "padding": null,
        "added_tokens": [],
        "normalizer": null,
        "pre_tokenizer": level(true),
        "post_processor": level(false),
        "decoder": level(true),
        "model": {
            "type": "BPE",
            "dropout": null,
            "unk_token": null,
            "continuing_subword_prefix": null,
            "end_of_word_suffix": null,
            "fuse_unk": false,
            "byte_fallback": false,
            "ignore_merges": false,
            "vocab": vocabulary,
            "merges": merges,
        },
    })
}

/// The pieces of a file of the library.
///
/// # Errors
///
/// The problem, and what is read.
pub(super) fn read(tokenizer: Value) -> Result<Pieces, String> {
    let nothing = |value: &Value| matches!(value, Value::Null | Value::Bool(false)) || value == "";
    let model = &tokenizer["model"];
    let kind = model["type"].as_str().unwrap_or("BPE");
    if kind != "BPE" || !model["vocab"].is_object() {
        return Err(format!(
            "its model is {kind} and no BPE with a vocab; {BYTE_LEVEL}"
        ));
    }
    if !nothing(&tokenizer["normalizer"]) {
        return Err(format!("it has a normalizer; {BYTE_LEVEL}, without one"));
    }
    let parts = &tokenizer["pre_tokenizer"];
    let parts_so = parts["type"] == "ByteLevel"
        && nothing(&parts["add_prefix_space"])
        && parts["use_regex"] != false;
    if !parts_so {
        let found = match parts["type"].as_str() {
            Some("ByteLevel") => "ByteLevel with add_prefix_space, or without use_regex".to_owned(),
            Some(other) => other.to_owned(),
            None => "none".to_owned(),
        };
        return Err(format!("its pre_tokenizer is {found}; {BYTE_LEVEL}"));
    }
    let others = [
        "dropout",
        "continuing_subword_prefix",
        "end_of_word_suffix",
        "byte_fallback",
        "ignore_merges",
    ];
    if let Some(key) = others.iter().find(|key| !nothing(&model[**key])) {
        return Err(format!(
            "its model has {key} = {}; {BYTE_LEVEL}, without it",
            model[*key]
        ));
    }
    let (pieces, known) = vocabulary(&tokenizer)?;
    let mut bytes = Box::new([0; 256]);
    for (byte, character) in alphabet::characters().into_iter().enumerate() {
        let piece = known.get(character.to_string().as_str()).ok_or_else(|| {
            format!(
                "its vocab has no piece for the byte {byte:#04X}; train it with the initial_alphabet ByteLevel.alphabet()"
            )
        })?;
        bytes[byte] = *piece;
    }
    let merges = merges(&tokenizer, &known)?;
    Ok(Pieces {
        pieces,
        bytes,
        merges,
        tokenizer: Some(tokenizer),
    })
}

/// The bytes of every piece, and the index of each by its name.
fn vocabulary(tokenizer: &Value) -> Result<(Vec<Vec<u8>>, Named<'_>), String> {
    let added = tokenizer["added_tokens"].as_array().into_iter().flatten();
    let added = added.filter_map(|token| Some((token["content"].as_str()?, &token["id"])));
    let own = tokenizer["model"]["vocab"]
        .as_object()
        .into_iter()
        .flatten();
    let own = own.map(|(name, index)| (name.as_str(), index));
    let mut known = HashMap::new();
    for (name, index) in own.chain(added) {
        let index = index.as_u64().and_then(|index| u32::try_from(index).ok());
        let index = index.ok_or_else(|| format!("the index of the piece {name:?} is no number"))?;
        known.insert(name, index);
    }
    let alphabet = alphabet::bytes();
    let mut pieces = vec![None; known.len()];
    for (name, index) in &known {
        let bytes: Option<Vec<u8>> = name.chars().map(|c| alphabet.get(&c).copied()).collect();
        let place = pieces
            .get_mut(*index as usize)
            .filter(|place| place.is_none());
        let place = place.ok_or_else(|| {
            format!(
                "{index}, the index of the piece {name:?}, is that of another or beyond the {} pieces",
                known.len()
            )
        })?;
        // What is no row of bytes is a mark of its own, such as the end of a text.
        *place = Some(bytes.unwrap_or_else(|| name.as_bytes().to_vec()));
    }
    Ok((pieces.into_iter().flatten().collect(), known))
}

/// What pieces become, written as `"a b"` or as `["a", "b"]`.
fn merges(tokenizer: &Value, known: &Named<'_>) -> Result<HashMap<[u32; 2], Merge>, String> {
    let all = tokenizer["model"]["merges"].as_array();
    let mut merges = HashMap::new();
    for (merge, rank) in all.into_iter().flatten().zip(0..) {
        let pair = match merge {
            Value::String(text) => text.split_once(' '),
            Value::Array(pair) => match pair.as_slice() {
                [first, second] => first.as_str().zip(second.as_str()),
                _ => None,
            },
            _ => None,
        };
        let found = pair.and_then(|(first, second)| {
            let piece = *known.get(format!("{first}{second}").as_str())?;
            Some(([*known.get(first)?, *known.get(second)?], piece))
        });
        let (pair, piece) =
            found.ok_or_else(|| format!("the merge {merge} is none of two pieces of its vocab"))?;
        merges.entry(pair).or_insert(Merge { rank, piece });
    }
    Ok(merges)
}
