use std::fs;

use tempfile::{TempDir, tempdir};

use super::*;
use crate::files::tests::mend;

/// A directory with a layer's files, each of which a test replaces by a wrong one.
struct Place {
    directory: TempDir,
    options: ApplyOptions,
}

const LAYER: &str = "d_input = 3\n[cell]\nkind = \"lstm\"\nd_hidden = 4\n";

impl Place {
    fn new(layer: &str) -> Self {
        let directory = tempdir().unwrap();
        let at = |name: &str| directory.path().join(name);
        let options = ApplyOptions {
            layer: at("LAYER.toml"),
            input: at("x.safetensors"),
            weights: None,
            prefix: None,
            cotangent: None,
            output: at("y.safetensors"),
            device: Preference::default(),
        };
        fs::write(&options.layer, layer).unwrap();
        let place = Place { directory, options };
        place.input(&[("x", floats([2, 5, 3]))]);
        place
    }

    fn put(&self, name: &str, tensors: &[(&str, TensorData)]) -> PathBuf {
        let path = self.directory.path().join(name);
        let tensors: Named = tensors
            .iter()
            .map(|(n, t)| (n.to_string(), t.clone()))
            .collect();
        std::fs::write(&path, tensors::to_bytes(&tensors, &[]).unwrap()).unwrap();
        path
    }

    fn input(&self, tensors: &[(&str, TensorData)]) {
        self.put("x.safetensors", tensors);
    }

    fn weights(&mut self, tensors: &[(&str, TensorData)]) {
        self.options.weights = Some(self.put("w.safetensors", tensors));
    }

    fn cotangent(&mut self, tensors: &[(&str, TensorData)]) {
        self.options.cotangent = Some(self.put("g.safetensors", tensors));
    }

    fn apply(&self) -> Result<Applied> {
        apply(&self.options)
    }

    fn output(&self) -> BTreeMap<String, TensorData> {
        self.apply().unwrap();
        tensors::read(&self.options.output).unwrap()
    }
}

fn floats<const D: usize>(shape: [usize; D]) -> TensorData {
    let count = shape.iter().product::<usize>();
    let values: Vec<f32> = (0..count).map(|i| (0.7 * i as f32).cos()).collect();
    TensorData::new(values, shape)
}

fn doubles<const D: usize>(shape: [usize; D]) -> TensorData {
    floats(shape).try_cast(DType::F64).unwrap()
}

fn lengths<const N: usize>(values: [i64; N]) -> TensorData {
    TensorData::new(values.to_vec(), [N])
}

#[test]
fn a_layer_needs_no_weights() {
    let place = Place::new(LAYER);
    let first = place.output();
    assert_eq!(first["y"].shape().to_vec(), [2, 5, 4]);
    assert_eq!(first["state.0.forward.c"].shape().to_vec(), [2, 4]);
    assert_eq!(first.len(), 3);
    let applied = place.apply().unwrap();
    assert_eq!(applied.tensors[0], ("y".to_owned(), vec![2, 5, 4]));
    assert!(applied.device.starts_with("device: "));
}

