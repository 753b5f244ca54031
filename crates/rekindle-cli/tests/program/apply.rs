//! `apply`: the numbers of independent implementations come out, and mistakes are named.

use std::fs;
use std::path::Path;

use safetensors::tensor::{Dtype, TensorView};
use tempfile::{TempDir, tempdir};

use crate::golden::{Golden, doubles};
use crate::support::{Said, rekindle_in};
#[cfg(all(feature = "wgpu", target_os = "linux"))]
use crate::support::{program, said};

const ALL: &[&str] = &[
    "apply",
    "LAYER.toml",
    "--input",
    "x.safetensors",
    "--weights",
    "w.safetensors",
    "--cotangent",
    "g.safetensors",
    "--output",
    "y.safetensors",
];

/// The files of a small LSTM.
fn small() -> TempDir {
    let place = tempdir().unwrap();
    Golden::named("lstm-1layer").lay_out(place.path());
    place
}

fn with(place: &TempDir, more: &[&str]) -> Said {
    rekindle_in(place.path(), &[ALL, more].concat())
}

fn put(place: &TempDir, file: &str, tensors: &[(&str, Dtype, &[usize])]) {
    let zeros = vec![0; 1 << 12];
    let views = tensors.iter().map(|(name, dtype, shape)| {
        let bytes = shape.iter().product::<usize>() * dtype.bitsize() / 8;
        let view = TensorView::new(*dtype, shape.to_vec(), &zeros[..bytes]);
        (*name, view.unwrap())
    });
    let bytes = safetensors::serialize(views, None).unwrap();
    fs::write(place.path().join(file), bytes).unwrap();
}

/// ||a - b|| / ||b||
fn distance(a: &[f64], b: &[f64]) -> f64 {
    let norm = |values: &mut dyn Iterator<Item = f64>| values.map(|v| v * v).sum::<f64>().sqrt();
    let apart = norm(&mut a.iter().zip(b).map(|(a, b)| a - b));
    apart / norm(&mut b.iter().copied()).max(1e-12)
}

#[test]
fn every_golden_file_is_reproduced_with_its_gradients() {
    let all = Golden::all();
    assert!(!all.is_empty());
    for (name, golden) in all {
        let place = tempdir().unwrap();
        golden.lay_out(place.path());
        let out = with(&place, &[]).done();
        assert!(out.starts_with("y.safetensors\n  y "), "{out}");

        let written = fs::read(place.path().join("y.safetensors")).unwrap();
        let (found, expected) = (doubles(&written, ""), golden.outputs());
        let names =
            |t: &std::collections::BTreeMap<String, _>| t.keys().cloned().collect::<Vec<_>>();
        assert_eq!(names(&found), names(&expected), "{name}");
        for (tensor, (shape, values)) in &expected {
            let (found_shape, found) = &found[tensor];
            assert_eq!(found_shape, shape, "{name}: {tensor}");
            let error = distance(found, values);
            assert!(error < 1e-9, "{name}: {tensor} is off by {error:e}");
        }
    }
}

#[test]
fn without_a_cotangent_there_are_no_gradients() {
    let place = small();
    rekindle_in(place.path(), &[&ALL[..6], &ALL[8..]].concat()).done();
    let written = fs::read(place.path().join("y.safetensors")).unwrap();
    let names: Vec<String> = doubles(&written, "").into_keys().collect();
    assert_eq!(names, ["state.0.forward.c", "state.0.forward.h", "y"]);
}

#[test]
fn without_weights_there_are_the_same_ones_each_time() {
    let place = small();
    let arguments = [&ALL[..4], &ALL[8..]].concat();
    let run = || {
        rekindle_in(place.path(), &arguments).done();
        fs::read(place.path().join("y.safetensors")).unwrap()
    };
    assert_eq!(run(), run());
}

#[test]
fn gradients_do_not_bring_the_noise_of_training() {
    let place = tempdir().unwrap();
    Golden::named("lstm-2layers").lay_out(place.path());
    let path = place.path().join("LAYER.toml");
    let layer = fs::read_to_string(&path).unwrap();
    let noise = "dropout = 0.5\ninput_dropout = 0.5\nrecurrent_dropout = 0.5\nzoneout = 0.5\n";
    fs::write(&path, noise.to_owned() + &layer).unwrap();
    let y = |arguments: &[&str]| {
        rekindle_in(place.path(), arguments).done();
        let written = fs::read(place.path().join("y.safetensors")).unwrap();
        doubles(&written, "y").remove("").unwrap()
    };
    let without = [&ALL[..6], &ALL[8..]].concat();
    assert_eq!(y(ALL), y(&without));
}

