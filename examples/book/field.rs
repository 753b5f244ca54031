//! A conditional random field by hand, with nothing but Rust: three words, three tags, all 27 ways to tag them.
//!
//! ```text
//! cargo run --release --example book_field
//! ```
#![allow(clippy::print_stdout, reason = "it shows what it does")]

const TAGS: [&str; 3] = ["O", "B", "I"];

// ANCHOR: scores
/// What the layers say of each word: how much each tag, O, B and I, suits it.
const E: [[f64; 3]; 3] = [[1.0, 0.8, 0.0], [0.2, 0.4, 0.9], [0.7, 0.0, 0.8]];
/// How much a tag, of a column, suits behind another, of a row. An I behind an O breaks the scheme.
const A: [[f64; 3]; 3] = [[0.4, 0.3, -9.0], [0.1, -0.5, 0.8], [0.5, 0.0, 0.6]];

/// The score of a way to tag the whole sentence.
fn score(tags: [usize; 3]) -> f64 {
    let words: f64 = (0..3).map(|t| E[t][tags[t]]).sum();
    let pairs: f64 = (1..3).map(|t| A[tags[t - 1]][tags[t]]).sum();
    words + pairs
}
// ANCHOR_END: scores

/// All ways to tag three words.
fn all() -> impl Iterator<Item = [usize; 3]> {
    (0..27).map(|i| [i / 9, i / 3 % 3, i % 3])
}

fn named(tags: [usize; 3]) -> String {
    tags.map(|tag| TAGS[tag]).join(" ")
}

fn main() {
    let alone = E.map(|e| {
        (0..3)
            .max_by(|&a, &b| e[a].total_cmp(&e[b]))
            .expect("three")
    });
    println!("each by itself: {}", named(alone));

    // ANCHOR: forward
    // For each tag, the logarithm of the sum of exp(score) over all beginnings that end with it.
    let mut alpha = E[0];
    for e in &E[1..] {
        alpha = [0, 1, 2].map(|to| {
            let ways = (0..3).map(|from| (alpha[from] + A[from][to]).exp());
            e[to] + ways.sum::<f64>().ln()
        });
    }
    let log_z = alpha.iter().map(|a| a.exp()).sum::<f64>().ln();
    // ANCHOR_END: forward
    let counted = all().map(|tags| score(tags).exp()).sum::<f64>().ln();
    println!("log Z: {log_z:.6}, over all 27 ways {counted:.6}");
    assert!((log_z - counted).abs() < 1e-12);

    // ANCHOR: viterbi
    // The same with the greatest in place of the sum, and a note of where it came from.
    let (mut best, mut from_where) = (E[0], Vec::new());
    for e in &E[1..] {
        let came = [0, 1, 2].map(|to| {
            let score = |&from: &usize| best[from] + A[from][to];
            (0..3)
                .max_by(|a, b| score(a).total_cmp(&score(b)))
                .expect("three")
        });
        best = [0, 1, 2].map(|to| e[to] + best[came[to]] + A[came[to]][to]);
        from_where.push(came);
    }
    let last = (0..3)
        .max_by(|&a, &b| best[a].total_cmp(&best[b]))
        .expect("three");
    let mut tags = [0, 0, last];
    for t in (0..2).rev() {
        tags[t] = from_where[t][tags[t + 1]];
    }
    // ANCHOR_END: viterbi
    let probability = (score(tags) - log_z).exp();
    println!(
        "together: {}, with a probability of {probability:.3}",
        named(tags)
    );
    let first = all().max_by(|&a, &b| score(a).total_cmp(&score(b)));
    assert_eq!(Some(tags), first);
}