/// Of two layers that read forward, one of which reads each row from its end.
#[test]
fn two_different_cells_are_two_layers() {
    let gru = "kind = \"gru\"\nd_hidden = 4\n";
    let lstm = "kind = \"lstm\"\nd_hidden = 5\nd_projection = 2\n";
    let reversed = |x: &TensorData| {
        let [rows, time, width] = x.shape().dims();
        let x: Vec<f32> = x.iter().collect();
        let steps = x.chunks(width).collect::<Vec<_>>();
        let back = steps.chunks(time).flat_map(|row| row.iter().rev());
        let back: Vec<f32> = back.flat_map(|step| step.iter().copied()).collect();
        TensorData::new(back, [rows, time, width])
    };
    let x = floats([2, 5, 3]);
    let of = |layer: &str, x: TensorData, weights: &[(&str, TensorData)]| {
        let mut place = Place::new(layer);
        place.input(&[("x", x)]);
        place.weights(weights);
        place.output()
    };
    let biased = |name: &'static str, blocks: usize| (name, floats([blocks]));
    let ahead = [
        ("weight_ih_l0", floats([12, 3])),
        biased("bias_ih_l0", 12),
        ("weight_hh_l0", floats([12, 4])),
        biased("bias_hh_l0", 12),
    ];
    let back = [
        ("weight_ih_l0", floats([20, 3])),
        biased("bias_ih_l0", 20),
        ("weight_hh_l0", floats([20, 2])),
        biased("bias_hh_l0", 20),
        ("weight_hr_l0", floats([2, 5])),
    ];
    let forward = of(&format!("d_input = 3\n[cell]\n{gru}"), x.clone(), &ahead);
    let reverse = of(&format!("d_input = 3\n[cell]\n{lstm}"), reversed(&x), &back);

    let suffixed = back.map(|(name, data)| (format!("{name}_reverse"), data));
    let mut weights: Vec<(&str, TensorData)> = ahead.to_vec();
    weights.extend(suffixed.iter().map(|(n, d)| (n.as_str(), d.clone())));
    let layer = format!("d_input = 3\nbidirectional = true\n[cell]\n{gru}[reverse_cell]\n{lstm}");
    let both = of(&layer, x, &weights);
    let names: Vec<&String> = both.keys().collect();
    let expected = [
        "state.0.forward.h",
        "state.0.reverse.c",
        "state.0.reverse.h",
        "y",
    ];
    assert_eq!(names, expected);
    assert_eq!(both["state.0.reverse.c"].shape().to_vec(), [2, 5]);
    let numbers = |data: &TensorData| data.iter::<f32>().collect::<Vec<_>>();
    let (ahead, back) = (numbers(&forward["y"]), numbers(&reversed(&reverse["y"])));
    let pairs = ahead.chunks(4).zip(back.chunks(2));
    let expected: Vec<f32> = pairs.flat_map(|(a, b)| [a, b].concat()).collect();
    assert_eq!(both["y"].shape().to_vec(), [2, 5, 6]);
    assert_eq!(numbers(&both["y"]), expected);
    assert_eq!(both["state.0.reverse.h"], reverse["state.0.forward.h"]);
}

#[test]
fn f64_stays_f64() {
    let place = Place::new(LAYER);
    place.input(&[("x", doubles([2, 5, 3]))]);
    assert!(place.output().values().all(|t| t.dtype() == DType::F64));
}

#[test]
fn missing_values_go_to_a_cell_that_takes_them() {
    let mut place = Place::new(&LAYER.replace("lstm", "gru_d"));
    let mut x: Vec<f32> = floats([2, 5, 3]).iter().collect();
    x[4] = f32::NAN;
    place.input(&[("x", TensorData::new(x, [2, 5, 3]))]);
    place.cotangent(&[("y", floats([2, 5, 4]))]);
    let output = place.output();
    let mut numbers = output.values().flat_map(|t| t.iter::<f32>());
    assert!(numbers.all(f32::is_finite));
    let slopes: Vec<f32> = output["grad.x"].iter().collect();
    assert!(slopes[4] == 0.0 && slopes[3] != 0.0, "{slopes:?}");
}

#[test]
fn a_cotangent_brings_every_gradient() {
    let mut place = Place::new(LAYER);
    place.input(&[
        ("x", floats([2, 5, 3])),
        ("state.0.forward.h", floats([2, 4])),
    ]);
    place.cotangent(&[("y", floats([2, 5, 4]))]);
    let output = place.output();
    let gradients: Vec<_> = output.keys().filter(|n| n.starts_with("grad.")).collect();
    assert_eq!(
        gradients,
        [
            "grad.bias_hh_l0",
            "grad.bias_ih_l0",
            "grad.state.0.forward.c",
            "grad.state.0.forward.h",
            "grad.weight_hh_l0",
            "grad.weight_ih_l0",
            "grad.x",
        ]
    );
    assert_eq!(output["grad.x"].shape().to_vec(), [2, 5, 3]);
    assert!(
        output["grad.state.0.forward.c"]
            .iter::<f32>()
            .any(|g| g != 0.0)
    );
}