#[test]
fn devices_are_named_as_people_say_them() {
    let place = small();
    with(&place, &["--device", "flx"]).refused(&[
        "unknown device `flx`",
        "did you mean `flex`",
        "known: cpu, gpu",
    ]);
    with(&place, &["--device", "flex:x"]).refused(&["device `flex:x`", "not the number"]);
    if cfg!(feature = "flex") {
        let said = with(&place, &["--device", "flex:0"]);
        assert_eq!(said.err.lines().next(), Some("device: flex:0"));
        with(&place, &["--device", "flex:3"]).refused(&["device flex:3: there is only flex:0"]);
    }
    if !cfg!(feature = "rocm") {
        let words = [
            "device rocm: this program was built without rocm\nbuild it in: cargo build --release --features rocm\n",
        ];
        with(&place, &["--device", "rocm"]).refused(&words);
    }
    // There is no f64, or no adapter.
    if cfg!(feature = "wgpu") {
        with(&place, &["--device", "wgpu"]).refused(&["device wgpu", "--device "]);
    }
}

#[test]
#[cfg(all(feature = "wgpu", target_os = "linux"))]
fn without_an_adapter_wgpu_says_so() {
    let place = small();
    let blind = |arguments: &[&str]| {
        let mut program = program();
        let hidden = [
            "VK_DRIVER_FILES",
            "VK_ICD_FILENAMES",
            "__EGL_VENDOR_LIBRARY_DIRS",
        ];
        program.envs(hidden.map(|variable| (variable, "none")));
        said(program.args(arguments).current_dir(place.path()))
    };
    let out = blind(&["devices"]).done();
    let line = out.lines().find(|line| line.starts_with("wgpu")).unwrap();
    assert!(line.ends_with("no adapter found"), "{out}");
    blind(&[ALL, &["--device", "wgpu"]].concat()).refused(&[
        "device wgpu: wgpu is compiled in, but no adapter found",
        "`rekindle devices`",
        "mesa-vulkan-drivers",
    ]);
}

#[test]
fn mistakes_in_files_are_named() {
    let place = small();
    put(&place, "x.safetensors", &[("X", Dtype::F64, &[3, 5, 3])]);
    with(&place, &[]).refused(&["x.safetensors: tensor `x` is missing", "holds X"]);
    put(&place, "x.safetensors", &[("x", Dtype::F64, &[3, 5, 4])]);
    with(&place, &[]).refused(&["`x` is [3, 5, 4]", "[batch, time, 3]"]);
    put(
        &place,
        "x.safetensors",
        &[("x", Dtype::F64, &[3, 5, 3]), ("lengths", Dtype::I64, &[3])],
    );
    with(&place, &[]).refused(&["length of row 0 is 0", "from 1 to 5"]);
    put(&place, "x.safetensors", &[("x", Dtype::F32, &[3, 5, 3])]);
    with(&place, &[]).refused(&["w.safetensors: tensor `", "is f64, but `x`", "is f32"]);
    fs::write(place.path().join("x.safetensors"), "none").unwrap();
    with(&place, &[]).refused(&["x.safetensors: not a file of tensors"]);

    let place = small();
    put(&place, "g.safetensors", &[("y", Dtype::F64, &[3, 5, 5])]);
    with(&place, &[]).refused(&["g.safetensors: tensor `y` is [3, 5, 5], but must be [3, 5, 4]"]);
    put(
        &place,
        "w.safetensors",
        &[("weight_ih_l0", Dtype::F64, &[16, 3])],
    );
    with(&place, &[]).refused(&["w.safetensors: ", "is missing"]);
    fs::write(
        place.path().join("LAYER.toml"),
        "d_input = 3\n[cell]\nkind = 'lstm'\n",
    )
    .unwrap();
    with(&place, &[]).refused(&["LAYER.toml: missing key `cell.d_hidden`"]);
    fs::remove_file(place.path().join("LAYER.toml")).unwrap();
    with(&place, &[]).refused(&["there is no file LAYER.toml"]);
    assert!(!Path::new(&place.path().join("y.safetensors")).exists());
}
