//! The pieces of a word: its bytes, merged.

use super::Merge;
use std::{cmp::Reverse, collections::BinaryHeap, collections::HashMap};

/// The pieces that the pieces of a word become when its merges are made in the order of their ranks, equal ones from the left. The time
/// grows with the word hardly more than in proportion.
pub(super) fn merged(mut pieces: Vec<u32>, merges: &HashMap<[u32; 2], Merge>) -> Vec<u32> {
    let end = pieces.len();
    // Of each piece the next one; what was merged into another is passed by.
    let mut next: Vec<usize> = (1..=end).collect();
    let mut previous: Vec<Option<usize>> = (0..end).map(|at| at.checked_sub(1)).collect();
    let mut gone = vec![false; end];
    let found = |pieces: &[u32], at: usize, next: usize| {
        let pair = [pieces[at], *pieces.get(next)?];
        let Merge { rank, piece } = merges.get(&pair)?;
        Some(Reverse((*rank, at, *piece, pair)))
    };
    let first = (0..end).filter_map(|at| found(&pieces, at, at + 1));
    let mut possible: BinaryHeap<_> = first.collect();
    while let Some(Reverse((_, at, piece, pair))) = possible.pop() {
        let after = next[at];
        // What stood here may have been merged with another.
        if gone[at] || after >= end || [pieces[at], pieces[after]] != pair {
            continue;
        }
        pieces[at] = piece;
        gone[after] = true;
        next[at] = next[after];
        if next[at] < end {
            previous[next[at]] = Some(at);
        }
        possible.extend(found(&pieces, at, next[at]));
        if let Some(before) = previous[at] {
            possible.extend(found(&pieces, before, at));
        }
    }
    let kept = pieces.into_iter().zip(gone);
    kept.filter_map(|(piece, gone)| (!gone).then_some(piece))
        .collect()
}
