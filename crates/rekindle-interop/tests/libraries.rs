//! Layers of other libraries by the tables of their weights. `golden/library_files.py` makes the file.

use std::collections::BTreeSet;

use burn::tensor::{Device, Tensor, TensorData};
use rekindle::{AnyCellConfig, RecurrentConfig};
use rekindle_interop::formats::{Entry, Tensors, read};
use rekindle_interop::{Library, WeightError, entry, export_as, take, tensor_data};

/// Sums of at most a few dozen products in f32, in another order than PyTorch's.
const APART: f32 = 1e-5;

fn cell(kind: &str, option: &str) -> AnyCellConfig {
    let mut config = serde_json::json!({ "kind": kind, "d_hidden": 4, "bias": true });
    if kind == "cfc" {
        config["mode"] = option.into();
    }
    serde_json::from_value(config).expect("a cell of the list")
}

fn apart(ours: Tensor<3>, theirs: Tensor<3>) -> f32 {
    assert_eq!(ours.dims(), theirs.dims());
    (ours - theirs).abs().max().into_scalar()
}

fn golden() -> Vec<u8> {
    let path = concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/tests/golden/libraries.safetensors"
    );
    std::fs::read(path).expect("the golden file")
}

#[test]
fn layers_give_their_outputs_and_go_out_as_they_came() {
    let bytes = golden();
    let tensors = read(&bytes).expect("safetensors");
    let device = Device::flex();
    let cases: BTreeSet<&str> = tensors
        .names()
        .filter_map(|name| name.split('.').next())
        .collect();
    assert_eq!(cases.len(), 33 + 3);
    for case in cases {
        let (kind, option) = case.split_once('+').expect("a case has an option");
        let golden = |name: &str| {
            let data =
                tensor_data(tensors.get(&format!("{case}.{name}")).expect(name)).expect(name);
            Tensor::<3>::from_data(data, &device)
        };
        let x = golden("x");
        let library = if kind == "cfc" {
            Library::Ncps
        } else {
            Library::Torchrecurrent
        };
        let config = RecurrentConfig {
            layers: if kind == "cfc" { 1 } else { 2 },
            ..RecurrentConfig::new(cell(kind, option))
        };
        let fresh = config.init(x.dims()[2], &device);
        let prefix = format!("{case}.module");
        let (layer, taken) = take(fresh, &tensors, Some(&prefix)).expect(case);
        let found = apart(layer.forward(x, None).0, golden("y"));
        assert!(found <= APART, "{case}: {found}");

        // What is added to something else, or has to be zero, goes out as zero.
        let out = export_as(&layer, library).expect(case);
        let names: Vec<String> = out
            .iter()
            .map(|(name, _)| format!("{prefix}.{name}"))
            .collect();
        assert_eq!(
            names.iter().collect::<BTreeSet<_>>(),
            taken.names.iter().collect(),
            "{case}"
        );
        let again = config.init(layer.d_input(), &device);
        let (again, _) = take(again, &file(&out), None).expect(case);
        let x = golden("x");
        let found = apart(again.forward(x, None).0, golden("y"));
        assert!(found <= APART, "{case}: {found}");
    }
}

/// Tensors as a file has them.
fn file(tensors: &[(String, TensorData)]) -> Tensors<'_> {
    let mut all = Tensors::default();
    for (name, data) in tensors {
        let entry: Entry<'_> = entry(data).expect("of f32");
        all.add(name.clone(), entry).expect("its own name");
    }
    all
}

#[test]
fn a_bias_that_a_cell_lacks_must_be_zero() {
    let bytes = golden();
    let tensors = read(&bytes).expect("safetensors");
    let own = tensors.iter().filter_map(|(name, entry)| {
        let name = name.strip_prefix("cfn+layers.module.")?;
        Some((name.to_owned(), tensor_data(entry).expect(name)))
    });
    let mut own: Vec<(String, TensorData)> = own.collect();
    let layer = || {
        let config = RecurrentConfig {
            layers: 2,
            ..RecurrentConfig::new(cell("cfn", ""))
        };
        config.init(3, &Device::flex())
    };
    assert!(take(layer(), &file(&own), None).is_ok());
    let bias = own.iter_mut().find(|(name, _)| name == "cells.1.bias_ih");
    let (name, data) = bias.expect("it has one");
    *data = TensorData::new(vec![0.5_f32; 12], [12]);
    let lacking = WeightError::Lacking { name: name.clone() };
    assert_eq!(
        take(layer(), &file(&own), None).expect_err("a bias"),
        lacking
    );
}

