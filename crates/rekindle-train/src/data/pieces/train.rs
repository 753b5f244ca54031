//! Which pieces a text is made of: the pair of pieces that stands in it most often becomes one, again and again.

use super::{Merge, Pieces, alphabet, json, words};
use std::{
    cmp::Reverse,
    collections::{BTreeSet, BinaryHeap, HashMap},
};

/// How often a pair has to stand in a text to become a piece.
const LEAST: i64 = 2;

/// A word of the text as its pieces, and how often it stands there.
struct Word {
    pieces: Vec<u32>,
    times: i64,
}

impl Word {
    fn pairs(&self) -> impl Iterator<Item = [u32; 2]> {
        self.pieces.windows(2).map(|pair| [pair[0], pair[1]])
    }

    /// Makes one piece of a pair, from the left.
    fn merge(&mut self, pair: [u32; 2], piece: u32) {
        let mut merged = Vec::with_capacity(self.pieces.len());
        let mut rest = self.pieces.as_slice();
        while let Some((&first, after)) = rest.split_first() {
            let is_pair = first == pair[0] && after.first() == Some(&pair[1]);
            merged.push(if is_pair { piece } else { first });
            rest = if is_pair { &after[1..] } else { after };
        }
        self.pieces = merged;
    }
}

/// How often a pair stands in the text, and in which words.
#[derive(Default)]
struct Pair {
    times: i64,
    words: BTreeSet<usize>,
}

impl Pieces {
    /// The pieces of texts, at most so many, the bytes among them: of pairs that stand there equally often the one of the first pieces
    /// comes first.
    pub(crate) fn trained<'t>(texts: impl IntoIterator<Item = &'t str>, most: usize) -> Self {
        let mut counts: HashMap<&str, i64> = HashMap::new();
        for text in texts {
            for line in text.split_inclusive('\n') {
                for word in words::of(line) {
                    *counts.entry(word).or_default() += 1;
                }
            }
        }
        let order = alphabet::in_order();
        let mut bytes = Box::new([0; 256]);
        for (&byte, piece) in order.iter().zip(0..) {
            bytes[usize::from(byte)] = piece;
        }
        let mut pieces: Vec<Vec<u8>> = order.iter().map(|&byte| vec![byte]).collect();
        let mut known: HashMap<Vec<u8>, u32> = pieces.iter().cloned().zip(0..).collect();
        let mut words: Vec<Word> = counts
            .into_iter()
            .map(|(word, times)| Word {
                pieces: word.bytes().map(|byte| bytes[usize::from(byte)]).collect(),
                times,
            })
            .collect();
        let mut pairs: HashMap<[u32; 2], Pair> = HashMap::new();
        for (place, word) in words.iter().enumerate() {
            for pair in word.pairs() {
                let pair = pairs.entry(pair).or_default();
                pair.times += word.times;
                pair.words.insert(place);
            }
        }
        let often = |pairs: &HashMap<[u32; 2], Pair>, pair: [u32; 2]| {
            let times = pairs.get(&pair).map_or(0, |pair| pair.times);
            (times >= LEAST).then_some((times, Reverse(pair)))
        };
        let all = pairs.keys().filter_map(|&pair| often(&pairs, pair));
        let mut possible: BinaryHeap<(i64, Reverse<[u32; 2]>)> = all.collect();
        let mut merges = Vec::new();
        while pieces.len() < most {
            let Some((times, Reverse(pair))) = possible.pop() else {
                break;
            };
            // The pair may have become rarer since.
            let now = often(&pairs, pair);
            if now.is_none_or(|(now, _)| now != times) {
                possible.extend(now);
                continue;
            }
            let both = pair.map(|piece| pieces[piece as usize].clone()).concat();
            let piece = *known.entry(both).or_insert_with_key(|both| {
                pieces.push(both.clone());
                pieces.len() as u32 - 1
            });
            merges.push((pair, piece));
            let Pair { words: within, .. } = pairs.remove(&pair).unwrap_or_default();
            let mut new = BTreeSet::new();
            for place in within {
                let word = &mut words[place];
                for pair in word.pairs() {
                    if let Some(pair) = pairs.get_mut(&pair) {
                        pair.times -= word.times;
                    }
                }
                word.merge(pair, piece);
                for pair in word.pairs() {
                    let pair_now = pairs.entry(pair).or_default();
                    pair_now.times += word.times;
                    pair_now.words.insert(place);
                    if pair.contains(&piece) {
                        new.insert(pair);
                    }
                }
            }
            possible.extend(new.into_iter().filter_map(|pair| often(&pairs, pair)));
        }
        let tokenizer = json::written(&pieces, &merges);
        let ranked = merges.into_iter().zip(0..);
        Pieces {
            pieces,
            bytes,
            merges: ranked
                .map(|((pair, piece), rank)| (pair, Merge { rank, piece }))
                .collect(),
            tokenizer: Some(tokenizer),
        }
    }
}
