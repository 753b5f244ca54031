//! Models that others trained, from examples/models, held to what their own runtime makes of the same input.

use burn::tensor::{Device, Tensor};
use rekindle_interop::formats::{Tensors, read};
use rekindle_interop::tensor_data;

#[path = "../../../examples/models/g2p_en/model.rs"]
mod g2p_en;
#[path = "../../../examples/models/sleepecg/model.rs"]
mod sleepecg;
#[path = "../../../examples/models/textgenrnn/model.rs"]
mod textgenrnn;

/// Sums of a few dozen products in f32, in another order.
const APART: f32 = 1e-5;

fn golden(tensors: &Tensors<'_>, name: &str) -> Tensor<3> {
    let entry = tensors.get(name).expect(name);
    Tensor::from_data(tensor_data(entry).expect("in memory"), &Device::flex())
}

/// A file of an example.
fn file(name: &str) -> Vec<u8> {
    let path = format!(
        "{}/../../examples/models/{name}",
        env!("CARGO_MANIFEST_DIR")
    );
    std::fs::read(path).expect(name)
}

/// A phoneme is where the largest score stands. Rounding makes another of it where two are nearly equal, which is nowhere in these words.
#[test]
fn g2p_en_says_words_as_its_own_code_does() {
    let network = g2p_en::Network::read(&file("g2p_en/checkpoint20.npz"), &Device::flex());
    let network = network.expect("the network");
    let words = String::from_utf8(file("g2p_en/words.tsv")).expect("words");
    let rows = words.lines().map(|line| line.split('\t').collect());
    let rows: Vec<Vec<&str>> = rows.collect();
    assert_eq!(rows.len(), 4_000);
    for rows in rows.chunks(250) {
        let words: Vec<&str> = rows.iter().map(|row| row[0]).collect();
        let said = network.phonemes(&words).expect("words");
        for (row, ours) in rows.iter().zip(said) {
            assert_eq!(ours.join(" "), row[1], "{}", row[0]);
        }
    }
}

#[test]
fn sleepecg_tells_stages_as_keras_does() {
    let weights = file("sleepecg/classifier.keras");
    let classifier = sleepecg::Classifier::read(&weights, &Device::flex());
    let classifier = classifier.expect("the classifier");
    let bytes = file("sleepecg/golden.safetensors");
    let tensors = read(&bytes).expect("safetensors");
    let x = golden(&tensors, "x");
    assert_eq!(x.dims()[2], sleepecg::FEATURES);
    let lengths = tensor_data(tensors.get("lengths").expect("lengths")).expect("in memory");
    let lengths: Vec<usize> = lengths.iter::<i64>().map(|n| n as usize).collect();
    let ours = classifier.stages(x, lengths.clone()).expect("a sequence");
    let theirs = golden(&tensors, "y");
    assert_eq!(ours.dims()[2], sleepecg::STAGES.len());
    for (row, length) in lengths.into_iter().enumerate() {
        let of = |y: &Tensor<3>| y.clone().slice([row..row + 1, 0..length, 0..4]);
        let apart = (of(&ours) - of(&theirs)).abs().max().into_scalar::<f32>();
        assert!(apart <= APART, "night {row}: {apart}");
    }
}

#[test]
fn textgenrnn_gives_a_phrase_the_probabilities_of_its_layout() {
    let phrase = "The quick brown fox jumps over the lazy dog, and then it goes home to sleep.";
    let [weights, vocabulary] =
        ["weights.hdf5", "vocab.json"].map(|name| file(&format!("textgenrnn/{name}")));
    let network = textgenrnn::Network::read(&weights, &vocabulary, &Device::flex());
    let network = network.expect("the network");
    let symbols = network.symbols(phrase);
    assert_eq!(network.symbol(symbols[1]), Some("T"));
    let texts: Vec<&[i64]> = (1..symbols.len()).map(|end| &symbols[..end]).collect();
    let all = network.next(&texts);
    let width = all.dims()[1];
    let all: Vec<f32> = all.into_data().iter().collect();
    let bytes = file("textgenrnn/golden.safetensors");
    let tensors = read(&bytes).expect("safetensors");
    let theirs = tensor_data(tensors.get("given").expect("probabilities")).expect("in memory");
    for (row, theirs) in theirs.iter::<f32>().enumerate() {
        let ours = all[row * width + symbols[row + 1] as usize];
        assert!(
            (ours - theirs).abs() <= APART,
            "symbol {row}: {ours}, {theirs}"
        );
    }
}