#[test]
fn gated_linear_attention_is_taken_from_fla_up_to_its_recurrence() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/golden/fla.safetensors");
    let bytes = std::fs::read(path).expect("the golden file");
    let tensors = read(&bytes).expect("safetensors");
    let device = Device::flex();
    let golden = |name: &str| {
        let data = tensor_data(tensors.get(name).expect(name)).expect(name);
        Tensor::<3>::from_data(data, &device)
    };
    let cell = serde_json::json!({ "kind": "gla", "d_hidden": 8, "heads": 2, "d_key": 3 });
    let cell: AnyCellConfig = serde_json::from_value(cell).expect("a cell of the list");
    let config = RecurrentConfig::new(cell);
    let (layer, taken) = take(config.init(5, &device), &tensors, None).expect("it fits");
    assert_eq!((taken.prefix.as_str(), taken.names.len()), ("attn.", 6));
    let left = [
        "attn.g_norm_swish_gate.weight",
        "attn.g_proj.weight",
        "attn.o_proj.weight",
        "x",
        "y",
    ];
    assert_eq!(taken.left, left);
    let found = apart(layer.forward(golden("x"), None).0, golden("y"));
    assert!(found <= APART, "{found}");

    let mut out = export_as(&layer, Library::Fla).expect("it has it");
    for (name, data) in &out {
        let own = tensors.get(&format!("attn.{name}")).expect(name);
        assert_eq!(tensor_data(own).expect(name), *data, "{name}");
    }
    out.push((
        "q_conv1d.weight".into(),
        TensorData::new(vec![1_f32; 24], [6, 1, 4]),
    ));
    let error = take(config.init(5, &device), &file(&out), None).expect_err("a convolution");
    assert_eq!(
        error.to_string(),
        "tensor `q_conv1d.weight` is of a convolution before the recurrence, which no cell here has: take a layer made with \
         use_short_conv=False"
    );
}

#[test]
fn slstm_is_taken_from_xlstm_in_both_forms_of_its_weights() {
    let path = concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/tests/golden/xlstm.safetensors"
    );
    let bytes = std::fs::read(path).expect("the golden file");
    let tensors = read(&bytes).expect("safetensors");
    let device = Device::flex();
    let golden = |name: &str| {
        let data = tensor_data(tensors.get(name).expect(name)).expect(name);
        Tensor::<3>::from_data(data, &device)
    };
    let cell = |heads: usize| {
        let cell = serde_json::json!({ "kind": "slstm", "d_hidden": 6, "heads": heads });
        let cell: AnyCellConfig = serde_json::from_value(cell).expect("a cell of the list");
        RecurrentConfig::new(cell).init(6, &device)
    };
    for form in ["vanilla", "cuda"] {
        let (layer, taken) = take(cell(2), &tensors, Some(form)).expect(form);
        assert_eq!(taken.names.len(), 6);
        let left = format!("{form}.group_norm.weight");
        assert!(taken.left.contains(&left), "{:?}", taken.left);
        let found = apart(layer.forward(golden("x"), None).0, golden("y"));
        assert!(found <= APART, "{form}: {found}");

        let out = export_as(&layer, Library::Xlstm).expect("it has it");
        for (name, data) in &out {
            let own = tensors.get(&format!("cuda.{name}")).expect(name);
            assert_eq!(tensor_data(own).expect(name), *data, "{name}");
        }
    }
    let error = take(cell(3), &tensors, Some("cuda")).expect_err("other heads");
    let error = error.to_string();
    assert!(
        error.contains("`cuda.fgate.weight` is [2, 3, 3], but the module takes [3, 2, 2]"),
        "{error}"
    );
    // A fresh layer's heads read the whole input.
    let error = export_as(&cell(2), Library::Xlstm).expect_err("of all inputs");
    assert_eq!(
        error.to_string(),
        "`weight_ih` holds what the other library has no place for; that part of it must be zero"
    );
    let mut own: Vec<(String, TensorData)> = tensors
        .iter()
        .filter_map(|(name, entry)| {
            let name = name.strip_prefix("cuda.")?;
            Some((name.to_owned(), tensor_data(entry).expect(name)))
        })
        .collect();
    own.push((
        "conv1d.conv.weight".into(),
        TensorData::new(vec![1_f32; 24], [6, 1, 4]),
    ));
    let error = take(cell(2), &file(&own), None).expect_err("a convolution");
    let error = error.to_string();
    assert!(error.ends_with("conv1d_kernel_size=0"), "{error}");
}