#[test]
fn a_learned_initial_state_has_its_gradient_as_a_weight() {
    let mut place = Place::new(&format!("learned_initial = true\n{LAYER}"));
    place.cotangent(&[("y", floats([2, 5, 4]))]);
    let output = place.output();
    assert!(output.contains_key("grad.initial_h_l0"));
    assert!(!output.contains_key("grad.state.0.forward.h"));
    place.input(&[
        ("x", floats([2, 5, 3])),
        ("state.0.forward.h", floats([2, 4])),
    ]);
    let output = place.output();
    assert!(output.contains_key("grad.state.0.forward.h"));
    assert!(output["grad.initial_h_l0"].iter::<f32>().all(|g| g == 0.0));
}

#[test]
fn the_layer_file_is_checked() {
    let refused = |layer: &str, words: &[&str]| {
        mend(
            Place::new(layer).apply(),
            &[&["LAYER.toml"], words].concat(),
        );
    };
    let cell = "[cell]\nkind = \"lstm\"\nd_hidden = 4\n";
    refused(cell, &["missing key `d_input`", "d_input = 24"]);
    refused(&format!("d_input = 0\n{cell}"), &["d_input = 0", "from 1"]);
    refused(
        &format!("d_input = -3\n{cell}"),
        &["d_input = -3", "from 1"],
    );
    refused(
        &format!("d_input = \"3\"\n{cell}"),
        &["d_input = \"3\"", "whole number"],
    );
    refused("d_input = 3", &["missing key `cell`"]);
    refused(&LAYER.replace('4', "0"), &["cell.d_hidden = 0", "from 1"]);
    let reverse = format!("{LAYER}[reverse_cell]\nkind = \"gru\"\nd_hidden = 3\n");
    refused(&reverse, &["bidirectional = false", "must be true"]);
    let read =
        |more: &str| reverse.replace("[cell]", &format!("bidirectional = true\n{more}[cell]"));
    refused(
        &read("merge = \"mean\"\n"),
        &["merge = mean", "cell gives 4", "reverse_cell 3"],
    );
    refused(
        &read("").replace("\"gru\"", "\"gruu\""),
        &["reverse_cell", "gruu", "gru"],
    );
    refused(
        &read("").replace("d_hidden = 3", "d_hiden = 3"),
        &["unknown key `reverse_cell.d_hiden`", "d_hidden"],
    );
    refused(
        &LAYER.replace("lstm", "lstn"),
        &["cell.kind", "did you mean `lstm`"],
    );
    refused(
        &format!("layer = 2\n{LAYER}"),
        &["unknown key `layer`", "`layers`"],
    );
}

#[test]
fn files_that_are_missing_are_named() {
    let mut place = Place::new(LAYER);
    fs::remove_file(&place.options.input).unwrap();
    mend(place.apply(), &["there is no file", "x.safetensors"]);
    place.options.layer.set_file_name("none.toml");
    mend(place.apply(), &["there is no file", "none.toml"]);
}

#[test]
fn the_input_is_checked() {
    let place = Place::new(LAYER);
    let x = ("x", floats([2, 5, 3]));
    let refused = |tensors: &[(&str, TensorData)], words: &[&str]| {
        place.input(tensors);
        mend(place.apply(), &[&["x.safetensors: "], words].concat());
    };
    refused(&[], &["tensor `x` is missing", "holds nothing"]);
    refused(
        &[("X", floats([2, 5, 3]))],
        &["tensor `x` is missing", "holds X"],
    );
    refused(
        &[("x", floats([5, 3]))],
        &["`x` is [5, 3]", "[batch, time, 3]"],
    );
    refused(
        &[("x", floats([2, 5, 4]))],
        &["`x` is [2, 5, 4]", "[batch, time, 3]"],
    );
    refused(
        &[("x", floats([2, 0, 3]))],
        &["`x` is [2, 0, 3]", "one step"],
    );
    refused(&[("x", lengths([1, 2]))], &["`x` is [2]"]);
    let whole = TensorData::new(vec![0i64; 3], [1, 1, 3]);
    refused(&[("x", whole)], &["`x` is i64", "f32 or f64"]);
    refused(
        &[x.clone(), ("length", lengths([5, 5]))],
        &[
            "unknown tensor `length`",
            "known: x, lengths, state.0.forward.h, state.0.forward.c",
        ],
    );
    refused(
        &[x.clone(), ("state.0.forward.h", floats([2, 3]))],
        &["`state.0.forward.h` is [2, 3]", "must be [2, 4]"],
    );
    refused(
        &[x, ("state.0.forward.h", doubles([2, 4]))],
        &["`state.0.forward.h` is f64", "must be f32", "type of `x`"],
    );
}

