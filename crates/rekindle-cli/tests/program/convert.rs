//! `convert` and `export`: weights and runs for other programs.

use std::fs;

use rekindle_interop::formats;
use safetensors::SafeTensors;
use tempfile::{TempDir, tempdir};

use crate::golden::Golden;
use crate::support::rekindle_in;

/// The weights of a small LSTM.
fn small() -> TempDir {
    let place = tempdir().unwrap();
    Golden::named("lstm-1layer").lay_out(place.path());
    place
}

#[test]
fn weights_go_from_one_format_to_another_and_back() {
    let place = small();
    let read = |file: &str| fs::read(place.path().join(file)).unwrap();
    for (from, to) in [
        ("w.safetensors", "w.npz"),
        ("w.npz", "again.safetensors"),
        ("w.safetensors", "w.onnx"),
        ("w.onnx", "model.safetensors"),
        ("w.onnx", "w.weights.h5"),
        ("w.weights.h5", "keras.safetensors"),
        ("w.onnx", "w.keras"),
        ("w.keras", "again.npz"),
    ] {
        let said = rekindle_in(place.path(), &["convert", from, to]);
        assert_eq!(said.code, Some(0), "{}", said.err);
        assert_eq!(said.out, format!("{to}\n"));
        let rounded = said.err.contains("weights of f64 are rounded to f32");
        assert_eq!(
            rounded,
            from == "w.safetensors" && to == "w.onnx",
            "{}",
            said.err
        );
    }
    let (old, again) = (read("w.safetensors"), read("again.safetensors"));
    assert_eq!(formats::read(&old).unwrap(), formats::read(&again).unwrap());
    // An operator's weights stand behind the name of its node.
    let (old, model) = (
        SafeTensors::deserialize(&old).unwrap(),
        read("model.safetensors"),
    );
    let model = SafeTensors::deserialize(&model).unwrap();
    for name in old.names() {
        let found = model.tensor(&format!("0.forward.y.{name}")).unwrap();
        let wide = old.tensor(name).unwrap();
        let (wide, _) = wide.data().as_chunks();
        let rounded = wide
            .iter()
            .flat_map(|&n| (f64::from_le_bytes(n) as f32).to_le_bytes());
        assert!(rounded.eq(found.data().iter().copied()), "{name}");
    }
}

#[test]
fn a_module_is_written_as_the_layer_that_apply_takes() {
    let place = small();
    let weights = fs::read(place.path().join("w.safetensors")).unwrap();
    let weights = SafeTensors::deserialize(&weights).unwrap();
    let shape = |name: &str| weights.tensor(name).unwrap().shape().to_vec();
    let (d_input, d_hidden) = (shape("weight_ih_l0")[1], shape("weight_hh_l0")[1]);
    for from in ["w.safetensors", "w.onnx", "w.keras"] {
        if from != "w.safetensors" {
            rekindle_in(place.path(), &["convert", "w.safetensors", from]).done();
        }
        rekindle_in(place.path(), &["convert", from, "layer.toml"]).done();
        let layer = fs::read_to_string(place.path().join("layer.toml")).unwrap();
        assert_eq!(
            layer,
            format!("d_input = {d_input}\ncell = {{ kind = \"lstm\", d_hidden = {d_hidden} }}\n"),
            "{from}"
        );
        fs::remove_file(place.path().join("layer.toml")).unwrap();
    }
    rekindle_in(place.path(), &["convert", "w.safetensors", "layer.toml"]).done();
    let arguments = ["apply", "layer.toml", "--input", "x.safetensors"];
    let arguments = [
        &arguments[..],
        &["--weights", "w.safetensors", "--output", "y.safetensors"],
    ];
    rekindle_in(place.path(), &arguments.concat()).done();
}

/// A model with other words in the place of some, which are as long.
fn reworded(model: &[u8], word: &str, other: &str) -> Vec<u8> {
    assert_eq!(word.len(), other.len());
    let mut bytes = model.to_vec();
    for at in 0..bytes.len() - word.len() {
        if bytes[at..].starts_with(word.as_bytes()) {
            bytes[at..at + word.len()].copy_from_slice(other.as_bytes());
        }
    }
    bytes
}

#[test]
fn a_layer_that_reads_from_the_end_only_is_not_written_as_one_that_reads_forward() {
    let place = small();
    rekindle_in(place.path(), &["convert", "w.safetensors", "w.onnx"]).done();
    let model = fs::read(place.path().join("w.onnx")).unwrap();
    let turned = reworded(&model, "forward", "reverse");
    assert!(turned != model);
    fs::write(place.path().join("turned.onnx"), turned).unwrap();
    for to in ["again.onnx", "again.weights.h5"] {
        rekindle_in(place.path(), &["convert", "turned.onnx", to])
            .refused(&["reads from the end only", "convert to .safetensors or .npz"]);
        assert!(!place.path().join(to).exists());
    }
    rekindle_in(place.path(), &["convert", "turned.onnx", "again.npz"]).done();
}

#[test]
fn what_cannot_be_converted_is_refused() {
    let place = small();
    let refused = |arguments: &[&str]| {
        let said = rekindle_in(place.path(), arguments);
        assert_eq!(
            (said.code, said.out.as_str()),
            (Some(2), ""),
            "{}",
            said.err
        );
        said.err
    };
    for (arguments, words) in [
        (
            &["convert", "w.safetensors", "w.pt"][..],
            "pickles are read and not written; write .safetensors",
        ),
        (
            &["convert", "w.safetensors", "w"],
            "the ending says the format; write .safetensors, .npz, .onnx, .keras, .weights.h5, or .toml for",
        ),
        (
            &["convert", "w.safetensors", "w.safetensors"],
            "is what this command reads",
        ),
        (
            &["convert", "x.safetensors", "x.onnx"],
            "it holds no recurrent module that can be told by names and shapes",
        ),
        (
            &["convert", "w.safetensors", "w.onnx", "--opset", "13"],
            "opset = 13: must be from 14 to 28",
        ),
        (
            &["convert", "LAYER.toml", "w.npz"],
            "not a file of tensors that can be read",
        ),
        (
            &[
                "convert",
                "w.safetensors",
                "w.onnx",
                "--nonlinearity",
                "relu",
            ],
            "--nonlinearity is for an nn.RNN, but this is the top: nn.LSTM",
        ),
        (
            &[
                "convert",
                "w.safetensors",
                "w.npz",
                "--nonlinearity",
                "relu",
            ],
            ".safetensors and .npz hold tensors alone",
        ),
        (&["export", ".", "-o", "w.onnx"], "no run"),
    ] {
        let said = refused(arguments);
        assert!(said.contains(words), "{arguments:?}: {said}");
    }
}
