//! How the files of byte-level tokenizers write bytes: each as a character that can be seen.

use std::collections::HashMap;

/// Whether a byte is written as the character of its own number.
fn is_seen(byte: u8) -> bool {
    matches!(byte, b'!'..=b'~' | 0xA1..=0xAC | 0xAE..=0xFF)
}

/// The character that each byte is written as: of those that cannot be seen the ones from 256 on, in their order.
pub(super) fn characters() -> [char; 256] {
    let mut unseen = (256..).filter_map(char::from_u32);
    let mut characters = ['\0'; 256];
    for byte in 0..=u8::MAX {
        characters[usize::from(byte)] = match is_seen(byte) {
            true => char::from(byte),
            false => unseen.next().unwrap_or_default(),
        };
    }
    characters
}

/// The byte of each of these characters.
pub(super) fn bytes() -> HashMap<char, u8> {
    characters().into_iter().zip(0..=u8::MAX).collect()
}

/// All bytes in the order of their characters, which is that of the first pieces of a tokenizer.
pub(super) fn in_order() -> Vec<u8> {
    let characters = characters();
    let mut all: Vec<u8> = (0..=u8::MAX).collect();
    all.sort_by_key(|&byte| characters[usize::from(byte)]);
    all
}

/// Bytes as they are written.
pub(super) fn written(bytes: &[u8], characters: &[char; 256]) -> String {
    let written = bytes.iter().map(|&byte| characters[usize::from(byte)]);
    written.collect()
}