#[test]
fn lengths_are_checked() {
    let place = Place::new(LAYER);
    let refused = |lengths: TensorData, words: &[&str]| {
        place.input(&[("x", floats([2, 5, 3])), ("lengths", lengths)]);
        mend(place.apply(), &[&["x.safetensors: "], words].concat());
    };
    let short = lengths([4, -1]).convert_dtype(DType::I32);
    refused(short, &["length of row 1 is -1", "from 1 to 5"]);
    refused(lengths([5, 0]), &["length of row 1 is 0", "from 1 to 5"]);
    refused(lengths([6, 1]), &["length of row 0 is 6", "from 1 to 5"]);
    refused(lengths([5, -1]), &["length of row 1 is -1", "from 1 to 5"]);
    refused(lengths([5]), &["`lengths` is [1]", "must be [2]"]);
    refused(floats([2]), &["`lengths` is f32", "must be i64"]);
}

#[test]
fn weights_are_checked() {
    let mut place =
        Place::new("d_input = 3\n[cell]\nkind = \"elman\"\nd_hidden = 4\nbias = false\n");
    let right = [
        ("weight_ih_l0", floats([4, 3])),
        ("weight_hh_l0", floats([4, 4])),
    ];
    place.weights(&right);
    place.apply().unwrap();

    let mut refused = |tensors: &[(&str, TensorData)], words: &[&str]| {
        place.weights(tensors);
        mend(place.apply(), &[&["w.safetensors: "], words].concat());
    };
    refused(&right[..1], &["`weight_hh_l0`", "[4, 4]", "missing"]);
    refused(
        &[("weight_ih_l0", floats([3, 4])), right[1].clone()],
        &["`weight_ih_l0`", "[3, 4]", "[4, 3]"],
    );
    refused(
        &[
            right[0].clone(),
            right[1].clone(),
            ("bias_ih_l0", floats([4])),
        ],
        &["`bias_ih_l0`", "weight_ih_l0, weight_hh_l0"],
    );
    refused(
        &[right[0].clone(), ("weight_hh_l0", doubles([4, 4]))],
        &[
            "`weight_hh_l0` is f64",
            "`weight_ih_l0` is f32; all must be the same",
        ],
    );
    refused(
        &[
            ("weight_ih_l0", doubles([4, 3])),
            ("weight_hh_l0", doubles([4, 4])),
        ],
        &["is f64", "`x`", "is f32; all must be the same"],
    );
}

#[test]
fn cotangents_are_checked() {
    let mut place = Place::new(LAYER);
    let y = ("y", floats([2, 5, 4]));
    let mut refused = |tensors: &[(&str, TensorData)], words: &[&str]| {
        place.cotangent(tensors);
        mend(place.apply(), &[&["g.safetensors: "], words].concat());
    };
    refused(
        &[("dy", floats([2, 5, 4]))],
        &["`y` is missing", "holds dy"],
    );
    refused(
        &[("y", floats([2, 5, 3]))],
        &["`y` is [2, 5, 3]", "must be [2, 5, 4]"],
    );
    refused(&[("y", doubles([2, 5, 4]))], &["`y` is f64", "must be f32"]);
    refused(
        &[y.clone(), ("state.0.forward.c", floats([1, 4]))],
        &["`state.0.forward.c` is [1, 4]", "must be [2, 4]"],
    );
    refused(
        &[y, ("state.1.forward.c", floats([2, 4]))],
        &[
            "unknown tensor `state.1.forward.c`",
            "known: y, state.0.forward.h",
        ],
    );
}

#[test]
fn an_output_that_cannot_be_written_is_named() {
    let mut place = Place::new(LAYER);
    place.options.output = place.directory.path().join("none/y.safetensors");
    mend(place.apply(), &["cannot write", "y.safetensors"]);
}

#[test]
fn a_type_that_the_device_lacks_is_refused() {
    let error = no_f64(Path::new("x.safetensors"), "wgpu");
    mend(
        Err::<(), _>(error),
        &[
            "x.safetensors: tensor `x` is f64",
            "device wgpu",
            "to f32",
            "--device cpu",
        ],
    );
}
